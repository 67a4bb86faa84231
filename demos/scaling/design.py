"""What to measure next: the run that narrows a chosen interval most.

With J [n, p] the derivatives of ln L by the parameters and equal noise on ln L, the variance of a
figure g of the parameters goes with c' (J'J)^-1 c, c its gradient. One more run with derivatives j
takes away (Sherman & Morrison)

    (c' M j)^2 / (1 + j' M j),     M = (J'J)^-1

so the best run for g is found without fitting anything (c-optimality, Elfving 1952). For all
parameters at once the run with the largest j' M j shrinks their ellipsoid most (D-optimality). The
noise cancels in both: what is reported is how much of the interval is left. It is a statement about
the law: if the law is wrong, a run far away says more than any of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.compare import FitLike
from demos.scaling.frontier import FLOP_FACTOR, hoffmann_optimum, optimal_exponents

FloatArray = NDArray[np.float64]
Figure = Callable[[FloatArray], float]  # of the parameters, in the law's order

_CONDITION = 1e13  # above it the data do not tell the parameters apart at all
_GRID = 41
_REACH = 4.0  # sizes up to so many times the largest measured are proposed, none below the least


@dataclass(frozen=True)
class Proposals:
    """Runs that could be made, and what each would leave of the interval.

    Attributes:
        inputs: sizes in the law's order [m, k], N and D or x.
        compute: FLOP of each [m]; for one size, the size itself.
        left: width of the interval after such a run over its width now [m], at most 1. For
            D-optimality: of the geometric mean of the ellipsoid's axes.
        best: number of the best one.
    """

    inputs: FloatArray
    compute: FloatArray
    left: FloatArray
    best: int


# --- figures whose interval is to be narrowed -----------------------------------------------------


def parameter(fit: FitLike, name: str) -> Figure:
    """A parameter itself.

    Raises:
        InputProblem: the law has none of that name.
    """
    names = list(fit.parameters)
    if name not in names:
        raise InputProblem("scaling.next.no_parameter", name=name, names=", ".join(names))
    place = names.index(name)
    return lambda theta: float(theta[place])


def prediction(fit: FitLike, inputs: FloatArray) -> Figure:
    """The predicted loss at sizes [k] in the law's order."""
    at = torch.tensor(np.asarray(inputs, dtype=np.float64)[None])  # [1, k]
    return lambda theta: float(fit.law.predict(torch.tensor(theta), at)[0])


def optimal_size(fit: FitLike, compute: float, factor: float = FLOP_FACTOR) -> Figure:
    """ln N_opt of a budget.

    Raises:
        InputProblem: a law whose optimum has no closed form.
    """
    names, key = list(fit.parameters), fit.law.key
    optimal_exponents(key, fit.parameters)  # raises for other laws

    def figure(theta: FloatArray) -> float:
        given = dict(zip(names, theta.tolist(), strict=True))
        if key == "kaplan":
            alpha = given["alpha_N"] / given["alpha_D"]
            form = (given["N_c"] ** alpha, given["D_c"], alpha, 1.0)
        else:
            alpha = given["alpha"]
            form = (given["A"], given["B"], alpha, given.get("beta", alpha))
        n, _ = hoffmann_optimum(compute, *form, factor)
        return float(np.log(n))

    return figure


def optimal_exponent(fit: FitLike) -> Figure:
    """a in N_opt ~ C^a; raises like `optimal_size`."""
    names, key = list(fit.parameters), fit.law.key
    optimal_exponents(key, fit.parameters)
    return lambda theta: optimal_exponents(key, dict(zip(names, theta.tolist(), strict=True)))[0]


# --- the search -----------------------------------------------------------------------------------


def reach(fit: FitLike) -> FloatArray:
    """The least and the largest sizes that are considered [2, k]."""
    measured = fit.observations.inputs.detach().cpu().numpy()  # [n, k]
    return np.stack([measured.min(axis=0), measured.max(axis=0) * _REACH])


def candidates(fit: FitLike, budget: float, factor: float = FLOP_FACTOR) -> FloatArray:
    """Sizes [m, k] within a budget: N and D with factor N D up to it, or x up to it.

    On a grid of logarithms from the least measured to four times the largest.

    Raises:
        InputProblem: the budget buys nothing in that range.
    """
    low, high = np.log(reach(fit))
    axes = [np.linspace(*ends, _GRID) for ends in zip(low, high, strict=True)]
    logs = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))  # [m, k]
    limit = math.log(budget) if budget > 0 else -math.inf
    if len(axes) == 2:
        # Those on the line of equal compute too: a grid passes it by.
        on_line = np.stack([axes[0], limit - math.log(factor) - axes[0]], axis=1)
        logs = np.concatenate([logs, on_line[(on_line[:, 1] > low[1]) & (on_line[:, 1] < high[1])]])
        limit -= math.log(factor)
    within = logs[logs.sum(axis=1) <= limit + 1e-9]
    if not len(within):
        raise InputProblem("scaling.next.too_little", budget=f"{budget:.3g}")
    return np.asarray(np.exp(within))


def next_measurement(
    fit: FitLike,
    budget: float,
    figure: Figure | None = None,
    factor: float = FLOP_FACTOR,
    planned: FloatArray | None = None,
) -> Proposals:
    """Which further run under a budget narrows an interval most.

    Args:
        fit: of the data so far.
        budget: FLOP of the one run; for laws of one size, the largest size.
        figure: whose interval; None: all parameters at once (D-optimality).
        factor: FLOP a parameter and token.
        planned: sizes [q, k] of runs that are already decided on.

    Raises:
        InputProblem: as `candidates`; parameters that the data do not tell apart at all; a figure
            that the free parameters do not move.
    """
    proposed = candidates(fit, budget, factor)
    left = left_after(fit, proposed, figure, planned)
    compute = proposed.prod(axis=1) * (factor if proposed.shape[1] == 2 else 1)
    return Proposals(proposed, compute, left, int(left.argmin()))


def left_after(
    fit: FitLike,
    proposed: FloatArray,
    figure: Figure | None = None,
    planned: FloatArray | None = None,
) -> FloatArray:
    """What one run at each of the proposed sizes [m, k] would leave of the interval [m].

    Raises:
        InputProblem: parameters that the data do not tell apart at all; a figure that the free
            parameters do not move.
    """
    free = fit.covariance.diagonal().detach().cpu().numpy() > 0
    theta = fit.theta.detach().cpu().numpy()
    measured = fit.observations.inputs.detach().cpu().numpy()
    if planned is not None and len(planned):
        measured = np.concatenate([measured, planned])
    jacobian = _log_jacobian(fit, measured)[:, free]  # [n, q]
    scale = np.linalg.norm(jacobian, axis=0)
    scale[scale == 0] = 1
    triangle: FloatArray = np.linalg.qr(jacobian / scale)[1]  # [q, q]
    if not free.any() or len(triangle) < free.sum() or np.linalg.cond(triangle) > _CONDITION:
        raise InputProblem("scaling.next.singular")
    rows = np.linalg.solve(triangle.T, (_log_jacobian(fit, proposed)[:, free] / scale).T)  # [q, m]
    leverage = (rows**2).sum(axis=0)  # j' M j [m]
    if figure is None:
        return np.asarray((1 + leverage) ** (-1 / (2 * len(triangle))))
    c = _gradient(figure, theta)[free] / scale
    along = np.linalg.solve(triangle.T, c)  # [q]
    if not along.any():
        raise InputProblem("scaling.next.unmoved")
    taken = (along @ rows) ** 2 / (1 + leverage) / (along @ along)
    return np.asarray(np.sqrt(np.maximum(1 - taken, 0)))


def plan(
    fit: FitLike,
    budget: float,
    runs: int,
    figure: Figure | None = None,
    factor: float = FLOP_FACTOR,
) -> tuple[FloatArray, FloatArray]:
    """Several runs, each the best after those before it: sizes [r, k] and what is left [r].

    Raises:
        InputProblem: as `next_measurement`, or fewer than one run.
    """
    if not 1 <= runs <= 50:
        raise InputProblem("scaling.next.runs")
    chosen = np.zeros((0, fit.observations.inputs.shape[1]))
    left, widths = 1.0, []
    for _ in range(runs):
        proposals = next_measurement(fit, budget, figure, factor, chosen)
        left *= float(proposals.left[proposals.best])
        widths.append(left)
        chosen = np.concatenate([chosen, proposals.inputs[proposals.best][None]])
    return chosen, np.array(widths)


def _log_jacobian(fit: FitLike, inputs: FloatArray) -> FloatArray:
    """Derivatives of ln L by the parameters [n, p]."""
    at = torch.tensor(inputs, dtype=torch.float64)
    slopes = fit.law.gradient(fit.theta, at) / fit.law.predict(fit.theta, at)[:, None]
    return np.asarray(slopes.detach().cpu().numpy())


def _gradient(figure: Figure, theta: FloatArray) -> FloatArray:
    """By central differences [p]."""
    slopes = np.zeros_like(theta)
    for place in range(len(theta)):
        step = 1e-5 * (abs(theta[place]) or 1.0)
        ends = []
        for side in (1, -1):
            moved = theta.copy()
            moved[place] += side * step
            ends.append(figure(moved))
        slopes[place] = (ends[0] - ends[1]) / (2 * step)
    return slopes
