"""Runs trainings through the registry's trainer and keeps what is seen of them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.lora.finetuning.methods import Run
from models.errors import TrainingError
from models.registry import Registry
from models.train.events import Evaluated, Queued, StepDone
from models.train.tuning import Task, Tuned

Event = Queued | StepDone | Evaluated | Tuned


@dataclass(frozen=True)
class Point:
    """A held-out Spearman after a step of a task."""

    task: int
    step: int
    spearman: float


@dataclass
class Course:
    """A training as it goes.

    Attributes:
        run: what was asked for.
        losses: of each step, task after task.
        points: held-out figures of the task that was trained.
        ends: at the end of each task.
        diverged: whether a loss was no number; nothing comes after it.
    """

    run: Run
    losses: list[float] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    ends: list[Tuned] = field(default_factory=list)
    diverged: bool = False

    @property
    def before(self) -> float:
        """The base's Spearman on the first task."""
        return self.points[0].spearman

    @property
    def after(self) -> float | None:
        """That at the end of the last task, on it; None where it never came there."""
        return None if self.diverged or not self.ends else self.ends[-1].spearman[-1]

    @property
    def state_bytes(self) -> int | None:
        """Kept by the optimiser."""
        return self.ends[0].state_bytes if self.ends else None

    @property
    def step_seconds(self) -> float | None:
        """Median, of computing."""
        return statistics.median(self.ends[0].seconds) if self.ends else None

    def kept(self) -> float | None:
        """Spearman on the first task at the very end, less what it was when that task ended."""
        if len(self.ends) < 2:
            return None
        return self.ends[-1].spearman[0] - self.ends[0].spearman[0]

    def effective_ranks(self) -> dict[str, float]:
        """exp of the entropy of dW's energy by layer, at the end of the first task."""
        return {name: effective_rank(values) for name, values in self.ends[0].spectra.items()}

    def as_dict(self) -> dict[str, Any]:
        """For a file: held-out figures, bytes and effective ranks."""
        return {
            "run": vars(self.run),
            "points": [[p.task, p.step, round(p.spearman, 5)] for p in self.points],
            "spearman": [[round(s, 5) for s in end.spearman] for end in self.ends],
            "state_bytes": self.state_bytes,
            "effective_ranks": {
                name: round(rank, 2) for name, rank in self.effective_ranks().items()
            }
            if self.ends
            else {},
            "diverged": self.diverged,
        }


def tuning(
    registry: Registry, run: Run, tasks: Sequence[Task]
) -> Generator[tuple[Course, Event], None, Course]:
    """One training; the course so far with each event. Closing the iterator ends it.

    Raises:
        InputProblem: an unknown method or an impossible rank.
        ModelError: the data cannot be learnt from, or there is no room.
    """
    course, task = Course(run), 0
    settings = run.settings(min(len(each.train) for each in tasks))
    events = registry.tune(settings, tasks, run.steering())
    try:
        for event in events:
            if isinstance(event, StepDone):
                course.losses.append(event.loss)
            elif isinstance(event, Evaluated):
                if not math.isfinite(event.spearman):  # the weights are no numbers any more
                    course.diverged = True
                    return course
                course.points.append(Point(task, event.step, event.spearman))
            elif isinstance(event, Tuned):
                course.ends.append(event)
                task += 1
            yield course, event
    except TrainingError:
        if not course.points:  # it never began: the data, not the rate
            raise
        course.diverged = True
    finally:
        events.close()
    return course


def effective_rank(values: NDArray[Any]) -> float:
    """exp of the entropy of the shares of energy; 0 of nothing.

    Roy and Vetterli (2007) take shares of the values themselves, as the Attention tab does; shares
    of their squares count fewer of the small ones.
    """
    energy = np.asarray(values, dtype=np.float64) ** 2
    if energy.sum() == 0:
        return 0.0
    shares = energy[energy > 0] / energy.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
