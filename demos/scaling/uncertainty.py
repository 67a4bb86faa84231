"""How sure a fit is: bootstrap, jackknife, and intervals from them; `profile` has one more kind.

- **Bootstrap.** Pairs: points are drawn with replacement, so nothing is assumed about the noise.
  Residuals: the curve stays and its errors are drawn anew, so every replica has the same sizes; it
  assumes equal noise. All replicas are solved as one batch, each from the fit itself; the first
  ones from a few other starts too, which stay if they ever end lower.
- **Intervals** of parameters, predictions, compute-optimal exponents or any other function of the
  parameters are percentiles of the replicas, or BCa (Efron 1987), which corrects bias and skewness
  with the help of the jackknife.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import torch
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.frame.steps import Run, directly, result_of
from demos.scaling.fit import Fit
from demos.scaling.laws import Law
from demos.scaling.newton import (
    Problem,
    Progress,
    Solution,
    exact_fit,
    solving,
    within,
)
from demos.scaling.observations import Columns, inputs_of
from demos.scaling.projection import projected_starts
from models.statistics import student_t_quantile

Resampling = Literal["pairs", "residuals"]
Method = Literal["percentile", "bca"]
Quantity = Callable[[Tensor], Tensor]  # of parameter sets [r, p]: [r, ...]

DEFAULT_REPLICAS = 1_000
DEFAULT_LEVEL = 0.95
_OTHER_STARTS = 3
_MANY_POINTS = 4_096
_PROBED = 48  # replicas that are solved from all starts; later ones only from those that ever won
_NUMBERS_AT_ONCE = 1 << 22  # weights or predictions in memory
_MOST_LEFT_OUT = 500  # groups of the jackknife


@dataclass(frozen=True)
class Interval:
    """From low to high with the stated level of confidence; an open end is infinite."""

    low: float
    high: float
    level: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class Band:
    """Intervals of many quantities, all of one shape."""

    low: Tensor
    high: Tensor
    level: float


@dataclass(frozen=True)
class Replicas:
    """A fit to every bootstrap sample.

    Attributes:
        fit: the fit itself.
        resampling: what was drawn.
        parameters: [r, p], in the law's order.
        objective: [r].
        converged: [r].
        seed: of the draws.
    """

    fit: Fit
    resampling: Resampling
    parameters: Tensor
    objective: Tensor
    converged: Tensor
    seed: int

    def __len__(self) -> int:
        return len(self.parameters)


def bootstrap(
    fit: Fit,
    replicas: int = DEFAULT_REPLICAS,
    resampling: Resampling = "pairs",
    seed: int = 0,
    run: Run = directly,
) -> Replicas:
    """Fit `replicas` resampled data sets.

    Args:
        fit: to data that are resampled.
        replicas: how many, at least two.
        resampling: "pairs" or "residuals"; see the module.
        seed: of the draws: the same seed gives the same replicas.
        run: runs functions of tensors where tensors are computed.

    Raises:
        InputProblem: fewer than two replicas, or an unknown kind of resampling.
    """
    return result_of(bootstrapping(fit, replicas, resampling, seed, run))


def bootstrapping(
    fit: Fit,
    replicas: int = DEFAULT_REPLICAS,
    resampling: Resampling = "pairs",
    seed: int = 0,
    run: Run = directly,
) -> Generator[Progress, None, Replicas]:
    """`bootstrap` in pieces: yields how many replicas are solved."""
    if replicas < 2:
        raise InputProblem("scaling.check.few_replicas", replicas=replicas)
    if resampling not in ("pairs", "residuals"):
        raise InputProblem("scaling.check.unknown_resampling", resampling=resampling)
    generator = torch.Generator().manual_seed(seed)
    draw = _pairs if resampling == "pairs" else _residuals
    starts = _starts(fit, run)  # [s, p]
    parts: list[Solution] = []
    done = 0
    while done < replicas:
        size = max(1, _NUMBERS_AT_ONCE // (len(fit.observations) * len(starts)))
        count = min(replicas - done, size if parts else min(size, _PROBED))
        problem = draw(fit, count, generator)
        solution, wins = yield from within(
            best_of_starts(problem, starts.expand(count, -1, -1), run), done, replicas
        )
        if not parts:
            starts = starts[[0, *(place for place in range(1, len(starts)) if wins[place])]]
        parts.append(solution)
        done += count
    working = torch.cat([part.working for part in parts])
    return Replicas(
        fit,
        resampling,
        fit.setup.natural(fit.law.canonical(working)),
        torch.cat([part.value for part in parts]),
        torch.cat([part.converged for part in parts]),
        seed,
    )


def best_of_starts(
    problem: Problem, starts: Tensor, run: Run = directly
) -> Generator[Progress, None, tuple[Solution, Tensor]]:
    """Solve each of b problems from each of its starts [b, s, p]: the best of each, and how often
    every start was better than the first [s]. Progress counts problems."""
    count, each = starts.shape[:2]
    rows = torch.arange(count).repeat_interleave(each)
    work = solving(problem.rows(rows), starts.reshape(count * each, -1), run)
    solution = yield from within(work, 0, count, each)
    value = solution.value.reshape(count, each).nan_to_num(math.inf)
    first = value[:, :1]
    wins = (value < first - 1e-9 * first.abs() - exact_fit(problem)).sum(dim=0)  # [s]
    best = value.argmin(dim=1) + torch.arange(count) * each  # [b]
    kept = Solution(
        solution.working[best], solution.value[best], solution.converged[best], solution.steps
    )
    return kept, wins


def _starts(fit: Fit, run: Run) -> Tensor:
    """The fit and a few of its own starts [s, p]."""
    own = fit.coordinates[None]
    if len(fit.observations) > _MANY_POINTS:
        return own  # so many leave no doubt about the valley
    return torch.cat([own, run(projected_starts, fit.setup.problem, _OTHER_STARTS)])


def _pairs(fit: Fit, count: int, generator: torch.Generator) -> Problem:
    """Points drawn with replacement, as weights [count, n]."""
    n = len(fit.observations)
    drawn = torch.randint(0, n, (count, n), generator=generator)
    weights = torch.zeros(count, n, dtype=torch.float64)
    weights.scatter_add_(1, drawn, torch.ones_like(weights))
    return replace(fit.setup.problem, weights=weights)


def _residuals(fit: Fit, count: int, generator: torch.Generator) -> Problem:
    """The curve with its errors drawn anew."""
    n = len(fit.observations)
    curve = fit.setup.problem.targets - fit.residuals  # [1, n]
    if fit.objective_name != "squares":
        errors = _errors(fit)
        drawn = torch.randint(0, len(errors), (count, n), generator=generator)
        return replace(fit.setup.problem, targets=curve + errors[drawn])
    losses = curve.exp()
    errors = (fit.setup.problem.targets.exp() - losses)[0] * _enlarging(fit)
    drawn = torch.randint(0, n, (count, n), generator=generator)
    targets = losses + (errors - errors.mean())[drawn]
    return replace(fit.setup.problem, targets=torch.maximum(targets, 1e-3 * losses).log())


def _errors(fit: Fit) -> Tensor:
    """The residuals of log L without what the fit took of them.

    Least squares shrinks all of them a little. Huber's function with a delta below the noise runs
    through as many points as it has parameters instead: these residuals, nearly nought, are no
    errors, and with them the intervals would be too narrow (89 % instead of 94 in simulations).
    """
    n, degrees = len(fit.residuals), fit.diagnostics.degrees_of_freedom
    if fit.objective_name == "huber_log" and fit.delta < fit.diagnostics.noise:
        return fit.residuals[fit.residuals.abs().argsort(stable=True)[n - degrees :]]
    return fit.residuals * _enlarging(fit)


def _enlarging(fit: Fit) -> float:
    return math.sqrt(len(fit.residuals) / max(fit.diagnostics.degrees_of_freedom, 1))


# --- leaving points out --------------------------------------------------------------------------


@dataclass(frozen=True)
class Jackknife:
    """The fit without one point, or one group of them, at a time.

    Attributes:
        left_out: numbers of the points, one tuple for each refit.
        parameters: [g, p].
        working: the same in working coordinates [g, p].
    """

    left_out: tuple[tuple[int, ...], ...]
    parameters: Tensor
    working: Tensor


def jackknife(fit: Fit, run: Run = directly) -> Jackknife:
    """Leave every point out once; above 500 points, in 500 groups of every 500th."""
    return result_of(jackknifing(fit, run=run))


def jackknifing(
    fit: Fit, rows: Sequence[int] | None = None, run: Run = directly
) -> Generator[Progress, None, Jackknife]:
    """`jackknife` in pieces; with `rows`, only these points are left out, one by one."""
    n = len(fit.observations)
    if rows is None:
        groups = [tuple(range(first, n, _MOST_LEFT_OUT)) for first in range(min(n, _MOST_LEFT_OUT))]
    else:
        groups = [(row,) for row in rows]
    size = max(1, _NUMBERS_AT_ONCE // n)
    parts: list[Tensor] = []
    for done in range(0, len(groups), size):
        some = groups[done : done + size]
        weights = torch.ones(len(some), n, dtype=torch.float64)
        for place, group in enumerate(some):
            weights[place, list(group)] = 0
        problem = replace(fit.setup.problem, weights=weights)
        work = solving(problem, fit.coordinates.expand(len(some), -1), run)
        solution = yield from within(work, done, len(groups))
        parts.append(fit.law.canonical(solution.working))
    working = torch.cat(parts) if parts else fit.coordinates.new_zeros(0, len(fit.coordinates))
    return Jackknife(tuple(groups), fit.setup.natural(working), working)


# --- intervals -----------------------------------------------------------------------------------


def band(
    replicas: Replicas,
    quantity: Quantity,
    level: float = DEFAULT_LEVEL,
    method: Method = "percentile",
    left_out: Jackknife | None = None,
) -> Band:
    """Intervals of any function of the parameters.

    Args:
        replicas: of the bootstrap.
        quantity: takes parameter sets [r, p] to values [r, ...].
        level: of confidence, between 0 and 1.
        method: "bca" needs `left_out`, from `jackknife`.

    Raises:
        InputProblem: a level that is not between 0 and 1, an unknown method, or no jackknife.
    """
    check_level(level)
    values = quantity(replicas.parameters)  # [r, ...]
    values = torch.where(values.isfinite(), values, math.inf)
    ends = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.float64)
    if method == "percentile":
        low, high = _quantiles(values, ends.expand(*values.shape[1:], 2))
        return Band(low, high, level)
    if method != "bca":
        raise InputProblem("scaling.check.unknown_method", method=method)
    if left_out is None:
        raise InputProblem("scaling.check.no_jackknife")
    estimate = quantity(replicas.fit.theta[None])[0]
    places = _bca_places(values, estimate, quantity(left_out.parameters), ends)
    low, high = _quantiles(values, places)
    return Band(low, high, level)


def _bca_places(values: Tensor, estimate: Tensor, jack: Tensor, ends: Tensor) -> Tensor:
    """The percentiles [..., 2] that BCa takes instead of `ends` [2]."""
    count = len(values)
    below = (values < estimate).sum(dim=0) + 0.5 * (values == estimate).sum(dim=0)
    bias = torch.special.ndtri((below / count).clamp(0.5 / count, 1 - 0.5 / count))  # [...]
    off = jack.mean(dim=0) - jack
    spread = off.square().sum(dim=0).clamp_min(1e-300)
    skew = off.pow(3).sum(dim=0) / (6 * spread**1.5)
    normal = bias[..., None] + torch.special.ndtri(ends)  # [..., 2]
    moved = bias[..., None] + normal / (1 - skew[..., None] * normal).clamp_min(1e-3)
    places: Tensor = torch.special.ndtr(moved)
    return places


def _quantiles(values: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """Quantiles of values [r, ...] at places [..., 2], between neighbours by a straight line."""
    ordered = values.sort(dim=0).values
    position = (places * (len(values) - 1)).clamp(0, len(values) - 1)
    found = []
    for place in position.unbind(-1):
        lower = place.floor().long()
        upper = (lower + 1).clamp_max(len(values) - 1)
        below, above = (ordered.gather(0, at[None])[0] for at in (lower, upper))
        part = place - lower
        between = below + part * (above - below)
        found.append(torch.where((part > 0) & (below != above), between, below))
    return found[0], found[1]


def parameter_intervals(
    replicas: Replicas,
    level: float = DEFAULT_LEVEL,
    method: Method = "percentile",
    left_out: Jackknife | None = None,
) -> dict[str, Interval]:
    """The interval of every parameter, by name."""
    found = band(replicas, lambda theta: theta, level, method, left_out)
    return {
        name: Interval(low, high, level)
        for name, low, high in zip(
            replicas.fit.law.names, found.low.tolist(), found.high.tolist(), strict=True
        )
    }


def prediction_band(
    replicas: Replicas,
    data: Columns | Tensor,
    level: float = DEFAULT_LEVEL,
    of: Literal["curve", "observation"] = "curve",
) -> Band:
    """Intervals of the losses at sizes [m, k] or columns: of the curve itself, or of a new run's
    loss, which adds an error drawn from the residuals.

    Raises:
        InputProblem: as `Fit.predict` and `band`.
    """
    fit = replicas.fit
    inputs = inputs_of(fit.law, data)
    errors = _errors(fit)
    generator = torch.Generator().manual_seed(replicas.seed + 1)

    def losses(theta: Tensor, part: Tensor) -> Tensor:
        curve = fit.law.predict(theta, part)  # [r, m]
        if of == "curve":
            return curve
        drawn = torch.randint(0, len(errors), curve.shape, generator=generator)
        return curve * errors[drawn].exp()

    parts = inputs.split(max(1, _NUMBERS_AT_ONCE // len(replicas)))
    bands = [band(replicas, partial(losses, part=part), level) for part in parts]
    return Band(torch.cat([b.low for b in bands]), torch.cat([b.high for b in bands]), level)


def compute_exponents(law: Law, theta: Tensor) -> Tensor:
    """a and b [..., 2] of parameter sets [..., p]: with compute C proportional to N D, the least
    loss is at N proportional to C^a and D to C^b.

    a = beta / (alpha + beta) and b = alpha / (alpha + beta); Kaplan's alpha_N and alpha_D in the
    place of alpha and beta.

    Raises:
        InputProblem: a law of one variable.
    """
    if law.trade is None:
        raise InputProblem("scaling.check.no_trade", law=law.key)
    alpha, beta = (theta[..., law.names.index(name)] for name in law.trade)
    total: Tensor = (alpha + beta)[..., None]
    return torch.stack([beta, alpha], dim=-1) / total


def exponent_intervals(
    replicas: Replicas,
    level: float = DEFAULT_LEVEL,
    method: Method = "percentile",
    left_out: Jackknife | None = None,
) -> dict[str, Interval]:
    """The intervals of the compute-optimal exponents "a" and "b".

    Raises:
        InputProblem: a law of one variable.
    """
    law = replicas.fit.law
    found = band(replicas, lambda t: compute_exponents(law, t), level, method, left_out)
    lows, highs = found.low.tolist(), found.high.tolist()
    return {n: Interval(low, high, level) for n, low, high in zip("ab", lows, highs, strict=True)}


def normal_intervals(fit: Fit, level: float = DEFAULT_LEVEL) -> dict[str, Interval]:
    """Intervals from the covariance alone, at no cost: symmetric in the working coordinates, so
    that a positive parameter's stays positive. Fixed parameters and those at an edge are left out.
    """
    check_level(level)
    times = student_t_quantile((1 + level) / 2, fit.diagnostics.degrees_of_freedom)
    rates = fit.law.working_rates(fit.theta)
    middle = fit.law.to_working(fit.theta)
    steps = times * fit.covariance.diagonal().clamp_min(0).sqrt() * rates  # [p]
    ends = [fit.law.from_working(middle + sign * steps).tolist() for sign in (-1, 1)]
    return {
        name: Interval(low, high, level)
        for name, low, high, step in zip(fit.parameters, *ends, steps.tolist(), strict=True)
        if step > 0
    }


def check_level(level: float) -> None:
    """Raises InputProblem unless a level of confidence is between 0 and 1."""
    if not 0 < level < 1:
        raise InputProblem("scaling.check.bad_level", level=level)
