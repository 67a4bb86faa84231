"""CoSENT on a data set: its loss, and the pairs of pairs that cost most. In numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.catalog import ModelKind

# lambda: 20 for cosines, 1 for raw outputs (kexue.fm/archives/8847, 9341)
SCALES: dict[ModelKind, float] = {"bi-encoder": 20.0, "cross-encoder": 1.0}


@dataclass(frozen=True)
class Violation:
    """A pair that should score higher than another, and by how much it scores lower.

    `excess` is score[lower] - score[higher]; negative where the order is right.
    """

    higher: int
    lower: int
    excess: float


def cosent_loss(scores: ArrayLike, labels: ArrayLike, scale: float) -> float:
    """`models.losses.cosent_loss` in double precision, [n] and [n] to a number; O(n log n)."""
    s, y = np.asarray(scores, dtype=np.float64) * scale, np.asarray(labels, dtype=np.float64)
    order = np.argsort(y, kind="stable")
    s, y = s[order], y[order]
    below = np.searchsorted(y, y, side="left")  # [n]: how many have a lower label
    if not below.any():
        return 0.0
    running = np.logaddexp.accumulate(s)  # [n]
    has_lower = below > 0
    violations = running[below[has_lower] - 1] - s[has_lower]
    return float(np.logaddexp.reduce(np.r_[0.0, violations]))


def costliest(scores: ArrayLike, labels: ArrayLike, count: int) -> tuple[Violation, ...]:
    """The pairs of pairs in the worst order, worst first; O(n (log n + count)) in time and memory.

    For each pair only the `count` highest scores of lower labels can be among the worst.
    """
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    highest: NDArray[np.int64] = np.empty(0, dtype=np.int64)  # of lower labels, best first
    found: list[Violation] = []
    for label in np.unique(y):
        here = np.flatnonzero(y == label)
        if len(highest):
            excess = s[highest][None, :] - s[here][:, None]  # [here, count]
            flat = np.argsort(-excess, axis=None, kind="stable")[:count]
            rows, columns = np.unravel_index(flat, excess.shape)
            found += [
                Violation(int(here[i]), int(highest[j]), float(excess[i, j]))
                for i, j in zip(rows, columns, strict=True)
            ]
        both = np.concatenate([highest, here])
        highest = both[np.argsort(-s[both], kind="stable")[:count]]
    found.sort(key=lambda violation: -violation.excess)
    return tuple(found[:count])


def wrong_share(scores: ArrayLike, labels: ArrayLike) -> float | None:
    """The share of ordered pairs of pairs that are in the wrong order (ties count half).

    None where all labels are equal. O(n^2) in time for n distinct labels, O(n) in memory.
    """
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    wrong = total = 0.0
    lower = np.empty(0)
    for label in np.unique(y):
        here = s[y == label]
        if len(lower):
            above = len(lower) - np.searchsorted(lower, here, side="right")
            equal = len(lower) - above - np.searchsorted(lower, here, side="left")
            wrong += float(above.sum() + equal.sum() / 2)
            total += float(len(lower) * len(here))
        lower = np.sort(np.concatenate([lower, here]))
    return wrong / total if total else None
