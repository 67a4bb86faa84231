"""Attention is naive Bayes: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.bayes.two_routes import figures, results
from demos.bayes.two_routes import setting as settings
from demos.bayes.two_routes.comparing import comparing
from demos.bayes.two_routes.setting import KINDS, TOKENS, Setting, check_setting
from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.fields import SEEDS, check_known, check_number, check_whole
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import notice_html
from demos.frame.strings import language_of, text
from demos.frame.svg import svg_button

DEFAULT = Setting()

Updates = dict[Any, Any]


class RoutesPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("bayes.routes.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="bayes-routes-about"):
            formula_markdown("bayes.routes.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        gr.Markdown(text("bayes.routes.weights"))
        with gr.Row():
            self.weights = [
                gr.Slider(
                    *settings.WEIGHTS,
                    value=weight,
                    step=0.01,
                    label=token,
                    min_width=160,
                    elem_id=f"bayes-routes-weight-{number}",
                )
                for number, (token, weight) in enumerate(zip(TOKENS, DEFAULT.weights, strict=True))
            ]
        with gr.Row():
            with gr.Column(min_width=300):
                self.residual = gr.Checkbox(
                    DEFAULT.residual,
                    label=text("bayes.routes.residual"),
                    info=text("bayes.routes.residual_hint"),
                    elem_id="bayes-routes-residual",
                )
            with gr.Column(min_width=300):
                self.beta = gr.Slider(
                    *settings.BETAS,
                    value=DEFAULT.beta,
                    step=0.05,
                    label=text("bayes.routes.beta"),
                    elem_id="bayes-routes-beta",
                )
        with gr.Accordion(text("bayes.routes.options"), open=False, elem_id="bayes-routes-options"):
            self._lay_out_options()

    def _lay_out_options(self) -> None:
        with gr.Row():
            self.kind = gr.Radio(
                [(text(f"bayes.routes.kind.{kind}"), kind) for kind in KINDS],
                value=DEFAULT.kind,
                label=text("bayes.routes.kind"),
                min_width=320,
                elem_id="bayes-routes-kind",
            )
            self.dimension = gr.Slider(
                *settings.DIMENSIONS,
                value=DEFAULT.dimension,
                step=1,
                label=text("bayes.routes.dimension"),
                min_width=220,
                elem_id="bayes-routes-dimension",
            )
            self.seed = gr.Number(
                DEFAULT.seed,
                precision=0,
                label=text("bayes.routes.seed"),
                min_width=120,
                elem_id="bayes-routes-seed",
            )

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="bayes-routes-findings")
        with gr.Row():
            self.product, self.averaged = (_plot(name) for name in ("product", "averaged"))
        with gr.Row():
            self.skip_grams, self.rules = (_plot(name) for name in ("skip-grams", "rules"))
        self.csv = gr.DownloadButton(
            cast(str, text("bayes.routes.csv")),
            size="sm",
            interactive=False,
            elem_id="bayes-routes-csv",
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("bayes-routes-csv"),
            api_name="bayes_routes_select",
            **_common(),
        )
        inputs: list[Any] = [
            *self.weights,
            *(self.residual, self.beta, self.kind, self.dimension, self.seed),
        ]
        gr.on(
            [self.opened.change, *(each.input for each in inputs)],
            self.on_draw,
            inputs,
            [
                *(self.findings, self.product, self.averaged),
                *(self.skip_grams, self.rules, self.csv),
            ],
            validator=self.check,
            trigger_mode="always_last",
            api_name="bayes_routes_draw",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self,
        first: Any,
        second: Any,
        third: Any,
        fourth: Any,
        fifth: Any,
        sixth: Any,
        residual: Any,
        beta: Any,
        kind: Any,
        dimension: Any,
        seed: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        weights = (first, second, third, fourth, fifth, sixth)
        checks: list[Callable[[], object]] = [
            *(partial(settings.check_weight, n, weight) for n, weight in enumerate(weights)),
            lambda: None,
            lambda: check_number("β", beta, settings.BETAS),
            lambda: check_known(kind, KINDS),
            lambda: check_whole("d", dimension, settings.DIMENSIONS),
            lambda: check_whole("seed", seed, SEEDS),
        ]
        problems = [problem_or_none(check, language) for check in checks]
        if not any(problems[: len(weights)]):  # that all of them are nought is said at the first
            problems[0] = problem_or_none(lambda: settings.check_weights(weights), language)
        return [field(problem) for problem in problems]

    @visible_errors
    def on_draw(
        self,
        first: Any,
        second: Any,
        third: Any,
        fourth: Any,
        fifth: Any,
        sixth: Any,
        residual: Any,
        beta: Any,
        kind: Any,
        dimension: Any,
        seed: Any,
        request: gr.Request,
    ) -> Updates:
        """Everything below the fields."""
        weights = (first, second, third, fourth, fifth, sixth)
        setting = check_setting(weights, residual, beta, kind, dimension, seed)
        language = language_of(request)
        compared = comparing(setting, self.registry.run)
        return {
            self.findings: notice_html(results.findings(compared, language)),
            self.product: figures.route_figure(compared, "product", language),
            self.averaged: figures.route_figure(compared, "averaged", language),
            self.skip_grams: figures.skip_grams_figure(compared, language),
            self.rules: figures.rules_figure(compared, language),
            self.csv: gr.update(value=results.file(compared), interactive=True),
        }


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _plot(name: str) -> gr.Plot:
    elem_id = f"bayes-routes-{name}"
    with gr.Column(min_width=340):
        gr.Markdown(text(f"bayes.routes.figure.{name}"))
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, elem_id)
    return plot
