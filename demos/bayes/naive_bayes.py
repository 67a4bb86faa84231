"""Attention as a generalised naive Bayes (kexue.fm/archives/9648).

With p(x_t | x_j) = softmax(W v_j), a skip-gram model of one earlier token, and weights a_j that sum
to 1, one attention layer's prediction is exactly the weighted geometric mean of the skip-grams:

    softmax(W sum_j a_j v_j) = prod_j p(x_t | x_j)^a_j / Z

because a log-linear model's logarithm is linear in v_j up to a constant, and constants vanish in
the normalisation. A residual connection adds W x_t to the logits: another factor p(x_t | x_{t-1}),
a 2-gram prior that does not share in the weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class TwoRoutes:
    """The same prediction on two ways.

    Attributes:
        skip_grams: log p(x_t | x_j) of every earlier token [n, V].
        geometric: log of their weighted geometric mean, normalised [V].
        averaged: log softmax of the averaged vectors [V].
    """

    skip_grams: Tensor
    geometric: Tensor
    averaged: Tensor

    @property
    def gap(self) -> float:
        """The largest difference of a probability between the two."""
        return float((self.geometric.exp() - self.averaged.exp()).abs().max())


def two_routes(
    vectors: Tensor, weights: Tensor, output: Tensor, residual: Tensor | None = None
) -> TwoRoutes:
    """Predict by multiplying skip-grams, and by averaging vectors.

    Args:
        vectors: v_j of the earlier tokens [n, d].
        weights: a_j [n]; they have to sum to 1 for it to be a mean, not for the two to agree.
        output: W [V, d].
        residual: x_t [d], whose own distribution is one more factor with weight 1.

    Raises:
        ValueError: shapes that do not fit.
    """
    if vectors.ndim != 2 or weights.shape != vectors.shape[:1] or output.ndim != 2:
        raise ValueError("vectors are [n, d], weights [n] and the output is [V, d]")
    skip_grams = torch.log_softmax(vectors @ output.T, dim=-1)  # [n, V]
    product, mean = weights @ skip_grams, weights @ vectors  # [V], [d]
    if residual is not None:
        product = product + torch.log_softmax(output @ residual, dim=-1)
        mean = mean + residual
    averaged = torch.log_softmax(output @ mean, dim=-1)
    return TwoRoutes(skip_grams, torch.log_softmax(product, dim=-1), averaged)


def naive_bayes(skip_grams: Tensor, prior: Tensor, beta: float | None = None) -> Tensor:
    """log p(x_t | x_1 ... x_n) by naive Bayes [V].

    Without `beta` it is the classical rule, sum_j log p(x_t|x_j) - (n - 1) log p(x_t); with it the
    generalised one, (1 + beta) mean_j log p(x_t|x_j) - beta log p(x_t), which for beta = n - 1 is
    the same and for beta = 0 is attention with equal weights.

    Args:
        skip_grams: log p(x_t | x_j) [n, V].
        prior: log p(x_t) [V].
    """
    beta = len(skip_grams) - 1 if beta is None else beta
    return torch.log_softmax((1 + beta) * skip_grams.mean(dim=0) - beta * prior, dim=-1)
