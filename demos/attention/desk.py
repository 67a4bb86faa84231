"""What the panels share: the model, the text, and what was read of it.

The bar above the panels chooses model and text. Its button reads and measures; `reading` then
holds what was read, and the panels that are about a model draw when it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import gradio as gr

from demos.attention.example import EXAMPLES
from demos.attention.readings import MODEL_KINDS, Asked, Readings, check_asked, takes_pairs
from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.examples import example_buttons
from demos.frame.first_values import in_chinese
from demos.frame.language_notice import models_notice
from demos.frame.progress import IDLE, note_html, progress_html, say_cancelled
from demos.frame.status import computed_on
from demos.frame.steps import showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.untried import untried_html
from models.catalog import Catalog
from models.work import Progress

DEFAULT_MODEL = "all-MiniLM-L6-v2"
CHINESE_MODELS = ("multilingual-e5-small", "cosent-bi-zh")
PREFERRED_MODELS = (DEFAULT_MODEL, *CHINESE_MODELS)

Updates = dict[Any, Any]


def default_model(catalog: Catalog, language: Language) -> str:
    """What is chosen at first: a model of the visitor's language, if one comes with the app."""
    chinese = catalog.embedded_among(CHINESE_MODELS) if language == "zh" else []
    return next(iter(chinese), DEFAULT_MODEL)


class Desk:
    """Components as attributes, handlers as methods. Made inside the open page."""

    def __init__(self, context: AppContext):
        self.context, self.registry = context, context.registry
        self.readings = Readings(context.registry)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        with gr.Row():
            with gr.Column(scale=3, min_width=260):
                self._lay_out_model()
                with gr.Row():
                    self.run = gr.Button(
                        text("attention.read"), variant="primary", elem_id="attention-run"
                    )
                    self.cancel = gr.Button(
                        text("cancel"), interactive=False, elem_id="attention-cancel"
                    )
            with gr.Column(scale=7, min_width=320):
                self._lay_out_texts()
        self.progress = gr.HTML(elem_id="attention-progress")
        self.context.own_models.follow(self.model, *MODEL_KINDS)

    def _lay_out_model(self) -> None:
        catalog = self.registry.catalog
        model = gr.Dropdown(
            [(card.title, card.key) for card in catalog.of_kind(*MODEL_KINDS)],
            value=default_model(catalog, "en"),
            label=text("attention.model"),
            info=text("attention.model_hint"),
            elem_id="attention-model",
        )
        self.model = in_chinese(model, default_model(catalog, "zh"))
        self.unread = models_notice(
            self.registry, self.model, MODEL_KINDS, PREFERRED_MODELS, run="attention-run"
        )

    def _lay_out_texts(self) -> None:
        first = gr.Textbox(
            label=text("attention.first"),
            value=EXAMPLES["en"][0],
            lines=3,
            max_lines=8,
            elem_id="attention-first",
        )
        second = gr.Textbox(
            label=text("attention.second"),
            info=text("attention.second_hint"),
            value=EXAMPLES["en"][1],
            lines=1,
            max_lines=8,
            visible=False,
            elem_id="attention-second",
        )
        self.first = in_chinese(first, EXAMPLES["zh"][0])
        self.second = in_chinese(second, EXAMPLES["zh"][1])
        with gr.Row():
            self.examples = example_buttons("attention")

    def _wire(self) -> None:
        self.reading: gr.State = gr.State(cast(Any, None))  # an `Asked` whose figures are at hand
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        inputs = [self.model, self.first, self.second]
        outputs = [self.reading, self.progress, self.cancel, *self.unread.outputs]
        self.model.input(
            self.on_model, self.model, self.second, api_name="attention_model", **common
        )
        self.unread.chosen.then(
            self.on_model, self.model, self.second, api_name="attention_model_reading", **common
        )
        for language, button in self.examples.items():
            button.click(
                self._example(language),
                self.model,
                [self.model, self.first, self.second],
                api_name=f"attention_example_{language}",
                **common,
            )
        # Apart: a text that cannot be read shall not keep the other one hidden.
        self.context.app.load(
            self.on_model, self.model, self.second, api_name="attention_model_open", **common
        )
        opened = self.context.app.load(
            self.on_open,
            [self.reading, *inputs],
            outputs,
            validator=self.check_open,
            api_name="attention_open",
            **common,
        )
        run = self.run.click(
            self.on_read,
            inputs,
            outputs,
            validator=self.check_inputs,
            cancels=[opened],
            trigger_mode="once",
            api_name="attention_read",
            **common,
        )
        self.cancel.click(None, cancels=[run, opened], api_name="attention_cancel", **common).then(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="attention_cancelled",
            **common,
        )

    # --- handlers ------------------------------------------------------------------------------

    def on_model(self, key: str) -> Any:
        """A cross-encoder reads two texts, all others one."""
        return gr.update(visible=takes_pairs(self.registry, key))

    def _example(self, example: Language) -> Callable[[str], Updates]:
        def on_example(model: str) -> Updates:
            """The example of a language, and a model that reads it if the chosen one does not."""
            first, second = EXAMPLES[example]
            fitting = self.unread.fitting([first], model)
            pairs = takes_pairs(self.registry, fitting)
            return {
                self.model: fitting,
                self.first: first,
                self.second: gr.update(value=second, visible=pairs),
            }

        return on_example

    def check_inputs(self, model: str, first: str, second: str, request: gr.Request) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        checks = check_asked(self.registry, Asked(model, first, second))
        return [field(problem_or_none(check, language)) for check in checks]

    def check_open(
        self, reading: Asked | None, model: str, first: str, second: str, request: gr.Request
    ) -> list[Any]:
        """Validator of the first reading, which is of what stands in the fields."""
        return [field(None), *self.check_inputs(model, first, second, request)]

    def on_open(
        self, reading: Asked | None, model: str, first: str, second: str, request: gr.Request
    ) -> Iterator[Updates]:
        """What stands in the fields, for whoever opens the page."""
        if reading is not None:
            yield {self.reading: reading}
            return
        yield from self.on_read(model, first, second, request)

    @visible_errors
    def on_read(
        self, model: str, first: str, second: str, request: gr.Request
    ) -> Iterator[Updates]:
        """Read and measure; progress meanwhile, `reading` at the end."""
        language = language_of(request)
        asked = Asked(model, first, second).cleaned(self.registry)
        yield {
            self.progress: note_html(say("attention.starting", language)),
            self.cancel: gr.update(interactive=True),
            **self.unread.updates([asked.first, asked.second], model, language),
        }
        try:
            yield from showing(
                self.readings.measuring(asked), lambda step: self._working(step, language)
            )
            yield {
                self.reading: asked,
                self.progress: self._done(asked, language),
                self.cancel: gr.update(interactive=False),
            }
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    def _working(self, step: Progress, language: Language) -> Updates:
        return {
            self.progress: progress_html(say("attention.measuring", language), step, language),
            self.cancel: gr.update(interactive=True),
        }

    def _done(self, asked: Asked, language: Language) -> str:
        attention = self.readings.attention(asked)
        done = say(
            "attention.done",
            language,
            tokens=len(attention.tokens),
            layers=attention.layers,
            heads=attention.heads,
            model=self.registry.title(asked.model),
        )
        notes = note_html(f"{done} {computed_on(self.registry, language)}")
        notes += untried_html([self.registry.card(asked.model)], language)
        if attention.truncated:
            cut = say("attention.truncated", language, tokens=len(attention.tokens))
            notes += note_html(cut, "warning")
        if len(attention.tokens) < 3:
            notes += note_html(say("attention.few_tokens", language), "warning")
        return notes
