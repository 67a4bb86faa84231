"""Reading a visitor's table: CSV, TSV and JSON Lines, in the encodings that people really have."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demos.frame.errors import InputProblem

MAX_FILE_BYTES = 20 << 20
MAX_COLUMNS = 100
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".jsonl")
_SIGNATURES = {
    b"PK\x03\x04": "Excel / ZIP",
    b"\x89PNG": "PNG",
    b"%PDF": "PDF",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"PAR1": "Parquet",
    b"GIF8": "GIF",
    b"\xd0\xcf\x11\xe0": "Excel (.xls)",
}
_JSON_LINES = "JSONL"  # stands where delimited text has its separator
_NO_VALUE = ("", "-", "?", "na", "n/a", "none", "null")
csv.field_size_limit(MAX_FILE_BYTES)


@dataclass(frozen=True)
class Table:
    """Cells as text, rows as long as `columns`; `header`: whether the file named its columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    header: bool
    encoding: str
    delimiter: str

    @property
    def delimited(self) -> bool:
        """Whether its first row may be a header; JSON Lines name the columns in every row."""
        return self.delimiter != _JSON_LINES

    def column(self, name: str) -> list[str]:
        """The cells of a column, top to bottom."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]


def read_table(
    path: str | Path,
    known_names: Container[str],
    max_rows: int,
    header: bool | None = None,
    endings: Sequence[str] = TABLE_ENDINGS,
) -> Table:
    """Read an uploaded file.

    Args:
        path: the file; its ending chooses between JSON Lines and delimited text.
        known_names: column names (lower case) by which a first row is recognised as a header.
        max_rows: more rows than this are refused.
        header: whether the first row is a header; None: recognise it. JSON Lines have none.
        endings: of files that are read.

    Raises:
        InputProblem: unreadable, empty or too large; the sentence says which and what to do.
    """
    path = Path(path)
    raw = path.read_bytes()
    if path.suffix.lower() not in endings:
        raise InputProblem("table.ending", name=path.name, endings=", ".join(endings))
    text, encoding = decode(raw, path.name)
    if path.suffix.lower() == ".jsonl":
        return parse_json_lines(text, encoding, path.name, max_rows)
    return parse_delimited(text, known_names, max_rows, path.name, encoding, header)


def check_signature(raw: bytes, name: str, allowed: bytes = b"") -> None:
    """Whether a file begins like one of a known binary kind, whatever its name says.

    Raises:
        InputProblem: it does, and it is not the allowed one.
    """
    for signature, what in _SIGNATURES.items():
        if raw.startswith(signature) and signature != allowed:
            raise InputProblem("table.binary", name=name, what=what)


def decode(raw: bytes, name: str) -> tuple[str, str]:
    """Bytes to text: UTF-8, UTF-16 with its mark, or Chinese GB 18030; never a guess beyond these.

    Raises:
        InputProblem: empty, binary, or text in another encoding.
    """
    if not raw.strip():
        raise InputProblem("table.empty", name=name)
    check_signature(raw, name)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            raise InputProblem("table.encoding", name=name) from None
    if b"\0" in raw:
        raise InputProblem("table.not_text", name=name)
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        raise InputProblem("table.encoding", name=name) from None
    if not _looks_chinese(text):
        raise InputProblem("table.encoding", name=name)
    return text, "GB 18030"


def parse_delimited(
    text: str,
    known_names: Container[str],
    max_rows: int,
    name: str = "",
    encoding: str = "UTF-8",
    header: bool | None = None,
    max_columns: int = MAX_COLUMNS,
) -> Table:
    """Comma-, tab- or semicolon-separated text, with or without a header (None: recognise it).

    Raises:
        InputProblem: nothing in it, too many rows or columns, or an unclosed quote.
    """
    delimiter = _delimiter_of(text)
    cells = [row for row in _split(text, delimiter, name) if any(cell.strip() for cell in row)]
    return table_of_cells(
        cells, known_names, max_rows, name, encoding, delimiter, header, max_columns
    )


def table_of_cells(
    cells: Sequence[Sequence[str]],
    known_names: Container[str],
    max_rows: int,
    name: str,
    encoding: str,
    delimiter: str,
    header: bool | None = None,
    max_columns: int = MAX_COLUMNS,
) -> Table:
    """Rows of cells, none all empty, made equally long; the first may be a header.

    Raises:
        InputProblem: no rows, or too many rows or columns.
    """
    if not cells:
        raise InputProblem("table.empty", name=name)
    if len(cells) > max_rows + 1:  # before the rows are made equally long: one may be very long
        raise InputProblem("table.too_many_rows", rows=len(cells), limit=max_rows)
    width = max(len(row) for row in cells)
    if width > max_columns:
        raise InputProblem("table.too_many_columns", columns=width, limit=max_columns)
    rows = [(*row, *[""] * (width - len(row))) for row in cells]
    if header is None:
        header = _is_header(rows, known_names)
    columns = _unique(rows[0]) if header else tuple(f"#{i + 1}" for i in range(width))
    body = tuple(rows[1:] if header else rows)
    if not body:
        raise InputProblem("table.empty", name=name)
    if len(body) > max_rows:
        raise InputProblem("table.too_many_rows", rows=len(body), limit=max_rows)
    return Table(columns, body, header, encoding, delimiter)


def _is_header(rows: Sequence[Sequence[str]], known_names: Container[str]) -> bool:
    """Whether the first row names the columns: by a known name, or by a word over numbers.

    One number below is no evidence, and a mark of a missing value is no word. The first column
    does not count: rows are often numbered in it.
    """
    if any(cell.strip().lower() in known_names for cell in rows[0]):
        return True
    first, *others = rows
    return len(others) > 1 and any(
        _is_word(first[place]) and all(_is_number(row[place]) for row in others)
        for place in range(1, len(first))
    )


def _is_word(cell: str) -> bool:
    return not _is_number(cell) and cell.strip().lower() not in _NO_VALUE


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _split(text: str, delimiter: str, name: str) -> list[list[str]]:
    if delimiter == "\t":
        # Tab-separated corpora hold lone quotation marks as text: only a cell that is quoted
        # as a whole is unquoted.
        return [[_unquote(cell) for cell in line.split("\t")] for line in _lines(text)]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise InputProblem("table.quotes", name=name) from None


def _unquote(cell: str) -> str:
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"')
    return cell


def _delimiter_of(text: str) -> str:
    """The separator that most of the first lines have, tabs before the others.

    Commas stand in the sentences of a file with semicolons: of the two, if equally many lines have
    them, the one that gives every line as many cells.
    """
    lines = [line for line in _lines(text)[:50] if line.strip()]
    counts = {mark: sum(mark in line for line in lines) for mark in ("\t", ",", ";")}
    best = max(counts, key=lambda mark: counts[mark])
    if best == "," and counts[","] == counts[";"]:
        commas, semicolons = _widths(lines, ","), _widths(lines, ";")
        return ";" if len(semicolons) == 1 and len(commas) != 1 else ","
    return best if counts[best] else "\t"


def _widths(lines: Sequence[str], delimiter: str) -> set[int]:
    """How many cells the lines have; none where the delimiter tears a quotation apart."""
    try:
        rows = _split("\n".join(lines), delimiter, "")
    except InputProblem:
        return set()
    torn = any(cell.count('"') % 2 for row in rows for cell in row)
    return set() if torn else {len(row) for row in rows}


def parse_json_lines(text: str, encoding: str, name: str, max_rows: int) -> Table:
    """A JSON object or list a line.

    Raises:
        InputProblem: a line that is neither, nothing in it, too many rows or columns.
    """
    records: list[dict[str, Any]] = []
    for number, line in enumerate(_lines(text), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):  # ValueError: no JSON, or a number of 5,000 digits
            raise InputProblem("table.json_line", name=name, line=number) from None
        if isinstance(record, list):
            record = {f"#{i + 1}": cell for i, cell in enumerate(record)}
        if not isinstance(record, dict):
            raise InputProblem("table.json_line", name=name, line=number)
        records.append(record)
        if len(records) > max_rows:
            count = sum(bool(line.strip()) for line in _lines(text))
            raise InputProblem("table.too_many_rows", rows=count, limit=max_rows)
    columns = tuple(dict.fromkeys(str(column) for record in records for column in record))
    if not columns:
        raise InputProblem("table.empty", name=name)
    if len(columns) > MAX_COLUMNS:
        raise InputProblem("table.too_many_columns", columns=len(columns), limit=MAX_COLUMNS)
    rows = tuple(tuple(_cell(record.get(column)) for column in columns) for record in records)
    return Table(columns, rows, not columns[0].startswith("#"), encoding, _JSON_LINES)


def _lines(text: str) -> list[str]:
    """Lines as editors count them; `str.splitlines` also breaks at marks inside a sentence."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Column names, stripped, empty ones numbered, repeated ones marked."""
    result: list[str] = []
    for index, raw in enumerate(names):
        name = raw.strip() or f"#{index + 1}"
        result.append(name if name not in result else f"{name} ({index + 1})")
    return tuple(result)


def _looks_chinese(text: str) -> bool:
    """Whether the characters beyond ASCII are common Chinese ones, as chance would not have it."""
    foreign = [c for c in text if ord(c) > 127]
    chinese = sum("\u4e00" <= c <= "\u9fa5" or c in "，。！？、：；（）“”‘’《》—…" for c in foreign)
    return chinese >= 0.9 * len(foreign)
