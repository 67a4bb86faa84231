"""What the panels share: the points, the law, and what was fitted.

The bar above the panels chooses an example or takes files, and a law. `chosen` holds which points
count; panels about points draw when it changes, and the Data panel changes it. The button fits;
`question` then holds what was answered, and the panels about a fit draw when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.demo import House
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.progress import IDLE, duration, note_html, progress_html, say_cancelled
from demos.frame.steps import showing
from demos.frame.strings import Language, language_of, say, text
from demos.scaling.answers import (
    Answer,
    Answers,
    Question,
    Stage,
    columns_for,
    default_law,
    takes_x,
)
from demos.scaling.laws import LAWS
from demos.scaling.published import PUBLISHED
from demos.scaling.simulated import EXAMPLES
from demos.scaling.sources import Bundled, Chosen, Simulated, Source, Tables, Uploaded

DEFAULT_EXAMPLE = "isoflop"
OWN = "own"  # the choice that stands for the visitor's files
_PUBLISHED = "published:"

Updates = dict[Any, Any]


class Desk:
    """Components as attributes, handlers as methods. Made inside the open tab."""

    def __init__(self, house: House):
        self.house, self.registry = house, house.registry
        self.tables = Tables()
        self.answers = Answers(house.registry, self.tables)
        tab = cast(gr.Tab, Context.block)
        self.chosen: gr.State = gr.State(Chosen(Bundled(DEFAULT_EXAMPLE)))
        self.question: gr.State = gr.State(cast(Any, None))  # a `Question` that is answered
        self._lay_out()
        self._wire(tab)

    def _lay_out(self) -> None:
        law, x = default_law(self.tables.points(Chosen(Bundled(DEFAULT_EXAMPLE))))
        with gr.Row():
            with gr.Column(scale=4, min_width=260):
                self.example = gr.Dropdown(
                    _examples("en"),
                    value=DEFAULT_EXAMPLE,
                    label=text("scaling.desk.example"),
                    info=text("scaling.desk.example_hint"),
                    elem_id="scaling-example",
                )
                # No file_types: a wrong file shall reach the check that says what is wrong.
                self.files = gr.File(
                    label=text("scaling.desk.files"),
                    file_count="multiple",
                    height=140,
                    elem_id="scaling-files",
                )
                gr.HTML(text("scaling.desk.formats"), elem_classes="kl-hint")
            with gr.Column(scale=4, min_width=260):
                self.law = gr.Dropdown(
                    _laws("en"),
                    value=law,
                    label=text("scaling.desk.law"),
                    info=text("scaling.desk.law_hint"),
                    elem_id="scaling-law",
                )
                self.x = gr.Dropdown(
                    ["N", "D", "C", "step"],
                    value=x,
                    label=text("scaling.desk.x"),
                    visible=takes_x(law),
                    elem_id="scaling-x",
                )
                with gr.Row():
                    self.fit = gr.Button(
                        text("scaling.desk.fit"), variant="primary", elem_id="scaling-fit"
                    )
                    self.cancel = gr.Button(
                        text("cancel"), interactive=False, elem_id="scaling-cancel"
                    )
        self.note = gr.HTML(elem_id="scaling-note")
        self.progress = gr.HTML(elem_id="scaling-progress")

    def _wire(self, tab: gr.Tab) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asked = [self.chosen, self.law, self.x]
        fitted = [self.question, self.progress, self.cancel]
        # The page's language is known when the tab is opened, not when it is laid out.
        opened = tab.select(
            self.on_open,
            [self.question, *asked],
            [self.example, self.law, *fitted],
            api_name="scaling_open",
            **common,
        )
        taken = [self.chosen, self.law, self.x, self.note, self.progress]
        picked = self.example.input(
            self.on_example, self.example, taken, api_name="scaling_example", **common
        )
        shown = picked.then(self.on_fit, asked, fitted, api_name="scaling_example_fit", **common)
        self.files.upload(
            self.on_files,
            self.files,
            [self.example, *taken],
            validator=self.check_files,
            api_name="scaling_files",
            **common,
        )
        self.law.input(self.on_law, self.law, self.x, api_name="scaling_law", **common)
        run = self.fit.click(
            self.on_fit,
            asked,
            fitted,
            validator=self.check_asked,
            cancels=[opened, shown],
            trigger_mode="once",
            api_name="scaling_fit_shown",
            **common,
        )
        self.cancel.click(
            None, cancels=[run, opened, shown], api_name="scaling_cancel", **common
        ).then(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="scaling_cancelled",
            **common,
        )

    # --- points --------------------------------------------------------------------------------

    @visible_errors
    def on_example(self, key: str, request: gr.Request) -> Updates:
        """Points of an example; "own" is what the page has already."""
        if key == OWN:
            return {self.note: gr.skip()}
        return self._taken(source_of(key), language_of(request))

    def check_files(self, paths: list[str] | None, request: gr.Request) -> Any:
        """Validator: what is wrong with a file, at the field."""
        check = lambda: self.tables.raw(_uploaded(paths))  # noqa: E731
        return field(problem_or_none(check, language_of(request)))

    @visible_errors
    def on_files(self, paths: list[str] | None, request: gr.Request) -> Updates:
        """Points of files. What cannot be guessed is said, and is chosen in the Data panel."""
        language = language_of(request)
        source = _uploaded(paths)
        choices = [*_examples(language), (say("scaling.desk.own", language), OWN)]
        updates: Updates = {self.example: gr.update(choices=choices, value=OWN)}
        try:
            return updates | self._taken(source, language)
        except InputProblem as problem:
            note = note_html(problem.sentence(language), "warning")
            return updates | {self.chosen: Chosen(source), self.note: note}

    def _taken(self, source: Source, language: Language) -> Updates:
        chosen = Chosen(source)
        points = self.tables.points(chosen)
        law, x = default_law(points)
        return {
            self.chosen: chosen,
            self.law: law,
            self.x: gr.update(choices=list(points.table.sizes), value=x, visible=takes_x(law)),
            self.note: "".join(note_html(n.sentence(language)) for n in points.table.notes),
            self.progress: IDLE,
        }

    def on_law(self, law: str) -> Any:
        """A law in one variable asks which."""
        return gr.update(visible=takes_x(law))

    # --- fits ----------------------------------------------------------------------------------

    def check_asked(self, chosen: Chosen, law: str, x: str, request: gr.Request) -> list[Any]:
        """Validator: what stands against a fit, at the law's field."""

        def check() -> None:
            columns_for(self.tables.points(chosen), law, x)

        problem = problem_or_none(check, language_of(request))
        return [field(None), field(problem), field(None)]

    def on_open(
        self,
        question: Question | None,
        chosen: Chosen,
        law: str,
        x: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Names in the visitor's language; the worked example on the first opening."""
        if question is not None:
            yield {self.question: question}
            return
        language = language_of(request)
        names = {
            self.example: gr.update(choices=_examples(language)),
            self.law: gr.update(choices=_laws(language)),
        }
        for updates in self.on_fit(chosen, law, x, request):
            yield names | updates

    @visible_errors
    def on_fit(self, chosen: Chosen, law: str, x: str, request: gr.Request) -> Iterator[Updates]:
        """Fit; progress meanwhile, `question` at the end."""
        language = language_of(request)
        question = asked_of(chosen, law, x)
        yield {
            self.progress: note_html(say("scaling.desk.starting", language)),
            self.cancel: gr.update(interactive=True),
        }
        try:
            answer = yield from showing(
                self.answers.answering(question), lambda stage: self._working(stage, language)
            )
            yield {
                self.question: question,
                self.progress: self._done(answer, language),
                self.cancel: gr.update(interactive=False),
            }
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    def _working(self, stage: Stage, language: Language) -> Updates:
        what = say(f"scaling.desk.stage.{stage.name}", language)
        return {self.progress: progress_html(what, stage.progress, language)}

    def _done(self, answer: Answer, language: Language) -> str:
        done = say(
            "scaling.desk.done",
            language,
            law=say(f"scaling.law.{answer.law.key}", language),
            points=int(answer.points.kept.sum()),
            all=len(answer.points.table),
            replicas=len(answer.replicas),
            time=duration(answer.seconds, language),
            device=self.registry.status().device,
        )
        return note_html(done)


def source_of(key: str) -> Source:
    """What a choice of the example's dropdown stands for."""
    if key.startswith(_PUBLISHED):
        return Simulated(key.removeprefix(_PUBLISHED))
    return Bundled(key)


def asked_of(chosen: Chosen, law: str, x: str) -> Question:
    """The question of the bar: `x` counts for laws in one variable alone."""
    return Question(chosen, law, x if takes_x(law) else "")


def _uploaded(paths: list[str] | None) -> Uploaded:
    return Uploaded(tuple(str(Path(path)) for path in paths or ()))


def _examples(language: Language) -> list[tuple[str, str]]:
    own = [(say(f"scaling.example_name.{key}", language), key) for key in EXAMPLES]
    drawn = [
        (say("scaling.desk.drawn_from", language, title=law.title), f"{_PUBLISHED}{law.key}")
        for law in PUBLISHED.values()
    ]
    return [*own, *drawn]


def _laws(language: Language) -> list[tuple[str, str]]:
    return [(say(f"scaling.law.{key}", language), key) for key in LAWS]
