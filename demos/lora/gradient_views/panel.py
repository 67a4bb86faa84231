"""Gradient views: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.fields import check_whole
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.log_slider import as_number, log_slider
from demos.frame.progress import notice_html
from demos.frame.strings import language_of, text
from demos.frame.svg import svg_button
from demos.lora.directions import KINDS
from demos.lora.fields import check_seed
from demos.lora.gradient_views import figures, results
from demos.lora.gradient_views import setting as settings
from demos.lora.gradient_views.drawing import looking
from demos.lora.gradient_views.setting import Setting, check_setting
from demos.lora.optimizers import check_rank

DEFAULT = Setting()

Updates = dict[Any, Any]


class GradientsPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("lora.gradients.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="lora-gradients-about"):
            formula_markdown("lora.gradients.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            self.kind = _radio("kind", KINDS, DEFAULT.kind)
            self.point = _radio("point", settings.POINTS, DEFAULT.point)
        with gr.Row():
            self.n = _slider("n", settings.SIDES, DEFAULT.n)
            self.m = _slider("m", settings.SIDES, DEFAULT.m)
            self.rank = _slider("rank", settings.RANKS, DEFAULT.rank)
            self.gradient_rank = _slider("gradient_rank", settings.RANKS, DEFAULT.gradient_rank)
        with gr.Row():
            with gr.Column(min_width=240):
                self.eta = log_slider(
                    text("lora.gradients.eta"), *settings.ETAS, DEFAULT.eta, "lora-gradients-eta"
                )
            self.samples = _slider("samples", settings.SAMPLES, DEFAULT.samples, 10, 260)
            self.seed = gr.Number(
                0,
                precision=0,
                label=text("lora.seed"),
                min_width=120,
                elem_id="lora-gradients-seed",
            )

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="lora-gradients-findings")
        with gr.Row():
            self.directions, self.mean = (_plot(name) for name in ("directions", "mean"))
        self.table = gr.Dataframe(
            label=text("lora.gradients.table"),
            interactive=False,
            wrap=True,
            elem_id="lora-gradients-table",
        )
        self.csv = gr.DownloadButton(
            cast(str, text("lora.gradients.csv")),
            size="sm",
            interactive=False,
            elem_id="lora-gradients-csv",
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("lora-gradients-csv"),
            api_name="lora_gradients_select",
            **_common(),
        )
        sliders = [self.n, self.m, self.rank, self.gradient_rank, self.samples]
        gr.on(
            [
                *(self.opened.change, self.kind.input, self.point.input, self.eta.input),
                *(self.seed.input, *(slider.release for slider in sliders)),
            ],
            self.on_look,
            [
                *(self.n, self.m, self.rank, self.kind, self.gradient_rank),
                *(self.point, self.eta, self.samples, self.seed),
            ],
            [self.findings, self.directions, self.mean, self.table, self.csv],
            validator=self.check,
            trigger_mode="always_last",
            api_name="lora_gradients_look",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self,
        n: Any,
        m: Any,
        rank: Any,
        kind: Any,
        gradient_rank: Any,
        point: Any,
        eta: Any,
        samples: Any,
        seed: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""

        def check_the_rank() -> None:
            check_rank(check_whole("r", rank, settings.RANKS), n, m)

        checks: list[Callable[[], object]] = [
            lambda: check_whole("n", n, settings.SIDES),
            lambda: check_whole("m", m, settings.SIDES),
            check_the_rank,
            lambda: None,
            lambda: settings.check_gradient_rank(kind, gradient_rank, n, m),
            lambda: None,
            lambda: as_number(eta, *settings.ETAS),
            lambda: check_whole("K", samples, settings.SAMPLES),
            lambda: check_seed(seed),
        ]
        language = language_of(request)
        sides = [problem_or_none(check, language) for check in checks[:2]]
        # Of ranks nothing is said while a side is wrong.
        if any(sides):
            checks[2] = checks[4] = lambda: None
        rest = [problem_or_none(check, language) for check in checks[2:]]
        return [field(problem) for problem in [*sides, *rest]]

    @visible_errors
    def on_look(
        self,
        n: Any,
        m: Any,
        rank: Any,
        kind: Any,
        gradient_rank: Any,
        point: Any,
        eta: Any,
        samples: Any,
        seed: Any,
        request: gr.Request,
    ) -> Updates:
        """Everything below the fields."""
        setting = check_setting(n, m, rank, kind, gradient_rank, point, eta, samples, seed)
        language = language_of(request)
        views = looking(setting, self.registry.run)
        headers, rows = results.table(views, language)
        return {
            self.findings: notice_html(results.findings(views, language)),
            self.directions: figures.directions_figure(views, language),
            self.mean: figures.mean_figure(views, language),
            self.table: {"headers": headers, "data": rows},
            self.csv: gr.update(value=results.file(views), interactive=True),
        }


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _radio(name: str, choices: tuple[str, ...], value: str) -> gr.Radio:
    return gr.Radio(
        [(text(f"lora.gradients.{name}.{key}"), key) for key in choices],
        value=value,
        label=text(f"lora.gradients.{name}"),
        min_width=320,
        elem_id=f"lora-gradients-{name}",
    )


def _slider(
    name: str, bounds: tuple[int, int], value: int, step: int = 1, min_width: int = 180
) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"lora.gradients.{name}"),
        min_width=min_width,
        elem_id=f"lora-gradients-{name.replace('_', '-')}",
    )


def _plot(name: str) -> gr.Plot:
    elem_id = f"lora-gradients-{name}"
    with gr.Column(min_width=340):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, elem_id)
    return plot
