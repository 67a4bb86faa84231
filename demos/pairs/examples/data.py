"""Reads the probe set that models are asked about."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class ProbePair:
    """A pair of a kind (negated, identical, …) with a grade of likeness from 0 to 5."""

    kind: str
    sentence1: str
    sentence2: str
    grade: float


def read_probe() -> tuple[ProbePair, ...]:
    """The probe set."""
    return tuple(
        ProbePair(row["kind"], row["sentence1"], row["sentence2"], float(row["grade"]))
        for row in _rows("probe.tsv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
