"""How far models read into the texts of a corpus: what lies behind a model's maximum length is not
seen, and a visitor shall know of how many texts, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.retrieval.passages import length
from models.registry import Registry

_LOOKED_AT = 4_000  # texts; of more, so many evenly spread ones


@dataclass(frozen=True)
class Reach:
    """Texts of which a model reads the beginning alone.

    Attributes:
        model: key of the one that reads least.
        tokens: that it reads at most.
        texts: how many are cut; of a large corpus judged from a part.
        words: that are read of a text that is cut, in the median.
        number: of the longest text, counted from 1.
        longest: its words.
    """

    model: str
    tokens: int
    texts: int
    words: int
    number: int
    longest: int


def find_reach(registry: Registry, texts: Sequence[str], keys: Sequence[str]) -> Reach | None:
    """How far the models read; None where they read all of it.

    Args:
        keys: of a bi-encoder and a cross-encoder.

    Raises:
        ModelError: a model cannot be had.
    """
    step = max(1, len(texts) // _LOOKED_AT)
    some = texts[::step]
    found = [(*registry.reach(key, some), key) for key in keys]
    read = np.min([characters for _, characters, _ in found], axis=0)  # [some]
    cut = np.flatnonzero(read < np.array([len(text) for text in some])).tolist()
    if not cut:
        return None
    tokens, _, model = min(found, key=lambda each: each[0])
    words = int(np.median([length(some[place][: read[place]]) for place in cut]))
    longest = max(range(len(texts)), key=lambda place: len(texts[place]))
    count = min(len(texts), len(cut) * step)
    return Reach(model, tokens, count, words, longest + 1, length(texts[longest]))
