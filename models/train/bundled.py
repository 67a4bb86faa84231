"""The app's own graded pairs, for whoever has none to train on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.train.labelled_pairs import LabelledPairs, read_labelled_pairs

HELD_OUT_SHARE = 0.2  # of pairs that nobody has split
BUNDLED_FILES: Mapping[str, Path] = {
    "en": Path(__file__).with_name("bundled.tsv"),
    "zh": Path(__file__).with_name("bundled_zh.tsv"),
}


def bundled_pairs(language: str = "en") -> LabelledPairs:
    """Sentence pairs of a language of `BUNDLED_FILES`, with grades of likeness: 0 unrelated to 5
    the same meaning.
    """
    return read_labelled_pairs(BUNDLED_FILES[language])
