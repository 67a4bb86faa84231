"""From settings and data to the loss of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from models.errors import TrainingError
from models.losses import (
    angle_loss,
    cosent_loss,
    cosine_regression,
    cross_entropy,
    mean_squared_error,
    softmax_loss,
    unit_labels,
)
from models.tokenizer import Pair
from models.train.labelled_pairs import LabelledPairs
from models.train.settings import TrainingSettings
from models.train.trainee import Trainee

_MOST_CLASSES = 10  # more different labels than that are grades, and are rounded to
_GRADES = 6  # as many classes as STS-B has whole grades

Objective = Callable[[Trainee, Sequence[Pair], Tensor, int], Tensor]
"""Loss [] of a trainee on pairs with labels [B] that come from the training set of that number."""


def count_classes(train: Sequence[LabelledPairs]) -> int:
    """How many classes Sentence-BERT's softmax gets: each label, or six grades of many."""
    different = max(len(np.unique(data.labels)) for data in train)
    return different if different <= _MOST_CLASSES else _GRADES


def make_objective(settings: TrainingSettings, train: Sequence[LabelledPairs]) -> Objective:
    """The loss that the settings name.

    Losses of label values see them on each training set's own range brought to 0..1.

    Raises:
        TrainingError: a training set has one label only, so that there is nothing to learn.
    """
    ranges = [(float(data.labels.min()), float(data.labels.max())) for data in train]
    for data, (lowest, highest) in zip(train, ranges, strict=True):
        if not highest > lowest:
            raise TrainingError(
                "All labels of “{name}” are equal: there is nothing to learn.", name=data.name
            )
    scale, last = settings.loss_scale, count_classes(train) - 1

    def of_order(trainee: Trainee, pairs: Sequence[Pair], labels: Tensor, _: int) -> Tensor:
        if settings.loss == "angle":
            return angle_loss(*trainee.vectors(pairs), labels, scale)
        return cosent_loss(trainee.scores(pairs), labels, scale)

    def of_values(trainee: Trainee, pairs: Sequence[Pair], labels: Tensor, number: int) -> Tensor:
        targets = unit_labels(labels, *ranges[number])  # [B]
        if settings.loss == "softmax":
            classes = (targets * last).round().to(torch.long)  # [B]
            return softmax_loss(trainee.class_scores(pairs), classes)
        loss = {
            "cosine": cosine_regression,
            "cross_entropy": cross_entropy,
            "mse": mean_squared_error,
        }[settings.loss]
        return loss(trainee.scores(pairs), targets)

    return of_order if settings.loss in ("cosent", "angle") else of_values
