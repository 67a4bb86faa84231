"""The one table export: rows to a CSV file that spreadsheets open rightly."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from gradio.utils import get_upload_folder

# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(name: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a CSV (UTF-8 with mark, so that Excel shows Chinese) and return its path.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers.
    """
    # Gradio's own folder of served files: its `delete_cache` sweeps it.
    folder = Path(tempfile.mkdtemp(dir=_served_folder()))
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_safe(header) for header in headers])
        writer.writerows([_safe(cell) for cell in row] for row in rows)
    return str(path)


def _served_folder() -> str:
    folder = get_upload_folder()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return folder


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell
