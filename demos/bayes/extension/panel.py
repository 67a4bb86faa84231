"""Answer from contexts: layout and wiring."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.bayes.extension import drawing, results
from demos.bayes.extension.asked import AskedAlready
from demos.bayes.extension.endpoint import make_nbce_generate, make_nbce_trace
from demos.bayes.extension.examples import EXAMPLES
from demos.bayes.extension.form import Form, checks, setting_of
from demos.bayes.extension.running import Trace, writing
from demos.bayes.extension.setting import MOST_CONTEXTS, Setting
from demos.bayes.passages import read_passages
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import (
    IDLE,
    note_html,
    notice_html,
    progress_html,
    progress_line,
    say_cancelled,
)
from demos.frame.recent import Recent
from demos.frame.steps import paced, showing
from demos.frame.strings import Language, language_of, say, text
from models.work import Progress

_KEPT = 64  # runs whose tokens can still be clicked

Updates = dict[Any, Any]


class ExtensionPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        self.traces, self.boards, self.picked = (Recent(_KEPT) for _ in range(3))
        self.asked = AskedAlready()
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection answers
        gr.Markdown(text("bayes.extension.intro"))
        self.form = Form(self.registry)
        self.progress, self.cancel = progress_line("bayes-extension")
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="bayes-extension-about"):
            formula_markdown("bayes.extension.about_text")
        self._wire(tab, context.kept)
        gr.api(make_nbce_generate(self.registry), api_name="nbce_generate")
        gr.api(make_nbce_trace(self.registry), api_name="nbce_trace")

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_results(self) -> None:
        self.answers = gr.HTML(js_on_load=drawing.PICKING, elem_id="bayes-extension-answers")
        self.legend = gr.HTML(elem_id="bayes-extension-legend")
        self.findings = gr.HTML(elem_id="bayes-extension-findings")
        self.alone = gr.HTML(js_on_load=drawing.PICKING, elem_id="bayes-extension-alone")
        gr.Markdown(text("bayes.extension.board"))
        self.board_of = gr.Radio(
            [(text("bayes.extension.way.nbce"), 0)],
            value=0,
            show_label=False,
            container=False,
            elem_id="bayes-extension-board-of",
            elem_classes=FOLLOWS,
        )
        self.board = gr.HTML(js_on_load=drawing.PICKING, elem_id="bayes-extension-board")
        self.candidates = gr.HTML(elem_id="bayes-extension-candidates")
        with gr.Row():
            self.jsonl, self.csv = (
                gr.DownloadButton(
                    cast(str, text(f"bayes.extension.{name}")),
                    size="sm",
                    interactive=False,
                    elem_id=f"bayes-extension-{name}",
                )
                for name in ("jsonl", "csv")
            )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab, kept: gr.JSON) -> None:
        self.opened = gr.State(False)
        self.presses = gr.State(0)  # of the buttons that fill the fields
        self.key = gr.State("")  # of the run that is shown, in `traces`
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("bayes-extension-csv"),
            api_name="bayes_extension_select",
            **_common(),
        )
        for name, button in self.form.examples.items():
            button.click(
                _setter(name),
                self.presses,
                [self.presses, self.form.contexts, self.form.question],
                api_name=f"bayes_extension_example_{name}",
                **_common(),
            )
        self.form.file.change(  # not `upload`, which shows nothing of what a validator says
            self.on_file,
            self.form.file,
            [self.form.contexts, self.progress],
            validator=self.check_file,
            api_name="bayes_extension_file",
            **_common(),
        )
        running = self._wire_run(kept)
        self.cancel.click(
            None, cancels=[running], api_name="bayes_extension_cancel", **_common()
        ).then(
            self.on_cancelled,
            self.key,
            [
                *(self.progress, self.cancel, self.answers, self.alone),
                *(self.jsonl, self.csv, *self.form.starters),
            ],
            queue=False,
            api_name="bayes_extension_cancelled",
            **_common(),
        )
        for name, picked in (
            ("answers", self.answers),
            ("alone", self.alone),
            ("board", self.board),
        ):
            picked.click(
                self.on_pick,
                self.key,
                self.candidates,
                api_name=f"bayes_extension_pick_{name}",
                **_common(),
            )
        self.board_of.input(
            self.on_board,
            [self.key, self.board_of],
            self.board,
            api_name="bayes_extension_board",
            **_common(),
        )

    def _wire_run(self, kept: gr.JSON) -> Any:
        return gr.on(
            [
                *(self.opened.change, self.presses.change, self.form.run.click),
                self.form.question.submit,
            ],
            self.on_run,
            [*self.form.fields, self.key, kept],
            [
                *(self.key, self.progress, self.cancel, self.answers, self.alone, self.legend),
                *(self.findings, self.board_of, self.board, self.candidates),
                *(self.jsonl, self.csv, *self.form.starters),
            ],
            validator=self.check,
            trigger_mode="once",
            api_name="bayes_extension_run",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check_file(self, path: str | None, request: gr.Request) -> dict[str, Any]:
        """Validator: a sentence at the file."""
        check = partial(read_passages, path) if path else _fine
        return field(problem_or_none(check, language_of(request)))

    @visible_errors
    def on_file(self, path: str | None, request: gr.Request) -> tuple[Any, Any]:
        """The file's passages, into the field where they can be edited, and their number."""
        if path is None:
            return gr.skip(), gr.skip()
        found, language = read_passages(path), language_of(request)
        many = len(found) > MOST_CONTEXTS
        key = "bayes.extension.many_contexts" if many else "bayes.extension.passages"
        note = say(key, language, count=len(found), most=MOST_CONTEXTS)
        return "\n\n".join(found), note_html(note, "warning" if many else "note")

    def check(
        self,
        contexts: Any,
        question: Any,
        ways: Any,
        model: Any,
        beta: Any,
        eta: Any,
        top_p: Any,
        pooling: Any,
        variant: Any,
        temperature: Any,
        seed: Any,
        new_tokens: Any,
        window: Any,
        before: str,
        kept: Kept,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        values = [contexts, question, ways, model, beta, eta, top_p, pooling, variant]
        values += [temperature, seed, new_tokens, window]
        wrong = checks(self.registry, values, language)
        return [*(field(problem_or_none(c, language)) for c in wrong), field(None), field(None)]

    @visible_errors
    def on_run(
        self,
        contexts: Any,
        question: Any,
        ways: Any,
        model: Any,
        beta: Any,
        eta: Any,
        top_p: Any,
        pooling: Any,
        variant: Any,
        temperature: Any,
        seed: Any,
        new_tokens: Any,
        window: Any,
        before: str,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Answers as they are written; what somebody has asked already is there at once."""
        language = language_of(request)
        values = [contexts, question, ways, model, beta, eta, top_p, pooling, variant]
        values += [temperature, seed, new_tokens, window]
        setting = setting_of(self.registry, values)
        key = uuid.uuid4().hex
        if not before:  # the board that was looked at before a reload
            self.boards.put(key, kept_of(kept, self.board_of))
        rest = {self.progress: IDLE, **self._at_rest()}
        try:
            trace = yield from showing(
                paced(self.asked.answering(setting, lambda: writing(setting, self.registry))),
                lambda step: self._step(key, step, setting, language),
            )
            self.traces.put(key, trace)
            yield rest | self._shown(key, trace, language) | self._ended(key, trace, language)
        except InputProblem as problem:  # known once the model's tokens are: it is said in place
            yield rest | {self.progress: note_html(problem.sentence(language), "warning")}
        except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
            yield rest
            raise

    def _at_rest(self) -> Updates:
        usable = {button: gr.update(interactive=True) for button in self.form.starters}
        return {self.cancel: gr.update(visible=False), **usable}

    def _busy(self) -> Updates:
        """What was said of the run before goes; it can be cancelled."""
        no_file = gr.update(interactive=False)
        return {
            self.key: "",  # there is nothing to be clicked on before the first token
            self.cancel: gr.update(visible=True),
            **{button: gr.update(interactive=False) for button in self.form.starters},
            self.findings: IDLE,
            self.candidates: IDLE,
            **dict.fromkeys((self.answers, self.alone, self.legend, self.board), IDLE),
            self.jsonl: no_file,
            self.csv: no_file,
        }

    def _step(
        self, key: str, step: Progress | Trace, setting: Setting, language: Language
    ) -> Updates:
        """Progress, and everything that has been written."""
        busy = self._busy()
        if isinstance(step, Progress) and not step.total:
            return busy | {self.progress: note_html(say("bayes.extension.loading", language))}
        if isinstance(step, Progress):
            what = say("bayes.extension.reading", language)
            return busy | {self.progress: progress_html(what, step, language)}
        self.traces.put(key, step)
        most = setting.rule.new_tokens
        spent = step.seconds - step.first
        progress = Progress(step.steps, most, spent, share=step.steps / most)
        what = say("bayes.extension.writing", language)
        shown = self._shown(key, step, language)
        del busy[self.candidates]  # of a token of this run, if any: it may have been clicked on
        return busy | shown | {self.progress: progress_html(what, progress, language)}

    def _shown(self, key: str, trace: Trace, language: Language) -> Updates:
        """Answers and the first board."""
        choices = drawing.names_of(trace.spoken, language)
        numbers = [number for _, number in choices]
        number = self.boards.get(key)  # what the visitor has chosen meanwhile
        if number not in numbers:
            number = numbers[0] if numbers else None
        return {
            self.key: key,
            self.answers: drawing.answers_html(trace, False, language),
            self.alone: drawing.answers_html(trace, True, language),
            self.legend: drawing.legend_html(trace.setting.contexts, language),
            self.board_of: gr.update(choices=choices, value=number, visible=len(choices) > 1),
            self.board: (
                note_html(say("bayes.extension.no_board", language))
                if number is None
                else drawing.board_html(trace, number, language)
            ),
        }

    def _ended(self, key: str, trace: Trace, language: Language) -> Updates:
        """What is said of the whole, its files, and the candidates of the first token, or of the
        one that was clicked on meanwhile."""
        number, step = self.picked.get(key) or (0, 0)
        return {
            self.findings: notice_html(results.findings(trace, language)),
            self.candidates: drawing.candidates_html(trace, number, step, language),
            **self._files(trace),
        }

    def _files(self, trace: Trace) -> Updates:
        return {
            self.jsonl: gr.update(value=results.jsonl_file(trace), interactive=True),
            self.csv: gr.update(value=results.csv_file(trace), interactive=True),
        }

    def on_cancelled(self, key: str, request: gr.Request) -> Updates:
        """The note that it was cancelled; what was written stays and can be had."""
        trace = self.traces.get(key)
        kept: Updates = {}
        if trace is not None:
            language, stopped = language_of(request), replace(trace, done=True)
            kept = self._files(trace) | {
                self.answers: drawing.answers_html(stopped, False, language),
                self.alone: drawing.answers_html(stopped, True, language),
            }
        return {
            self.progress: say_cancelled(request)[0],
            **self._at_rest(),
            **kept,
        }

    @visible_errors
    def on_pick(self, key: str, event: gr.EventData, request: gr.Request) -> str:
        """The candidates of a token that was clicked on."""
        language = language_of(request)
        trace: Trace | None = self.traces.get(key)
        if trace is None:
            return note_html(say("bayes.extension.gone", language), "warning")
        number, step = int(event.answer), int(event.step)
        if not (0 <= number < len(trace.spoken) and 0 <= step < len(trace.spoken[number].tokens)):
            return note_html(say("bayes.extension.gone", language), "warning")
        self.picked.put(key, (number, step))
        return drawing.candidates_html(trace, number, step, language)

    @visible_errors
    def on_board(self, key: str, number: Any, request: gr.Request) -> str:
        """The board of another answer."""
        language = language_of(request)
        trace: Trace | None = self.traces.get(key)
        if trace is None or number not in range(len(trace.spoken)):
            return note_html(say("bayes.extension.gone", language), "warning")
        self.boards.put(key, number)
        return drawing.board_html(trace, number, language)


def _fine() -> None:
    """Nothing is wrong."""


def _setter(name: str) -> Callable[[int], tuple[int, str, str]]:
    example = EXAMPLES[name]
    return lambda presses: (presses + 1, "\n\n".join(example.contexts), example.question)


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}
