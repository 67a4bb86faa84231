"""One head from close by: its weights, its figures with and without the sinks, where it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demos.attention.masks import MaskName, layer_masks
from demos.attention.measure import LayerFigures, layer_weights, measure_layer
from demos.attention.readings import Asked, Readings, sinks_of
from models.attention import Attention
from models.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Look:
    """A head of a reading; layer and head are counted from nought.

    Attributes:
        tokens, parts: of the tokens that are shown [n'].
        positions: their places in the text [n'].
        weights: [n', n'], float32; not a number where the mask forbids.
        whole: the head's figures with every token (one head).
        rest: those without the sinks; None where there is no sink to leave out.
        sinks: the sinks' names, each once.
    """

    layer: int
    head: int
    tokens: tuple[str, ...]
    parts: tuple[int, ...]
    positions: tuple[int, ...]
    weights: NDArray[np.float32]
    whole: LayerFigures
    rest: LayerFigures | None
    sinks: tuple[str, ...]


def look(
    registry: Registry, readings: Readings, asked: Asked, layer: int, head: int, sinks: bool
) -> Look:
    """A head with its sinks or without; quick even for 1,024 tokens."""
    attention = readings.attention(asked)
    parked = sinks_of(attention)
    whole, rest = (
        registry.run(_measure_head, *_head(attention, layer, head), attention.causal, parked, out)
        for out in ((), parked)
    )
    without = () if sinks else parked
    weights = registry.run(
        _head_weights, *_head(attention, layer, head), attention.causal, without
    )[0].numpy()
    shown = tuple(place for place in range(len(attention.tokens)) if place not in without)
    return Look(
        layer,
        head,
        tuple(attention.tokens[place] for place in shown),
        tuple(attention.parts[place] for place in shown),
        shown,
        np.where(np.tri(len(shown), dtype=bool), weights, np.nan) if attention.causal else weights,
        whole,
        rest if parked else None,
        tuple(dict.fromkeys(attention.tokens[place] for place in parked)),
    )


def weights_of_layer(
    registry: Registry, attention: Attention, layer: int, without: tuple[int, ...]
) -> NDArray[np.float32]:
    """The weights of all heads of a layer [h, n', n'], float32."""
    weights: NDArray[np.float32] = registry.run(
        _head_weights,
        attention.queries[layer],
        attention.keys[layer],
        attention.scale,
        _bias(attention, layer),
        attention.causal,
        without,
    ).numpy()
    return weights


def block_shares(look: Look) -> dict[tuple[int, int], float]:
    """Weight by the part of the looking and of the seen token, of a pair: (0, 1) is A on B.

    Mean over the looking tokens of a part; parts are as in `Attention`.
    """
    parts = np.array(look.parts)
    weights = np.nan_to_num(look.weights)
    return {
        (looking, seen): float(weights[parts == looking][:, parts == seen].sum(axis=1).mean())
        for looking in (0, 1)
        for seen in (0, 1, -1)
        if (parts == looking).any()
    }


def _head(
    attention: Attention, layer: int, head: int
) -> tuple[Tensor, Tensor, float, Tensor | None]:
    """Queries [1, n, d], keys [1, n, d], scale and bias [1, n, n] of one head."""
    shared = attention.heads // attention.keys.shape[1]
    keys = attention.keys[layer, head // shared][None]
    bias = _bias(attention, layer)
    if bias is not None:
        bias = bias[min(head, len(bias) - 1)][None]
    return attention.queries[layer, head][None], keys, attention.scale, bias


def _bias(attention: Attention, layer: int) -> Tensor | None:
    bias = attention.bias
    return None if bias is None else bias[min(layer, len(bias) - 1)]


def _measure_head(
    queries: Tensor,
    keys: Tensor,
    scale: float,
    bias: Tensor | None,
    causal: bool,
    sinks: tuple[int, ...],
    without: tuple[int, ...],
) -> LayerFigures:
    allowed = layer_masks(_own(causal), queries.shape[1], 1, device=queries.device)  # [1, n, n]
    return measure_layer(queries, keys, scale, bias, allowed, sinks=sinks, without=without)


def _head_weights(
    queries: Tensor,
    keys: Tensor,
    scale: float,
    bias: Tensor | None,
    causal: bool,
    without: tuple[int, ...],
) -> Tensor:
    heads, n, _ = queries.shape
    allowed = layer_masks(_own(causal), n, heads, device=queries.device)  # [h, n, n]
    return layer_weights(queries, keys, scale, bias, allowed, without)


def _own(causal: bool) -> MaskName:
    return "causal" if causal else "bidirectional"
