"""Who sees whom: the attention masks that are compared, one boolean matrix a layer and head."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MaskName = Literal["causal", "prefix", "bidirectional", "half_heads", "alternating"]
Mask = NDArray[np.bool_]  # [layers, heads, n, n], true where row i sees column j


def causal(layers: int, heads: int, n: int, inputs: int) -> Mask:
    """Every position sees itself and those before it (GPT)."""
    return _everywhere(_forward(n), layers, heads)


def prefix(layers: int, heads: int, n: int, inputs: int) -> Mask:
    """The first `inputs` positions see each other, the others look back (UniLM)."""
    sees = _forward(n)
    sees[:inputs, :inputs] = True
    return _everywhere(sees, layers, heads)


def bidirectional(layers: int, heads: int, n: int, inputs: int) -> Mask:
    """Everybody sees everybody (BERT)."""
    return _everywhere(np.ones((n, n), dtype=np.bool_), layers, heads)


def half_heads(layers: int, heads: int, n: int, inputs: int) -> Mask:
    """In every layer the first half of the heads looks back, the second half ahead."""
    mask = causal(layers, heads, n, inputs)
    mask[:, heads // 2 :] = _forward(n).T
    return mask


def alternating(layers: int, heads: int, n: int, inputs: int) -> Mask:
    """Layers 1, 3, ... look back, layers 2, 4, ... ahead."""
    mask = causal(layers, heads, n, inputs)
    mask[1::2] = _forward(n).T
    return mask


MASKS: Mapping[MaskName, Callable[[int, int, int, int], Mask]] = {
    "causal": causal,
    "prefix": prefix,
    "bidirectional": bidirectional,
    "half_heads": half_heads,
    "alternating": alternating,
}


def _forward(n: int) -> NDArray[np.bool_]:
    sees: NDArray[np.bool_] = np.tri(n, dtype=np.bool_)  # [n, n]
    return sees


def _everywhere(sees: NDArray[np.bool_], layers: int, heads: int) -> Mask:
    mask: Mask = np.broadcast_to(sees, (layers, heads, *sees.shape)).copy()
    return mask
