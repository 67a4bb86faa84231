"""Texts as labels of figures and choices: short, or escaped and in lines."""

from __future__ import annotations

import textwrap
import unicodedata
from html import escape

_CHOICE_WIDTH = 34  # of Latin letters; a Chinese character takes two
_HOVER_LINE, _HOVER_CHARACTERS = 44, 160


def shortened(text: str, width: int = _CHOICE_WIDTH) -> str:
    """The beginning of a text, about `width` Latin letters wide."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width and place < len(text) - 1:
            return text[:place].rstrip() + "…"
    return text


def wrapped(text: str) -> str:
    """A text for hover: escaped, in lines, not without end."""
    cut = text[:_HOVER_CHARACTERS] + ("…" if len(text) > _HOVER_CHARACTERS else "")
    return "<br>".join(escape(line) for line in textwrap.wrap(cut, _HOVER_LINE) or [cut])
