"""Pairs with labels: from a local file, or from a file of a hub data set."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import TrainingError
from models.hub_files import HUB_PREFIX, fetch_hub_file
from models.train.parts import PARTS, is_in

Pair = tuple[str, str]

_LABELS = ("score", "label", "similarity", "similarity_score", "relatedness_score", "labels")
_FIRST = (
    *("sentence1", "sentence_a", "text1", "text_a", "premise"),
    *("question1", "question", "query", "a"),
)
_SECOND = (
    *("sentence2", "sentence_b", "text2", "text_b", "hypothesis"),
    *("question2", "sentence", "answer", "passage", "b"),
)


@dataclass(frozen=True)
class LabelledPairs:
    """Sentence pairs with a label each; `name` is what a card calls them."""

    name: str
    pairs: tuple[Pair, ...]
    labels: NDArray[np.float64]  # [n]

    def __len__(self) -> int:
        return len(self.pairs)

    def take(self, indices: Iterable[int]) -> LabelledPairs:
        """The pairs at these places."""
        chosen = np.fromiter(indices, dtype=np.int64)
        return LabelledPairs(self.name, tuple(self.pairs[i] for i in chosen), self.labels[chosen])

    def without(self, held_out: LabelledPairs) -> LabelledPairs:
        """Leave out pairs that are in `held_out` too, in either order, whatever case and space."""
        known = {_likeness(pair) for pair in held_out.pairs}
        return self.take(i for i, pair in enumerate(self.pairs) if _likeness(pair) not in known)

    def split(self, share: float, seed: int) -> tuple[LabelledPairs, LabelledPairs]:
        """Kept and held-out pairs; a seeded `share` is held out, at least one pair of each."""
        order = np.random.default_rng(seed).permutation(len(self))
        held = min(max(1, round(share * len(self))), len(self) - 1)
        return self.take(np.sort(order[held:])), self.take(np.sort(order[:held]))


def read_labelled_pairs(source: str | Path) -> LabelledPairs:
    """Read a local file or, as `hub:owner/name/file[@revision]`, a file of a hub data set.

    TSV (tabs, no quoting), CSV, JSONL and Parquet are read; columns are known by their usual
    names. `file#part` reads one part of it (see `models.train.parts`).

    Raises:
        TrainingError: it cannot be read, or a column is missing; one sentence.
    """
    source, part = _part_of(str(source))
    path, name = (
        _fetch(source.removeprefix(HUB_PREFIX))
        if source.startswith(HUB_PREFIX)
        else (Path(source), f"{Path(source).parent.name}/{Path(source).name}")
    )
    try:
        rows = _read_rows(path)
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise TrainingError("“{name}” cannot be read: {error}.", name=name, error=error) from error
    if not rows:
        raise TrainingError("“{name}” holds no pairs.", name=name)
    label, first, second = (_column(rows[0], names, name) for names in (_LABELS, _FIRST, _SECOND))
    pairs = tuple((str(row[first]), str(row[second])) for row in rows)
    labels = np.array([_number(row[label], name, i) for i, row in enumerate(rows, start=1)])
    found = LabelledPairs(name, pairs, labels)
    if part is None:
        return found
    chosen = found.take(i for i, pair in enumerate(pairs) if is_in(part, pair))
    return replace(chosen, name=f"{name}#{part}")


def _part_of(source: str) -> tuple[str, str | None]:
    """A source without the name of its part, and that name."""
    file, mark, part = source.rpartition("#")
    return (file, part) if mark and part in PARTS else (source, None)


def _fetch(address: str) -> tuple[Path, str]:
    return fetch_hub_file(address), address


def _read_rows(path: Path) -> Sequence[Mapping[str, Any]]:
    ending = path.suffix.lower()
    if ending == ".parquet":
        import pandas

        return pandas.read_parquet(path).to_dict("records")  # type: ignore[no-any-return]
    with path.open(encoding="utf-8-sig", newline="") as file:
        if ending in (".jsonl", ".ndjson"):
            return [json.loads(line) for line in file if line.strip()]
        if ending == ".tsv":
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        return list(csv.DictReader(file))


def _column(row: Mapping[str, Any], names: Sequence[str], name: str) -> str:
    by_lower = {str(column).lower(): column for column in row if column is not None}
    for wanted in names:
        if wanted in by_lower:
            return str(by_lower[wanted])
    raise TrainingError(
        "“{name}” has no column “{wanted}”: name its columns sentence1, sentence2 and score.",
        name=name,
        wanted=names[0],
    )


def _number(value: Any, name: str, row: int) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise TrainingError(
            "Row {row} of “{name}” has the label “{label}”, which is not a number.",
            row=row,
            name=name,
            label=str(value),
        )
    return number


def _likeness(pair: Pair) -> frozenset[str]:
    return frozenset(" ".join(text.lower().split()).strip(" .!?") for text in pair)
