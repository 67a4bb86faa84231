"""Compute-optimal: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import once_open, plots_fitted, when_laid_out
from demos.frame.progress import note_html, notice_html
from demos.frame.steps import result_of
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.scaling.amounts import flop
from demos.scaling.answers import Answer, Question
from demos.scaling.desk import POINTS_KNOWN, Desk
from demos.scaling.frontier import FLOP_FACTOR
from demos.scaling.optimal import figures, results
from demos.scaling.optimal.asked import DEFAULT_BUDGETS, read_budgets, read_factor
from demos.scaling.optimal.endpoint import make_scaling_frontier
from demos.scaling.optimal.view import view_of

Updates = dict[Any, Any]
Shown = tuple[Question, tuple[float, ...], float, Language]


class FrontierPanel:
    """Components as attributes, handlers as methods; laid out inside an open `gr.Tab`."""

    def __init__(self, desk: Desk):
        self.desk, self.registry = desk, desk.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("scaling.optimal.intro"))
        self.note = gr.HTML(elem_id="scaling-frontier-note")
        self._lay_out_fields()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="scaling-frontier-about"):
            formula_markdown("scaling.optimal.about_text")
        self._wire(tab)
        gr.api(make_scaling_frontier(self.registry), api_name="scaling_frontier")

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_fields(self) -> None:
        with gr.Row():
            self.budgets = gr.Textbox(
                ", ".join(flop(budget) for budget in DEFAULT_BUDGETS),
                label=text("scaling.optimal.budgets"),
                info=text("scaling.optimal.budgets_hint"),
                scale=5,
                min_width=260,
                elem_id="scaling-frontier-budgets",
            )
            self.factor = gr.Textbox(
                f"{FLOP_FACTOR:g}",
                label=text("scaling.optimal.factor"),
                info=text("scaling.optimal.factor_hint"),
                scale=3,
                min_width=220,
                elem_id="scaling-frontier-factor",
            )
            self.apply = gr.Button(
                text("scaling.optimal.apply"),
                scale=1,
                min_width=120,
                elem_id="scaling-frontier-apply",
            )

    def _lay_out_results(self) -> None:
        with gr.Column(visible=False, elem_id="scaling-frontier-results") as self.results:
            self.reading = gr.HTML(elem_id="scaling-frontier-reading")
            with gr.Row():
                self.plane = _plot("plane", 7)
                self.ratio = _plot("ratio", 5)
            gr.Markdown(text("scaling.optimal.budgets_title"))
            self.table = gr.HTML(elem_id="scaling-frontier-table")
            gr.Markdown(text("scaling.optimal.claims_title"))
            self.claims = gr.HTML(elem_id="scaling-frontier-claims")
            formula_markdown("scaling.optimal.exponents_title")
            self.exponents = gr.HTML(elem_id="scaling-frontier-exponents")
            self.csv = gr.DownloadButton(
                cast(str, text("scaling.optimal.csv")),
                size="sm",
                interactive=False,
                elem_id="scaling-frontier-csv",
            )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.opened = gr.State(False)
        self.shown: gr.State = gr.State(cast(Any, None))  # a `Shown`
        selected = tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("scaling-frontier-about", POINTS_KNOWN),
            api_name="scaling_frontier_select",
            **common,
        )
        inputs = [self.opened, self.desk.question, self.shown, self.budgets, self.factor]
        outputs = [self.shown, self.note, self.results, self.reading, self.plane, self.ratio,
                   self.table, self.claims, self.exponents, self.csv]  # fmt: skip
        drawn = once_open("scaling-frontier", self.desk.question.change)(
            self.on_question,
            inputs,
            outputs,
            trigger_mode="always_last",
            api_name="scaling_frontier_draw",
            **common,
        )
        applied = gr.on(
            [self.opened.change, self.apply.click, self.budgets.submit, self.factor.submit],
            self.on_question,
            inputs,
            outputs,
            validator=self.check,
            trigger_mode="always_last",
            api_name="scaling_frontier_apply",
            **common,
        )
        for name, event in (("select", selected), ("draw", drawn), ("apply", applied)):
            event.success(
                None,
                js=plots_fitted("scaling-frontier-results"),
                api_name=f"scaling_frontier_{name}_fitted",
                **common,
            )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self, opened: Any, question: Any, shown: Any, budgets: str, factor: str, request: gr.Request
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        said = [
            problem_or_none(lambda: read_budgets(budgets), language),
            problem_or_none(lambda: read_factor(factor), language),
        ]
        return [field(None), field(None), field(None), *(field(each) for each in said)]

    @visible_errors
    def on_question(
        self,
        opened: bool,
        question: Question | None,
        shown: Shown | None,
        budgets: str,
        factor: str,
        request: gr.Request,
    ) -> Updates:
        """The frontier of what was fitted; nothing for those who have never opened the tab."""
        if not opened:
            return {self.shown: gr.skip()}
        language = language_of(request)
        if question is None:
            return self._nothing(note_html(say("scaling.optimal.press_fit", language)))
        # Another fit is drawn even while a slip stands in a field: with what was drawn last.
        asked = _asked_or(budgets, factor, shown)
        wanted: Shown = (question, *asked, language)
        if wanted == shown:
            return {self.shown: gr.skip()}
        answer = result_of(self.desk.answers.answering(question))
        refused = results.refusal_of(answer, language)
        if refused:
            kind = "note" if answer.law.trade is None else "warning"
            return self._nothing("".join(note_html(each, kind) for each in refused))
        try:
            return self._drawn(answer, wanted)
        except InputProblem as problem:  # the law has no optimum
            return self._nothing(note_html(problem.sentence(language), "warning"))

    def _nothing(self, note: str) -> Updates:
        return {
            self.shown: None,
            self.note: note,
            self.results: gr.update(visible=False),
            self.csv: gr.update(interactive=False),
        }

    def _drawn(self, answer: Answer, wanted: Shown) -> Updates:
        _, budgets, factor, language = wanted
        view = view_of(answer, budgets, factor)
        doubts = results.doubts_of(answer, language)
        return {
            self.shown: wanted,
            self.note: "".join(note_html(each, "warning") for each in doubts),
            self.results: gr.update(visible=True),
            self.reading: notice_html(results.reading(view, language)),
            self.plane: figures.contour_figure(view, language),
            self.ratio: figures.ratio_figure(view, language),
            self.table: results.budgets_html(view, language),
            self.claims: results.claims_html(view, language),
            self.exponents: results.exponents_html(view, language),
            self.csv: gr.update(value=results.budgets_file(view), interactive=True),
        }


def _asked_or(budgets: str, factor: str, shown: Shown | None) -> tuple[tuple[float, ...], float]:
    """What the fields say; where they say nothing sensible, what was shown or the defaults."""
    try:
        return read_budgets(budgets), read_factor(factor)
    except InputProblem:
        return (shown[1], shown[2]) if shown else (DEFAULT_BUDGETS, FLOP_FACTOR)


def _plot(name: str, scale: int) -> gr.Plot:
    elem_id = f"scaling-frontier-{name}"
    with gr.Column(scale=scale, min_width=320):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, f"scaling-{name}")
    return plot
