"""Who may look at whom, and the weights that follow (kexue.fm/archives/9529 and 9547).

An entry [i, j] is true where token i may look at token j. Every mask lets a token see itself.

- bidirectional: everyone sees everyone (BERT).
- causal: itself and those before (GPT); backward: itself and those after.
- prefix: causal, but the first m tokens see each other (UniLM, prefix LM).
- half_heads: the first half of the heads causal, the others backward.
- alternating: even layers causal, odd layers backward.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn.functional import elu

MaskName = Literal["bidirectional", "causal", "backward", "prefix", "half_heads", "alternating"]
MASKS: tuple[MaskName, ...] = get_args(MaskName)


def mask(
    name: MaskName,
    n: int,
    head: int = 0,
    heads: int = 1,
    layer: int = 0,
    prefix: int = 0,
    device: torch.device | None = None,
) -> Tensor:
    """The mask of one head of one layer [n, n], bool.

    Of an odd number of heads the middle one is causal. A prefix of 0 or 1 is causal, one of n
    bidirectional.

    Raises:
        ValueError: an unknown name, a head that is none, a prefix longer than the text.
    """
    if name not in MASKS:
        raise ValueError(f"mask is {name!r}; it has to be one of {', '.join(MASKS)}")
    if not 0 <= head < heads or not 0 <= prefix <= n:
        raise ValueError(f"head {head} of {heads}, prefix {prefix} of {n}: out of range")
    everyone = torch.ones(n, n, dtype=torch.bool, device=device)  # [n, n]
    if name == "bidirectional":
        return everyone
    if name == "backward" or (name == "half_heads" and head >= (heads + 1) // 2):
        return everyone.triu()
    if name == "alternating" and layer % 2:
        return everyone.triu()
    allowed = everyone.tril()  # [n, n]
    if name == "prefix":
        allowed[:prefix, :prefix] = True
    return allowed


def layer_masks(
    name: MaskName,
    n: int,
    heads: int,
    layer: int = 0,
    prefix: int = 0,
    device: torch.device | None = None,
) -> Tensor:
    """The masks of all heads of one layer [heads, n, n], bool."""
    return torch.stack([mask(name, n, head, heads, layer, prefix, device) for head in range(heads)])


def apply(logits: Tensor, mask: Tensor | None) -> Tensor:
    """Softmax over the allowed entries [..., n, n]; None allows all.

    Rows sum to one; a row that may look at nothing is zero.
    """
    if mask is None:
        return logits.softmax(dim=-1)
    # The second fill is for rows without any entry: their softmax is no number.
    return logits.masked_fill(~mask, -torch.inf).softmax(dim=-1).masked_fill(~mask, 0.0)


def linear_attention(queries: Tensor, keys: Tensor, mask: Tensor | None = None) -> Tensor:
    """Weights of linear attention [..., n, n]: features elu + 1, rows normalised.

    Katharopoulos et al. 2020, arXiv 2006.16236. Without a mask their rank is at most d.

    Args:
        queries, keys: [..., n, d], scaled beforehand if at all.
        mask: bool, broadcasts to [..., n, n]; None allows all.
    """
    products = (elu(queries) + 1) @ (elu(keys) + 1).mT  # [..., n, n], none negative
    if mask is not None:
        products = products.masked_fill(~mask, 0.0)
    totals = products.sum(dim=-1, keepdim=True)  # [..., n, 1]
    return products / totals.clamp_min(torch.finfo(products.dtype).tiny)
