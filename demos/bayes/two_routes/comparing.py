"""Computes attention on its two routes, and what other rules make of the same skip-grams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.bayes.naive_bayes import naive_bayes, two_routes
from demos.bayes.two_routes.setting import Setting
from demos.frame.steps import Run, directly

_SPREAD = 1.5  # of random logits
_PRIOR_SPREAD = 0.7

Floats = NDArray[np.float64]

# How much each token (rows: At, dawn, the, fisherman, rowed, his) makes of each candidate, in nats
# up to a constant a row; made up for this page. The last row is what follows "his" at once.
_SCORES = (
    (0.4, 0.2, 0.0, 0.4, 1.2, 0.6, 0.2, 0.3, 0.1, 0.9),
    (1.0, 0.4, 0.2, 1.0, 0.6, 2.2, 0.4, 0.1, 0.1, 1.4),
    (0.8, 0.7, 0.6, 0.8, 0.9, 0.5, 0.4, 0.8, 0.6, 1.2),
    (2.9, 2.8, 1.4, 3.0, 0.7, 0.2, 1.1, 0.1, -0.4, 1.8),
    (3.6, 0.2, 2.9, 0.4, -0.2, -0.6, 0.2, -0.8, -1.0, 2.8),
    (0.9, 0.5, 0.7, 0.2, 1.2, 0.8, 1.9, 1.0, 0.5, -0.8),
    (1.2, 0.5, 0.8, -0.2, 1.5, 0.9, 2.4, 1.2, 0.6, -1.6),
)
_FREQUENCIES = (0.6, -0.4, -1.0, 0.5, 1.9, 0.8, 1.1, 1.3, -0.3, 0.7)  # likewise, of p(x_t)


@dataclass(frozen=True)
class Vectors:
    """What the layer is made of, float64.

    Attributes:
        values: v_j of the earlier tokens [n, d].
        last: x_t, the residual [d].
        output: W [V, d].
        prior: log p(x_t) [V].
    """

    values: Tensor
    last: Tensor
    output: Tensor
    prior: Tensor


@dataclass(frozen=True)
class Compared:
    """Distributions over the candidates, as probabilities.

    Attributes:
        skip_grams: p(x_t | x_j) [n, V].
        residual: the 2-gram prior [V]; None where it is switched off.
        prior: p(x_t) [V].
        product: the weighted geometric mean of the skip-grams [V].
        averaged: softmax of the averaged vectors [V].
        generalised: (1 + beta) mean_j a_j log p(x_t|x_j) - beta log p(x_t), with the residual's
            factor where it is on [V].
        classical: naive Bayes, which knows neither weights nor a residual [V].
        mixture: the arithmetic mean of the same distributions with the same weights [V].
        gap: the largest difference between `product` and `averaged`.
    """

    setting: Setting
    skip_grams: Floats
    residual: Floats | None
    prior: Floats
    product: Floats
    averaged: Floats
    generalised: Floats
    classical: Floats
    mixture: Floats
    gap: float


def comparing(setting: Setting, run: Run = directly) -> Compared:
    """Compute every distribution; a millisecond."""
    found: dict[str, Tensor | None] = run(_compare, setting)
    arrays = {name: None if t is None else np.exp(t.numpy()) for name, t in found.items()}
    gap = float(np.abs(_known(arrays["product"]) - _known(arrays["averaged"])).max())
    residual = arrays.pop("residual")
    rest = {name: _known(array) for name, array in arrays.items()}
    return Compared(setting, residual=residual, gap=gap, **rest)


def make_vectors(kind: str, dimension: int, seed: int) -> Vectors:
    """Vectors whose skip-grams are those written by hand, or random ones.

    Those by hand are factors of the scores, cut to the `dimension` largest singular values.
    """
    n, size = len(_SCORES) - 1, len(_FREQUENCIES)
    if kind == "random":
        generator = torch.Generator().manual_seed(seed)
        shape = n + 1 + size, dimension
        drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
        values, output = drawn[: n + 1], drawn[n + 1 :] * (_SPREAD / dimension**0.5)
        prior = _PRIOR_SPREAD * torch.randn(size, generator=generator, dtype=torch.float64)
    else:
        left, sizes, right = torch.linalg.svd(
            torch.tensor(_SCORES, dtype=torch.float64), full_matrices=False
        )
        kept = min(dimension, len(sizes))
        values = left[:, :kept] * sizes[:kept].sqrt()  # [n + 1, kept]
        output = right[:kept].T * sizes[:kept].sqrt()  # [V, kept]
        prior = torch.tensor(_FREQUENCIES, dtype=torch.float64)
    return Vectors(values[:n], values[n], output, torch.log_softmax(prior, dim=-1))


def _compare(setting: Setting) -> dict[str, Tensor | None]:
    """Log probabilities [V] by name, skip-grams [n, V]."""
    made = make_vectors(setting.kind, setting.dimension, setting.seed)
    weights = torch.tensor(setting.shares, dtype=torch.float64)  # [n]
    last = made.last if setting.residual else None
    routes = two_routes(made.values, weights, made.output, last)
    mean = weights @ routes.skip_grams  # [V]
    generalised = (1 + setting.beta) * mean - setting.beta * made.prior
    parts, shares = routes.skip_grams, weights
    residual = None
    if last is not None:
        residual = torch.log_softmax(made.output @ last, dim=-1)
        generalised = generalised + residual
        # In the product the residual weighs as much as all the others together.
        parts, shares = (
            torch.cat([parts, residual[None]]),
            torch.cat([weights, weights.new_ones(1)]),
        )
        shares = shares / 2
    return {
        "skip_grams": routes.skip_grams,
        "residual": residual,
        "prior": made.prior,
        "product": routes.geometric,
        "averaged": routes.averaged,
        "generalised": torch.log_softmax(generalised, dim=-1),
        "classical": naive_bayes(routes.skip_grams, made.prior),
        "mixture": (shares @ parts.exp()).log(),
    }


def _known(array: Floats | None) -> Floats:
    assert array is not None
    return array
