"""One row of attention: its logits, and every index of it under a temperature.

Renyi's entropy ties the family together: of a distribution over n entries

    S*_{1,p} = (exp(H_p) / n)^((p-1)/p)        S*_{1,2}^2 = participation ratio / n
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from demos.attention.sparsity import measure_all, renyi_entropy, s_star
from demos.frame.errors import InputProblem
from models.attention import Attention

COLDEST, HOTTEST = 0.1, 10.0
TEMPERATURES: tuple[float, ...] = tuple(float(t) for t in np.logspace(-1, 1, 61))
LOW_P, HIGH_P = 1.05, 20.0
FIXED_P = (1.5, 2.0, 4.0, math.inf)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """What one token looks at.

    Attributes:
        place: of the query token.
        keys: positions that it may look at [m], int64.
        logits: of those [m].
    """

    place: int
    keys: NDArray[np.int64]
    logits: Floats


def row_of(
    attention: Attention, layer: int, head: int, place: int, without: tuple[int, ...] = ()
) -> Row:
    """The row of one token of a head under the model's own mask.

    Args:
        layer, head, place: counted from nought.
        without: keys that are left out; the token itself is none of them.

    Raises:
        InputProblem: no such layer, head or token.
    """
    n = len(attention.tokens)
    within = 0 <= layer < attention.layers and 0 <= head < attention.heads and 0 <= place < n
    if not within or place in without:
        raise InputProblem("attention.sparsity.no_row")
    last = place + 1 if attention.causal else n
    keys = np.array([key for key in range(last) if key not in without])  # [m]
    shared = attention.heads // attention.keys.shape[1]
    query = attention.queries[layer, head, place].numpy().astype(np.float64)  # [d]
    looked_at = attention.keys[layer, head // shared].numpy().astype(np.float64)[keys]  # [m, d]
    logits = attention.scale * (looked_at @ query)  # [m]
    if attention.bias is not None:
        bias = attention.bias[min(layer, len(attention.bias) - 1)]  # [1 or heads, n, n]
        logits = logits + bias[min(head, len(bias) - 1), place].numpy()[keys]
    return Row(place, keys, logits)


@dataclass(frozen=True)
class Link:
    """Renyi's entropy of order p, and S*_{1,p} from it and from its own definition."""

    p: float
    entropy: float
    share: float  # exp(H_p) / n
    linked: float
    direct: float


@dataclass(frozen=True)
class Heated:
    """A row under temperatures.

    Attributes:
        temperature: the chosen one.
        weights, plain: at that temperature, and at 1 [m].
        now, usual: by key of `INDICES`, the index at that temperature, and at 1.
        curves: the same over `TEMPERATURES` [t].
        links: for the chosen p first, then for each of `FIXED_P`.
        variation: Var / E^2 of the weights at that temperature.
    """

    temperature: float
    weights: Floats
    plain: Floats
    now: dict[str, float]
    usual: dict[str, float]
    curves: dict[str, Floats]
    links: tuple[Link, ...]
    variation: float


def heat(logits: Tensor, temperature: float, p: float) -> Heated:
    """Every index of softmax(logits / T), for `registry.run`.

    Args:
        logits: [m].
        temperature: the chosen T, above 0.
        p: of the link, above 1.
    """
    scales = logits.new_tensor([temperature, 1.0, *TEMPERATURES])  # [t + 2]
    weights = (logits / scales[:, None]).softmax(dim=-1)  # [t + 2, m]
    values = {key: index.cpu().numpy() for key, index in measure_all(weights).items()}
    chosen = weights[0]  # [m]
    return Heated(
        temperature,
        chosen.cpu().numpy(),
        weights[1].cpu().numpy(),
        {key: float(value[0]) for key, value in values.items()},
        {key: float(value[1]) for key, value in values.items()},
        {key: value[2:] for key, value in values.items()},
        tuple(_link(chosen, order) for order in (p, *FIXED_P)),
        float(chosen.var(correction=0) / chosen.mean() ** 2),
    )


def _link(weights: Tensor, p: float) -> Link:
    entropy = float(renyi_entropy(weights, p))
    share = math.exp(entropy) / len(weights)
    power = 1.0 if p == math.inf else (p - 1) / p
    return Link(p, entropy, share, share**power, float(s_star(weights, 1.0, p)))
