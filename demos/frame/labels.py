"""Sentences as labels of figures and choices: short, escaped, in lines."""

from __future__ import annotations

import textwrap
import unicodedata
from html import escape

_LABEL_WIDTH = 17  # of Latin letters; a Chinese character takes two
_HOVER_LINE, _HOVER_CHARACTERS = 44, 200


def cut_to_width(text: str, width: int) -> str:
    """The beginning of a text as it is, about `width` Latin letters wide."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width and place < len(text) - 1:
            return text[:place].rstrip() + "…"
    return text


def shortened(sentence: str, width: int = _LABEL_WIDTH) -> str:
    """The beginning of a sentence, escaped, about `width` Latin letters wide."""
    return _escaped(cut_to_width(sentence, width))


def wrapped(sentence: str, characters: int = _HOVER_CHARACTERS) -> str:
    """A sentence for hover text: escaped, in lines, at most so many characters of it."""
    cut = sentence[:characters] + ("…" if len(sentence) > characters else "")
    lines = textwrap.wrap(cut, _HOVER_LINE) or [cut]
    return "<br>".join(_escaped(line) for line in lines)


def _escaped(text: str) -> str:
    """As plotly reads it, which shows `&quot;` as it stands."""
    return escape(text, quote=False)
