"""Takes a prediction of the layer apart into its factors: skip-grams and the 2-gram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.bayes.naive_bayes import two_routes
from demos.bayes.one_layer.corpus import WINDOW
from demos.bayes.one_layer.layer import Parameters, attention
from demos.bayes.one_layer.training import Trained
from demos.frame.steps import Run, directly

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """The next word, on both routes, and what every factor says of it; n words are looked at.

    Attributes:
        words: those that are looked at [n].
        dropped: words before them, which the layer does not see.
        vocabulary: [V].
        weights: attention a_j [n].
        skip_grams: log p(x | x_j) [n, V].
        residual: log p(x | x_t) by the last word's own vector, the 2-gram [V].
        product: log of the product of them all, a_j as exponents and 1 for the 2-gram [V].
        averaged: log softmax of the layer's logits [V].
        gap: the largest difference of a probability between the two.
    """

    words: tuple[str, ...]
    dropped: int
    vocabulary: tuple[str, ...]
    weights: Floats
    skip_grams: Floats
    residual: Floats
    product: Floats
    averaged: Floats
    gap: float

    def best(self, count: int) -> list[int]:
        """Ids of the likeliest next words, falling."""
        return [int(number) for number in np.argsort(-self.averaged, kind="stable")[:count]]

    @property
    def contributions(self) -> Floats:
        """What each factor adds to the logarithm of every word [n + 1, V], the 2-gram last.

        Centred: the mean over the vocabulary is nought in every row.
        """
        weighed = self.weights[:, None] * self.skip_grams  # [n, V]
        rows = np.concatenate([weighed, self.residual[None]])  # [n + 1, V]
        centred: Floats = rows - rows.mean(axis=1, keepdims=True)
        return centred

    @property
    def constant(self) -> float:
        """What has to be added to a word's contributions to give the logarithm of its
        probability."""
        sums = self.contributions.sum(axis=0)  # [V]
        largest = float(sums.max())
        return -largest - float(np.log(np.exp(sums - largest).sum()))


def predicting(trained: Trained, words: Sequence[str], run: Run = directly) -> Prediction:
    """The word that comes next; milliseconds, in float64.

    Args:
        words: of the layer's vocabulary, at least one.
    """
    ids = {word: number for number, word in enumerate(trained.vocabulary)}
    seen = tuple(words)[-WINDOW:]
    weights, skip_grams, residual, product, averaged = run(
        taken_apart, trained.parameters, [ids[word] for word in seen]
    )
    routes = product.numpy(), averaged.numpy()
    return Prediction(
        *(seen, len(words) - len(seen), trained.vocabulary),
        *(weights.numpy(), skip_grams.numpy(), residual.numpy(), *routes),
        gap=float(np.abs(np.exp(routes[0]) - np.exp(routes[1])).max()),
    )


def taken_apart(parameters: Parameters, ids: Sequence[int]) -> tuple[Tensor, ...]:
    """Weights [n], log skip-grams [n, V], log 2-gram [V] and both routes [V], float64."""
    exact = {name: tensor.double() for name, tensor in parameters.items()}
    device = exact["embedding"].device
    window = torch.tensor([[0] * (WINDOW - len(ids)) + list(ids)], device=device)  # [1, WINDOW]
    lengths = torch.tensor([len(ids)], device=device)
    weights = attention(exact, window, lengths)[0, WINDOW - len(ids) :]  # [n]
    states = exact["embedding"][window[0, WINDOW - len(ids) :]]  # [n, d]
    values, last, output = states @ exact["value"], states[-1], exact["output"]
    routes = two_routes(values, weights, output, last)
    residual = torch.log_softmax(output @ last, dim=-1)
    return weights, routes.skip_grams, residual, routes.geometric, routes.averaged
