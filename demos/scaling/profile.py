"""Profile likelihood: how the objective rises when one parameter is held and the others are fitted.

A parameter's interval is where the objective rises by no more than the noise allows. The rise is
scaled so that near the fit it agrees with the covariance, which makes it valid for Huber's function
as for least squares, and where the noise differs from point to point. Unlike the covariance it
follows the curve: coefficients far from the data have long upper tails.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from demos.frame.steps import Run, directly, result_of
from demos.scaling.covariance import curvature
from demos.scaling.fit import Fit, set_up
from demos.scaling.newton import (
    Problem,
    Progress,
    solving,
    within,
)
from demos.scaling.uncertainty import DEFAULT_LEVEL, Interval, check_level
from models.statistics import student_t_quantile


@dataclass(frozen=True)
class Profile:
    """How the objective rises when a parameter is held away from its estimate.

    Attributes:
        name: of the parameter.
        values: at which it was held [m], ascending, the estimate among them.
        root: signed square root of the rise [m], in units of Student's t.
        limit: the root at the interval's ends.
        interval: open ends are infinite, or the end of what is possible.
    """

    name: str
    values: Tensor
    root: Tensor
    limit: float
    interval: Interval


def profile(fit: Fit, level: float = DEFAULT_LEVEL, run: Run = directly) -> dict[str, Profile]:
    """The profile of every parameter that is neither fixed nor at an edge, by name."""
    return result_of(profiling(fit, level, run))


_ROUNDS = 9
_FIRST_PLACES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)  # in units of the interval that is expected
_NEAR = 1e-3  # of the limit: near enough


def profiling(
    fit: Fit, level: float = DEFAULT_LEVEL, run: Run = directly
) -> Generator[Progress, None, dict[str, Profile]]:
    """`profile` in pieces.

    First all parameters are held at a few multiples of their standard error, then every end that
    is not met yet is searched for, all at once, by interpolating the root, which is nearly linear.
    """
    check_level(level)
    walk = _Walk(fit, level)
    total = _ROUNDS * len(walk.sides)
    for number in range(_ROUNDS):
        places = walk.next_places(number == 0)
        if not len(places):
            break
        problem, starts, sides = walk.held(places)
        before = number * len(walk.sides)
        solution = yield from within(solving(problem, starts, run), before, max(total, 1))
        walk.enter(sides, places[:, 1], solution.value)
    return {name: walk.profile(place, name) for place, name in walk.free}


class _Walk:
    """What has been found on each side of each free parameter, in natural working coordinates."""

    def __init__(self, fit: Fit, level: float):
        self.fit, self.level = fit, level
        law = fit.law
        known = curvature(fit.setup.problem, fit.coordinates[None])
        matrix, offset = law.recentred(fit.setup.frame)
        covariance, inverse = known.covariance[0], known.inverse[0]
        self.middle = matrix @ fit.coordinates + offset  # [p]
        self.covariance = matrix @ covariance @ matrix.T
        # A rise of the objective by this much is one squared unit of the noise: see the module.
        inverse = (matrix @ inverse @ matrix.T).diagonal()
        variance = self.covariance.diagonal()
        halves = {"huber_log": 2.0, "log_squares": 1.0}
        double = halves.get(fit.objective_name, math.exp(-2 * fit.setup.frame.unit))
        self.factor = double * inverse / variance.clamp_min(1e-300)
        self.deviation = variance.clamp_min(0).sqrt()
        self.limit = student_t_quantile((1 + level) / 2, fit.diagnostics.degrees_of_freedom)
        natural = set_up(law, fit.observations, fit.objective_name, fit.delta, fit.fixed)
        logs = law.logs(fit.observations.inputs)
        targets = fit.observations.loss.log()[None]
        low, high = law.box(logs, True)
        held = natural.problem.low[0] >= natural.problem.high[0]
        low, high = (torch.where(held, self.middle, end) for end in (low, high))
        self.problem = replace(
            natural.problem, logs=logs, targets=targets, low=low[None], high=high[None]
        )
        self.free = [
            (place, name) for place, name in enumerate(law.names) if self.deviation[place] > 0
        ]
        self.sides = [(place, sign) for place, _ in self.free for sign in (-1, 1)]
        self.found: list[list[tuple[float, float]]] = [[(0.0, 0.0)] for _ in self.sides]

    def next_places(self, first: bool) -> Tensor:
        """Side and distance [m, 2] of what to solve next, in units of the deviation."""
        places = []
        for side in range(len(self.sides)):
            steps = [u * self.limit for u in _FIRST_PLACES] if first else self._search(side)
            reach = self._reach(side)
            places += [(side, min(step, reach)) for step in steps if step > 0]
        return torch.tensor(sorted(set(places)), dtype=torch.float64).reshape(-1, 2)

    def _reach(self, side: int) -> float:
        place, sign = self.sides[side]
        end = (self.problem.high if sign > 0 else self.problem.low)[0, place]
        return ((end - self.middle[place]).abs() / self.deviation[place]).item()

    def _search(self, side: int) -> list[float]:
        inner, outer = self._around(side)
        if outer is None:
            return [] if inner[0] >= self._reach(side) else [max(2 * inner[0], self.limit)]
        if outer[1] - self.limit < _NEAR * self.limit or self.limit - inner[1] < _NEAR * self.limit:
            return []
        return [self._between(inner, outer)]

    def _between(self, inner: tuple[float, float], outer: tuple[float, float]) -> float:
        part = (self.limit - inner[1]) / max(outer[1] - inner[1], 1e-300)
        return inner[0] + min(max(part, 0.05), 0.95) * (outer[0] - inner[0])

    def _around(self, side: int) -> tuple[tuple[float, float], tuple[float, float] | None]:
        """The last point below the limit and the first above it."""
        inner = (0.0, 0.0)
        for point in sorted(self.found[side]):
            if point[1] >= self.limit:
                return inner, point
            inner = point
        return inner, None

    def held(self, places: Tensor) -> tuple[Problem, Tensor, list[int]]:
        """The problems with one coordinate held each, and starts along the covariance."""
        sides = places[:, 0].long().tolist()
        where = torch.tensor([self.sides[side][0] for side in sides])
        signs = torch.tensor([float(self.sides[side][1]) for side in sides])
        moves = signs * places[:, 1] * self.deviation[where]  # [m]
        starts = self.middle + self.covariance[where] * (
            moves / self.covariance.diagonal()[where]
        ).unsqueeze(1)
        rows = torch.arange(len(where))
        values = self.middle[where] + moves
        low, high = (end.repeat(len(where), 1) for end in (self.problem.low, self.problem.high))
        low[rows, where], high[rows, where] = values, values
        return replace(self.problem, low=low, high=high), starts, sides

    def enter(self, sides: list[int], distances: Tensor, values: Tensor) -> None:
        best = self.fit.objective
        for side, distance, value in zip(sides, distances.tolist(), values.tolist(), strict=True):
            factor = self.factor[self.sides[side][0]].item()
            root = math.sqrt(max(value - best, 0.0) * factor)
            self.found[side].append((distance, root))

    def profile(self, place: int, name: str) -> Profile:
        ends, points = [], [(self.middle[place].item(), 0.0)]
        for sign in (-1, 1):
            side = self.sides.index((place, sign))
            inner, outer = self._around(side)
            distance = math.inf if outer is None else self._between(inner, outer)
            if outer is None and math.isfinite(self._reach(side)):
                distance = self._reach(side)
            ends.append(self.middle[place].item() + sign * distance * self.deviation[place].item())
            points += [
                (self.middle[place].item() + sign * d * self.deviation[place].item(), sign * root)
                for d, root in self.found[side][1:]
            ]
        working = torch.tensor(sorted(set(points)), dtype=torch.float64)  # [m, 2]
        low, high = (self._value(place, end) for end in ends)
        values = torch.tensor([self._value(place, w) for w in working[:, 0].tolist()])
        return Profile(name, values, working[:, 1], self.limit, Interval(low, high, self.level))

    def _value(self, place: int, working: float) -> float:
        """A parameter's value from its natural working coordinate."""
        coordinates = self.middle.clone()
        coordinates[place] = working
        return self.fit.law.from_working(coordinates)[place].item()
