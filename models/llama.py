"""Llama's forward pass on rows of tokens that go on, each from what it has read before.

Design:
- Every row has keys and values of its own, so rows of any lengths, of any callers, stand side by
  side without padding: the products with weights take the new tokens of all rows at once, which
  reads the weights once.
- Rows that go on together lie together (`KeyValues`), and one token of each attends in one call,
  what is behind a row's end masked. Rows elsewhere, or with more tokens, attend by themselves.
- The weights are those of transformers' modules, in place: nothing is held twice.
- Rows can be joined: a row that attends to what several others have read (Parallel Context Windows,
  Ratner et al. 2023, arXiv 2212.10947).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from models.errors import UnsupportedModelError

_GROWTH = 16  # tokens by which room grows
SPREAD = 1.25  # rows side by side have room for as much more than they need


class KeyValues:
    """Keys and values of several rows side by side.

    Attributes:
        keys, values: [layers, rows, key-value heads, room, d], keys turned to their positions.
    """

    def __init__(self, keys: Tensor, values: Tensor):
        self.keys = keys
        self.values = values

    def make_room(self, tokens: int) -> None:
        """Have columns for so many tokens in every row."""
        more = tokens - self.keys.shape[3]
        if more > 0:
            self.keys = functional.pad(self.keys, (0, 0, 0, more + _GROWTH))
            self.values = functional.pad(self.values, (0, 0, 0, more + _GROWTH))


@dataclass(eq=False)
class LlamaRow:
    """What one row has read.

    Attributes:
        store: where its keys and values lie.
        slot: which of the store's rows it is.
        length: tokens read, that is columns in use.
        position: of the next token; `length` unless rows were joined or began later.
    """

    store: KeyValues
    slot: int = 0
    length: int = 0
    position: int = 0

    @property
    def read(self) -> tuple[Tensor, Tensor]:
        """Keys and values [layers, key-value heads, length, d]."""
        keys, values = self.store.keys, self.store.values
        return keys[:, self.slot, :, : self.length], values[:, self.slot, :, : self.length]


@dataclass(frozen=True)
class _Run:
    """Neighbouring rows with one new token each, or one row with any number.

    Attributes:
        tokens: where the new ones stand among all.
        end: columns that are looked at, the new ones included.
        each: 0, 1, ... [rows].
        lengths: of the rows before the new tokens [rows].
        mask: of columns that a row has [rows, 1, 1, end]; None where all have all.
    """

    rows: Sequence[LlamaRow]
    tokens: slice
    end: int
    each: Tensor
    lengths: Tensor
    mask: Tensor | None


class Llama:
    """The forward pass over a transformers `LlamaForCausalLM`.

    Attributes:
        model, body: transformers' modules, with the head and without.
        groups: heads of keys and values.
        head_size: d of a head.
        layers: how many.

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
        self.model = model
        self.body = model.model
        self.groups: int = config.num_key_value_heads
        self.head_size: int = config.head_dim or config.hidden_size // config.num_attention_heads
        self.layers: int = config.num_hidden_layers

    def row(self, position: int = 0) -> LlamaRow:
        """A row that has read nothing; its first token will stand at `position`."""
        weight = self.body.embed_tokens.weight
        empty = weight.new_zeros(self.layers, 1, self.groups, 0, self.head_size)
        return LlamaRow(KeyValues(empty, empty.clone()), position=position)

    def row_bytes(self, tokens: int) -> int:
        """Bytes of a row's keys and values."""
        size: int = self.body.embed_tokens.weight.element_size()
        return 2 * self.layers * self.groups * self.head_size * size * (tokens + _GROWTH)

    @staticmethod
    def room_of(tokens: int) -> int:
        """Tokens whose room a row of so many takes at most where rows lie side by side."""
        return math.ceil(SPREAD * tokens) + 3 * _GROWTH

    def join(self, rows: Sequence[LlamaRow], without: Sequence[int]) -> LlamaRow:
        """A row that has read what all of these have, and goes on behind the farthest of them.

        Args:
            rows: to be joined.
            without: how many tokens at each one's beginning are left out.
        """
        pairs = [row.read for row in rows]
        keys = torch.cat([k[:, :, n:] for (k, _), n in zip(pairs, without, strict=True)], dim=2)
        values = torch.cat([v[:, :, n:] for (_, v), n in zip(pairs, without, strict=True)], dim=2)
        keys, values = keys[:, None], values[:, None]
        return LlamaRow(KeyValues(keys, values), 0, keys.shape[3], max(r.position for r in rows))

    def copies(self, rows: Sequence[LlamaRow]) -> list[LlamaRow]:
        """Other rows that have read the same; neighbours of similar lengths lie side by side."""
        found: list[LlamaRow] = []
        for group in _similar(rows):
            keys, values = zip(*(row.read for row in group), strict=True)
            store = KeyValues(_side_by_side(keys), _side_by_side(values))
            found += [LlamaRow(store, i, row.length, row.position) for i, row in enumerate(group)]
        return found

    def forward(self, rows: Sequence[LlamaRow], tokens: Sequence[Sequence[int]]) -> Tensor:
        """Read further tokens, at least one a row; rows are changed once all is computed.

        Returns:
            logits of the token after each row's last [rows, V], float32.
        """
        device = self.body.embed_tokens.weight.device
        counts = [len(each) for each in tokens]
        ids = torch.tensor([i for each in tokens for i in each], device=device)  # [N]
        places = [p for row, n in zip(rows, counts, strict=True) for p in _places(row, n)]
        x = self.body.embed_tokens(ids)  # [N, D]
        turns = self.body.rotary_emb(x, torch.tensor([places], device=device))
        cos, sin = (turn[0, :, None] for turn in turns)  # [N, 1, d]
        runs = list(_runs(rows, counts, device))
        for number, layer in enumerate(self.body.layers):
            normed = rms(x, layer.input_layernorm)
            x = x + layer.self_attn.o_proj(
                self._attention(layer.self_attn, number, normed, (cos, sin), runs)
            )
            normed = rms(x, layer.post_attention_layernorm)
            mlp = layer.mlp
            x = x + mlp.down_proj(functional.silu(mlp.gate_proj(normed)) * mlp.up_proj(normed))
        last = torch.tensor(counts, device=device).cumsum(0) - 1  # [rows]
        logits: Tensor = self.model.lm_head(rms(x[last], self.body.norm))  # [rows, V]
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
        runs: Sequence[_Run],
    ) -> Tensor:
        """Heads side by side [N, H d] of normed states [N, D]; keys and values go into the rows."""
        shape = x.shape[0], -1, self.head_size
        queries = turned(attention.q_proj(x).view(shape), *turns)  # [N, H, d]
        keys = turned(attention.k_proj(x).view(shape), *turns)  # [N, G, d]
        values = attention.v_proj(x).view(shape)  # [N, G, d]
        out = []
        for run in runs:
            here = run.tokens
            out.append(self._attended(run, layer, queries[here], keys[here], values[here]))
        return torch.cat(out)

    def _attended(
        self, run: _Run, layer: int, queries: Tensor, keys: Tensor, values: Tensor
    ) -> Tensor:
        """Heads [t, H d] of a run's queries [t, H, d], its keys and values [t, G, d] kept."""
        count, first, store = len(queries), run.rows[0].slot, run.rows[0].store
        slots = slice(first, first + len(run.rows))
        room = store.keys[layer, slots], store.values[layer, slots]  # [rows, G, room, d]
        k, v = (each[:, :, : run.end] for each in room)  # [rows, G, end, d]
        if count == len(run.rows):  # one token each; heads of a group stand where tokens would
            room[0][run.each, :, run.lengths] = keys
            room[1][run.each, :, run.lengths] = values
            grouped = queries.view(count, self.groups, -1, self.head_size)  # [t, G, H/G, d]
            seen = functional.scaled_dot_product_attention(grouped, k, v, attn_mask=run.mask)
            return seen.reshape(count, -1)
        room[0][0, :, run.end - count : run.end] = keys.transpose(0, 1)
        room[1][0, :, run.end - count : run.end] = values.transpose(0, 1)
        mask = None
        if run.end > count:  # tokens of before are all seen, the new ones up to each
            mask = torch.ones(count, run.end, dtype=torch.bool, device=keys.device)
            mask = mask.tril(run.end - count)
        seen = functional.scaled_dot_product_attention(
            queries.transpose(0, 1)[None],
            k,
            v,
            attn_mask=mask,
            is_causal=mask is None,
            enable_gqa=True,
        )  # [1, H, t, d]
        return seen[0].transpose(0, 1).reshape(count, -1)


def _runs(rows: Sequence[LlamaRow], counts: Sequence[int], device: torch.device) -> Iterator[_Run]:
    """Rows in their order, as many together as can attend in one call; room is made in each."""
    first = start = 0
    while first < len(rows):
        last = first
        while last + 1 < len(rows) and counts[first] == 1 == counts[last + 1]:
            one, next_ = rows[last], rows[last + 1]
            if next_.store is not one.store or next_.slot != one.slot + 1:
                break
            last += 1
        run = rows[first : last + 1]
        tokens = slice(start, start + sum(counts[first : last + 1]))
        lengths = torch.tensor([row.length for row in run], device=device)
        end = max(row.length for row in run) + counts[first]
        mask = None
        if any(row.length + counts[first] < end for row in run):
            columns = torch.arange(end, device=device)
            mask = (columns <= lengths[:, None])[:, None, None]
        run[0].store.make_room(end)
        each = torch.arange(len(run), device=device)
        yield _Run(run, tokens, end, each, lengths, mask)
        first, start = last + 1, tokens.stop


def _similar(rows: Sequence[LlamaRow]) -> Iterator[list[LlamaRow]]:
    """Neighbours among which none takes more than `SPREAD` times its room; see `row_bytes`."""
    group: list[LlamaRow] = []
    for row in rows:
        lengths = [each.length for each in (*group, row)]
        if max(lengths) > SPREAD * min(lengths) + _GROWTH:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _side_by_side(parts: Sequence[Tensor]) -> Tensor:
    """Tensors [layers, G, length, d] of several lengths as one [layers, rows, G, room, d]."""
    room = max(part.shape[2] for part in parts) + _GROWTH
    padded = [functional.pad(part, (0, 0, 0, room - part.shape[2])) for part in parts]
    return torch.stack(padded, dim=1)


def _places(row: LlamaRow, count: int) -> range:
    return range(row.position, row.position + count)


def rms(x: Tensor, norm: Any) -> Tensor:
    """States [N, D] through one of transformers' `LlamaRMSNorm`, in the weights' dtype."""
    return functional.rms_norm(x, x.shape[-1:], norm.weight, norm.variance_epsilon)


def turned(heads: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Heads [N, h, d] at their positions: rotary embedding, halves side by side."""
    first, second = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat((-second, first), dim=-1) * sin
