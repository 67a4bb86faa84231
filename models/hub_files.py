"""One file of a hub data set."""

from __future__ import annotations

from pathlib import Path

from models.errors import TrainingError

HUB_PREFIX = "hub:"


def fetch_hub_file(address: str) -> Path:
    """Download `owner/name/file[@revision]`, a file of a hub data set, and return its path.

    Raises:
        TrainingError: no such address, or the hub cannot be reached; one sentence.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    where, _, revision = address.partition("@")
    parts = where.split("/")
    if len(parts) < 3 or not all(parts):
        raise TrainingError("Write a hub data set as hub:owner/name/file, not “{it}”.", it=address)
    repo, file = "/".join(parts[:2]), "/".join(parts[2:])
    try:
        path = hf_hub_download(repo, file, repo_type="dataset", revision=revision or None)
    except LocalEntryNotFoundError as error:  # neither here nor to be asked for
        raise TrainingError(
            "“{name}” cannot be fetched, for the hub cannot be reached: bring the file itself.",
            name=where,
        ) from error
    except (EntryNotFoundError, RepositoryNotFoundError) as error:
        raise TrainingError(
            "There is no public file “{name}” on the hub: check its address.", name=where
        ) from error
    except Exception as error:
        raise TrainingError(
            "“{name}” cannot be fetched from the hub: {error}.",
            name=where,
            error=type(error).__name__,
        ) from error
    return Path(path)
