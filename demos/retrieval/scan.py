"""The online part of every strategy: the items of greatest inner product, in blocks of items.

A query is a vector [D], an item is a vector [D]; with n items the product reads n x D numbers once
and keeps a short list, so memory beyond the index is one block for all queries.
"""

from __future__ import annotations

import torch
from torch import Tensor

_BLOCK_NUMBERS = 1 << 22  # of a block's product [q, block]: 16 MB in float32
_FEWEST_ROWS = 1 << 12


def top_items(
    weights: Tensor, features: Tensor, count: int, excluded: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Numbers and inner products of the best items, best first.

    Args:
        weights: query vectors [q, D].
        features: item vectors [n, D]; half precision is read as it is and multiplied in float32 on
            a CPU, by tensor cores on a GPU.
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
    for start in range(0, n, rows):
        block = features[start : start + rows]  # [rows, D]
        scores = (weights @ block.to(weights.dtype).mT).to(torch.float32)  # [q, rows]
        if excluded is not None:
            scores = _without(scores, excluded - start)
        some = scores.topk(min(count, len(block)), dim=1)
        best_scores = torch.cat([best_scores, some.values], dim=1)
        best_items = torch.cat([best_items, some.indices + start], dim=1)
        if start:
            best = best_scores.topk(min(count, best_scores.shape[1]), dim=1)
            best_scores = best.values
            best_items = best_items.gather(1, best.indices)
    return best_items, best_scores


def _multiplied_in(features: Tensor) -> torch.dtype:
    half = features.dtype in (torch.float16, torch.bfloat16)
    return torch.float32 if half and not features.is_cuda else features.dtype


def _without(scores: Tensor, excluded: Tensor) -> Tensor:
    """Scores [q, m] with those at the places `excluded` [q, e] that lie in this block at -inf."""
    inside = (excluded >= 0) & (excluded < scores.shape[1])
    if not inside.any():
        return scores
    rows = torch.arange(len(scores), device=scores.device)[:, None].expand_as(excluded)
    scores[rows[inside], excluded[inside]] = -torch.inf
    return scores
