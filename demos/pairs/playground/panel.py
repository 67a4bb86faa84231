"""The CoSENT playground: layout and wiring. It parses, calls, and shows.

The table is the one source of scores and labels, the way of the scores under gradient steps the
one thing that is remembered beside it. All of it is numpy on a dozen numbers: no model, no queue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
import numpy as np

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.export import write_csv
from demos.frame.first_values import in_chinese
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import first_selection
from demos.frame.strings import Language, language_of, say, text
from demos.pairs.playground.batch import (
    EXAMPLES,
    LOSSES,
    Batch,
    View,
    check_batch,
    descend,
    view_of,
)
from demos.pairs.playground.endpoint import cosent_loss
from demos.pairs.playground.figures import COLOURINGS, gradient_figure, path_figure, terms_figure
from demos.pairs.playground.notes import comparison_html, loss_html
from demos.pairs.playground.playground import Floats
from demos.pairs.playground.results import batch_table

# lambda, and a step of gradient descent that neither creeps nor overshoots with it
PRESETS = {"cosine": (20.0, 0.005), "logit": (1.0, 0.5)}
_MAX_PATH = 200  # steps that are remembered; the oldest are forgotten
_CELLS = ("pairs.playground.name", "pairs.playground.score", "pairs.playground.label")
_CLICK_CSV = (
    "() => setTimeout(() => document.querySelector('#pairs-playground-csv-file')?.click(), 150)"
)

Updates = dict[Any, Any]
Path = list[list[float]]  # scores [n], one list a step


class PlaygroundPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        gr.Markdown(text("pairs.playground.intro"))
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                self._lay_out_table()
            with gr.Column(scale=5, min_width=300):
                self._lay_out_numbers()
        self._lay_out_figures()
        with gr.Accordion(
            text("pairs.playground.about"), open=False, elem_id="pairs-playground-about"
        ):
            formula_markdown("pairs.playground.about_text")
        self.path = gr.State([])
        self._wire_inputs()
        self._wire_buttons()
        gr.api(cosent_loss, api_name="cosent_loss")

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_table(self) -> None:
        table = gr.Dataframe(
            label=text("pairs.playground.table"),
            value=_table(_example("en"), "en"),
            type="array",
            column_count=3,
            column_widths=["56%", "22%", "22%"],
            interactive=True,
            wrap=True,
            max_height=370,
            elem_id="pairs-playground-table",
        )
        self.table = in_chinese(table, _table(_example("zh"), "zh"))
        with gr.Row():
            self.add_row, self.reset, self.make_csv = (
                gr.Button(
                    text(f"pairs.playground.{name}"),
                    size="sm",
                    min_width=90,
                    elem_id=f"pairs-playground-{name}",
                )
                for name in ("add_row", "reset", "csv")
            )
            # The file is made when it is asked for, not at every edit; then this link is clicked.
            self.csv_file = gr.DownloadButton(visible="hidden", elem_id="pairs-playground-csv-file")
        self.scale = gr.Slider(
            0.5,
            50,
            value=PRESETS["cosine"][0],
            step=0.5,
            label=text("pairs.playground.scale"),
            elem_id="pairs-playground-scale",
        )
        with gr.Row():
            self.presets = {
                name: gr.Button(
                    text(f"pairs.playground.preset_{name}"),
                    size="sm",
                    min_width=120,
                    elem_id=f"pairs-playground-preset-{name}",
                )
                for name in PRESETS
            }

    def _lay_out_numbers(self) -> None:
        self.loss = gr.HTML(elem_id="pairs-playground-loss")
        self.comparison = gr.HTML(elem_id="pairs-playground-comparison")
        self.constant = gr.Number(
            0.5, label=text("pairs.playground.constant"), elem_id="pairs-playground-constant"
        )
        with gr.Row():
            self.shift, self.relabel = (
                gr.Button(
                    text(f"pairs.playground.{name}"),
                    variant="primary",
                    min_width=140,
                    elem_id=f"pairs-playground-{name}",
                )
                for name in ("shift", "relabel")
            )

    def _lay_out_figures(self) -> None:
        with gr.Row():
            with gr.Column(min_width=320):
                self.colouring = gr.Radio(
                    choices=_choices("pairs.playground.{}", COLOURINGS),
                    value=COLOURINGS[0],
                    label=text("pairs.playground.colouring"),
                    elem_id="pairs-playground-colouring",
                )
                self.terms = gr.Plot(show_label=False, elem_id="pairs-playground-terms")
            with gr.Column(min_width=320):
                with gr.Row():
                    self.descend_by = gr.Radio(
                        choices=_choices("pairs.playground.{}", LOSSES),
                        value=LOSSES[0],
                        label=text("pairs.playground.descend_by"),
                        scale=3,
                        min_width=240,
                        elem_id="pairs-playground-descend-by",
                    )
                    self.step_size = gr.Number(
                        PRESETS["cosine"][1],
                        label=text("pairs.playground.step_size"),
                        min_width=100,
                        elem_id="pairs-playground-step-size",
                    )
                with gr.Row():
                    self.step, self.ten_steps = (
                        gr.Button(
                            text(f"pairs.playground.{name}"),
                            size="sm",
                            min_width=100,
                            elem_id=f"pairs-playground-{name}",
                        )
                        for name in ("step", "ten_steps")
                    )
                self.way = gr.Plot(show_label=False, elem_id="pairs-playground-path")
        gr.Markdown(text("pairs.playground.gradients"))
        with gr.Row():
            self.gradients = {
                loss: gr.Plot(
                    show_label=False, min_width=300, elem_id=f"pairs-playground-gradient-{loss}"
                )
                for loss in LOSSES
            }

    # --- wiring --------------------------------------------------------------------------------

    def _wire_inputs(self) -> None:
        shown = self._shown_components()
        inputs = [self.table, self.scale, self.colouring]
        first_selection("pairs_playground", "pairs-playground-about").change(
            self.on_edit,
            inputs,
            shown,
            validator=_check_table,
            api_name="pairs_playground_open",
            **_QUICK,
        )
        for name, event in (("edit", self.table.input), ("scale", self.scale.input)):
            event(
                self.on_edit,
                inputs,
                shown,
                validator=_check_table,
                trigger_mode="always_last",  # a slider on its way sends more than can be drawn
                api_name=f"pairs_playground_{name}",
                **_QUICK,
            )
        self.colouring.input(
            self.on_colouring,
            inputs,
            self.terms,
            validator=_check_table,
            api_name="pairs_playground_colouring",
            **_QUICK,
        )
        for name, button in self.presets.items():
            button.click(
                self._preset(name),
                [self.table, self.colouring],
                [self.scale, self.step_size, *shown],
                validator=_check_preset,
                api_name=f"pairs_playground_preset_{name}",
                **_QUICK,
            )
        self.add_row.click(
            self.on_add_row,
            inputs,
            [self.table, *shown],
            validator=_check_room,
            api_name="pairs_playground_add_row",
            **_QUICK,
        )
        self.reset.click(
            self.on_reset,
            None,
            [self.table, self.scale, self.step_size, self.colouring, *shown],
            api_name="pairs_playground_reset",
            **_QUICK,
        )

    def _wire_buttons(self) -> None:
        shown = self._shown_components()
        inputs = [self.table, self.scale, self.colouring]
        self.shift.click(
            self.on_shift,
            [*inputs, self.constant],
            [self.table, *shown],
            validator=_check_shift,
            api_name="pairs_playground_shift",
            **_QUICK,
        )
        self.relabel.click(
            self.on_relabel,
            inputs,
            [self.table, *shown],
            validator=_check_table,
            api_name="pairs_playground_relabel",
            **_QUICK,
        )
        for name, button, count in (("step", self.step, 1), ("ten_steps", self.ten_steps, 10)):
            button.click(
                self._descent(count),
                [*inputs, self.descend_by, self.step_size, self.path],
                [self.table, *shown],
                validator=_check_descent(count),
                api_name=f"pairs_playground_{name}",
                **_QUICK,
            )
        self.make_csv.click(
            _csv,
            [self.table, self.scale],
            self.csv_file,
            validator=_check_csv,
            api_name="pairs_playground_csv",
            **_QUICK,
        ).success(
            None, js=_CLICK_CSV, api_name="pairs_playground_download", api_visibility="private"
        )

    def _shown_components(self) -> list[Any]:
        """What `_show` renews."""
        return [
            *(self.loss, self.comparison, self.terms, self.way, self.path),
            *self.gradients.values(),
        ]

    # --- handlers ------------------------------------------------------------------------------

    @visible_errors
    def on_edit(
        self, rows: list[list[Any]], scale: float, colouring: str, request: gr.Request
    ) -> Updates:
        """Another cell or another scale: all is drawn anew, the way begins here."""
        return self._show(view_of(check_batch(rows, scale)), colouring, language_of(request))

    @visible_errors
    def on_colouring(
        self, rows: list[list[Any]], scale: float, colouring: str, request: gr.Request
    ) -> Any:
        """The terms in other colours."""
        return terms_figure(view_of(check_batch(rows, scale)), colouring, language_of(request))

    @visible_errors
    def on_add_row(
        self, rows: list[list[Any]], scale: float, colouring: str, request: gr.Request
    ) -> Updates:
        """One pair more, complete, so that nothing is wrong while it is being edited."""
        language = language_of(request)
        batch = check_batch(rows, scale)
        new = [say("pairs.playground.new", language), 0.5, batch.rows()[-1][2]]
        return self._with_table(check_batch([*batch.rows(), new], scale), None, colouring, language)

    @visible_errors
    def on_reset(self, request: gr.Request) -> Updates:
        """The worked example again."""
        scale, step = PRESETS["cosine"]
        language = language_of(request)
        batch = check_batch(EXAMPLES[language], scale)
        return {
            self.scale: scale,
            self.step_size: step,
            self.colouring: COLOURINGS[0],
            **self._with_table(batch, None, COLOURINGS[0], language),
        }

    @visible_errors
    def on_shift(
        self,
        rows: list[list[Any]],
        scale: float,
        colouring: str,
        constant: float,
        request: gr.Request,
    ) -> Updates:
        """A constant on every score, and the three losses before and after."""
        before = check_batch(rows, scale)
        after = _shifted(before, constant)
        return self._with_table(after, view_of(before), colouring, language_of(request))

    @visible_errors
    def on_relabel(
        self, rows: list[list[Any]], scale: float, colouring: str, request: gr.Request
    ) -> Updates:
        """Other labels in the same order, and the three losses before and after."""
        before = check_batch(rows, scale)
        return self._with_table(
            before.relabelled(), view_of(before), colouring, language_of(request)
        )

    def _preset(self, name: str) -> Callable[..., Updates]:
        scale, step = PRESETS[name]

        @visible_errors
        def on_preset(rows: list[list[Any]], colouring: str, request: gr.Request) -> Updates:
            """The scale for this kind of score, and a step that suits it."""
            shown = self.on_edit(rows, scale, colouring, request)
            return {self.scale: scale, self.step_size: step, **shown}

        return on_preset

    def _descent(self, count: int) -> Callable[..., Updates]:
        @visible_errors
        def on_step(
            rows: list[list[Any]],
            scale: float,
            colouring: str,
            loss: str,
            step: float,
            path: Path,
            request: gr.Request,
        ) -> Updates:
            """Some gradient steps from where the scores are."""
            before = check_batch(rows, scale)
            steps = descend(before, loss, step, count)
            way = path if path and path[-1] == before.scores.tolist() else []
            way = [*(way or [before.scores.tolist()]), *(s.scores.tolist() for s in steps)]
            return self._with_table(
                steps[-1],
                view_of(before),
                colouring,
                language_of(request),
                way[-_MAX_PATH - 1 :],
            )

        return on_step

    # --- what is shown -------------------------------------------------------------------------

    def _with_table(
        self,
        batch: Batch,
        before: View | None,
        colouring: str,
        language: Language,
        path: Path | None = None,
    ) -> Updates:
        shown = self._show(view_of(batch), colouring, language, before, path)
        return {self.table: _table(batch.rows(), language), **shown}

    def _show(
        self,
        view: View,
        colouring: str,
        language: Language,
        before: View | None = None,
        path: Path | None = None,
    ) -> Updates:
        way = path or [view.batch.scores.tolist()]
        points: list[Floats] = [np.array(scores) for scores in way]
        return {
            self.loss: loss_html(view, language),
            self.comparison: comparison_html(before, view, language),
            self.terms: terms_figure(view, colouring, language),
            self.way: path_figure(view.batch, points, language),
            self.path: way,
            **{
                plot: gradient_figure(view, loss, language) for loss, plot in self.gradients.items()
            },
        }


_QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def _choices(pattern: str, names: Sequence[str]) -> list[tuple[Any, str]]:
    return [(text(pattern.format(name)), name) for name in names]


def _example(language: Language) -> list[list[object]]:
    return [list(row) for row in EXAMPLES[language]]


def _table(rows: list[list[object]], language: Language) -> dict[str, Any]:
    return {"headers": [say(key, language) for key in _CELLS], "data": rows}


def _shifted(batch: Batch, constant: object) -> Batch:
    """Raises InputProblem for a constant that is no number or carries a score out of range."""
    if not isinstance(constant, (int, float)) or not math.isfinite(constant):
        raise InputProblem("pairs.playground.bad_constant")
    shifted = batch.shifted(constant)
    check_batch(shifted.rows(), batch.scale)
    return shifted


@visible_errors
def _csv(rows: list[list[Any]], scale: float, request: gr.Request) -> str:
    table = batch_table(view_of(check_batch(rows, scale)), language_of(request))
    return write_csv("cosent-playground", *table)


# --- validators: one answer a component among the inputs -----------------------------------------


def _answers(check: Callable[[], object], count: int, at: int, request: gr.Request) -> list[Any]:
    """Answers for `count` components; what `check` raises is said at number `at`."""
    answers = [field(None) for _ in range(count)]
    answers[at] = field(problem_or_none(check, language_of(request)))
    return answers


def _check_table(
    rows: list[list[Any]], scale: float, colouring: str, request: gr.Request
) -> list[Any]:
    return _answers(lambda: check_batch(rows, scale), 3, 0, request)


def _check_csv(rows: list[list[Any]], scale: float, request: gr.Request) -> list[Any]:
    return _answers(lambda: check_batch(rows, scale), 2, 0, request)


def _check_preset(rows: list[list[Any]], colouring: str, request: gr.Request) -> list[Any]:
    return _answers(lambda: check_batch(rows, PRESETS["logit"][0]), 2, 0, request)


def _check_room(
    rows: list[list[Any]], scale: float, colouring: str, request: gr.Request
) -> list[Any]:
    def check() -> None:
        batch = check_batch(rows, scale)
        check_batch([*batch.rows(), ["", 0, 0]], scale)

    return _answers(check, 3, 0, request)


def _check_shift(
    rows: list[list[Any]], scale: float, colouring: str, constant: float, request: gr.Request
) -> list[Any]:
    answers = [*_check_table(rows, scale, colouring, request), field(None)]
    if answers[0]["is_valid"]:
        answers = _answers(lambda: _shifted(check_batch(rows, scale), constant), 4, 3, request)
    return answers


def _check_descent(count: int) -> Callable[..., list[Any]]:
    def check(
        rows: list[list[Any]],
        scale: float,
        colouring: str,
        loss: str,
        step: float,
        path: Path,
        request: gr.Request,
    ) -> list[Any]:
        answers = [*_check_table(rows, scale, colouring, request), *(field(None) for _ in range(3))]
        if answers[0]["is_valid"]:
            batch = check_batch(rows, scale)
            answers = _answers(lambda: descend(batch, loss, step, count), 6, 4, request)
        return answers

    return check
