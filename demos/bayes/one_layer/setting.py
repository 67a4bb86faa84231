"""What the layer is trained with, what it is asked, and what may be wrong with either."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from demos.bayes.one_layer.corpus import words_of
from demos.frame.errors import InputProblem
from demos.frame.fields import SEEDS, check_whole

DIMENSIONS, STEPS = (4, 96), (20, 1_000)
MOST_CHARACTERS = 2_000
_NAMED = 8  # unknown words that are named


@dataclass(frozen=True)
class Setting:
    """A training.

    Attributes:
        dimension: d of embeddings, queries, keys and values.
        steps: updates, each on all trained positions.
        seed: of the first weights and of which positions are held out.
    """

    dimension: int = 48
    steps: int = 240
    seed: int = 0


def check_setting(dimension: Any, steps: Any, seed: Any) -> Setting:
    """Everything as a `Setting`; raises InputProblem for what cannot be trained."""
    return Setting(
        check_whole("d", dimension, DIMENSIONS),
        check_whole("steps", steps, STEPS),
        check_whole("seed", seed, SEEDS),
    )


def check_beginning(beginning: Any, vocabulary: Collection[str]) -> tuple[str, ...]:
    """The words of a beginning; raises InputProblem for none, too many, and unknown ones."""
    text = str(beginning or "")
    if len(text) > MOST_CHARACTERS:
        raise InputProblem("bayes.layer.too_long", most=f"{MOST_CHARACTERS:,}")
    words = words_of(text)
    if not words:
        raise InputProblem("bayes.no_text")
    unknown = list(dict.fromkeys(word for word in words if word not in vocabulary))
    if unknown:
        named = ", ".join(word[:30] for word in unknown[:_NAMED])
        raise InputProblem("bayes.layer.unknown_words", words=named)
    return words
