"""What the panels share: the points, the law, and what was fitted.

The bar above the panels chooses an example or takes files, and a law. `chosen` holds which points
count; panels about points draw when it changes, and the Data panel changes it. The button fits;
`question` then holds what was answered, and the panels about a fit draw when it changes. Points or
a law that have changed since are fitted by nobody but the visitor: a line says so meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, cast

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.kept import FOLLOWS, Kept, kept_of, kept_or
from demos.frame.progress import IDLE, duration, note_html, progress_html, say_cancelled
from demos.frame.steps import paced, showing
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
from demos.scaling.data.back import chosen_back
from demos.scaling.laws import LAWS
from demos.scaling.notes import Note
from demos.scaling.published import PUBLISHED
from demos.scaling.simulated import EXAMPLES
from demos.scaling.sources import Bundled, Chosen, Simulated, Source, Tables, Uploaded

DEFAULT_EXAMPLE = "isoflop"
OWN = "own"  # the choice that stands for the visitor's files
POINTS_KNOWN = "scaling-points-known"  # the id of what is in the page once `chosen` is right
BUSY = "busy"  # the kind of a line that ends by itself: no other one speaks of the fit meanwhile
SHOWN_NOTES = 2  # the others are folded away
_PUBLISHED = "published:"
_LOUD = (
    "scaling.data.left_out.",
    "scaling.data.factor_differs",
    "scaling.data.thinned",
    "scaling.data.first_rows",
    "scaling.data.history.",
)

Updates = dict[Any, Any]


class Desk:
    """Components as attributes, handlers as methods. Made inside the open page."""

    def __init__(self, context: AppContext):
        self.context, self.registry = context, context.registry
        self.tables = Tables()
        self.answers = Answers(context.registry, self.tables)
        self.chosen: gr.State = gr.State(Chosen(Bundled(DEFAULT_EXAMPLE)))
        self.question: gr.State = gr.State(cast(Any, None))  # a `Question` that is answered
        self.own: gr.State = gr.State(cast(Any, None))  # a `Chosen` of files, to come back to
        self._lay_out()
        self._wire_points()
        self._wire_fits()

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
                    elem_classes=FOLLOWS,
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
                self.progress = gr.HTML(elem_id="scaling-progress")
                self.difference = gr.HTML(elem_id="scaling-difference")
        self.note = gr.HTML(elem_id="scaling-note")
        self.known = gr.HTML(visible="hidden", elem_id="scaling-known")

    def _wire_points(self) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        taken = [self.own, self.chosen, self.law, self.x, self.note, self.progress]
        self.picked = self.example.input(
            self.on_example,
            [self.example, self.chosen, self.own],
            taken,
            api_name="scaling_example",
            **common,
        )
        # Not `upload` alone: the cross above the files, and one file of several taken away.
        self.filed = self.files.change(
            self.on_files,
            [self.files, self.chosen],
            [self.example, *taken],
            validator=self.check_files,
            api_name="scaling_files",
            **common,
        )

    def _wire_fits(self) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asked = [self.chosen, self.law, self.x]
        fitted = [self.question, self.progress, self.cancel]
        # The visitor's language is known when the page is opened, not when it is laid out.
        opened = self.context.app.load(
            self.on_back,
            [self.chosen, self.law, self.x, self.context.kept],
            [self.chosen, self.example, self.law, self.x, self.note, self.known],
            api_name="scaling_back",
            **common,
        ).then(
            self.on_open,
            [self.question, *asked],
            fitted,
            validator=self.check_open,
            api_name="scaling_open",
            **common,
        )
        followed = [
            event.success(self.on_follow, asked, fitted, api_name=f"scaling_{name}_fit", **common)
            for event, name in ((self.picked, "example"), (self.filed, "files"))
        ]
        self.law.input(self.on_law, self.law, self.x, api_name="scaling_law", **common)
        run = self.fit.click(
            self.on_fit,
            asked,
            fitted,
            validator=self.check_asked,
            cancels=[opened, *followed],
            trigger_mode="once",
            api_name="scaling_fit_shown",
            **common,
        )
        fits = [run, opened, *followed]
        self.cancel.click(None, cancels=fits, api_name="scaling_cancel", **common).then(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="scaling_cancelled",
            **common,
        )
        # Of points that are no longer looked at, nobody wants the fit. `followed` is not among
        # them: what follows on this very event would end with it.
        gr.on(
            [self.example.input, self.files.change],
            None,
            cancels=[run, opened],
            api_name="scaling_left",
            **common,
        )
        gr.on(
            [self.chosen.change, self.question.change, self.law.input, self.x.input],
            self.on_difference,
            [self.question, *asked],
            self.difference,
            trigger_mode="always_last",
            api_name="scaling_difference",
            **common,
        )

    # --- points --------------------------------------------------------------------------------

    @visible_errors
    def on_example(
        self, key: str, chosen: Chosen, own: Chosen | None, request: gr.Request
    ) -> Updates:
        """Points of an example, or the visitor's own as they were left."""
        own = chosen if isinstance(chosen.source, Uploaded) else own
        wanted = own if key == OWN else Chosen(source_of(key))
        if wanted is None:  # its file has gone meanwhile
            return {self.own: own}
        return {self.own: own} | self.taken(wanted, language_of(request))

    def check_files(
        self, paths: list[str] | None, chosen: Chosen, request: gr.Request
    ) -> list[Any]:
        """Validator: what is wrong with a file, at the field."""
        check = lambda: self.tables.raw(_uploaded(paths))  # noqa: E731
        problem = problem_or_none(check, language_of(request)) if paths else None
        return [field(problem), field(None)]

    @visible_errors
    def on_files(self, paths: list[str] | None, chosen: Chosen, request: gr.Request) -> Updates:
        """Points of files; the example again, where they were taken away."""
        language = language_of(request)
        if paths and _uploaded(paths).paths == getattr(chosen.source, "paths", None):
            return {self.note: gr.skip()}  # a bad file beside them was taken away again
        if paths:
            choices = [*_examples(language), (say("scaling.desk.own", language), OWN)]
            example = {self.example: gr.update(choices=choices, value=OWN)}
            return example | {self.own: None} | self.taken(Chosen(_uploaded(paths)), language)
        updates: Updates = {self.own: None}
        if not isinstance(chosen.source, Uploaded):
            return updates | {self.example: gr.update(choices=_examples(language))}
        updates[self.example] = gr.update(choices=_examples(language), value=DEFAULT_EXAMPLE)
        return updates | self.taken(Chosen(Bundled(DEFAULT_EXAMPLE)), language)

    def taken(self, chosen: Chosen, language: Language) -> Updates:
        """Points with what the bar says of them: notes, the law to begin with, the choices of x.

        What cannot be guessed of a file is said, and is chosen in the Data panel.
        """
        try:
            points = self.tables.points(chosen)
        except InputProblem as problem:
            note = note_html(problem.sentence(language), "warning")
            note += note_html(say("scaling.desk.map", language))
            return {self.chosen: chosen, self.note: note, self.progress: IDLE}
        law, x = default_law(points)
        follows = self._is_fitted_at_once(asked_of(chosen, law, x))
        starting = note_html(say("scaling.desk.starting", language), BUSY)
        return {
            self.chosen: chosen,
            self.law: law,
            self.x: gr.update(
                choices=list(points.table.sizes), value=x or None, visible=takes_x(law)
            ),
            self.note: notes_html(points.table.notes, language),
            self.progress: starting if follows else IDLE,
        }

    def on_law(self, law: str) -> Any:
        """A law in one variable asks which."""
        return gr.update(visible=takes_x(law))

    # --- fits ----------------------------------------------------------------------------------

    def check_asked(self, chosen: Chosen, law: str, x: str, request: gr.Request) -> list[Any]:
        """Validator: what stands against a fit, at the law's field."""

        def check() -> None:
            columns_for(self.tables.points(chosen), law, x or "")

        problem = problem_or_none(check, language_of(request))
        return [field(None), field(problem), field(None)]

    @visible_errors
    def on_back(
        self, chosen: Chosen, law: str, x: str | None, kept: Kept, request: gr.Request
    ) -> Updates:
        """Names in the visitor's language, and the points of which the fields speak.

        Panels wait for `POINTS_KNOWN` before they draw for the first time.
        """
        language = language_of(request)
        examples = _examples(language)
        key = kept_or(kept, self.example, [key for _, key in examples], DEFAULT_EXAMPLE)
        updates: Updates = {
            self.example: gr.update(choices=examples, value=key),
            self.law: gr.update(choices=_laws(language)),
            self.known: f'<i id="{POINTS_KNOWN}"></i>',
        }
        if isinstance(chosen.source, Uploaded) or kept_of(kept, self.example) == OWN:
            kept = None  # what was kept is of files
        back = chosen_back(kept, source_of(key), self.tables)
        points = self.tables.points(back)
        sizes = points.table.sizes
        updates |= {
            self.chosen: back,
            self.x: gr.update(
                choices=list(sizes),
                value=x if x in sizes else default_law(points)[1] or None,
                visible=takes_x(law),
            ),
        }
        if key != DEFAULT_EXAMPLE:
            updates[self.note] = notes_html(points.table.notes, language)
        return updates

    def is_of(self, kept: Kept, chosen: Chosen) -> bool:
        """Whether what was kept is of these points, as far as the example says."""
        key = kept_of(kept, self.example) or DEFAULT_EXAMPLE
        known = key != OWN and key in {example for _, example in _examples("en")}
        return known and chosen_back(kept, source_of(key), self.tables) == chosen

    def check_open(
        self,
        question: Question | None,
        chosen: Chosen,
        law: str,
        x: str,
        request: gr.Request,
    ) -> list[Any]:
        """Validator of the first fit."""
        return [field(None), *self.check_asked(chosen, law, x, request)]

    def on_open(
        self,
        question: Question | None,
        chosen: Chosen,
        law: str,
        x: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The fit of what stands in the bar, for whoever opens the page."""
        if question is not None:
            yield {self.question: question}
            return
        yield from self.on_fit(chosen, law, x, request)

    def _is_fitted_at_once(self, question: Question) -> bool:
        """Examples are; a visitor's files where it was done before."""
        own = isinstance(question.chosen.source, Uploaded)
        return not own or self.answers.kept(question) is not None

    def on_follow(self, chosen: Chosen, law: str, x: str, request: gr.Request) -> Iterator[Updates]:
        """After an example was picked, or files were brought or taken away."""
        if self._is_fitted_at_once(asked_of(chosen, law, x)):
            yield from self.on_fit(chosen, law, x, request)
        else:
            yield {self.cancel: gr.update(interactive=False)}

    def on_difference(
        self, question: Question | None, chosen: Chosen, law: str, x: str, request: gr.Request
    ) -> str:
        """Whether the panels about a fit show one of other points or another law."""
        same = question and replace(
            asked_of(chosen, law, x),
            objective=question.objective,
            delta=question.delta,
            resampling=question.resampling,
            replicas=question.replicas,
            level=question.level,
            seed=question.seed,
        )
        if question is None or question == same:
            return IDLE
        return note_html(say("scaling.desk.difference", language_of(request)))

    @visible_errors
    def on_fit(self, chosen: Chosen, law: str, x: str, request: gr.Request) -> Iterator[Updates]:
        """Fit with the usual options."""
        yield from self.fitting(asked_of(chosen, law, x), language_of(request))

    def fitting(self, question: Question, language: Language) -> Iterator[Updates]:
        """Progress meanwhile, `question` at the end; for an event that shows its errors."""
        yield {
            self.progress: note_html(say("scaling.desk.starting", language), BUSY),
            self.cancel: gr.update(interactive=True),
        }
        try:
            answer = yield from showing(
                paced(self.answers.answering(question)),
                lambda stage: self._working(stage, language),
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
        return {
            self.progress: progress_html(what, stage.progress, language),
            self.cancel: gr.update(interactive=True),
        }

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


def asked_of(chosen: Chosen, law: str, x: str | None) -> Question:
    """The question of the bar: `x` counts for laws in one variable alone."""
    return Question(chosen, law, (x or "") if takes_x(law) else "")


def notes_html(notes: Sequence[Note], language: Language) -> str:
    """What was decided about points: what was left out first, and all but two lines folded away."""
    ordered = sorted(notes, key=lambda note: not note.key.startswith(_LOUD))
    lines = [note_html(note.sentence(language)) for note in ordered]
    if len(lines) <= SHOWN_NOTES + 1:  # a fold for one line would be as long as the line
        return "".join(lines)
    more = escape(say("scaling.desk.more_notes", language, count=len(lines) - SHOWN_NOTES))
    folded = f'<details class="kl-more"><summary>{more}</summary>{"".join(lines[SHOWN_NOTES:])}'
    return "".join(lines[:SHOWN_NOTES]) + folded + "</details>"


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
