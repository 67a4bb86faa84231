"""What models make of the probe set: sixty pairs of ten kinds, in an order of likeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.pairs.agreement import descending_ranks
from demos.pairs.evaluation.order import wrong_share
from demos.pairs.examples.data import ProbePair
from models.statistics import spearman


@dataclass(frozen=True)
class Probed:
    """One model on the probe set; ranks [n] from 1 (most alike), mean rank by kind."""

    title: str
    spearman: float
    wrong_share: float
    ranks: NDArray[np.float64]
    rank_by_kind: dict[str, float]


def kinds_of(probe: Sequence[ProbePair]) -> list[str]:
    """Kinds in the order of their mean grade, most alike first, as a reader would have them."""
    grades: dict[str, list[float]] = {}
    for pair in probe:
        grades.setdefault(pair.kind, []).append(pair.grade)
    return sorted(grades, key=lambda kind: -float(np.mean(grades[kind])))


def probed(title: str, scores: NDArray[np.float32], probe: Sequence[ProbePair]) -> Probed:
    """Hold a model's scores [n] of the probe's pairs against their grades."""
    grades = np.array([pair.grade for pair in probe])
    scores = np.round(scores, 5)  # identical pairs differ by rounding alone
    ranks = descending_ranks(scores)
    kinds = np.array([pair.kind for pair in probe])
    share = wrong_share(scores, grades)
    assert share is not None  # the probe has several grades
    return Probed(
        title,
        spearman(scores, grades),
        share,
        ranks,
        {kind: float(ranks[kinds == kind].mean()) for kind in kinds_of(probe)},
    )
