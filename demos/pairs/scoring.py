"""Scoring one set of pairs with several models, one after another, with progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.pairs.pair_set import Pair
from models.catalog import ModelCard
from models.errors import ModelError
from models.registry import Registry
from models.work import Progress


@dataclass(frozen=True)
class ModelScores:
    """One model's scores [n], how long they took, which pairs were cut to its length, and how many
    bytes its vectors of a text have on average (0: a cross-encoder has none).
    """

    card: ModelCard
    scores: NDArray[np.float32]
    seconds: float
    cached: int
    truncated: NDArray[np.bool_]
    vector_bytes: float = 0.0

    @property
    def milliseconds_per_pair(self) -> float:
        return self.seconds / len(self.scores) * 1e3


@dataclass(frozen=True)
class LeftOut:
    """A model that could not score, and the sentence that says why."""

    key: str
    reason: Exception


@dataclass(frozen=True)
class Step:
    """One step of `score_with_models`: which model is at work and how far it is."""

    key: str
    progress: Progress


Outcome = ModelScores | LeftOut


def score_with_models(
    registry: Registry, keys: Sequence[str], pairs: Sequence[Pair]
) -> Iterator[Step | Outcome]:
    """Score `pairs` with each model in turn: steps while it works, then its outcome.

    A model that cannot be had is left out with its reason; the others still score. Closing the
    iterator cancels what is running.
    """
    for key in keys:
        yield Step(key, Progress(0, len(pairs), 0.0))
        try:
            registry.load(key)  # apart: the time shown is the scoring's
            work = registry.scoring(key, pairs)
        except ModelError as problem:
            yield LeftOut(key, problem)
            continue
        try:
            for progress in work:
                yield Step(key, progress)
            yield ModelScores(
                card=registry.card(key),
                scores=work.result().numpy(),
                seconds=work.progress.seconds,
                cached=work.progress.cached,
                truncated=np.array(work.truncated, dtype=np.bool_),
                vector_bytes=work.progress.vector_bytes,
            )
        except ModelError as problem:
            yield LeftOut(key, problem)
        finally:
            work.cancel()


def scores_of(registry: Registry, keys: Sequence[str], pairs: Sequence[Pair]) -> list[ModelScores]:
    """All models' scores, for callers who wait.

    Raises:
        ModelError: a model cannot be had.
    """
    scored = []
    for step in score_with_models(registry, keys, pairs):
        if isinstance(step, LeftOut):
            raise step.reason
        if isinstance(step, ModelScores):
            scored.append(step)
    return scored
