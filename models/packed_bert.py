"""BERT without padding: all texts of a batch in one product, query, key and value in another.

Design:
- The tokens of a batch stand one after another, [N, d]: linear layers and norms see no padding but
  the few tokens that round N up.
- Attention sees rows in which several texts stand side by side, each blind to the others
  (`models/packing.py`); long texts and short ones have rows of their own.
- Query, key and value are one linear layer; residuals are added inside the products.
- Where only each text's first vector is wanted, the last layer computes only those.

transformers loads and checks the weights; this is its forward pass for the architectures that
BERT's layers serve. Tests hold both equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.attention import Recording
from models.device import Device
from models.errors import UnsupportedModelError
from models.linear import Linear, linear_of, release
from models.lora import Lora
from models.packing import Rows, lay_in_rows, round_up
from models.pooling import TokenStates
from models.tokenizer import Encoding

_PLAIN = ("bert",)
_SHIFTED = ("roberta", "xlm-roberta", "camembert")  # positions begin after the padding id

# A linear layer's name, itself, its input and what is added: its output with the adapter's update.
_Project = Callable[..., Tensor]


@dataclass(frozen=True)
class _Layer:
    qkv: Linear
    attention_output: Linear
    attention_norm: nn.Module
    intermediate: Linear
    activation: Callable[[Tensor], Tensor]
    output: Linear
    output_norm: nn.Module

    def parts(self) -> dict[str, Linear]:
        """The linear layers by the names that adapters have for them."""
        return {
            "qkv": self.qkv,
            "attention.output.dense": self.attention_output,
            "intermediate.dense": self.intermediate,
            "output.dense": self.output,
        }


@dataclass(frozen=True)
class _Rows:
    """Rows of one width on the device; `bias` hides the tokens of other texts."""

    count: int
    width: int
    token_of_slot: Tensor  # [count * width]
    bias: Tensor  # [count, 1, width, width]


@dataclass(frozen=True)
class _Packing:
    groups: tuple[_Rows, ...]
    slot_of_token: Tensor  # [N]


class PackedBert:
    """The encoder of a BERT or RoBERTa, for inference. Thread-safe: nothing changes after loading.

    Args:
        model: transformers' model without a task head, on the device, in its dtype.
        device: where it runs.
    """

    def __init__(self, model: Any, device: Device):
        config = model.config
        self.hidden_size: int = config.hidden_size
        self._heads: int = config.num_attention_heads
        self._padding_id = config.pad_token_id if config.model_type in _SHIFTED else None
        self._device = device
        self._embeddings = model.embeddings
        self._layers = [_layer(layer, device) for layer in model.encoder.layer]
        norms = [n for layer in self._layers for n in (layer.attention_norm, layer.output_norm)]
        self.nbytes = sum(p.nbytes for m in (model.embeddings, *norms) for p in m.parameters())
        for layer in self._layers:
            self.nbytes += sum(linear.nbytes for linear in layer.parts().values())

    @staticmethod
    def supports(config: Any) -> bool:
        """Whether a transformers configuration is of an architecture that is computed here."""
        return (
            config.model_type in (*_PLAIN, *_SHIFTED)
            and not getattr(config, "is_decoder", False)
            and getattr(config, "position_embedding_type", "absolute") in ("absolute", None)
        )

    def check_adapter(self, adapter: Lora) -> None:
        """Raise UnsupportedModelError if the adapter was made for a base of another shape."""
        for (index, part), shape in adapter.shapes().items():
            layer = self._layers[index] if index < len(self._layers) else None
            linear = layer.parts().get(part) if layer is not None else None
            if linear is None or linear.shape != shape:
                raise UnsupportedModelError("The adapter was made for a base of another shape.")

    def token_states(
        self, batch: Sequence[Encoding], adapter: Lora | None = None, first_only: bool = False
    ) -> TokenStates:
        """Last hidden states of a batch, on the device, in its dtype.

        Args:
            batch: token ids of each text.
            adapter: the updates to add; None takes the base alone.
            first_only: only each text's first vector is wanted.
        """
        lengths = [len(encoding) for encoding in batch]
        counts = self._device.to_device(torch.tensor(lengths))  # [b]
        packing = self._pack(lengths)
        hidden = self._embed(batch, lengths, len(packing.slot_of_token))  # [N, d]
        for index, layer in enumerate(self._layers):
            last = index == len(self._layers) - 1
            firsts = self._firsts(lengths) if first_only and last else None
            project = _with_adapter(adapter, index)
            qkv = project("qkv", layer.qkv, hidden)  # [N, 3d]
            hidden = self._run(layer, project, qkv, hidden, packing, firsts)
        if first_only:
            return TokenStates(hidden[: len(batch)], torch.ones_like(counts))
        return TokenStates(hidden[: sum(lengths)], counts)

    def record(self, encoding: Encoding, adapter: Lora | None = None) -> Recording:
        """Queries, keys and states of one text, on the device, in its dtype."""
        count = len(encoding)
        packing = self._pack([count])
        hidden = self._embed([encoding], [count], len(packing.slot_of_token))  # [N, d]
        heads, states = [], [hidden[:count]]
        for index, layer in enumerate(self._layers):
            project = _with_adapter(adapter, index)
            qkv = project("qkv", layer.qkv, hidden)  # [N, 3d]
            heads.append(qkv[:count].view(count, 3, self._heads, -1)[:, :2])
            hidden = self._run(layer, project, qkv, hidden, packing, None)
            states.append(hidden[:count])
        queries, keys = torch.stack(heads).permute(2, 0, 3, 1, 4)  # each [layers, h, n, d / h]
        scale = queries.shape[-1] ** -0.5
        return Recording(queries, keys, scale, None, False, torch.stack(states))

    def _embed(self, batch: Sequence[Encoding], lengths: list[int], count: int) -> Tensor:
        """Sum of word, type and position embeddings, normalised, [N, d]."""
        tokens = np.zeros((3, count), dtype=np.int64)
        here = slice(sum(lengths))
        tokens[0, here] = _joined([encoding.ids for encoding in batch], lengths)
        if batch[0].type_ids is not None:
            tokens[1, here] = _joined([encoding.type_ids or [] for encoding in batch], lengths)
        tokens[2, here] = self._positions(tokens[0, here], lengths)
        words, types, places = self._device.to_device(torch.from_numpy(tokens))  # [N] each
        e = self._embeddings
        hidden = e.word_embeddings(words) + e.token_type_embeddings(types)
        normed: Tensor = e.LayerNorm(hidden + e.position_embeddings(places))  # [N, d]
        return normed

    def _positions(self, ids: NDArray[np.int64], sizes: list[int]) -> NDArray[np.int64]:
        """Positions of all tokens; RoBERTa's begin after the padding id and pass over it."""
        counted = np.ones_like(ids) if self._padding_id is None else ids != self._padding_id
        so_far = counted.cumsum()
        firsts = np.cumsum([0, *sizes[:-1]])  # [b]
        before = (so_far - counted)[firsts]  # [b], counted in earlier texts
        positions: NDArray[np.int64] = so_far - np.repeat(before, sizes)  # from 1
        return positions - 1 if self._padding_id is None else positions * counted + self._padding_id

    def _firsts(self, lengths: list[int]) -> Tensor:
        """The first token of each text, [b] rounded up."""
        firsts = torch.zeros(round_up(len(lengths)), dtype=torch.long)
        firsts[1 : len(lengths)] = torch.tensor(lengths[:-1]).cumsum(0)
        return self._device.to_device(firsts)

    def _pack(self, lengths: list[int]) -> _Packing:
        packing = lay_in_rows(lengths)
        groups = tuple(self._rows(rows) for rows in packing.groups)
        return _Packing(groups, self._device.to_device(torch.from_numpy(packing.slot_of_token)))

    def _rows(self, rows: Rows) -> _Rows:
        to_device = self._device.to_device
        text = to_device(torch.from_numpy(rows.text_of_slot)).view(rows.count, 1, rows.width)
        foreign = text.unsqueeze(-1) != text.unsqueeze(-2)  # [R, 1, W, W]
        bias = torch.zeros(foreign.shape, dtype=self._device.dtype, device=foreign.device)
        tokens = to_device(torch.from_numpy(rows.token_of_slot))
        return _Rows(rows.count, rows.width, tokens, bias.masked_fill_(foreign, float("-inf")))

    def _run(
        self,
        layer: _Layer,
        project: _Project,
        qkv: Tensor,
        x: Tensor,
        packing: _Packing,
        firsts: Tensor | None,
    ) -> Tensor:
        """One layer: [N, d] to [N, d], or to [b, d] where only the tokens `firsts` are wanted."""
        context = self._attend(qkv, packing)  # [N, d]
        if firsts is not None:
            context, x = context[firsts], x[firsts]  # [b, d]
        mixed = project("attention.output.dense", layer.attention_output, context, x)
        x = layer.attention_norm(mixed)
        inner = layer.activation(project("intermediate.dense", layer.intermediate, x))
        out: Tensor = layer.output_norm(project("output.dense", layer.output, inner, x))
        return out

    def _attend(self, qkv: Tensor, packing: _Packing) -> Tensor:
        """softmax(Q K^T / sqrt(d/h)) V within each text: [N, 3d] to [N, d]."""
        contexts = [self._attend_rows(qkv, rows) for rows in packing.groups]
        context = contexts[0] if len(contexts) == 1 else torch.cat(contexts)  # [slots, d]
        return context.index_select(0, packing.slot_of_token)  # [N, d]

    def _attend_rows(self, qkv: Tensor, rows: _Rows) -> Tensor:
        slots = qkv.index_select(0, rows.token_of_slot)  # [R * W, 3d]
        parts = slots.view(rows.count, rows.width, 3, self._heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)  # each [R, h, W, d / h]
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=rows.bias)
        return mixed.transpose(1, 2).reshape(len(slots), self.hidden_size)  # [R * W, d]


def _with_adapter(adapter: Lora | None, index: int) -> _Project:
    """How a layer's linear parts are computed, with the adapter's updates of that layer."""

    def project(part: str, linear: Linear, x: Tensor, added: Tensor | None = None) -> Tensor:
        y = linear(x, added)
        update = adapter.at(index, part) if adapter is not None else None
        return y if update is None else update.add_to(y, x)

    return project


def _joined(parts: list[list[int]], sizes: list[int]) -> NDArray[np.int64]:
    return np.fromiter(chain.from_iterable(parts), dtype=np.int64, count=sum(sizes))


def _layer(layer: Any, device: Device) -> _Layer:
    attention, qkv = layer.attention, layer.attention.self
    parts = (qkv.query, qkv.key, qkv.value)
    joined = Linear(
        torch.cat([part.weight for part in parts]),  # [3d, d]
        torch.cat([part.bias for part in parts]),  # [3d]
        device,
    )
    for part in parts:
        release(part)
    return _Layer(
        joined,
        linear_of(attention.output.dense, device),
        attention.output.LayerNorm,
        linear_of(layer.intermediate.dense, device),
        layer.intermediate.intermediate_act_fn,
        linear_of(layer.output.dense, device),
        layer.output.LayerNorm,
    )
