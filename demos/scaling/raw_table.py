"""A file of losses as named columns of cells: CSV, TSV, JSON Lines, XLSX, Parquet.

Exports of TensorBoard ("Wall time, Step, Value", a run a file) and of Weights & Biases (a column
"<run> - <metric>" a run, with __MIN and __MAX beside it) are recognised; the latter is made long.
Of more rows than are taken, evenly spaced ones stay, and a note says so.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.frame.spreadsheet import xlsx_rows
from demos.frame.tables import (
    MAX_FILE_BYTES,
    TABLE_ENDINGS,
    Table,
    check_signature,
    decode,
    parse_delimited,
    parse_json_lines,
    table_of_cells,
)
from demos.scaling.cells import is_empty
from demos.scaling.notes import Note
from demos.scaling.roles import KnownNames, normalise, score

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Cells = Sequence[str] | FloatArray
Kind = Literal["table", "tensorboard", "wandb"]

ENDINGS = (*TABLE_ENDINGS, ".xlsx", ".parquet")
MAX_ROWS = 200_000
MAX_SHEET_ROWS = 100_000  # openpyxl reads some 30,000 rows a second
MAX_COLUMNS = 1_000  # exports have three a run
MAX_CELLS = 4_000_000
_MOST_PARQUET_BYTES = 512 << 20  # unpacked, as its own metadata say
_BATCH = 65_536
_CELL_BYTES = 64  # of a short string and its place in a list
_LONGEST_TEXT = 500
_MIN, _MAX = "__MIN", "__MAX"


@dataclass(frozen=True)
class RawTable:
    """Columns before anybody said what they are.

    Attributes:
        title: the file's name.
        columns: cells by name, all of one length: text, or numbers where the format has them.
        lines: where each row stands in the file, from 1 [n].
        named: whether the file named its columns.
        kind: a plain table, or whose export.
        semicolons: whether they separate the columns, so that commas may be decimal.
        notes: what was left out of it.
    """

    title: str
    columns: Mapping[str, Cells]
    lines: IntArray
    named: bool = True
    kind: Kind = "table"
    semicolons: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def nbytes(self) -> int:
        """Of its cells, roughly: for bounded memories."""
        return sum(
            cells.nbytes if isinstance(cells, np.ndarray) else _CELL_BYTES * len(cells)
            for cells in self.columns.values()
        )

    def __len__(self) -> int:
        return len(self.lines)

    def head(self, rows: int = 5) -> list[list[str]]:
        """The first rows as text, to be shown where columns are mapped."""
        return [
            [str(cells[row]) for cells in self.columns.values()]
            for row in range(min(rows, len(self)))
        ]


def read_raw(path: str | Path, header: bool | None = None) -> RawTable:
    """Read an uploaded file.

    Args:
        path: the file; its ending says what it is, and its first bytes have to agree.
        header: whether the first row names the columns; None: recognise it.

    Raises:
        InputProblem: too large, of another kind, damaged, empty, or with too many columns; one
            sentence.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputProblem("table.ending", name=path.name, endings=", ".join(ENDINGS))
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InputProblem("scaling.data.too_large", name=path.name, limit=MAX_FILE_BYTES >> 20)
    if ending == ".parquet":
        return _from_parquet(path)
    if ending == ".xlsx":
        return _exported(_from_xlsx(path, header))
    return _exported(_from_text(path, header))


def stack(tables: Sequence[RawTable]) -> RawTable:
    """Several files, a run each, under one another; the new column "run" holds their names.

    Raises:
        InputProblem: none, columns that differ, or more rows together than are taken.
    """
    if not tables:
        raise InputProblem("scaling.data.no_files")
    first = tables[0]
    for other in tables[1:]:
        if tuple(other.columns) != tuple(first.columns):
            raise InputProblem("scaling.data.unlike", first=first.title, other=other.title)
    if sum(map(len, tables)) > MAX_ROWS:
        raise InputProblem("table.too_many_rows", rows=sum(map(len, tables)), limit=MAX_ROWS)
    columns: dict[str, Cells] = {}
    for name in first.columns:
        parts = [table.columns[name] for table in tables]
        if all(isinstance(part, np.ndarray) for part in parts):
            columns[name] = np.concatenate(parts)
        else:
            columns[name] = [str(cell) for part in parts for cell in part]
    if "run" not in columns:
        columns["run"] = [Path(table.title).stem for table in tables for _ in range(len(table))]
    lines = np.concatenate([table.lines for table in tables])
    notes = tuple(chain.from_iterable(table.notes for table in tables))
    title = f"{first.title} +{len(tables) - 1}" if len(tables) > 1 else first.title
    return replace(first, title=title, columns=columns, lines=lines, notes=notes)


# --- formats --------------------------------------------------------------------------------------


def _from_text(path: Path, header: bool | None) -> RawTable:
    text, encoding = decode(path.read_bytes(), path.name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    json_lines = path.suffix.lower() == ".jsonl"
    text, stride, total = _thinned(text, path.name, json_lines)
    if json_lines:
        table = parse_json_lines(text, encoding, path.name, MAX_ROWS + 2)
    else:
        table = parse_delimited(
            text, KnownNames(), MAX_ROWS + 2, path.name, encoding, header, MAX_COLUMNS
        )
    return _as_raw(table, path.name, stride, total)


def _thinned(text: str, name: str, json_lines: bool) -> tuple[str, int, int]:
    """The text with every k-th line and the last, k, and how many lines there were.

    Raises:
        InputProblem: too many rows, and cells that go over several lines, so that lines are none.
    """
    total = text.count("\n") + (not text.endswith("\n"))
    widest = 10 if json_lines else 1 + max(map(_separators, io.StringIO(text)), default=0)
    if widest > MAX_COLUMNS:
        raise InputProblem("table.too_many_columns", columns=widest, limit=MAX_COLUMNS)
    limit = max(1, min(MAX_ROWS, MAX_CELLS // widest))
    if total <= limit + 1:
        return text, 1, total
    stride = math.ceil((total - 1) / limit)
    lines = iter(io.StringIO(text))
    kept = [next(lines), *islice(lines, 0, None, stride)]  # the first may name the columns
    if (total - 2) % stride:
        kept.append(text.rstrip("\n").rsplit("\n", 1)[-1])
    if not json_lines and any(line.count('"') % 2 for line in kept):
        raise InputProblem("table.too_many_rows", rows=total, limit=limit)
    return "".join(kept), stride, total


def _separators(line: str) -> int:
    return max(line.count(mark) for mark in ",;\t")


def _from_xlsx(path: Path, header: bool | None) -> RawTable:
    rows: list[tuple[str, ...]] = []
    widest, more = 1, False
    for row in xlsx_rows(path, MAX_SHEET_ROWS + 2, MAX_COLUMNS):
        widest = max(widest, len(row))
        if len(rows) > min(MAX_SHEET_ROWS, MAX_CELLS // widest):
            more = True
            break
        rows.append(row)
    table = table_of_cells(
        rows, KnownNames(), MAX_SHEET_ROWS + 2, path.name, "XLSX", "XLSX", header, MAX_COLUMNS
    )
    raw = _as_raw(table, path.name, 1, 0)
    if more:
        raw = replace(raw, notes=(Note("scaling.data.first_rows", {"kept": len(raw)}),))
    return raw


def _as_raw(table: Table, title: str, stride: int, total: int) -> RawTable:
    columns: dict[str, Cells] = {
        name: [row[place] for row in table.rows] for place, name in enumerate(table.columns)
    }
    header = int(table.header and table.delimited)
    places = 2 + stride * np.arange(len(table.rows))
    lines = np.concatenate([[1], places])[header : header + len(table.rows)]
    notes: tuple[Note, ...] = ()
    if stride > 1:
        lines[-1] = total  # which is always kept
        values = {"total": total - header, "stride": stride, "kept": len(table.rows)}
        notes = (Note("scaling.data.thinned", values),)
    return RawTable(
        title, columns, lines, table.header, semicolons=table.delimiter == ";", notes=notes
    )


def _from_parquet(path: Path) -> RawTable:
    import pyarrow
    import pyarrow.parquet

    with path.open("rb") as file:
        check_signature(file.read(16), path.name, allowed=b"PAR1")
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _check_parquet(file.metadata, path.name)
            kinds = {field.name: _kind_of(pyarrow, field.type) for field in file.schema_arrow}
        names = [name for name, kind in kinds.items() if kind][:MAX_COLUMNS]
        if not names:
            raise InputProblem("table.empty", name=path.name)
        # A text that is repeated a million times stays one text.
        texts = [name for name in names if kinds[name] == "text"]
        with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as file:
            return _parquet_columns(pyarrow, file, names, path.name)
    except (OSError, pyarrow.ArrowException, UnicodeDecodeError):
        raise InputProblem("scaling.data.bad_parquet", name=path.name) from None


def _check_parquet(metadata: Any, name: str) -> None:
    if not metadata.num_rows:
        raise InputProblem("table.empty", name=name)
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    size = sum(
        group.column(place).total_uncompressed_size
        for group in groups
        for place in range(group.num_columns)
    )
    if size > _MOST_PARQUET_BYTES:
        raise InputProblem("table.bomb", name=name, megabytes=round(size / 1e6))


def _kind_of(pyarrow: Any, kind: Any) -> str:
    types = pyarrow.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    return "text" if types.is_string(kind) or types.is_large_string(kind) else ""


def _parquet_columns(pyarrow: Any, file: Any, names: list[str], title: str) -> RawTable:
    total = file.metadata.num_rows
    stride = math.ceil(total / min(MAX_ROWS, MAX_CELLS // len(names)))
    parts: dict[str, list[Any]] = {name: [] for name in names}
    seen = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=names):
        chosen = np.arange(-seen % stride, len(batch), stride)
        taken = batch.take(pyarrow.array(chosen))
        for name in names:
            parts[name].append(_cells_of(pyarrow, taken.column(name)))
        seen += len(batch)
    columns: dict[str, Cells] = {
        name: np.concatenate(cells)
        if isinstance(cells[0], np.ndarray)
        else list(chain.from_iterable(cells))
        for name, cells in parts.items()
    }
    lines = 1 + stride * np.arange(len(columns[names[0]]))
    values = {"total": total, "stride": stride, "kept": len(lines)}
    notes = (Note("scaling.data.thinned", values),) if stride > 1 else ()
    return RawTable(title, columns, lines, notes=notes)


def _cells_of(pyarrow: Any, column: Any) -> Cells:
    if pyarrow.types.is_dictionary(column.type):
        words = [str(word)[:_LONGEST_TEXT] for word in column.dictionary.to_pylist()]
        places = column.indices.to_pylist()
        return ["" if place is None else words[place] for place in places]
    if _kind_of(pyarrow, column.type) == "text":
        return [str(cell or "")[:_LONGEST_TEXT] for cell in column.to_pylist()]
    numbers: FloatArray = column.cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers


# --- exports --------------------------------------------------------------------------------------


def _exported(raw: RawTable) -> RawTable:
    """The table as it is, or made long where Weights & Biases wrote it."""
    plain = {normalise(name)[0] for name in raw.columns}
    if plain == {"wall time", "step", "value"}:
        return replace(raw, kind="tensorboard")
    runs = [name for name in raw.columns if name + _MIN in raw.columns and " - " in name]
    return _long(raw, runs) if runs else raw


def _long(raw: RawTable, exported: list[str]) -> RawTable:
    """Weights & Biases' columns "<run> - <metric>" as columns of steps, runs and the metric."""
    metrics = {name.rsplit(" - ", 1)[1] for name in exported}
    metric = max(sorted(metrics), key=lambda each: score(each, "loss"))
    chosen = [name for name in exported if name.rsplit(" - ", 1)[1] == metric]
    beside = [
        name
        for name in raw.columns
        if not name.endswith((_MIN, _MAX)) and name not in exported and " - " not in name
    ]
    columns: dict[str, list[str]] = {name: [] for name in (*beside, "run", metric)}
    lines = []
    stride = math.ceil(len(raw) * len(chosen) / MAX_ROWS)
    for name in chosen:
        rows = [row for row, cell in enumerate(raw.columns[name]) if not is_empty(str(cell))]
        rows = rows[::-1][::stride][::-1]  # the last one stays
        for other in beside:
            columns[other] += [str(raw.columns[other][row]) for row in rows]
        columns["run"] += [name.rsplit(" - ", 1)[0]] * len(rows)
        columns[metric] += [str(raw.columns[name][row]) for row in rows]
        lines.append(raw.lines[rows])
    notes = [*raw.notes, Note("scaling.data.wandb", {"runs": len(chosen), "metric": metric})]
    if stride > 1:
        values = {"total": len(raw) * len(chosen), "stride": stride, "kept": sum(map(len, lines))}
        notes.append(Note("scaling.data.thinned", values))
    return replace(
        raw, columns=columns, lines=np.concatenate(lines), kind="wandb", notes=tuple(notes)
    )
