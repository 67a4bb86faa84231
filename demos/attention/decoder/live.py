"""A run in the app: what is known of it so far, and how it ended."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from demos.attention.experiment.network import Shape
from demos.attention.experiment.running import Point, Result, Step
from demos.attention.experiment.settings import Settings

Outcome = Literal["running", "finished", "cancelled", "diverged", "failed"]


@dataclass(frozen=True)
class Live:
    """Small enough to be a page's state.

    Attributes:
        points: of all evaluations so far, as a `Result` has them.
        done: steps so far, which may be beyond the last evaluation.
        outcome: "diverged" where a loss was no longer a number, "failed" where the device gave up.
    """

    settings: Settings
    points: tuple[Point, ...] = ()
    done: int = 0
    seconds: float = 0.0
    outcome: Outcome = "running"

    def after(self, step: Step) -> Live:
        """With what the experiment reports."""
        return dataclasses.replace(
            self,
            points=self.points + step.points,
            done=step.progress.done,
            seconds=step.progress.seconds,
        )

    def ended(self, outcome: Outcome) -> Live:
        """As it is, and nothing more comes."""
        return dataclasses.replace(self, outcome=outcome)

    @property
    def result(self) -> Result:
        """The points so far as a result; `final` of it is the last evaluation."""
        chosen, task = self.settings, self.settings.subject
        shape = Shape(task.symbols, task.length, chosen.width, chosen.layers)
        return Result(chosen, shape.parameters, self.points, self.seconds)
