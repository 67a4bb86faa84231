"""The endpoint `pairs_score`: pairs and model keys in, a table out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import InputProblem, visible_errors
from demos.pairs.agreement import descending_ranks
from demos.pairs.pair_set import check_rows
from models.registry import Registry

PairsScore = Callable[[list[list[str]], list[str]], dict[str, Any]]


def make_pairs_score(registry: Registry, max_models: int) -> PairsScore:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def pairs_score(pairs: list[list[str]], models: list[str]) -> dict[str, Any]:
        """Score sentence pairs with several models.

        Args:
            pairs: a list of [sentence A, sentence B].
            models: model keys, for example ["all-MiniLM-L6-v2"].

        Returns:
            {"headers": [...], "data": [[...]]}: one row a pair, with each model's score (cosine,
            mean MaxSim or raw logit), rank (1 = most alike) and whether the pair was cut to the
            model's length.
        """
        return score_table(registry, pairs, models, max_models)

    return pairs_score


def score_table(
    registry: Registry, pairs: list[list[str]], models: list[str], max_models: int
) -> dict[str, Any]:
    """`pairs_score` without Gradio. Raises InputProblem or ModelError."""
    check_shape(pairs or [], models, max_models)
    checked = check_rows(pairs or []).pairs
    headers, columns = (
        ["sentence_a", "sentence_b"],
        [list(side) for side in zip(*checked, strict=True)],
    )
    for key in dict.fromkeys(models):
        work = registry.scoring(key, checked)
        scores = work.result()
        headers += [f"{key} score", f"{key} rank", f"{key} truncated"]
        columns += [
            scores.tolist(),
            descending_ranks(scores.numpy()).tolist(),
            work.truncated,
        ]
    return {"headers": headers, "data": [list(row) for row in zip(*columns, strict=True)]}


def check_shape(pairs: object, models: object, max_models: int) -> None:
    """A raw call may send anything. Blank pairs are refused: rows shall match the caller's."""
    if not isinstance(models, list) or not all(isinstance(key, str) for key in models):
        raise InputProblem("pairs.models_list")
    if not isinstance(pairs, list):
        raise InputProblem("pairs.pair_shape", row=1)
    for number, pair in enumerate(pairs, start=1):
        if (
            not isinstance(pair, list)
            or len(pair) != 2
            or not all(isinstance(s, str) for s in pair)
        ):
            raise InputProblem("pairs.pair_shape", row=number)
        if not (pair[0].strip() or pair[1].strip()):
            raise InputProblem("pairs.empty_cell", row=number, side="A")
    if not models:
        raise InputProblem("pairs.no_model")
    if len(models) > max_models:
        raise InputProblem("pairs.too_many_models", limit=max_models)
