"""Files for visitors: tables as CSV that spreadsheets open rightly, arrays, folders as ZIP."""

from __future__ import annotations

import csv
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from gradio.utils import get_upload_folder
from numpy.typing import NDArray

# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(name: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a CSV (UTF-8 with mark, so that Excel shows Chinese) and return its path.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers.
    """
    # Gradio's own folder of served files: its `delete_cache` sweeps it.
    path = new_folder() / f"{name}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_safe(header) for header in headers])
        writer.writerows([_safe(cell) for cell in row] for row in rows)
    return str(path)


def write_npz(name: str, **arrays: NDArray[Any]) -> str:
    """Write arrays as a compressed .npz and return its path; `numpy.load` reads it without pickle.

    Raises:
        ValueError: an array of objects, which only pickle could write.
    """
    objects = [key for key, array in arrays.items() if array.dtype.hasobject]
    if objects:
        raise ValueError(f"arrays of objects: {', '.join(objects)}")
    path = new_folder() / f"{name}.npz"
    # numpy's own keywords are not among the names; its types cannot know that.
    np.savez_compressed(path, **cast(Any, arrays))
    return str(path)


def write_zip(name: str, content: Path, remove: bool = False) -> str:
    """Pack a folder without compressing it (weights hardly shrink) and return the archive's path.

    Args:
        name: of the archive, and of the folder inside it.
        content: the folder.
        remove: whether it has served its purpose.
    """
    path = new_folder() / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(content.rglob("*")):
            if file.is_file():
                archive.write(file, f"{name}/{file.relative_to(content).as_posix()}")
    if remove:
        shutil.rmtree(content)
    return str(path)


def new_folder() -> Path:
    """An empty folder among those that are served and swept."""
    folder = get_upload_folder()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=folder))


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell
