"""The endpoint `attention_sparsity`: a text in, every index of every head out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.attention.readings import Asked, Measured, Readings, check_asked
from demos.attention.sparsity import INDICES
from demos.frame.errors import InputProblem, visible_errors
from demos.frame.steps import result_of
from models.attention import Attention
from models.registry import Registry

AttentionSparsity = Callable[[str, str, str, bool], dict[str, Any]]


def make_attention_sparsity(registry: Registry, readings: Readings) -> AttentionSparsity:
    """The endpoint's function, bound to a registry and to what has been read."""

    @visible_errors
    def attention_sparsity(
        model: str, text: str, second: str = "", sinks: bool = True
    ) -> dict[str, Any]:
        """How sparse every head's attention is in one text, under the model's own mask.

        Each row is measured over the tokens that it may look at; rows that may look at one alone
        say nothing and are left out of the means.

        Args:
            model: the key of a bi-encoder, a cross-encoder or a causal language model.
            text: what is read.
            second: read with it by a cross-encoder, which needs it; others ignore it.
            sinks: whether the tokens that heads park their attention on are counted: [CLS], [SEP]
                and their like, and a causal model's first token.

        Returns:
            {"model", "tokens", "layers", "heads", "truncated", "sinks", "sparse", "indices"}:
            "tokens" is their number; "sinks" are the positions, from nought, that were left out
            (none where they are counted); "sparse" says for each index whether a "low" or a "high"
            value is sparse; "indices" has for each index a list of layers, each a list of heads.
        """
        if not all(isinstance(value, str) for value in (model, text, second)):
            raise InputProblem("attention.sparsity.not_texts")
        if not isinstance(sinks, bool):
            raise InputProblem("attention.sparsity.not_bool")
        given = Asked(model, text, second)
        for check in check_asked(registry, given):
            check()
        asked = given.cleaned(registry)
        measured = result_of(readings.measuring(asked, sinks=sinks))
        return as_json(asked, readings.attention(asked), measured)

    return attention_sparsity


def as_json(asked: Asked, attention: Attention, measured: Measured) -> dict[str, Any]:
    """A reading as the endpoint gives it."""
    return {
        "model": asked.model,
        "tokens": len(attention.tokens),
        "layers": attention.layers,
        "heads": attention.heads,
        "truncated": attention.truncated,
        "sinks": list(measured.without),
        "sparse": {key: index.sparse for key, index in INDICES.items()},
        "indices": {
            key: [layer.indices[key].tolist() for layer in measured.layers] for key in INDICES
        },
    }
