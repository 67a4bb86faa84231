"""Sentences as labels of figures: short, escaped, in lines."""

from __future__ import annotations

import textwrap
import unicodedata
from html import escape

_LABEL_WIDTH = 17  # of Latin letters; a Chinese character takes two
_HOVER_LINE, _HOVER_CHARACTERS = 44, 200


def shortened(sentence: str, width: int = _LABEL_WIDTH) -> str:
    """The beginning of a sentence, escaped, about `width` Latin letters wide."""
    used = 0
    for place, character in enumerate(sentence):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width and place < len(sentence) - 1:
            return escape(sentence[:place].rstrip()) + "…"
    return escape(sentence)


def wrapped(sentence: str) -> str:
    """A sentence for hover text: escaped, in lines, not without end."""
    cut = sentence[:_HOVER_CHARACTERS] + ("…" if len(sentence) > _HOVER_CHARACTERS else "")
    lines = textwrap.wrap(cut, _HOVER_LINE) or [cut]
    return "<br>".join(escape(line) for line in lines)
