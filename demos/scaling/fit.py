"""A scaling law fitted to losses: the best of many starts, with covariance and diagnostics.

The objective is what the field uses: Huber's function of log L with delta 1e-3, *summed* over the
points (Hoffmann et al. 2022; Besiroglu et al. 2024). `stops_early` shows what becomes of its mean.
All starts are solved at once (`newton`), from a grid over the exponents with everything linear
solved for (`projection`).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.frame.steps import Run, directly, result_of
from demos.scaling.covariance import curvature, free_coordinates, noise_of
from demos.scaling.laws import Chinchilla, Frame, Law
from demos.scaling.newton import (
    OBJECTIVES,
    Objective,
    Problem,
    Progress,
    Solution,
    exact_fit,
    solving,
)
from demos.scaling.observations import (
    Columns,
    Observations,
    data_reasons,
    inputs_of,
    law_named,
    observe,
)
from demos.scaling.projection import projected_starts, sampled

DEFAULT_DELTA = 1e-3
_FIRST_STEPS, _FINALISTS = 60, 6
_MOST_POINTS = 4_096  # on which all starts are solved; only the best few on more
_FEW = 2
_SAME = 1e-9  # relative difference of objectives that count as one optimum


@dataclass(frozen=True)
class Setup:
    """A fit's problem, of one row, and the frame of its coordinates."""

    problem: Problem
    frame: Frame

    def natural(self, working: Tensor) -> Tensor:
        """Parameters [..., p] from working coordinates [..., p]."""
        matrix, offset = self.problem.law.recentred(self.frame)
        return self.problem.law.from_working(working @ matrix.T + offset)

    def working(self, theta: Tensor) -> Tensor:
        """Working coordinates [..., p] of parameters [..., p]."""
        matrix, offset = self.problem.law.recentred(self.frame)
        shifted = self.problem.law.to_working(theta) - offset
        return cast("Tensor", torch.linalg.solve(matrix, shifted[..., None])).squeeze(-1)


@dataclass(frozen=True)
class Diagnostics:
    """How the fit went.

    Attributes:
        starts: how many were solved; with more than 4,096 points, how many on all of them.
        reached: how many of them ended at the best objective.
        converged: whether the best one is a minimum to the last digits.
        steps: of the slowest start.
        at_edge: parameters that ended at an end of their box, with "low" or "high".
        condition_number: of the information matrix, every coordinate scaled to one; above 1e8 the
            data hardly tell some parameters apart.
        noise: robust standard deviation of the log residuals (1.4826 x their median size, with
            n / (n - p)).
        rmse: root mean square of the log residuals.
        r_squared: share of the variance of log L that is explained.
        degrees_of_freedom: points less free parameters.
    """

    starts: int
    reached: int
    converged: bool
    steps: int
    at_edge: tuple[tuple[str, str], ...]
    condition_number: float
    noise: float
    rmse: float
    r_squared: float
    degrees_of_freedom: int


@dataclass(frozen=True)
class Fit:
    """A fitted law.

    Attributes:
        law: which.
        observations: what it was fitted to.
        parameters: by their names in the literature.
        objective: its value, summed over the points.
        objective_name, delta, fixed: what was asked for.
        covariance: of the parameters [p, p], in their order; zero where one is fixed or at an edge.
            See `covariance`: the noise may differ from point to point.
        residuals: log L observed minus predicted [n].
        diagnostics: see there.
        setup, coordinates: the problem and its solution [p], for whoever solves it again.
    """

    law: Law
    observations: Observations
    parameters: dict[str, float]
    objective: float
    objective_name: Objective
    delta: float
    fixed: dict[str, float]
    covariance: Tensor
    residuals: Tensor
    diagnostics: Diagnostics
    setup: Setup
    coordinates: Tensor

    @property
    def theta(self) -> Tensor:
        """The parameters as a vector [p]."""
        return torch.tensor(list(self.parameters.values()), dtype=torch.float64)

    @property
    def standard_errors(self) -> dict[str, float]:
        """Square roots of the covariance's diagonal, by name."""
        errors = self.covariance.diagonal().clamp_min(0).sqrt().tolist()
        return dict(zip(self.parameters, errors, strict=True))

    def predict(self, data: Columns | Tensor) -> Tensor:
        """Losses [m] at sizes given as columns or [m, k].

        Raises:
            InputProblem: sizes that are not positive numbers, or a column that is not there.
        """
        return self.law.predict(self.theta, inputs_of(self.law, data))


def fit(
    law: str | Law,
    data: Columns | Observations,
    objective: Objective = "huber_log",
    delta: float = DEFAULT_DELTA,
    *,
    fixed: Mapping[str, float] | None = None,
    starts: int = 24,
    run: Run = directly,
) -> Fit:
    """Fit a law to losses.

    Args:
        law: a key of `LAWS`, or a law.
        data: columns by name (the law's `columns`), all positive.
        objective: see `newton.Problem`.
        delta: Huber's, of log losses.
        fixed: parameters that are given.
        starts: how many of the grid's best are solved; laws with breaks take four times as many.
        run: runs functions of tensors where tensors are computed.

    Raises:
        InputProblem: data that cannot carry the law (see `observations`), or unknown names.
    """
    work = fitting(law, data, objective, delta, fixed=fixed, starts=starts, run=run)
    return result_of(work)


def fitting(
    law: str | Law,
    data: Columns | Observations,
    objective: Objective = "huber_log",
    delta: float = DEFAULT_DELTA,
    *,
    fixed: Mapping[str, float] | None = None,
    starts: int = 24,
    run: Run = directly,
) -> Generator[Progress, None, Fit]:
    """`fit` in pieces: yields progress between them, and can be closed there."""
    law = law_named(law)
    observations = observe(law, data)
    given = dict(fixed or {})
    setup = set_up(law, observations, objective, delta, given)
    for reason in data_reasons(law, observations, len(given)):
        if reason.severity == "refused":
            raise reason.problem()
    count = starts if len(law.parameters) < 6 else 4 * starts
    points = run(projected_starts, setup.problem, count)
    solution = yield from _racing(sampled(setup.problem, _MOST_POINTS), points, run)
    if len(observations) > _MOST_POINTS:  # which valley is seen on some of the points
        order = solution.value.argsort(stable=True)[:_FEW]
        solution = yield from solving(setup.problem, solution.working[order], run)
    return fit_at(setup, observations, solution, given)


def _racing(problem: Problem, starts: Tensor, run: Run) -> Generator[Progress, None, Solution]:
    """Solve all starts for a while, and only the best of those that are still on their way to the
    end: on a flat or forked valley hundreds of steps change nothing that matters."""
    first = yield from solving(problem, starts, run, _FIRST_STEPS)
    left = (~first.converged).nonzero().squeeze(1)
    left = left[first.value[left].argsort(stable=True)[:_FINALISTS]]
    if not len(left):
        return first
    second = yield from solving(problem, first.working[left], run)
    better = second.value <= first.value[left]
    return Solution(
        first.working.index_copy(
            0, left, torch.where(better[:, None], second.working, first.working[left])
        ),
        first.value.index_copy(0, left, torch.minimum(second.value, first.value[left])),
        first.converged.index_copy(0, left, second.converged & better),
        first.steps + second.steps,
    )


def set_up(
    law: Law,
    observations: Observations,
    objective: Objective = "huber_log",
    delta: float = DEFAULT_DELTA,
    fixed: Mapping[str, float] | None = None,
) -> Setup:
    """The problem in the data's own frame; in the natural frame if a parameter is fixed.

    Raises:
        InputProblem: an unknown objective, a delta that is not positive, a fixed parameter that the
            law does not have or that is outside what is possible.
    """
    if objective not in OBJECTIVES:
        raise InputProblem(
            "scaling.check.unknown_objective", objective=objective, objectives=", ".join(OBJECTIVES)
        )
    if not (math.isfinite(delta) and delta > 0):
        raise InputProblem("scaling.check.bad_delta", delta=delta)
    logs, log_loss = law.logs(observations.inputs), observations.loss.log()
    frame = law.frame(logs, log_loss) if len(logs) else _no_frame(law)
    if fixed:
        frame = _no_frame(law)
    centred = logs - frame.centre  # [n, k]
    targets = (log_loss - frame.unit)[None]  # [1, n]
    low, high = law.box(centred, frame.natural) if len(logs) else _nothing(law)
    _fix(law, low, high, fixed or {})
    weights = torch.ones_like(targets)
    problem = Problem(
        law, centred, targets, weights, low[None], high[None], objective, float(delta)
    )
    return Setup(problem, frame)


def _no_frame(law: Law) -> Frame:
    return Frame(torch.zeros(len(law.inputs), dtype=torch.float64), 0.0)


def _nothing(law: Law) -> tuple[Tensor, Tensor]:
    zeros = torch.zeros(len(law.parameters), dtype=torch.float64)
    return zeros, zeros.clone()


def _fix(law: Law, low: Tensor, high: Tensor, fixed: Mapping[str, float]) -> None:
    for name, value in fixed.items():
        if name not in law.names:
            raise InputProblem(
                "scaling.check.unknown_parameter", name=name, parameters=", ".join(law.names)
            )
        parameter = law.parameters[law.names.index(name)]
        if not (math.isfinite(value) and parameter.low <= value <= parameter.high):
            raise InputProblem(
                "scaling.check.bad_fixed", name=name, low=parameter.low, high=parameter.high
            )
        place = law.names.index(name)
        theta = torch.ones(len(law.parameters), dtype=torch.float64)
        theta[place] = value
        low[place] = high[place] = law.to_working(theta)[place]


# --- what is said about a solution ---------------------------------------------------------------


def fit_at(
    setup: Setup, observations: Observations, solution: Solution, fixed: Mapping[str, float]
) -> Fit:
    """The fit that the best row of a solution is."""
    problem, law = setup.problem, setup.problem.law
    best = solution.best()
    working = law.canonical(solution.working[best])
    theta = setup.natural(working)
    log = law.expand(working[None], problem.logs).log
    residuals = (problem.targets - log)[0]
    degrees = len(residuals) - int((problem.low < problem.high).sum())
    known = curvature(problem, working[None])
    matrix, _ = law.recentred(setup.frame)
    change = matrix / law.working_rates(theta)[:, None]  # d theta / d working [p, p]
    values = solution.value
    unit = math.exp(2 * setup.frame.unit) if problem.objective == "squares" else 1.0
    spread = (problem.targets - problem.targets.mean()).square().sum()
    diagnostics = Diagnostics(
        starts=len(values),
        reached=int((values <= values[best] * (1 + _SAME) + exact_fit(problem)).sum()),
        converged=bool(solution.converged[best]),
        steps=solution.steps,
        at_edge=_edges(problem, working),
        condition_number=known.condition_number.item(),
        noise=noise_of(residuals, degrees).item(),
        rmse=residuals.square().mean().sqrt().item(),
        r_squared=1 - (residuals.square().sum() / spread.clamp_min(1e-300)).item(),
        degrees_of_freedom=degrees,
    )
    return Fit(
        law,
        observations,
        dict(zip(law.names, theta.tolist(), strict=True)),
        values[best].item() * unit,
        problem.objective,
        problem.delta,
        dict(fixed),
        change @ known.covariance[0] @ change.T,
        residuals,
        diagnostics,
        setup,
        working,
    )


def _edges(problem: Problem, working: Tensor) -> tuple[tuple[str, str], ...]:
    """Parameters at an end of their box that were not fixed there."""
    low, high = problem.low[0], problem.high[0]
    at_edge = ~free_coordinates(problem, working[None])[0] & (low < high)
    return tuple(
        (name, "low" if working[place] - low[place] < high[place] - working[place] else "high")
        for place, name in enumerate(problem.law.names)
        if at_edge[place]
    )


# --- a lesson ------------------------------------------------------------------------------------

# What `scipy.optimize.minimize(method="L-BFGS-B")` finds best from the 4,500 starts of Hoffmann et
# al. with the mean, on the 240 points of Besiroglu et al. (2024).
PUBLISHED_EARLY_STOP = {"A": 837.0, "B": 681.0, "alpha": 0.380, "beta": 0.311}
LBFGS_GRADIENT_TOLERANCE = 1e-5  # scipy's and many others' default
_EARLY_START = (0.0, 0.0, -1.0, 0.0, 0.0)  # log A, log B, log E, alpha, beta; of the 4,500 the best


@dataclass(frozen=True)
class LbfgsRun:
    """Where L-BFGS stopped.

    Attributes:
        parameters: by name.
        objective: summed over the points, whichever was minimised.
        steps: taken.
        gradient: largest entry of the gradient of what was minimised.
    """

    parameters: dict[str, float]
    objective: float
    steps: int
    gradient: float


@dataclass(frozen=True)
class EarlyStop:
    """The same method from the same start with the same tolerance: on the mean, and on the sum."""

    mean: LbfgsRun
    total: LbfgsRun


def stops_early(data: Columns | Observations, delta: float = DEFAULT_DELTA) -> EarlyStop:
    """Why the objective is summed: on the mean, L-BFGS's usual tolerance ends at a wrong optimum.

    Plain L-BFGS with the gradient tolerance 1e-5 that scipy has by default, for Hoffmann et al.'s
    law in log A, log B, log E, alpha, beta. The mean's gradient is n times smaller, so it stops
    while the sum still goes down. On Chinchilla's 240 points: A about 850, B 700, alpha .381, beta
    .312 instead of 478, 2143, .347, .367. Scipy's L-BFGS-B ends near (`PUBLISHED_EARLY_STOP`);
    where exactly hangs on rounding, even on the order of the points.

    Raises:
        InputProblem: as `fit`.
    """
    observations = observe("chinchilla", data)
    for reason in data_reasons(Chinchilla(), observations):
        if reason.severity == "refused":
            raise reason.problem()
    return EarlyStop(
        _lbfgs(observations, delta, 1 / len(observations)), _lbfgs(observations, delta, 1.0)
    )


def _lbfgs(observations: Observations, delta: float, factor: float) -> LbfgsRun:
    logs, targets = observations.inputs.log(), observations.loss.log()
    x = torch.tensor(_EARLY_START, dtype=torch.float64, requires_grad=True)
    method = torch.optim.LBFGS(
        [x],
        max_iter=5_000,
        max_eval=20_000,
        tolerance_grad=LBFGS_GRADIENT_TOLERANCE,
        tolerance_change=0.0,
        history_size=10,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        method.zero_grad()
        terms = torch.stack(
            [x[0] - x[3] * logs[:, 0], x[1] - x[4] * logs[:, 1], x[2].expand_as(targets)]
        )  # [3, n]
        predicted = terms.logsumexp(dim=0)
        value = factor * torch.nn.functional.huber_loss(
            predicted, targets, reduction="sum", delta=delta
        )
        value.backward()  # type: ignore[no-untyped-call]
        return value

    with torch.enable_grad():
        method.step(closure)  # type: ignore[no-untyped-call]
        value = closure().item() / factor
    a, b, e, alpha, beta = x.detach().tolist()
    parameters = {
        "E": math.exp(e),
        "A": math.exp(a),
        "B": math.exp(b),
        "alpha": alpha,
        "beta": beta,
    }
    gradient = cast("Tensor", x.grad).abs().max().item()
    return LbfgsRun(parameters, value, method.state[x]["n_iter"], gradient)
