"""One attention layer without normalisation or MLP, so that its logits are an exact sum.

    logits = W (sum_j a_j v_j + x_t),   v_j = E_j W_V,   x_t = E_t
    a_j = softmax_j(E_t W_Q (E_j W_K)^T / sqrt(d) + b_{t-j})

x_t is the last word read, j runs over the last 16 words, x_t among them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from demos.bayes.one_layer.corpus import WINDOW

Parameters = dict[str, Tensor]  # "embedding", "output" [V, d]; "query", "key", "value" [d, d];
#                                 "distance" [WINDOW], of the last word first


def initial_parameters(size: int, dimension: int, seed: int) -> Parameters:
    """Random weights, float32; the bias of distances starts at nought.

    Args:
        size: V, words of the vocabulary.
    """
    generator = torch.Generator().manual_seed(seed)
    spread = dimension**-0.5

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator).mul_(spread)

    square = dimension, dimension
    return {
        "embedding": drawn(size, dimension),
        "output": drawn(size, dimension),
        "query": drawn(*square),
        "key": drawn(*square),
        "value": drawn(*square),
        "distance": torch.zeros(WINDOW),
    }


def attention(parameters: Parameters, windows: Tensor, lengths: Tensor) -> Tensor:
    """Weights a_j [b, WINDOW], nought where there is no word.

    Args:
        windows: ids, the last word on the right [b, WINDOW].
        lengths: how many of them are words [b].
    """
    states = parameters["embedding"][windows]  # [b, WINDOW, d]
    queries = states[:, -1] @ parameters["query"]  # [b, d]
    keys = states @ parameters["key"]  # [b, WINDOW, d]
    scores = torch.einsum("bd,bwd->bw", queries, keys) / states.shape[-1] ** 0.5  # [b, WINDOW]
    scores = scores + parameters["distance"].flip(0)
    missing = torch.arange(WINDOW, device=windows.device) < WINDOW - lengths[:, None]
    return torch.softmax(scores.masked_fill(missing, -torch.inf), dim=-1)


def logits(parameters: Parameters, windows: Tensor, lengths: Tensor) -> Tensor:
    """Of the next word [b, V]; see `attention`."""
    states = parameters["embedding"][windows]  # [b, WINDOW, d]
    weights = attention(parameters, windows, lengths)
    mixed = torch.einsum("bw,bwd->bd", weights, states) @ parameters["value"]  # [b, d]
    return (mixed + states[:, -1]) @ parameters["output"].T
