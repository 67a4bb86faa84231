"""Reports as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demos.frame.strings import Language, say
from demos.pairs.evaluation.decisions import Best
from demos.pairs.evaluation.intervals import Interval
from demos.pairs.evaluation.report import Judged, Report

Rows = list[list[object]]
DASH = "–"
_ENDS = ("low_end", "high_end")
_SHOWN_CHARACTERS = 120  # of a sentence
_COLUMNS = (
    *("model", "spearman", "pearson", "wrong", "cosent"),
    *("average_precision", "f1", "accuracy", "calibration", "brier"),
)


def report_table(reports: Sequence[Report], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: one row a model."""
    return [say(f"evaluation.{key}", language) for key in _COLUMNS], [_row(r) for r in reports]


def _row(report: Report) -> list[object]:
    found, chosen = report.correlations, report.decisions
    return [
        report.title,
        DASH if found is None else _interval(found.spearman),
        DASH if found is None else _interval(found.pearson),
        DASH if report.wrong_share is None else f"{report.wrong_share:.1%}",
        f"{report.cosent:.3f} (λ = {report.scale:g})",
        DASH if chosen is None else f"{chosen.average_precision:.3f}",
        DASH if chosen is None else _best(chosen.f1),
        DASH if chosen is None else _best(chosen.accuracy),
        DASH if chosen is None else f"{chosen.reliability.expected_calibration_error:.3f}",
        DASH if chosen is None else f"{chosen.brier:.3f}",
    ]


def report_csv(reports: Sequence[Report], language: Language) -> tuple[list[str], Rows]:
    """`report_table` for programs: a number a cell, unrounded, empty where there is none."""

    def name(key: str) -> str:
        return say(f"evaluation.{key}", language)

    headers = [name("model")]
    for key in ("spearman", "pearson"):
        headers += [name(key), *(say(f"evaluation.{end}", language, of=name(key)) for end in _ENDS)]
    headers += [name(key) for key in ("resamples_column", "ceiling_column", "wrong", "cosent")]
    headers += ["λ", name("cut_column"), name("average_precision")]
    for key in ("f1_column", "accuracy_column"):
        headers += [name(key), say("evaluation.threshold", language, of=name(key))]
    return [*headers, name("calibration"), name("brier")], [_numbers(r) for r in reports]


def _numbers(report: Report) -> list[object]:
    found, chosen = report.correlations, report.decisions
    row: list[object] = [report.title]
    for interval in (None, None) if found is None else (found.spearman, found.pearson):
        row += [None] * 3 if interval is None else [interval.value, interval.low, interval.high]
    row += [None if found is None else found.resamples, report.ceiling, report.wrong_share]
    row += [report.cosent, report.scale]
    if chosen is None:
        return [*row, *[None] * 8]
    row += [chosen.cut, chosen.average_precision]
    for best in (chosen.f1, chosen.accuracy):
        row += [best.value, best.threshold]
    return [*row, chosen.reliability.expected_calibration_error, chosen.brier]


def costliest_table(
    reports: Sequence[Report],
    judged: Sequence[Judged],
    pairs: Sequence[tuple[str, str]],
    labels: NDArray[np.float64],
    language: Language,
) -> tuple[list[str], Rows]:
    """Headers and rows: for each model the pairs of pairs in the worst order."""
    rows: Rows = []
    for report, model in zip(reports, judged, strict=True):
        for found in report.costliest:
            if found.excess <= 0:
                continue
            cells = [
                f"{' / '.join(map(_short, pairs[i]))}  [{labels[i]:g} → {model.scores[i]:.3f}]"
                for i in (found.higher, found.lower)
            ]
            rows.append([report.title, *cells, f"{found.excess:.3f}"])
    keys = ("model", "should_be_higher", "is_higher", "excess")
    return [say(f"evaluation.{key}", language) for key in keys], rows


def _interval(found: Interval) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= _SHOWN_CHARACTERS else sentence[:_SHOWN_CHARACTERS] + "…"


def _best(found: Best) -> str:
    return f"{found.value:.3f} (≥ {found.threshold:.3f})"
