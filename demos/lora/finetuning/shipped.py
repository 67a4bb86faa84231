"""The comparison that comes with the app: every method and seed on STS-B, then on MRPC."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from demos.lora.finetuning.methods import METHODS, MethodName

_FILE = Path(__file__).with_name("shipped.json")


@dataclass(frozen=True)
class Spread:
    """A figure of each seed, in the seeds' order."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return statistics.mean(self.values)

    @property
    def least(self) -> float:
        return min(self.values)

    @property
    def most(self) -> float:
        return max(self.values)


@dataclass(frozen=True)
class Row:
    """What the seeds of a method say.

    Attributes:
        seeds: how many.
        rate: its peak learning rate.
        before: Spearman of the base on task A.
        first: on task A after task A.
        kept: on task A after task B, less `first`.
        second: on task B after task B.
        state_bytes: of the optimiser.
        effective_rank: mean over layers of dW's after task A.
    """

    method: MethodName
    seeds: int
    rate: float
    before: float
    first: Spread
    kept: Spread
    second: Spread
    state_bytes: int
    effective_rank: float


@dataclass(frozen=True)
class Shipped:
    """The rows, and how they were made."""

    rows: tuple[Row, ...]
    date: str
    machine: str
    tasks: tuple[str, str]
    pairs: int
    held_out: int
    steps: int
    batch_size: int
    rank: int


@cache
def shipped() -> Shipped | None:
    """The comparison; None where the file is not there."""
    if not _FILE.is_file():
        return None
    document = json.loads(_FILE.read_text(encoding="utf-8"))
    courses = [course for course in document["courses"] if not course["diverged"]]
    made = [_row(method, courses) for method in METHODS]
    run = courses[0]["run"]
    return Shipped(
        tuple(row for row in made if row is not None),
        document["date"],
        document["machine"],
        tuple(document["tasks"]),
        document["pairs"],
        document["held_out"],
        run["steps"],
        run["batch_size"],
        run["rank"],
    )


def _row(method: MethodName, courses: list[dict[str, Any]]) -> Row | None:
    mine = [course for course in courses if course["run"]["method"] == method]
    if not mine:
        return None
    ranks = [rank for course in mine for rank in course["effective_ranks"].values()]
    return Row(
        method,
        len(mine),
        mine[0]["run"]["rate"],
        statistics.mean(course["points"][0][2] for course in mine),
        _spread([course["spearman"][0][0] for course in mine]),
        _spread([course["spearman"][1][0] - course["spearman"][0][0] for course in mine]),
        _spread([course["spearman"][1][1] for course in mine]),
        mine[0]["state_bytes"],
        statistics.mean(ranks),
    )


def _spread(values: list[float]) -> Spread:
    return Spread(tuple(values))
