"""What a model attends to in one text: the queries and keys of every head.

They are small ([n, d] a head), and everything else follows from them: logits, weights under any
mask, for any layer, without an [n, n] matrix being kept for each head.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Recording:
    """What a forward pass of one text showed, on the device; fields as in `Attention`."""

    queries: Tensor
    keys: Tensor
    scale: float
    bias: Tensor | None
    causal: bool
    states: Tensor


@dataclass(frozen=True)
class Attention:
    """The attention of one text or pair; tensors on the CPU, float32.

    Attributes:
        tokens: as the tokenizer writes them, made readable [n]; see `Tokenizer.read`.
        parts: what a token belongs to [n]: 0 the first text, 1 the second, -1 neither (special
            tokens, and a prompt that the model wants before every text).
        queries: [layers, heads, n, d], rotated where the model has rotary positions.
        keys: [layers, key-value heads, n, d]; a group of heads shares each.
        scale: the factor of their products, usually 1 / sqrt(d).
        bias: added to the logits [layers or 1, heads or 1, n, n], or None: relative positions.
        causal: whether the model's own mask lets a token see only itself and those before it.
        states: token vectors before the first layer and after each [layers + 1, n, hidden]; where
            a model ends in a norm of its own, the last ones are behind it.
        truncated: whether the text was cut to the model's length.
    """

    tokens: tuple[str, ...]
    parts: tuple[int, ...]
    queries: Tensor
    keys: Tensor
    scale: float
    bias: Tensor | None
    causal: bool
    states: Tensor
    truncated: bool

    @property
    def layers(self) -> int:
        return self.queries.shape[0]

    @property
    def heads(self) -> int:
        return self.queries.shape[1]


def attention_logits(attention: Attention, layer: int) -> Tensor:
    """Scaled products of one layer before mask and softmax [heads, n, n], where the tensors are."""
    queries, keys = attention.queries[layer], attention.keys[layer]
    keys = keys.repeat_interleave(len(queries) // len(keys), dim=0)  # [heads, n, d]
    logits: Tensor = attention.scale * (queries @ keys.mT)
    if attention.bias is not None:
        logits = logits + attention.bias[min(layer, len(attention.bias) - 1)]
    return logits


def attention_weights(attention: Attention, layer: int) -> Tensor:
    """The weights of one layer under the model's own mask [heads, n, n]; rows sum to one."""
    logits = attention_logits(attention, layer)
    if attention.causal:
        above = torch.ones(logits.shape[-2:], dtype=torch.bool, device=logits.device).triu(1)
        logits = logits.masked_fill(above, -torch.inf)
    return logits.softmax(dim=-1)
