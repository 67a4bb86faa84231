"""Losses as functions of scores and labels."""

from __future__ import annotations

import torch
from torch import Tensor


def cosent_loss(scores: Tensor, labels: Tensor, scale: float) -> Tensor:
    """CoSENT: log(1 + sum over pairs with label_i > label_j of exp(scale * (score_j - score_i))).

    Sorted by label, the inner sum over all lower labels is a running log-sum-exp, so that time and
    memory are O(B log B) and O(B); ties add nothing, and all labels equal give exactly 0.

    Args:
        scores: [B], cosines (scale 20) or raw cross-encoder outputs (scale 1).
        labels: [B], any numbers; only their order matters.
        scale: the factor lambda.

    Returns:
        The loss [], float32 or wider.

    Source: Su Jianlin, kexue.fm/archives/8847 and 9341.
    """
    wide = scores.to(torch.promote_types(scores.dtype, torch.float32)) * scale
    order = torch.argsort(labels, stable=True)
    wide, ranked = wide[order], labels[order]  # [B], labels ascending
    below = torch.searchsorted(ranked, ranked, side="left")  # [B]: how many have a lower label
    has_lower = below > 0
    if not bool(has_lower.any()):
        return wide.sum() * 0.0
    running = torch.logcumsumexp(wide, dim=0)  # [B]: entry k sums the k + 1 lowest labels
    violations = running[below[has_lower] - 1] - wide[has_lower]
    zero = torch.zeros(1, dtype=wide.dtype, device=wide.device)
    return torch.logsumexp(torch.cat([zero, violations]), dim=0)
