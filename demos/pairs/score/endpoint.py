"""The endpoint `pairs_score`: pairs and model keys in, a table out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demos.frame.errors import InputProblem, visible_errors
from demos.pairs.agreement import descending_ranks
from demos.pairs.mixture import (
    DEFAULT_WEIGHT,
    MIXTURE,
    Mixture,
    check_mixture,
    models_of,
    with_mixture,
)
from demos.pairs.pair_set import Pair, check_rows
from demos.pairs.scoring import ModelScores, scores_of
from models.registry import Registry

PairsScore = Callable[[list[list[str]], list[str], float], dict[str, Any]]


def make_pairs_score(registry: Registry, max_models: int) -> PairsScore:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def pairs_score(
        pairs: list[list[str]], models: list[str], mixture_weight: float = DEFAULT_WEIGHT
    ) -> dict[str, Any]:
        """Score sentence pairs with several models.

        Args:
            pairs: a list of [sentence A, sentence B].
            models: model keys, for example ["all-MiniLM-L6-v2"]. "mixture" among them adds the
                first bi-encoder and the first cross-encoder as one: the weighted mean of their
                scores, each standardised over the pairs.
            mixture_weight: of the bi-encoder, 0 to 1.

        Returns:
            {"headers": [...], "data": [[...]]}: one row a pair, with each model's score (cosine,
            mean MaxSim or raw logit), rank (1 = most alike) and whether the pair was cut to the
            model's length.
        """
        return score_table(registry, pairs, models, max_models, mixture_weight)

    return pairs_score


def score_table(
    registry: Registry,
    pairs: list[list[str]],
    models: list[str],
    max_models: int,
    weight: float = DEFAULT_WEIGHT,
) -> dict[str, Any]:
    """`pairs_score` without Gradio. Raises InputProblem or ModelError."""
    check_shape(pairs or [], models, max_models)
    checked = check_rows(pairs or []).pairs
    headers, columns = (
        ["sentence_a", "sentence_b"],
        [list(side) for side in zip(*checked, strict=True)],
    )
    for key, model in named_scores(registry, models, checked, weight).items():
        headers += [f"{key} score", f"{key} rank", f"{key} truncated"]
        columns += [
            model.scores.tolist(),
            descending_ranks(model.scores).tolist(),
            model.truncated.tolist(),
        ]
    return {"headers": headers, "data": [list(row) for row in zip(*columns, strict=True)]}


def named_scores(
    registry: Registry, models: Sequence[str], pairs: Sequence[Pair], weight: float
) -> dict[str, ModelScores]:
    """Scores by what the caller named. Raises InputProblem or ModelError."""
    check_mixture(registry, models, weight)
    scored = with_mixture(scores_of(registry, models_of(models), pairs), models, weight)
    return {
        key if Mixture.of(key) is None else MIXTURE: model
        for key, model in ((model.card.key, model) for model in scored)
    }


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
    if not models_of(models):
        raise InputProblem("pairs.no_model")
    if len(models) > max_models:
        raise InputProblem("pairs.too_many_models", limit=max_models)
