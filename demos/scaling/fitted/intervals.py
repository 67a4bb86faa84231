"""Four kinds of interval of the same fit: two of the bootstrap, the profile, and the covariance."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Literal

from demos.frame.recent import Recent
from demos.scaling.answers import Answer
from demos.scaling.profile import profiling
from demos.scaling.uncertainty import (
    Interval,
    exponent_intervals,
    jackknifing,
    normal_intervals,
    parameter_intervals,
)
from models.registry import Registry
from models.work import Progress

Method = Literal["percentile", "bca", "profile", "normal"]
METHODS: tuple[Method, ...] = ("percentile", "bca", "profile", "normal")

_KEPT = 64


@dataclass(frozen=True)
class Intervals:
    """By one method.

    Attributes:
        parameters: by name; without those that the method has nothing to say about.
        exponents: of compute, "a" and "b"; always of the bootstrap.
    """

    method: Method
    parameters: dict[str, Interval]
    exponents: dict[str, Interval]


@dataclass(frozen=True)
class Found:
    """Finds intervals, and keeps them. Thread-safe."""

    registry: Registry
    _kept: Recent = field(default_factory=lambda: Recent(_KEPT))

    def kept(self, answer: Answer, method: Method) -> Intervals | None:
        """What costs nothing, or has been found already."""
        if method == "percentile":
            return Intervals(method, answer.intervals, answer.exponents)
        if method == "normal":
            found = normal_intervals(answer.fit, answer.question.level)
            return Intervals(method, found, answer.exponents)
        known: Intervals | None = self._kept.get((answer.question, method))
        return known

    def finding(self, answer: Answer, method: Method) -> Generator[Progress, None, Intervals]:
        """The intervals, with progress where they take long."""
        known = self.kept(answer, method)
        if known is not None:
            return known
        level, run = answer.question.level, self.registry.run
        if method == "bca":
            left_out = yield from _timed(jackknifing(answer.fit, run=run))
            replicas = answer.replicas
            exponents = answer.exponents
            if answer.law.trade:
                exponents = exponent_intervals(replicas, level, "bca", left_out)
            found = parameter_intervals(replicas, level, "bca", left_out)
            intervals = Intervals(method, found, exponents)
        else:
            profiles = yield from _timed(profiling(answer.fit, level, run))
            parameters = {name: each.interval for name, each in profiles.items()}
            intervals = Intervals(method, parameters, answer.exponents)
        self._kept.put((answer.question, method), intervals)
        return intervals


def _timed(steps: Generator[Any, None, Any]) -> Generator[Progress, None, Any]:
    """Steps that count something, as progress with its time."""
    started = time.perf_counter()
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                return stop.value
            share = step.done / max(step.total, 1)
            yield Progress(step.done, step.total, time.perf_counter() - started, share=share)
    finally:
        steps.close()
