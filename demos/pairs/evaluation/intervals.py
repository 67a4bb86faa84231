"""Correlations with labels and how far chance could move them: the percentile bootstrap.

A resample is a count of each pair, [n]. Ranks under counts follow from running sums over the
distinct values, so that no resample is sorted: O(resamples * n) for all of them.
"""

from __future__ import annotations

import math
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


def correlations(scores: ArrayLike, labels: ArrayLike, seed: int = 0) -> Correlations | None:
    """Both correlations of scores with labels, [n] each, or None where one side is constant."""
    x, y = (np.asarray(values, dtype=np.float64) for values in (scores, labels))
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    count = int(min(RESAMPLES, max(_FEWEST, _WORK // len(x))))
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


def _resampled(
    x: Floats, y: Floats, count: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Spearman and Pearson of each resample, [count] each."""
    n, block = len(x), max(1, _AT_ONCE // len(x))
    rank_parts, value_parts = [], []
    for start in range(0, count, block):
        rows = min(block, count - start)
        counts = random.multinomial(n, np.full(n, 1 / n), size=rows).astype(np.float64)  # [r, n]
        rank_parts.append(_weighted_pearson(_ranks(x, counts), _ranks(y, counts), counts))
        drawn = _weighted_pearson(x[None], y[None], counts)
        drawn[_constant(x, counts) | _constant(y, counts)] = np.nan  # rounding would say 1 or -1
        value_parts.append(drawn)
    return np.concatenate(rank_parts), np.concatenate(value_parts)


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
