"""Which tokens of two texts a late-interaction model matches; numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.tokenizer import Reading


class Match(NamedTuple):
    """A token's best match: its place in the other text, and their cosine."""

    place: int
    cosine: float


@dataclass(frozen=True)
class Alignment:
    """The tokens of two texts and how alike they are.

    Attributes:
        tokens: names of both texts' tokens, [t] and [u]; special ones have a vector too.
        owned: whether a token is of the text itself: special tokens and a prompt are not.
        spans: from which character of its text to which a token stands; (0, 0) where it is of none.
        cosines: of every token of the first text with every token of the second [t, u].
        truncated: whether a text was cut to the model's length.
    """

    tokens: tuple[tuple[str, ...], tuple[str, ...]]
    owned: tuple[tuple[bool, ...], tuple[bool, ...]]
    spans: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]
    cosines: NDArray[np.float32]
    truncated: bool

    def matches(self, side: int) -> list[Match]:
        """The best match of each token of the first (0) or the second (1) text."""
        cosines = self.cosines if side == 0 else self.cosines.T
        return [Match(int(row.argmax()), float(row.max())) for row in cosines]

    @property
    def score(self) -> float:
        """The pair's score: the means of both texts' greatest cosines, averaged."""
        means = [float(self.cosines.max(axis=axis).mean()) for axis in (0, 1)]
        return sum(means) / 2


def alignment(readings: Sequence[Reading], vectors: Sequence[NDArray[np.float32]]) -> Alignment:
    """Of the two texts of a pair: their tokens, and unit vectors [t, d] of these."""
    first, second = readings
    return Alignment(
        (first.tokens, second.tokens),
        (tuple(p >= 0 for p in first.parts), tuple(p >= 0 for p in second.parts)),
        (first.spans, second.spans),
        vectors[0] @ vectors[1].T,  # [t, u]
        first.encoding.truncated or second.encoding.truncated,
    )
