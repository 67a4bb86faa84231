"""Many robust fits at once: a projected, damped Newton method on batches of small problems.

A problem is one law on one set of sizes; what differs from row to row of a batch is the start, the
losses, the weights of the points, or the box. All starts of a fit, all bootstrap replicas, all left
out points and all points of a profile are such batches.

- **Steps.** Newton's with the exact second derivatives where they are positive definite, else with
  a share of the quadratic majorant's (iteratively reweighted least squares), damped as by Levenberg
  and Marquardt with Nielsen's rule. A step that does not lower the objective is not taken.
- **Box.** Coordinates at an end of the box that the gradient pushes outwards are left out of the
  step (Bertsekas' projected Newton method); the rest is clamped.
- **Narrow Huber losses.** With delta far below the noise the objective is nearly piecewise linear,
  and Newton's method jumps between pieces. So delta starts at the size of the residuals then, and
  falls to its own value as each problem settles.
- **Pieces.** `begin` and `advance` are pure functions of tensors, a fraction of a second each, so
  that they can run on any device between other people's work; `solving` drives them.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, fields, replace
from typing import Literal, TypeVar, cast

import torch
from torch import Tensor

from demos.frame.steps import Run, directly
from demos.scaling.laws import Law

Objective = Literal["huber_log", "log_squares", "squares"]
OBJECTIVES: tuple[Objective, ...] = ("huber_log", "log_squares", "squares")
ResultT = TypeVar("ResultT")

_NUMBERS_AT_ONCE = 1 << 16  # of residuals in a chunk: with derivatives about 5 MB
_STEPS_A_PIECE = 4
_MOST_STEPS = 300
_NARROW = 6.0  # times delta: residuals from which on it starts higher
_DELTA_FALLS = 3.0
_SETTLED = 1e-4  # relative decrease below which delta falls
_CONVERGED = 1e-14  # relative decrease that a full step still promises
_FIRST_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 1e-3, 1e-14, 1e12
_MAJORANT_SHARES = (0.02, 0.15, 1.0)
_FULL_STEP = 1e-6  # damping below which a step counts as Newton's own


@dataclass(frozen=True)
class Problem:
    """What is minimised.

    Attributes:
        law: whose losses are fitted.
        logs: log sizes [n, k] in the law's frame.
        targets: log losses in the frame [b, n] or [1, n].
        weights: of the points [b, n] or [1, n].
        low, high: ends of the box of working coordinates, [b, p] or [1, p]; equal where fixed.
        objective: sum over points of Huber's function of the log ratio ("huber_log"), of its square
            ("log_squares"), or of the squared difference of the losses ("squares").
        delta: Huber's, where the quadratic ends.
    """

    law: Law
    logs: Tensor
    targets: Tensor
    weights: Tensor
    low: Tensor
    high: Tensor
    objective: Objective = "huber_log"
    delta: float = 1e-3

    def rows(self, chosen: Tensor) -> Problem:
        """The same for some rows of the batch."""

        def pick(tensor: Tensor) -> Tensor:
            return tensor if len(tensor) == 1 else tensor[chosen]

        return replace(
            self,
            targets=pick(self.targets),
            weights=pick(self.weights),
            low=pick(self.low),
            high=pick(self.high),
        )


@dataclass(frozen=True)
class State:
    """Where the search stands, by row of the batch.

    Attributes:
        working: coordinates [b, p].
        value: objective at the present delta [b].
        gradient: [b, p].
        newton, majorant: second derivatives, and those of the quadratic majorant [b, p, p].
        delta: Huber's, on its way down [b, 1].
        damping, growth: Nielsen's [b].
        converged, done: [b]; done without converged is stuck.
    """

    working: Tensor
    value: Tensor
    gradient: Tensor
    newton: Tensor
    majorant: Tensor
    delta: Tensor
    damping: Tensor
    growth: Tensor
    converged: Tensor
    done: Tensor

    def rows(self, chosen: Tensor) -> State:
        return State(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})

    def put(self, chosen: Tensor, part: State) -> State:
        """With some rows replaced."""
        return State(
            **{
                each.name: getattr(self, each.name).index_copy(0, chosen, getattr(part, each.name))
                for each in fields(self)
            }
        )


def joined(states: list[State]) -> State:
    """Batches side by side."""
    return State(
        **{each.name: torch.cat([getattr(s, each.name) for s in states]) for each in fields(State)}
    )


@dataclass(frozen=True)
class Solution:
    """Solved problems.

    Attributes:
        working: coordinates [b, p].
        value: objectives [b].
        converged: [b].
        steps: how many the slowest row took.
    """

    working: Tensor
    value: Tensor
    converged: Tensor
    steps: int

    def best(self) -> int:
        """The row of least objective, converged ones first where it makes no difference."""
        value = torch.where(self.value.isfinite(), self.value, torch.inf)
        least = value.min()
        near = value <= least + 1e-12 * least.abs()
        return int((near.long() + (near & self.converged).long()).argmax())


@dataclass(frozen=True)
class Progress:
    """Problems solved so far, of all."""

    done: int
    total: int


@dataclass(frozen=True)
class Loss:
    """The objective's function of the residuals, all [b, n].

    Attributes:
        value: itself.
        slope: derivative by log of the prediction.
        outer: factor of J J' in the second derivatives; `slope` is that of the law's own bend.
        majorant: factor of J J' in the quadratic majorant.
    """

    value: Tensor
    slope: Tensor
    outer: Tensor
    majorant: Tensor


def loss_of(log_prediction: Tensor, targets: Tensor, objective: Objective, delta: Tensor) -> Loss:
    """The objective's terms for log predictions and log losses [b, n]; delta [b, 1]."""
    residual = log_prediction - targets
    if objective == "huber_log":
        size = residual.abs()
        slope = residual.clamp(-delta, delta)
        value = slope.abs() * (size - 0.5 * slope.abs())
        inside = (size <= delta).to(residual.dtype)
        return Loss(value, slope, inside - slope, delta / torch.maximum(size, delta))
    if objective == "log_squares":
        return Loss(residual.square(), 2 * residual, 2 - 2 * residual, torch.full_like(residual, 2))
    predicted = log_prediction.exp()
    difference = predicted - targets.exp()
    square = 2 * predicted.square()
    return Loss(difference.square(), 2 * difference * predicted, square, square)


@dataclass(frozen=True)
class Local:
    """The objective and its derivatives at coordinates [b, p]; see `State`."""

    working: Tensor
    value: Tensor
    gradient: Tensor
    newton: Tensor
    majorant: Tensor


def evaluate(problem: Problem, working: Tensor, delta: Tensor) -> Local:
    """The objective at coordinates [b, p] for delta [b, 1]."""
    near = problem.law.expand(working, problem.logs)
    loss = loss_of(near.log, problem.targets, problem.objective, delta)
    weights = problem.weights
    slope = weights * loss.slope  # [b, n]
    transposed = near.slopes.mT  # [b, n, p]
    value = (weights * loss.value).sum(dim=-1)
    gradient = (near.slopes @ slope[..., None]).squeeze(-1)
    newton = (near.slopes * (weights * loss.outer)[:, None]) @ transposed + near.bend(slope)
    majorant = (near.slopes * (weights * loss.majorant)[:, None]) @ transposed
    # Far out an exponential can overflow: such a point is merely refused.
    value = torch.where(value.isfinite(), value, torch.inf)
    gradient, newton, majorant = (
        part.nan_to_num(0.0, 0.0, 0.0) for part in (gradient, newton, majorant)
    )
    return Local(working, value, gradient, newton, majorant)


def begin(problem: Problem, starts: Tensor) -> State:
    """The state at starts [b, p]; delta as large as the residuals there, if it is far below."""
    working = starts.clamp(problem.low, problem.high)
    delta = torch.full_like(working[:, :1], problem.delta)
    if problem.objective == "huber_log":
        log = problem.law.expand(working, problem.logs).log
        size = (log - problem.targets).abs().nan_to_num(0.0, 0.0, 0.0)
        size = torch.where(problem.weights > 0, size, 0.0)
        usual = size.median(dim=-1, keepdim=True).values
        delta = torch.where(usual > _NARROW * delta, usual, delta)
    near = evaluate(problem, working, delta)
    no = torch.zeros_like(near.value, dtype=torch.bool)
    state = State(
        **_parts(near), delta=delta, damping=near.value, growth=near.value, converged=no, done=no
    )
    return _restarted(state)


def _parts(near: Local) -> dict[str, Tensor]:
    return {each.name: getattr(near, each.name) for each in fields(Local)}


def _restarted(state: State) -> State:
    damping = torch.full_like(state.value, _FIRST_DAMPING)
    return replace(state, damping=damping, growth=torch.full_like(damping, 2.0))


def _at_delta(problem: Problem, state: State, delta: Tensor) -> State:
    near = evaluate(problem, state.working, delta)
    return replace(state, **_parts(near), delta=delta)


def at_own_delta(problem: Problem, state: State) -> State:
    """The same places with the objective that was asked for."""
    return _at_delta(problem, state, torch.full_like(state.delta, problem.delta))


def advance(problem: Problem, state: State, steps: int) -> State:
    """Some steps further, for all rows of the batch."""
    for _ in range(steps):
        state = _step(problem, state)
    return state


def _step(problem: Problem, state: State) -> State:
    move, promised = _proposal(problem, state)
    trial = (state.working + move).clamp(problem.low, problem.high)
    near = evaluate(problem, trial, state.delta)
    gain = state.value - near.value
    taken = (gain > 1e-4 * promised) & (gain > 0) & ~state.done
    # Below rounding nobody can tell whether the objective falls.
    small = promised <= 1e-15 * state.value + _CONVERGED * state.value + exact_fit(problem)
    moved = {
        each.name: torch.where(
            _like(taken, getattr(near, each.name)),
            getattr(near, each.name),
            getattr(state, each.name),
        )
        for each in fields(Local)
    }
    at_last = (state.delta <= problem.delta).squeeze(-1)
    converged = state.converged | (small & (state.damping <= _FULL_STEP) & at_last)
    stuck = state.damping >= _MOST_DAMPING
    done = state.done | converged | (stuck & at_last)
    settled = (taken & (gain <= _SETTLED * state.value)) | small | stuck
    damping, growth = _next_damping(state, gain / promised.clamp_min(1e-300), taken, small)
    after = replace(state, **moved, damping=damping, growth=growth, converged=converged, done=done)
    return _with_smaller_delta(problem, after, settled & ~at_last & ~state.done)


def _next_damping(
    state: State, ratio: Tensor, taken: Tensor, small: Tensor
) -> tuple[Tensor, Tensor]:
    """Nielsen's rule for the ratio [b] of what a step gained to what it promised."""
    ratio = ratio.nan_to_num(0.0, 1.0, -1.0)
    factor = (1 - (2 * ratio - 1).clamp(-1, 1) ** 3).clamp(0.05, 2)
    # Where next to nothing is promised, only damping can stand in the way.
    factor = torch.where(small, torch.where(state.damping > _FULL_STEP, 1e-3, 1.0), factor)
    well = taken | small
    damping = state.damping * torch.where(well, factor, state.growth)
    # A full step that failed is damped at once: from next to nothing doubling would take long.
    damping = torch.where(well, damping, damping.clamp_min(_FULL_STEP))
    growth = torch.where(well, 2.0, 2 * state.growth)
    return damping.clamp(_LEAST_DAMPING, _MOST_DAMPING), growth


def exact_fit(problem: Problem) -> float:
    """An objective that is nothing but rounding."""
    return 1e-29 * len(problem.logs)


def _with_smaller_delta(problem: Problem, state: State, falls: Tensor) -> State:
    if not falls.any():
        return state
    chosen = falls.nonzero().squeeze(1)
    part = state.rows(chosen)
    delta = (part.delta / _DELTA_FALLS).clamp_min(problem.delta)
    return state.put(chosen, _restarted(_at_delta(problem.rows(chosen), part, delta)))


def _proposal(problem: Problem, state: State) -> tuple[Tensor, Tensor]:
    """The step [b, p], and the decrease of the objective that its quadratic model promises [b]."""
    outwards = ((state.working <= problem.low) & (state.gradient > 0)) | (
        (state.working >= problem.high) & (state.gradient < 0)
    )
    free = ~(outwards | (problem.low >= problem.high))  # [b, p]
    gradient = torch.where(free, state.gradient, 0.0)
    size = state.majorant.diagonal(dim1=-2, dim2=-1)
    floor = 1e-12 * size.amax(dim=-1, keepdim=True) + 1e-200
    scale = torch.where(free, torch.maximum(size, floor), 1.0).rsqrt()  # [b, p]
    damping = state.damping[:, None]
    newton = _scaled(state.newton, scale, free)
    majorant = _scaled(state.majorant, scale, free)
    model, factor = _definite(newton, majorant, damping)
    scaled = gradient * scale
    move = -torch.cholesky_solve(scaled[..., None], factor).squeeze(-1)
    bent = (model @ move[..., None]).squeeze(-1)
    promised = -(scaled * move).sum(dim=-1) - 0.5 * (bent * move).sum(dim=-1)
    move = move.nan_to_num(0.0, 0.0, 0.0) * scale
    return torch.where(free, move, 0.0), promised.nan_to_num(0.0, 0.0, 0.0).clamp_min(0)


def _definite(newton: Tensor, majorant: Tensor, damping: Tensor) -> tuple[Tensor, Tensor]:
    """Positive definite second derivatives [b, p, p], and their Cholesky factor with damping.

    Newton's own where they can be had; else with as little of the majorant as makes them so: its
    own steps are safe, and short where Huber's function is straight.
    """
    model = newton
    factor, failed = torch.linalg.cholesky_ex(_damped(newton, damping))
    for share in _MAJORANT_SHARES:
        bent = failed > 0
        if not bent.any():
            break
        blend = torch.lerp(newton, majorant, share)
        # The majorant is semidefinite: a little more than nothing makes it definite.
        other, failed_too = torch.linalg.cholesky_ex(_damped(blend, damping.clamp_min(1e-10)))
        model = torch.where(bent[:, None, None], blend, model)
        factor = torch.where(bent[:, None, None], other, factor)
        failed = torch.where(bent, failed_too, failed)
    return model, factor


def _scaled(matrix: Tensor, scale: Tensor, free: Tensor) -> Tensor:
    both = free[:, :, None] & free[:, None, :]
    scaled = matrix * scale[:, :, None] * scale[:, None, :]
    return torch.where(both, scaled, torch.diag_embed((~free).to(matrix.dtype)))


def _damped(matrix: Tensor, damping: Tensor) -> Tensor:
    return matrix + torch.diag_embed(damping.expand(matrix.shape[:2]))


def _like(mask: Tensor, tensor: Tensor) -> Tensor:
    return mask.reshape(-1, *[1] * (tensor.ndim - 1))


# --- the driver ----------------------------------------------------------------------------------


def solving(
    problem: Problem, starts: Tensor, run: Run = directly, most_steps: int = _MOST_STEPS
) -> Generator[Progress, None, Solution]:
    """Solve from starts [b, p], chunk by chunk; yields how many are solved.

    Args:
        problem: its batched tensors have b rows, or one.
        run: runs `begin` and `advance` where tensors are computed.
        most_steps: after which a row is left where it is.
    """
    size = max(1, _NUMBERS_AT_ONCE // len(problem.logs))
    chunks = torch.arange(len(starts)).split(size)
    state = joined([run(begin, problem.rows(c), starts[c]) for c in chunks])
    taken = 0
    while taken < most_steps and not state.done.all():
        # Those that are still under way move together, from whichever chunk they came.
        for chunk in (~state.done).nonzero().squeeze(1).split(size):
            moved = run(advance, problem.rows(chunk), state.rows(chunk), _STEPS_A_PIECE)
            state = state.put(chunk, moved)
            yield Progress(int(state.done.sum()), len(starts))
        taken += _STEPS_A_PIECE
    for chunk in (~state.done).nonzero().squeeze(1).split(size):
        if len(chunk):  # their values belong to a delta on its way down
            state = state.put(chunk, run(at_own_delta, problem.rows(chunk), state.rows(chunk)))
    return Solution(state.working, state.value, state.converged, taken)


def within(
    work: Generator[Progress, None, ResultT], before: int, total: int, each: int = 1
) -> Generator[Progress, None, ResultT]:
    """The same work as part of a larger one, of which `before` are done; `each` counts as one."""
    while True:
        try:
            progress = next(work)
        except StopIteration as stop:
            return cast("ResultT", stop.value)
        yield Progress(before + progress.done // each, total)
