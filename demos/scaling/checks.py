"""Why a fit is refused or doubted.

Refused: the data cannot carry the law, and its parameters mean nothing. Doubted: they can be read,
with the doubt beside them. Every reason is the key of a sentence with the values it names.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.frame.steps import Run, directly, result_of
from demos.scaling.covariance import curvature, free_coordinates
from demos.scaling.fit import Fit, fitting
from demos.scaling.laws import Law
from demos.scaling.newton import (
    Progress,
    loss_of,
    within,
)
from demos.scaling.observations import (
    Columns,
    Observations,
    Reason,
    Severity,
    data_reasons,
    inputs_of,
    law_named,
    observe,
)
from demos.scaling.uncertainty import Interval, jackknifing

Status = Literal["refused", "doubted", "fine"]

FAR = 10.0  # times beyond the data's sizes
_ILL, _VERY_ILL = 1e6, 1e8  # condition numbers of the information matrix
_POOR = 0.5  # share of the variance of log L that has to be explained
_LARGE_RESIDUAL = 6.0  # in robust standard deviations
_MOVES = 1.0  # standard errors
_MOST_LEFT_OUT = 256  # points that are left out one by one, the most influential ones; of many
_NUMBERS_AT_ONCE = 1 << 22  # points fewer, because one among so many matters less
_MOST_OUTLIERS = 0.2  # of the points
_SHOWN = 12  # rows that a sentence names


@dataclass(frozen=True)
class Verdict:
    """What is to be thought of a fit.

    Attributes:
        status: the worst of the reasons' severities, or "fine".
        reasons: the refusing ones first.
    """

    status: Status
    reasons: tuple[Reason, ...]


def verdict_of(reasons: list[Reason]) -> Verdict:
    """The verdict that reasons add up to."""
    ordered = sorted(reasons, key=lambda reason: reason.severity != "refused")
    return Verdict(ordered[0].severity if ordered else "fine", tuple(ordered))


def check_data(
    law: str | Law, data: Columns | Observations, fixed: Mapping[str, float] | None = None
) -> Verdict:
    """Before a fit: whether the data can carry the law. What `fit` would raise is a reason here."""
    try:
        law = law_named(law)
        observations = observe(law, data)
    except InputProblem as problem:
        return verdict_of([Reason(problem.key, "refused", dict(problem.values))])
    return verdict_of(data_reasons(law, observations, len(fixed or {})))


def judge(
    fit: Fit,
    intervals: Mapping[str, Interval] | None = None,
    outliers: Outliers | None = None,
    at: Columns | Tensor | None = None,
) -> Verdict:
    """After a fit: everything there is to say against it.

    Args:
        fit: the fit.
        intervals: of its parameters, by name; see `uncertainty` and `profile`.
        outliers: see `find_outliers`.
        at: sizes for which losses are predicted.

    Raises:
        InputProblem: sizes that are not positive numbers.
    """
    reasons = data_reasons(fit.law, fit.observations, len(fit.fixed))
    reasons += _edge_reasons(fit) + _fit_reasons(fit)
    reasons += _interval_reasons(fit, intervals or {})
    if outliers is not None:
        reasons += _outlier_reasons(fit, outliers)
    if at is not None:
        reasons += _distance_reasons(fit, inputs_of(fit.law, at))
    return verdict_of(reasons)


def _edge_reasons(fit: Fit) -> list[Reason]:
    reasons = []
    for name, end in fit.diagnostics.at_edge:
        values = {"parameter": name, "value": fit.parameters[name]}
        if name == fit.law.names[0] and fit.law.parameters[0].scale == "linear" and end == "low":
            reasons.append(Reason("scaling.check.no_offset", "doubted", {"parameter": name}))
        elif name == "n_total" and end == "high":
            reasons.append(Reason("scaling.check.no_end", "doubted", values))
        else:
            reasons.append(Reason("scaling.check.edge", "refused", values))
    return reasons


def _fit_reasons(fit: Fit) -> list[Reason]:
    reasons = []
    known = fit.diagnostics
    if not known.converged:
        reasons.append(Reason("scaling.check.not_converged", "doubted", {"steps": known.steps}))
    if known.condition_number > _ILL:
        severity: Severity = "refused" if known.condition_number > _VERY_ILL else "doubted"
        # Beyond the reach of float64 the number itself says nothing.
        values = {"condition": min(known.condition_number, 1e16)}
        reasons.append(Reason("scaling.check.ill_conditioned", severity, values))
    if known.r_squared < _POOR:
        share = {"share": 100 * max(known.r_squared, 0.0)}
        reasons.append(Reason("scaling.check.poor_fit", "doubted", share))
    return reasons


def _interval_reasons(fit: Fit, intervals: Mapping[str, Interval]) -> list[Reason]:
    reasons = []
    for parameter in fit.law.parameters:
        if parameter.name not in intervals:
            continue
        interval, value = intervals[parameter.name], fit.parameters[parameter.name]
        if interval.width <= abs(value):
            continue
        # A coefficient far from the data is always vague, and harmless where its exponent is not.
        severity: Severity = "refused" if parameter.unit == "1" else "doubted"
        values = {"parameter": parameter.name, "value": value}
        values |= {"low": interval.low, "high": interval.high, "level": 100 * interval.level}
        reasons.append(Reason("scaling.check.wide", severity, values))
    return reasons


def _outlier_reasons(fit: Fit, outliers: Outliers) -> list[Reason]:
    if outliers.without is None or not outliers.moved:
        return []
    name = max(outliers.moved, key=lambda each: outliers.moved[each])
    if outliers.moved[name] <= _MOVES:
        return []
    rows = ", ".join(str(row + 1) for row in outliers.rows[:_SHOWN])
    values = {
        "count": len(outliers.rows),
        "rows": rows + (" …" if len(outliers.rows) > _SHOWN else ""),
        "parameter": name,
        "value": fit.parameters[name],
        "without": outliers.without.parameters[name],
        "errors": min(outliers.moved[name], 99.0),
    }
    return [Reason("scaling.check.outliers", "doubted", values)]


def _distance_reasons(fit: Fit, inputs: Tensor) -> list[Reason]:
    reasons = []
    for place, name in enumerate(fit.law.inputs):
        seen, asked = fit.observations.inputs[:, place], inputs[:, place]
        if not len(asked):
            continue
        times = max((asked.max() / seen.max()).item(), (seen.min() / asked.min()).item())
        if times > FAR:
            reasons.append(Reason("scaling.check.far", "doubted", {"column": name, "times": times}))
    return reasons


# --- points that move the answer -----------------------------------------------------------------


@dataclass(frozen=True)
class Outliers:
    """Points far off the curve, or on which the answer hangs.

    Attributes:
        rows: their numbers, from 0.
        left_out: points that were left out one by one [m].
        influence: how many standard errors the parameter that moves most moves then [m].
        without: the fit without all of `rows`; None if there are none, or too few points are left.
        moved: by how many standard errors each free parameter differs there.
    """

    rows: tuple[int, ...]
    left_out: tuple[int, ...]
    influence: Tensor
    without: Fit | None
    moved: dict[str, float]


def find_outliers(fit: Fit, run: Run = directly) -> Outliers:
    """Leave out every point (of many, the 256 that matter most), all in one batch, and then all
    those together that are far off the curve (6 robust deviations) or move the fit alone by more
    than a standard error; at most a fifth of the points."""
    return result_of(finding_outliers(fit, run))


def finding_outliers(fit: Fit, run: Run = directly) -> Generator[Progress, None, Outliers]:
    """`find_outliers` in pieces."""
    rows = _most_influential(fit)
    total = len(rows) + 24
    left_out = yield from within(jackknifing(fit, rows, run), 0, total)
    setup = fit.setup
    errors = curvature(setup.problem, fit.coordinates[None]).covariance[0].diagonal().sqrt()
    moves = (left_out.working - fit.coordinates).abs() / errors.clamp_min(1e-300)  # [m, p]
    influence = torch.where(errors > 0, moves, 0.0).amax(dim=1)  # [m]
    suspects = _suspects(fit, rows, influence)
    without = None
    if suspects:
        kept = torch.ones(len(fit.observations), dtype=torch.bool)
        kept[list(suspects)] = False
        rest = fit.observations.rows(kept)
        refused = [
            r for r in data_reasons(fit.law, rest, len(fit.fixed)) if r.severity == "refused"
        ]
        if not refused:
            again = fitting(fit.law, rest, fit.objective_name, fit.delta, fixed=fit.fixed, run=run)
            without = yield from within(again, len(rows), total)
    return Outliers(suspects, tuple(rows), influence, without, _moved(fit, without))


def _most_influential(fit: Fit) -> list[int]:
    """Points by the size of their share in one Newton step, the largest first."""
    problem = fit.setup.problem
    near = problem.law.expand(fit.coordinates[None], problem.logs)
    delta = torch.full((1, 1), problem.delta, dtype=torch.float64)
    pull = near.slopes[0] * loss_of(near.log, problem.targets, problem.objective, delta).slope
    known = curvature(problem, fit.coordinates[None])
    errors = known.covariance[0].diagonal().sqrt().clamp_min(1e-300)
    free = free_coordinates(problem, fit.coordinates[None])[0]
    steps = (known.inverse[0] @ pull).abs() / errors[:, None]  # [p, n]
    size = torch.where(free[:, None], steps, 0.0).amax(dim=0)
    most = min(_MOST_LEFT_OUT, max(16, _NUMBERS_AT_ONCE // len(size)))
    order: list[int] = size.argsort(descending=True, stable=True)[:most].tolist()
    return order


def _suspects(fit: Fit, rows: list[int], influence: Tensor) -> tuple[int, ...]:
    """The points that are left out together, the most striking ones if there are too many."""
    noise = max(fit.diagnostics.noise, 1e-12)  # an exact fit has no outliers
    strange = fit.residuals.abs() / (noise * _LARGE_RESIDUAL)  # [n]
    strange[rows] = torch.maximum(strange[rows], influence / _MOVES)
    most = int(_MOST_OUTLIERS * len(strange))
    order: list[int] = strange.argsort(descending=True, stable=True)[:most].tolist()
    return tuple(sorted(row for row in order if strange[row] > 1))


def _moved(fit: Fit, without: Fit | None) -> dict[str, float]:
    if without is None:
        return {}
    rates = fit.law.working_rates(fit.theta)
    errors = fit.covariance.diagonal().clamp_min(0).sqrt() * rates  # [p]
    shift = (fit.law.to_working(without.theta) - fit.law.to_working(fit.theta)).abs()
    return {
        name: (shift[place] / errors[place]).item()
        for place, name in enumerate(fit.law.names)
        if errors[place] > 0
    }
