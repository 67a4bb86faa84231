"""Correlations with labels and how far chance could move them: the percentile bootstrap.

A resample is a count of each pair, [n]. Ranks under counts follow from running sums over the
distinct values, so that no resample is sorted: O(resamples * n) for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.statistics import pearson, spearman

RESAMPLES = 1_000
LEVEL = 0.95
_WORK = 4_000_000  # resamples times pairs; more pairs get fewer resamples
_FEWEST = 200
_AT_ONCE = 500_000  # numbers in one block
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Correlations:
    """Spearman's and Pearson's correlation of scores with labels, from so many resamples."""

    spearman: Interval
    pearson: Interval
    resamples: int


@dataclass(frozen=True)
class Resampled:
    """Spearman of one model's scores with the labels: of all pairs, and of each resample [count].

    Two of the same labels are on the same resamples, so that their difference is paired: pairs
    that are hard for both models move both, and do not blur which of the two is better.
    """

    value: float
    resamples: Floats

    @property
    def interval(self) -> Interval:
        """As `correlations` gives it."""
        return _interval(self.value, self.resamples)

    def minus(self, other: Resampled) -> Interval:
        """The difference, with its own interval.

        Raises:
            ValueError: the two do not have equally many resamples, so not the same labels.
        """
        if self.resamples.shape != other.resamples.shape:
            raise ValueError("only figures on the same labels have a paired difference")
        return _interval(self.value - other.value, self.resamples - other.resamples)


def resampled_spearman(scores: ArrayLike, labels: ArrayLike, seed: int = 0) -> Resampled | None:
    """Spearman of scores with labels, [n] each, on resamples that depend on n and seed alone.

    None where one side is constant, or with fewer than three pairs.
    """
    x, y = (np.asarray(values, dtype=np.float64) for values in (scores, labels))
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    drawn = _draws(len(x), _count_for(len(x)), np.random.default_rng(seed))
    ranks = [_rank_correlation(x, y, counts) for counts in drawn]
    return Resampled(spearman(x, y), np.concatenate(ranks))


def correlations(scores: ArrayLike, labels: ArrayLike, seed: int = 0) -> Correlations | None:
    """Both correlations of scores with labels, [n] each, or None where one side is constant."""
    x, y = (np.asarray(values, dtype=np.float64) for values in (scores, labels))
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    count = _count_for(len(x))
    # A shift changes no correlation, and smaller numbers lose fewer digits.
    ranks, values = _resampled(x - x.mean(), y - y.mean(), count, np.random.default_rng(seed))
    return Correlations(_interval(spearman(x, y), ranks), _interval(pearson(x, y), values), count)


def ceiling(labels: ArrayLike) -> float | None:
    """The highest Spearman that labels of two values allow, sqrt(3 p (1 - p)); None for others.

    p is the share of the higher label. It holds where no two scores are equal, and is reached
    there; equal scores may pass it (two scores for two labels reach 1).
    """
    y = np.asarray(labels, dtype=np.float64)
    values = np.unique(y)
    if len(values) != 2:
        return None
    share = float(np.mean(y == values[1]))
    # Exact for n pairs without ties among scores; the published form is its limit.
    return math.sqrt(3 * share * (1 - share) / (1 - 1 / len(y) ** 2))


def _interval(value: float, resampled: Floats) -> Interval:
    kept = resampled[np.isfinite(resampled)]  # a resample may hold one label only
    if not len(kept):
        return Interval(value, value, value)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(kept, [tail, 1 - tail])
    return Interval(value, float(low), float(high))


def _count_for(n: int) -> int:
    """How many resamples n pairs get."""
    return int(min(RESAMPLES, max(_FEWEST, _WORK // n)))


def _draws(n: int, count: int, random: np.random.Generator) -> Iterator[Floats]:
    """`count` resamples as counts of each pair, [r, n], block by block."""
    block = max(1, _AT_ONCE // n)
    for start in range(0, count, block):
        rows = min(block, count - start)
        yield random.multinomial(n, np.full(n, 1 / n), size=rows).astype(np.float64)


def _resampled(
    x: Floats, y: Floats, count: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Spearman and Pearson of each resample, [count] each."""
    rank_parts, value_parts = [], []
    for counts in _draws(len(x), count, random):
        rank_parts.append(_rank_correlation(x, y, counts))
        drawn = _weighted_pearson(x[None], y[None], counts)
        drawn[_constant(x, counts) | _constant(y, counts)] = np.nan  # rounding would say 1 or -1
        value_parts.append(drawn)
    return np.concatenate(rank_parts), np.concatenate(value_parts)


def _rank_correlation(x: Floats, y: Floats, counts: Floats) -> Floats:
    """Spearman of each resample, [r]."""
    return _weighted_pearson(_ranks(x, counts), _ranks(y, counts), counts)


def _ranks(values: Floats, counts: Floats) -> Floats:
    """Mean ranks [r, n] of values [n] that stand there `counts` [r, n] times."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])  # of equal values
    weight = np.add.reduceat(counts[:, order], starts, axis=1)  # [r, distinct]
    rank = weight.cumsum(axis=1) - (weight - 1) / 2  # [r, distinct]
    group = np.empty(len(values), dtype=np.int64)
    group[order] = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(values)]))
    return rank[:, group]


def _constant(values: Floats, counts: Floats) -> NDArray[np.bool_]:
    """Whether the values [n] that are drawn at all, `counts` [r, n], are one and the same; [r]."""
    drawn = counts > 0
    lowest = np.where(drawn, values, np.inf).min(axis=1)
    constant: NDArray[np.bool_] = lowest == np.where(drawn, values, -np.inf).max(axis=1)
    return constant


def _weighted_pearson(a: Floats, b: Floats, counts: Floats) -> Floats:
    total = counts.sum(axis=1, keepdims=True)
    a = a - (a * counts).sum(axis=1, keepdims=True) / total
    b = b - (b * counts).sum(axis=1, keepdims=True) / total
    products = (a * b * counts).sum(axis=1)
    squares = (a * a * counts).sum(axis=1) * (b * b * counts).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return products / np.sqrt(squares)  # type: ignore[no-any-return]
