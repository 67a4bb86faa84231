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
                f"{' / '.join(pairs[i])}  [{labels[i]:g} → {model.scores[i]:.3f}]"
                for i in (found.higher, found.lower)
            ]
            rows.append([report.title, *cells, f"{found.excess:.3f}"])
    keys = ("model", "should_be_higher", "is_higher", "excess")
    return [say(f"evaluation.{key}", language) for key in keys], rows


def _interval(found: Interval) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _best(found: Best) -> str:
    return f"{found.value:.3f} (≥ {found.threshold:.3f})"
