"""What is remembered of a training: its settings, its curves, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from models.train.events import Evaluated, StepDone, Trained
from models.train.session import LOSS_NAMES
from models.train.settings import TrainingSettings

Outcome = Literal["running", "finished", "cancelled"]


@dataclass
class Run:
    """One training, growing while it runs.

    Attributes:
        number: of the visitor's runs, from 1.
        losses: of each step.
        evaluations: (step, Spearman on the held-out pairs).
        key, model: of the trained model, once there is one.
    """

    number: int
    settings: TrainingSettings
    data: str
    trained_on: int
    held_out: int
    losses: list[float] = field(default_factory=list)
    evaluations: list[tuple[int, float]] = field(default_factory=list)
    seconds: float = 0.0
    outcome: Outcome = "running"
    key: str = ""
    model: str = ""

    @property
    def name(self) -> str:
        """Short, for legends and lists."""
        return f"#{self.number} {LOSS_NAMES[self.settings.loss]}, {self.settings.kind}"

    @property
    def before(self) -> float:
        """Spearman of the untrained model."""
        return self.evaluations[0][1] if self.evaluations else float("nan")

    @property
    def best(self) -> float:
        """The highest Spearman, which is that of the weights that are kept."""
        return max((value for _, value in self.evaluations), default=float("nan"))

    def note(self, event: StepDone | Evaluated | Trained) -> None:
        """Take in what the training reports."""
        if isinstance(event, StepDone):
            self.losses.append(event.loss)
        elif isinstance(event, Evaluated):
            self.evaluations.append((event.step, event.spearman))
        else:
            self.outcome, self.key, self.model = "finished", event.card.key, event.card.title


def smoothed(losses: list[float], decay: float = 0.9) -> list[float]:
    """Running mean of a noisy curve, unbiased at its start."""
    out, total, weight = [], 0.0, 0.0
    for loss in losses:
        total, weight = decay * total + loss, decay * weight + 1
        out.append(total / weight)
    return out
