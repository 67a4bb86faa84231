"""IsoFLOP: at equal compute, the loss against size is a parabola in ln N (Hoffmann et al. 2022,
approach 2, arXiv 2203.15556).

    L = c_0 + c_1 x + c_2 x^2,   x = ln N,    minimum at x* = -c_1 / (2 c_2)
    ln N_opt = const + a ln C                 over the budgets' minima

x* is a ratio of two estimates, so its interval is Fieller's: all x at which the slope c_1 + 2 c_2 x
may be 0. It is a bounded interval only if the curvature is above 0 beyond doubt, and that is what
makes "there is no minimum here" an answer. The noise is pooled over budgets, relative to each one's
mean loss: one budget alone often has no more points than a parabola has coefficients.

A budget is refused, with its reason, if it has too few sizes, bends downwards, has its minimum
outside the sizes that were trained, or bends no more than the noise does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.frontier import FLOP_FACTOR
from demos.scaling.notes import Note
from models.statistics import student_t_quantile

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

WIDTH = 0.1  # of one budget, in decades
FEWEST_SIZES = 4  # three make a parabola through every point


@dataclass(frozen=True)
class Parabola:
    """One budget.

    Attributes:
        budget: C in FLOP, the geometric mean of its runs.
        rows: which points they are [k].
        coefficients: c_0, c_1, c_2 in x = ln N - centre; nan where there are too few points.
        centre: mean ln N.
        parameters: N_opt; nan where it is refused for too few sizes or bending downwards.
        interval: Fieller's for N_opt, from 0 to infinity where it is unbounded.
        tokens: D_opt = C / (factor N_opt).
        loss: at the minimum.
        spread: standard error of ln N_opt; nan where it is refused.
        refusal: why this minimum does not count; None where it does.
    """

    budget: float
    rows: IntArray
    coefficients: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    centre: float = math.nan
    parameters: float = math.nan
    interval: tuple[float, float] = (math.nan, math.nan)
    tokens: float = math.nan
    loss: float = math.nan
    spread: float = math.nan
    refusal: Note | None = None

    def predict(self, parameters: FloatArray) -> FloatArray:
        """The parabola's loss at sizes N, same shape."""
        x = np.log(parameters) - self.centre
        c_0, c_1, c_2 = self.coefficients
        return np.asarray(c_0 + c_1 * x + c_2 * x**2)


@dataclass(frozen=True)
class OptimalPower:
    """N_opt = coefficient * C^exponent over the budgets' minima.

    Attributes:
        coefficient: of N_opt.
        exponent: a; that of D_opt is 1 - a.
        interval: for a; nan with two budgets.
        budgets: how many minima it rests on.
        factor: FLOP a parameter and token.
    """

    coefficient: float
    exponent: float
    interval: tuple[float, float]
    budgets: int
    factor: float

    def parameters(self, compute: FloatArray) -> FloatArray:
        """N_opt for budgets C, same shape."""
        return np.asarray(self.coefficient * np.asarray(compute) ** self.exponent)

    def tokens(self, compute: FloatArray) -> FloatArray:
        """D_opt for budgets C, same shape."""
        return np.asarray(np.asarray(compute) / (self.factor * self.parameters(compute)))


@dataclass(frozen=True)
class IsoFlop:
    """All budgets together.

    Attributes:
        parabolas: by budget, ascending.
        left_out: points that belong to no budget [k].
        noise: relative standard deviation of the loss about the parabolas; nan without points to
            spare.
        freedom: points to spare.
        power: the law of the minima; None with fewer than two.
        refusal: why there is none.
    """

    parabolas: tuple[Parabola, ...]
    left_out: IntArray
    noise: float
    freedom: int
    power: OptimalPower | None
    refusal: Note | None


def group_by_budget(
    compute: FloatArray, width: float = WIDTH, fewest: int = 3
) -> tuple[list[IntArray], IntArray]:
    """Runs of nearly equal compute, budgets ascending, and the runs that belong to none.

    The densest stretch of `width` decades is a budget, then the densest of what is left on either
    side: runs between two budgets, of which real data are full, do not tie them together.
    """
    logs = np.log10(compute)
    order = np.argsort(logs, kind="stable")
    groups: list[IntArray] = []
    parts = [order]
    while parts:
        part = parts.pop()
        if len(part) < fewest:
            continue
        ordered = logs[part]
        ends = np.searchsorted(ordered, ordered + width * (1 + 1e-9), side="right")
        counts = ends - np.arange(len(part))
        start = int(counts.argmax())
        if counts[start] < fewest:
            continue
        groups.append(part[start : ends[start]])
        parts += [part[:start], part[ends[start] :]]
    groups.sort(key=lambda rows: logs[rows].mean())
    used = np.concatenate(groups) if groups else np.zeros(0, dtype=np.int64)
    return groups, np.setdiff1d(np.arange(len(compute)), used)


def isoflop(
    parameters: FloatArray,
    compute: FloatArray,
    loss: FloatArray,
    factor: float = FLOP_FACTOR,
    width: float = WIDTH,
    level: float = 0.95,
) -> IsoFlop:
    """Parabolas by budget and the power law of their minima.

    Args:
        parameters, compute, loss: N, C and L of each run [n], all above 0.
        factor: FLOP a parameter and token, for D_opt.
        width: how far the runs of one budget may lie apart, in decades.
        level: of the intervals.

    Raises:
        InputProblem: columns of different lengths, values that are not above 0, no two runs that
            share a budget, or a width or level out of range.
    """
    n, c, y = (np.asarray(column, dtype=np.float64) for column in (parameters, compute, loss))
    if not (n.shape == c.shape == y.shape and n.ndim == 1):
        raise InputProblem("scaling.isoflop.lengths")
    if not all((np.isfinite(column) & (column > 0)).all() for column in (n, c, y)):
        raise InputProblem("scaling.isoflop.positive")
    if not 0 < width < 2 or not 0 < level < 1 or not 0 < factor < math.inf:
        raise InputProblem("scaling.isoflop.settings")
    groups, left_out = group_by_budget(c, width)
    if not groups:
        raise InputProblem("scaling.isoflop.no_budgets", width=round(10**width, 2))
    sums, freedom = 0.0, 0
    for rows in groups:
        if _sizes(n[rows]) >= FEWEST_SIZES:
            _, _, residuals, _ = _least_squares(n[rows], y[rows])
            sums += float(residuals @ residuals) / y[rows].mean() ** 2
            freedom += len(rows) - 3
    noise = math.sqrt(sums / freedom) if freedom else math.nan
    parabolas = tuple(
        _parabola(rows, n[rows], c[rows], y[rows], noise, freedom, factor, level) for rows in groups
    )
    power, refusal = _optimal_power(parabolas, factor, level)
    return IsoFlop(parabolas, left_out, noise, freedom, power, refusal)


def _sizes(n: FloatArray) -> int:
    """Different sizes; within a thousandth they count as one."""
    return len(np.unique(np.round(np.log(n), 3)))


def _least_squares(
    n: FloatArray, y: FloatArray
) -> tuple[FloatArray, float, FloatArray, FloatArray]:
    """Coefficients [3], centre, residuals [k], and the inverse of X'X [3, 3]."""
    centre = float(np.log(n).mean())
    x = np.log(n) - centre
    design = np.stack([np.ones_like(x), x, x**2], axis=1)  # [k, 3]
    q, r = np.linalg.qr(design)
    coefficients = np.linalg.solve(r, q.T @ y)
    inverse = np.linalg.inv(r)
    return coefficients, centre, y - design @ coefficients, inverse @ inverse.T


def _parabola(
    rows: IntArray,
    n: FloatArray,
    c: FloatArray,
    y: FloatArray,
    noise: float,
    freedom: int,
    factor: float,
    level: float,
) -> Parabola:
    budget = float(np.exp(np.log(c).mean()))
    sizes = _sizes(n)
    if sizes < FEWEST_SIZES:
        refusal = Note("scaling.isoflop.few", {"sizes": sizes, "fewest": FEWEST_SIZES})
        return Parabola(budget, rows, refusal=refusal)
    found, centre, _, inverse = _least_squares(n, y)
    c_0, c_1, c_2 = found.tolist()
    if c_2 <= 0:
        refusal = Note("scaling.isoflop.concave")
        return Parabola(budget, rows, (c_0, c_1, c_2), centre, refusal=refusal)
    x = -c_1 / (2 * c_2)
    best = math.exp(centre + x)
    t = student_t_quantile((1 + level) / 2, freedom)
    low, high = _fieller(c_1, c_2, inverse * (noise * y.mean()) ** 2, t)
    spread = (high - low) / (2 * t)
    return Parabola(
        budget=budget,
        rows=rows,
        coefficients=(c_0, c_1, c_2),
        centre=centre,
        parameters=best,
        interval=(_exp(centre + low), _exp(centre + high)),
        tokens=budget / (factor * best),
        loss=c_0 - c_1**2 / (4 * c_2),
        spread=spread,
        refusal=_refusal(best, n, high - low),
    )


def _refusal(best: float, n: FloatArray, width: float) -> Note | None:
    """Why a minimum of an upward parabola does not count; `width` of its interval in ln N."""
    if not n.min() <= best <= n.max():
        return Note(
            "scaling.isoflop.outside",
            {"best": f"{best:.3g}", "low": f"{n.min():.3g}", "high": f"{n.max():.3g}"},
        )
    if not width < math.log(n.max() / n.min()):
        return Note("scaling.isoflop.flat")
    return None


def _fieller(c_1: float, c_2: float, covariance: FloatArray, t: float) -> tuple[float, float]:
    """The x at which c_1 + 2 c_2 x may be 0, for a covariance [3, 3] of the coefficients."""
    square = 4 * (c_2**2 - t**2 * covariance[2, 2])
    if square <= 0:  # the curvature may be 0, and then there is no minimum
        return -math.inf, math.inf
    half = 2 * (c_1 * c_2 - t**2 * covariance[1, 2])
    constant = c_1**2 - t**2 * covariance[1, 1]
    root = math.sqrt(max(half**2 - square * constant, 0.0))
    return (-half - root) / square, (-half + root) / square


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def _optimal_power(
    parabolas: tuple[Parabola, ...], factor: float, level: float
) -> tuple[OptimalPower | None, Note | None]:
    """ln N_opt over ln C, weighted by each minimum's own spread, widened if they scatter more."""
    used = [parabola for parabola in parabolas if parabola.refusal is None]
    if len(used) < 2:
        return None, Note(
            "scaling.isoflop.no_law", {"usable": len(used), "budgets": len(parabolas)}
        )
    x = np.log([parabola.budget for parabola in used])
    y = np.log([parabola.parameters for parabola in used])
    weights = np.maximum([parabola.spread for parabola in used], 1e-9) ** -2.0
    x_mean, y_mean = np.average(x, weights=weights), np.average(y, weights=weights)
    squares = float(weights @ (x - x_mean) ** 2)
    a = float(weights @ ((x - x_mean) * (y - y_mean))) / squares
    coefficient = math.exp(y_mean - a * x_mean)
    freedom = len(used) - 2
    interval = (math.nan, math.nan)
    if freedom:
        scatter = float(weights @ (y - y_mean - a * (x - x_mean)) ** 2) / freedom
        reach = student_t_quantile((1 + level) / 2, freedom) * math.sqrt(max(scatter, 1) / squares)
        interval = (a - reach, a + reach)
    return OptimalPower(coefficient, a, interval, len(used), factor), None
