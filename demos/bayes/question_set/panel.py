"""Question set: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.bayes.contexts import WAYS
from demos.bayes.extension.setting import BETAS, check_model, check_rule, check_ways
from demos.bayes.question_set import figures, results
from demos.bayes.question_set.questions import bundled_questions
from demos.bayes.question_set.running import Outcome, Setting, asking
from demos.bayes.question_set.shipped import read_shipped
from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.fields import check_number, check_whole
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import IDLE, notice_html, progress_html, progress_line, say_cancelled
from demos.frame.steps import paced, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button

COUNTS = (8, len(bundled_questions()))  # of fewer an interval says nothing

Updates = dict[Any, Any]


class QuestionsPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection shows our run
        gr.Markdown(text("bayes.questions.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="bayes-questions-about"):
            formula_markdown("bayes.questions.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            self.count = _slider("count", COUNTS, COUNTS[0], 1)
            self.beta = _slider("beta", BETAS, 0.25, 0.05)
            self.model = gr.Dropdown(
                [(c.title, c.key) for c in self.registry.catalog.of_kind("causal-lm")],
                value=Setting(1).model,
                label=text("bayes.extension.model"),
                min_width=220,
                allow_custom_value=self.registry.allow_hub_ids,
                elem_id="bayes-questions-model",
            )
        self.ways = gr.CheckboxGroup(
            [(text(_choice(way)), way) for way in WAYS],
            value=["nbce", "concatenated", "alone"],
            label=text("bayes.extension.ways"),
            elem_id="bayes-questions-ways",
        )
        with gr.Row():
            self.run = gr.Button(
                text("bayes.questions.run"), variant="primary", elem_id="bayes-questions-run"
            )
            self.ours = gr.Button(text("bayes.questions.ours"), elem_id="bayes-questions-ours")
        self.progress, self.cancel = progress_line("bayes-questions")

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="bayes-questions-findings")
        self.means = gr.Plot(show_label=False, elem_id="bayes-questions-means")
        svg_button("bayes-questions-means", "bayes-questions-means")
        self.table = gr.Dataframe(
            label=text("bayes.questions.table"),
            interactive=False,
            wrap=True,
            elem_id="bayes-questions-table",
        )
        self.answers = gr.Dataframe(
            label=text("bayes.questions.answers"),
            interactive=False,
            wrap=True,
            max_height=420,
            elem_id="bayes-questions-answers",
        )
        self.csv = gr.DownloadButton(
            cast(str, text("bayes.questions.csv")),
            size="sm",
            interactive=False,
            elem_id="bayes-questions-csv",
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        shown = [self.findings, self.means, self.table, self.answers, self.csv]
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("bayes-questions-csv"),
            api_name="bayes_questions_select",
            **_common(),
        )
        gr.on(
            [self.opened.change, self.ours.click],
            self.on_ours,
            None,
            shown,
            api_name="bayes_questions_ours",
            **_common(),
        )
        asked = self.run.click(
            self.on_run,
            [self.count, self.beta, self.model, self.ways],
            [self.progress, self.cancel, *shown],
            validator=self.check,
            trigger_mode="once",
            api_name="bayes_questions_run",
            **_common(),
        )
        self.cancel.click(
            None, cancels=[asked], api_name="bayes_questions_cancel", **_common()
        ).then(
            self.on_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="bayes_questions_cancelled",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    @visible_errors
    def on_ours(self, request: gr.Request) -> Updates:
        """The outcome that comes with the app."""
        return self._shown(read_shipped(), language_of(request))

    def check(self, count: Any, beta: Any, model: Any, ways: Any, request: gr.Request) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        checks: list[Callable[[], object]] = [
            partial(check_whole, "count", count, COUNTS),
            partial(check_number, "β", beta, BETAS),
            partial(check_model, self.registry, model),
            partial(check_ways, ways),
        ]
        language = language_of(request)
        return [field(problem_or_none(check, language)) for check in checks]

    @visible_errors
    def on_run(
        self, count: Any, beta: Any, model: Any, ways: Any, request: gr.Request
    ) -> Iterator[Updates]:
        """Ask; progress meanwhile, everything at the end."""
        language = language_of(request)
        setting = Setting(
            check_whole("count", count, COUNTS),
            check_ways(ways),
            check_rule(beta=beta, new_tokens=24),
            check_model(self.registry, model),
        )
        rest = {self.progress: IDLE, self.cancel: gr.update(visible=False)}
        what = say("bayes.questions.asking", language)
        try:
            outcome = yield from showing(
                paced(asking(setting, self.registry)),
                lambda step: {
                    self.progress: progress_html(what, step, language),
                    self.cancel: gr.update(visible=True),
                },
            )
            yield rest | self._shown(outcome, language)
        except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
            yield rest
            raise

    def _shown(self, outcome: Outcome, language: Language) -> Updates:
        means, answers = (
            dict(zip(("headers", "data"), table(outcome, language), strict=True))
            for table in (results.means_table, results.answers_table)
        )
        return {
            self.findings: notice_html(results.findings(outcome, language)),
            self.means: figures.means_figure(outcome, language),
            self.table: means,
            self.answers: answers,
            self.csv: gr.update(value=results.answers_file(outcome), interactive=True),
        }

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """The note that it was cancelled, and no button any more."""
        return say_cancelled(request)[0], gr.update(visible=False)


def _choice(way: str) -> str:
    return f"bayes.{'questions' if way == 'alone' else 'extension'}.choice.{way}"


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _slider(name: str, bounds: tuple[float, float], value: float, step: float) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"bayes.questions.{name}"),
        min_width=200,
        elem_id=f"bayes-questions-{name}",
    )
