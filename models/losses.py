"""Losses of sentence-pair models, as functions of what a model gives and of labels.

CoSENT and AnglE learn from the order of the labels alone, the others from their values:
cross-entropy and the two squared errors want labels in 0..1 (see `unit_labels`), Sentence-BERT's
loss wants classes. All compute in float32 or wider, whatever format they are given.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


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
    wide = _wide(scores) * scale
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


def angle_loss(u: Tensor, v: Tensor, labels: Tensor, scale: float = 20.0) -> Tensor:
    """AnglE's angle term: CoSENT of angles between complex vectors, which do not saturate.

    Args:
        u, v: [B, d], sentence vectors; their halves are real and imaginary parts.
        labels: [B], only their order matters.
        scale: the factor lambda.

    Returns:
        The loss [].

    Source: Li and Li, arXiv 2309.12871.
    """
    return cosent_loss(angle_similarity(u, v), labels, scale)


def angle_similarity(u: Tensor, v: Tensor) -> Tensor:
    """|sum of the parts of u / v|, as complex vectors of unit length: two [B, d] to [B]."""
    (a, b), (c, d) = _wide(u).chunk(2, dim=1), _wide(v).chunk(2, dim=1)  # each [B, d / 2]
    length_u = (a.square() + b.square()).sum(dim=1, keepdim=True).sqrt()  # [B, 1]
    length_v_squared = (c.square() + d.square()).sum(dim=1, keepdim=True)  # [B, 1]
    # u * conj(v) / |v|^2, divided by |u| / |v|.
    parts = torch.cat([a * c + b * d, b * c - a * d], dim=1)  # [B, d]
    return (parts / (length_v_squared.sqrt() * length_u)).sum(dim=1).abs()


def cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    """Sigmoid cross-entropy of raw scores [B] and targets [B] in 0..1, the mean []."""
    return functional.binary_cross_entropy_with_logits(_wide(scores), targets.to(_wide(scores)))


def mean_squared_error(scores: Tensor, targets: Tensor) -> Tensor:
    """Squared error of sigmoid(scores) [B] and targets [B] in 0..1, the mean []."""
    probabilities = _wide(scores).sigmoid()
    return functional.mse_loss(probabilities, targets.to(probabilities))


def cosine_regression(cosines: Tensor, targets: Tensor) -> Tensor:
    """Squared error of cosines [B] and targets [B] in 0..1, the mean []."""
    wide = _wide(cosines)
    return functional.mse_loss(wide, targets.to(wide))


def softmax_features(u: Tensor, v: Tensor) -> Tensor:
    """Sentence-BERT's [u; v; |u - v|]: two [B, d] to [B, 3d].

    Source: Reimers and Gurevych, arXiv 1908.10084.
    """
    return torch.cat([u, v, (u - v).abs()], dim=1)


def softmax_loss(class_scores: Tensor, classes: Tensor) -> Tensor:
    """Sentence-BERT's loss: cross-entropy of [B, classes] and class numbers [B], the mean []."""
    return functional.cross_entropy(_wide(class_scores), classes)


def unit_labels(labels: Tensor, lowest: float, highest: float) -> Tensor:
    """Labels [B] of a range brought to 0..1; labels beyond it are held at its ends.

    Raises:
        ValueError: the range is empty.
    """
    if not highest > lowest:
        raise ValueError("labels that are all equal have no range")
    return ((labels - lowest) / (highest - lowest)).clamp(0.0, 1.0)


def _wide(values: Tensor) -> Tensor:
    return values.to(torch.promote_types(values.dtype, torch.float32))
