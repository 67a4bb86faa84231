"""How far two models agree: ranks, rank differences, and correlation with labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.statistics import mean_ranks, pearson, spearman


@dataclass(frozen=True)
class Disagreement:
    """One pair that two models rank differently: its index and both ranks (1 = most alike)."""

    index: int
    rank_x: float
    rank_y: float

    @property
    def difference(self) -> float:
        return self.rank_x - self.rank_y


@dataclass(frozen=True)
class Correlation:
    """Spearman's and Pearson's correlation with labels; NaN where one side is constant."""

    spearman: float
    pearson: float


def descending_ranks(scores: ArrayLike) -> NDArray[np.float64]:
    """Ranks [n], 1 for the highest score; equal scores share their mean rank."""
    return mean_ranks(-np.asarray(scores, dtype=np.float64))


def greatest_disagreements(x: ArrayLike, y: ArrayLike, count: int) -> list[Disagreement]:
    """The pairs whose ranks under scores `x` and `y` [n] differ most, greatest first, no zeros."""
    rank_x, rank_y = descending_ranks(x), descending_ranks(y)
    gaps = np.abs(rank_x - rank_y)
    order = np.argsort(-gaps, kind="stable")[:count]
    return [Disagreement(int(i), float(rank_x[i]), float(rank_y[i])) for i in order if gaps[i] > 0]


def correlation(scores: ArrayLike, labels: ArrayLike) -> Correlation:
    """Correlation of scores [n] with labels [n]."""
    return Correlation(spearman(scores, labels), pearson(scores, labels))
