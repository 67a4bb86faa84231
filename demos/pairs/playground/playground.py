"""CoSENT on a few pairs, in double precision: loss, terms, gradient, bounds; and two other losses.

Design: everything goes through the exponents scale * (s_j - s_i), and nothing is exponentiated
before the largest of them is taken off. So scores of any size give a finite loss and gradient.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demos.frame.errors import InputProblem

Floats = NDArray[np.float64]

MAX_SCORE = 1e6
MAX_SCALE = 1e3


@dataclass(frozen=True)
class Terms:
    """The terms exp(exponent) of CoSENT's sum, one for each two items with label_i > label_j.

    Attributes:
        higher, lower: [P]; the indices i (which should score higher) and j.
        exponents: [P]; scale * (s_j - s_i), positive where the order is wrong.
        shares: [P]; exp(exponent) / (1 + the whole sum). They sum to 1 - exp(-loss), and
            scale * share is what a term adds to the gradient on s_j and takes from that on s_i.
    """

    higher: NDArray[np.int64]
    lower: NDArray[np.int64]
    exponents: Floats
    shares: Floats

    def __len__(self) -> int:
        return len(self.exponents)


@dataclass(frozen=True)
class Loss:
    """A loss and its gradient on each score [n]."""

    value: float
    gradient: Floats


@dataclass(frozen=True)
class Cosent(Loss):
    """CoSENT's loss with its terms."""

    terms: Terms


@dataclass(frozen=True)
class Bounds:
    """`lower` <= loss <= `upper`; a violation is scale * (s_j - s_i), or 0 if no order is wrong."""

    lower: float
    upper: float


@dataclass(frozen=True)
class Factors:
    """CoSENT for two labels: softplus(negatives + positives).

    `negatives` is LSE(scale * s) over the items of the lower label, `positives` LSE(-scale * s)
    over those of the higher one: O(n) terms instead of one for each two items.
    """

    negatives: float
    positives: float

    @property
    def loss(self) -> float:
        return softplus(self.negatives + self.positives)


def check_scored(
    scores: Sequence[object], labels: Sequence[object], scale: object
) -> tuple[Floats, Floats, float]:
    """Scores [n], labels [n] and the scale as finite numbers.

    Raises:
        InputProblem: lists of different lengths, an entry that is no finite number or too large, a
            scale that is not above 0 or too large.
    """
    if len(scores) != len(labels):
        raise InputProblem("pairs.playground.lengths", scores=len(scores), labels=len(labels))
    for number, (score, label) in enumerate(zip(scores, labels, strict=True), start=1):
        if not _is_number(score) or abs(float(score)) > MAX_SCORE:  # type: ignore[arg-type]
            raise InputProblem(
                "pairs.playground.bad_score", row=number, score=_shown(score), limit=MAX_SCORE
            )
        if not _is_number(label) or abs(float(label)) > MAX_SCORE:  # type: ignore[arg-type]
            raise InputProblem(
                "pairs.playground.bad_label", row=number, label=_shown(label), limit=MAX_SCORE
            )
    if not _is_number(scale) or not 0 < float(scale) <= MAX_SCALE:  # type: ignore[arg-type]
        raise InputProblem("pairs.playground.bad_scale", scale=_shown(scale), limit=MAX_SCALE)
    return (
        np.array([float(s) for s in scores], dtype=np.float64),  # type: ignore[arg-type]
        np.array([float(y) for y in labels], dtype=np.float64),  # type: ignore[arg-type]
        float(scale),  # type: ignore[arg-type]
    )


def cosent(scores: ArrayLike, labels: ArrayLike, scale: float) -> Cosent:
    """L = log(1 + sum over i, j with label_i > label_j of exp(scale * (s_j - s_i))).

    Args:
        scores: [n]; cosines (scale 20) or raw logits (scale 1).
        labels: [n]; only their order matters. All equal: exactly 0, and no terms.
        scale: lambda, above 0.

    Source: Su Jianlin, kexue.fm/archives/8847 and 9341.
    """
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    higher, lower = np.nonzero(y[:, None] > y[None, :])  # [P] each
    exponents = scale * (s[lower] - s[higher])  # [P]
    loss = _log1p_sum_exp(exponents)
    shares = np.exp(exponents - loss)  # the sum with its 1 is exp(loss)
    gradient = np.zeros(len(s))
    np.add.at(gradient, lower, scale * shares)
    np.add.at(gradient, higher, -scale * shares)
    return Cosent(loss, gradient, Terms(higher, lower, exponents, shares))


def bounds(terms: Terms) -> Bounds:
    """v <= L <= v + log(1 + P), where v = max(0, largest exponent) and P is the number of terms.

    Without the 0 the upper bound would be wrong where every order is right: L > 0 > v.
    """
    violation = float(max(0.0, terms.exponents.max(initial=0.0)))
    return Bounds(violation, violation + math.log1p(len(terms)))


def factors(scores: ArrayLike, labels: ArrayLike, scale: float) -> Factors | None:
    """The two factors of CoSENT's sum; None unless there are exactly two different labels."""
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    levels = np.unique(y)
    if len(levels) != 2:
        return None
    return Factors(
        negatives=_log_sum_exp(scale * s[y == levels[0]]),
        positives=_log_sum_exp(-scale * s[y == levels[1]]),
    )


def targets_of(labels: ArrayLike) -> Floats | None:
    """Labels scaled to 0..1 [n], lowest to 0 and highest to 1; None if all are equal.

    A graded label becomes a target between the two: cross-entropy takes it as a probability.
    """
    y = np.asarray(labels, dtype=np.float64)
    span = np.ptp(y) if len(y) else 0.0
    return (y - y.min()) / span if span > 0 else None


def cross_entropy(scores: ArrayLike, targets: ArrayLike) -> Loss:
    """Mean of softplus(s) - t s: sigmoid cross-entropy of logits [n] with targets in 0..1 [n]."""
    s, t = np.asarray(scores, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    # softplus(s) - t s = log(1 + exp(-|s|)) + max(s, 0) - t s, without cancellation for large |s|
    losses = np.log1p(np.exp(-np.abs(s))) + np.where(s > 0, (1 - t) * s, -t * s)
    return Loss(float(losses.mean()), (_sigmoid(s) - t) / len(s))


def mean_squared_error(scores: ArrayLike, targets: ArrayLike) -> Loss:
    """Mean of (s - t)^2 over scores [n] and targets [n]."""
    s, t = np.asarray(scores, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    return Loss(float(((s - t) ** 2).mean()), 2 * (s - t) / len(s))


def relabelled(labels: ArrayLike) -> Floats:
    """Other labels in the same order [n]: 3/2/1 becomes 10/7/1; doing it twice restores levels.

    The levels 1..K are bent to 1 + 9 (1 - (1 - u)^p), u from 0 to 1, with p such that the middle
    one of three falls on 7. Labels that are bent already become 1..K.
    """
    levels, places = np.unique(np.asarray(labels, dtype=np.float64), return_inverse=True)
    count = len(levels)
    u = np.linspace(0.0, 1.0, count) if count > 1 else np.zeros(count)
    bent = np.round(1 + 9 * (1 - (1 - u) ** math.log2(3)), 2)
    even = np.arange(1.0, count + 1)
    chosen: Floats = even if np.array_equal(levels, bent) else bent
    return chosen[places.reshape(-1)]


def softplus(x: float) -> float:
    """log(1 + exp(x)), for x of any size."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _log1p_sum_exp(exponents: Floats) -> float:
    """log(1 + sum of exp(exponents)); exactly 0 for none."""
    if not len(exponents):
        return 0.0
    top = int(np.argmax(exponents))
    largest = float(exponents[top])
    if largest <= 0:
        return math.log1p(float(np.exp(exponents).sum()))
    others = np.exp(np.delete(exponents, top) - largest).sum() + math.exp(-largest)
    return largest + math.log1p(float(others))


def _log_sum_exp(x: Floats) -> float:
    largest = float(x.max())
    return largest + math.log(float(np.exp(x - largest).sum()))


def _sigmoid(x: Floats) -> Floats:
    small = np.exp(-np.abs(x))  # never overflows
    result: Floats = np.where(x >= 0, 1.0, small) / (1 + small)
    return result


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    try:
        return math.isfinite(float(value))
    except (ValueError, OverflowError):
        return False


def _shown(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 40 else text[:40] + "…"
