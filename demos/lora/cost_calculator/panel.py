"""Cost: layout and wiring. Closed forms alone: no model, no queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import notice_html
from demos.frame.strings import language_of, text
from demos.frame.svg import svg_button
from demos.lora.cost_calculator import figures, results
from demos.lora.cost_calculator import setting as settings
from demos.lora.cost_calculator.endpoint import lora_cost
from demos.lora.cost_calculator.setting import DEFAULT, PRESETS, Setting

Updates = dict[Any, Any]


class CostPanel:
    """Components as attributes, handlers as methods."""

    def __init__(
        self, context: AppContext
    ):  # made as the others are; nothing is computed on a device
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("lora.cost.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="lora-cost-about"):
            formula_markdown("lora.cost.about_text")
        self._wire(tab)
        gr.api(lora_cost, api_name="lora_cost")

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            self.presets = {
                key: gr.Button(
                    text(f"lora.cost.preset.{key}"),
                    size="sm",
                    min_width=180,
                    elem_id=f"lora-cost-preset-{key}",
                )
                for key in PRESETS
            }
        with gr.Row():
            self.sizes = [
                gr.Number(
                    getattr(DEFAULT, name),
                    label=text(f"lora.cost.{name}"),
                    minimum=None,
                    min_width=140,
                    elem_id=f"lora-cost-{name}",
                )
                for name in settings.SIZES
            ]
        with gr.Row():
            self.optimizer = _radio("optimizer", settings.OPTIMIZERS, DEFAULT.optimizer)
            self.precision = _radio("precision", tuple(settings.PRECISIONS), DEFAULT.precision)

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="lora-cost-findings")
        self.table = gr.HTML(elem_id="lora-cost-table")
        self.csv = gr.DownloadButton(
            cast(str, text("lora.cost.csv")), size="sm", interactive=False, elem_id="lora-cost-csv"
        )
        with gr.Row():
            self.work, self.memory = _plot("work"), _plot("memory")
        with gr.Row():
            self.over_batch, self.over_rank = _plot("over-batch"), _plot("over-rank")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        self.presses = gr.State(0)  # of the buttons that fill the fields
        self.shown: gr.State = gr.State(cast(Any, None))  # the setting that is drawn
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("lora-cost-over-rank"),
            api_name="lora_cost_select",
            **_common(),
        )
        inputs: list[Any] = [*self.sizes, self.optimizer, self.precision]
        for key, button in self.presets.items():
            button.click(
                _setter(PRESETS[key].setting()),
                self.presses,
                [self.presses, *inputs],
                api_name=f"lora_cost_preset_{key}",
                **_common(),
            )
        gr.on(
            [self.opened.change, self.presses.change, *(each.input for each in inputs)],
            self.on_draw,
            [*inputs, self.shown],
            [
                *(self.shown, self.findings, self.table, self.csv),
                *(self.work, self.memory, self.over_batch, self.over_rank),
            ],
            validator=self.check,
            trigger_mode="always_last",
            api_name="lora_cost_draw",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self,
        n: Any,
        m: Any,
        r: Any,
        batch: Any,
        optimizer: Any,
        precision: Any,
        shown: Setting | None,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        checks: list[Callable[[], object]] = [
            lambda: settings.whole("n", n),
            lambda: settings.whole("m", m),
            lambda: settings.check_rank(n, m, r),
            lambda: settings.whole("batch", batch),
            lambda: settings.check_setting(1, 1, 1, 1, optimizer),
            lambda: settings.check_setting(1, 1, 1, 1, "adam", precision),
            lambda: None,
        ]
        language = language_of(request)
        return [field(problem_or_none(check, language)) for check in checks]

    @visible_errors
    def on_draw(
        self,
        n: Any,
        m: Any,
        r: Any,
        batch: Any,
        optimizer: Any,
        precision: Any,
        shown: Setting | None,
        request: gr.Request,
    ) -> Updates:
        """Everything below the fields, unless it stands there."""
        setting = settings.check_setting(n, m, r, batch, optimizer, precision)
        if setting == shown:
            return {self.shown: shown}
        language, costs = language_of(request), setting.costs()
        file = results.costs_file(costs, setting)
        return {
            self.shown: setting,
            self.findings: notice_html(results.findings(costs, setting, language)),
            self.table: results.table(costs, setting, language),
            self.csv: gr.update(value=file, interactive=True),
            self.work: figures.work_figure(costs, language),
            self.memory: figures.memory_figure(costs, setting, language),
            self.over_batch: figures.batch_figure(setting, language),
            self.over_rank: figures.rank_figure(setting, language),
        }


def _setter(preset: Setting) -> Callable[[int], tuple[Any, ...]]:
    """What a preset's button puts into the fields."""
    values = (preset.n, preset.m, preset.r, preset.batch, preset.optimizer, preset.precision)
    return lambda presses: (presses + 1, *values)


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _radio(name: str, choices: tuple[str, ...], value: str) -> gr.Radio:
    return gr.Radio(
        [(text(f"lora.cost.{name}.{key}"), key) for key in choices],
        value=value,
        label=text(f"lora.cost.{name}"),
        min_width=300,
        elem_id=f"lora-cost-{name}",
    )


def _plot(name: str) -> gr.Plot:
    elem_id = f"lora-cost-{name}"
    with gr.Column(min_width=340):
        gr.Markdown(text(f"lora.cost.figure.{name}"))
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, elem_id)
    return plot
