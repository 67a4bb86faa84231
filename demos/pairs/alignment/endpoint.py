"""The endpoint `pairs_alignment`: a pair and a late-interaction model in, tokens' matches out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import visible_errors
from demos.pairs.pair_set import check_rows
from demos.pairs.score.endpoint import check_shape
from models.registry import Registry

PairsAlignment = Callable[[str, str, str], dict[str, Any]]


def make_pairs_alignment(registry: Registry) -> PairsAlignment:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def pairs_alignment(sentence_a: str, sentence_b: str, model: str) -> dict[str, Any]:
        """Tell which tokens of two sentences a late-interaction model matches.

        Args:
            sentence_a: the first sentence.
            sentence_b: the second.
            model: key of a late-interaction model, for example "cosent-late".

        Returns:
            {"score", "tokens": [A, B], "cosines": [t][u], "matches": [A, B], "truncated"}: names
            of both sentences' tokens, special ones included; cosines of all of A's with all of
            B's; for each token its best match in the other sentence as {"place", "cosine"}.
        """
        return alignment_of(registry, sentence_a, sentence_b, model)

    return pairs_alignment


def alignment_of(
    registry: Registry, sentence_a: str, sentence_b: str, model: str
) -> dict[str, Any]:
    """`pairs_alignment` without Gradio. Raises InputProblem or ModelError."""
    check_shape([[sentence_a, sentence_b]], [model], 1)
    (pair,) = check_rows([[sentence_a, sentence_b]]).pairs
    found = registry.align(model, pair)
    return {
        "score": found.score,
        "tokens": [list(tokens) for tokens in found.tokens],
        "cosines": found.cosines.tolist(),
        "matches": [[match._asdict() for match in found.matches(side)] for side in (0, 1)],
        "truncated": found.truncated,
    }
