"""The folder in which the app keeps what it would otherwise make again at every start."""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "KEXUE_LAB_CACHE"
_DEFAULT_CACHE = Path("~/.cache/kexue-lab")


def cache_folder() -> Path:
    """The folder that `KEXUE_LAB_CACHE` names, else `~/.cache/kexue-lab`; it may not exist yet."""
    return Path(os.environ.get(CACHE_VARIABLE) or _DEFAULT_CACHE).expanduser()
