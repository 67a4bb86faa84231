"""What a visitor asked for, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demos.frame.errors import InputProblem
from demos.retrieval.cur import SOLVERS, Solver
from demos.retrieval.matrix.view import STRATEGIES, Settings

SOURCES = ("corpus", "made_up")
MOST_ANCHORS = 150  # more would take longer than a slider may
MAX_SEED = 2**31 - 1


@dataclass(frozen=True)
class Asked:
    """The fields as they come, unchecked."""

    corpus: str
    source: str
    k_q: Any
    k_i: Any
    strategy: Any
    seed: Any
    solver: Any
    rcond: Any
    ridge: Any
    anchors: Any

    def settings(self, rows: int) -> Settings:
        """Checked settings for a pool of `rows` rows.

        Raises:
            InputProblem: naming what is wrong.
        """
        return Settings(
            as_count(self.k_q, "rows_range", 2, rows),
            solver_of(self.solver),
            check_share(self.rcond, "rcond"),
            check_share(self.ridge, "λ"),
        )


def as_count(value: Any, problem: str, least: int, limit: int) -> int:
    """A whole number from `least` to `limit`."""
    whole = isinstance(value, (int, float)) and value == value and least <= value <= limit
    if not whole or int(value) != value:
        raise InputProblem(f"retrieval.matrix.{problem}", limit=limit)
    return int(value)


def check_share(value: Any, name: str) -> float | None:
    """A number between 0 and 1, or None where the field is empty."""
    written = "" if value is None else str(value).strip()
    if not written:
        return None
    try:
        share = float(written)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise InputProblem("retrieval.matrix.share", name=name)
    return share


def check_strategy(value: Any) -> str:
    """A strategy's key."""
    if value not in STRATEGIES:
        raise InputProblem("retrieval.matrix.unknown", name=value)
    return str(value)


def solver_of(value: Any) -> Solver:
    """A solver's key."""
    for solver in SOLVERS:
        if value == solver:
            return solver
    raise InputProblem("retrieval.matrix.unknown", name=value)


def as_anchors(value: Any, items: int) -> tuple[int, ...]:
    """Distinct anchor items among `items`, in the order in which they stand."""
    numbers = tuple(dict.fromkeys(int(each) for each in value or ()))
    if not numbers:
        raise InputProblem("retrieval.matrix.no_anchors")
    if not all(0 <= number < items for number in numbers):
        raise InputProblem("retrieval.matrix.foreign_anchors")
    limit = most_anchors(items)
    if len(numbers) > limit:
        raise InputProblem(
            "retrieval.matrix.too_many_anchors", count=len(numbers), items=items, limit=limit
        )
    return numbers


def most_anchors(items: int) -> int:
    """The most anchor items: one other item has to be left."""
    return max(1, min(MOST_ANCHORS, items - 1))
