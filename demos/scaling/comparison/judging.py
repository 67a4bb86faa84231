"""Which law the points prefer, and whether that can be said at all.

By AICc, laws within 2 of the best cannot be told from it, and those beyond 10 have no support
(Burnham & Anderson 2002). On held-out points a law is told from the best where its squared errors
are larger by more than twice the standard error of the differences, point by point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.scaling.compare import akaike_weights
from demos.scaling.comparison.contest import Comparison, Entry

UNDECIDED, CLEAR = 2.0, 10.0  # differences of AICc
_ERRORS = 2.0  # standard errors
_ALIKE = 1.1  # times the least rms: no difference that anybody would act on

Grade = Literal["clear", "prefers", "undecided"]


@dataclass(frozen=True)
class Preference:
    """The best law by one measure.

    Attributes:
        best: its key.
        rivals: those that cannot be told from it, the best first.
        grade: whether the rest is far behind; "undecided" where there are rivals.
    """

    best: str
    rivals: tuple[str, ...]
    grade: Grade

    @property
    def leaders(self) -> tuple[str, ...]:
        return (self.best, *self.rivals)


def by_criterion(entries: Sequence[Entry]) -> Preference | None:
    """The preference of AICc; None with fewer than two laws that have one."""
    values = {
        entry.law: entry.criteria.aicc
        for entry in entries
        if entry.criteria is not None and not math.isnan(entry.criteria.aicc)
    }
    known = sorted(values, key=lambda law: values[law])
    if len(known) < 2 or values[known[0]] == math.inf:
        return None
    best = known[0]
    distance = {law: _behind(values[law], values[best]) for law in known[1:]}
    rivals = tuple(law for law in known[1:] if distance[law] < UNDECIDED)
    if rivals:
        return Preference(best, rivals, "undecided")
    return Preference(best, (), "clear" if min(distance.values()) > CLEAR else "prefers")


def _behind(value: float, best: float) -> float:
    return 0.0 if value == best else value - best  # two infinite ones are equal


def by_held_out(entries: Sequence[Entry]) -> Preference | None:
    """The preference of the held-out points; None with fewer than two laws that predict them."""
    errors = {
        entry.law: entry.held.errors
        for entry in entries
        if entry.held is not None and entry.held.fit is not None
    }
    known = sorted(errors, key=lambda law: float((errors[law] ** 2).mean()))
    if len(known) < 2:
        return None
    best = known[0]
    rivals = tuple(law for law in known[1:] if not _worse(errors[law], errors[best]))
    return Preference(best, rivals, "undecided" if rivals else "clear")


def _worse(errors: np.ndarray, best: np.ndarray) -> bool:
    """Whether a law's errors [h] are larger than the best's beyond chance."""
    if np.sqrt((errors**2).mean()) <= _ALIKE * np.sqrt((best**2).mean()):
        return False
    if len(errors) < 3:
        return True  # nothing to judge by but the errors themselves
    difference = errors**2 - best**2
    error = float(difference.std(ddof=1)) / math.sqrt(len(difference))
    return float(difference.mean()) > _ERRORS * error


def weights(entries: Sequence[Entry]) -> dict[str, float]:
    """Akaike weights by law."""
    compared = [entry.criteria for entry in entries if entry.criteria is not None]
    if not compared:
        return {}
    found = akaike_weights(compared)
    return {each.law: float(w) for each, w in zip(compared, found, strict=True)}


def simplest(laws: Sequence[str], comparison: Comparison) -> str:
    """Of several laws the one with the fewest parameters."""
    free = {e.law: e.criteria.free for e in comparison.fitted if e.criteria is not None}
    return min(laws, key=lambda law: free[law])
