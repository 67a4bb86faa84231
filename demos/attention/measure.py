"""Everything the overview shows of one layer: sparsity, rank, sink and a small picture a head.

Heads are measured a few at a time, so that their matrices stay in the cache of a CPU. The SVDs take
most of the time (19 of 25 ms a head of 512 tokens).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d

from demos.attention.masks import apply
from demos.attention.rank import DEFAULT_TOLERANCES, RankFigures, measure_rank
from demos.attention.sparsity import measure_all

THUMBNAIL = 64
NEIGHBOURS = {"previous": -1, "itself": 0, "next": 1}  # where a token may look by habit

_CPU_ENTRIES = 1 << 18  # 2 MB of float64: one head of 512 tokens
_OTHER_ENTRIES = 1 << 24
_GROUP_CUBES = 1 << 28  # n^3 of the heads of a group: two heads of 512 tokens, some 50 ms


@dataclass(frozen=True)
class LayerFigures:
    """What is measured of the h heads of one layer, over the n' tokens that are left.

    Attributes:
        indices: by key of `INDICES`, the mean over rows that may look at two tokens or more [h]; a
            row with no choice says nothing.
        rows: by key, each row's value [h, n'].
        support: how many tokens each row may look at [h, n'], int64.
        rank: of the weights [h, n', n'], without the removed tokens.
        sink_share: weight on the sinks, mean over rows that are none, nothing removed [h].
        near: by key of `NEIGHBOURS`, the weight on the token there, mean over rows that have one
            and may look at two tokens or more [h]; 0 where no row does.
        thumbnails: sqrt of the largest weight in each block, 0 to 255 [h, t, t], uint8, t <= 64.
        positions: of the tokens that are left [n'], int64.
    """

    indices: dict[str, Tensor]
    rows: dict[str, Tensor]
    support: Tensor
    rank: RankFigures
    sink_share: Tensor
    near: dict[str, Tensor]
    thumbnails: Tensor
    positions: Tensor


def measure_layer(
    queries: Tensor,
    keys: Tensor,
    scale: float,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    tolerances: Sequence[float] = DEFAULT_TOLERANCES,
    sinks: tuple[int, ...] = (),
    without: tuple[int, ...] = (),
) -> LayerFigures:
    """Figures of one layer, for `registry.run`.

    Args:
        queries: [h, n, d].
        keys: [kv, n, d], each shared by h / kv heads.
        scale: factor of the products.
        bias: added to the logits [1 or h, n, n], or None.
        mask: [n, n] or [h, n, n], bool; None allows all.
        tolerances: of the numerical rank.
        sinks: tokens whose share of attention is told.
        without: tokens whose rows and columns are removed before anything but the sinks' share is
            measured; the remaining weights of a row are normalised anew.

    Raises:
        ValueError: positions outside the text, or no token left.
    """
    heads, n, _ = queries.shape
    left = _positions_left(n, sinks, without, queries.device)  # [n']
    allowed = queries.new_ones(1, n, n, dtype=torch.bool) if mask is None else mask
    allowed = allowed.expand(heads, n, n)  # [h, n, n]
    keys = keys.repeat_interleave(heads // len(keys), dim=0)  # [h, n, d]
    entries = _CPU_ENTRIES if queries.device.type == "cpu" else _OTHER_ENTRIES
    at_once = max(1, entries // n**2)
    parts = []
    for start in range(0, heads, at_once):
        few = slice(start, start + at_once)
        logits = scale * (queries[few].double() @ keys[few].double().mT)  # [c, n, n]
        if bias is not None:
            logits = logits + (bias if len(bias) == 1 else bias[few])
        parts.append(_measure(logits, allowed[few], tolerances, sinks, left))
    return joined(parts)


def head_groups(heads: int, shared: int, n: int) -> list[slice]:
    """Heads of one layer in groups that a CPU measures in tens of milliseconds each.

    Args:
        heads: h.
        shared: heads that share a key; a group never parts them.
        n: tokens.
    """
    at_once = max(1, _GROUP_CUBES // n**3 // shared) * shared
    return [slice(start, min(start + at_once, heads)) for start in range(0, heads, at_once)]


def layer_weights(
    queries: Tensor,
    keys: Tensor,
    scale: float,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    without: tuple[int, ...] = (),
) -> Tensor:
    """The weights that `measure_layer` measures [h, n', n'], float32; arguments as there."""
    heads, n, _ = queries.shape
    left = _positions_left(n, (), without, queries.device)  # [n']
    keys = keys.repeat_interleave(heads // len(keys), dim=0)  # [h, n, d]
    weights = queries.new_empty(heads, len(left), len(left), dtype=torch.float32)
    for head in range(heads):  # one at a time: float64 of all would be large
        logits = scale * (queries[head].double() @ keys[head].double().mT)  # [n, n]
        if bias is not None:
            logits = logits + bias[min(head, len(bias) - 1)]
        allowed = None if mask is None else mask.expand(heads, n, n)[head][left][:, left]
        weights[head] = apply(logits[left][:, left], allowed)
    return weights


def _positions_left(
    n: int, sinks: tuple[int, ...], without: tuple[int, ...], device: torch.device
) -> Tensor:
    if any(not 0 <= place < n for place in (*sinks, *without)):
        raise ValueError(f"sinks {sinks} or tokens to remove {without} outside 0 to {n - 1}")
    left = [place for place in range(n) if place not in without]
    if not left:
        raise ValueError("every token is to be removed: nothing is left to measure")
    return torch.tensor(left, device=device)


def _measure(
    logits: Tensor,
    allowed: Tensor,
    tolerances: Sequence[float],
    sinks: tuple[int, ...],
    left: Tensor,
) -> LayerFigures:
    weights = apply(logits, allowed)  # [c, n, n]
    share = _sink_share(weights, sinks)  # [c]
    if len(left) < logits.shape[-1]:
        # From the logits: where a sink takes all but 1e-17, dividing would amplify rounding.
        allowed = allowed[:, left][:, :, left]  # [c, n', n']
        weights = apply(logits[:, left][:, :, left], allowed)  # [c, n', n']
    rows = measure_all(weights, allowed)
    support = allowed.sum(dim=-1)  # [c, n']
    return LayerFigures(
        indices={key: _mean(values, support) for key, values in rows.items()},
        rows=rows,
        support=support,
        rank=measure_rank(weights, tolerances),
        sink_share=share,
        near={key: _near(weights, support, left, step) for key, step in NEIGHBOURS.items()},
        thumbnails=_thumbnails(weights),
        positions=left,
    )


def _sink_share(weights: Tensor, sinks: tuple[int, ...]) -> Tensor:
    others = [place for place in range(weights.shape[-1]) if place not in sinks]
    if not sinks or not others:
        return weights.new_zeros(len(weights))
    return weights[:, others][:, :, list(sinks)].sum(dim=-1).mean(dim=-1)


def _mean(values: Tensor, support: Tensor) -> Tensor:
    """Mean over rows with a choice [c]; over all rows where none has."""
    counted = support > 1  # [c, n']
    counted = counted | ~counted.any(dim=-1, keepdim=True)
    return (values * counted).sum(dim=-1) / counted.sum(dim=-1)


def _near(weights: Tensor, support: Tensor, left: Tensor, step: int) -> Tensor:
    """Mean weight on the token `step` places on [c]; over a gap of removed tokens none is near."""
    rows = torch.arange(max(0, -step), len(left) - max(0, step), device=left.device)  # [m]
    values = weights[:, rows, rows + step]  # [c, m]
    counted = (support[:, rows] > 1) & (left[rows + step] - left[rows] == step)  # [c, m]
    return (values * counted).sum(dim=-1) / counted.sum(dim=-1).clamp_min(1)


def _thumbnails(weights: Tensor) -> Tensor:
    size = min(THUMBNAIL, weights.shape[-1])
    largest = adaptive_max_pool2d(weights, size)  # [c, t, t]
    return (255 * largest.sqrt()).round().clamp(0, 255).to(torch.uint8)


def joined(parts: Sequence[LayerFigures]) -> LayerFigures:
    """Figures of groups of heads of one layer as those of all."""
    ranks = [part.rank for part in parts]
    return LayerFigures(
        indices={key: torch.cat([p.indices[key] for p in parts]) for key in parts[0].indices},
        rows={key: torch.cat([p.rows[key] for p in parts]) for key in parts[0].rows},
        support=torch.cat([part.support for part in parts]),
        rank=RankFigures(
            singular_values=torch.cat([rank.singular_values for rank in ranks]),
            tolerances=ranks[0].tolerances,
            numerical=torch.cat([rank.numerical for rank in ranks]),
            effective=torch.cat([rank.effective for rank in ranks]),
            stable=torch.cat([rank.stable for rank in ranks]),
            log_abs_det=torch.cat([rank.log_abs_det for rank in ranks]),
            condition=torch.cat([rank.condition for rank in ranks]),
            resolved=torch.cat([rank.resolved for rank in ranks]),
        ),
        sink_share=torch.cat([part.sink_share for part in parts]),
        near={key: torch.cat([part.near[key] for part in parts]) for key in NEIGHBOURS},
        thumbnails=torch.cat([part.thumbnails for part in parts]),
        positions=parts[0].positions,
    )
