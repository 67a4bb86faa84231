"""Rows of an Excel workbook (XLSX), read with openpyxl as a stream and within limits.

An XLSX file is a ZIP archive of XML, and both can be made to grow without bounds. So before
openpyxl sees it: the archive says how large its parts are (and zipfile never unpacks more than it
says), parts that are read into memory as a whole have to be small, no row may be longer than rows
are, and none may define entities. Formulas are not computed; the value that was saved with them is
taken.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from demos.frame.errors import InputProblem
from demos.frame.tables import MAX_COLUMNS, check_signature

_ZIP = b"PK\x03\x04"
_MOST_PARTS = 1_000
_MOST_BYTES = 100 << 20  # of all parts, unpacked
_MOST_RATIO = 200  # of an archive that unpacks to more than a harmless size
_HARMLESS_BYTES = 8 << 20
_MOST_WHOLE_BYTES = 8 << 20  # of any other part: it may be read as a whole
_MOST_STRING_BYTES = 24 << 20  # of the table of strings
_MOST_ROW_BYTES = 2 << 20
_CHUNK = 1 << 20
_EMPTY_ROWS = 100_000  # that are passed over in search of the next one with cells

# RuntimeError: encrypted, or an unknown way of packing.
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError)
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.:-]+)")
_ENCODINGS = (b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1")
_DEFINITION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def xlsx_rows(
    path: str | Path, max_rows: int, max_columns: int = MAX_COLUMNS
) -> Iterator[tuple[str, ...]]:
    """The rows of the first sheet that has any, as text; empty rows are passed over.

    Args:
        path: the file.
        max_rows: rows after so many are not read.
        max_columns: more are refused.

    Raises:
        InputProblem: no workbook, one that would unpack to more than is allowed, damaged, empty, or
            with too many columns.
    """
    path = Path(path)
    _check_archive(path)
    count = 0
    for row in _rows_of_first_sheet(path, max_rows, max_columns):
        if len(row) > max_columns:
            raise InputProblem("table.too_many_columns", columns=len(row), limit=max_columns)
        count += 1
        yield row
    if not count:
        raise InputProblem("table.empty", name=path.name)


def _rows_of_first_sheet(path: Path, max_rows: int, max_columns: int) -> Iterator[tuple[str, ...]]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not kept
            workbook = openpyxl.load_workbook(
                path, read_only=True, data_only=True, keep_links=False
            )
            try:
                for sheet in workbook.worksheets:
                    cells = sheet.iter_rows(
                        max_row=max_rows + _EMPTY_ROWS, max_col=max_columns + 1, values_only=True
                    )
                    rows = (row for row in map(_texts, cells) if row)
                    found = False
                    for row in islice(rows, max_rows):
                        found = True
                        yield row
                    if found:
                        return
            finally:
                workbook.close()
    except (InputProblem, GeneratorExit):
        raise
    except Exception:  # a damaged file can fail anywhere in openpyxl, with any exception
        raise InputProblem("table.workbook", name=path.name) from None


def _texts(row: tuple[Any, ...]) -> tuple[str, ...]:
    """The cells as text up to the last that is not empty."""
    texts = [_text(cell) for cell in row]
    while texts and not texts[-1].strip():
        texts.pop()
    return tuple(texts)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return str(cell)


# --- before it is opened --------------------------------------------------------------------------


def _check_archive(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(16)
    if not start.strip():
        raise InputProblem("table.empty", name=path.name)
    check_signature(start, path.name, allowed=_ZIP)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if not any(part.filename.endswith("workbook.xml") for part in parts):
                raise InputProblem("table.binary", name=path.name, what="ZIP")
            _check_sizes(parts, path)
            for part in parts:
                _check_part(archive, part, path.name)
    except _DAMAGED:
        raise InputProblem("table.workbook", name=path.name) from None


def _check_sizes(parts: list[zipfile.ZipInfo], path: Path) -> None:
    total = sum(part.file_size for part in parts)
    packed = max(path.stat().st_size, 1)
    grows = total > _HARMLESS_BYTES and total > _MOST_RATIO * packed
    whole = any(part.file_size > _most_bytes_of(part.filename) for part in parts)
    if len(parts) > _MOST_PARTS or total > _MOST_BYTES or grows or whole:
        raise InputProblem("table.bomb", name=path.name, megabytes=round(total / 1e6))


def _most_bytes_of(name: str) -> int:
    if name.startswith("xl/worksheets/"):
        return _MOST_BYTES
    return _MOST_STRING_BYTES if name == "xl/sharedStrings.xml" else _MOST_WHOLE_BYTES


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """No entities, no encoding in which they could hide, and rows of a decent length."""
    bomb = InputProblem("table.bomb", name=name, megabytes=round(part.file_size / 1e6))
    since_row, tail = 0, b""
    with archive.open(part) as stream:
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            window = tail + chunk.replace(b"\0", b"")  # UTF-16 as ASCII
            encoding = _ENCODING.search(window[:200]) if not tail else None
            if encoding and b"<?xml" in window[:10] and encoding[1].lower() not in _ENCODINGS:
                raise InputProblem("table.workbook", name=name)
            if _DEFINITION.search(window):
                raise bomb
            if part.filename.startswith("xl/worksheets/"):
                starts = [match.start() for match in _ROW.finditer(window)]
                ends = [-since_row, *starts, len(window)]
                if max(b - a for a, b in pairwise(ends)) > _MOST_ROW_BYTES:
                    raise bomb
                since_row = ends[-1] - ends[-2]
            tail = window[-16:]
