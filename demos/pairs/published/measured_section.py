"""Ours beside published figures, and models scored on test sets: layout and wiring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import gradio as gr
import numpy as np

from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, sentence_for, visible_errors
from demos.frame.export import write_csv
from demos.frame.first_values import in_chinese
from demos.frame.progress import (
    IDLE,
    note_html,
    notice_html,
    progress_html,
    progress_line,
    say_cancelled,
)
from demos.frame.strings import Language, language_of, say, text
from demos.pairs.evaluation.intervals import ceiling, resampled_spearman
from demos.pairs.models import SCORING_KINDS, check_models, default_models
from demos.pairs.pair_set import PairSet
from demos.pairs.published import beside
from demos.pairs.published.benchmarks import (
    TEST_SETS,
    Benchmark,
    SetLanguage,
    check_benchmark,
    read_test_set,
)
from demos.pairs.published.beside import OnTestSet
from demos.pairs.published.beside_figures import beside_figure
from demos.pairs.published.endpoint import make_published_measure
from demos.pairs.published.measured import shipped
from demos.pairs.published.measuring import compared
from demos.pairs.score.notes import notes_html
from demos.pairs.scoring import LeftOut, ModelScores, Step, score_with_models

_FIRST: dict[SetLanguage, str] = {"en": "stsb_en", "zh": TEST_SETS[0].key}
_SETS: tuple[SetLanguage, ...] = ("zh", "en")
_WIDTHS = {"zh": [230, 115, 110, *[135] * 5], "en": [400, 130, 150, *[215] * 2]}
_GAP_WIDTHS = {"zh": [170, 250, *[145] * 5], "en": [260, 480, *[190] * 2]}

Updates = dict[Any, Any]
Tested = tuple[OnTestSet, ...]


class MeasuredSection:
    """Laid out inside the published panel; `outputs` are filled by `opened`."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        self.measured = shipped()
        self.tested = gr.State(())
        self._lay_out_figures()
        self._lay_out_tests()
        self.shown = [*self.tables.values(), *self.plots.values()]
        self.outputs = [*self.shown, *self.gaps.values()]
        self.outputs += [self.notes, self.gaps_note, self.csv, self.chosen]
        self._wire(context)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_figures(self) -> None:
        gr.Markdown(text("published.beside_heading"))
        self.notes = gr.HTML(elem_id="published-beside-notes")
        with gr.Row():
            self.plots = {
                sets: gr.Plot(
                    label=text(f"published.beside_{sets}_plot"),
                    min_width=320,
                    elem_id=f"published-beside-{sets}-plot",
                )
                for sets in _SETS
            }
        self.tables = {
            sets: gr.Dataframe(
                label=text(f"published.beside_{sets}"),
                interactive=False,
                wrap=True,
                max_height=900,
                column_widths=cast(Any, _WIDTHS[sets]),
                elem_id=f"published-beside-{sets}",
            )
            for sets in _SETS
        }
        gr.Markdown(text("published.beside_note"))
        self.gaps = {
            sets: gr.Dataframe(
                label=text(f"published.differences_{sets}"),
                interactive=False,
                wrap=True,
                visible=False,
                column_widths=cast(Any, _GAP_WIDTHS[sets]),
                elem_id=f"published-differences-{sets}",
            )
            for sets in _SETS
        }
        self.gaps_note = gr.Markdown(text("published.differences_note"), visible=False)
        self.csv = gr.DownloadButton(
            cast(str, text("pairs.csv")), size="sm", visible=False, elem_id="published-measured-csv"
        )

    def _lay_out_tests(self) -> None:
        gr.Markdown(text("published.test_heading"))
        with gr.Row():
            with gr.Column(scale=5, min_width=260):
                chosen = gr.Dropdown(
                    label=text("published.test_set"),
                    choices=_choices("en"),
                    value=_FIRST["en"],
                    elem_id="published-test-set",
                )
                self.chosen = in_chinese(chosen, _FIRST["zh"])
                catalog = self.registry.catalog
                models = gr.Dropdown(
                    label=text("pairs.models"),
                    choices=[(c.title, c.key) for c in self.registry.cards(None, *SCORING_KINDS)],
                    value=default_models(catalog, "en"),
                    multiselect=True,
                    elem_id="published-test-models",
                )
                self.models = in_chinese(models, default_models(catalog, "zh"))
                self.run = gr.Button(
                    text("published.test_run"), variant="primary", elem_id="published-test-run"
                )
            with gr.Column(scale=4, min_width=260):
                # No file_types: a wrong file shall reach the check that says what is wrong with it.
                self.file = gr.File(
                    label=text("published.test_file"), height=190, elem_id="published-test-file"
                )
        self.progress, self.cancel = progress_line("published-test")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, context: AppContext) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        context.own_models.follow(self.models, *SCORING_KINDS)
        run = self.run.click(
            self.on_test,
            [self.chosen, self.file, self.models, self.tested],
            [self.progress, self.cancel, self.tested, *self.shown],
            validator=self.check_test,
            api_name="published_test_run",
            **common,
        )
        self.cancel.click(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            cancels=[run],
            api_name="published_test_cancel",
            **common,
        )
        gr.api(make_published_measure(self.registry), api_name="published_measure")

    # --- handlers ------------------------------------------------------------------------------

    def opened(self, language: Language) -> Updates:
        """Everything that is known without computing."""
        catalog = self.registry.catalog
        lines = beside.verdicts(self.measured, catalog, language)
        absent = note_html(say("published.beside_absent", language), "warning")
        known = bool(self.measured.sets)
        csv = write_csv("measured", *beside.figure_rows(self.measured)) if known else None
        shown = self._figures((), language)
        for sets, table in self.gaps.items():
            headers, rows = beside.difference_table(self.measured, catalog, sets, language)
            value = {"headers": headers, "data": rows}
            shown[table] = gr.update(value=value, visible=bool(rows))
        return shown | {
            self.notes: notice_html(lines) if known else absent,
            self.gaps_note: gr.update(visible=known),
            self.csv: gr.update(value=csv, visible=known),
            self.chosen: gr.update(choices=_choices(language)),
        }

    def check_test(
        self,
        key: str,
        path: str | None,
        keys: list[str] | None,
        tested: Tested,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: what is wrong is said at the set, at its file or at the models."""
        language = language_of(request)
        unknown = problem_or_none(lambda: check_benchmark(key), language)
        models = problem_or_none(lambda: check_models(self.registry, keys or []), language)
        unread = None
        if unknown is None and models is None:  # else nothing need be fetched yet
            unread = problem_or_none(lambda: read_test_set(check_benchmark(key), path), language)
        return [field(unknown), field(unread), field(models), field(None)]

    @visible_errors
    def on_test(
        self,
        key: str,
        path: str | None,
        keys: list[str],
        tested: Tested,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Score a test set; each model's figure is shown as it comes."""
        language, benchmark = language_of(request), check_benchmark(key)
        check_models(self.registry, keys)
        cancel = gr.update(visible=True, interactive=True)
        reading = say("published.test_reading", language, name=benchmark.title)
        yield {self.progress: note_html(reading), self.cancel: cancel}
        try:
            pairs = read_test_set(benchmark, path)
            scored: list[ModelScores] = []
            left_out: list[LeftOut] = []
            for step in score_with_models(self.registry, keys, pairs.pairs):
                if isinstance(step, Step):
                    what = say("pairs.working", language, model=self.registry.title(step.key))
                    shown = progress_html(what, step.progress, language)
                    yield {self.progress: shown, self.cancel: cancel}
                elif isinstance(step, LeftOut):
                    left_out.append(step)
                else:
                    scored.append(step)
                    tested = _with(tested, benchmark, step, pairs)
                    yield {self.tested: tested, **self._figures(tested, language)}
            yield {
                self.progress: self._said(benchmark, pairs, scored, left_out, language),
                self.cancel: gr.update(visible=False),
            }
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(visible=False)}
            raise

    # --- what is shown -------------------------------------------------------------------------

    def _figures(self, tested: Tested, language: Language) -> Updates:
        catalog = self.registry.catalog
        shown: Updates = {}
        for sets in _SETS:
            headers, rows = beside.beside_table(self.measured, catalog, tested, sets, language)
            shown[self.tables[sets]] = {"headers": headers, "data": rows}
            shown[self.plots[sets]] = beside_figure(self.measured, catalog, tested, sets, language)
        return shown

    def _said(
        self,
        benchmark: Benchmark,
        pairs: PairSet,
        scored: Sequence[ModelScores],
        left_out: Sequence[LeftOut],
        language: Language,
    ) -> str:
        """What was scored, what to know of it, and which model was better."""
        assert pairs.labels is not None  # `read_test_set` saw to it
        (a, b), label = pairs.pairs[0], float(pairs.labels[0])
        name, count = benchmark.title, len(pairs)
        lines = [
            say("published.test_done", language, name=name, pairs=count, a=a, b=b, label=label)
        ]
        if count != benchmark.test_pairs:
            published = benchmark.test_pairs
            lines.append(
                say("published.test_others", language, name=name, published=published, pairs=count)
            )
        limit = ceiling(pairs.labels)
        if limit is not None:
            share = f"{np.mean(pairs.labels == pairs.labels.max()):.0%}"
            lines.append(say("evaluation.ceiling", language, share=share, limit=f"{limit:.3f}"))
        scores = {model.card.key: model.scores for model in scored}
        figures, gaps = compared([model.card for model in scored], scores, pairs.labels)
        found = {figure.scorer for figure in figures}
        titles = {model.card.key: model.card.title for model in scored}
        lines += [
            say("published.test_constant", language, model=title)
            for key, title in titles.items()
            if (key,) not in found
        ]
        lines += [beside.told_difference(gap, titles, language) for gap in gaps]
        reasons = [
            say(
                "pairs.left_out",
                language,
                model=self.registry.title(each.key),
                reason=sentence_for(each.reason, language),
            )
            for each in left_out
        ]
        return notes_html(scored, reasons, language) + notice_html(lines)


def _with(tested: Tested, benchmark: Benchmark, model: ModelScores, pairs: PairSet) -> Tested:
    """What was scored before, and this in place of what was known of the same."""
    assert pairs.labels is not None
    found = resampled_spearman(model.scores, pairs.labels)
    if found is None:
        return tested
    card = model.card
    new = OnTestSet(benchmark.key, card.key, card.title, card.kind, len(pairs), found.interval)
    same = (benchmark.key, card.key)
    return (*(each for each in tested if (each.benchmark, each.model) != same), new)


def _choices(language: Language) -> list[tuple[str, str]]:
    return [(beside.name_of(benchmark, language), benchmark.key) for benchmark in TEST_SETS]
