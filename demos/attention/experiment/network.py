"""A small pre-norm transformer as a function of its parameters, for many models at once.

Every tensor of parameters has a leading dimension [trials]: all masks and seeds advance in the same
products. Nothing in the parameters depends on the mask.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

Parameters = dict[str, Tensor]

_EXPANSION = 4  # hidden units of the feed-forward part, times the width
_EMBEDDING_SPREAD = 0.1


@dataclass(frozen=True)
class Shape:
    """Of one model: symbols, greatest length, width of a token's vector, layers."""

    symbols: int
    length: int
    width: int
    layers: int

    def tensors(self) -> dict[str, tuple[tuple[int, ...], float]]:
        """Shape and initial standard deviation of every parameter; nought stands for ones."""
        d, hidden = self.width, _EXPANSION * self.width
        into, out_of = d**-0.5, (2 * self.layers) ** -0.5  # the sum of all layers keeps its size
        named: dict[str, tuple[tuple[int, ...], float]] = {
            "symbols": ((self.symbols, d), _EMBEDDING_SPREAD),
            "positions": ((self.length, d), _EMBEDDING_SPREAD),
        }
        for layer in range(self.layers):
            named[f"{layer}.attention_norm"] = ((d,), 0.0)
            named[f"{layer}.queries_keys_values"] = ((d, 3 * d), into)
            named[f"{layer}.attention_out"] = ((d, d), into * out_of)
            named[f"{layer}.feed_norm"] = ((d,), 0.0)
            named[f"{layer}.feed_in"] = ((d, hidden), into)
            named[f"{layer}.feed_out"] = ((hidden, d), hidden**-0.5 * out_of)
        return named | {"norm": ((d,), 0.0), "head": ((d, self.symbols), into)}

    @property
    def parameters(self) -> int:
        """Numbers in one model."""
        return sum(math.prod(shape) for shape, _ in self.tensors().values())


def initial_parameters(shape: Shape, seeds: Sequence[int]) -> Parameters:
    """One model a trial, each from its seed alone: equal seeds start equal, whatever their mask."""
    tensors: dict[str, list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]] = {}
    for seed in seeds:
        random = np.random.default_rng((seed, 1))
        for name, (size, spread) in shape.tensors().items():
            values = spread * random.standard_normal(size) if spread else np.ones(size)
            tensors.setdefault(name, []).append(values.astype(np.float32))
    return {name: torch.from_numpy(np.stack(values)) for name, values in tensors.items()}


def logits(parameters: Parameters, tokens: Tensor, masks: Tensor) -> Tensor:
    """What every model expects at each position [trials, b, n, symbols].

    Args:
        parameters: of all models, see `Shape.tensors`.
        tokens: [trials, b, n].
        masks: [trials, layers, heads, n, n], true where row i sees column j; every row sees
            something.
    """
    trials, b, n = tokens.shape
    symbols, width = parameters["symbols"].shape[1:]
    first = symbols * torch.arange(trials, device=tokens.device)  # of a trial's symbols, of all
    x = functional.embedding(tokens + first[:, None, None], parameters["symbols"].flatten(0, 1))
    x = (x + parameters["positions"][:, None, :n]).reshape(trials, b * n, width)
    hides = torch.zeros(masks.shape, device=masks.device).masked_fill(~masks, -torch.inf)
    for layer in range(masks.shape[1]):
        own = {
            name.partition(".")[2]: tensor
            for name, tensor in parameters.items()
            if name.startswith(f"{layer}.")
        }
        seen = _attention(own, _norm(x, own["attention_norm"]), hides[:, layer], b)
        x = x + torch.bmm(seen, own["attention_out"])
        fed = torch.bmm(_norm(x, own["feed_norm"]), own["feed_in"]).relu()
        x = x + torch.bmm(fed, own["feed_out"])
    out = torch.bmm(_norm(x, parameters["norm"]), parameters["head"])  # [trials, b * n, symbols]
    return out.reshape(trials, b, n, symbols)


def _attention(own: Parameters, x: Tensor, hides: Tensor, b: int) -> Tensor:
    """Heads side by side [trials, b * n, d] for x [trials, b * n, d], hides [trials, heads, n, n].

    Products and a softmax, not torch's fused attention: at these sizes it is as fast (measured),
    and it takes one mask for all examples of a trial.
    """
    trials, heads, n, _ = hides.shape
    joint = torch.bmm(x, own["queries_keys_values"]).reshape(trials, b, n, 3, heads, -1)
    queries, keys, values = joint.permute(3, 0, 1, 4, 2, 5)  # [trials, b, heads, n, d / heads]
    scaled = queries * queries.shape[-1] ** -0.5
    weights = (scaled @ keys.mT + hides[:, None]).softmax(dim=-1)  # [trials, b, heads, n, n]
    heard: Tensor = weights @ values  # [trials, b, heads, n, d / heads]
    return heard.transpose(2, 3).reshape(trials, b * n, -1)


def _norm(x: Tensor, gain: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:]) * gain[:, None]
