"""The endpoint `attention_heads`: a model and a text in, the figures of every head out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.attention.heads.results import figures_rows
from demos.attention.readings import Asked, Readings, check_asked
from demos.frame.errors import visible_errors
from demos.frame.steps import result_of
from models.registry import Registry

AttentionHeads = Callable[[str, str, str, bool], dict[str, Any]]


def make_attention_heads(registry: Registry, readings: Readings) -> AttentionHeads:
    """The endpoint's function, bound to a registry and what was read with it."""

    @visible_errors
    def attention_heads(
        model: str, first: str, second: str = "", sinks: bool = True
    ) -> dict[str, Any]:
        """Sparsity and rank of every head of a model that reads a text.

        Args:
            model: the key of a bi-encoder, a cross-encoder or a language model.
            first: the text.
            second: the second text of a cross-encoder; others do not read it.
            sinks: whether special tokens, and a causal model's first token, are counted.

        Returns:
            {"model", "tokens", "truncated", "headers", "data"}: a row a head, layers and heads
            counted from 1; figures that are infinite or no number are null.
        """
        asked = Asked(model, first, second)
        for check in check_asked(registry, asked):
            check()
        asked = asked.cleaned(registry)
        measured = result_of(readings.measuring(asked, None, sinks))
        attention = readings.attention(asked)
        headers, rows = figures_rows(measured)
        return {
            "model": model,
            "tokens": list(attention.tokens),
            "truncated": attention.truncated,
            "headers": headers,
            "data": [[_finite(cell) for cell in row] for row in rows],
        }

    return attention_heads


def _finite(cell: object) -> object:
    """A number that JSON can hold, or None."""
    finite = not isinstance(cell, float) or abs(cell) < float("inf")
    return cell if finite else None
