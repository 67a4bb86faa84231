"""BayesCUR's belief against a Gaussian process written out by hand, and its prior against data
drawn from it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.retrieval.belief import (
    BeliefIndex,
    Posterior,
    Prior,
    chances,
    fit_belief,
    fit_prior,
    lay_out,
    mean_and_factors,
    posterior,
    predict,
    prior_weights,
    without_self,
)

PRIOR = Prior(
    offset=0.4,
    slope_mean=0.9,
    slope_bi=1.5,
    scale_offset=0.3,
    scale_mean=0.5,
    scale_factors=0.8,
    scale_vectors=0.6,
    scale_bi=0.7,
    noise=0.2,
)
Array = NDArray[np.float64]


def unit(rows: int, d: int, seed: int) -> Tensor:
    x = torch.randn(rows, d, generator=torch.Generator().manual_seed(seed))
    return x / x.norm(dim=1, keepdim=True)


def case(n: int = 60, prior: Prior = PRIOR) -> tuple[BeliefIndex, Tensor, Tensor]:
    """An index, its items' vectors, and queries."""
    generator = torch.Generator().manual_seed(0)
    mean = 0.5 * torch.randn(n, generator=generator)
    factors, vectors = torch.randn(n, 4, generator=generator), unit(n, 6, 1)
    return lay_out(mean, factors, vectors, prior), vectors, unit(3, 6, 2)


def kernel(index: BeliefIndex, vectors: Tensor, query: Tensor) -> tuple[Array, Array]:
    """The expected scores [n] and their covariance [n, n], block by block."""
    p = index.prior
    mu, f, v = (x.double().numpy() for x in (index.mean, index.cur_vectors, vectors))
    b = v @ query.double().numpy()
    expected = p.offset + p.slope_mean * mu + p.slope_bi * b
    covariance = (
        p.scale_offset**2
        + p.scale_mean**2 * np.outer(mu, mu)
        + p.scale_factors**2 * f @ f.T
        + p.scale_vectors**2 * v @ v.T
        + p.scale_bi**2 * np.outer(b, b)
    )
    return expected, covariance


def test_the_prior_mean_is_one_inner_product() -> None:
    index, vectors, queries = case()
    found = prior_weights(index, queries) @ index.features.mT
    for query, row in zip(queries, found, strict=True):
        assert np.allclose(row.numpy(), kernel(index, vectors, query)[0], atol=1e-5)


@pytest.mark.parametrize("noise", [0.2, 0.01])
@pytest.mark.parametrize("bought", [1, 5, 20])
def test_the_posterior_is_the_gaussian_process(bought: int, noise: float) -> None:
    index, vectors, queries = case(prior=dataclasses.replace(PRIOR, noise=noise))
    generator = torch.Generator().manual_seed(bought)
    items = torch.stack([torch.randperm(60, generator=generator)[:bought] for _ in queries])
    scores = torch.randn(3, bought, generator=generator)
    found = posterior(index, queries, items, scores)
    means = found.weights @ index.features.mT  # [q, n]
    predicted, deviations = predict(index, found, queries, torch.arange(60).expand(3, -1))
    assert torch.allclose(predicted, means, atol=1e-4)
    for q, query in enumerate(queries):
        expected, k = kernel(index, vectors, query)
        own = items[q].numpy()
        gain = np.linalg.solve(k[np.ix_(own, own)] + noise**2 * np.eye(bought), k[own]).T
        mean = expected + gain @ (scores[q].double().numpy() - expected[own])
        variance = np.diag(k) - (gain * k[own].T).sum(axis=1) + noise**2
        assert np.allclose(means[q].numpy(), mean, atol=5e-3)
        assert np.allclose(deviations[q].numpy(), np.sqrt(variance), atol=2e-3)


@pytest.mark.parametrize("unit_of_scores", [1e-4, 1.0, 1e4])
def test_a_purchase_without_noise_is_believed(unit_of_scores: float) -> None:
    scaled = {k: unit_of_scores * v for k, v in dataclasses.asdict(PRIOR).items()}
    scaled |= {"slope_mean": PRIOR.slope_mean, "noise": 1e-6 * unit_of_scores}
    index, _, queries = case()
    # mu and the factors are in units of the scores themselves: left alone, the scales do it all.
    index = lay_out(index.mean, index.cur_vectors, unit(60, 6, 1), Prior(**scaled))
    items = torch.arange(40).expand(3, -1)  # far more than there are features: singular
    truth = (index.features @ torch.randn(12, 3, generator=torch.Generator().manual_seed(5))).mT
    found = posterior(index, queries, items, truth[:, :40])
    means = found.weights @ index.features.mT
    assert torch.allclose(means, truth, atol=0.02 * truth.std().item())
    assert torch.isfinite(predict(index, found, queries, torch.arange(60).expand(3, -1))[1]).all()


def test_what_was_bought_is_less_uncertain() -> None:
    index, _, queries = case()
    found = posterior(index, queries, torch.tensor([[7]] * 3), torch.ones(3, 1))
    first = Posterior(found.weights, found.chol[:, :0, :0], found.known[:, :0])
    items = torch.arange(60).expand(3, -1)
    before, after = (predict(index, belief, queries, items)[1] for belief in (first, found))
    assert (after <= before + 1e-5).all()
    assert (after[:, 7] < before[:, 7]).all()
    assert (after >= PRIOR.noise - 1e-5).all()


# --- the prior ---


def drawn(k_q: int, n: int, prior: Prior, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Scores of anchor queries with hidden factors, offset, bi-encoder and noise; the vectors."""
    generator = torch.Generator().manual_seed(seed)
    anchors, vectors = unit(k_q, 8, seed + 1), unit(n, 8, seed + 2)
    normal = lambda *shape: torch.randn(*shape, generator=generator)  # noqa: E731
    scores = prior.offset + prior.scale_offset * normal(k_q, 1)
    scores = scores + prior.scale_vectors * normal(k_q, 8) @ vectors.mT
    bi = anchors @ vectors.mT
    scores = scores + (prior.slope_bi + prior.scale_bi * normal(k_q, 1)) * bi
    return scores + prior.noise * normal(k_q, n), anchors, vectors


@pytest.mark.parametrize("unit_of_scores", [1.0, 30.0])
def test_the_prior_of_drawn_data_is_recovered(unit_of_scores: float) -> None:
    truth = Prior(
        *(unit_of_scores * value for value in (1.0, 0.0, 3.0, 1.5, 0.0, 0.0, 1.0, 2.0, 0.3))
    )
    scores, anchors, vectors = drawn(80, 300, truth, seed=3)
    # Without factors to explain them, vectors and offset have to be what explains the scores.
    found = fit_prior(scores, anchors, vectors, torch.full((80,), -1))
    assert found.offset == pytest.approx(truth.offset, abs=0.5 * unit_of_scores)
    assert 0.5 < found.noise / truth.noise < 2
    assert 0.5 < found.slope_bi / truth.slope_bi < 2


def test_the_scales_of_drawn_data_are_recovered() -> None:
    """By the likelihood itself, of features that are known."""
    from demos.retrieval import belief

    generator = torch.Generator().manual_seed(0)
    scales = torch.tensor([1.2, 0.5, 0.8, 0.3, 1.5, 0.4], dtype=torch.float64)
    sizes, q, m = (1, 1, 6, 8, 1), 150, 40
    parts = [torch.randn(q, m, s, generator=generator, dtype=torch.float64) for s in sizes]
    parts[0] = torch.ones_like(parts[0])
    blocks = torch.cat([parts[0], parts[1], parts[4]], dim=2)
    slopes = torch.tensor([0.7, 1.0, 2.0], dtype=torch.float64)
    y = blocks @ slopes
    for scale, part in zip(scales, parts, strict=False):
        weights = torch.randn(q, part.shape[2], 1, generator=generator, dtype=torch.float64)
        y = y + scale * (part @ weights).squeeze(2)
    y = y + scales[5] * torch.randn(q, m, generator=generator, dtype=torch.float64)
    gram = torch.stack([part @ part.mT for part in parts], dim=1)
    start = torch.zeros(3, dtype=torch.float64), torch.zeros(6, dtype=torch.float64)
    found, logs = belief._climb(y, blocks, gram, *start)
    assert ((logs.exp() / scales).log().abs() < math.log(2)).all()
    assert torch.allclose(found, slopes, atol=0.5)


def test_the_surprise_is_the_gaussian_density() -> None:
    from demos.retrieval import belief

    generator = torch.Generator().manual_seed(1)
    blocks = torch.randn(4, 7, 3, generator=generator, dtype=torch.float64)
    roots = torch.randn(4, 5, 7, 7, generator=generator, dtype=torch.float64)
    y = torch.randn(4, 7, generator=generator, dtype=torch.float64)
    slopes, logs = torch.randn(3, dtype=torch.float64), torch.randn(6, dtype=torch.float64)
    gram = roots @ roots.mT
    covariance = (torch.exp(2 * logs[:5])[:, None, None] * gram).sum(dim=1)
    covariance = covariance + torch.exp(2 * logs[5]) * torch.eye(7)
    expected = torch.distributions.MultivariateNormal(blocks @ slopes, covariance).log_prob(y)
    found = belief._surprise(y, blocks, gram, slopes, logs)
    assert found.item() == pytest.approx(-expected.mean().item() / 7, rel=1e-5)


def test_the_prior_is_learnt_in_inference_mode_too() -> None:
    scores, anchors, vectors = drawn(12, 80, PRIOR, seed=0)
    own = torch.full((12,), -1)
    expected = fit_prior(scores, anchors, vectors, own)
    with torch.inference_mode():
        assert fit_prior(scores * 1, anchors * 1, vectors * 1, own) == expected


@pytest.mark.parametrize("k_q", [1, 2, 3, 7])
@pytest.mark.parametrize("n", [1, 2, 3, 30, 70])
@pytest.mark.parametrize("kind", ["drawn", "constant", "noughts", "copies"])
def test_few_items_queries_and_constant_scores_give_numbers(k_q: int, n: int, kind: str) -> None:
    scores, anchors, vectors = drawn(k_q, n, PRIOR, seed=0)
    if kind == "copies":
        scores, vectors = scores[:, :1].expand(-1, n).clone(), vectors[:1].expand(n, -1)
    elif kind != "drawn":
        scores = torch.full_like(scores, 0.1 if kind == "constant" else 0.0)
    own = torch.arange(k_q)  # some of them are items themselves, and some are not
    own[own >= min(n, 2)] = -1
    index = fit_belief(scores, anchors, vectors, own)
    assert all(map(math.isfinite, dataclasses.asdict(index.prior).values()))
    items = torch.arange(n)[None]
    found = posterior(index, anchors[:1], items, scores[:1])
    _, deviations = predict(index, found, anchors[:1], items)
    means = found.weights @ index.features.mT
    assert torch.isfinite(chances(means, deviations, scores[:1, :1], 1)).all()


# --- its parts ---


def test_a_texts_score_with_itself_is_set_aside() -> None:
    scores = torch.tensor([[9.0, 1.0, 2.0], [1.0, 3.0, 2.0], [0.0, 5.0, 4.0], [7.0, 7.0, 1.0]])
    given = scores.clone()
    found = without_self(scores, torch.tensor([0, -1, 0, 1]))
    expected = [[2.0, 1.0, 2.0], [1.0, 3.0, 2.0], [5.0, 5.0, 4.0], [7.0, 7.0, 1.0]]
    assert found.tolist() == expected
    assert torch.equal(scores, given)
    assert without_self(torch.ones(1, 1), torch.tensor([0])).tolist() == [[1.0]]


def test_the_factors_give_the_covariance_of_scores() -> None:
    scores = torch.randn(30, 4, generator=torch.Generator().manual_seed(0)) @ torch.randn(4, 90)
    mean, factors = mean_and_factors(scores)
    expected = np.cov(scores.numpy(), rowvar=False, bias=True)
    assert np.allclose((factors @ factors.mT).numpy(), expected, atol=1e-4)
    assert torch.allclose(mean, scores.mean(dim=0) - scores.mean(), atol=1e-5)
    assert mean_and_factors(scores[:1])[1].abs().max() == 0


@pytest.mark.parametrize("k", [1, 5, 20])
def test_the_chances_sum_to_what_is_missing_of_k(k: int) -> None:
    generator = torch.Generator().manual_seed(k)
    mean = torch.randn(6, 200, generator=generator)
    deviation = 0.2 + torch.rand(6, 200, generator=generator)
    # Half of those for sure above all others, the other half for sure below.
    bought = torch.tensor([20.0, -20.0]).repeat_interleave(k // 2).expand(6, -1)
    bought = torch.cat([bought, torch.full((6, 1), -30.0)], dim=1)
    found = chances(mean, deviation, bought, k)
    assert torch.allclose(found.sum(dim=1), torch.full((6,), float(k - k // 2)), atol=1e-3)


def test_a_threshold_on_a_bought_score_leaves_less_than_one_over() -> None:
    generator = torch.Generator().manual_seed(0)
    mean, bought = torch.randn(9, 50, generator=generator), torch.randn(9, 30, generator=generator)
    found = chances(mean, torch.full((9, 50), 0.5), bought, 10)
    # Solve for the threshold from the chances themselves, by the one nearest to a half.
    place = (found - 0.5).abs().argmin(dim=1, keepdim=True)
    chance, centre = (x.gather(1, place)[:, 0] for x in (found, mean))
    threshold = centre - 0.5 * torch.special.ndtri(chance.double()).float()
    certain = (bought > threshold[:, None] + 1e-3).sum(dim=1)
    assert ((found.sum(dim=1) + certain - 10).abs() < 1 + 1e-3).all()


def test_a_better_mean_is_a_better_chance() -> None:
    mean = torch.linspace(-2, 2, 40)[None]
    found = chances(mean, torch.full((1, 40), 0.5), torch.tensor([[0.0, 1.0]]), 5)[0]
    assert (found.diff() >= 0).all()
    more = chances(mean, torch.full((1, 40), 0.5), torch.tensor([[0.0, 1.0]]), 10)[0]
    assert (more >= found).all()
    assert more.sum() > found.sum() + 3


def test_with_room_for_all_every_chance_is_one() -> None:
    found = chances(torch.randn(2, 4), torch.ones(2, 4), torch.zeros(2, 1), 5)
    assert (found > 0.99).all()
