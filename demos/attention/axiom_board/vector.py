"""The vector at hand: from what people type to numbers, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from demos.frame.errors import InputProblem

MOST_ENTRIES = 48
_LARGEST = 1e12

PRESETS: dict[str, str] = {
    "claim": "10, 1, 0.5",
    "stairs": "5, 4, 3, 2, 1",
    "one_rich": "20, 1, 1, 1, 1, 1",
    "even": "3, 3, 3, 3",
    "one_hot": "1, 0, 0, 0, 0",
    "zeros": "6, 3, 1, 0, 0, 0",
    "tiny": "0.004, 0.002, 0.0009, 0.0004",
}

_SEPARATORS = re.compile(r"[\s,;，；、]+")


def as_vector(text: object) -> tuple[float, ...]:
    """Numbers >= 0, between commas or spaces.

    Raises:
        InputProblem: there are none or too many of them, or one is no such number.
    """
    parts = [part for part in _SEPARATORS.split(str(text or "")) if part]
    if not parts:
        raise InputProblem("attention.axioms.no_vector")
    if len(parts) > MOST_ENTRIES:
        raise InputProblem("attention.axioms.too_many", count=len(parts), most=MOST_ENTRIES)
    return tuple(_as_entry(part) for part in parts)


def _as_entry(part: str) -> float:
    try:
        number = float(part)
    except ValueError:
        number = math.nan
    if not 0 <= number <= _LARGEST or 0 < number < 1 / _LARGEST:
        raise InputProblem("attention.axioms.bad_entry", entry=part[:40])
    return number


def as_text(vector: Sequence[float]) -> str:
    """A vector as it stands in the field."""
    return ", ".join(f"{entry:.6g}" for entry in vector)
