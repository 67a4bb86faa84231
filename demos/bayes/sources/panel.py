"""Sources of a prediction: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.bayes.extension.setting import check_model
from demos.bayes.loading import loading
from demos.bayes.sources import figures, results
from demos.bayes.sources.reading import Found, taking_apart
from demos.bayes.sources.setting import MODES, check_asked, check_text
from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.fields import check_known
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_or
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import IDLE, note_html, notice_html, progress_line, say_cancelled
from demos.frame.recent import Recent
from demos.frame.status import computed_on
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.frame.untried import untried_html

EXAMPLES = (
    "The keys to the old cabinet were on the table. The key to the new one was under the",
    "When Mary and John went to the store, John gave a drink to",
    "The capital of France is",
)
_KEPT = 16  # predictions, for everybody

Updates = dict[Any, Any]


class SourcesPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        self.kept = Recent(_KEPT)
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection reads the example
        gr.Markdown(text("bayes.sources.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="bayes-sources-about"):
            formula_markdown("bayes.sources.about_text")
        self._wire(tab, context.kept)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        cards = self.registry.catalog.of_kind("causal-lm")
        with gr.Row():
            with gr.Column(scale=7, min_width=320):
                self.text = gr.Textbox(
                    EXAMPLES[0],
                    label=text("bayes.sources.text"),
                    info=text("bayes.sources.text_hint"),
                    lines=3,
                    max_lines=8,
                    elem_id="bayes-sources-text",
                )
            with gr.Column(scale=4, min_width=280):
                self.model = gr.Dropdown(
                    [(card.title, card.key) for card in cards],
                    value=cards[0].key if cards else None,
                    label=text("bayes.sources.model"),
                    allow_custom_value=self.registry.allow_hub_ids,
                    elem_id="bayes-sources-model",
                )
                self.mode = gr.Radio(
                    [(text(f"bayes.sources.mode.{mode}"), mode) for mode in MODES],
                    value=MODES[0],
                    label=text("bayes.sources.mode"),
                    elem_id="bayes-sources-mode",
                )
        with gr.Row():
            self.examples = [
                gr.Button(
                    text(f"bayes.sources.example.{number}"),
                    size="sm",
                    min_width=180,
                    elem_id=f"bayes-sources-example-{number}",
                )
                for number in range(len(EXAMPLES))
            ]
        self.run = gr.Button(
            text("bayes.sources.run"), variant="primary", elem_id="bayes-sources-run"
        )
        self.progress, self.cancel = progress_line("bayes-sources")

    def _lay_out_results(self) -> None:
        self.candidate = gr.Radio(
            [("–", 0)],
            value=0,
            label=text("bayes.sources.candidate"),
            elem_id="bayes-sources-candidate",
            elem_classes=FOLLOWS,
        )
        self.findings = gr.HTML(elem_id="bayes-sources-findings")
        self.heat = _plot("heat")
        with gr.Row():
            self.layers = _plot("layers")
            with gr.Column(min_width=340):
                self.table = gr.HTML(elem_id="bayes-sources-table")
        self.csv = gr.DownloadButton(
            cast(str, text("bayes.sources.csv")),
            size="sm",
            interactive=False,
            elem_id="bayes-sources-csv",
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab, kept: gr.JSON) -> None:
        self.opened = gr.State(False)
        self.presses = gr.State(0)  # of the buttons that fill the field
        self.shown: gr.State = gr.State(cast(Any, None))  # the `Found` that is shown
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("bayes-sources-csv"),
            api_name="bayes_sources_select",
            **_common(),
        )
        for number, button in enumerate(self.examples):
            button.click(
                _setter(EXAMPLES[number]),
                self.presses,
                [self.presses, self.text, self.mode],
                api_name=f"bayes_sources_example_{number}",
                **_common(),
            )
        read = gr.on(
            [self.opened.change, self.presses.change, self.run.click, self.text.submit],
            self.on_read,
            [self.model, self.text, self.mode, self.shown, kept],
            [
                *(self.shown, self.progress, self.cancel, self.candidate, self.findings),
                *(self.heat, self.layers, self.table, self.csv),
            ],
            validator=self.check,
            trigger_mode="once",
            api_name="bayes_sources_read",
            **_common(),
        )
        self.candidate.input(
            self.on_look,
            [self.shown, self.candidate],
            [self.findings, self.layers],
            trigger_mode="always_last",
            api_name="bayes_sources_look",
            **_common(),
        )
        self.cancel.click(None, cancels=[read], api_name="bayes_sources_cancel", **_common()).then(
            self.on_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="bayes_sources_cancelled",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self,
        model: Any,
        text: Any,
        mode: Any,
        shown: Found | None,
        kept: Kept,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        checks: list[Callable[[], object]] = [
            lambda: check_model(self.registry, model),
            lambda: check_text(text),
            lambda: check_known(mode, MODES),
        ]
        language = language_of(request)
        problems = [field(problem_or_none(check, language)) for check in checks]
        return [*problems, field(None), field(None)]

    @visible_errors
    def on_read(
        self,
        model: Any,
        text: Any,
        mode: Any,
        shown: Found | None,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Read and take apart; a model that is not loaded yet takes seconds."""
        language = language_of(request)
        asked = check_asked(model, text, mode)
        rest = {self.progress: IDLE, self.cancel: gr.update(visible=False)}
        key = asked, self.registry.card(asked.model).version
        found: Found | None = self.kept.get(key)
        if found is None:
            busy = {
                self.progress: note_html(say("bayes.sources.reading", language)),
                self.cancel: gr.update(visible=True),
            }
            yield busy
            try:
                for _ in loading(self.registry, asked.model):
                    yield busy
                found = taking_apart(self.registry, asked)
            except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
                yield rest
                raise
            self.kept.put(key, found)
        looked_at = 0
        if shown is None:
            looked_at = kept_or(kept, self.candidate, range(len(found.candidates)), 0)
        yield rest | self._shown(found, looked_at, language)

    def _shown(self, found: Found, looked_at: int, language: Language) -> Updates:
        choices = [(name, number) for number, name in enumerate(found.candidates)]
        return {
            self.shown: found,
            self.progress: self._done(found, language),
            self.candidate: gr.update(choices=choices, value=looked_at),
            self.heat: figures.heat_figure(found, language),
            self.table: results.table(found, language),
            self.csv: gr.update(value=results.file(found), interactive=True),
            **self._looked_at(found, looked_at, language),
        }

    def _done(self, found: Found, language: Language) -> str:
        count = len(found.names)
        title = self.registry.title(found.asked.model)
        done = say("bayes.sources.done", language, tokens=count, model=title)
        notes = note_html(f"{done} {computed_on(self.registry, language)}")
        notes += untried_html([self.registry.card(found.asked.model)], language)
        if found.dropped:
            whole = found.dropped + count
            cut = say("bayes.sources.cut", language, dropped=found.dropped, whole=whole)
            notes += note_html(cut, "warning")
        return notes

    @visible_errors
    def on_look(self, found: Found | None, candidate: Any, request: gr.Request) -> Updates:
        """Another candidate."""
        known = isinstance(candidate, int) and not isinstance(candidate, bool)
        if found is None or not known or not 0 <= candidate < len(found.candidates):
            return {self.layers: gr.skip()}
        return self._looked_at(found, candidate, language_of(request))

    def _looked_at(self, found: Found, candidate: int, language: Language) -> Updates:
        return {
            self.findings: notice_html(results.findings(found, candidate, language)),
            self.layers: figures.layers_figure(found, candidate, language),
        }

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """The note that it was cancelled, and no button any more."""
        return say_cancelled(request)[0], gr.update(visible=False)


def _setter(example: str) -> Callable[[int], tuple[int, str, str]]:
    return lambda presses: (presses + 1, example, MODES[0])


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _plot(name: str) -> gr.Plot:
    elem_id = f"bayes-sources-{name}"
    with gr.Column(min_width=340):
        gr.Markdown(text(f"bayes.sources.figure.{name}"))
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, elem_id)
    return plot
