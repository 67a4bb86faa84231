"""The bundled passages as words, and as windows with the word that comes next."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WINDOW = 16  # words that are looked at
HELD_OUT = 0.15  # share of the positions that are not trained on

_FILE = Path(__file__).resolve().parents[1] / "bundled" / "passages.txt"
_WORD = re.compile(r"\w+(?:[:'’-]\w+)*|[^\w\s]")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Corpus:
    """Every position of the text.

    Attributes:
        vocabulary: all words and marks, the frequent ones first [V].
        windows: ids of the words before each position, the last one on the right, 0 where there
            are fewer [N, WINDOW].
        lengths: how many of them there are, at least 1 [N].
        targets: the word that comes next [N].
    """

    vocabulary: tuple[str, ...]
    windows: Ints
    lengths: Ints
    targets: Ints

    def held_out(self, seed: int) -> NDArray[np.bool_]:
        """Which positions are not trained on [N]; as many for every seed."""
        count = len(self.targets)
        mask = np.zeros(count, dtype=bool)
        chosen = np.random.default_rng(seed).permutation(count)[: round(HELD_OUT * count)]
        mask[chosen] = True
        return mask


def words_of(text: str) -> tuple[str, ...]:
    """Words in lower case; every punctuation mark is one of its own."""
    return tuple(_WORD.findall(text.lower().replace("’", "'")))


@functools.cache
def bundled_corpus() -> Corpus:
    """The twelve passages that come with the app; windows do not reach from one into another."""
    return corpus_of(_FILE.read_text(encoding="utf-8"))


def corpus_of(text: str) -> Corpus:
    """A text whose passages are parted by empty lines."""
    passages = [words_of(passage) for passage in text.split("\n\n")]
    counts: dict[str, int] = {}
    for word in (word for passage in passages for word in passage):
        counts[word] = counts.get(word, 0) + 1
    vocabulary = tuple(sorted(counts, key=lambda word: (-counts[word], word)))
    ids = {word: number for number, word in enumerate(vocabulary)}
    windows, lengths, targets = [], [], []
    for passage in passages:
        read = [ids[word] for word in passage]
        for place in range(1, len(read)):
            before = read[max(0, place - WINDOW) : place]
            windows.append([0] * (WINDOW - len(before)) + before)
            lengths.append(len(before))
            targets.append(read[place])
    return Corpus(vocabulary, np.array(windows), np.array(lengths), np.array(targets))


def frequency_loss(corpus: Corpus, held_out: NDArray[np.bool_]) -> float:
    """Mean cross-entropy in nats of the held-out words by word frequency alone, each counted once
    more than it occurs among the trained ones."""
    counts = 1 + np.bincount(corpus.targets[~held_out], minlength=len(corpus.vocabulary))
    return float(-np.log(counts / counts.sum())[corpus.targets[held_out]].mean())
