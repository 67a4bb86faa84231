"""In which language a text is written, as far as its letters tell, and which models read it.

By Unicode blocks alone: kana make a text Japanese, Hangul Korean, other Han characters Chinese.
Languages in Latin letters are not told apart: all of them count as "en". Every other script is
"other", which multilingual models alone are taken to read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from models.catalog import ModelCard, ModelKind

TextLanguage = Literal["en", "zh", "ja", "ko", "other"]
LANGUAGES: tuple[TextLanguage, ...] = ("en", "zh", "ja", "ko", "other")
MULTILINGUAL = "multilingual"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_KANA = "\u3041-\u309f\u30a0-\u30fa\u30fd-\u30ff\uff66-\uff9f"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
_CHARACTERS = {name: re.compile(f"[{of}]+") for name, of in (("zh", _HAN), ("ja", _KANA))}
_WORDS = {
    "ko": re.compile(f"[{_HANGUL}]+"),
    "en": re.compile(f"[{_LATIN}]+"),
    "other": re.compile(rf"[^\W\d_{_HAN}{_KANA}{_HANGUL}{_LATIN}]+"),
}
_READ_CHARACTERS = 500  # of a text: its language does not change further on
_LEAST_LETTERS = {"zh": 2, "ja": 2, "ko": 2, "en": 3, "other": 3}  # fewer decide nothing
_KANA_SHARE = 0.1  # of Han characters and kana, from which on a text is Japanese
_LEAST_SHARE = 1 / 3  # of the units, from which on a second language counts


def languages_of(text: str) -> frozenset[TextLanguage]:
    """The languages of a text: one, several where they are mixed, none where nothing tells.

    A unit is a Han character, a kana, or a word of any other script; a language counts from a third
    of the units on.
    """
    if text.isascii():
        letters = sum(map(len, _WORDS["en"].findall(text[:_READ_CHARACTERS])))
        return frozenset(("en",)) if letters >= _LEAST_LETTERS["en"] else frozenset()
    units, letters_of = _counted(text[:_READ_CHARACTERS])
    least = _LEAST_SHARE * sum(units.values())
    return frozenset(
        language
        for language in LANGUAGES
        if units[language] >= least and letters_of[language] >= _LEAST_LETTERS[language]
    )


def _counted(text: str) -> tuple[dict[str, int], dict[str, int]]:
    """Units and letters of each language."""
    words = {name: pattern.findall(text) for name, pattern in _WORDS.items()}
    units = {name: len(found) for name, found in words.items()}
    letters = {name: sum(map(len, found)) for name, found in words.items()}
    han, kana = (sum(map(len, pattern.findall(text))) for pattern in _CHARACTERS.values())
    japanese = kana > _KANA_SHARE * (han + kana)
    east = {"zh": 0, "ja": han + kana} if japanese else {"zh": han + kana, "ja": 0}
    return units | east, letters | east


def reads(card: ModelCard, languages: Iterable[TextLanguage]) -> bool:
    """Whether a model reads texts in these languages; of one that says nothing it is assumed."""
    known = card.languages
    return not known or MULTILINGUAL in known or all(each in known for each in languages)


@dataclass(frozen=True)
class Unread:
    """Texts that some of the models do not read.

    Attributes:
        texts: how many, of `total`.
        languages: in which they are, without those that all the models read.
        models: those that do not read some of them.
        by_all: whether some text is read by none of the models.
    """

    texts: int
    total: int
    languages: tuple[TextLanguage, ...]
    models: tuple[ModelCard, ...]
    by_all: bool


def unread(texts: Sequence[str], cards: Sequence[ModelCard]) -> Unread | None:
    """What of the texts some of the models do not read; None where each reads all.

    Blank texts do not count.
    """
    texts = [text for text in texts if text.strip()]
    count, by_all = 0, False
    languages: set[TextLanguage] = set()
    models: set[str] = set()
    for found, times in Counter(map(languages_of, texts)).items():
        strangers = [card for card in cards if not reads(card, found)]
        if strangers:
            count += times
            by_all |= len(strangers) == len(cards)
            models.update(card.key for card in strangers)
            languages.update(
                each for each in found if not all(reads(card, (each,)) for card in cards)
            )
    if not count:
        return None
    ordered = tuple(each for each in LANGUAGES if each in languages)
    left = tuple(card for card in cards if card.key in models)
    return Unread(count, len(texts), ordered, left, by_all)


def readers(
    cards: Sequence[ModelCard],
    languages: Iterable[TextLanguage],
    kinds: Sequence[ModelKind],
    preferred: Sequence[str] = (),
) -> tuple[ModelCard, ...]:
    """Models to take instead: for each kind the first that reads the languages.

    Those that come with the installation stand before all others, and `preferred` keys before the
    rest of these. Where no such model is of one of the `kinds`, it is one of another.
    """
    wanted = tuple(languages)
    reading = [card for card in cards if reads(card, wanted)]
    at_hand = [card for card in reading if card.embedded] or reading
    by_kind: dict[ModelKind, ModelCard] = {}
    for card in sorted(at_hand, key=lambda card: card.key not in preferred):
        by_kind.setdefault(card.kind, card)
    found = tuple(by_kind[kind] for kind in dict.fromkeys(kinds) if kind in by_kind)
    return found or tuple(by_kind.values())[:1]
