"""The playground: layout and wiring."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr
import numpy as np

from demos.frame.demo import House
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.export import write_csv
from demos.frame.progress import IDLE, note_html
from demos.frame.strings import Language, language_of, say, text
from demos.pairs.playground.batch import (
    EXAMPLE,
    LOSSES,
    Batch,
    View,
    check_batch,
    descend,
    view_of,
)
from demos.pairs.playground.endpoint import cosent_loss
from demos.pairs.playground.figures import (
    COLOURINGS,
    gradient_figure,
    path_figure,
    terms_figure,
)
from demos.pairs.playground.notes import comparison_html, loss_html
from demos.pairs.playground.results import item_table

_SCALE, _CONSTANT, _STEP_SIZE = 20.0, 0.5, 0.005
_LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]

Updates = dict[Any, Any]
Rows = list[list[Any]]


class PlaygroundPanel:
    """Components as attributes, handlers as methods; the table and the scale are the source."""

    def __init__(self, house: House):
        gr.Markdown(text("pairs.playground.intro"))
        self.path = gr.State(list[Any]())  # scores [n] by gradient step since the last edit
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                self._lay_out_table()
            with gr.Column(scale=5, min_width=300):
                self._lay_out_losses()
        self._lay_out_figures()
        with gr.Accordion(
            text("pairs.playground.about"), open=False, elem_id="pairs-playground-about"
        ):
            gr.Markdown(text("pairs.playground.about_text"), latex_delimiters=_LATEX)
        self._wire(house.app)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_table(self) -> None:
        self.table = gr.Dataframe(
            label=text("pairs.playground.table"),
            value={"headers": _headers("en"), "data": _example_batch().rows()},
            type="array",
            column_count=3,
            column_widths=["56%", "22%", "22%"],
            interactive=True,
            wrap=True,
            max_height=420,
            elem_id="pairs-playground-table",
        )
        # A table shows a validator's sentence after a click, not after an edit.
        self.problem = gr.HTML(elem_id="pairs-playground-problem")
        with gr.Row():
            self.add_row = gr.Button(
                text("pairs.playground.add_row"), size="sm", elem_id="pairs-playground-add-row"
            )
            self.reset = gr.Button(
                text("pairs.playground.reset"), size="sm", elem_id="pairs-playground-reset"
            )
        with gr.Row():
            self.scale = gr.Number(
                _SCALE, label=text("pairs.playground.scale"), elem_id="pairs-playground-scale"
            )
            with gr.Column(min_width=160):
                self.cosine = gr.Button(
                    text("pairs.playground.preset_cosine"),
                    size="sm",
                    elem_id="pairs-playground-cosine",
                )
                self.logit = gr.Button(
                    text("pairs.playground.preset_logit"),
                    size="sm",
                    elem_id="pairs-playground-logit",
                )

    def _lay_out_losses(self) -> None:
        self.loss = gr.HTML(elem_id="pairs-playground-loss")
        self.comparison = gr.HTML(elem_id="pairs-playground-comparison")
        with gr.Row():
            self.constant = gr.Number(
                _CONSTANT,
                label=text("pairs.playground.constant"),
                min_width=120,
                elem_id="pairs-playground-constant",
            )
            with gr.Column(min_width=180):
                self.shift = gr.Button(
                    text("pairs.playground.shift"), size="sm", elem_id="pairs-playground-shift"
                )
                self.relabel = gr.Button(
                    text("pairs.playground.relabel"),
                    size="sm",
                    elem_id="pairs-playground-relabel",
                )
        with gr.Row():
            self.by = gr.Dropdown(
                _loss_choices(),
                value="cosent",
                label=text("pairs.playground.descend_by"),
                min_width=140,
                elem_id="pairs-playground-by",
            )
            self.step_size = gr.Number(
                _STEP_SIZE,
                label=text("pairs.playground.step_size"),
                min_width=110,
                elem_id="pairs-playground-step-size",
            )
            with gr.Column(min_width=110):
                self.one_step = gr.Button(
                    text("pairs.playground.step"), size="sm", elem_id="pairs-playground-step"
                )
                self.ten_steps = gr.Button(
                    text("pairs.playground.ten_steps"), size="sm", elem_id="pairs-playground-ten"
                )

    def _lay_out_figures(self) -> None:
        with gr.Row():
            with gr.Column(min_width=320):
                self.terms = gr.Plot(show_label=False, elem_id="pairs-playground-terms")
                self.colouring = gr.Radio(
                    [(text(f"pairs.playground.{name}"), name) for name in COLOURINGS],
                    value="exponent",
                    label=text("pairs.playground.colouring"),
                    elem_id="pairs-playground-colouring",
                )
            with gr.Column(min_width=320):
                self.path_plot = gr.Plot(show_label=False, elem_id="pairs-playground-path")
        gr.Markdown(text("pairs.playground.gradients"))
        with gr.Row():
            self.gradients = [
                gr.Plot(show_label=False, min_width=300, elem_id=f"pairs-playground-{name}")
                for name in LOSSES
            ]
        self.csv = gr.DownloadButton(
            cast(str, text("pairs.playground.csv")), size="sm", elem_id="pairs-playground-csv"
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, app: gr.Blocks) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        source = [self.table, self.scale, self.colouring]
        shown = [self.loss, self.comparison, self.terms, *self.gradients, self.csv]
        everything = [*shown, self.problem, self.path, self.path_plot]
        changing = [self.table, self.scale, *everything]
        app.load(self.on_reset, None, changing, api_name="playground_load", **common)
        self.reset.click(self.on_reset, None, changing, api_name="playground_reset", **common)
        self.add_row.click(
            _with_new_row, self.table, self.table, api_name="playground_add_row", **common
        ).then(self.on_edit, source, everything, api_name="playground_row_shown", **common)
        for name, event in (("table", self.table.input), ("scale", self.scale.input)):
            event(
                self.on_edit,
                source,
                everything,
                trigger_mode="always_last",
                api_name=f"playground_{name}",
                **common,
            )
        for name, button, scale in (("cosine", self.cosine, 20.0), ("logit", self.logit, 1.0)):
            button.click(
                _preset(scale), None, self.scale, api_name=f"playground_{name}", **common
            ).then(self.on_edit, source, everything, api_name=f"playground_{name}_shown", **common)
        self.colouring.input(
            self.on_colour, source, self.terms, api_name="playground_colour", **common
        )
        self.shift.click(
            self.on_shift,
            [*source, self.constant],
            changing,
            validator=_check_shift,
            api_name="playground_shift",
            **common,
        )
        self.relabel.click(
            self.on_relabel,
            source,
            changing,
            validator=_check_source,
            api_name="playground_relabel",
            **common,
        )
        for name, button, count in (("step", self.one_step, 1), ("ten", self.ten_steps, 10)):
            button.click(
                self._stepper(count),
                [*source, self.by, self.step_size, self.path],
                changing,
                validator=_check_steps,
                api_name=f"playground_{name}",
                **common,
            )
        gr.api(cosent_loss, api_name="cosent_loss")

    # --- handlers ------------------------------------------------------------------------------

    def on_reset(self, request: gr.Request) -> Updates:
        """The worked example."""
        batch, language = _example_batch(), language_of(request)
        return self._changed(None, batch, "exponent", [batch.scores], language) | {
            self.scale: _SCALE
        }

    @visible_errors
    def on_edit(self, rows: Rows, scale: float, colouring: str, request: gr.Request) -> Updates:
        """Another cell, another scale; what cannot be read is said, and the figures wait."""
        language = language_of(request)
        try:
            batch = check_batch(rows, scale)
        except InputProblem as problem:
            return {self.problem: note_html(problem.sentence(language), "warning")}
        return self._shown(None, view_of(batch), colouring, language) | {
            self.path: [batch.scores],
            self.path_plot: path_figure(batch, [batch.scores], language),
        }

    @visible_errors
    def on_colour(self, rows: Rows, scale: float, colouring: str, request: gr.Request) -> Any:
        """The terms in another colour."""
        return terms_figure(view_of(check_batch(rows, scale)), colouring, language_of(request))

    @visible_errors
    def on_shift(
        self, rows: Rows, scale: float, colouring: str, constant: float, request: gr.Request
    ) -> Updates:
        """The same constant on every score: which losses move?"""
        batch = check_batch(rows, scale)
        moved = batch.shifted(_constant(constant))
        checked = check_batch(moved.rows(), scale)
        return self._changed(batch, checked, colouring, [checked.scores], language_of(request))

    @visible_errors
    def on_relabel(self, rows: Rows, scale: float, colouring: str, request: gr.Request) -> Updates:
        """Other labels in the same order: which losses move?"""
        batch = check_batch(rows, scale)
        changed = batch.relabelled()
        return self._changed(batch, changed, colouring, [changed.scores], language_of(request))

    def _stepper(self, count: int) -> Any:
        @visible_errors
        def on_step(
            rows: Rows,
            scale: float,
            colouring: str,
            by: str,
            step_size: float,
            path: list[Any],
            request: gr.Request,
        ) -> Updates:
            batch = check_batch(rows, scale)
            taken = descend(batch, by, step_size, count)
            known = path if path and np.array_equal(path[-1], batch.scores) else [batch.scores]
            whole = [*known, *(after.scores for after in taken)]
            return self._changed(batch, taken[-1], colouring, whole, language_of(request))

        return on_step

    # --- what is shown -------------------------------------------------------------------------

    def _changed(
        self,
        before: Batch | None,
        after: Batch,
        colouring: str,
        path: list[Any],
        language: Language,
    ) -> Updates:
        old = None if before is None else view_of(before)
        return self._shown(old, view_of(after), colouring, language) | {
            self.table: {"headers": _headers(language), "data": after.rows()},
            self.path: path,
            self.path_plot: path_figure(after, path, language),
        }

    def _shown(self, old: View | None, view: View, colouring: str, language: Language) -> Updates:
        headers, rows = item_table(view, language)
        return {
            self.problem: IDLE,
            self.loss: loss_html(view, language),
            self.comparison: comparison_html(old, view, language),
            self.terms: terms_figure(view, colouring, language),
            self.csv: gr.update(value=write_csv("cosent", headers, rows)),
            **{
                plot: gradient_figure(view, name, language)
                for plot, name in zip(self.gradients, LOSSES, strict=True)
            },
        }


def _headers(language: Language) -> list[str]:
    return [say(f"pairs.playground.{key}", language) for key in ("name", "score", "label")]


def _example_batch() -> Batch:
    return check_batch(EXAMPLE, _SCALE)


def _loss_choices() -> list[tuple[Any, str]]:
    return [(text(f"pairs.playground.{name}"), name) for name in LOSSES]


def _with_new_row(rows: Rows, request: gr.Request) -> dict[str, Any]:
    language = language_of(request)
    new = [say("pairs.playground.new", language), 0.5, 2]
    return {"headers": _headers(language), "data": [*rows, new]}


def _preset(scale: float) -> Any:
    return lambda: scale


def _constant(constant: Any) -> float:
    if not isinstance(constant, (int, float)) or not np.isfinite(constant):
        raise InputProblem("pairs.playground.bad_constant")
    return float(constant)


def _check_source(rows: Rows, scale: Any, colouring: Any, request: gr.Request) -> list[Any]:
    """A sentence at the table or, if it is about the scale, at the scale."""
    language = language_of(request)
    at_table = problem_or_none(lambda: check_batch(rows, _SCALE), language)
    at_scale = problem_or_none(lambda: check_batch(EXAMPLE, scale), language)
    return [field(at_table), field(at_scale), field(None)]


def _check_shift(
    rows: Rows, scale: Any, colouring: Any, constant: Any, request: gr.Request
) -> list[Any]:
    language = language_of(request)
    at_constant = problem_or_none(lambda: _constant(constant), language)
    return [*_check_source(rows, scale, colouring, request), field(at_constant)]


def _check_steps(
    rows: Rows,
    scale: Any,
    colouring: Any,
    by: Any,
    step_size: Any,
    path: Any,
    request: gr.Request,
) -> list[Any]:
    def check() -> None:
        if not isinstance(step_size, (int, float)):
            raise InputProblem("pairs.playground.bad_step")
        descend(_example_batch(), "mse", float(step_size), 1)

    at_step = problem_or_none(check, language_of(request))
    source = _check_source(rows, scale, colouring, request)
    return [*source, field(None), field(at_step), field(None)]
