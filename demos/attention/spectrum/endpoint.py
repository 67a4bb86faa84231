"""The endpoint `attention_rank`: a model and a text in, rank figures of every head out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from demos.attention.masks import MASKS, MaskName
from demos.attention.readings import Asked, Measured, Readings, check_asked
from demos.attention.spectrum.head import own_mask
from demos.frame.errors import InputProblem, visible_errors
from demos.frame.steps import result_of
from models.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

OWN = "own"

AttentionRank = Callable[[str, str, str, str, bool], dict[str, Any]]


def make_attention_rank(registry: Registry, readings: Readings) -> AttentionRank:
    """The endpoint's function, bound to a registry and what has been read."""

    @visible_errors
    def attention_rank(
        model: str, text: str, second_text: str = "", mask: str = OWN, sinks: bool = True
    ) -> dict[str, Any]:
        """The rank of every head's attention over a text, by several measures.

        Args:
            model: a model's key, such as "all-MiniLM-L6-v2".
            text: what it reads, at most 20,000 characters.
            second_text: read together with the first by a cross-encoder, ignored by others.
            mask: "own", "bidirectional", "causal", "backward", "prefix" (the first half of the
                tokens see each other), "half_heads" or "alternating"; all but its own are put on
                the logits of a model that was not trained so.
            sinks: whether special tokens and a causal model's first are counted.

        Returns:
            {"model", "mask", "sinks", "tokens", "left_out", "tolerances", "layers"}; left_out are
            positions. Each layer has lists of one entry a head: "effective_rank", "stable_rank",
            "numerical_rank" (a list, one for each tolerance), "log_abs_det", "condition_number"
            and "resolved": where that is false the smallest singular value is below what float64
            can tell from 0, the condition number is a lower bound, and log_abs_det is noise unless
            the mask is triangular. Null stands for no finite number.
        """
        return rank_of(registry, readings, model, text, second_text, mask, sinks)

    return attention_rank


def rank_of(
    registry: Registry,
    readings: Readings,
    model: object,
    text: object,
    second: object,
    mask: object,
    sinks: object,
) -> dict[str, Any]:
    """`attention_rank` without Gradio. Raises InputProblem or ModelError."""
    given = {"model": model, "text": text, "second_text": second}
    for name, value in given.items():
        if not isinstance(value, str):
            raise InputProblem("attention.rank.not_a_string", name=name)
    if not isinstance(sinks, bool):
        raise InputProblem("attention.rank.not_a_truth")
    chosen = check_mask(mask)
    asked = Asked(str(model), str(text), str(second))
    for check in check_asked(registry, asked):
        check()
    asked = asked.cleaned(registry)
    attention = readings.attention(asked)
    own = own_mask(attention)
    # Under the name of None the model's own has most likely been measured already.
    measured = result_of(readings.measuring(asked, None if chosen == own else chosen, sinks))
    return {
        "model": asked.model,
        "mask": chosen or own,
        "sinks": sinks,
        "tokens": list(attention.tokens),
        "left_out": list(measured.without),
        **_figures(measured),
    }


def check_mask(mask: object) -> MaskName | None:
    """A mask's name; None is the model's own. Raises InputProblem."""
    if mask == OWN:
        return None
    for name in MASKS:
        if mask == name:
            return name
    raise InputProblem("attention.rank.unknown_mask", given=mask, known=", ".join((OWN, *MASKS)))


def _figures(measured: Measured) -> dict[str, Any]:
    ranks = [layer.rank for layer in measured.layers]
    return {
        "tolerances": list(ranks[0].tolerances),
        "layers": [
            {
                "effective_rank": _finite(rank.effective),
                "stable_rank": _finite(rank.stable),
                "numerical_rank": rank.numerical.tolist(),
                "log_abs_det": _finite(rank.log_abs_det),
                "condition_number": _finite(rank.condition),
                "resolved": rank.resolved.tolist(),
            }
            for rank in ranks
        ],
    }


def _finite(values: Tensor) -> list[float | None]:
    """As JSON can say them."""
    return [value if math.isfinite(value) else None for value in values.tolist()]
