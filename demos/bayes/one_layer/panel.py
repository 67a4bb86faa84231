"""A trained layer: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.bayes.one_layer import figures, results
from demos.bayes.one_layer import setting as settings
from demos.bayes.one_layer.corpus import bundled_corpus
from demos.bayes.one_layer.reading import predicting
from demos.bayes.one_layer.setting import Setting, check_beginning, check_setting
from demos.bayes.one_layer.training import Trained, training
from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.fields import SEEDS, check_whole
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import (
    IDLE,
    duration,
    note_html,
    notice_html,
    progress_html,
    progress_line,
    say_cancelled,
)
from demos.frame.recent import Recent
from demos.frame.steps import paced, result_of, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button

DEFAULT = Setting()
BEGINNINGS = (
    "Its owner bakes a rye bread with",
    "The night train from Elling to",
    "The chess club meets on",
    "In winter the lighthouse is",
)
_KEPT = 8  # trained layers, for everybody

Updates = dict[Any, Any]


class LayerPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        self.kept = Recent(_KEPT)
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection trains
        gr.Markdown(text("bayes.layer.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="bayes-layer-about"):
            formula_markdown("bayes.layer.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row(equal_height=True):
            self.beginning = gr.Textbox(
                BEGINNINGS[0],
                label=text("bayes.layer.beginning"),
                info=text("bayes.layer.beginning_hint"),
                max_lines=2,
                scale=6,
                min_width=280,
                elem_id="bayes-layer-beginning",
            )
            self.ask = gr.Button(
                text("bayes.layer.ask"),
                variant="primary",
                scale=1,
                min_width=140,
                elem_id="bayes-layer-ask",
            )
        with gr.Row():
            self.examples = [
                gr.Button(f"{each} …", size="sm", min_width=200, elem_id=f"bayes-layer-example-{n}")
                for n, each in enumerate(BEGINNINGS)
            ]
        with gr.Accordion(text("bayes.layer.options"), open=False, elem_id="bayes-layer-options"):
            with gr.Row():
                self.dimension = _slider("dimension", settings.DIMENSIONS, DEFAULT.dimension, 4)
                self.steps = _slider("steps", settings.STEPS, DEFAULT.steps, 20)
                self.seed = gr.Number(
                    DEFAULT.seed,
                    precision=0,
                    label=text("bayes.layer.seed"),
                    min_width=120,
                    elem_id="bayes-layer-seed",
                )
            self.train = gr.Button(text("bayes.layer.train"), elem_id="bayes-layer-train")
        self.progress, self.cancel = progress_line("bayes-layer")

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="bayes-layer-findings")
        with gr.Row():
            with gr.Column(min_width=340):
                self.candidates = gr.HTML(elem_id="bayes-layer-candidates")
            with gr.Column(min_width=340):
                self.sources = gr.Dataframe(
                    label=text("bayes.layer.table.sources"),
                    interactive=False,
                    wrap=True,
                    column_widths=cast(Any, ["26%", "22%", "52%"]),
                    max_height=520,
                    elem_id="bayes-layer-sources",
                )
        with gr.Row():
            self.contributions, self.weights = (
                _plot(name) for name in ("contributions", "weights")
            )
        self.csv = _download("csv")
        self.learnt = gr.HTML(elem_id="bayes-layer-learnt")
        self.losses = _plot("losses")
        self.csv_losses = _download("csv_losses")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        self.presses = gr.State(0)  # of the buttons that fill the field
        self.trained: gr.State = gr.State(cast(Any, None))  # the `Setting` that is shown
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("bayes-layer-csv-losses"),
            api_name="bayes_layer_select",
            **_common(),
        )
        for number, button in enumerate(self.examples):
            button.click(
                _setter(BEGINNINGS[number]),
                self.presses,
                [self.presses, self.beginning],
                api_name=f"bayes_layer_example_{number}",
                **_common(),
            )
        trained = gr.on(
            [self.opened.change, self.train.click],
            self.on_train,
            [self.dimension, self.steps, self.seed],
            [
                *(self.trained, self.progress, self.cancel),
                *(self.learnt, self.losses, self.csv_losses),
            ],
            validator=self.check_training,
            trigger_mode="once",
            api_name="bayes_layer_train",
            **_common(),
        )
        self._wire_asking()
        self.cancel.click(None, cancels=[trained], api_name="bayes_layer_cancel", **_common()).then(
            self.on_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="bayes_layer_cancelled",
            **_common(),
        )

    def _wire_asking(self) -> None:
        gr.on(
            [
                *(self.trained.change, self.presses.change),
                *(self.ask.click, self.beginning.submit),
            ],
            self.on_ask,
            [self.trained, self.beginning],
            [
                *(self.findings, self.candidates, self.sources),
                *(self.contributions, self.weights, self.csv),
            ],
            validator=self.check_asking,
            trigger_mode="always_last",
            api_name="bayes_layer_ask",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check_training(
        self, dimension: Any, steps: Any, seed: Any, request: gr.Request
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        checks: list[Callable[[], object]] = [
            lambda: check_whole("d", dimension, settings.DIMENSIONS),
            lambda: check_whole("steps", steps, settings.STEPS),
            lambda: check_whole("seed", seed, SEEDS),
        ]
        return [field(problem_or_none(check, language)) for check in checks]

    def check_asking(
        self, trained: Setting | None, beginning: Any, request: gr.Request
    ) -> list[Any]:
        """Validator: a sentence at the beginning where it is empty or has unknown words."""
        vocabulary = bundled_corpus().vocabulary
        problem = problem_or_none(
            lambda: check_beginning(beginning, vocabulary), language_of(request)
        )
        return [field(None), field(problem)]

    @visible_errors
    def on_train(
        self, dimension: Any, steps: Any, seed: Any, request: gr.Request
    ) -> Iterator[Updates]:
        """Train, or show what has been trained before; progress meanwhile."""
        language = language_of(request)
        setting = check_setting(dimension, steps, seed)
        rest = {self.progress: IDLE, self.cancel: gr.update(visible=False)}
        trained: Trained | None = self.kept.get(setting)
        if trained is None:
            what = say("bayes.layer.training", language)
            try:
                trained = yield from showing(
                    paced(training(setting, self.registry.run)),
                    lambda step: {
                        self.progress: progress_html(what, step, language),
                        self.cancel: gr.update(visible=True),
                    },
                )
            except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
                yield rest
                raise
            self.kept.put(setting, trained)
        yield rest | self._shown(trained, language)

    def _shown(self, trained: Trained, language: Language) -> Updates:
        time = duration(trained.seconds, language)
        return {
            self.trained: trained.setting,
            self.progress: note_html(say("bayes.layer.done", language, time=time)),
            self.learnt: notice_html(results.training_findings(trained, language)),
            self.losses: figures.losses_figure(trained, language),
            self.csv_losses: gr.update(value=results.losses_file(trained), interactive=True),
        }

    @visible_errors
    def on_ask(self, trained: Setting | None, beginning: Any, request: gr.Request) -> Updates:
        """What comes next, by the layer that is shown."""
        if trained is None:  # the first training has been cancelled
            sentence = say("bayes.layer.untrained", language_of(request))
            return {self.findings: notice_html([sentence])}
        language = language_of(request)
        words = check_beginning(beginning, bundled_corpus().vocabulary)
        prediction = predicting(self._layer(trained), words, self.registry.run)
        headers, rows = results.sources_table(prediction, language)
        return {
            self.findings: notice_html(results.findings(prediction, language)),
            self.candidates: results.candidates_table(prediction, language),
            self.sources: {"headers": headers, "data": rows},
            self.contributions: figures.contributions_figure(prediction, language),
            self.weights: figures.weights_figure(prediction, language),
            self.csv: gr.update(value=results.file(prediction), interactive=True),
        }

    def _layer(self, setting: Setting) -> Trained:
        """A layer as it was trained; again where it has been let go: it comes out the same."""
        trained: Trained | None = self.kept.get(setting)
        if trained is None:
            trained = result_of(training(setting, self.registry.run))
            self.kept.put(setting, trained)
        return trained

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """The note that it was cancelled, and no button any more."""
        return say_cancelled(request)[0], gr.update(visible=False)


def _setter(beginning: str) -> Callable[[int], tuple[int, str]]:
    return lambda presses: (presses + 1, beginning)


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _slider(name: str, bounds: tuple[int, int], value: int, step: int) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"bayes.layer.{name}"),
        min_width=220,
        elem_id=f"bayes-layer-{name}",
    )


def _plot(name: str) -> gr.Plot:
    elem_id = f"bayes-layer-{name}"
    with gr.Column(min_width=340):
        gr.Markdown(text(f"bayes.layer.figure.{name}"))
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, elem_id)
    return plot


def _download(name: str) -> gr.DownloadButton:
    return gr.DownloadButton(
        cast(str, text(f"bayes.layer.{name}")),
        size="sm",
        interactive=False,
        elem_id=f"bayes-layer-{name.replace('_', '-')}",
    )
