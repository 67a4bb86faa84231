"""Rank: layout and wiring."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.attention.desk import Desk
from demos.attention.masks import MaskName
from demos.attention.readings import Asked, sinks_of
from demos.attention.spectra import Spectrum, spectra_figure
from demos.attention.spectrum import figures, results
from demos.attention.spectrum.endpoint import make_attention_rank
from demos.attention.spectrum.head import Head, measure_head, own_mask
from demos.attention.spectrum.results import Compared
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of
from demos.frame.laid_out import once_open, when_laid_out
from demos.frame.progress import (
    IDLE,
    note_html,
    notice_html,
    progress_html,
    progress_line,
    say_cancelled,
)
from demos.frame.steps import showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from models.attention import Attention
from models.work import Progress

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Shown:
    """What the panel shows: which head of which text."""

    asked: Asked
    chosen: Head


@dataclass(frozen=True)
class Begun:
    """The head with which a text begins, counted from nought, and what there is to choose from."""

    asked: Asked
    layer: int
    head: int
    layers: int
    heads: int


class SpectrumPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.registry, self.readings = desk, desk.registry, desk.readings
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("attention.rank.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="attention-rank-about"):
            formula_markdown("attention.rank.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            with gr.Column(scale=2, min_width=320), gr.Row():
                self.layer, self.head = (
                    gr.Slider(
                        1,
                        12,
                        value=1,
                        step=1,
                        label=text(f"attention.rank.{name}"),
                        min_width=220,
                        elem_id=f"attention-rank-{name}",
                        elem_classes=FOLLOWS,
                    )
                    for name in ("layer", "head")
                )
            with gr.Column(min_width=320):
                self.sinks = gr.Checkbox(
                    value=True,
                    label=text("attention.rank.sinks"),
                    info=text("attention.rank.sinks_hint"),
                    elem_id="attention-rank-sinks",
                )
        self.progress, self.cancel = progress_line("attention-rank")

    def _lay_out_results(self) -> None:
        self.notes = gr.HTML(elem_id="attention-rank-notes")
        with gr.Row():
            with gr.Column(min_width=340):
                self.spectra = gr.Plot(show_label=False, elem_id="attention-rank-spectra")
                svg_button("attention-rank-spectra", "attention-spectra")
            with gr.Column(min_width=340):
                self.heads = gr.Plot(show_label=False, elem_id="attention-rank-heads")
                svg_button("attention-rank-heads", "attention-effective-rank")
        self.table = gr.Dataframe(
            label=text("attention.rank.table"),
            interactive=False,
            wrap=True,
            max_height=640,
            column_widths=[185, 240, 95, 85, 72, 72, 72, 72, 72, 115, 105],
            elem_id="attention-rank-table",
        )
        with gr.Row():
            self.csv_head, self.csv_all = (
                gr.DownloadButton(
                    cast(str, text(f"attention.rank.csv_{name}")),
                    size="sm",
                    interactive=False,
                    elem_id=f"attention-rank-csv-{name}",
                )
                for name in ("head", "all")
            )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.visits = gr.State(0)  # counts the selections that ask for a drawing; 0: never seen
        self.shown: gr.State = gr.State(cast(Any, None))
        self.begun: gr.State = gr.State(cast(Any, None))
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        tab.select(
            self.on_select,
            [self.visits, self.desk.reading, self.shown],
            self.visits,
            js=when_laid_out("attention-rank-csv-all"),
            api_name="attention_rank_select",
            **common,
        )
        outputs = [
            *(self.shown, self.begun, self.cancel, self.progress, self.notes),
            *(self.spectra, self.heads, self.table, self.csv_head, self.csv_all),
        ]
        read = gr.on(
            [self.visits.change, once_open("attention-rank", self.desk.reading.change)],
            self.on_text,
            [self.visits, self.desk.reading, self.sinks, self.shown, self.desk.context.kept],
            outputs,
            trigger_mode="always_last",
            api_name="attention_rank_text",
            **common,
        )
        chosen = gr.on(
            [self.sinks.input, self.layer.release, self.head.release],
            self.on_choose,
            [self.desk.reading, self.sinks, self.layer, self.head, self.shown],
            outputs,
            validator=self.check_inputs,
            cancels=[read],
            trigger_mode="always_last",
            api_name="attention_rank_choose",
            **common,
        )
        # A choice among the heads of the last text shall not be drawn over the next.
        self.desk.reading.change(None, cancels=[chosen], api_name="attention_rank_stop", **common)
        # Apart from the drawing: sliders that a stream of updates moves sometimes stay behind.
        self.begun.change(
            self.on_begun,
            self.begun,
            [self.layer, self.head],
            api_name="attention_rank_begun",
            **common,
        )
        self.cancel.click(
            None, cancels=[read, chosen], api_name="attention_rank_cancel", **common
        ).then(
            self.on_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="attention_rank_cancelled",
            **common,
        )
        endpoint = make_attention_rank(self.registry, self.readings.briefly())
        gr.api(endpoint, api_name="attention_rank")

    # --- handlers ------------------------------------------------------------------------------

    def on_select(self, visits: int, reading: Asked | None, shown: Shown | None) -> int:
        """The tab is selected: ask for a drawing unless it stands there."""
        stands = shown is not None and shown.asked == reading
        return visits if visits and stands else visits + 1

    def check_inputs(
        self,
        reading: Asked | None,
        sinks: bool,
        layer: Any,
        head: Any,
        shown: Shown | None,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at a layer or head that the model has not."""
        fine = field(None)
        if reading is None or shown is None or shown.asked != reading:
            return [fine] * 5
        language = language_of(request)
        attention = self.readings.attention(reading)
        checks = (
            lambda: _counted(layer, attention.layers),
            lambda: _counted(head, attention.heads),
        )
        problems = [field(problem_or_none(check, language)) for check in checks]
        return [fine, fine, *problems, fine]

    @visible_errors
    def on_text(
        self,
        visits: int,
        reading: Asked | None,
        sinks: bool,
        shown: Shown | None,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Draw another text; nothing for those who have never opened the tab."""
        if not visits or reading is None or (shown is not None and shown.asked == reading):
            yield {self.shown: shown}
            return
        chosen = self._chosen(kept, reading, sinks) if shown is None else None
        yield from self._drawing(reading, sinks, chosen, language_of(request), begins=True)

    @visible_errors
    def on_choose(
        self,
        reading: Asked | None,
        sinks: bool,
        layer: Any,
        head: Any,
        shown: Shown | None,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Draw another head, or with or without the sinks."""
        if reading is None:
            yield {self.shown: shown}
            return
        chosen = None
        if shown is not None and shown.asked == reading:
            attention = self.readings.attention(reading)
            layer, head = _counted(layer, attention.layers), _counted(head, attention.heads)
            chosen = Head(layer, head, sinks)
        yield from self._drawing(reading, sinks, chosen, language_of(request))

    def on_begun(self, begun: Begun | None) -> tuple[Any, Any]:
        """Sliders at the head with which a text begins."""
        if begun is None:
            return gr.skip(), gr.skip()
        return _slider(begun.layer, begun.layers), _slider(begun.head, begun.heads)

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """The note that it was cancelled, and no button any more."""
        return say_cancelled(request)[0], gr.update(visible=False)

    # --- what is shown -------------------------------------------------------------------------

    def _chosen(self, kept: Kept, reading: Asked, sinks: bool) -> Head | None:
        """The head that was looked at before a reload, where the model has it."""
        fields = kept_of(kept, self.layer), kept_of(kept, self.head)
        if fields == (None, None):
            return None
        attention = self.readings.attention(reading)
        try:  # the first is what was laid out, and is not kept
            layer, head = (1 if each is None else each for each in fields)
            return Head(_counted(layer, attention.layers), _counted(head, attention.heads), sinks)
        except InputProblem:
            return None

    def _drawing(
        self,
        reading: Asked,
        sinks: bool,
        chosen: Head | None,
        language: Language,
        begins: bool = False,
    ) -> Iterator[Updates]:
        """The chosen head and all others; without a choice, a typical one of a new text."""
        yield {self.cancel: gr.update(visible=True)}
        # States are said at the end alone: cancelled before, nothing counts as shown.
        states: Updates = {}
        try:
            attention = self.readings.attention(reading)
            if chosen is None:
                measured = yield from self._measuring(reading, None, True, language)
                chosen, begins = replace(results.typical_head(measured), sinks=sinks), True
            if begins:
                place, sizes = (chosen.layer, chosen.head), (attention.layers, attention.heads)
                states[self.begun] = Begun(reading, *place, *sizes)
            states[self.shown] = Shown(reading, chosen)
            everything = yield from self._draw(reading, attention, chosen, language)
            yield everything | states | self._at_rest()
        except Exception:  # said by `visible_errors`; the button shall not look busy meanwhile
            yield self._at_rest()
            raise

    def _at_rest(self) -> Updates:
        return {self.progress: IDLE, self.cancel: gr.update(visible=False)}

    def _draw(
        self, reading: Asked, attention: Attention, chosen: Head, language: Language
    ) -> Generator[Updates, None, Updates]:
        """One head, then all; the end repeats what came before, lest a page that was still being
        laid out has missed it."""
        spectra = measure_head(self.registry, attention, chosen)
        about_head = results.about_head(spectra, chosen, language)
        one = self._one_head(attention, chosen, spectra, language)
        note = self._what_if(reading, attention, chosen, language)
        yield one | {self.notes: note + notice_html([about_head])}
        compared = yield from self._comparing(reading, attention, chosen.sinks, language)
        n, own = spectra[0].size, own_mask(attention)
        sentences = [
            results.about_all(compared, n, language),
            about_head,
            results.about_exact(n, attention.queries.shape[-1], language),
            results.about_resolution(compared, language),
        ]
        return one | {
            self.notes: note + notice_html(sentences),
            self.heads: figures.all_heads(compared.effective(), own, chosen, n, language),
            self.csv_all: gr.update(value=results.heads_file(compared), interactive=True),
        }

    def _one_head(
        self,
        attention: Attention,
        chosen: Head,
        spectra: tuple[Spectrum, ...],
        language: Language,
    ) -> Updates:
        headers, rows = results.table(spectra, attention, chosen, language)
        return {
            self.spectra: spectra_figure(spectra, language),
            self.table: {"headers": headers, "data": rows},
            self.csv_head: gr.update(value=results.spectra_file(spectra, chosen), interactive=True),
        }

    def _what_if(
        self, reading: Asked, attention: Attention, chosen: Head, language: Language
    ) -> str:
        without = 0 if chosen.sinks else len(sinks_of(attention))
        title = self.registry.title(reading.model)
        return note_html(results.what_if(attention, title, without, language))

    def _comparing(
        self, reading: Asked, attention: Attention, sinks: bool, language: Language
    ) -> Generator[Updates, None, Compared]:
        own = own_mask(attention)
        measured = []
        names: tuple[MaskName, ...] = ("bidirectional", "causal")
        for name in names:
            # Its own mask has most likely been measured already, under the name of None.
            mask = None if name == own else name
            measured.append((yield from self._measuring(reading, mask, sinks, language)))
        return Compared(*measured)

    def _measuring(
        self, reading: Asked, mask: MaskName | None, sinks: bool, language: Language
    ) -> Generator[Updates, None, Any]:
        what = say(f"attention.rank.measuring.{mask or 'own'}", language)

        def show(step: Progress) -> Updates:
            return {self.progress: progress_html(what, step, language)}

        return showing(self.readings.measuring(reading, mask, sinks), show)


def _counted(value: Any, most: int) -> int:
    """A layer or head counted from one, as counted from nought."""
    if not isinstance(value, (int, float)) or not 1 <= value <= most or int(value) != value:
        raise InputProblem("attention.rank.out_of_range", most=most)
    return int(value) - 1


def _slider(place: int, most: int) -> Any:
    return gr.update(value=place + 1, maximum=max(most, 2), interactive=most > 1)
