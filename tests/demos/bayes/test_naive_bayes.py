"""Attention's two routes, and naive Bayes against counts."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from demos.bayes.naive_bayes import naive_bayes, two_routes


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("with_residual", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_both_routes_agree_to_rounding(seed: int, with_residual: bool) -> None:
    vectors, output = normal(6, 16, seed=seed), normal(40, 16, seed=seed + 10)
    weights = torch.softmax(3 * normal(6, seed=seed + 20), dim=0)
    residual = normal(16, seed=seed + 30) if with_residual else None
    routes = two_routes(vectors, weights, output, residual)
    assert routes.gap < 2e-15
    assert float(routes.averaged.exp().sum()) == pytest.approx(1)
    assert routes.skip_grams.shape == (6, 40)


def test_it_is_no_arithmetic_mean() -> None:
    vectors, output = normal(6, 16), normal(40, 16, seed=1)
    weights = torch.full((6,), 1 / 6, dtype=torch.float64)
    routes = two_routes(vectors, weights, output)
    arithmetic = weights @ routes.skip_grams.exp()
    assert float((arithmetic - routes.averaged.exp()).abs().max()) > 0.01


def test_all_weight_on_one_token_is_its_skip_gram() -> None:
    weights = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
    routes = two_routes(normal(3, 8), weights, normal(20, 8, seed=2))
    torch.testing.assert_close(routes.geometric, routes.skip_grams[1])


def test_naive_bayes_is_right_where_its_assumption_holds() -> None:
    """Two tokens drawn independently given the next one: the posterior is known exactly."""
    prior = torch.softmax(normal(5), dim=0)  # p(x)
    channels = [torch.softmax(normal(5, 4, seed=seed), dim=1) for seed in (1, 2)]  # p(y_j | x)
    first, second = 3, 1
    joint = prior * channels[0][:, first] * channels[1][:, second]
    posteriors = [
        torch.log(prior * channel[:, seen] / (prior * channel[:, seen]).sum())
        for channel, seen in zip(channels, (first, second), strict=True)
    ]
    ours = naive_bayes(torch.stack(posteriors), prior.log())
    torch.testing.assert_close(ours.exp(), joint / joint.sum())


def test_beta_of_nought_is_attention_with_equal_weights() -> None:
    vectors, output = normal(4, 8), normal(20, 8, seed=3)
    routes = two_routes(vectors, torch.full((4,), 0.25, dtype=torch.float64), output)
    prior = torch.log_softmax(normal(20, seed=4), dim=0)
    torch.testing.assert_close(naive_bayes(routes.skip_grams, prior, beta=0.0), routes.averaged)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[n, d\]"):
        two_routes(normal(3, 8), normal(4), normal(20, 8))
