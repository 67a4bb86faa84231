"""Directions against autograd and Monte Carlo; degrees of freedom by the Jacobian's rank."""

from __future__ import annotations

import pytest
import torch

from demos.lora import degrees
from demos.lora.degrees import Form
from demos.lora.directions import (
    KINDS,
    cosine,
    factors,
    gradient,
    lora_direction,
    random_direction,
    rank_of,
    running_means,
    second_order,
    visible_share,
)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_have_norm_one_and_the_rank_that_is_asked_for(kind: str) -> None:
    g = gradient(kind, 20, 12, 3, seed=1)  # type: ignore[arg-type]
    assert g.norm().item() == pytest.approx(1)
    assert rank_of(g) == (3 if kind == "low_rank" else 12)


def test_a_step_of_the_factors_moves_the_product_by_both_orders() -> None:
    """A - eta dL/dA and B - eta dL/dB by autograd, multiplied out."""
    n, m, r, eta = 9, 7, 3, 0.4
    a, b = normal(n, r, seed=1).requires_grad_(), normal(r, m, seed=2).requires_grad_()
    weight = normal(n, m, seed=3)
    product = a @ b
    product.retain_grad()
    ((weight + product) ** 3).sum().backward()
    g = product.grad
    assert a.grad is not None
    assert b.grad is not None
    assert g is not None
    moved = (a - eta * a.grad) @ (b - eta * b.grad) - a @ b
    said = -eta * lora_direction(g, a, b) + eta**2 * second_order(g, a, b)
    assert torch.allclose(moved, said, rtol=1e-10, atol=1e-8)


def test_the_mean_of_random_directions_is_twice_the_gradient() -> None:
    g = gradient("random", 8, 5, 1, seed=0)
    samples = [
        random_direction(g, normal(8, 2, seed=s), normal(2, 5, seed=9999 - s)) for s in range(4000)
    ]
    mean = torch.stack(samples).mean(dim=0)
    assert (mean - 2 * g).norm() < 0.05 * (2 * g).norm()
    assert (mean - g).norm() > 0.9 * g.norm()  # what the post says


@pytest.mark.parametrize(("n", "m", "rank"), [(8, 5, 1), (6, 12, 3)])
def test_the_variance_is_as_derived(n: int, m: int, rank: int) -> None:
    """Mean square of single samples' errors, against (n + m + 2) / (4 r)."""
    g = gradient("random", n, m, 1, seed=0)
    errors = []
    for seed in range(3000):
        drawn = normal(n + m, rank, seed=seed)
        sample = random_direction(g, drawn[:n], drawn[n:].T)
        errors.append(((sample - 2 * g).square().sum() / (2 * g).square().sum()).item())
    assert sum(errors) / len(errors) == pytest.approx((n + m + 2) / (4 * rank), rel=0.12)


def test_running_means_are_means_of_their_samples_and_follow_the_theory() -> None:
    g = gradient("low_rank", 10, 6, 2, seed=0)
    means = running_means(g, 2, [1, 10, 400], seed=3)
    assert torch.allclose(means.counts, torch.tensor([1.0, 10, 400]).double())
    ratio = means.errors / means.theory
    assert ratio.min() > 0.3
    assert ratio.max() < 3
    assert ((means.first - 2 * g).norm() / (2 * g).norm()).item() == pytest.approx(
        means.errors[0].item()
    )
    assert ((means.last - 2 * g).norm() / (2 * g).norm()).item() == pytest.approx(
        means.errors[2].item()
    )
    again = running_means(g, 2, [1, 10, 400], seed=3)
    assert torch.equal(again.errors, means.errors)


def test_at_the_usual_start_half_of_lora_is_silent() -> None:
    g = gradient("random", 12, 8, 1, seed=0)
    a, b = factors(12, 8, 2, at_start=True, seed=1)
    assert not b.any()
    assert rank_of(lora_direction(g, a, b)) == 2
    assert second_order(g, a, b).norm() == 0
    a, b = factors(12, 8, 2, at_start=False, seed=1)
    assert rank_of(lora_direction(g, a, b)) == 4


@pytest.mark.parametrize("at_start", [True, False])
def test_the_visible_share_is_what_the_tangent_space_holds(at_start: bool) -> None:
    g = gradient("random", 7, 6, 1, seed=0)
    a, b = factors(7, 6, 2, at_start, seed=4)
    columns = []
    for i in range(7):
        for k in range(2):
            columns.append(torch.outer(torch.eye(7).double()[i], b[k]).flatten())
    for k in range(2):
        for j in range(6):
            columns.append(torch.outer(a[:, k], torch.eye(6).double()[j]).flatten())
    tangent = torch.stack(columns, dim=1)  # [nm, r (n + m)]
    seen = tangent @ (torch.linalg.pinv(tangent) @ g.flatten())
    assert visible_share(g, a, b) == pytest.approx(seen.square().sum().item(), rel=1e-9)


def test_directions_never_point_uphill() -> None:
    g = gradient("regression", 16, 10, 3, seed=0)
    a, b = factors(16, 10, 4, at_start=False, seed=1)
    assert 0 < cosine(lora_direction(g, a, b), g) < 1
    assert cosine(2 * g, g) == pytest.approx(1)


@pytest.mark.parametrize("form", ["lora", "additive"])
@pytest.mark.parametrize(("n", "m", "rank"), [(6, 4, 1), (6, 4, 2), (9, 6, 3), (8, 8, 4)])
def test_degrees_of_freedom_are_the_rank_of_the_jacobian(
    form: Form, n: int, m: int, rank: int
) -> None:
    assert degrees.measured_degrees(form, n, m, rank) == degrees.degrees_of_freedom(n, m, rank)


def test_the_jacobian_is_that_of_small_differences() -> None:
    n, m, r = 5, 4, 2
    generator = torch.Generator().manual_seed(7)
    at = torch.randn(r * (n + m), generator=generator, dtype=torch.float64)
    columns = degrees.jacobian("lora", n, m, r, seed=7)
    for place in (0, 3, 11, 17):
        moved = at.clone()
        moved[place] += 1e-6
        slope = (
            degrees.change("lora", moved, n, m, r) - degrees.change("lora", at, n, m, r)
        ) / 1e-6
        assert torch.allclose(columns[:, place], slope.flatten(), atol=1e-5)


def test_ranks_of_the_forms() -> None:
    numbers = normal(3 * (12 + 9), seed=2)
    assert rank_of(degrees.change("lora", numbers, 12, 9, 3)) == 3
    assert rank_of(degrees.change("additive", numbers, 12, 9, 3)) == 6
