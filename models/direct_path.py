"""What comes straight from each token to a language model's next-token logits.

The last position's final state is a sum: its own embedding, what attention brings in every layer,
and what every MLP adds. What attention brings is itself a sum over the tokens j that are looked at,
sum_h A[h, j] v_j W_O. With the scale of the final RMSNorm at its actual value the logits are linear
in the state, and so

    logits = embedding + sum_j token_j + sum_l MLP_l        exactly.

It is the direct path alone: the values of upper layers already mix tokens, and what an MLP makes of
what attention has brought is booked as the MLP's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.held import map_tensors
from models.llama import Llama, rms, turned

_ROWS = 64  # of the identity that are multiplied with a hidden weight at once


@dataclass(frozen=True)
class Parts:
    """Logits of r words, part by part, float32; n tokens, L layers.

    Attributes:
        embedding: of the last token's own embedding [r].
        tokens: what attention brings from each token, all layers together [r, n].
        attention: the same by layer, all tokens together [r, L].
        mlp: of each layer's MLP, and of a bias behind attention where a model has one [r, L].
    """

    embedding: Tensor
    tokens: Tensor
    attention: Tensor
    mlp: Tensor

    @property
    def sums(self) -> Tensor:
        """All parts together [r]."""
        return self.embedding + self.tokens.sum(dim=1) + self.mlp.sum(dim=1)

    def minus(self, other: Parts) -> Parts:
        """Part by part."""
        return Parts(
            self.embedding - other.embedding,
            self.tokens - other.tokens,
            self.attention - other.attention,
            self.mlp - other.mlp,
        )


@dataclass(frozen=True)
class DirectPath:
    """One next-token prediction and where it comes from, on the CPU.

    Attributes:
        logits: the model's own, float32 [V].
        candidates: ids of the likeliest tokens, falling [k].
        raw: parts of the candidates' logits, r = k.
        mean: of all words' logits, r = 1.
    """

    logits: Tensor
    candidates: Tensor
    raw: Parts
    mean: Parts

    @property
    def centred(self) -> Parts:
        """Parts against their mean over the vocabulary: only differences between words count."""
        return self.raw.minus(self.mean)

    @property
    def gap(self) -> float:
        """The largest difference between a candidate's logit and the sum of its parts."""
        return float((self.raw.sums - self.logits[self.candidates]).abs().max())


def direct_path(llama: Llama, tokens: Sequence[int], count: int) -> DirectPath:
    """Take the prediction of the token after `tokens` apart; on the device's thread.

    Args:
        tokens: ids [n], at least one.
        count: k, how many candidates.
    """
    with torch.inference_mode():
        found = _direct_path(llama, tokens, count)

    def copied(tensor: Tensor) -> Tensor:  # outside inference mode: callers do what they like
        kind = torch.float32 if tensor.is_floating_point() else tensor.dtype
        return tensor.to("cpu", kind, copy=True)

    result: DirectPath = map_tensors(copied, found)
    return result


def _direct_path(llama: Llama, tokens: Sequence[int], count: int) -> DirectPath:
    row = llama.row()
    if len(tokens) > 1:
        llama.forward([row], [tokens[:-1]])
    logits = llama.forward([row], [tokens[-1:]])[0]  # [V]
    candidates = logits.topk(min(count, len(logits))).indices  # [k]
    stream = _stream(llama, tokens[-1], *row.read)
    final, norm = stream.final, llama.body.norm
    scale = norm.weight.float() * (final.square().mean() + norm.variance_epsilon).rsqrt()  # [D]
    rows, mean = _output_rows(llama, candidates)
    raw, middle = stream.seen_by(rows * scale), stream.seen_by(mean[None] * scale)
    return DirectPath(logits, candidates, raw, middle)


@dataclass(frozen=True)
class _Stream:
    """Everything that was added to the last position's state, float32.

    Attributes:
        embedding: [D].
        tokens: by attention, from each token, all layers together [n, D].
        attention, mlp: by layer [L, D].
    """

    embedding: Tensor
    tokens: Tensor
    attention: Tensor
    mlp: Tensor

    @property
    def final(self) -> Tensor:
        """The state before the last norm [D]."""
        return self.embedding + self.attention.sum(dim=0) + self.mlp.sum(dim=0)

    def seen_by(self, rows: Tensor) -> Parts:
        """Products with rows [r, D]."""
        return Parts(
            rows @ self.embedding,
            rows @ self.tokens.T,
            rows @ self.attention.T,
            rows @ self.mlp.T,
        )


def _stream(llama: Llama, token: int, keys: Tensor, values: Tensor) -> _Stream:
    """The last token's way through the layers once more, with every addition kept.

    Sums are kept in float32 whatever the weights are in: in bfloat16 the state itself is rounded in
    every layer, and no parts would add up to it.

    Args:
        keys, values: of all tokens, the last one too [L, G, n, d].
    """
    body, dtype = llama.body, keys.dtype
    n, device = keys.shape[2], keys.device
    embedded = body.embed_tokens(torch.tensor([token], device=device))  # [1, D]
    turns = body.rotary_emb(embedded, torch.tensor([[n - 1]], device=device))
    cos, sin = (turn[0, :, None] for turn in turns)  # [1, 1, d]
    x = embedded.float()
    from_tokens = x.new_zeros(n, x.shape[1])  # [n, D]
    attention, mlps = [], []
    for layer, k, v in zip(body.layers, keys, values, strict=True):
        normed = rms(x.to(dtype), layer.input_layernorm)
        queries = layer.self_attn.q_proj(normed).view(1, -1, llama.head_size)  # [1, H, d]
        mixed = _weighed(turned(queries, cos, sin), k, v)  # [n, H d]
        project = layer.self_attn.o_proj
        bias = project(torch.zeros_like(mixed[:1]).to(dtype)).float()  # [1, D], nought as a rule
        brought = project(mixed.to(dtype)).float() - bias  # [n, D]
        from_tokens += brought
        attention.append(brought.sum(dim=0))
        x = x + attention[-1] + bias
        added = _mlp(layer.mlp, rms(x.to(dtype), layer.post_attention_layernorm)).float()
        mlps.append((added + bias)[0])
        x = x + added
    return _Stream(embedded[0].float(), from_tokens, torch.stack(attention), torch.stack(mlps))


def _weighed(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """A[h, j] v_j of all heads side by side [n, H d], float32.

    Args:
        queries: of the last token [1, H, d].
        keys, values: [G, n, d].
    """
    groups, n, size = keys.shape
    grouped = queries.view(groups, -1, size).float()  # [G, H/G, d]
    scores = grouped @ keys.float().transpose(1, 2) / math.sqrt(size)  # [G, H/G, n]
    weights = torch.softmax(scores, dim=-1)
    weighed = weights[..., None] * values.float()[:, None]  # [G, H/G, n, d]
    return weighed.permute(2, 0, 1, 3).reshape(n, -1)


def _mlp(mlp: Any, normed: Tensor) -> Tensor:
    gate = torch.nn.functional.silu(mlp.gate_proj(normed))
    added: Tensor = mlp.down_proj(gate * mlp.up_proj(normed))
    return added


def _output_rows(llama: Llama, ids: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of the output matrix [k, D] and the mean of all its rows [D], float32."""
    model = llama.model
    tied = model.config.tie_word_embeddings
    weight = llama.body.embed_tokens.weight if tied else getattr(model.lm_head, "weight", None)
    if weight is not None:
        return weight[ids].float(), weight.mean(dim=0, dtype=torch.float32)
    # Laid out for the device, a weight shows itself in products alone.
    table = llama.body.embed_tokens.weight
    identity = torch.eye(table.shape[1], dtype=table.dtype, device=table.device)  # [D, D]
    columns, means = [], []
    for some in identity.split(_ROWS):
        seen = model.lm_head(some)  # [_ROWS, V]
        columns.append(seen[:, ids].float())
        means.append(seen.mean(dim=1, dtype=torch.float32))
    return torch.cat(columns).T, torch.cat(means)
