"""The bundled questions, their answers, and the passages that hold them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parents[1] / "bundled" / "questions.tsv"


@dataclass(frozen=True)
class Question:
    """A question with its answer; `passage` holds it, from 1."""

    text: str
    answer: str
    passage: int


def bundled_questions() -> tuple[Question, ...]:
    """All 24, two of every passage, in an order in which neighbours are of different passages."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = [Question(row["question"], row["answer"], int(row["passage"])) for row in rows]
    return tuple(found[::2] + found[1::2])
