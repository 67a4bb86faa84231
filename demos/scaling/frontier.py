"""The compute-optimal model: which N and D give the least loss for C = factor * N * D.

With L = E + A/N^alpha + B/D^beta (Hoffmann et al. 2022, arXiv 2203.15556, equation 4):

    N_opt = G (C/factor)^a        a = beta / (alpha + beta)
    D_opt = (C/factor)^b / G      b = alpha / (alpha + beta)
    G = (alpha A / (beta B))^(1 / (alpha + beta))

Kaplan's law is a monotone function of (N_c/N)^(alpha_N/alpha_D) + D_c/D, which is the same form
with alpha = alpha_N/alpha_D, A = N_c^alpha, beta = 1, B = D_c. So its optimum is closed too, with
a = alpha_D / (alpha_N + alpha_D), about .58. The .73 of Kaplan et al. is another quantity: they
stopped training early and counted steps.

Any other law is searched along the line of equal compute. A law that knows no trade-off between N
and D has its optimum at the end of that line: `at_edge` says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem

FloatArray = NDArray[np.float64]
Predict = Callable[[FloatArray, FloatArray], FloatArray]  # N [n], D [n] -> loss [n]

FLOP_FACTOR = 6.0  # two for the forward, four for the backward pass, a parameter and token
CLOSED_FORMS = ("chinchilla", "tied", "kaplan")
_GOLDEN = (math.sqrt(5) - 1) / 2
_GRID = 257
_REFINEMENTS = 60
_BISECTIONS = 80


@dataclass(frozen=True)
class Frontier:
    """The best model for each budget.

    Attributes:
        compute: C in FLOP [m].
        parameters: N [m].
        tokens: D [m].
        loss: what the law predicts there [m].
        a, b: d ln N / d ln C and d ln D / d ln C [m]; nan at an edge.
        at_edge: whether the search ran into its end, so that this is no optimum [m], bool.
    """

    compute: FloatArray
    parameters: FloatArray
    tokens: FloatArray
    loss: FloatArray
    a: FloatArray
    b: FloatArray
    at_edge: NDArray[np.bool_]

    @property
    def tokens_per_parameter(self) -> FloatArray:
        """D / N [m]."""
        return self.tokens / self.parameters


def hoffmann_optimum(
    compute: FloatArray | float,
    A: FloatArray | float,  # noqa: N803 - the literature's names
    B: FloatArray | float,  # noqa: N803
    alpha: FloatArray | float,
    beta: FloatArray | float,
    factor: float = FLOP_FACTOR,
) -> tuple[FloatArray, FloatArray]:
    """N_opt and D_opt in closed form; arguments broadcast, so whole bootstraps go in at once."""
    product = np.log(np.asarray(compute, dtype=np.float64) / factor)  # ln(N D)
    total = np.add(alpha, beta)
    g = (np.log(np.multiply(alpha, A)) - np.log(np.multiply(beta, B))) / total
    log_n = g + np.divide(beta, total) * product
    return np.exp(log_n), np.exp(product - log_n)


def optimal_exponents(law: str, parameters: Mapping[str, float]) -> tuple[float, float]:
    """a and b of a law with a closed form; raises like `closed_frontier`."""
    form = _as_hoffmann(law, parameters)
    total = form["alpha"] + form["beta"]
    return form["beta"] / total, form["alpha"] / total


def closed_frontier(
    law: str,
    parameters: Mapping[str, float],
    compute: FloatArray,
    factor: float = FLOP_FACTOR,
) -> Frontier:
    """The frontier of "chinchilla", "tied" or "kaplan" in closed form.

    Args:
        law: as in `laws.LAWS`.
        parameters: by the literature's names.
        compute: budgets C in FLOP [m].
        factor: FLOP a parameter and token; 6 unless attention or embeddings are counted apart.

    Raises:
        InputProblem: a law without closed form, parameters that are not above 0, or budgets that
            are not.
    """
    compute = _checked_budgets(compute, factor)
    form = _as_hoffmann(law, parameters)
    n, d = hoffmann_optimum(
        compute, form["A"], form["B"], form["alpha"], form["beta"], factor
    )  # [m] each
    a, b = optimal_exponents(law, parameters)
    loss = predictor(law, parameters)(n, d)
    ones = np.ones_like(compute)
    return Frontier(compute, n, d, loss, a * ones, b * ones, np.zeros(len(compute), dtype=bool))


def searched_frontier(
    predict: Predict,
    compute: FloatArray,
    factor: float = FLOP_FACTOR,
    bounds: tuple[float, float] = (1e3, 1e15),
) -> Frontier:
    """The frontier of any law: the least loss along C = factor N D, N within bounds.

    A grid in ln N first, so that a second valley is not missed, then golden sections inside it.

    Raises:
        InputProblem: budgets or bounds that are not above 0 and in order.
    """
    compute = _checked_budgets(compute, factor)
    low, high = bounds
    if not 0 < low < high < math.inf:
        raise InputProblem("scaling.frontier.bounds")
    n, at_edge = _least_along(predict, compute, factor, math.log(low), math.log(high))  # [m] each
    d = compute / (factor * n)
    step = 1.01
    more, _ = _least_along(predict, compute * step, factor, math.log(low), math.log(high))
    less, _ = _least_along(predict, compute / step, factor, math.log(low), math.log(high))
    a = np.where(at_edge, np.nan, np.log(more / less) / (2 * math.log(step)))
    return Frontier(compute, n, d, predict(n, d), a, 1 - a, at_edge)


def _least_along(
    predict: Predict, compute: FloatArray, factor: float, low: float, high: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """N of the least loss for each budget [m], and whether it is an end of ln N in [low, high]."""

    def loss(x: FloatArray) -> FloatArray:  # ln N [m, k]
        n = np.exp(x)
        d = compute[:, None] / (factor * n)
        return np.asarray(predict(n.ravel(), d.ravel())).reshape(x.shape)

    grid = np.linspace(low, high, _GRID)
    best = np.nanargmin(loss(np.tile(grid, (len(compute), 1))), axis=1)  # [m]
    at_edge = (best == 0) | (best == _GRID - 1)
    left = grid[np.maximum(best - 1, 0)][:, None]  # [m, 1]
    right = grid[np.minimum(best + 1, _GRID - 1)][:, None]
    for _ in range(_REFINEMENTS):
        width = _GOLDEN * (right - left)
        c, d = right - width, left + width
        lower = loss(c) < loss(d)
        left, right = np.where(lower, left, c), np.where(lower, d, right)
    return np.exp((left + right) / 2)[:, 0], at_edge


def iso_loss(
    predict: Predict,
    losses: FloatArray,
    parameters: FloatArray,
    bounds: tuple[float, float] = (1.0, 1e20),
) -> FloatArray:
    """Tokens [l, m] with which models of N parameters [m] reach losses [l].

    nan where no number of tokens within bounds does: the model is too small, or the loss is above
    what it has at the start.
    """
    levels = np.asarray(losses, dtype=np.float64)[:, None]  # [l, 1]
    n = np.broadcast_to(np.asarray(parameters, dtype=np.float64), (len(levels), len(parameters)))

    def loss(x: FloatArray) -> FloatArray:  # ln D [l, m]
        return np.asarray(predict(n.ravel(), np.exp(x).ravel())).reshape(x.shape)

    low, high = (np.full(n.shape, math.log(end)) for end in bounds)
    reached = (loss(high) <= levels) & (loss(low) >= levels)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = loss(middle) > levels
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(reached, np.exp((low + high) / 2), np.nan)


def predictor(law: str, parameters: Mapping[str, float]) -> Predict:
    """The law as a function of N and D; raises like `closed_frontier`."""
    form = _as_hoffmann(law, parameters)
    outer = parameters["alpha_D"] if law == "kaplan" else 1.0

    def predict(n: FloatArray, d: FloatArray) -> FloatArray:
        by_size = np.exp(np.log(form["A"]) - form["alpha"] * np.log(n))
        by_data = np.exp(np.log(form["B"]) - form["beta"] * np.log(d))
        return np.asarray((form["E"] + by_size + by_data) ** outer)

    return predict


def _as_hoffmann(law: str, parameters: Mapping[str, float]) -> dict[str, float]:
    if law not in CLOSED_FORMS:
        raise InputProblem("scaling.frontier.no_closed_form", law=law)
    given = dict(parameters)
    if law == "kaplan":
        alpha = given["alpha_N"] / given["alpha_D"]
        a = _power(given["N_c"], alpha)
        given = {"E": 0.0, "A": a, "B": given["D_c"], "alpha": alpha, "beta": 1}
    elif law == "tied":
        given.setdefault("beta", given["alpha"])
    for name in ("A", "B", "alpha", "beta"):
        if not 0 < given[name] < math.inf:
            raise InputProblem("scaling.frontier.parameter", name=name, value=given[name])
    return given


def _power(base: float, exponent: float) -> float:
    """Infinity where float64 ends: such parameters are refused like any that are not finite."""
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def _checked_budgets(compute: FloatArray, factor: float) -> FloatArray:
    compute = np.atleast_1d(np.asarray(compute, dtype=np.float64))
    if not (np.isfinite(compute) & (compute > 0)).all() or not 0 < factor < math.inf:
        raise InputProblem("scaling.frontier.budget")
    return compute
