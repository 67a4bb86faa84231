"""CUR against numpy's pseudo-inverse, on matrices it has to recover, and where it collapses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from demos.retrieval import cur
from demos.retrieval.anchors import random_anchors

SOLVERS = pytest.mark.parametrize("solver", cur.SOLVERS)


def low_rank(rows: int, n: int, rank: int, noise: float = 0.0, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    left = torch.randn(rows, rank, generator=generator, dtype=torch.float64)
    right = torch.randn(rank, n, generator=generator, dtype=torch.float64)
    rest = torch.randn(rows, n, generator=generator, dtype=torch.float64)
    return left @ right / rank**0.5 + noise * rest


def test_the_default_truncates() -> None:
    scores = low_rank(10, 20, 3)
    assert cur.fit(scores, torch.arange(5)).solver == "truncated"


@SOLVERS
@pytest.mark.parametrize(("k_q", "k_i"), [(12, 12), (30, 12), (12, 30), (8, 9), (40, 7)])
def test_a_matrix_of_low_rank_is_recovered(solver: cur.Solver, k_q: int, k_i: int) -> None:
    scores = low_rank(60, 300, 6)
    # The published rcond inverts rounding where there are more anchors than the rank.
    rcond = 1e-12 if solver == "pinv" and min(k_q, k_i) > 6 else None
    index = cur.fit(scores[:k_q], random_anchors(300, k_i), solver, rcond=rcond)
    found = index.approximate(scores[:, index.anchor_items])
    assert torch.allclose(found, scores, rtol=0, atol=1e-8)


def test_as_many_anchors_as_the_rank_are_enough_without_a_cut() -> None:
    scores = low_rank(60, 300, 6)
    index = cur.fit(scores[:6], random_anchors(300, 6), "pinv")
    found = index.approximate(scores[:, index.anchor_items])
    assert torch.allclose(found, scores, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("k_q", "k_i"), [(30, 12), (12, 30), (20, 20), (1, 5), (5, 1), (1, 1)])
def test_the_formulas_are_numpys(k_q: int, k_i: int) -> None:
    scores = low_rank(k_q, 200, 40, 0.1)
    items = random_anchors(200, k_i, seed=1)
    h, a = scores.numpy(), scores[:, items].numpy()
    for rcond in (cur.PUBLISHED_RCOND, 0.1):
        expected = np.linalg.pinv(a, rcond=rcond) @ h
        for solver in ("pinv", "truncated"):
            index = cur.fit(scores, items, solver, rcond=rcond)  # type: ignore[arg-type]
            assert np.allclose(index.item_vectors.numpy(), expected, atol=1e-9)
            assert not index.chosen


def test_ridge_solves_the_normal_equations() -> None:
    scores, items = low_rank(30, 200, 40, 0.1), random_anchors(200, 20)
    a = scores[:, items].numpy()
    penalty = 0.01 * np.linalg.norm(a, 2) ** 2
    expected = np.linalg.solve(a.T @ a + penalty * np.eye(20), a.T @ scores.numpy())
    index = cur.fit(scores, items, "ridge", ridge=0.01)
    assert np.allclose(index.item_vectors.numpy(), expected, atol=1e-10)


@pytest.mark.parametrize(("k_q", "k_i"), [(30, 12), (12, 30)])
def test_singular_values_and_condition_number_are_numpys(k_q: int, k_i: int) -> None:
    scores, items = low_rank(k_q, 100, 40), random_anchors(100, k_i)
    index = cur.fit(scores, items)
    a = scores[:, items].numpy()
    values = np.linalg.svd(a, compute_uv=False)
    assert np.allclose(index.singular_values.numpy(), values)
    assert np.isclose(index.condition_number, values[0] / values[-1])
    assert np.isclose(index.condition_number, np.linalg.cond(a))


def test_the_rank_is_what_the_solver_keeps() -> None:
    scores = low_rank(40, 100, 6)
    items = random_anchors(100, 20)
    assert cur.fit(scores, items, "truncated", rcond=1e-9).rank == 6
    assert cur.fit(scores, items, "ridge", ridge=1e-20).rank == 6
    values = cur.fit(scores, items).singular_values / cur.fit(scores, items).singular_values[0]
    kept = cur.fit(scores, items, "truncated", rcond=0.5).rank
    assert kept == int((values > 0.5).sum()) < 6


def test_anchor_columns_are_reproduced() -> None:
    scores, items = low_rank(50, 100, 80, 0.1), random_anchors(100, 20)
    index = cur.fit(scores[:30], items, "pinv")
    found = index.approximate(scores[30:, items])
    assert torch.allclose(found[:, items], scores[30:, items], atol=1e-9)


def test_scores_may_have_leading_dimensions() -> None:
    scores, items = low_rank(24, 50, 4), random_anchors(50, 6)
    index = cur.fit(scores, items)
    c = scores[:, items]
    flat = index.approximate(c)
    assert torch.equal(index.approximate(c.reshape(2, 3, 4, 6)), flat.reshape(2, 3, 4, 50))
    assert torch.allclose(index.approximate(c[0]), flat[0])
    assert index.approximate(c[:0]).shape == (0, 50)
    assert index.approximate(c.float()).dtype == torch.float64


# --- the failure mode ---


def recall(scores: Tensor, k_q: int, solver: cur.Solver, seed: int) -> float:
    """Recall@10 in the approximate top 100 of queries that are no anchors."""
    items = random_anchors(scores.shape[1], 100, seed)
    index = cur.fit(scores[:k_q], items, solver)
    rest = scores[500:]
    found = index.approximate(rest[:, items]).topk(100).indices
    top = rest.topk(10).indices
    return (top[:, :, None] == found[:, None]).any(dim=2).double().mean().item()


def test_the_square_intersection_collapses_and_the_fix_does_not() -> None:
    scores = low_rank(600, 5000, 60, 0.1)
    published = {k_q: recall(scores, k_q, "pinv", seed=0) for k_q in (90, 100, 110)}
    assert published[100] < 0.5 < 0.8 < min(published[90], published[110])
    for solver in ("truncated", "ridge"):
        for k_q in (90, 100, 110):
            assert recall(scores, k_q, solver, seed=0) > 0.97  # type: ignore[arg-type]


@pytest.mark.parametrize("k_q", [90, 100, 110, 125, 200])
@pytest.mark.parametrize("solver", ["truncated", "ridge"])
def test_the_chosen_strength_is_nearly_the_best(solver: cur.Solver, k_q: int) -> None:
    scores = low_rank(300, 2000, 60, 0.1, seed=k_q)
    items = random_anchors(2000, 100)
    name, candidates = (
        ("ridge", cur._RIDGES) if solver == "ridge" else ("rcond", cur._RCONDS)  # type: ignore[attr-defined]
    )

    def error(**strength: Any) -> float:
        index = cur.fit(scores[:k_q], items, solver, **strength)
        found = index.approximate(scores[200:, items])
        return (found - scores[200:]).square().mean().item()

    best = min(error(**{name: strength}) for strength in candidates)
    assert error() <= 1.1 * best


def test_the_weakest_of_equal_strengths_is_chosen() -> None:
    index = cur.fit(low_rank(40, 100, 6), random_anchors(100, 20))
    assert index.chosen
    assert index.strength == min(cur._RCONDS)  # type: ignore[attr-defined]


# --- edges ---


@SOLVERS
@pytest.mark.parametrize("k_q", [1, 2, 3, 4, 5, 6, 9])
def test_few_anchor_queries_are_enough(solver: cur.Solver, k_q: int) -> None:
    scores = low_rank(10, 30, 1)
    index = cur.fit(scores[:k_q], torch.tensor([3]), solver, ridge=1e-12)
    found = index.approximate(scores[:, [3]])
    assert torch.allclose(found, scores, atol=1e-8)


@SOLVERS
def test_nothing_but_noughts(solver: cur.Solver) -> None:
    for strength in (None, 0.0):
        index = cur.fit(torch.zeros(6, 9), torch.tensor([0, 5]), solver, strength, strength)
        assert torch.equal(index.approximate(torch.ones(2)), torch.zeros(9, dtype=torch.float64))
        assert index.condition_number == float("inf")
        assert index.rank == 0


@SOLVERS
def test_equal_scores_are_recovered(solver: cur.Solver) -> None:
    index = cur.fit(torch.full((8, 20), 0.3), torch.arange(5), solver)
    found = index.approximate(torch.full((5,), 0.3))
    assert torch.allclose(found, torch.full((20,), 0.3, dtype=torch.float64), atol=1e-6)


def test_one_item() -> None:
    index = cur.fit(torch.tensor([[2.0], [4.0]]), torch.tensor([0]))
    assert torch.allclose(index.approximate(torch.tensor([3.0])), torch.tensor([3.0]).double())


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_scores_of_less_precision_are_computed_in_double(dtype: torch.dtype) -> None:
    scores, items = low_rank(20, 50, 4).to(dtype), random_anchors(50, 8)
    index = cur.fit(scores, items, rcond=0.01)
    assert torch.equal(index.item_vectors, cur.fit(scores.double(), items, rcond=0.01).item_vectors)


@pytest.mark.parametrize(
    ("scores", "items", "settings"),
    [
        (torch.ones(3), torch.tensor([0]), {}),
        (torch.ones(3, 4), torch.tensor([[0]]), {}),
        (torch.ones(0, 4), torch.tensor([0]), {}),
        (torch.ones(3, 4), torch.tensor([], dtype=torch.int64), {}),
        (torch.ones(3, 4), torch.tensor([4]), {}),
        (torch.ones(3, 4), torch.tensor([-1]), {}),
        (torch.ones(3, 4), torch.tensor([1, 2, 1]), {}),
        (torch.tensor([[1.0, torch.nan]]), torch.tensor([0]), {}),
        (torch.tensor([[1.0, torch.inf]]), torch.tensor([0]), {}),
        (torch.ones(3, 4), torch.tensor([0]), {"solver": "lstsq"}),
        (torch.ones(3, 4), torch.tensor([0]), {"rcond": -0.1}),
        (torch.ones(3, 4), torch.tensor([0]), {"rcond": float("nan")}),
        (torch.ones(3, 4), torch.tensor([0]), {"solver": "ridge", "ridge": -0.1}),
    ],
)
def test_what_makes_no_sense_is_refused(
    scores: Tensor, items: Tensor, settings: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"has to be|no numbers|outside|twice"):
        cur.fit(scores, items, **settings)
