"""What indices of sparsity are called, those of the table and any S*_{q,p}."""

from __future__ import annotations

from demos.attention.sparsity import INDICES
from demos.frame.strings import Language, say

_STAR = "s_star_"


def index_name(key: str, language: Language) -> str:
    """The name of an index by its key."""
    if key in INDICES:
        return say(f"attention.index.{key}", language)
    return "S*({}, {})".format(*key.removeprefix(_STAR).split("_"))
