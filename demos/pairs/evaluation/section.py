"""The evaluation under the scores: layout and wiring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.export import write_csv
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of
from demos.frame.progress import note_html
from demos.frame.strings import Language, language_of, say, text
from demos.pairs.evaluation.decisions import default_cut
from demos.pairs.evaluation.figures import (
    intervals_figure,
    precision_recall_figure,
    reliability_figure,
)
from demos.pairs.evaluation.report import Judged, Report, make_reports, with_cut
from demos.pairs.evaluation.results import costliest_table, report_csv, report_table
from demos.pairs.pair_set import PairSet
from demos.pairs.scoring import ModelScores

_FEW = 100  # pairs: with fewer a calibration curve is mostly chance

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Evaluated:
    """What was scored last, so that another cut need not score again."""

    labels: NDArray[np.float64]
    judged: tuple[Judged, ...]
    reports: tuple[Report, ...]  # without decisions, which the cut makes


class EvaluationSection:
    """Laid out inside the Score panel; `outputs` are filled by `updates`."""

    def __init__(self) -> None:
        self.scored = gr.State(None)
        with gr.Column(visible=False, elem_id="evaluation") as self.box:
            gr.Markdown(text("evaluation.heading"))
            self.notes = gr.HTML(elem_id="evaluation-notes")
            self.table = gr.Dataframe(
                label=text("evaluation.table"),
                interactive=False,
                wrap=True,
                column_widths=[210, 190, 190, 100, 150, 110, 150, 150, 110, 90],
                elem_id="evaluation-table",
            )
            self.intervals = gr.Plot(
                label=text("evaluation.intervals"), elem_id="evaluation-intervals"
            )
            self.cut = gr.Number(
                label=text("evaluation.cut"),
                info=text("evaluation.cut_hint"),
                elem_id="evaluation-cut",
                elem_classes=FOLLOWS,
            )
            with gr.Row():
                with gr.Column(min_width=300):
                    self.reliability = gr.Plot(
                        label=text("evaluation.reliability"), elem_id="evaluation-reliability"
                    )
                with gr.Column(min_width=300):
                    self.curve = gr.Plot(
                        label=text("evaluation.precision_recall"), elem_id="evaluation-curve"
                    )
            self.costliest = gr.Dataframe(
                label=text("evaluation.costliest"),
                interactive=False,
                wrap=True,
                column_widths=[190, 400, 400, 90],
                elem_id="evaluation-costliest",
            )
            self.csv = gr.DownloadButton(
                cast(str, text("pairs.csv")), size="sm", elem_id="evaluation-csv"
            )
            with gr.Accordion(text("evaluation.about"), open=False, elem_id="evaluation-about"):
                formula_markdown("evaluation.about_text")
        self._of_cut = [self.notes, self.table, self.reliability, self.curve, self.csv]
        self.outputs = [
            *(self.scored, self.box, self.intervals, self.cut, self.costliest),
            *self._of_cut,
        ]
        for name, event in (("submit", self.cut.submit), ("blur", self.cut.blur)):
            event(
                self.on_cut,
                [self.scored, self.cut],
                self._of_cut,
                validator=_check_cut,
                trigger_mode="always_last",  # else a cut that follows quickly is not heard
                api_name=f"evaluation_cut_{name}",
                show_progress="hidden",
                api_visibility="private",
            )

    def updates(
        self,
        pair_set: PairSet,
        scored: Sequence[ModelScores],
        language: Language,
        fields: Kept = None,
    ) -> Updates:
        """Everything for what was scored; hidden where there are no labels.

        Args:
            pair_set, scored: the labels, and each model's scores.
            language: the visitor's.
            fields: what a reload brought back.
        """
        if pair_set.labels is None or not scored:
            return self.nothing()
        judged = tuple(
            Judged(model.card.title, model.card.kind, model.scores.astype(np.float64))
            for model in scored
        )
        reports = make_reports(judged, pair_set.labels)
        kept = tuple(replace(report, decisions=None) for report in reports)
        found = Evaluated(pair_set.labels, judged, kept)
        headers, rows = costliest_table(reports, judged, pair_set.pairs, pair_set.labels, language)
        cut = kept_of(fields, self.cut)
        if (
            isinstance(cut, (int, float))
            and problem_or_none(lambda: _check(found, cut), "en") is None
        ):
            reports = with_cut(kept, judged, pair_set.labels, cut)
        else:
            cut = default_cut(pair_set.labels)
        return self._shown(found, reports, language) | {
            self.scored: found,
            self.box: gr.update(visible=True),
            self.intervals: intervals_figure(reports, language),
            self.cut: cut,
            self.costliest: {"headers": headers, "data": rows},
        }

    def nothing(self) -> Updates:
        """No labels, no evaluation."""
        return {self.scored: None, self.box: gr.update(visible=False)}

    @visible_errors
    def on_cut(self, found: Evaluated | None, cut: float | None, request: gr.Request) -> Updates:
        """Labels divided elsewhere; scores and intervals stay."""
        if found is None or cut is None:
            return {self.notes: gr.update()}
        reports = with_cut(found.reports, found.judged, found.labels, cut)
        return self._shown(found, reports, language_of(request))

    def _shown(self, found: Evaluated, reports: Sequence[Report], language: Language) -> Updates:
        headers, rows = report_table(reports, language)
        return {
            self.notes: _notes(found, reports, language),
            self.table: {"headers": headers, "data": rows},
            self.reliability: reliability_figure(reports, language),
            self.curve: precision_recall_figure(reports, language),
            self.csv: gr.update(value=write_csv("evaluation", *report_csv(reports, language))),
        }


def _notes(found: Evaluated, reports: Sequence[Report], language: Language) -> str:
    notes = []
    if np.ptp(found.labels) == 0:
        notes.append(say("evaluation.equal_labels", language))
    elif all(report.decisions is None for report in reports):
        notes.append(say("evaluation.one_side", language))
    else:
        notes += _why_not_correlated(len(found.labels), reports, language)
        if len(found.labels) < _FEW:
            notes.append(say("evaluation.few", language, count=len(found.labels)))
    limit = reports[0].ceiling
    if limit is not None:
        share = float(np.mean(found.labels == found.labels.max()))
        notes.append(
            say("evaluation.ceiling", language, share=f"{share:.0%}", limit=f"{limit:.3f}")
        )
    counts = {r.correlations.resamples for r in reports if r.correlations is not None}
    if counts:
        notes.append(say("evaluation.resamples", language, count=min(counts)))
    return "".join(note_html(note) for note in notes)


def _why_not_correlated(count: int, reports: Sequence[Report], language: Language) -> list[str]:
    """Why there is a dash where labels differ."""
    if count < 3:
        return [say("evaluation.two_pairs", language)]
    constant = [report.title for report in reports if report.correlations is None]
    return [say("evaluation.equal_scores", language, model=title) for title in constant]


def _check_cut(found: Evaluated | None, cut: float | None, request: gr.Request) -> list[Any]:
    problem = problem_or_none(lambda: _check(found, cut), language_of(request))
    return [field(None), field(problem)]


def _check(found: Evaluated | None, cut: float | None) -> None:
    """Raises InputProblem where the cut leaves all labels on one side."""
    if found is None:
        return
    lowest, highest = float(found.labels.min()), float(found.labels.max())
    if cut is None or not lowest < cut <= highest:
        raise InputProblem("evaluation.bad_cut", lowest=f"{lowest:g}", highest=f"{highest:g}")
