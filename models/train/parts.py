"""Which pairs choose a model and which report on it: decided by the pairs' own words.

What chooses (settings, weights, when to stop) and what is reported are never the same pairs. The
share of a pair follows from a digest of its texts, so that everybody who has the file finds the
same parts, in any order of its rows, and a pair that stands in two files is on one side in both.

A source of pairs names its part after a `#`: `stsb_en/dev.tsv#choosing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

PARTS: dict[str, tuple[float, float]] = {
    "choosing": (0.0, 0.5),  # of what is held out: chooses
    "reporting": (0.5, 1.0),  # of what is held out: reports, and has chosen nothing
    "training": (0.0, 0.75),  # of a set that is trained on
    "aside": (0.75, 1.0),  # of a set that is trained on: no training sees it; reports
}


def share_of(texts: Sequence[str]) -> float:
    """A number in [0, 1) that follows from the texts alone; their order, case and end do not count.

    Args:
        texts: of one pair, or one query.
    """
    plain = sorted(" ".join(text.lower().split()).strip(" .!?。！？") for text in texts)
    digest = hashlib.sha256("\n".join(plain).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def is_in(part: str, texts: Sequence[str]) -> bool:
    """Whether a pair, or a query, belongs to a part of `PARTS`.

    Raises:
        KeyError: there is no such part.
    """
    low, high = PARTS[part]
    return low <= share_of(texts) < high
