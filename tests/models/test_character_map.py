"""The map of characters as the tokenizers library reads it."""

from __future__ import annotations

import random
import unicodedata

import pytest
from tokenizers import normalizers

from models.character_map import SEPARATOR, apart_from_marks, precompiled

ASSIGNED = [
    chr(code)
    for code in range(1, 0x110000)
    if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")
]
MARKS = [c for c in ASSIGNED if unicodedata.category(c).startswith("M")]


def plain(text: str, characters: dict[str, str]) -> str:
    return "".join(characters.get(character, character) for character in text)


@pytest.mark.parametrize("seed", range(4))
def test_every_character_becomes_what_the_map_says(seed: int) -> None:
    """Thousands of keys that share their first bytes; replacements of any length, also none."""
    chance = random.Random(seed)
    keys = chance.sample(ASSIGNED, 3_000) + list("\t\n\x7f ａ")
    characters = {key: "".join(chance.choices("abé中 ", k=chance.randrange(4))) for key in keys}
    normalizer = normalizers.Precompiled(precompiled(characters))
    for character in ASSIGNED[:: 1 if seed == 0 else 7]:
        assert normalizer.normalize_str(character) == plain(character, characters)


def test_a_map_of_one_character() -> None:
    assert normalizers.Precompiled(precompiled({"é": ""})).normalize_str("aéb") == "ab"


@pytest.mark.parametrize("letter", ["ª", "½", "Ａ", "a", "é", " ", "\n"])
def test_marks_stay_with_whatever_they_stand_on(letter: str) -> None:
    """The library alone drops what follows a mapped character in a grapheme of few bytes."""
    characters = {SEPARATOR: "", "ª": "a", "½": "1⁄2", "Ａ": "A", "\n": " "}
    table = normalizers.Precompiled(precompiled(characters))
    whole = normalizers.Sequence([apart_from_marks(), table])
    for mark in [*MARKS, "\u200c", "\u200d", "ﾞ", "ำ"]:
        text = f"x{letter}{mark}{mark}y"
        assert whole.normalize_str(text) == plain(text, characters)
    assert table.normalize_str("ª\u0301") == "a"  # without it
