"""Token vectors that become one: how far they are from their mean, layer by layer.

    residual(X) = ||X - 1 mean(X)||_F / ||X||_F        0: all tokens alike; 1: their mean is nought

Attention without residual connections drives it to 0 doubly exponentially (Dong et al. 2021, arXiv
2103.03404); a causal mask only slows that, and LayerNorm can stop it (arXiv 2405.18781, on whose
measure this one is built; there it is not divided by ||X||_F).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import layer_norm as normalise

from demos.attention.masks import MaskName, apply, layer_masks

_MOST_LAYERS = 512  # with residual connections the vectors double their square with each


def residual_share(states: Tensor) -> Tensor:
    """||X - 1 mean||_F / ||X||_F [...] of token vectors [..., n, d], float64.

    [layers + 1, n, d] gives the course through a model. Nothing but zeros are alike: 0.
    """
    x = states.to(torch.float64)
    # Divided by the largest entry before squares are taken: neither 1e300 nor 1e-300 harms.
    largest = x.abs().amax(dim=(-2, -1), keepdim=True)  # [..., 1, 1]
    x = torch.where(largest > 0, x / largest, 0.0)  # [..., n, d]
    size = torch.linalg.matrix_norm(x)  # [...]
    away = torch.linalg.matrix_norm(x - x.mean(dim=-2, keepdim=True))  # [...]
    return torch.where(size > 0, away / size.clamp_min(1.0), 0.0)


def simulate(
    n: int,
    d: int,
    heads: int,
    depth: int,
    name: MaskName,
    residual: bool,
    layer_norm: bool,
    seed: int = 0,
    prefix: int = 0,
) -> Tensor:
    """Residual share before and after each layer of a random attention network [depth + 1].

    A layer is X <- norm([X +] sum over heads of softmax(Q K^T / sqrt(d_h)) V O), post-norm and
    without feed-forward part; all weights are Gaussian with variance 1 / d, drawn anew for each
    layer, and the first X is standard Gaussian. Networks of one seed share X and weights.

    Raises:
        ValueError: d is not a multiple of heads, or sizes outside their bounds (depth at most 512).
    """
    if min(n, d, heads) < 1 or d % heads or not 0 <= depth <= _MOST_LAYERS:
        raise ValueError(
            f"n {n}, d {d}, heads {heads}, depth {depth}: d has to be a multiple of heads,"
            f" depth at most {_MOST_LAYERS}"
        )
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=generator, dtype=torch.float64)  # [n, d]
    shares = [residual_share(x)]
    for layer in range(depth):
        weights = torch.randn(4, d, d, generator=generator, dtype=torch.float64) / d**0.5
        attended = _attend(x, weights, layer_masks(name, n, heads, layer, prefix))  # [n, d]
        x = x + attended if residual else attended
        if layer_norm:
            x = normalise(x, (d,))
        shares.append(residual_share(x))
    return torch.stack(shares)


def _attend(x: Tensor, weights: Tensor, allowed: Tensor) -> Tensor:
    heads, (n, d) = len(allowed), x.shape
    queries, keys, values = (
        (x @ matrix).view(n, heads, d // heads).transpose(0, 1) for matrix in weights[:3]
    )  # [heads, n, d_h] each
    logits = queries @ keys.mT / (d // heads) ** 0.5  # [heads, n, n]
    mixed = apply(logits, allowed) @ values  # [heads, n, d_h]
    written: Tensor = mixed.transpose(0, 1).reshape(n, d) @ weights[3]  # [n, d]
    return written
