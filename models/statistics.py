"""Ranks and correlations, in numpy, and Student's t.

The app does without scipy; tests hold these against it.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MUCH_FREEDOM = 400  # above it sums over the degrees are long, and an expansion is as good


def mean_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Ranks [n] from 1 (smallest); equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return ((2 * last - counts + 1) / 2)[inverse]


def pearson(a: ArrayLike, b: ArrayLike) -> float:
    """Pearson's correlation of two samples [n]; NaN if one of them is constant or n < 2."""
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def spearman(a: ArrayLike, b: ArrayLike) -> float:
    """Spearman's rank correlation of two samples [n], ties at mean rank; NaN like `pearson`."""
    return pearson(mean_ranks(a), mean_ranks(b))


def student_t_cdf(t: float, freedom: int) -> float:
    """Chance that Student's t with whole degrees of freedom lies below t.

    The finite sums of Abramowitz & Stegun 26.7.3 and 26.7.4.

    Raises:
        ValueError: fewer than one degree of freedom.
    """
    if freedom < 1:
        raise ValueError(f"freedom is {freedom}; it has to be 1 or more")
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for j in range(2 + odd, freedom - 1, 2):
        term *= (j - 1) / j * cosine**2
        total += term
    inside = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return 0.5 + inside / 2


def student_t_quantile(probability: float, freedom: int) -> float:
    """The t below which Student's t lies with a probability in (0, 1).

    Raises:
        ValueError: a probability outside (0, 1), or fewer than one degree of freedom.
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability is {probability}; it has to be between 0 and 1")
    if probability < 0.5:
        return -student_t_quantile(1 - probability, freedom)
    if freedom > _MUCH_FREEDOM:
        return _near_normal(NormalDist().inv_cdf(probability), freedom)
    low, high = 0.0, 1.0
    while student_t_cdf(high, freedom) < probability:
        low, high = high, 2 * high
    for _ in range(100):
        middle = (low + high) / 2
        if student_t_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _near_normal(z: float, freedom: int) -> float:
    """Student's t near the normal quantile z: Cornish and Fisher's expansion (A & S 26.7.5)."""
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
