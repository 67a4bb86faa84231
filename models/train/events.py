"""What a training reports. Free to read: nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalog import ModelCard


@dataclass(frozen=True)
class StepDone:
    """One step: how many are done, of how many, and its loss."""

    step: int
    total: int
    loss: float


@dataclass(frozen=True)
class Evaluated:
    """Correlation of the averaged model's scores with the held-out labels after a step."""

    step: int
    total: int
    spearman: float
    pearson: float
    is_best: bool


@dataclass(frozen=True)
class Queued:
    """Waiting in the line: how many trainings are before this one."""

    ahead: int


@dataclass(frozen=True)
class Trained:
    """The end: the card of the model, listed for its owner, and the evaluation it is kept for."""

    card: ModelCard
    best: Evaluated


SessionEvent = Queued | StepDone | Evaluated | Trained
