"""Llama's forward pass on rows of tokens that go on, each from what it has read before.

Design:
- Every row keeps its own keys and values, so rows of any lengths, of any callers, stand side by
  side without padding: the products with weights take the new tokens of all rows at once, which
  reads the weights once; attention takes each row's own.
- The weights are those of transformers' modules, in place: nothing is held twice.
- Rows can be joined: a row that attends to what several others have read (Parallel Context Windows,
  Ratner et al. 2023, arXiv 2212.10947).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from models.errors import UnsupportedModelError

_GROWTH = 64  # tokens by which a row's room grows


class LlamaRow:
    """What one row has read.

    Attributes:
        keys, values: [layers, key-value heads, room, d], keys turned to their positions.
        length: tokens read, that is columns of `keys` in use.
        position: of the next token; `length` unless rows were joined or began later.
    """

    def __init__(self, keys: Tensor, values: Tensor, length: int = 0, position: int = 0):
        self.keys = keys
        self.values = values
        self.length = length
        self.position = position

    def copy(self) -> LlamaRow:
        """Another row that has read the same."""
        keys, values = (each[:, :, : self.length].clone() for each in (self.keys, self.values))
        return LlamaRow(keys, values, self.length, self.position)

    def make_room(self, tokens: int) -> None:
        """Have columns for so many more tokens."""
        need = self.length + tokens
        if need <= self.keys.shape[2]:
            return
        more = need - self.keys.shape[2] + _GROWTH
        self.keys = functional.pad(self.keys, (0, 0, 0, more))
        self.values = functional.pad(self.values, (0, 0, 0, more))


class Llama:
    """The forward pass over a transformers `LlamaForCausalLM`.

    Raises:
        UnsupportedModelError: another architecture.
    """

    def __init__(self, model: Any):
        config = model.config
        if config.model_type != "llama" or config.hidden_act != "silu":
            raise UnsupportedModelError(
                "Texts are continued on Llama's architecture alone, and this model is {name}:"
                " choose another.",
                name=config.model_type,
            )
        self._model = model
        self._body = model.model
        self._groups: int = config.num_key_value_heads
        self._head_size: int = config.head_dim or config.hidden_size // config.num_attention_heads
        self._layers: int = config.num_hidden_layers

    def row(self, position: int = 0) -> LlamaRow:
        """A row that has read nothing; its first token will stand at `position`."""
        weight = self._body.embed_tokens.weight
        empty = weight.new_zeros(self._layers, self._groups, 0, self._head_size)
        return LlamaRow(empty, empty.clone(), 0, position)

    def row_bytes(self, tokens: int) -> int:
        """Bytes of a row's keys and values."""
        size: int = self._body.embed_tokens.weight.element_size()
        return 2 * self._layers * self._groups * self._head_size * size * (tokens + _GROWTH)

    def join(self, rows: Sequence[LlamaRow]) -> LlamaRow:
        """A row that has read what all of these have, and goes on behind the farthest of them."""
        keys = torch.cat([row.keys[:, :, : row.length] for row in rows], dim=2)
        values = torch.cat([row.values[:, :, : row.length] for row in rows], dim=2)
        return LlamaRow(keys, values, keys.shape[2], max(row.position for row in rows))

    def forward(self, rows: Sequence[LlamaRow], tokens: Sequence[Sequence[int]]) -> Tensor:
        """Read further tokens, at least one a row; rows are changed once all is computed.

        Returns:
            logits of the token after each row's last [rows, V], float32.
        """
        device = self._body.embed_tokens.weight.device
        counts = [len(each) for each in tokens]
        ids = torch.tensor([i for each in tokens for i in each], device=device)  # [N]
        places = [p for row, n in zip(rows, counts, strict=True) for p in _places(row, n)]
        x = self._body.embed_tokens(ids)  # [N, D]
        turns = self._body.rotary_emb(x, torch.tensor([places], device=device))
        cos, sin = (turn[0, :, None] for turn in turns)  # [N, 1, d]
        for row, count in zip(rows, counts, strict=True):
            row.make_room(count)
        for number, layer in enumerate(self._body.layers):
            normed = _rms(x, layer.input_layernorm)
            x = x + layer.self_attn.o_proj(
                self._attention(layer.self_attn, number, normed, (cos, sin), rows, counts)
            )
            normed = _rms(x, layer.post_attention_layernorm)
            mlp = layer.mlp
            x = x + mlp.down_proj(functional.silu(mlp.gate_proj(normed)) * mlp.up_proj(normed))
        last = torch.tensor(counts, device=device).cumsum(0) - 1  # [rows]
        logits: Tensor = self._model.lm_head(_rms(x[last], self._body.norm))  # [rows, V]
        for row, count in zip(rows, counts, strict=True):
            row.length += count
            row.position += count
        return logits.float()

    def _attention(
        self,
        attention: Any,
        layer: int,
        x: Tensor,
        turns: tuple[Tensor, Tensor],
        rows: Sequence[LlamaRow],
        counts: Sequence[int],
    ) -> Tensor:
        """Heads side by side [N, H d] of normed states [N, D]; keys and values go into the rows."""
        shape = x.shape[0], -1, self._head_size
        queries = _turned(attention.q_proj(x).view(shape), *turns)  # [N, H, d]
        keys = _turned(attention.k_proj(x).view(shape), *turns)  # [N, G, d]
        values = attention.v_proj(x).view(shape)  # [N, G, d]
        out, start = [], 0
        for row, count in zip(rows, counts, strict=True):
            here, end = slice(start, start + count), row.length + count
            row.keys[layer, :, row.length : end] = keys[here].transpose(0, 1)
            row.values[layer, :, row.length : end] = values[here].transpose(0, 1)
            read = row.keys[layer, :, :end], row.values[layer, :, :end]  # [G, end, d]
            out.append(self._attended(queries[here], *read))
            start += count
        return torch.cat(out)

    def _attended(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """One row's heads [t, H d]: queries [t, H, d] are its last t tokens'."""
        count, end = len(queries), keys.shape[1]
        grouped = queries.view(count, self._groups, -1, self._head_size)  # [t, G, H/G, d]
        if count == 1:  # heads of a group stand where tokens would: keys need no copies
            seen = functional.scaled_dot_product_attention(
                grouped.transpose(0, 1).flatten(1, 2)[None], keys[None], values[None]
            )  # [1, G, H/G, d]
            return seen.reshape(1, -1)
        mask = None
        if end > count:  # tokens of before are all seen, the new ones up to each
            mask = torch.ones(count, end, dtype=torch.bool, device=keys.device).tril(end - count)
        seen = functional.scaled_dot_product_attention(
            queries.transpose(0, 1)[None],
            keys[None],
            values[None],
            attn_mask=mask,
            is_causal=mask is None,
            enable_gqa=True,
        )  # [1, H, t, d]
        return seen[0].transpose(0, 1).reshape(count, -1)


def _places(row: LlamaRow, count: int) -> range:
    return range(row.position, row.position + count)


def _rms(x: Tensor, norm: Any) -> Tensor:
    return functional.rms_norm(x, x.shape[-1:], norm.weight, norm.variance_epsilon)


def _turned(heads: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Heads [N, h, d] at their positions: rotary embedding, halves side by side."""
    first, second = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat((-second, first), dim=-1) * sin
