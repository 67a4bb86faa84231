"""The online part of every strategy: the items of greatest inner product, in blocks of items.

A query is a vector [D], an item is a vector [D]; with n items the product reads n x D numbers once
and keeps a short list, so memory beyond the index is one block for all queries.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.device import choose_device

_BLOCK_NUMBERS = 1 << 23  # of a block's product [q, block]: 32 MB in float32
_FEWEST_ROWS = 1 << 12
_GROUP = 16  # items whose maximum is looked at first


def top_items(
    weights: Tensor, features: Tensor, count: int, excluded: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Numbers and inner products of the best items, best first.

    Args:
        weights: query vectors [q, D].
        features: item vectors [n, D]. Half precision is read as it is. On a GPU, and bfloat16 on a
            CPU with units for it, it is also multiplied so, and the products are rounded to it:
            good for a shortlist. Elsewhere the products are of float32.
        count: how many, at most n less the excluded ones.
        excluded: numbers [q, e] of items that are not to be returned.

    Returns:
        items [q, count] and products [q, count], float32.
    """
    n, q = len(features), len(weights)
    rows = max(_FEWEST_ROWS, _BLOCK_NUMBERS // max(q, 1))
    best_scores = weights.new_empty((q, 0), dtype=torch.float32)
    best_items = torch.empty((q, 0), dtype=torch.int64, device=weights.device)
    weights = weights.to(_multiplied_in(features))
    # One piece of memory for all blocks: asking for it anew costs more than the products.
    room = weights.new_empty((q, min(n, rows)))  # [q, rows]
    for start in range(0, n, rows):
        block = features[start : start + rows]  # [rows, D]
        scores = torch.mm(weights, block.to(weights.dtype).mT, out=room[:, : len(block)])
        if excluded is not None:
            scores = _without(scores, excluded - start)
        values, places = _top(scores, min(count, len(block)))
        best_scores = torch.cat([best_scores, values.to(torch.float32)], dim=1)
        best_items = torch.cat([best_items, places + start], dim=1)
        if start:
            best = best_scores.topk(min(count, best_scores.shape[1]), dim=1)
            best_scores = best.values
            best_items = best_items.gather(1, best.indices)
    return best_items, best_scores


def _top(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The best `count` of each row [q, m] and their places, best first.

    The best `count` lie in the `count` groups of greatest maximum, and a maximum is cheaper than a
    selection: of many items only those groups are selected from.
    """
    q, m = scores.shape
    groups = m // _GROUP
    if groups < 4 * count:
        top = scores.topk(count, dim=1)
        return top.values, top.indices
    whole = groups * _GROUP
    maxima = scores[:, :whole].view(q, _GROUP, groups).amax(dim=1)  # [q, groups]
    best = maxima.topk(count, dim=1, sorted=False).indices  # [q, count]
    members = torch.arange(0, whole, groups, device=scores.device)  # of group 0
    rest = torch.arange(whole, m, device=scores.device).expand(q, -1)
    places = torch.cat([(best[:, None] + members[:, None]).flatten(1), rest], dim=1)
    top = scores.gather(1, places).topk(count, dim=1)
    return top.values, places.gather(1, top.indices)


def in_scanning_format(features: Tensor) -> Tensor:
    """The item vectors for a scan that only has to find a shortlist: see `top_items`."""
    return features.to(choose_device().dtype)


def _multiplied_in(features: Tensor) -> torch.dtype:
    if features.is_cuda or features.dtype not in (torch.float16, torch.bfloat16):
        return features.dtype
    native = features.dtype == choose_device(features.device).dtype
    return features.dtype if native else torch.float32


def _without(scores: Tensor, excluded: Tensor) -> Tensor:
    """Scores [q, m] with those at the places `excluded` [q, e] that lie in this block at -inf."""
    inside = (excluded >= 0) & (excluded < scores.shape[1])
    if not inside.any():
        return scores
    rows = torch.arange(len(scores), device=scores.device)[:, None].expand_as(excluded)
    scores[rows[inside], excluded[inside]] = -torch.inf
    return scores
