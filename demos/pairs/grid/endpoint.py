"""The endpoint `pairs_grid`: two lists and model keys in, a grid a model out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import InputProblem, visible_errors
from demos.pairs.grid.grid import check_lists, passes_needed
from models.registry import Registry

PairsGrid = Callable[[list[str], list[str], list[str]], dict[str, Any]]


def make_pairs_grid(registry: Registry, max_models: int) -> PairsGrid:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def pairs_grid(
        sentences_a: list[str], sentences_b: list[str], models: list[str]
    ) -> dict[str, Any]:
        """Score every sentence of one list against every sentence of another.

        Args:
            sentences_a: the rows, at most 200 sentences.
            sentences_b: the columns, at most 200 sentences.
            models: model keys, for example ["all-MiniLM-L6-v2", "cosent-cross"].

        Returns:
            {"shape": [N, M], "grids": [...]}, one grid a model: {"model", "kind", "scores",
            "truncated", "passes", "vector_bytes", "seconds"}; scores [N][M] are cosines for a
            bi-encoder, mean MaxSim for late interaction and raw logits for a cross-encoder,
            truncated [N][M] tells where the model read only the beginning, passes counts the
            different texts or pairs that it has to read, vector_bytes is what the vectors of a
            text take on average (0: there are none).
        """
        return score_grids(registry, sentences_a, sentences_b, models, max_models)

    return pairs_grid


def score_grids(
    registry: Registry,
    sentences_a: list[str],
    sentences_b: list[str],
    models: list[str],
    max_models: int,
) -> dict[str, Any]:
    """`pairs_grid` without Gradio. Raises InputProblem or ModelError."""
    _check_shape(sentences_a, "A")
    _check_shape(sentences_b, "B")
    if not isinstance(models, list) or not all(isinstance(key, str) for key in models):
        raise InputProblem("pairs.models_list")
    if not models:
        raise InputProblem("pairs.no_model")
    if len(models) > max_models:
        raise InputProblem("pairs.too_many_models", limit=max_models)
    lists = check_lists(sentences_a, sentences_b)
    cards = [registry.card(key) for key in dict.fromkeys(models)]  # all known before any works
    grids = []
    for card in cards:
        work = registry.scoring(card.key, lists.pair_set.pairs)
        scores = work.result().numpy().reshape(lists.shape)
        columns = len(lists.b)
        cut = [work.truncated[start : start + columns] for start in range(0, scores.size, columns)]
        grids.append(
            {
                "model": card.key,
                "kind": card.kind,
                "scores": scores.tolist(),
                "truncated": cut,
                "passes": passes_needed(lists, card),
                "vector_bytes": work.progress.vector_bytes,
                "seconds": work.progress.seconds,
            }
        )
    return {"shape": list(lists.shape), "grids": grids}


def _check_shape(sentences: object, side: str) -> None:
    """A raw call may send anything."""
    if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
        raise InputProblem("pairs.grid.list_shape", side=side)
