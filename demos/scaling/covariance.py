"""How far the points determine a fit: the covariance of an M-estimator, batched over fits.

    covariance = H^-1 (sum psi_i^2 J_i J_i' n / (n - p)) H^-1,   H = sum psi'_i J_i J_i'

which holds where the noise differs from point to point, too. Huber's psi' is one within delta and
nought beyond; with delta far below the noise hardly a point is within it, so it is averaged over a
window as wide as the noise (Powell 1991): twice the robust deviation times n^-1/5, which in
simulations gives the stated coverage from 30 points on. For least squares the residuals are
enlarged by their leverage (HC3), because a fit pulls the curve towards its far points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from demos.scaling.newton import Problem

_CONSISTENT = 1.4826  # from the median absolute deviation to a normal's standard deviation
_WINDOW = 2.0


@dataclass(frozen=True)
class Curvature:
    """At solutions [b]; entries of fixed coordinates and of those at an edge are zero.

    Attributes:
        covariance: of the working coordinates [b, p, p].
        inverse: of the objective's smoothed second derivatives, for psi as in `log_squares` / 2
            [b, p, p]: what the objective itself says.
        condition_number: of J J', every coordinate scaled to one [b].
    """

    covariance: Tensor
    inverse: Tensor
    condition_number: Tensor


def free_coordinates(problem: Problem, working: Tensor) -> Tensor:
    """Which coordinates [b, p] are neither fixed nor at an end of the box."""
    margin = 1e-9 * (1 + working.abs())
    inside = (working > problem.low + margin) & (working < problem.high - margin)
    return inside & (problem.low < problem.high)


def curvature(problem: Problem, working: Tensor) -> Curvature:
    """The covariance of solutions [b, p] of a problem's rows."""
    near = problem.law.expand(working, problem.logs)
    free = free_coordinates(problem, working)
    degrees = _degrees(problem)
    psi, inside, slopes = _pieces(problem, near.log, near.slopes, degrees)
    slopes = slopes * free[:, :, None]
    weights = problem.weights[:, None]  # [b or 1, 1, n]
    absent = torch.diag_embed((~free).to(working.dtype))
    information = (slopes * weights) @ slopes.mT + absent
    inverse = _inverse((slopes * weights * inside[:, None]) @ slopes.mT + absent)
    if problem.objective == "huber_log":
        square = psi.square() * len(problem.logs) / degrees
    else:
        leverage = ((_inverse(information) @ slopes) * slopes).sum(dim=1)  # [b, n]
        square = (psi / (1 - leverage).clamp_min(0.05)).square()
    meat = (slopes * weights * square[:, None]) @ slopes.mT
    both = (free[:, :, None] & free[:, None, :]).to(working.dtype)
    return Curvature(inverse @ meat @ inverse * both, inverse * both, _condition(information))


def noise_of(residuals: Tensor, degrees: int) -> Tensor:
    """Robust standard deviation [b] of residuals [b, n], corrected for what the fit used up."""
    factor = math.sqrt(residuals.shape[-1] / max(degrees, 1))
    return _CONSISTENT * factor * residuals.abs().median(dim=-1).values


def _degrees(problem: Problem) -> int:
    free = int((problem.low[0] < problem.high[0]).sum())
    return max(len(problem.logs) - free, 1)


def _pieces(
    problem: Problem, log: Tensor, slopes: Tensor, degrees: int
) -> tuple[Tensor, Tensor, Tensor]:
    """psi and psi' [b, n], and the slopes [b, p, n] of what is squared near its minimum."""
    residual = log - problem.targets
    if problem.objective == "squares":
        predicted = log.exp()
        psi = predicted - problem.targets.exp()
        return psi, torch.ones_like(psi), slopes * predicted[:, None]
    if problem.objective == "log_squares":
        return residual, torch.ones_like(residual), slopes
    delta = problem.delta
    size = residual.abs()
    noise = noise_of(residual, degrees)[:, None]
    window = (_WINDOW * noise * size.shape[-1] ** -0.2).clamp_min(delta)
    return residual.clamp(-delta, delta), (size <= window) * (delta / window), slopes


def _scaled(matrix: Tensor) -> tuple[Tensor, Tensor]:
    scale = matrix.diagonal(dim1=-2, dim2=-1).clamp_min(1e-300).rsqrt()
    return matrix * scale[..., :, None] * scale[..., None, :], scale


def _inverse(matrix: Tensor) -> Tensor:
    """Of semidefinite matrices [b, p, p]; directions of which nothing is known are left out."""
    scaled, scale = _scaled(matrix)
    inverse: Tensor = torch.linalg.pinv(scaled, rtol=1e-14, hermitian=True)
    return inverse * scale[..., :, None] * scale[..., None, :]


def _condition(information: Tensor) -> Tensor:
    values = torch.linalg.eigvalsh(_scaled(information)[0])  # [b, p], ascending
    result: Tensor = values[:, -1] / values[:, 0].clamp_min(1e-300)
    return result
