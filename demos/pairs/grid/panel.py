"""The grid: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem, field, problem_or_none, sentence_for, visible_errors
from demos.frame.examples import example_buttons
from demos.frame.export import write_csv
from demos.frame.first_values import in_chinese
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import first_selection
from demos.frame.language_notice import models_notice
from demos.frame.progress import IDLE, duration, note_html, progress_html, say_cancelled
from demos.frame.status import computed_on
from demos.frame.strings import Language, language_of, say, text
from demos.pairs import pair_set as pairs_in
from demos.pairs.grid.endpoint import make_pairs_grid
from demos.pairs.grid.example import EXAMPLES
from demos.pairs.grid.figures import heatmap
from demos.pairs.grid.grid import (
    MAX_SIDE,
    ModelGrid,
    SentenceLists,
    as_grid,
    check_list,
    check_lists,
    split_lines,
)
from demos.pairs.grid.results import best_table, cost_table
from demos.pairs.models import (
    DEFAULT_MODELS,
    PREFERRED_MODELS,
    SCORING_KINDS,
    check_models,
    default_models,
)
from demos.pairs.score.notes import notes_html
from demos.pairs.score.results import pair_table
from demos.pairs.scoring import LeftOut, ModelScores, Step, score_with_models

MAX_MODELS = 4
# Pixels: a column of numbers, the least and most of a column of text, a table on a wide screen.
_NARROW, _TEXT, _WIDEST_TEXT, _WIDE = 100, 200, 335, 1_065

Updates = dict[Any, Any]


class GridPanel:
    """Components as attributes, handlers as methods; the two text boxes are the source."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        gr.Markdown(text("pairs.grid.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="pairs-grid-about"):
            formula_markdown("pairs.grid.about_text")
        self._wire_inputs()
        self._wire_scoring()
        context.own_models.follow(self.models, *SCORING_KINDS)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            self.list_a, self.list_b = (
                in_chinese(
                    gr.Textbox(
                        label=text(f"pairs.grid.list_{side}"),
                        value=example,
                        lines=8,
                        max_lines=14,
                        min_width=300,
                        elem_id=f"pairs-grid-{side}",
                    ),
                    chinese,
                )
                for side, example, chinese in zip("ab", _example("en"), _example("zh"), strict=True)
            )
        with gr.Row():
            with gr.Column(scale=7, min_width=340):
                with gr.Row():
                    self.swap = gr.Button(
                        text("pairs.grid.swap"), size="sm", elem_id="pairs-grid-swap"
                    )
                    self.examples = example_buttons("pairs-grid")
                with gr.Accordion(text("pairs.grid.bring"), open=False, elem_id="pairs-grid-bring"):
                    # No file_types: a wrong file shall reach the check that says what is wrong.
                    self.file = gr.File(
                        label=text("pairs.grid.file"), height=120, elem_id="pairs-grid-file"
                    )
                self.read_note = gr.HTML(elem_id="pairs-grid-read-note")
            with gr.Column(scale=4, min_width=300):
                self._lay_out_models()
                with gr.Row():
                    self.run = gr.Button(
                        text("pairs.grid.run"), variant="primary", elem_id="pairs-grid-run"
                    )
                    self.cancel = gr.Button(
                        text("cancel"), interactive=False, elem_id="pairs-grid-cancel"
                    )
        self.progress = gr.HTML(elem_id="pairs-grid-progress")
        self.notes = gr.HTML(elem_id="pairs-grid-notes")

    def _lay_out_models(self) -> None:
        catalog = self.registry.catalog
        models = gr.Dropdown(
            label=text("pairs.grid.models"),
            info=text("pairs.grid.models_hint"),
            choices=[(c.title, c.key) for c in catalog.of_kind(*SCORING_KINDS)],
            value=default_models(catalog, "en"),
            multiselect=True,
            allow_custom_value=self.registry.allow_hub_ids,
            elem_id="pairs-grid-models",
        )
        self.models = in_chinese(models, default_models(catalog, "zh"))
        self.unread = models_notice(
            self.registry, self.models, SCORING_KINDS, PREFERRED_MODELS, run="pairs-grid-run"
        )

    def _lay_out_results(self) -> None:
        self.cost = gr.Dataframe(
            label=text("pairs.grid.cost"),
            interactive=False,
            wrap=True,
            column_widths=[280, 220, 190, 215, 210],
            elem_id="pairs-grid-cost",
        )
        self.plots: list[gr.Plot] = []
        with gr.Row():
            for number in range(MAX_MODELS):
                self.plots.append(
                    gr.Plot(
                        show_label=False,  # the figure's title says more
                        visible=number < len(DEFAULT_MODELS),
                        min_width=340,
                        elem_id=f"pairs-grid-plot-{number + 1}",
                    )
                )
        self.best = gr.Dataframe(
            label=text("pairs.grid.best"),
            interactive=False,
            wrap=True,
            max_height=430,
            show_row_numbers=True,
            elem_id="pairs-grid-best",
        )
        self.csv = gr.DownloadButton(
            cast(str, text("pairs.grid.csv")),
            size="sm",
            interactive=False,
            elem_id="pairs-grid-csv",
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire_inputs(self) -> None:
        quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        both = [self.list_a, self.list_b]
        self.swap.click(
            lambda a, b: (b, a), both, both, api_name="pairs_grid_swap", queue=False, **quick
        )
        for language, button in self.examples.items():
            button.click(
                self._example(language),
                self.models,
                [*both, self.models],
                api_name=f"pairs_grid_example_{language}",
                queue=False,
                **quick,
            )
        self.file.upload(
            _use_file,
            self.file,
            [*both, self.read_note],
            validator=_check_file,
            api_name="pairs_grid_file",
            **quick,
        )

    def _wire_scoring(self) -> None:
        outputs = [
            *(self.progress, self.notes, self.cost, *self.plots, self.best, self.csv),
            self.cancel,
            *self.unread.outputs,
        ]
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        inputs = [self.list_a, self.list_b, self.models]
        shown = first_selection("pairs_grid", "pairs-grid-about").change(
            self.on_run,
            inputs,
            outputs,
            validator=self.check_inputs,
            api_name="pairs_grid_open",
            **common,
        )
        run = self.run.click(
            self.on_run,
            inputs,
            outputs,
            validator=self.check_inputs,
            cancels=[shown],  # the example must not come after what a visitor asked for
            api_name="pairs_grid_run",
            **common,
        )
        # A cancel closes the queue's stream of answers, and what would come through it at that
        # moment is lost. So the note comes afterwards and, like the lists' buttons, beside it.
        self.cancel.click(
            None,
            cancels=[run, shown],
            api_name="pairs_grid_cancel",
            **common,
        ).then(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="pairs_grid_cancelled",
            **common,
        )
        gr.api(make_pairs_grid(self.registry, MAX_MODELS), api_name="pairs_grid")

    # --- handlers ------------------------------------------------------------------------------

    def _example(self, example: Language) -> Callable[..., Any]:
        def on_example(keys: list[str] | None) -> Any:
            """The example of a language, and a model that reads it where none is chosen."""
            return *_example(example), self.unread.fitting(EXAMPLES[example][0], keys)

        return on_example

    def check_inputs(self, a: str, b: str, keys: list[str] | None, request: gr.Request) -> Any:
        """Validator: a sentence at the list or at the models that it is about."""
        language = language_of(request)
        at_a = problem_or_none(lambda: check_list(split_lines(a), "A"), language)
        at_b = problem_or_none(lambda: check_list(split_lines(b), "B"), language)
        if at_a is None and at_b is None:
            at_b = problem_or_none(lambda: _lists(a, b), language)
        at_models = problem_or_none(
            lambda: check_models(self.registry, keys or [], MAX_MODELS), language
        )
        return [field(at_a), field(at_b), field(at_models)]

    @visible_errors
    def on_run(self, a: str, b: str, keys: list[str], request: gr.Request) -> Iterator[Updates]:
        """Score with every chosen model; progress meanwhile, everything else at the end."""
        language = language_of(request)
        lists = _lists(a, b)
        check_models(self.registry, keys, MAX_MODELS)
        scored: list[ModelScores] = []
        left_out: list[LeftOut] = []
        try:
            yield self.unread.updates([*lists.a, *lists.b], keys, language)
            for step in score_with_models(self.registry, keys, lists.pair_set.pairs):
                if isinstance(step, ModelScores):
                    scored.append(step)
                elif isinstance(step, LeftOut):
                    left_out.append(step)
                else:
                    yield {
                        self.progress: _progress(step, self.registry.title(step.key), language),
                        self.cancel: gr.update(interactive=True),
                    }
            yield self._results(lists, scored, left_out, language)
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    # --- what is shown -------------------------------------------------------------------------

    def _results(
        self,
        lists: SentenceLists,
        scored: list[ModelScores],
        left_out: list[LeftOut],
        language: Language,
    ) -> Updates:
        reasons = [self._reason(each, language) for each in left_out]
        shown: Updates = {
            self.cancel: gr.update(interactive=False),
            self.notes: notes_html(scored, reasons, language),
        }
        if not scored:
            return shown | self._nothing()
        grids = [as_grid(lists, scores) for scores in scored]
        csv = write_csv("pairs-grid", *pair_table(lists.pair_set, scored, language))
        return shown | {
            self.progress: self._done(lists, grids, language),
            self.cost: _frame(*cost_table(lists, grids, language)),
            self.best: _best_frame(*best_table(lists, grids, language)),
            self.csv: gr.update(value=csv, interactive=True),
            **self._heatmaps(lists, grids, language),
        }

    def _heatmaps(
        self, lists: SentenceLists, grids: list[ModelGrid], language: Language
    ) -> Updates:
        updates: Updates = {plot: gr.update(value=None, visible=False) for plot in self.plots}
        for plot, grid in zip(self.plots, grids, strict=False):
            updates[plot] = gr.update(value=heatmap(lists, grid, language), visible=True)
        return updates

    def _nothing(self) -> Updates:
        """No results, rather than those of other lists."""
        return {
            self.progress: IDLE,
            self.cost: None,
            self.best: None,
            self.csv: gr.update(value=None, interactive=False),
            **{plot: gr.update(value=None, visible=False) for plot in self.plots},
        }

    def _done(self, lists: SentenceLists, grids: list[ModelGrid], language: Language) -> str:
        n, m = lists.shape
        time = duration(sum(grid.seconds for grid in grids), language)
        done = say("pairs.grid.done", language, n=n, m=m, pairs=n * m, time=time)
        return note_html(done) + note_html(computed_on(self.registry, language))

    def _reason(self, left_out: LeftOut, language: Language) -> str:
        reason = sentence_for(left_out.reason, language)
        model = self.registry.title(left_out.key)
        return say("pairs.left_out", language, model=model, reason=reason)


def _lists(a: str, b: str) -> SentenceLists:
    return check_lists(split_lines(a), split_lines(b))


def _example(language: Language) -> tuple[str, str]:
    a, b = EXAMPLES[language]
    return "\n".join(a), "\n".join(b)


def _frame(headers: list[str], rows: list[list[object]]) -> dict[str, Any]:
    return {"headers": headers, "data": rows}


def _best_frame(headers: list[str], rows: list[list[object]]) -> Any:
    """Text wide, numbers narrow; on a narrow screen the table scrolls by itself."""
    narrow = [not isinstance(cell, str) or cell in ("", "≠") for cell in rows[0]]
    numbers = sum(narrow)
    wide = (_WIDE - numbers * _NARROW) // (len(narrow) - numbers)
    wide = min(max(wide, _TEXT), _WIDEST_TEXT)
    widths = [_NARROW if is_narrow else wide for is_narrow in narrow]
    return gr.update(value=_frame(headers, rows), column_widths=widths)


def _progress(step: Step, title: str, language: Language) -> str:
    if step.progress.done == 0:
        return note_html(say("pairs.loading", language, model=title))
    return progress_html(say("pairs.working", language, model=title), step.progress, language)


def _check_file(path: str | None, request: gr.Request) -> Any:
    if path is None:
        return field(None)
    return field(problem_or_none(lambda: _file_lists(path), language_of(request)))


@visible_errors
def _use_file(path: str, request: gr.Request) -> tuple[str, str, str]:
    a, b = _file_lists(path)
    name = path.rsplit("/", 1)[-1]
    note = say("pairs.grid.read", language_of(request), a=len(a), b=len(b), name=name)
    return "\n".join(a), "\n".join(b), note_html(note)


def _file_lists(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two columns of a file as lists that need not be equally long; empty cells are none."""
    table = pairs_in.read_pairs_file(path, limit=MAX_SIDE)
    columns = pairs_in.guess_columns(table)
    if columns.a == columns.b:
        raise InputProblem("pairs.same_column")
    sides = ([" ".join(cell.split()) for cell in table.column(c)] for c in (columns.a, columns.b))
    a, b = ([cell for cell in side if cell] for side in sides)
    lists = check_lists(a, b)
    return lists.a, lists.b
