"""IsoFLOP: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import once_open, plots_fitted, when_laid_out
from demos.frame.progress import note_html, notice_html
from demos.frame.strings import Language, language_of, text
from demos.frame.svg import svg_button
from demos.scaling.answers import Question
from demos.scaling.budgets import figures, results
from demos.scaling.budgets.view import WIDTHS, View, check_width, view_of
from demos.scaling.desk import POINTS_KNOWN, Desk
from demos.scaling.isoflop import WIDTH
from demos.scaling.sources import Chosen

Updates = dict[Any, Any]
Shown = tuple[Chosen, Question | None, float, Language]


class IsoFlopPanel:
    """Components as attributes, handlers as methods; laid out inside an open `gr.Tab`."""

    def __init__(self, desk: Desk):
        self.desk = desk
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("scaling.budgets.intro"))
        self.width = gr.Slider(
            *WIDTHS,
            value=WIDTH,
            step=0.01,
            label=text("scaling.budgets.width"),
            info=text("scaling.budgets.width_hint"),
            elem_id="scaling-isoflop-width",
        )
        self.note = gr.HTML(elem_id="scaling-isoflop-note")
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="scaling-isoflop-about"):
            formula_markdown("scaling.budgets.about_text")
        self._wire(tab)

    def _lay_out_results(self) -> None:
        with gr.Column(visible=False, elem_id="scaling-isoflop-results") as self.results:
            self.reading = gr.HTML(elem_id="scaling-isoflop-reading")
            with gr.Row():
                self.parabolas, self.power = _plot("parabolas"), _plot("power")
            gr.Markdown(text("scaling.budgets.table_title"))
            self.table = gr.HTML(elem_id="scaling-isoflop-table")
            formula_markdown("scaling.optimal.exponents_title")
            self.exponents = gr.HTML(elem_id="scaling-isoflop-exponents")
            self.csv = gr.DownloadButton(
                cast(str, text("scaling.budgets.csv")),
                size="sm",
                interactive=False,
                elem_id="scaling-isoflop-csv",
            )

    def _wire(self, tab: gr.Tab) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.opened = gr.State(False)
        self.shown: gr.State = gr.State(cast(Any, None))  # a `Shown`
        selected = tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("scaling-isoflop-about", POINTS_KNOWN),
            api_name="scaling_isoflop_select",
            **common,
        )
        inputs = [self.opened, self.desk.chosen, self.desk.question, self.shown, self.width]
        outputs = [self.shown, self.note, self.results, self.reading, self.parabolas, self.power,
                   self.table, self.exponents, self.csv]  # fmt: skip
        drawn = gr.on(
            [
                self.opened.change,
                once_open("scaling-isoflop", self.desk.chosen.change, self.desk.question.change),
            ],
            self.on_points,
            inputs,
            outputs,
            trigger_mode="always_last",
            api_name="scaling_isoflop_draw",
            **common,
        )
        moved = self.width.release(
            self.on_points,
            inputs,
            outputs,
            validator=self.check,
            trigger_mode="always_last",
            api_name="scaling_isoflop_width",
            **common,
        )
        for name, event in (("select", selected), ("draw", drawn), ("width", moved)):
            event.success(
                None,
                js=plots_fitted("scaling-isoflop-results"),
                api_name=f"scaling_isoflop_{name}_fitted",
                **common,
            )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self, opened: Any, chosen: Any, question: Any, shown: Any, width: Any, request: gr.Request
    ) -> list[Any]:
        """Validator: a sentence at the slider."""
        problem = problem_or_none(lambda: check_width(width), language_of(request))
        return [*(field(None) for _ in range(4)), field(problem)]

    @visible_errors
    def on_points(
        self,
        opened: bool,
        chosen: Chosen,
        question: Question | None,
        shown: Shown | None,
        width: Any,
        request: gr.Request,
    ) -> Updates:
        """Parabolas of the points; nothing for those who have never opened the tab."""
        if not opened:
            return {self.shown: gr.skip()}
        language = language_of(request)
        wanted: Shown = (chosen, question, _width_or(width, shown), language)
        if wanted == shown:
            return {self.shown: gr.skip()}
        answer = None if question is None else self.desk.answers.kept(question)
        try:
            points = self.desk.tables.points(chosen)
            view = view_of(chosen, points, wanted[2], answer)
        except InputProblem as problem:
            return {
                self.shown: None,
                self.note: note_html(problem.sentence(language)),
                self.results: gr.update(visible=False),
                self.csv: gr.update(interactive=False),
            }
        return self._drawn(view, wanted)

    def _drawn(self, view: View, wanted: Shown) -> Updates:
        language = wanted[3]
        return {
            self.shown: wanted,
            self.note: "",
            self.results: gr.update(visible=True),
            self.reading: notice_html(results.reading(view, language)),
            self.parabolas: figures.parabolas_figure(view, language),
            self.power: figures.power_figure(view, language),
            self.table: results.parabolas_html(view, language),
            self.exponents: results.exponents_html(view, language),
            self.csv: gr.update(value=results.parabolas_file(view), interactive=True),
        }


def _width_or(width: Any, shown: Shown | None) -> float:
    """The slider's width; while a slip stands in its field, what was shown or the default."""
    try:
        return check_width(width)
    except InputProblem:
        return shown[2] if shown else WIDTH


def _plot(name: str) -> gr.Plot:
    elem_id = f"scaling-isoflop-{name}"
    with gr.Column(min_width=320):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, f"scaling-isoflop-{name}")
    return plot
