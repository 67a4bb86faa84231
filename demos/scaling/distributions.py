"""The two distributions that intervals and tests need, and Hurwitz's zeta function.

The app does without scipy; the tests hold these against it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_DIRECT_TERMS = 20  # with eight corrections after them, zeta is exact to rounding


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


def chi_squared_tail(x: float, freedom: int) -> float:
    """Chance that chi-squared with whole degrees of freedom exceeds x.

    Raises:
        ValueError: fewer than one degree of freedom.
    """
    if freedom < 1:
        raise ValueError(f"freedom is {freedom}; it has to be 1 or more")
    if x <= 0:
        return 1.0
    half = x / 2
    odd = freedom % 2
    total = math.erfc(math.sqrt(half)) if odd else 0.0
    power = 0.5 if odd else 0.0
    while power < freedom / 2:
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
        power += 1
    return min(total, 1.0)


def hurwitz_zeta(s: float, q: NDArray[np.float64]) -> NDArray[np.float64]:
    """sum over k >= 0 of (k + q)^-s, elementwise in q, by Euler and Maclaurin.

    Raises:
        ValueError: s not above 1, or a q not above 0.
    """
    if not s > 1 or not np.all(q > 0):
        raise ValueError("zeta needs s above 1 and q above 0")
    total = np.zeros_like(q)
    for k in range(_DIRECT_TERMS):
        total += (q + k) ** -s
    start = q + _DIRECT_TERMS
    total += start ** (1 - s) / (s - 1) + 0.5 * start**-s
    factor = s
    for j, bernoulli in enumerate(_BERNOULLI, start=1):
        total += bernoulli / math.factorial(2 * j) * factor * start ** (-s - 2 * j + 1)
        factor *= (s + 2 * j - 1) * (s + 2 * j)
    return total
