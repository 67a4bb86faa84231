"""CoSENT on a data set: its loss, and the pairs of pairs that cost most. In numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.catalog import ModelKind

# lambda: 20 for cosines, 1 for raw outputs (kexue.fm/archives/8847, 9341)
SCALES: dict[ModelKind, float] = {
    "bi-encoder": 20.0,
    "late-interaction": 20.0,
    "cross-encoder": 1.0,
}
Floats = NDArray[np.float64]


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
    """The pairs of pairs in the worst order, worst first; O(n (log n + count)) time, O(n) memory.

    Each pair's worst partner is the highest score of a lower label. A pair whose worst partner is
    not among the `count` worst cannot have another partner among them.
    """
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    order = np.argsort(y, kind="stable")
    ranked = y[order]
    below = np.searchsorted(ranked, y, side="left")  # [n]: how many have a lower label
    highest = np.maximum.accumulate(s[order])  # [n]: of the k + 1 lowest labels
    has_lower = np.flatnonzero(below > 0)
    worst = highest[below[has_lower] - 1] - s[has_lower]
    found: list[Violation] = []
    for i in has_lower[np.argsort(-worst, kind="stable")[:count]]:
        lower = order[: below[i]]
        partners = lower[np.argsort(-s[lower], kind="stable")[:count]]
        found += [Violation(int(i), int(j), float(s[j] - s[i])) for j in partners]
    found.sort(key=lambda violation: -violation.excess)
    return tuple(found[:count])


def wrong_share(scores: ArrayLike, labels: ArrayLike) -> float | None:
    """The share of ordered pairs of pairs that are in the wrong order (ties count half).

    None where all labels are equal. O(n log n) in time, O(n) in memory.
    """
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    ordered = _couples(len(y)) - _equal_couples(y)  # with different labels
    if not ordered:
        return None
    tied = _equal_couples(s) - _equal_couples(np.stack([s, y], axis=1))
    wrong = _inversions(np.unique(s, return_inverse=True)[1].ravel()[np.lexsort((s, y))])
    return (wrong + tied / 2) / ordered


def _inversions(ranks: NDArray[np.int64]) -> int:
    """How many numbers stand before a smaller one. `ranks` [n] are integers from 0.

    Bit by bit from the highest: numbers with equal higher bits are a group, and within a group
    every 1 before a 0 is an inversion.
    """
    found = 0
    for bit in reversed(range(int(ranks.max()).bit_length())):
        one = (ranks >> bit) & 1
        group = ranks >> (bit + 1)  # sorted: the last round saw to it
        before = np.r_[0, one.cumsum()]  # ones before each place
        start = np.searchsorted(group, group, side="left")
        found += int((before[:-1] - before[start])[one == 0].sum())
        ranks = ranks[np.argsort(ranks >> bit, kind="stable")]
    return found


def _couples(n: int) -> int:
    return n * (n - 1) // 2


def _equal_couples(values: Floats) -> int:
    """How many couples of rows are equal."""
    counts = np.unique(values, axis=0, return_counts=True)[1].tolist()
    return sum(_couples(count) for count in counts)
