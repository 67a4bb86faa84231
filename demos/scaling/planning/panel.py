"""What to measure next: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of
from demos.frame.laid_out import once_open, when_laid_out
from demos.frame.progress import note_html, notice_html
from demos.frame.steps import result_of
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.scaling.answers import Answer, Question
from demos.scaling.desk import POINTS_KNOWN, Desk
from demos.scaling.fitted.reading import default_sizes, read_size
from demos.scaling.optimal.asked import read_budgets
from demos.scaling.planning import figures, results
from demos.scaling.planning.proposing import (
    LOSS,
    MOST_RUNS,
    SIZE,
    Wish,
    plan_of,
    quantities,
    read_budget,
    read_wish,
)

Updates = dict[Any, Any]
Shown = tuple[Question, Wish, Language]
_AT = ("N", "D", "x", "C")  # a box each; a quantity shows those that it needs


class PlanPanel:
    """Components as attributes, handlers as methods; laid out inside an open `gr.Tab`."""

    def __init__(self, desk: Desk):
        self.desk = desk
        tab = cast(gr.Tab, Context.block)
        gr.Markdown(text("scaling.planning.intro"))
        self._lay_out()
        with gr.Accordion(text("about"), open=False, elem_id="scaling-plan-about"):
            formula_markdown("scaling.planning.about_text")
        self._wire(tab)

    def _lay_out(self) -> None:
        with gr.Row(equal_height=True):
            self.quantity = gr.Dropdown(
                [],
                label=text("scaling.planning.quantity"),
                min_width=190,
                elem_id="scaling-plan-quantity",
                elem_classes=FOLLOWS,
            )
            self.at = [
                gr.Textbox(
                    label=text(f"scaling.planning.at.{name}"),
                    placeholder="1e23" if name == "C" else "",
                    visible=False,
                    min_width=120,
                    elem_id=f"scaling-plan-at-{name}",
                )
                for name in _AT
            ]
            self.budget = gr.Textbox(
                label=text("scaling.planning.budget"),
                info=text("scaling.planning.budget_hint"),
                min_width=180,
                elem_id="scaling-plan-budget",
            )
            self.runs = gr.Slider(
                1,
                MOST_RUNS,
                value=4,
                step=1,
                label=text("scaling.planning.runs"),
                min_width=180,
                elem_id="scaling-plan-runs",
            )
            self.show = gr.Button(
                text("scaling.planning.show"), scale=0, min_width=90, elem_id="scaling-plan-show"
            )
        self.note = gr.HTML(elem_id="scaling-plan-note")
        with gr.Column(visible=False, elem_id="scaling-plan-results") as self.results:
            self.reading = gr.HTML(elem_id="scaling-plan-reading")
            with gr.Row():
                self.map, self.after = _plot("map", 3), _plot("after", 2)
            self.table = gr.HTML(elem_id="scaling-plan-table")
            self.csv = gr.DownloadButton(
                cast(str, text("scaling.planning.csv")), size="sm", elem_id="scaling-plan-csv"
            )

    def _wire(self, tab: gr.Tab) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.opened = gr.State(False)
        self.shown: gr.State = gr.State(cast(Any, None))  # a `Shown`
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("scaling-plan-about", POINTS_KNOWN),
            api_name="scaling_plan_select",
            **common,
        )
        fields = [self.quantity, *self.at, self.budget, self.runs]
        inputs = [self.opened, self.desk.question, self.shown, *fields, self.desk.context.kept]
        outputs = [self.shown, self.note, self.results, self.quantity, *self.at, self.reading]
        outputs += [self.map, self.after, self.table, self.csv]
        gr.on(
            [self.opened.change, once_open("scaling-plan", self.desk.question.change)],
            self.on_question,
            inputs,
            outputs,
            trigger_mode="always_last",
            api_name="scaling_plan_draw",
            **common,
        )
        submits = [box.submit for box in (*self.at, self.budget)]
        gr.on(
            [self.show.click, self.quantity.input, self.runs.release, *submits],
            self.on_question,
            inputs,
            outputs,
            validator=self.check,
            trigger_mode="always_last",
            api_name="scaling_plan_show",
            **common,
        )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self,
        opened: Any,
        question: Question | None,
        shown: Any,
        quantity: str,
        n: str,
        d: str,
        x: str,
        compute: str,
        budget: str,
        runs: Any,
        kept: Kept,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that means nothing; an empty one has a default."""
        language = language_of(request)
        said: list[str | None] = [None] * 11
        if question is not None:
            answer = result_of(self.desk.answers.answering(question))
            for place, name, cell in ((4, "N", n), (5, "D", d), (6, "x", x)):
                if quantity == LOSS and name in answer.law.inputs and str(cell or "").strip():
                    said[place] = problem_or_none(lambda cell=cell: read_size(cell), language)  # type: ignore[misc]
            if quantity == SIZE and str(compute or "").strip():
                said[7] = problem_or_none(lambda: read_budgets(str(compute)), language)
            said[8] = problem_or_none(lambda: read_budget(answer, budget), language)
        return [field(each) for each in said]

    @visible_errors
    def on_question(
        self,
        opened: bool,
        question: Question | None,
        shown: Shown | None,
        quantity: str,
        n: str,
        d: str,
        x: str,
        compute: str,
        budget: str,
        runs: Any,
        kept: Kept,
        request: gr.Request,
    ) -> Updates:
        """The plan for what was fitted; nothing for those who have never opened the panel."""
        if not opened:
            return {self.shown: gr.skip()}
        language = language_of(request)
        if question is None:
            return self._nothing(note_html(say("scaling.planning.press_fit", language)))
        answer = result_of(self.desk.answers.answering(question))
        if answer.verdict.status == "refused":
            return self._nothing(notice_html(results.advice(answer, language)))
        if shown is None:
            quantity = quantity or kept_of(kept, self.quantity)
        # Sizes and budgets of another law mean nothing here.
        same = shown is None or (shown[0].law, shown[0].x) == (question.law, question.x)
        typed = (quantity, n, d, x, compute, budget) if same else (quantity, "", "", "", "", "")
        try:
            wish = read_wish(answer, *typed, runs)
            return self._drawn(answer, (question, wish, language), shown)
        except InputProblem as problem:  # with the fields in which it can be mended
            nothing = self._nothing(note_html(problem.sentence(language), "warning"))
            return nothing | self._fields(answer, quantity, language)

    def _nothing(self, note: str) -> Updates:
        return {self.shown: None, self.note: note, self.results: gr.update(visible=False)}

    def _drawn(self, answer: Answer, wanted: Shown, shown: Shown | None) -> Updates:
        if wanted == shown:
            return {self.shown: gr.skip()}
        _, wish, language = wanted
        plan = plan_of(answer, wish)
        x = answer.question.x
        return {
            self.shown: wanted,
            self.note: "",
            self.results: gr.update(visible=True),
            **self._fields(answer, wish.quantity, language),
            self.reading: notice_html(results.reading(plan, x, language)),
            self.map: figures.map_figure(plan, x, language),
            self.after: figures.after_figure(plan, language),
            self.table: results.table_html(plan, x, language),
            self.csv: gr.update(value=results.plan_file(plan, x)),
        }

    def _fields(self, answer: Answer, quantity: Any, language: Language) -> Updates:
        """What can be asked of the law, and the boxes that the question needs."""
        known = quantities(answer)
        quantity = quantity if quantity in known else known[0]
        choices = [(results.quantity_name(each, language), each) for each in known]
        updates: Updates = {self.quantity: gr.update(choices=choices, value=quantity)}
        sizes = default_sizes(answer)
        for name, box in zip(_AT, self.at, strict=True):
            needed = quantity == (SIZE if name == "C" else LOSS)
            there = needed and (name == "C" or name in answer.law.inputs)
            hint = f"{sizes[name]:.2g}" if name in sizes else "1e23"
            updates[box] = gr.update(visible=there, placeholder=hint)
        return updates


def _plot(name: str, scale: int) -> gr.Plot:
    elem_id = f"scaling-plan-{name}"
    with gr.Column(scale=scale, min_width=320):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, f"scaling-plan-{name}")
    return plot
