"""Everything that labels say of one model's scores, in one place: for tables and the endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demos.pairs.evaluation.decisions import Decisions, decisions, default_cut
from demos.pairs.evaluation.intervals import Correlations, ceiling, correlations
from demos.pairs.evaluation.order import SCALES, Violation, cosent_loss, costliest, wrong_share
from models.catalog import ModelKind

COSTLIEST = 5


@dataclass(frozen=True)
class Judged:
    """One model's scores [n] of the labelled pairs."""

    title: str
    kind: ModelKind
    scores: NDArray[np.float64]


@dataclass(frozen=True)
class Report:
    """See the modules `intervals`, `decisions` and `order`; None where labels or scores are
    constant."""

    title: str
    kind: ModelKind
    correlations: Correlations | None
    ceiling: float | None
    decisions: Decisions | None
    cosent: float
    scale: float
    wrong_share: float | None
    costliest: tuple[Violation, ...]


def make_reports(
    judged: Sequence[Judged], labels: NDArray[np.float64], cut: float | None = None
) -> tuple[Report, ...]:
    """Reports of several models on the same labels [n]; `cut` divides alike from not."""
    where = default_cut(labels) if cut is None else cut
    return tuple(_report(model, labels, where) for model in judged)


def with_cut(
    reports: Sequence[Report], judged: Sequence[Judged], labels: NDArray[np.float64], cut: float
) -> tuple[Report, ...]:
    """The same reports with labels divided elsewhere; nothing else is computed anew."""
    return tuple(
        replace(report, decisions=decisions(model.scores, labels, cut))
        for report, model in zip(reports, judged, strict=True)
    )


def _report(model: Judged, labels: NDArray[np.float64], cut: float) -> Report:
    scale = SCALES[model.kind]
    return Report(
        title=model.title,
        kind=model.kind,
        correlations=correlations(model.scores, labels),
        ceiling=ceiling(labels),
        decisions=decisions(model.scores, labels, cut),
        cosent=cosent_loss(model.scores, labels, scale),
        scale=scale,
        wrong_share=wrong_share(model.scores, labels),
        costliest=costliest(model.scores, labels, COSTLIEST),
    )
