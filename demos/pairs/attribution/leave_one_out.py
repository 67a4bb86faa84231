"""How a score changes when one token of a pair is left out.

A token is a word with the punctuation that clings to it, or a single Chinese or Japanese character:
these scripts have no spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demos.frame.errors import InputProblem

Pair = tuple[str, str]

MAX_TOKENS = 120  # of both sentences: each is one more pair to score
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")
_HAS_LETTER = re.compile(r"\w")


@dataclass(frozen=True)
class Token:
    """A piece of a sentence: `side` 0 or 1, and where it stands in the sentence."""

    side: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Variants:
    """A pair, its tokens that can be left out [n], and the pair without each [n]."""

    pair: Pair
    tokens: tuple[Token, ...]
    pairs: tuple[Pair, ...]
    kept_alone: tuple[int, ...]  # sides of one token, which cannot be left out

    def all_pairs(self) -> list[Pair]:
        """The pair itself, then its variants: what has to be scored, [1 + n]."""
        return [self.pair, *self.pairs]


def tokens_of(sentence: str, side: int) -> list[Token]:
    """The tokens of a sentence; a piece without a letter or digit belongs to the one before it."""
    found: list[Token] = []
    for match in _TOKEN.finditer(sentence):
        if found and not _HAS_LETTER.search(match[0]):
            last = found[-1]
            found[-1] = Token(side, sentence[last.start : match.end()], last.start, match.end())
        else:
            found.append(Token(side, match[0], match.start(), match.end()))
    return found


def make_variants(pair: Pair) -> Variants:
    """Every pair that lacks one token.

    Raises:
        InputProblem: both sentences have one token, or there are too many tokens.
    """
    by_side = [tokens_of(sentence, side) for side, sentence in enumerate(pair)]
    count = sum(len(tokens) for tokens in by_side)
    if count > MAX_TOKENS:
        raise InputProblem("attribution.too_many", count=count, limit=MAX_TOKENS)
    kept_alone = tuple(side for side, tokens in enumerate(by_side) if len(tokens) < 2)
    if len(kept_alone) == 2:
        raise InputProblem("attribution.one_word")
    tokens = [t for side, found in enumerate(by_side) if side not in kept_alone for t in found]
    return Variants(pair, tuple(tokens), tuple(_without(pair, t) for t in tokens), kept_alone)


def changes(scores: ArrayLike) -> NDArray[np.float64]:
    """score(pair) - score(pair without the token), [n], of scores of `all_pairs` [1 + n].

    Positive: the token raises the score.
    """
    values = np.asarray(scores, dtype=np.float64)
    found: NDArray[np.float64] = values[0] - values[1:]
    return found


def _without(pair: Pair, token: Token) -> Pair:
    sentence = pair[token.side]
    rest = f"{sentence[: token.start]}{sentence[token.end :]}"
    shorter = " ".join(rest.split())
    return (shorter, pair[1]) if token.side == 0 else (pair[0], shorter)
