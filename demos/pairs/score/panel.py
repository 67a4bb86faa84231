"""Scoring side by side: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, cast

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem, field, problem_or_none, sentence_for, visible_errors
from demos.frame.examples import example_buttons
from demos.frame.export import write_csv
from demos.frame.first_values import in_chinese
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_or
from demos.frame.laid_out import first_selection
from demos.frame.language_notice import models_notice
from demos.frame.progress import IDLE, duration, note_html, progress_html, say_cancelled
from demos.frame.status import computed_on
from demos.frame.strings import Language, language_of, say, text
from demos.frame.tables import Table
from demos.pairs import pair_set as pairs_in
from demos.pairs.agreement import greatest_disagreements
from demos.pairs.alignment.endpoint import make_pairs_alignment
from demos.pairs.attribution.section import AttributionSection
from demos.pairs.evaluation.endpoint import make_pairs_evaluate
from demos.pairs.evaluation.section import EvaluationSection
from demos.pairs.example import EXAMPLES
from demos.pairs.mixture import (
    DEFAULT_WEIGHT,
    MIXTURE,
    Mixture,
    check_mixture,
    models_of,
    with_mixture,
)
from demos.pairs.models import (
    MAX_MODELS,
    PREFERRED_MODELS,
    SCORING_KINDS,
    check_models,
    default_models,
)
from demos.pairs.pair_set import Columns, PairSet, check_rows
from demos.pairs.score.endpoint import make_pairs_score
from demos.pairs.score.figures import agreement_figure
from demos.pairs.score.notes import disagreement_html, notes_html
from demos.pairs.score.results import model_table, pair_table
from demos.pairs.scoring import LeftOut, ModelScores, Step, score_with_models

_DISAGREEMENTS = 5
_CELLS = ("pairs.sentence_a", "pairs.sentence_b", "pairs.label")

Updates = dict[Any, Any]


class ScorePanel:
    """Components as attributes, handlers as methods; the table is the one source of pairs."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        with gr.Row():
            with gr.Column(scale=7, min_width=340):
                self._lay_out_table()
            with gr.Column(scale=4, min_width=300):
                self._lay_out_controls()
        self._lay_out_results()
        self.evaluation = EvaluationSection()
        self.attribution = AttributionSection(self.registry, self.scores)
        with gr.Accordion(text("pairs.about"), open=False, elem_id="pairs-about"):
            formula_markdown("pairs.about_text")
        self._wire_inputs()
        self._wire_scoring(context)
        own = context.own_models
        own.follow(self.models, *SCORING_KINDS, before={MIXTURE: "pairs.mixture"})

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_table(self) -> None:
        table = gr.Dataframe(
            label=text("pairs.table"),
            value=_table(_example_rows("en"), "en"),
            type="array",
            column_count=3,
            column_widths=["43%", "43%", "14%"],
            interactive=True,
            wrap=True,
            max_height=370,
            show_row_numbers=True,
            elem_id="pairs-table",
        )
        self.table = in_chinese(table, _table(_example_rows("zh"), "zh"))
        with gr.Row():
            self.add_row = gr.Button(text("pairs.add_row"), size="sm", elem_id="pairs-add-row")
            self.clear = gr.Button(text("pairs.clear"), size="sm", elem_id="pairs-clear")
            self.examples = example_buttons("pairs")
        with gr.Accordion(text("pairs.bring"), open=False, elem_id="pairs-bring"):
            self.pasted = gr.Textbox(
                label=text("pairs.paste"),
                placeholder=text("pairs.paste_hint"),
                lines=4,
                max_lines=10,
                elem_id="pairs-paste",
            )
            self.use_pasted = gr.Button(
                text("pairs.paste_use"), size="sm", elem_id="pairs-use-paste"
            )
            # No file_types: a wrong file shall reach the check that says what is wrong with it.
            self.file = gr.File(label=text("pairs.file"), height=120, elem_id="pairs-file")
            with gr.Row(visible=False) as self.columns_row:
                self.header = gr.Checkbox(
                    label=text("pairs.header"), min_width=160, elem_id="pairs-header"
                )
                self.column_a = gr.Dropdown(label=text("pairs.column_a"), elem_id="pairs-column-a")
                self.column_b = gr.Dropdown(label=text("pairs.column_b"), elem_id="pairs-column-b")
                self.column_label = gr.Dropdown(
                    label=text("pairs.column_label"), elem_id="pairs-column-label"
                )
            self.read_note = gr.HTML(elem_id="pairs-read-note")

    def _lay_out_controls(self) -> None:
        catalog = self.registry.catalog
        models = gr.Dropdown(
            label=text("pairs.models"),
            info=text("pairs.models_hint"),
            choices=[
                (text("pairs.mixture"), MIXTURE),
                *((c.title, c.key) for c in catalog.of_kind(*SCORING_KINDS)),
            ],
            value=default_models(catalog, "en"),
            multiselect=True,
            allow_custom_value=self.registry.allow_hub_ids,
            elem_id="pairs-models",
        )
        self.models = in_chinese(models, default_models(catalog, "zh"))
        self.unread = models_notice(
            self.registry, self.models, SCORING_KINDS, PREFERRED_MODELS, run="pairs-score"
        )
        self.weight = gr.Slider(
            0,
            1,
            value=DEFAULT_WEIGHT,
            step=0.05,
            label=text("pairs.mixture.weight"),
            info=text("pairs.mixture.hint"),
            visible=False,
            elem_id="pairs-mixture-weight",
        )
        with gr.Row():
            self.score = gr.Button(text("pairs.score"), variant="primary", elem_id="pairs-score")
            self.cancel = gr.Button(text("cancel"), interactive=False, elem_id="pairs-cancel")
        self.progress = gr.HTML(elem_id="pairs-progress")
        self.notes = gr.HTML(elem_id="pairs-notes")

    def _lay_out_results(self) -> None:
        self.by_model = gr.Dataframe(
            label=text("pairs.by_model"), interactive=False, wrap=True, elem_id="pairs-by-model"
        )
        with gr.Row():
            with gr.Column(scale=7, min_width=340):
                self.plot = gr.Plot(label=text("pairs.plot"), elem_id="pairs-plot")
                with gr.Row(visible=False) as self.axes_row:
                    self.x_axis, self.y_axis = (
                        gr.Dropdown(
                            label=text(f"pairs.{name}_axis"),
                            elem_id=f"pairs-{name}-axis",
                            elem_classes=FOLLOWS,
                        )
                        for name in ("x", "y")
                    )
            with gr.Column(scale=4, min_width=300):
                self.disagreement = gr.HTML(elem_id="pairs-disagreement")
        self.scores = gr.Dataframe(
            label=text("pairs.scores"),
            interactive=False,
            wrap=True,
            max_height=430,
            show_row_numbers=True,
            elem_id="pairs-scores",
        )
        self.csv = gr.DownloadButton(
            cast(str, text("pairs.csv")), size="sm", interactive=False, elem_id="pairs-csv"
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire_inputs(self) -> None:
        quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        rows = [self.table]
        self.add_row.click(_with_blank_row, rows, rows, api_name="pairs_add_row", **quick)
        self.clear.click(_blank_table, None, rows, api_name="pairs_clear", **quick)
        for language, button in self.examples.items():
            button.click(
                self._example(language),
                self.models,
                [self.table, self.models],
                api_name=f"pairs_example_{language}",
                **quick,
            )
        self.use_pasted.click(
            _use_pasted,
            self.pasted,
            [self.table, self.read_note],
            validator=_check_pasted,
            api_name="pairs_paste",
            **quick,
        )
        columns = [self.column_a, self.column_b, self.column_label]
        shown = [self.table, self.read_note, self.columns_row, self.header, *columns]
        self.file.upload(
            _use_file, self.file, shown, validator=_check_file, api_name="pairs_file", **quick
        )
        self.header.input(
            _use_header,
            [self.file, self.header],
            shown,
            validator=_check_header,
            trigger_mode="always_last",
            api_name="pairs_header",
            **quick,
        )
        self.file.clear(
            lambda: gr.update(visible=False),
            None,
            self.columns_row,
            api_name="pairs_no_file",
            **quick,
        )
        for name, column in zip(("a", "b", "label"), columns, strict=True):
            column.input(
                _use_columns,
                [self.file, self.header, *columns],
                self.table,
                validator=_check_columns,
                trigger_mode="always_last",
                api_name=f"pairs_column_{name}",
                **quick,
            )

    def _wire_scoring(self, context: AppContext) -> None:
        outputs = [
            *(self.progress, self.notes, self.by_model, self.plot, self.disagreement, self.scores),
            *(self.csv, self.cancel, self.axes_row, self.x_axis, self.y_axis),
            *self.unread.outputs,
            *self.evaluation.outputs,
            *self.attribution.outputs,
        ]
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        opened = first_selection("pairs", "pairs-about")
        shown = opened.change(
            self.on_open,
            [self.table, self.models, self.weight, context.kept],
            outputs,
            validator=self.check_open,
            api_name="pairs_open",
            **common,
        )
        run = self.score.click(
            self.on_score,
            [self.table, self.models, self.weight],
            outputs,
            validator=self.check_inputs,
            cancels=[shown],  # the example must not come after what a visitor asked for
            api_name="pairs_run",
            **common,
        )
        self.cancel.click(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            cancels=[run, shown],
            api_name="pairs_cancel",
            **common,
        )
        self.models.change(
            lambda keys: gr.update(visible=MIXTURE in (keys or [])),
            self.models,
            self.weight,
            trigger_mode="multiple",
            api_name="pairs_mixture",
            **common,
        )
        # Another comparison is of the pairs that were scored: an edited table hides the choice.
        self.table.change(
            lambda: gr.update(visible=False),
            None,
            self.axes_row,
            api_name="pairs_edited",
            **common,
        )
        for name, axis in (("x", self.x_axis), ("y", self.y_axis)):
            axis.input(
                self.on_axis,
                [self.table, self.x_axis, self.y_axis],
                [self.plot, self.disagreement],
                api_name=f"pairs_{name}_axis",
                **common,
            )
        gr.api(make_pairs_score(self.registry, MAX_MODELS), api_name="pairs_score")
        gr.api(make_pairs_evaluate(self.registry, MAX_MODELS), api_name="pairs_evaluate")
        gr.api(make_pairs_alignment(self.registry), api_name="pairs_alignment")

    # --- handlers ------------------------------------------------------------------------------

    def _example(self, example: Language) -> Callable[..., Updates]:
        def on_example(keys: list[str] | None, request: gr.Request) -> Updates:
            """The example of a language, and a model that reads it where none is chosen."""
            rows = _example_rows(example)
            models = models_of(keys or [])
            fitting = self.unread.fitting([row[0] for row in rows], models)
            return {
                self.table: _table(rows, language_of(request)),
                self.models: keys if fitting == models else fitting,
            }

        return on_example

    def check_inputs(
        self, rows: list[list[Any]], keys: list[str] | None, weight: float, request: gr.Request
    ) -> list[Any]:
        """Validator of Score: a sentence at the table, a sentence at the models."""
        language = language_of(request)
        return [
            field(problem_or_none(lambda: check_rows(rows), language)),
            field(problem_or_none(lambda: self._check_models(keys or [], weight), language)),
            field(None),
        ]

    def _check_models(self, keys: Sequence[str], weight: float) -> None:
        check_models(self.registry, models_of(keys))
        check_mixture(self.registry, keys, weight)

    def check_open(
        self,
        rows: list[list[Any]],
        keys: list[str] | None,
        weight: float,
        kept: Kept,
        request: gr.Request,
    ) -> list[Any]:
        """Validator of the first scoring, which is of what stands in the fields."""
        return [*self.check_inputs(rows, keys, weight, request), field(None)]

    @visible_errors
    def on_open(
        self,
        rows: list[list[Any]],
        keys: list[str],
        weight: float,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Score for whoever opens the panel, and look at the result as before a reload."""
        yield from self._scoring(rows, keys, weight, kept, request)

    @visible_errors
    def on_score(
        self, rows: list[list[Any]], keys: list[str], weight: float, request: gr.Request
    ) -> Iterator[Updates]:
        """Score with every chosen model."""
        yield from self._scoring(rows, keys, weight, None, request)

    def _scoring(
        self,
        rows: list[list[Any]],
        keys: list[str],
        weight: float,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Progress meanwhile, everything else at the end."""
        language = language_of(request)
        pair_set = check_rows(rows)
        self._check_models(keys, weight)
        models = models_of(keys)
        scored: list[ModelScores] = []
        left_out: list[LeftOut] = []
        try:
            yield self.unread.updates([*chain(*pair_set.pairs)], models, language)
            for step in score_with_models(self.registry, models, pair_set.pairs):
                if isinstance(step, ModelScores):
                    scored.append(step)
                elif isinstance(step, LeftOut):
                    left_out.append(step)
                else:
                    yield {
                        self.progress: _progress(step, self.registry.title(step.key), language),
                        self.cancel: gr.update(interactive=True),
                    }
            scored = with_mixture(scored, keys, weight)
            yield self._results(pair_set, scored, left_out, kept, language)
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    @visible_errors
    def on_axis(self, rows: list[list[Any]], x: str, y: str, request: gr.Request) -> Updates:
        """Another pair of models in the plot; their scores come from the registry's cache."""
        pair_set = check_rows(rows)
        steps = score_with_models(self.registry, models_of([x, y]), pair_set.pairs)
        by_key = {step.card.key: step for step in steps if isinstance(step, ModelScores)}
        for key in (x, y):
            made_of = Mixture.of(key)
            if made_of is not None:
                by_key[key] = made_of.scores(by_key)
        scored = [by_key[key] for key in (x, y) if key in by_key]
        return self._comparison(pair_set, scored, language_of(request))

    # --- what is shown -------------------------------------------------------------------------

    def _results(
        self,
        pair_set: PairSet,
        scored: list[ModelScores],
        left_out: list[LeftOut],
        kept: Kept,
        language: Language,
    ) -> Updates:
        notes = notes_html(scored, [self._reason(each, language) for each in left_out], language)
        shown: Updates = {self.cancel: gr.update(interactive=False), self.notes: notes}
        if not scored:
            return shown | self._nothing()
        headers, rows = pair_table(pair_set, scored, language)
        seconds = sum(model.seconds for model in scored)
        time = duration(seconds, language)
        done = say("pairs.done", language, pairs=len(pair_set), time=time)
        choices = [(model.card.title, model.card.key) for model in scored]
        by_key = {model.card.key: model for model in scored}
        x = kept_or(kept, self.x_axis, by_key, choices[0][1])
        y = kept_or(kept, self.y_axis, by_key, choices[min(1, len(choices) - 1)][1])
        shown |= {
            self.progress: note_html(done) + note_html(computed_on(self.registry, language)),
            self.by_model: _frame(*model_table(pair_set, scored, language), first=2),
            self.scores: _frame(headers, rows, first=2),
            self.csv: gr.update(value=write_csv("pairs", headers, rows), interactive=True),
            self.axes_row: gr.update(visible=len(scored) > 2),
            self.x_axis: gr.update(choices=choices, value=x),
            self.y_axis: gr.update(choices=choices, value=y),
        }
        shown |= self.evaluation.updates(pair_set, scored, language, kept)
        alone = [model for model in scored if Mixture.of(model.card.key) is None]
        shown |= self.attribution.updates(pair_set.pairs, alone, kept)
        compared = [by_key[x], by_key[y]] if len(scored) > 1 else scored
        return shown | self._comparison(pair_set, compared, language)

    def _comparison(
        self, pair_set: PairSet, scored: Sequence[ModelScores], language: Language
    ) -> Updates:
        if len(scored) < 2:
            return {self.plot: None, self.disagreement: note_html(say("pairs.one_model", language))}
        x, y = scored[0], scored[1]
        found = greatest_disagreements(x.scores, y.scores, _DISAGREEMENTS)
        return {
            self.plot: agreement_figure(pair_set, x, y, found, language),
            self.disagreement: disagreement_html(pair_set, x, y, found, language),
        }

    def _nothing(self) -> Updates:
        """No results, rather than those of other pairs."""
        empty = (self.by_model, self.scores, self.plot)
        return {
            self.progress: IDLE,
            self.disagreement: IDLE,
            self.csv: gr.update(value=None, interactive=False),
            self.axes_row: gr.update(visible=False),
            **dict.fromkeys(empty),
            **self.evaluation.nothing(),
            **self.attribution.nothing(),
        }

    def _reason(self, left_out: LeftOut, language: Language) -> str:
        reason = sentence_for(left_out.reason, language)
        return say(
            "pairs.left_out", language, model=self.registry.title(left_out.key), reason=reason
        )


# Pixels: a column of numbers, the least and most of a column of text, a table on a wide screen.
_NARROW, _TEXT, _WIDEST_TEXT, _WIDE = 100, 232, 335, 1_115


def _headers(language: Language) -> list[str]:
    return [say(key, language) for key in _CELLS]


def _example_rows(example: Language) -> list[list[Any]]:
    return [[a, b, label] for a, b, label in EXAMPLES[example]]


def _table(rows: list[list[Any]], language: Language) -> dict[str, Any]:
    return {"headers": _headers(language), "data": rows}


def _blank_table(request: gr.Request) -> dict[str, Any]:
    return _table([["", "", ""] for _ in range(3)], language_of(request))


def _with_blank_row(rows: list[list[Any]], request: gr.Request) -> dict[str, Any]:
    return _table([*rows, ["", "", ""]], language_of(request))


def _frame(headers: list[str], rows: list[list[object]], first: int) -> Any:
    """A result table: the `first` columns hold text, the others numbers; it scrolls sideways."""
    numbers = len(headers) - first
    wide = min(max((_WIDE - numbers * _NARROW) // first, _TEXT), _WIDEST_TEXT)
    widths = [wide] * first + [_NARROW] * numbers
    return gr.update(value={"headers": headers, "data": rows}, column_widths=widths)


def _progress(step: Step, title: str, language: Language) -> str:
    if step.progress.done == 0:
        return note_html(say("pairs.loading", language, model=title))
    return progress_html(say("pairs.working", language, model=title), step.progress, language)


# --- pasted and uploaded pairs
# ---------------------------------------------------------------------


def _check_pasted(pasted: str, request: gr.Request) -> Any:
    return field(problem_or_none(lambda: _pasted_rows(pasted), language_of(request)))


def _pasted_rows(pasted: str) -> tuple[list[list[str]], bool]:
    """Checked rows, and whether a header stood above them."""
    table = pairs_in.read_pasted(pasted)
    rows = pairs_in.select_rows(table, pairs_in.guess_columns(table))
    check_rows(rows)
    return rows, table.header


@visible_errors
def _use_pasted(pasted: str, request: gr.Request) -> tuple[Any, str]:
    (rows, header), language = _pasted_rows(pasted), language_of(request)
    note = say("pairs.pasted_header" if header else "pairs.pasted", language, rows=len(rows))
    return _table(rows, language), note_html(note)


def _check_file(path: str | None, request: gr.Request) -> Any:
    if path is None:
        return field(None)
    return field(problem_or_none(lambda: pairs_in.read_pairs_file(path), language_of(request)))


@visible_errors
def _use_file(path: str, request: gr.Request) -> tuple[Any, ...]:
    return _shown_file(path, None, language_of(request))


def _check_header(path: str | None, header: bool, request: gr.Request) -> list[Any]:
    problem = problem_or_none(lambda: _file_table(path, header), language_of(request))
    return [field(None), field(problem)]


@visible_errors
def _use_header(path: str, header: bool, request: gr.Request) -> tuple[Any, ...]:
    return _shown_file(path, header, language_of(request))


def _file_table(path: str | None, header: bool | None) -> Table:
    if path is None:
        raise InputProblem("pairs.no_pairs")
    return pairs_in.read_pairs_file(path, header)


def _shown_file(path: str, header: bool | None, language: Language) -> tuple[Any, ...]:
    """The table, its note and the choices of columns: renewed together, for a column that is no
    longer among the choices is an error."""
    table = _file_table(path, header)
    columns = pairs_in.guess_columns(table)
    rows = pairs_in.select_rows(table, columns)
    name = path.rsplit("/", 1)[-1]
    note = say("pairs.read", language, rows=len(rows), name=name, encoding=table.encoding)
    choices = list(table.columns)
    none = (say("pairs.no_column", language), "")
    return (
        _table(rows, language),
        note_html(note),
        gr.update(visible=True),
        gr.update(visible=table.delimited, value=table.header),
        gr.update(choices=choices, value=columns.a),
        gr.update(choices=choices, value=columns.b),
        gr.update(choices=[none, *choices], value=columns.label or ""),
    )


def _check_columns(
    path: str | None, header: bool, a: str, b: str, label: str | None, request: gr.Request
) -> list[Any]:
    columns = Columns(a, b, label or None)
    problem = problem_or_none(lambda: _column_rows(path, header, columns), language_of(request))
    return [field(None), field(None), field(None), field(problem), field(None)]


def _column_rows(path: str | None, header: bool, columns: Columns) -> list[list[str]]:
    return pairs_in.select_rows(_file_table(path, header), columns)


@visible_errors
def _use_columns(
    path: str | None, header: bool, a: str, b: str, label: str | None, request: gr.Request
) -> dict[str, Any]:
    rows = _column_rows(path, header, Columns(a, b, label or None))
    return _table(rows, language_of(request))
