"""Chi-squared's tail, which tests need, and Hurwitz's zeta function.

The app does without scipy; the tests hold these against it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_DIRECT_TERMS = 20  # with eight corrections after them, zeta is exact to rounding


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
