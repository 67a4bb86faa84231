"""Reads the probe sets that models are asked about: the same kinds of pairs in two languages."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demos.frame.strings import Language

_FOLDER = Path(__file__).parent
_FILES: dict[Language, str] = {"en": "probe.tsv", "zh": "probe_zh.tsv"}


@dataclass(frozen=True)
class ProbePair:
    """A pair of a kind (negated, identical, …) with a grade of likeness from 0 to 5."""

    kind: str
    sentence1: str
    sentence2: str
    grade: float


def read_probe(language: Language = "en") -> tuple[ProbePair, ...]:
    """The probe set of a language: sixty pairs, of the same kinds and grades in each."""
    return tuple(
        ProbePair(row["kind"], row["sentence1"], row["sentence2"], float(row["grade"]))
        for row in _rows(_FILES[language])
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
