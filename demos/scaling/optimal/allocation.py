"""The compute-optimal path of a fitted law with its bootstrap intervals, and contours to draw.

Everything is computed in logarithms, whole bootstraps at once: a replica's N_c to the power of
alpha_N / alpha_D may lie beyond float64 where its optimum does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.scaling.frontier import Frontier, closed_frontier

FloatArray = NDArray[np.float64]
Ends = tuple[FloatArray, FloatArray]  # low and high

_ENDS = 1e-9  # share of the reducible loss where a contour ends, if the box does not end it


@dataclass(frozen=True)
class Form:
    """Parameter sets of a law in N and D as (E + A / N^alpha + B / D^beta)^outer, each [r, 1]."""

    offset: FloatArray
    log_a: FloatArray
    log_b: FloatArray
    alpha: FloatArray
    beta: FloatArray
    outer: FloatArray

    def optimum(self, compute: FloatArray, factor: float) -> tuple[FloatArray, FloatArray]:
        """ln N and ln D [r, m] of the least loss for budgets [m]."""
        product = np.log(compute / factor)  # ln(N D) [m]
        total = self.alpha + self.beta
        balance = np.log(self.alpha) + self.log_a - np.log(self.beta) - self.log_b
        log_n = (balance + self.beta * product) / total
        return log_n, product - log_n

    def loss(self, log_n: FloatArray, log_d: FloatArray) -> FloatArray:
        """Losses at ln N and ln D [r, m], same shape."""
        by_size = np.exp(self.log_a - self.alpha * log_n)
        by_data = np.exp(self.log_b - self.beta * log_d)
        return np.asarray((self.offset + by_size + by_data) ** self.outer)

    def contour(self, level: float, most: tuple[float, float], points: int) -> FloatArray | None:
        """N and D [2, points] at which the first set's loss is `level`, up to `most` N and D.

        None where it is reached nowhere below them. The share of N in the reducible loss runs
        from one end to the other, so both arms are as smooth as the bend.
        """
        alpha, beta = float(self.alpha[0, 0]), float(self.beta[0, 0])
        log_a, log_b = float(self.log_a[0, 0]), float(self.log_b[0, 0])
        reducible = level ** (1 / float(self.outer[0, 0])) - float(self.offset[0, 0])
        if reducible <= 0:
            return None
        low = max(np.exp(log_a - alpha * np.log(most[0])) / reducible, _ENDS)
        high = min(1 - np.exp(log_b - beta * np.log(most[1])) / reducible, 1 - _ENDS)
        if not low < high:
            return None
        odds = np.linspace(np.log(low / (1 - low)), np.log(high / (1 - high)), points)
        share, rest = 1 / (1 + np.exp(-odds)), 1 / (1 + np.exp(odds))
        log_n = (log_a - np.log(share * reducible)) / alpha
        log_d = (log_b - np.log(rest * reducible)) / beta
        return np.asarray(np.exp(np.stack([log_n, log_d])))


def form_of(law: str, names: Sequence[str], theta: FloatArray) -> Form:
    """Parameter sets [r, p] of "chinchilla", "tied" or "kaplan", in the order of `names`."""
    given = {name: theta[:, [place]] for place, name in enumerate(names)}
    ones = np.ones((len(theta), 1))
    with np.errstate(divide="ignore"):  # a coefficient of 0 is a logarithm of -inf
        if law == "kaplan":
            alpha = given["alpha_N"] / given["alpha_D"]
            log_a, log_b = alpha * np.log(given["N_c"]), np.log(given["D_c"])
            return Form(0 * ones, log_a, log_b, alpha, ones, given["alpha_D"])
        log_a, log_b = np.log(given["A"]), np.log(given["B"])
    beta = given.get("beta", given["alpha"])
    return Form(given["E"], log_a, log_b, given["alpha"], beta, ones)


@dataclass(frozen=True)
class Fitted:
    """A law with its parameters and, from a bootstrap, how they vary.

    Attributes:
        law: "chinchilla", "tied" or "kaplan".
        parameters: by the literature's names, in the law's order.
        replicas: [r, p]; None where nothing was fitted.
        level: of the intervals.
    """

    law: str
    parameters: Mapping[str, float]
    replicas: FloatArray | None = None
    level: float = 0.95

    @property
    def form(self) -> Form:
        """The parameters themselves, one set."""
        values = np.array([list(self.parameters.values())], dtype=np.float64)
        return form_of(self.law, tuple(self.parameters), values)


@dataclass(frozen=True)
class Path:
    """The best models for budgets, and intervals [m] each of N, D, D / N and the loss.

    Intervals are None without replicas.
    """

    best: Frontier
    parameters: Ends | None = None
    tokens: Ends | None = None
    ratio: Ends | None = None
    loss: Ends | None = None


def path_of(fitted: Fitted, budgets: FloatArray, factor: float) -> Path:
    """The path of a law for budgets [m] in FLOP.

    Raises:
        InputProblem: as `closed_frontier`.
    """
    best = closed_frontier(fitted.law, fitted.parameters, budgets, factor)
    if fitted.replicas is None:
        return Path(best)
    with np.errstate(all="ignore"):  # a replica may have no optimum: its interval is open then
        form = form_of(fitted.law, tuple(fitted.parameters), fitted.replicas)
        log_n, log_d = form.optimum(best.compute, factor)
        loss = form.loss(log_n, log_d)
        ends = [_ends(values, fitted.level) for values in (log_n, log_d, log_d - log_n)]
        n, d, ratio = ((np.exp(low), np.exp(high)) for low, high in ends)
    return Path(best, n, d, ratio, _ends(loss, fitted.level))


def _ends(values: FloatArray, level: float) -> Ends:
    """Percentiles over the replicas of values [r, m]; what is no number leaves the end open."""
    values = np.where(np.isnan(values), np.inf, values)
    places = [(1 - level) / 2, (1 + level) / 2]
    with np.errstate(invalid="ignore"):
        low, high = np.quantile(values, places, axis=0)
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
