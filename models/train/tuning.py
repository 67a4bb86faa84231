"""A training by an optimiser that is brought along, and its report; nothing of it is kept."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.statistics import spearman
from models.train.labelled_pairs import LabelledPairs
from models.train.low_rank import ALPHA_PER_RANK, linear_layers, low_rank_updates
from models.train.trainer import Execute, Trainer


@dataclass(frozen=True)
class Task:
    """Pairs to train on, and disjoint ones to be judged by."""

    train: LabelledPairs
    held_out: LabelledPairs


@dataclass(frozen=True)
class Tuned:
    """The end of a task.

    Attributes:
        task: its place.
        spearman: of the model that it left, on the held-out pairs of every task.
        spectra: singular values of each layer's dW since the task began, falling, by the layer's
            name.
        state_bytes: kept between two steps beside the weights: factors and moments.
        seconds: of computing, a step.
    """

    task: int
    spearman: tuple[float, ...]
    spectra: Mapping[str, NDArray[np.float32]]
    state_bytes: int
    seconds: tuple[float, ...]


def weights_of(trainer: Trainer) -> dict[str, Tensor]:
    """Copies of the trained layers' weights [out, in], to measure dW from; empty for adapters."""
    if trainer.settings.method == "lora":
        return {}
    encoder = trainer.trainee.encoder
    return {name: linear.weight.detach().clone() for name, linear in linear_layers(encoder)}


def report(
    trainer: Trainer,
    tasks: Sequence[Task],
    place: int,
    before: Mapping[str, Tensor],
    execute: Execute,
) -> Tuned:
    """What is to be said of a task that has ended.

    Args:
        place: of the task among `tasks`.
        before: `weights_of` the trainer before its first step.
        execute: as `Trainer.run`; each layer is one piece.
    """
    changes = _changes(trainer, before)
    spectra = {
        name: execute(functools.partial(_values, change)).numpy()
        for name, change in changes.items()
    }
    judged = tuple(
        spearman(trainer.scores(task.held_out.pairs, execute), task.held_out.labels)
        for task in tasks
    )
    return Tuned(place, judged, spectra, state_bytes(trainer), tuple(trainer.seconds))


def optimizer_bytes(optimizer: Any) -> int:
    """Kept by an optimiser between two steps: what it says itself, else its state's tensors."""
    if hasattr(optimizer, "state_bytes"):
        return int(optimizer.state_bytes())
    return _nbytes(value for state in optimizer.state.values() for value in state.values())


def state_bytes(trainer: Trainer) -> int:
    """Factors and moments of the optimiser."""
    kept = optimizer_bytes(trainer.optimizer)
    if trainer.settings.method == "lora":
        kept += _nbytes(trainer.parameters.values())  # factors beside the weight that they change
    return kept


def _nbytes(values: Iterable[Any]) -> int:
    return sum(v.numel() * v.element_size() for v in values if isinstance(v, Tensor))


def _changes(trainer: Trainer, before: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """dW [out, in] by layer."""
    encoder = trainer.trainee.encoder
    if trainer.settings.method == "lora":
        return {
            name: ALPHA_PER_RANK * (update.up @ update.down).detach()
            for name, update in low_rank_updates(encoder).items()
        }
    layers = dict(linear_layers(encoder))
    return {name: layers[name].weight.detach() - weight for name, weight in before.items()}


def _values(change: Tensor) -> Tensor:
    values: Tensor = torch.linalg.svdvals(change.float()).cpu()
    return values
