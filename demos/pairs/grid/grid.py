"""Two lists of sentences as a grid of pairs, and what it costs each kind of model to fill it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.pairs.pair_set import MAX_CHARACTERS, MAX_TOTAL_CHARACTERS, Pair, PairSet
from demos.pairs.scoring import ModelScores
from models.catalog import ModelCard

MAX_SIDE = 200


@dataclass(frozen=True)
class SentenceLists:
    """Checked lists: `a` [N] goes down the rows of the grid, `b` [M] across its columns."""

    a: tuple[str, ...]
    b: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.a), len(self.b)

    @cached_property
    def pair_set(self) -> PairSet:
        """All N x M pairs, row by row, without labels."""
        pairs: tuple[Pair, ...] = tuple((a, b) for a in self.a for b in self.b)
        return PairSet(pairs, None)


@dataclass(frozen=True)
class ModelGrid:
    """One model's scores of a grid.

    Attributes:
        scores: [N, M] float32; cosines or raw logits.
        passes: how many different texts (pairs for a cross-encoder) have to be read.
        seconds: how long filling the grid took; next to nothing for what the cache knew.
        cached: pairs, of N x M, that the cache knew before they were looked up.
        truncated: [N, M]; where the model read only the beginning.
        vector_bytes: of a text's vectors, on average; 0 for a cross-encoder.
    """

    card: ModelCard
    scores: NDArray[np.float32]
    passes: int
    seconds: float
    cached: int
    truncated: NDArray[np.bool_]
    vector_bytes: float = 0.0

    @property
    def remembered(self) -> bool:
        """Whether the whole grid came from the cache, so that its time says nothing."""
        return self.cached == self.scores.size


def split_lines(typed: str | None) -> list[str]:
    """One sentence a line, as editors count lines; blank lines are passed over."""
    lines = (typed or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line.strip() for line in lines if line.strip()]


def check_list(sentences: Sequence[str], side: str, limit: int = MAX_SIDE) -> tuple[str, ...]:
    """One list (`side` is "A" or "B"), stripped.

    Raises:
        InputProblem: it is empty, too long, or holds an empty or an overlong sentence.
    """
    if not sentences:
        raise InputProblem("pairs.grid.empty_list", side=side)
    if len(sentences) > limit:
        raise InputProblem("pairs.grid.too_many", side=side, count=len(sentences), limit=limit)
    for number, sentence in enumerate(sentences, start=1):
        if not sentence.strip():
            raise InputProblem("pairs.grid.empty_sentence", side=side, number=number)
        if len(sentence) > MAX_CHARACTERS:
            raise InputProblem(
                "pairs.grid.too_long",
                side=side,
                number=number,
                characters=len(sentence),
                limit=MAX_CHARACTERS,
            )
    return tuple(sentence.strip() for sentence in sentences)


def check_lists(
    a: Sequence[str], b: Sequence[str], total: int = MAX_TOTAL_CHARACTERS
) -> SentenceLists:
    """Both lists, and the characters of all their pairs together.

    Raises:
        InputProblem: see `check_list`; or the pairs hold more than `total` characters.
    """
    lists = SentenceLists(check_list(a, "A"), check_list(b, "B"))
    rows, columns = lists.shape
    characters = columns * sum(map(len, lists.a)) + rows * sum(map(len, lists.b))
    if characters > total:
        raise InputProblem(
            "pairs.grid.total", rows=rows, columns=columns, characters=characters, limit=total
        )
    return lists


def passes_needed(lists: SentenceLists, card: ModelCard) -> int:
    """How many inputs a model has to read: a repeated one is read once."""
    texts_a, texts_b = set(lists.a), set(lists.b)
    if card.kind != "cross-encoder":
        return len(texts_a | texts_b)
    pairs = len(texts_a) * len(texts_b)
    # Both orders; of two texts that stand in both lists each order is a pair of the grid already.
    return 2 * pairs - len(texts_a & texts_b) ** 2 if card.symmetric else pairs


def as_grid(lists: SentenceLists, scored: ModelScores) -> ModelGrid:
    """Scores of `lists.pair_set`, row by row [N * M], laid out as a grid."""
    return ModelGrid(
        card=scored.card,
        scores=scored.scores.reshape(lists.shape),
        passes=passes_needed(lists, scored.card),
        seconds=scored.seconds,
        cached=scored.cached,
        truncated=scored.truncated.reshape(lists.shape),
        vector_bytes=scored.vector_bytes,
    )


def best_columns(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The column of the highest score in each row [N]; the first of equals."""
    best: NDArray[np.int64] = np.argmax(scores, axis=1)
    return best
