"""An alignment of tokens as one of words: a word's match and how well it is matched."""

from __future__ import annotations

from dataclasses import dataclass

from demos.pairs.attribution.leave_one_out import Token, tokens_of
from models.alignment import Alignment

Pair = tuple[str, str]


@dataclass(frozen=True)
class WordMatch:
    """A word of one sentence with what the other has for it.

    Attributes:
        word: see `leave_one_out`.
        cosine: the mean of its tokens' greatest cosines.
        match: the words of the other sentence that these belong to, or a special token's name.
    """

    word: Token
    cosine: float
    match: str


def word_matches(pair: Pair, alignment: Alignment) -> list[WordMatch]:
    """The words of both sentences that the model has read, in reading order."""
    words = [tokens_of(sentence, side) for side, sentence in enumerate(pair)]
    found = []
    for side in (0, 1):
        matches = alignment.matches(side)
        for word in words[side]:
            places = _places(word, alignment)
            if not places:  # beyond the model's length
                continue
            others = [matches[place].place for place in places]
            cosine = sum(matches[place].cosine for place in places) / len(places)
            named = dict.fromkeys(_name(p, 1 - side, words[1 - side], alignment) for p in others)
            found.append(WordMatch(word, cosine, " ".join(named)))
    return found


def _places(word: Token, alignment: Alignment) -> list[int]:
    """The tokens of a word."""
    spans = alignment.spans[word.side]
    return [
        place
        for place, (start, end) in enumerate(spans)
        if alignment.owned[word.side][place] and start < word.end and end > word.start
    ]


def _name(place: int, side: int, words: list[Token], alignment: Alignment) -> str:
    """The word that a token belongs to; a special token's own name."""
    start, end = alignment.spans[side][place]
    if alignment.owned[side][place]:
        for word in words:
            if start < word.end and end > word.start:
                return word.text
    return alignment.tokens[side][place]
