"""From cells to checked sentence pairs: the one door through which every pair comes in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.frame.tables import TABLE_ENDINGS, Table, parse_delimited, read_table

MAX_PAIRS = 10_000
MAX_CHARACTERS = 20_000
MAX_TOTAL_CHARACTERS = 20_000_000
Pair = tuple[str, str]
_ENDINGS = (*TABLE_ENDINGS, ".data")  # the last: Chinese sets of pairs, tabs between the cells

_A_NAMES = (
    *(
        "sentence1",
        "sentence_1",
        "sentence a",
        "sentence_a",
        "text1",
        "text_a",
        "s1",
        "a",
        "premise",
    ),
    *(
        "query",
        "question1",
        "question",
        "anchor",
        "sentence 1",
        "text 1",
        "句子1",
        "句子 a",
        "文本1",
    ),
)
_B_NAMES = (
    *(
        "sentence2",
        "sentence_2",
        "sentence b",
        "sentence_b",
        "text2",
        "text_b",
        "s2",
        "b",
        "hypothesis",
    ),
    *(
        "passage",
        "question2",
        "answer",
        "positive",
        "sentence 2",
        "text 2",
        "句子2",
        "句子 b",
        "文本2",
    ),
)
_LABEL_NAMES = (
    *("score", "label", "labels", "similarity", "gold", "relatedness", "relatedness_score", "y"),
    *("is_duplicate", "target", "标签", "分数", "相似度"),
)
KNOWN_NAMES = (*_A_NAMES, *_B_NAMES, *_LABEL_NAMES)


@dataclass(frozen=True)
class PairSet:
    """Checked pairs, with a label for each or for none ([n] float64)."""

    pairs: tuple[Pair, ...]
    labels: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what; `label` may be absent."""

    a: str
    b: str
    label: str | None


def read_pairs_file(path: str, header: bool | None = None, limit: int = MAX_PAIRS) -> Table:
    """An uploaded file as a table of at least two columns. Raises InputProblem.

    `header`: whether its first row is one; None: recognise it.
    """
    table = read_table(path, KNOWN_NAMES, limit, header, _ENDINGS)
    return _of_two_columns(table, path.rsplit("/", 1)[-1])


def read_pasted(pasted: str, limit: int = MAX_PAIRS) -> Table:
    """Pasted text as a table of at least two columns. Raises InputProblem."""
    return _of_two_columns(parse_delimited(pasted, KNOWN_NAMES, limit, name="…"), "…")


def guess_columns(table: Table) -> Columns:
    """Columns by their names; by place and content where the file names none that is known.

    Where more than two may be the sentences, the longest texts are: STS-B's own files have genre,
    source and year before them.
    """
    by_name = {name.lower(): name for name in reversed(table.columns)}
    a, b, label = (
        next((by_name[name] for name in names if name in by_name), None)
        for names in (_A_NAMES, _B_NAMES, _LABEL_NAMES)
    )
    if label is None and not (a and b):
        numeric = [c for c in table.columns if c not in (a, b) and _is_graded(table.column(c))]
        label = numeric[-1] if len(table.columns) > 2 and numeric else None
    texts = [c for c in table.columns if c not in (a, b, label)]
    if a is None and b is None and len(texts) > 2:
        longest = sorted(texts, key=lambda c: -sum(map(len, table.column(c))))[:2]
        texts = [c for c in texts if c in longest]
    if a is None:
        a = texts.pop(0) if texts else table.columns[0]
    if b is None:
        b = texts.pop(0) if texts else next(c for c in table.columns if c != a)
    return Columns(a, b, label if label not in (a, b) else None)


def select_rows(table: Table, columns: Columns) -> list[list[str]]:
    """Rows [sentence A, sentence B, label] for the editable table.

    Raises:
        InputProblem: both sentences are the same column.
    """
    if columns.a == columns.b:
        raise InputProblem("pairs.same_column")
    labels = table.column(columns.label) if columns.label else [""] * len(table.rows)
    rows = zip(table.column(columns.a), table.column(columns.b), labels, strict=True)
    return [list(row) for row in rows]


def check_rows(rows: Sequence[Sequence[object]], limit: int = MAX_PAIRS) -> PairSet:
    """Rows of two or three cells to a PairSet; rows that are empty throughout are passed over.

    Raises:
        InputProblem: no pair, an empty or overlong sentence, a label that is missing or no number,
        too many
            rows. Rows are counted from 1 as they stand in the table.
    """
    if len(rows) > 2 * limit:  # blank rows are passed over, but not without end
        raise InputProblem("table.too_many_rows", rows=len(rows), limit=limit)
    pairs: list[Pair] = []
    labels: list[tuple[int, str]] = []
    for number, row in enumerate(rows, start=1):
        cells = [_text(cell) for cell in [*row, "", ""][:3]]
        if not any(cell.strip() for cell in cells):
            continue
        for side, cell in zip("AB", cells[:2], strict=True):
            _check_sentence(cell, number, side)
        pairs.append((cells[0].strip(), cells[1].strip()))
        labels.append((number, cells[2].strip()))
    if not pairs:
        raise InputProblem("pairs.no_pairs")
    if len(pairs) > limit:
        raise InputProblem("table.too_many_rows", rows=len(pairs), limit=limit)
    characters = sum(len(a) + len(b) for a, b in pairs)
    if characters > MAX_TOTAL_CHARACTERS:
        raise InputProblem("pairs.total", characters=characters, limit=MAX_TOTAL_CHARACTERS)
    return PairSet(tuple(pairs), _check_labels(labels))


def _check_sentence(cell: str, number: int, side: str) -> None:
    if not cell.strip():
        raise InputProblem("pairs.empty_cell", row=number, side=side)
    if len(cell) > MAX_CHARACTERS:
        raise InputProblem(
            "pairs.too_long", row=number, side=side, characters=len(cell), limit=MAX_CHARACTERS
        )


def _check_labels(labels: list[tuple[int, str]]) -> NDArray[np.float64] | None:
    if not any(label for _, label in labels):
        return None
    values = []
    for number, label in labels:
        if not label:
            raise InputProblem("pairs.missing_label", row=number)
        value = _number(label)
        if value is None:
            raise InputProblem("pairs.bad_label", row=number, label=label[:40])
        values.append(value)
    return np.array(values, dtype=np.float64)


def _of_two_columns(table: Table, name: str) -> Table:
    if len(table.columns) < 2:
        raise InputProblem("pairs.one_column", name=name)
    return table


def _is_graded(cells: list[str]) -> bool:
    """Whether most cells are numbers: a few bad labels shall be said, not passed over."""
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(_number(cell) is not None for cell in filled)
    return numbers * 2 >= len(filled) and numbers > 0


def _number(cell: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _text(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return cell if isinstance(cell, str) else str(cell)
