"""Fine-tuning: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.fields import check_known, check_whole
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import (
    IDLE,
    note_html,
    notice_html,
    progress_html,
    progress_line,
    say_cancelled,
)
from demos.frame.steps import paced
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.lora.fields import check_number, check_seed
from demos.lora.finetuning import figures, results
from demos.lora.finetuning.methods import METHODS, RANKS, RATES, MethodName, Run, check_rank
from demos.lora.finetuning.shipped import shipped
from demos.lora.finetuning.tuning import Course, Event, tuning
from models.train.bundled import HELD_OUT_SHARE, bundled_pairs
from models.train.events import Evaluated, Queued, StepDone
from models.train.tuning import Task
from models.work import Progress

STEPS, RATE_BOUNDS = (10, 100), (1e-8, 1.0)
DEFAULT_METHODS, DEFAULT_STEPS, DEFAULT_RANK, BATCH = ("full", "lora", "additive"), 30, 8, 16
_SECONDS_BETWEEN_PLOTS = 2.0
_SHIPPED_WIDTHS: list[str | int] = [
    *("170px", "84px", "76px", "190px", "190px", "210px", "104px", "104px")
]

Updates = dict[Any, Any]


class FinetuningPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection shows
        gr.Markdown(text("lora.tuning.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        gr.Markdown(text("lora.tuning.shipped.intro"))
        self._lay_out_shipped()
        with gr.Accordion(text("about"), open=False, elem_id="lora-tuning-about"):
            formula_markdown("lora.tuning.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        self.methods = gr.CheckboxGroup(
            [(text(f"lora.tuning.method.{name}"), name) for name in METHODS],
            value=list(DEFAULT_METHODS),
            label=text("lora.race.methods"),
            elem_id="lora-tuning-methods",
        )
        with gr.Row():
            self.steps = gr.Slider(
                *STEPS,
                value=DEFAULT_STEPS,
                step=5,
                label=text("lora.tuning.steps"),
                min_width=180,
                elem_id="lora-tuning-steps",
            )
            self.rank = gr.Dropdown(
                [(str(rank), rank) for rank in RANKS],
                value=DEFAULT_RANK,
                label=text("lora.race.rank"),
                min_width=120,
                elem_id="lora-tuning-rank",
            )
            self.seed = gr.Number(
                0, precision=0, label=text("lora.seed"), min_width=120, elem_id="lora-tuning-seed"
            )
        with (
            gr.Accordion(text("lora.tuning.rates"), open=False, elem_id="lora-tuning-options"),
            gr.Row(),
        ):
            self.rates = [
                gr.Textbox(
                    label=text(f"lora.tuning.method.{name}"),
                    placeholder=f"{RATES[name]:g}",
                    max_lines=1,
                    min_width=150,
                    elem_id=f"lora-tuning-rate-{name}",
                )
                for name in METHODS
            ]
        self.run = gr.Button(text("lora.tuning.run"), variant="primary", elem_id="lora-tuning-run")
        self.progress, self.cancel = progress_line("lora-tuning")

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="lora-tuning-findings")
        with gr.Column(visible=False) as self.box:
            with gr.Row():
                self.losses, self.spearman = (_plot(name) for name in ("losses", "spearman"))
            self.table = gr.Dataframe(
                label=text("lora.tuning.table"),
                interactive=False,
                wrap=True,
                elem_id="lora-tuning-table",
            )
            self.csv = gr.DownloadButton(
                cast(str, text("lora.tuning.csv")),
                size="sm",
                interactive=False,
                elem_id="lora-tuning-csv",
            )
            self.layer = gr.Dropdown(
                [(cast(str, text("lora.tuning.layer.all")), results.ALL)],
                value=results.ALL,
                label=text("lora.tuning.layer"),
                elem_id="lora-tuning-layer",
            )
            with gr.Row():
                self.spectrum, self.ranks = (_plot(name) for name in ("spectrum", "ranks"))
            self.courses = gr.State(cast("list[Course]", []))

    def _lay_out_shipped(self) -> None:
        self.shipped_findings = gr.HTML(elem_id="lora-tuning-shipped-findings")
        with gr.Column(visible=shipped() is not None):
            self.shipped_plot = _plot("shipped-plot")
        self.shipped_table = gr.Dataframe(
            label=text("lora.tuning.shipped.table"),
            interactive=False,
            wrap=True,
            visible=shipped() is not None,
            column_widths=_SHIPPED_WIDTHS,
            elem_id="lora-tuning-shipped-table",
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        tab.select(
            self.on_open,
            None,
            [self.shipped_findings, self.shipped_table, self.shipped_plot],
            js=when_laid_out("lora-tuning-shipped-findings"),
            api_name="lora_tuning_open",
            **_common(),
        )
        run = self.run.click(
            self.on_run,
            [self.methods, self.steps, self.rank, self.seed, *self.rates],
            [
                *(self.progress, self.cancel, self.findings, self.box),
                *(self.losses, self.spearman, self.table, self.csv, self.ranks),
                *(self.layer, self.spectrum, self.courses),
            ],
            validator=self.check,
            trigger_mode="once",
            api_name="lora_tuning_run",
            **_common(),
        )
        self.layer.input(
            self.on_layer,
            [self.layer, self.courses],
            self.spectrum,
            trigger_mode="always_last",
            api_name="lora_tuning_layer",
            **_common(),
        )
        self.cancel.click(None, cancels=[run], api_name="lora_tuning_cancel", **_common()).then(
            self.on_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="lora_tuning_cancelled",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def on_open(self, request: gr.Request) -> tuple[str, Any, Any]:
        """The comparison that comes with the app."""
        language, known = language_of(request), shipped()
        if known is None:
            return (
                note_html(say("lora.tuning.shipped.absent", language), "warning"),
                gr.skip(),
                gr.skip(),
            )
        headers, rows = results.shipped_table(known, language)
        said = notice_html(results.shipped_findings(known, language))
        figure = figures.shipped_figure(known, language)
        return said, {"headers": headers, "data": rows}, figure

    def check(
        self,
        methods: Any,
        steps: Any,
        rank: Any,
        seed: Any,
        full: Any,
        adapter: Any,
        lora: Any,
        lora_plus: Any,
        random: Any,
        additive: Any,
        galore: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        rates = (full, adapter, lora, lora_plus, random, additive, galore)
        checks: list[Callable[[], object]] = [
            lambda: _check_methods(methods),
            lambda: check_whole("steps", steps, STEPS),
            lambda: check_rank(rank),
            lambda: check_seed(seed),
            *(partial(_check_rate, name, rate) for name, rate in zip(METHODS, rates, strict=True)),
        ]
        language = language_of(request)
        return [field(problem_or_none(check, language)) for check in checks]

    @visible_errors
    def on_run(
        self,
        methods: Any,
        steps: Any,
        rank: Any,
        seed: Any,
        full: Any,
        adapter: Any,
        lora: Any,
        lora_plus: Any,
        random: Any,
        additive: Any,
        galore: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Train one method after the other; curves grow meanwhile, the table comes at the end."""
        language = language_of(request)
        rates = (full, adapter, lora, lora_plus, random, additive, galore)
        by_name = dict(zip(METHODS, rates, strict=True))
        runs = [
            Run(
                name,
                _check_rate(name, by_name[name]),
                check_rank(rank),
                check_whole("steps", steps, STEPS),
                BATCH,
                check_seed(seed),
            )
            for name in _check_methods(methods)
        ]
        rest = {self.progress: IDLE, self.cancel: gr.update(visible=False)}
        try:
            courses: list[Course] = []
            with closing(self._training(runs, courses)) as events:
                for number, event in paced(events, _SECONDS_BETWEEN_PLOTS):
                    yield self._working(runs, courses, number, event, language)
            yield rest | self._ended(runs, courses, language)
        except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
            yield rest
            raise

    def _training(self, runs: Sequence[Run], courses: list[Course]) -> Any:
        """Each training's events with its number; `courses` grows."""
        train, held_out = bundled_pairs().split(HELD_OUT_SHARE, seed=0)
        for number, run in enumerate(runs):
            steps = tuning(self.registry, run, [Task(train, held_out)])
            with closing(steps):
                for course, event in steps:
                    if len(courses) == number:
                        courses.append(course)
                    yield number, event

    # --- what is shown -------------------------------------------------------------------------

    def _working(
        self,
        runs: Sequence[Run],
        courses: Sequence[Course],
        number: int,
        event: Event,
        language: Language,
    ) -> Updates:
        if isinstance(event, Queued):
            waiting = note_html(say("training.queued", language, ahead=event.ahead))
            return {self.progress: waiting, self.cancel: gr.update(visible=True)}
        run = runs[number]
        done = event.step if isinstance(event, (StepDone, Evaluated)) else run.steps
        share = (number + done / run.steps) / len(runs)
        what = say("lora.tuning.working", language, method=results.name_of(run.method, language))
        return {
            self.progress: progress_html(what, Progress(done, run.steps, 0, share=share), language),
            self.cancel: gr.update(visible=True),
            self.box: gr.update(visible=True),
            **self._curves(runs, courses, language),
        }

    def _curves(
        self, runs: Sequence[Run], courses: Sequence[Course], language: Language
    ) -> Updates:
        return {
            self.losses: figures.losses_figure(courses, runs[0].steps, language),
            self.spearman: figures.spearman_figure(courses, runs[0].steps, language),
        }

    def _ended(self, runs: Sequence[Run], courses: Sequence[Course], language: Language) -> Updates:
        headers, rows = results.table(courses, language)
        return {
            self.findings: notice_html(results.findings(courses, language)),
            self.box: gr.update(visible=True),
            **self._curves(runs, courses, language),
            self.table: {"headers": headers, "data": rows},
            self.csv: gr.update(value=results.file(courses), interactive=True),
            self.ranks: figures.ranks_figure(courses, language),
            self.layer: gr.update(choices=_layers(courses, language), value=results.ALL),
            self.spectrum: figures.spectrum_figure(courses, results.ALL, language),
            self.courses: list(courses),
        }

    @visible_errors
    def on_layer(self, layer: Any, courses: list[Course], request: gr.Request) -> Any:
        """Another layer's singular values."""
        known = (results.ALL, *results.layer_names(courses))
        if len(known) == 1:
            return gr.skip()
        check_known(layer, known)
        return figures.spectrum_figure(courses, layer, language_of(request))

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """The note that it was cancelled, and no button any more; curves stay as they are."""
        return say_cancelled(request)[0], gr.update(visible=False)


def _check_methods(methods: Any) -> tuple[MethodName, ...]:
    chosen = tuple(name for name in METHODS if name in (methods or ()))
    if not chosen:
        raise InputProblem("lora.race.no_method")
    return chosen


def _check_rate(name: MethodName, rate: Any) -> float:
    """The visitor's, else the method's own."""
    if not str(rate or "").strip():
        return RATES[name]
    return check_number("lora.race.rate", rate, RATE_BOUNDS, method=name)


def _layers(courses: Sequence[Course], language: Language) -> list[tuple[str, str]]:
    return [
        (say("lora.tuning.layer.all", language), results.ALL),
        *((name, name) for name in results.layer_names(courses)),
    ]


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _plot(name: str) -> gr.Plot:
    elem_id = f"lora-tuning-{name}"
    with gr.Column(min_width=340):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, elem_id)
    return plot
