"""Texts of mixed length for the benchmarks, the same in every run."""

from __future__ import annotations

import random

_TEXT = (
    "the of and to in is that for it as was with be by on not he his but at are this have from or"
    " had an they which one you were all her she there would their we him been has when who will"
    " more no if out so said what up its about into than them can only other new some could time"
    " these two may then do first any my now such like our over man me even most made after also"
)
_WORDS = _TEXT.split()
_LENGTHS = (4, 6, 8, 10, 12, 14, 18, 24, 30, 45, 80, 150)


def mixed_texts(count: int, seed: int = 0, lengths: tuple[int, ...] = _LENGTHS) -> list[str]:
    """Different texts of 4 to 150 words, 33 on average."""
    chance = random.Random(seed)
    return [
        " ".join(chance.choices(_WORDS, k=chance.choice(lengths))) + f" {seed}.{k}"
        for k in range(count)
    ]


def mixed_pairs(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Different pairs of 4 to 45 words a side."""
    short = _LENGTHS[:-2]
    return list(
        zip(mixed_texts(count, seed, short), mixed_texts(count, seed + 1, short), strict=True)
    )


def random_sentence(chance: random.Random) -> str:
    """A sentence of 6 to 14 words that nobody has asked before."""
    words = chance.choices(_WORDS, k=chance.randint(6, 14))
    return f"{' '.join(words)} {chance.randrange(10**6)}"
