"""Contexts out of a text: passages between empty lines, long ones cut at sentences."""

from __future__ import annotations

import re
from pathlib import Path

from demos.frame.errors import InputProblem
from demos.frame.tables import decode

ENDINGS = (".txt", ".md")
_WORDS = 160  # of a passage, about 200 tokens
_BUNDLED = Path(__file__).parent / "bundled" / "passages.txt"
_WIDE = "[\u2e80-\u9fff\uff00-\uffef]"  # Chinese has no spaces between its words
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")


def bundled() -> tuple[str, ...]:
    """The twelve passages that come with the app."""
    return passages_of(_BUNDLED.read_text(encoding="utf-8"))


def passages_of(text: str) -> tuple[str, ...]:
    """What stands between empty lines, in one line each."""
    parts = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (re.sub(rf"(?<={_WIDE})\s*\n\s*(?={_WIDE})", "", part) for part in parts)
    return tuple(" ".join(line.split()) for line in lines if line.strip())


def read_passages(path: str | Path) -> tuple[str, ...]:
    """The passages of a text file; those of more than some 160 words are cut at sentences.

    Raises:
        InputProblem: no text file, or nothing in it.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise InputProblem("table.ending", name=path.name, endings=", ".join(ENDINGS))
    text, _ = decode(path.read_bytes(), path.name)
    pieces = tuple(piece for passage in passages_of(text) for piece in _pieces(passage))
    if not pieces:
        raise InputProblem("bayes.extension.empty_file", name=path.name)
    return pieces


def _pieces(passage: str) -> list[str]:
    """A passage in parts of about `_WORDS` words, ended where sentences end."""
    pieces = [""]
    for sentence in _SENTENCE.split(passage):
        if pieces[-1] and _length(pieces[-1]) + _length(sentence) > _WORDS:
            pieces.append("")
        between = "" if pieces[-1].endswith(("。", "！", "？")) else " "
        pieces[-1] = f"{pieces[-1]}{between}{sentence}".strip()
    return [piece for piece in pieces if piece]


def _length(text: str) -> int:
    """Words; a Chinese character counts as one."""
    wide = sum(1 for character in text if ord(character) > 0x2E80)
    return len(text.split()) + wide
