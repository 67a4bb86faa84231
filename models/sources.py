"""From a card's sources to a folder of verified files on this machine.

Only safetensors weights are accepted, and a packaged 4-bit file whose digest the catalog knows; no
code from a repository is ever run. A hub download is asked for the files that are needed and no
more.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import logging
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.catalog import FolderSource, HubSource, ModelCard, PackageSource, Source
from models.errors import ModelUnavailableError, UnsupportedModelError

MODELS_FOLDER_VARIABLE = "KEXUE_LAB_MODELS"
_HUB_FILES = ["*.safetensors", "*.json", "*.txt", "*.model"]
_HUB_SKIPPED = ["onnx/*", "openvino/*", "*/onnx/*", "flax*", "tf_*", "data_config.json"]
_CHUNK_BYTES = 1 << 22
_HUB_PATIENCE_SECONDS = 5.0
_VISITOR_HUB_BYTES = 4 << 30
PACKAGED_SUFFIXES = (".gguf", ".bin")  # of files that are converted; see `models/model_files.py`
_TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelFiles:
    """Where a model's files lie, where they came from and which revision they are."""

    folder: Path
    source: str
    revision: str


def find_files(card: ModelCard) -> ModelFiles:
    """The first of the card's sources that can be had, its hashes checked.

    Raises:
        ModelUnavailableError: no source can be had; the sentence says why for each.
        UnsupportedModelError: the files are not safetensors, or a hash differs.
    """
    reasons: list[ModelUnavailableError] = []
    for source in card.sources:
        try:
            files = _locate(source)
        except ModelUnavailableError as problem:
            reasons.append(problem)
            continue
        packaged = packaged_file(files.folder, card)
        if packaged is None:
            _require_complete(files.folder, card.key)
        if card.adapter is None:
            verify_sha256(files.folder, _digests_for(packaged, card.sha256))
        return files
    raise ModelUnavailableError(
        "“{key}” cannot be loaded here: {reasons}.", key=card.key, reasons=tuple(reasons)
    )


def packaged_file(folder: Path, card: ModelCard) -> Path | None:
    """The file that a card's model is converted from in this folder, or None for safetensors.

    Such a file counts only if the catalog knows its digest and there is nothing better.
    """
    if any(folder.glob("*.safetensors")):
        return None
    files = (folder / name for name in card.sha256 if name.endswith(PACKAGED_SUFFIXES))
    return next((file for file in files if file.is_file()), None)


def _digests_for(packaged: Path | None, digests: Mapping[str, str]) -> Mapping[str, str]:
    """Of a card whose sources differ in format: the digests of what this source holds."""
    if packaged is not None:
        return {packaged.name: digests[packaged.name]}
    return {name: d for name, d in digests.items() if not name.endswith(PACKAGED_SUFFIXES)}


def file_digest(path: Path) -> str:
    """The sha256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def verify_sha256(folder: Path, digests: Mapping[str, str]) -> None:
    """Check files against their digests.

    Raises:
        UnsupportedModelError: a file differs from the one that the catalog names, or is missing.
    """
    for name, expected in digests.items():
        path = folder / name
        if not path.is_file():
            raise UnsupportedModelError(
                "{name} is missing in {folder}: install it again.", name=name, folder=folder.name
            )
        found = file_digest(path)
        if found != expected:
            raise UnsupportedModelError(
                "{name} is not the file the catalog names (its sha256 begins with "
                "{found}, expected {expected}): install it again.",
                name=name,
                found=found[:8],
                expected=expected[:8],
            )


def _locate(source: Source) -> ModelFiles:
    if isinstance(source, PackageSource):
        return _locate_package(source)
    if isinstance(source, FolderSource):
        return _locate_folder(source)
    return _download(source)


def _locate_package(source: PackageSource) -> ModelFiles:
    spec = importlib.util.find_spec(source.package)  # does not import the package
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailableError(
            "the package {package} is not installed", package=source.distribution
        )
    folder = Path(next(iter(spec.submodule_search_locations))) / source.folder
    if not folder.is_dir():
        raise ModelUnavailableError(
            "the package {package} carries no model files", package=source.distribution
        )
    return ModelFiles(folder, str(source), importlib.metadata.version(source.distribution))


def _locate_folder(source: FolderSource) -> ModelFiles:
    root = os.environ.get(MODELS_FOLDER_VARIABLE)
    path = Path(source.folder)
    if not path.is_absolute():
        if root is None:
            raise ModelUnavailableError(
                "no model folder is set in {variable}", variable=MODELS_FOLDER_VARIABLE
            )
        path = Path(root) / path
    if not path.is_dir():
        raise ModelUnavailableError(
            "there is no folder {folder} among the local models", folder=source.folder
        )
    stamp = int(max((f.stat().st_mtime for f in path.rglob("*") if f.is_file()), default=0))
    return ModelFiles(path, str(source), f"local-{stamp}")


def _download(source: HubSource) -> ModelFiles:
    import huggingface_hub
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    reachable = _hub_is_reachable()
    try:
        if reachable and source.revision is None:
            _refuse_if_large(source.repo)
        folder = huggingface_hub.snapshot_download(
            source.repo,
            revision=source.revision,
            allow_patterns=_HUB_FILES,
            ignore_patterns=_HUB_SKIPPED,
            local_files_only=not reachable,
        )
        return ModelFiles(Path(folder), str(source), Path(folder).name)
    except ModelUnavailableError:
        raise
    except HFValidationError:
        problem = ModelUnavailableError("“{repo}” is not a hub id", repo=source.repo)
    except GatedRepoError:
        problem = ModelUnavailableError(
            "{repo} asks for an accepted licence on its page", repo=source.repo
        )
    except (RepositoryNotFoundError, RevisionNotFoundError):
        problem = ModelUnavailableError("the hub has no {repo} at that revision", repo=source.repo)
    except LocalEntryNotFoundError:
        problem = ModelUnavailableError(
            "it is not on this machine and the hub ({repo}) cannot be reached", repo=source.repo
        )
    except Exception as error:  # whatever the hub's client of the day raises when a line breaks
        _log.warning("download of %s failed", source.repo, exc_info=error)
        problem = ModelUnavailableError("the download of {repo} broke off", repo=source.repo)
    raise problem


def _hub_is_reachable() -> bool:
    """One question with a short patience: the hub's own client retries for half a minute."""
    from huggingface_hub import constants
    from huggingface_hub.utils import get_session

    if constants.HF_HUB_OFFLINE:
        return False
    try:
        get_session().head(constants.ENDPOINT, timeout=_HUB_PATIENCE_SECONDS)
    except Exception:  # the client's own error classes have changed with every major version
        return False
    return True


def _refuse_if_large(repo: str) -> None:
    """A visitor's own hub id may not fill the host's disk."""
    import huggingface_hub

    info = huggingface_hub.model_info(repo, files_metadata=True, timeout=_HUB_PATIENCE_SECONDS)
    size = sum(f.size or 0 for f in info.siblings or () if f.rfilename.endswith(".safetensors"))
    if size > _VISITOR_HUB_BYTES:
        raise ModelUnavailableError(
            "{repo} has {size:.1f} GB of weights and at most"
            " {limit:.0f} GB are fetched for a visitor",
            repo=repo,
            size=size / 1e9,
            limit=_VISITOR_HUB_BYTES / 1e9,
        )


def count_parameters(folder: Path) -> int:
    """Numbers in a folder's safetensors files, read from their headers alone."""
    total = 0
    for file in folder.rglob("*.safetensors"):
        with file.open("rb") as stream:
            header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        total += sum(math.prod(t["shape"]) for n, t in header.items() if n != "__metadata__")
    return total


def _require_complete(folder: Path, key: str) -> None:
    if not any((folder / name).is_file() for name in _TOKENIZER_FILES):
        # transformers would invent a vocabulary
        raise UnsupportedModelError(
            "“{key}” has no tokenizer files: its folder is incomplete.", key=key
        )
    if not any(folder.rglob("*.safetensors")):
        raise UnsupportedModelError(
            "“{key}” has no safetensors weights, and other formats can run code when read:"
            " convert it to safetensors first.",
            key=key,
        )
