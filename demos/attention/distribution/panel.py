"""Sparsity: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

import gradio as gr
import numpy as np
import torch
from gradio.context import Context

from demos.attention.desk import Desk
from demos.attention.distribution import figures, results
from demos.attention.distribution.endpoint import make_attention_sparsity
from demos.attention.distribution.references import measure_references
from demos.attention.distribution.row import COLDEST, HIGH_P, HOTTEST, LOW_P, heat, row_of
from demos.attention.readings import Asked, Measured, sinks_of
from demos.attention.sparsity import INDICES
from demos.frame.errors import visible_errors
from demos.frame.formula import DELIMITERS, formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_or
from demos.frame.labels import cut_to_width
from demos.frame.laid_out import once_open, when_laid_out
from demos.frame.log_slider import as_number, log_slider
from demos.frame.progress import IDLE, note_html, progress_html, say_cancelled
from demos.frame.steps import growing, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from models.attention import Attention
from models.work import Progress

Sinks = Literal["counted", "left_out"]
SINKS: tuple[Sinks, ...] = ("counted", "left_out")
DEFAULT_INDEX = "s_star_1_2"
DEFAULT_T, DEFAULT_P = 1.0, 3.0
_TOKEN_WIDTH = 24  # of a choice, in Latin letters

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Chosen:
    """What the fields say of the row, in their order."""

    sinks: Sinks
    layer: int | None
    head: int | None
    place: int | None
    temperature: str
    p: str


@dataclass(frozen=True)
class Shown:
    """Whose row is drawn, and whether over the sinks too."""

    asked: Asked
    sinks: Sinks


class SparsityPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.registry, self.readings = desk, desk.registry, desk.readings
        tab = cast(gr.Tab, Context.block)
        gr.Markdown(text("attention.sparsity.intro"))
        self._lay_out_heads()
        gr.Markdown(text("attention.sparsity.one_row"))
        self._lay_out_row()
        gr.Markdown(text("attention.sparsity.references"))
        self.references = gr.HTML(elem_id="attention-sparsity-references")
        with gr.Accordion(text("about"), open=False, elem_id="attention-sparsity-about"):
            formula_markdown("attention.sparsity.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_heads(self) -> None:
        with gr.Row():
            self.index = gr.Dropdown(
                [(text(f"attention.index.{key}"), key) for key in INDICES],
                value=DEFAULT_INDEX,
                label=text("attention.sparsity.index"),
                info=text("attention.sparsity.index_hint"),
                min_width=260,
                elem_id="attention-sparsity-index",
            )
            self.sinks = gr.Radio(
                [(text(f"attention.sparsity.sinks.{key}"), key) for key in SINKS],
                value=SINKS[0],
                label=text("attention.sparsity.sinks"),
                info=text("attention.sparsity.sinks_hint"),
                min_width=320,
                elem_id="attention-sparsity-sinks",
            )
        with gr.Row():
            self.progress = gr.HTML(elem_id="attention-sparsity-progress")
            self.cancel = gr.Button(
                text("cancel"),
                visible=False,
                size="sm",
                scale=0,
                min_width=110,
                elem_id="attention-sparsity-cancel",
            )
        self.note = gr.HTML(elem_id="attention-sparsity-note")
        with gr.Row():
            self.boxes, self.heads = _plot("boxes"), _plot("heads")
        with gr.Row():
            self.csv = gr.DownloadButton(
                cast(str, text("attention.sparsity.csv")),
                size="sm",
                interactive=False,
                elem_id="attention-sparsity-csv",
            )
            _svg("boxes")
            _svg("heads")

    def _lay_out_row(self) -> None:
        with gr.Row():
            self.layer, self.head, self.place = (
                gr.Dropdown(
                    [],
                    label=text(f"attention.sparsity.{name}"),
                    min_width=width,
                    scale=scale,
                    elem_id=f"attention-sparsity-{name}",
                    elem_classes=FOLLOWS,
                )
                for name, width, scale in (("layer", 90, 1), ("head", 90, 1), ("token", 200, 3))
            )
            with gr.Column(scale=4, min_width=260):
                self.temperature = log_slider(
                    text("attention.sparsity.temperature"),
                    COLDEST,
                    HOTTEST,
                    DEFAULT_T,
                    "attention-sparsity-temperature",
                )
        self.row = _plot("row")
        with gr.Row():
            with gr.Column(scale=5, min_width=320):
                self.curves = _plot("curves")
                _svg("curves")
            with gr.Column(scale=7, min_width=340):
                self.table = gr.Markdown(
                    latex_delimiters=DELIMITERS,
                    elem_id="attention-sparsity-table",
                    elem_classes="kl-formula-table",
                )
        formula_markdown("attention.sparsity.renyi")
        with gr.Row():
            with gr.Column(scale=3, min_width=260):
                self.p = log_slider(
                    text("attention.sparsity.p"),
                    LOW_P,
                    HIGH_P,
                    DEFAULT_P,
                    "attention-sparsity-p",
                )
            with gr.Column(scale=9, min_width=340):
                self.link = gr.HTML(elem_id="attention-sparsity-link")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        self.shown: gr.State = gr.State(cast(Any, None))
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        tab.select(
            self.on_open,
            self.opened,
            [self.opened, self.references],
            js=when_laid_out("attention-sparsity-about"),
            api_name="attention_sparsity_open",
            **common,
        )
        # One after the other, each with the fields as they are then: what is drawn late is not old.
        common["trigger_mode"] = "always_last"
        fields = [self.sinks, self.layer, self.head, self.place, self.temperature, self.p]
        of_row = [self.row, self.curves, self.table, self.link]
        working = [self.progress, self.cancel]
        drawn = gr.on(
            [
                *(self.opened.change, self.sinks.input),
                once_open("attention-sparsity", self.desk.reading.change),
            ],
            self.on_reading,
            [self.desk.reading, self.opened, self.shown, *fields, self.desk.context.kept],
            [self.shown, *working, self.layer, self.head, self.place, *of_row],
            api_name="attention_sparsity_reading",
            **common,
        )
        measured = gr.on(
            [self.shown.change, self.index.input],
            self.on_heads,
            [self.shown, self.index],
            [*working, self.note, self.boxes, self.heads, self.csv],
            api_name="attention_sparsity_heads",
            **common,
        )
        gr.on(
            [
                *(self.layer.input, self.head.input, self.place.input),
                *(self.temperature.input, self.p.input),
            ],
            self.on_row,
            [self.shown, *fields],
            of_row,
            api_name="attention_sparsity_row",
            **common,
        )
        common["trigger_mode"] = "once"
        self.cancel.click(
            None, cancels=[drawn, measured], api_name="attention_sparsity_cancel", **common
        ).then(
            _cancelled,
            None,
            working,
            queue=False,
            api_name="attention_sparsity_cancelled",
            **common,
        )
        endpoint = make_attention_sparsity(self.registry, self.readings.briefly())
        gr.api(endpoint, api_name="attention_sparsity")

    # --- handlers ------------------------------------------------------------------------------

    @visible_errors
    def on_open(self, opened: bool, request: gr.Request) -> Iterator[Updates]:
        """What needs no reading, for whoever opens the tab for the first time."""
        yield {self.opened: True}
        if not opened:
            measured = self.registry.run(measure_references)
            table = results.reference_html(measured, language_of(request))
            yield {self.opened: True, self.references: table}

    @visible_errors
    def on_reading(
        self,
        reading: Asked | None,
        opened: bool,
        shown: Shown | None,
        sinks: Sinks,
        layer: int | None,
        head: int | None,
        place: int | None,
        temperature: str,
        p: str,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Draw a row of what has been read; nothing for those who have never opened the tab."""
        if reading is None or not opened or shown == Shown(reading, sinks):
            note = note_html(say("attention.sparsity.nothing_read", language_of(request)))
            yield {self.shown: shown} | ({} if reading else {self.progress: note})
            return
        attention = self.readings.attention(reading)
        fields: Updates = {self.shown: Shown(reading, sinks)}
        if shown is None or shown.asked != reading:
            counted = yield from self._measure(reading, True, language_of(request))
            # Of a text that follows another, the row begins anew.
            before = kept if shown is None else None
            usual = _median_head(counted)
            layer = kept_or(before, self.layer, range(attention.layers), usual[0])
            head = kept_or(before, self.head, range(attention.heads), usual[1])
            place = kept_or(before, self.place, _places(attention, sinks), None)
            numbers = [(str(i + 1), i) for i in range(max(attention.layers, attention.heads))]
            fields[self.layer] = gr.update(choices=numbers[: attention.layers], value=layer)
            fields[self.head] = gr.update(choices=numbers[: attention.heads], value=head)
        place = _place_or_last(attention, sinks, place)
        fields[self.place] = gr.update(choices=_token_choices(attention, sinks), value=place)
        chosen = Chosen(sinks, layer, head, place, temperature, p)
        yield fields | self._row(attention, chosen, language_of(request))

    @visible_errors
    def on_heads(self, shown: Shown | None, index: str, request: gr.Request) -> Iterator[Updates]:
        """All heads by one index, as far as they have been measured."""
        if shown is None:
            yield {self.progress: IDLE}
            return
        yield from growing(self._draw_heads(shown, index, language_of(request)))

    @visible_errors
    def on_row(
        self,
        shown: Shown | None,
        sinks: Sinks,
        layer: int | None,
        head: int | None,
        place: int | None,
        temperature: str,
        p: str,
        request: gr.Request,
    ) -> Updates:
        """Another row, temperature or order."""
        if shown is None:
            return {self.link: IDLE}
        chosen = Chosen(sinks, layer, head, place, temperature, p)
        return self._row(self.readings.attention(shown.asked), chosen, language_of(request))

    # --- what is shown -------------------------------------------------------------------------

    def _draw_heads(
        self, shown: Shown, index: str, language: Language
    ) -> Generator[Updates, None, None]:
        asked, attention = shown.asked, self.readings.attention(shown.asked)
        sinks = sinks_of(attention)
        counted = yield from self._measure(asked, True, language)
        causal, tokens = attention.causal, attention.tokens
        about = results.what_is_measured(counted, sinks, tokens, causal, language)
        early: Updates = {
            self.note: note_html(about),
            self.boxes: figures.box_figure(counted, None, index, language),
        }
        if shown.sinks == "counted":
            early[self.heads] = figures.heads_figure(counted, index, language)
        yield early
        left_out = (yield from self._measure(asked, False, language)) if sinks else None
        measured = counted if shown.sinks == "counted" or left_out is None else left_out
        file = results.heads_file(asked, counted, left_out)
        yield {
            self.progress: IDLE,
            self.cancel: gr.update(visible=False),
            self.boxes: figures.box_figure(counted, left_out, index, language),
            self.heads: figures.heads_figure(measured, index, language),
            self.csv: gr.update(value=file, interactive=True),
        }

    def _measure(
        self, asked: Asked, sinks: bool, language: Language
    ) -> Generator[Updates, None, Measured]:
        def show(step: Progress) -> Updates:
            bar = progress_html(say("attention.measuring", language), step, language)
            return {self.progress: bar, self.cancel: gr.update(visible=True)}

        return showing(self.readings.measuring(asked, sinks=sinks), show)

    def _row(self, attention: Attention, chosen: Chosen, language: Language) -> Updates:
        sinks = sinks_of(attention)
        without = sinks if chosen.sinks == "left_out" else ()
        temperature = as_number(chosen.temperature, COLDEST, HOTTEST)
        p = as_number(chosen.p, LOW_P, HIGH_P)
        place = -1 if chosen.place is None else chosen.place
        row = row_of(attention, _or_none(chosen.layer), _or_none(chosen.head), place, without)
        heated = self.registry.run(heat, torch.from_numpy(row.logits), temperature, p)
        return {
            self.row: figures.row_figure(row, heated, attention.tokens, sinks, language),
            self.curves: figures.curve_figure(heated, language),
            self.table: results.index_table(heated, language),
            self.link: results.link_html(row, heated, language),
        }


def _or_none(number: int | None) -> int:
    """What `row_of` refuses where nothing is chosen."""
    return -1 if number is None else number


def _median_head(measured: Measured) -> tuple[int, int]:
    """Neither one that looks at a single token nor one that looks at all alike."""
    means = np.stack([layer.indices[DEFAULT_INDEX].numpy() for layer in measured.layers])
    middle = np.argsort(means, axis=None)[means.size // 2]
    layer, head = np.unravel_index(middle, means.shape)
    return int(layer), int(head)


def _places(attention: Attention, sinks: Sinks) -> list[int]:
    """Tokens whose rows are there to be looked at."""
    without = sinks_of(attention) if sinks == "left_out" else ()
    return [place for place in range(len(attention.tokens)) if place not in without]


def _token_choices(attention: Attention, sinks: Sinks) -> list[tuple[str, int]]:
    return [
        (f"{place + 1} · {cut_to_width(attention.tokens[place], _TOKEN_WIDTH)}", place)
        for place in _places(attention, sinks)
    ]


def _place_or_last(attention: Attention, sinks: Sinks, place: int | None) -> int:
    """A token that is there: the one chosen, else the last that is a word, if any is."""
    if place in _places(attention, sinks):
        return place
    there = _places(attention, "left_out")
    words = [i for i in there if any(letter.isalnum() for letter in attention.tokens[i])]
    return (words or there)[-1]


def _cancelled(request: gr.Request) -> tuple[str, Any]:
    note, _ = say_cancelled(request)
    return note, gr.update(visible=False)


def _plot(name: str) -> gr.Plot:
    return gr.Plot(show_label=False, min_width=340, elem_id=f"attention-sparsity-{name}")


def _svg(name: str) -> gr.Button:
    plot = f"attention-sparsity-{name}"
    return svg_button(plot, plot)
