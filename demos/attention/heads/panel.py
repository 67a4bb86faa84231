"""Heads: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.attention.desk import Desk
from demos.attention.heads import results
from demos.attention.heads.choices import CHOICES, DEFAULT, choice_of, strongest, values_of
from demos.attention.heads.endpoint import make_attention_heads
from demos.attention.heads.figures import SCALES, matrix, scale_of
from demos.attention.heads.looking import look, weights_of_layer
from demos.attention.heads.overview import MARKING, PICKING, overview_html
from demos.attention.readings import Asked, Measured, sinks_of
from demos.frame.errors import InputProblem, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of
from demos.frame.laid_out import once_open
from demos.frame.progress import IDLE, note_html, notice_html, progress_html, say_cancelled
from demos.frame.steps import result_of, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from models.work import Progress

_CLICK_NPZ = (
    "() => setTimeout(() => document.querySelector('#attention-heads-npz-file')?.click(), 150)"
)

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Shown:
    """What the page shows; layer and head are counted from nought."""

    asked: Asked
    without: bool
    layer: int
    head: int


class HeadsPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.registry, self.readings = desk, desk.registry, desk.readings
        tab = cast(gr.Tab, Context.block)  # the open tab, whose selection draws what was read
        gr.Markdown(text("attention.heads.intro"))
        self._lay_out_choosers()
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                self.overview = gr.HTML(
                    js_on_load=PICKING, apply_default_css=False, elem_id="attention-heads-overview"
                )
                self.notice = gr.HTML(elem_id="attention-heads-notice")
            with gr.Column(scale=6, min_width=320):
                self._lay_out_head()
        self.table = gr.Dataframe(
            label=text("attention.heads.table"),
            interactive=False,
            wrap=True,
            column_widths=["50%", "25%", "25%"],
            max_height=330,
            elem_id="attention-heads-table",
        )
        with gr.Accordion(
            text("attention.heads.all"), open=False, elem_id="attention-heads-all-box"
        ):
            self.all = gr.Dataframe(
                label=text("attention.heads.all_hint"),
                interactive=False,
                pinned_columns=2,
                column_widths=[70, 70, *([110] * len(CHOICES))],
                max_height=420,
                elem_id="attention-heads-all",
            )
        with gr.Accordion(text("about"), open=False, elem_id="attention-heads-about"):
            formula_markdown("attention.heads.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_choosers(self) -> None:
        with gr.Row():
            with gr.Column(min_width=260):
                self.figure = gr.Dropdown(
                    [(text(f"attention.heads.figure.{key}"), key) for key in CHOICES],
                    value=DEFAULT,
                    label=text("attention.heads.choose"),
                    elem_id="attention-heads-figure",
                )
            with gr.Column(min_width=300):
                self.scale = gr.Radio(
                    [(text(f"attention.heads.scale.{scale}"), scale) for scale in SCALES],
                    value="sqrt",
                    label=text("attention.heads.scale"),
                    elem_id="attention-heads-scale",
                )
            with gr.Column(min_width=260):
                self.without = gr.Checkbox(
                    label=text("attention.heads.sinks"),
                    info=text("attention.heads.sinks_hint"),
                    elem_id="attention-heads-without",
                )
        with gr.Row():
            self.progress = gr.HTML(elem_id="attention-heads-progress")
            self.cancel = gr.Button(
                text("cancel"),
                size="sm",
                visible=False,
                scale=0,
                min_width=100,
                elem_id="attention-heads-cancel",
            )

    def _lay_out_head(self) -> None:
        with gr.Row():
            self.layer, self.head = (
                gr.Dropdown(
                    [1],
                    value=1,
                    label=text(f"attention.heads.{name}"),
                    min_width=90,
                    elem_id=f"attention-heads-{name}",
                    elem_classes=FOLLOWS,
                )
                for name in ("layer", "head")
            )
        self.matrix = gr.Plot(show_label=False, elem_id="attention-heads-matrix")
        self.blocks = gr.HTML(elem_id="attention-heads-blocks")
        with gr.Row():
            svg_button("attention-heads-matrix", "attention-head", "attention.heads.svg")
            self.make_npz = gr.Button(
                text("attention.heads.npz"), size="sm", elem_id="attention-heads-npz"
            )
            self.csv = gr.DownloadButton(
                cast(str, text("attention.heads.csv")),
                size="sm",
                interactive=False,
                elem_id="attention-heads-csv",
            )
            self.npz = gr.DownloadButton(visible="hidden", elem_id="attention-heads-npz-file")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.shown: gr.State = gr.State(cast(Any, None))  # a `Shown`, once there is one
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        reading = self.desk.reading
        one = [self.layer, self.head, self.matrix, self.blocks, self.table, self.shown]
        coloured = [self.overview, self.notice]
        every = [*one, *coloured, self.all, self.csv, self.progress, self.cancel]
        kept = self.desk.context.kept
        drawing = [reading, self.shown, self.figure, self.without, self.scale, kept]
        read = once_open("attention-heads", reading.change)(
            self.on_reading,
            drawing,
            every,
            trigger_mode="always_last",
            api_name="attention_heads_reading",
            **common,
        )
        opened = tab.select(
            self.on_reading, drawing, every, api_name="attention_heads_open", **common
        )
        switched = self.without.input(
            self.on_reading,
            drawing,
            every,
            cancels=[read, opened],
            trigger_mode="always_last",
            api_name="attention_heads_sinks",
            **common,
        )
        self.cancel.click(
            None, cancels=[read, opened, switched], api_name="attention_heads_cancel", **common
        ).then(
            self.on_cancelled,
            self.shown,
            [self.progress, self.cancel, self.without],
            queue=False,
            api_name="attention_heads_cancelled",
            **common,
        )
        common["trigger_mode"] = "always_last"
        self.figure.input(
            self.on_figure,
            [self.shown, self.figure],
            coloured,
            api_name="attention_heads_figure",
            **common,
        )
        self.overview.click(
            self.on_click,
            [self.shown, self.scale],
            one,
            api_name="attention_heads_click",
            **common,
        )
        self.all.select(
            self.on_row, [self.shown, self.scale], one, api_name="attention_heads_row", **common
        )
        gr.on(
            [self.layer.input, self.head.input, self.scale.input],
            self.on_choose,
            [self.shown, self.layer, self.head, self.scale],
            one,
            api_name="attention_heads_choose",
            **common,
        )
        gr.on(
            [self.layer.change, self.head.change],
            None,
            [self.layer, self.head],
            js=MARKING,
            api_name="attention_heads_mark",
            api_visibility="private",
        )
        self.make_npz.click(
            self.on_npz, self.shown, self.npz, api_name="attention_heads_npz", **common
        ).success(
            None, js=_CLICK_NPZ, api_name="attention_heads_download", api_visibility="private"
        )
        endpoint = make_attention_heads(self.registry, self.readings.briefly())
        gr.api(endpoint, api_name="attention_heads")

    # --- handlers ------------------------------------------------------------------------------

    @visible_errors
    def on_reading(
        self,
        reading: Asked | None,
        shown: Shown | None,
        key: Any,
        without: bool,
        scale: Any,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Draw everything, unless it is shown already."""
        if reading is None or (shown and (shown.asked, shown.without) == (reading, bool(without))):
            yield {self.shown: shown}
            return
        language = language_of(request)
        choice, colours = choice_of(key), scale_of(scale)
        steps = self.readings.measuring(reading, None, not without)
        measured = yield from showing(
            steps, lambda step: self._working(step, bool(without), language)
        )
        chosen = self._chosen(kept, reading) if shown is None else None
        now = _place(reading, bool(without), shown, measured, chosen)
        yield {
            **self._one(now, colours, language),
            **self._coloured(now, measured, choice.key, language),
            **self._whole(now, measured, language),
        }

    def on_cancelled(self, shown: Shown | None, request: gr.Request) -> list[Any]:
        """A note, a button at rest, and the switch as what is shown has it."""
        note, _ = say_cancelled(request)
        without = bool(shown and shown.without)
        return [note, gr.update(visible=False), gr.update(value=without)]

    @visible_errors
    def on_figure(self, shown: Shown | None, key: Any, request: gr.Request) -> Updates:
        """Colour by another figure."""
        choice = choice_of(key)
        if shown is None:
            return {self.notice: IDLE}
        return self._coloured(shown, self._measured(shown), choice.key, language_of(request))

    @visible_errors
    def on_click(
        self, shown: Shown | None, scale: Any, event: gr.EventData, request: gr.Request
    ) -> Updates:
        """A head of the overview."""
        return self._choose(shown, event.layer, event.head, scale, request)

    @visible_errors
    def on_row(
        self, shown: Shown | None, scale: Any, event: gr.SelectData, request: gr.Request
    ) -> Updates:
        """A head of the table, however it is sorted."""
        layer, head = (event.row_value or (None, None))[:2]
        return self._choose(shown, layer, head, scale, request)

    @visible_errors
    def on_choose(
        self, shown: Shown | None, layer: Any, head: Any, scale: Any, request: gr.Request
    ) -> Updates:
        """A head by its numbers, or other colours."""
        return self._choose(shown, layer, head, scale, request)

    @visible_errors
    def on_npz(self, shown: Shown | None, request: gr.Request) -> Any:
        """The arrays of the shown layer: made when they are asked for, because they are large."""
        if shown is None:
            raise InputProblem("attention.heads.nothing")
        attention = self.readings.attention(shown.asked)
        measured = self._measured(shown)
        weights = weights_of_layer(self.registry, attention, shown.layer, measured.without)
        figures = measured.layers[shown.layer]
        return gr.update(value=results.arrays_file(weights, figures, attention, shown.layer))

    # --- what is shown -------------------------------------------------------------------------

    def _measured(self, shown: Shown) -> Measured:
        return result_of(self.readings.measuring(shown.asked, None, not shown.without))

    def _chosen(self, kept: Kept, reading: Asked) -> tuple[int, int] | None:
        """The head that was looked at before a reload, where the model has it."""
        fields = kept_of(kept, self.layer), kept_of(kept, self.head)
        if fields == (None, None):
            return None
        attention = self.readings.attention(reading)
        try:  # the first is what was laid out, and is not kept
            layer, head = (1 if each is None else each for each in fields)
            return _number(layer, attention.layers), _number(head, attention.heads)
        except InputProblem:
            return None

    def _choose(
        self, shown: Shown | None, layer: Any, head: Any, scale: Any, request: gr.Request
    ) -> Updates:
        if shown is None:
            return {self.blocks: IDLE}
        attention = self.readings.attention(shown.asked)
        now = Shown(
            shown.asked,
            shown.without,
            _number(layer, attention.layers),
            _number(head, attention.heads),
        )
        return self._one(now, scale_of(scale), language_of(request))

    def _working(self, step: Progress, without: bool, language: Language) -> Updates:
        what = say("attention.heads.measuring" if without else "attention.measuring", language)
        return {
            self.progress: progress_html(what, step, language),
            self.cancel: gr.update(visible=True),
        }

    def _one(self, now: Shown, scale: Any, language: Language) -> Updates:
        """The chosen head."""
        seen = look(self.registry, self.readings, now.asked, now.layer, now.head, not now.without)
        attention = self.readings.attention(now.asked)
        headers, rows = results.head_table(seen, language)
        return {
            self.shown: now,
            self.layer: _numbers(attention.layers, now.layer),
            self.head: _numbers(attention.heads, now.head),
            self.matrix: matrix(seen, scale, language),
            self.blocks: note_html(results.blocks_sentence(seen, language)),
            self.table: {"headers": headers, "data": rows},
        }

    def _coloured(self, now: Shown, measured: Measured, key: str, language: Language) -> Updates:
        """What depends on the figure that colours."""
        attention = self.readings.attention(now.asked)
        sentences = results.notices(measured, attention, key, language)
        return {
            self.overview: overview_html(measured, key, (now.layer, now.head), language),
            self.notice: notice_html(sentences),
        }

    def _whole(self, now: Shown, measured: Measured, language: Language) -> Updates:
        headers, rows = results.heads_table(measured, language)
        return {
            self.all: {"headers": headers, "data": rows},
            self.csv: gr.update(value=results.figures_file(measured), interactive=True),
            self.progress: note_html(self._done(now, measured, language)),
            self.cancel: gr.update(visible=False),
        }

    def _done(self, now: Shown, measured: Measured, language: Language) -> str:
        """What is left out; nothing where nothing is to be."""
        if not now.without:
            return ""
        attention = self.readings.attention(now.asked)
        names = dict.fromkeys(attention.tokens[place] for place in sinks_of(attention))
        if not names:
            return say("attention.heads.no_sinks", language)
        return say(
            "attention.heads.done_without",
            language,
            count=len(measured.without),
            names=", ".join(names),
            tokens=len(attention.tokens),
        )


def _place(
    asked: Asked,
    without: bool,
    shown: Shown | None,
    measured: Measured,
    chosen: tuple[int, int] | None,
) -> Shown:
    """The head chosen, or shown where the model is the same; else the sparsest."""
    if chosen:
        return Shown(asked, without, *chosen)
    if shown and shown.asked.model == asked.model:
        return Shown(asked, without, shown.layer, shown.head)
    return Shown(asked, without, *strongest(values_of(measured, DEFAULT), DEFAULT))


def _number(value: Any, most: int) -> int:
    """A chooser's number as a place counted from nought."""
    whole = isinstance(value, (int, float)) and value == value and 1 <= value <= most
    if not whole:
        raise InputProblem("attention.heads.unknown")
    return int(value) - 1


def _numbers(count: int, place: int) -> Any:
    return gr.update(choices=list(range(1, count + 1)), value=place + 1)
