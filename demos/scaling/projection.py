"""Starts by variable projection: a grid over the exponents, everything linear solved for.

Given the exponents a law is linear in its other parameters (Kaplan's after a power). So a start is
a point of the grid with the non-negative coefficients of least relative error there, reweighted
once so that outliers count less: the search is over two numbers instead of five, and the linear
problems are well conditioned. The few coefficients make it possible to try every set of them that
may be zero, which is exact, where an active-set method would have to iterate.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from demos.scaling.newton import Problem, loss_of

_MOST_POINTS = 1_024  # that the grid looks at: starts need no more
_MOST_NUMBERS = 1 << 20  # grid points times data points: a fraction of a second
_NUMBERS_AT_ONCE = 1 << 18
_RIDGE = 1e-12  # relative: columns of the same exponent are the same


def projected_starts(problem: Problem, count: int) -> Tensor:
    """The best `count` starts [s, p] of the law's grid, for a problem with one row.

    Coordinates that are fixed have their value; the others are inside the box.
    """
    grid = problem.law.grid(problem.logs)
    sample = sampled(problem, min(_MOST_POINTS, _MOST_NUMBERS // len(grid)))
    size = max(1, _NUMBERS_AT_ONCE // len(sample.logs))
    parts = [_project(sample, part) for part in grid.split(size)]
    starts, values = (torch.cat(each) for each in zip(*parts, strict=True))
    return starts[values.argsort(stable=True)[:count]]


def sampled(problem: Problem, most: int) -> Problem:
    """The problem on at most so many of its points, always the same ones."""
    n = len(problem.logs)
    if n <= most:
        return problem
    chosen = torch.randperm(n, generator=torch.Generator().manual_seed(0))[:most]
    chosen = chosen.to(problem.logs.device)
    return Problem(
        problem.law,
        problem.logs[chosen],
        problem.targets[:, chosen],
        problem.weights[:, chosen],
        problem.low,
        problem.high,
        problem.objective,
        problem.delta,
    )


def _project(problem: Problem, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Starts [g, p] at grid points [g, q], and their objectives [g]."""
    law = problem.law
    basis = law.basis(grid, problem.logs, problem.targets[0])  # [g, l, n]
    weights = problem.weights.expand(len(grid), -1)  # [g, n]
    coefficients = _non_negative(basis, weights)
    fitted = (coefficients[:, None] @ basis).squeeze(1)  # [g, n], near 1
    size = fitted.clamp_min(1e-300).log().abs()
    usual = size.median(dim=1, keepdim=True).values.clamp_min(1e-12)
    coefficients = _non_negative(basis, weights * (usual / torch.maximum(size, usual)))
    starts = law.assemble(grid, coefficients).clamp(problem.low, problem.high)
    log = law.expand(starts, problem.logs).log
    delta = torch.full_like(starts[:, :1], problem.delta)
    loss = loss_of(log, problem.targets, problem.objective, delta)
    value = (problem.weights * loss.value).sum(dim=1)
    return starts, torch.where(value.isfinite(), value, torch.inf)


def _non_negative(basis: Tensor, weights: Tensor) -> Tensor:
    """Coefficients [g, l] >= 0 with least sum_i w_i (1 - c . basis_i)^2, for basis [g, l, n]."""
    weighted = basis * weights[:, None]
    gram = weighted @ basis.mT  # [g, l, l]
    right = weighted.sum(dim=2)  # [g, l]
    scale = gram.diagonal(dim1=1, dim2=2).clamp_min(1e-300).rsqrt()
    gram = gram * scale[:, :, None] * scale[:, None]
    right = right * scale
    size = right.shape[1]
    best, least = torch.zeros_like(right), torch.zeros_like(right[:, 0])
    for kept in itertools.product((False, True), repeat=size):
        if not any(kept):
            continue
        mask = torch.tensor(kept, device=gram.device)
        inside = torch.where(mask[:, None] & mask, gram, 0.0)
        inside = inside + torch.diag((~mask).to(gram.dtype) + _RIDGE)
        found = torch.linalg.solve_ex(inside, torch.where(mask, right, 0.0)[..., None])[0]
        found = found.squeeze(-1)  # [g, l]
        error = -(right * found).sum(dim=1)  # of the least squares, up to a constant
        better = (found >= 0).all(dim=1) & (error < least)
        best = torch.where(better[:, None], found, best)
        least = torch.where(better, error, least)
    return best * scale
