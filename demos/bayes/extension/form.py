"""The fields of the panel: what they look like, and what a visitor has put into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr

from demos.bayes.contexts import WAYS
from demos.bayes.extension import setting as settings
from demos.bayes.extension.examples import EXAMPLES
from demos.bayes.extension.setting import DEFAULT, DEFAULT_RULE, Setting
from demos.bayes.passages import ENDINGS
from demos.frame.fields import SEEDS, check_known, check_number, check_whole
from demos.frame.strings import Language, say, text
from models.registry import Registry


class Form:
    """Components as attributes; `fields` in the order in which handlers get their values."""

    def __init__(self, registry: Registry):
        self.registry = registry
        self._lay_out_inputs()
        self.fields: list[Any] = [
            *(self.contexts, self.question, self.ways, self.model, self.beta, self.eta),
            *(self.top_p, self.pooling, self.variant, self.temperature, self.seed),
            *(self.new_tokens, self.window),
        ]

    @property
    def starters(self) -> list[gr.Button]:
        """Buttons that start a run; they rest while there is one."""
        return [self.run, *self.examples.values()]

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            self.examples = {
                name: gr.Button(
                    text(f"bayes.extension.example.{name}"),
                    size="sm",
                    min_width=180,
                    elem_id=f"bayes-extension-example-{name}",
                )
                for name in EXAMPLES
            }
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                self.contexts = gr.Textbox(
                    "\n\n".join(DEFAULT.contexts),
                    label=text("bayes.extension.contexts"),
                    info=text("bayes.extension.contexts_hint"),
                    lines=10,
                    max_lines=10,
                    elem_id="bayes-extension-contexts",
                )
                self.file = gr.File(
                    label=text("bayes.extension.file"),
                    file_types=list(ENDINGS),
                    height=130,
                    elem_id="bayes-extension-file",
                )
            with gr.Column(scale=5, min_width=320):
                self.question = gr.Textbox(
                    DEFAULT.question,
                    label=text("bayes.extension.question"),
                    lines=2,
                    max_lines=4,
                    elem_id="bayes-extension-question",
                )
                self.ways = gr.CheckboxGroup(
                    [(text(f"bayes.extension.choice.{way}"), way) for way in WAYS],
                    value=list(DEFAULT.ways),
                    label=text("bayes.extension.ways"),
                    elem_id="bayes-extension-ways",
                )
                with gr.Accordion(
                    text("bayes.extension.options"), open=False, elem_id="bayes-extension-options"
                ):
                    self._lay_out_options()
        self.run = gr.Button(
            text("bayes.extension.run"), variant="primary", elem_id="bayes-extension-run"
        )

    def _lay_out_options(self) -> None:
        cards = self.registry.catalog.of_kind("causal-lm")
        self.model = gr.Dropdown(
            [(card.title, card.key) for card in cards],
            value=DEFAULT.model,
            label=text("bayes.extension.model"),
            allow_custom_value=self.registry.allow_hub_ids,
            elem_id="bayes-extension-model",
        )
        with gr.Row():
            self.beta = _slider("beta", settings.BETAS, DEFAULT_RULE.beta, 0.05)
            self.eta = _slider("eta", settings.ETAS, DEFAULT_RULE.eta, 0.05)
        with gr.Row():
            self.top_p = _slider("top_p", settings.TOP_PS, DEFAULT_RULE.top_p, 0.01)
            self.new_tokens = _slider("new_tokens", (1, 128), DEFAULT_RULE.new_tokens, 1)
        self.pooling = _radio("pooling", settings.POOLINGS, DEFAULT_RULE.pooling)
        self.variant = _radio("variant", settings.VARIANTS, DEFAULT_RULE.variant)
        with gr.Row():
            self.temperature = _slider(
                "temperature", settings.TEMPERATURES, DEFAULT_RULE.temperature, 0.05
            )
            self.window = gr.Number(
                settings.DEFAULT_WINDOW,
                precision=0,
                label=text("bayes.extension.window"),
                min_width=180,
                elem_id="bayes-extension-window",
            )
            self.seed = gr.Number(
                0,
                precision=0,
                label=text("bayes.extension.seed"),
                min_width=120,
                elem_id="bayes-extension-seed",
            )


def checks(
    registry: Registry, values: Sequence[Any], language: Language
) -> list[Callable[[], object]]:
    """What may be wrong with each field's value, in the order of `Form.fields`."""

    def called(name: str) -> str:
        return say(f"bayes.extension.{name}", language)

    contexts, question, ways, model, beta, eta, top_p, *rest = values
    pooling, variant, temperature, seed, new_tokens, window = rest
    return [
        partial(settings.check_contexts, contexts),
        partial(settings.check_question, question),
        partial(settings.check_ways, ways),
        partial(settings.check_model, registry, model),
        partial(check_number, "β", beta, settings.BETAS),
        partial(check_number, "η", eta, settings.ETAS),
        partial(check_number, "top-p", top_p, settings.TOP_PS),
        partial(check_known, pooling, settings.POOLINGS),
        partial(check_known, variant, settings.VARIANTS),
        partial(check_number, called("temperature"), temperature, settings.TEMPERATURES),
        partial(check_whole, called("seed"), seed, SEEDS),
        partial(check_whole, called("new_tokens"), new_tokens, settings.NEW_TOKENS),
        partial(check_whole, called("window"), window, settings.WINDOWS),
    ]


def setting_of(registry: Registry, values: Sequence[Any]) -> Setting:
    """The fields' values in the order of `Form.fields`; raises InputProblem, or ModelError."""
    contexts, question, ways, model, *rule, window = values
    return Setting(
        settings.check_contexts(contexts),
        settings.check_question(question),
        settings.check_ways(ways),
        settings.check_rule(*rule),
        settings.check_model(registry, model),
        check_whole("window", window, settings.WINDOWS),
    )


def _slider(name: str, bounds: tuple[float, float], value: float, step: float) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"bayes.extension.{name}"),
        min_width=180,
        elem_id=f"bayes-extension-{name.replace('_', '-')}",
    )


def _radio(name: str, choices: tuple[str, ...], value: str) -> gr.Radio:
    return gr.Radio(
        [(text(f"bayes.extension.{name}.{key}"), key) for key in choices],
        value=value,
        label=text(f"bayes.extension.{name}"),
        elem_id=f"bayes-extension-{name}",
    )
