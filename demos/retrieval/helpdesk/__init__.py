"""The corpus that comes with the app: help-desk questions written for it, one by one.

`corpus.tsv`: 1,200 questions, five phrasings of each of 240 intents. `queries.tsv`: one more
phrasing of each intent, held out. `index/` and `held_out.safetensors` are made by
`python -m demos.retrieval.helpdesk`.
"""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent
INDEX = FOLDER / "index"
HELD_OUT = FOLDER / "held_out.safetensors"
KEY = "helpdesk"


def read_corpus() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The 1,200 questions and their intents."""
    return _read("corpus.tsv")


def read_queries() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The 240 held-out queries and their intents."""
    return _read("queries.tsv")


def _read(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(row["text"] for row in rows), tuple(row["intent"] for row in rows)
