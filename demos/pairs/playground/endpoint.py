"""The endpoint `cosent_loss`: scores and labels in, the loss with everything about it out."""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.frame.errors import InputProblem, visible_errors
from demos.pairs.playground.batch import Batch, view_of
from demos.pairs.playground.playground import Loss, check_scored

MAX_SCORES = 200


@visible_errors
def cosent_loss(scores: list[float], labels: list[float], scale: float) -> dict[str, Any]:
    """CoSENT of a batch, its gradient and terms, with cross-entropy and squared error beside it.

    Args:
        scores: at most 200 numbers; cosines (use scale 20) or raw logits (use scale 1).
        labels: as many numbers; only their order matters to CoSENT.
        scale: lambda, above 0 and at most 1000.

    Returns:
        {"loss", "gradient", "terms", "bounds", "factorisation", "targets", "cross_entropy",
        "mse"}. terms: one for each two items with label_i > label_j, {"higher": i, "lower": j,
        "exponent": scale * (s_j - s_i), "share": exp(exponent) / (1 + sum)}. bounds:
        [v, v + log(1 + number of terms)], v = max(0, largest exponent). factorisation:
        {"negatives", "positives", "loss"} for two different labels, else null. targets: labels
        scaled to 0..1, for cross_entropy and mse, each {"loss", "gradient"}; null where all labels
        are equal.
    """
    return loss_report(scores, labels, scale)


def loss_report(scores: object, labels: object, scale: object) -> dict[str, Any]:
    """`cosent_loss` without Gradio. Raises InputProblem."""
    if not isinstance(scores, list) or not isinstance(labels, list) or not scores:
        raise InputProblem("pairs.playground.lists")
    if max(len(scores), len(labels)) > MAX_SCORES:
        count = max(len(scores), len(labels))
        raise InputProblem("pairs.playground.too_many", count=count, limit=MAX_SCORES)
    for number, (score, label) in enumerate(zip(scores, labels, strict=False), start=1):
        if isinstance(score, str) or isinstance(label, str):  # a table's cells are text, these not
            raise InputProblem("pairs.playground.not_number", number=number)
    checked_scores, checked_labels, factor = check_scored(scores, labels, scale)
    names = tuple(str(i) for i in range(len(scores)))
    view = view_of(Batch(names, checked_scores, checked_labels, factor))
    terms = view.cosent.terms
    columns = (terms.higher, terms.lower, terms.exponents, terms.shares)
    keys = ("higher", "lower", "exponent", "share")
    return {
        **_plain(view.cosent),
        "terms": [
            dict(zip(keys, row, strict=True)) for row in zip(*map(_list, columns), strict=True)
        ],
        "bounds": [view.bounds.lower, view.bounds.upper],
        "factorisation": view.factors
        and {
            "negatives": view.factors.negatives,
            "positives": view.factors.positives,
            "loss": view.factors.loss,
        },
        "targets": None if view.targets is None else view.targets.tolist(),
        "cross_entropy": view.cross_entropy and _plain(view.cross_entropy),
        "mse": view.mse and _plain(view.mse),
    }


def _plain(loss: Loss) -> dict[str, Any]:
    return {"loss": loss.value, "gradient": loss.gradient.tolist()}


def _list(array: np.ndarray[Any, Any]) -> list[Any]:
    plain: list[Any] = array.tolist()
    return plain
