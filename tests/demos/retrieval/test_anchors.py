"""Anchors against scipy, against naive definitions, and at the edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.linalg
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.retrieval import anchors
from demos.retrieval.anchors import (
    bi_encoder_neighbours,
    greedy_l2,
    kmeans_medoids,
    leverage_scores,
    pivoted_qr,
    random_anchors,
)

BY_SCORES = {"qr": pivoted_qr, "leverage": leverage_scores, "greedy": greedy_l2}
ALL: dict[str, Callable[[Tensor, int], Tensor]] = {
    **BY_SCORES,
    "random": lambda matrix, k: random_anchors(matrix.shape[1], k),
    "kmeans": lambda matrix, k: kmeans_medoids(matrix.mT, k),
    "neighbours": lambda matrix, k: bi_encoder_neighbours(matrix[:, 0], matrix.mT, k),
}


def matrix(rows: int, n: int, rank: int | None = None, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    if rank is None:
        return torch.randn(rows, n, generator=generator, dtype=torch.float64)
    return matrix(rows, rank, seed=seed) @ matrix(rank, n, seed=seed + 1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("rows", "n", "k"), [(20, 80, 20), (80, 20, 20), (30, 30, 12)])
def test_pivots_are_scipys(rows: int, n: int, k: int, seed: int) -> None:
    scores = matrix(rows, n, seed=seed)
    expected = scipy.linalg.qr(scores.numpy(), mode="r", pivoting=True)[1][:k]
    assert pivoted_qr(scores, k).tolist() == expected.tolist()


def test_past_the_rank_pivots_are_taken_in_order() -> None:
    scores = matrix(20, 12, rank=3)
    found = pivoted_qr(scores, 12).tolist()
    assert found[:3] == scipy.linalg.qr(scores.numpy(), mode="r", pivoting=True)[1][:3].tolist()
    assert found[3:] == sorted(found[3:])


@pytest.mark.parametrize(("rows", "n", "rank"), [(20, 80, 7), (80, 20, 5), (20, 80, None)])
def test_leverage_is_that_of_a_naive_svd(rows: int, n: int, rank: int | None) -> None:
    scores = matrix(rows, n)
    right = np.linalg.svd(scores.numpy())[2]
    wanted = rank or min(10, rows // 2)
    expected = np.argsort(-(right[:wanted] ** 2).sum(axis=0))[:10]
    assert leverage_scores(scores, 10, rank).tolist() == expected.tolist()


def test_leverage_looks_at_no_vector_past_the_rank() -> None:
    scores = torch.zeros(20, 50)
    scores[:, 7], scores[0, 30] = 1.0, 3.0  # rank 2
    assert set(leverage_scores(scores, 2, rank=10).tolist()) == {7, 30}


def squared_error(scores: NDArray[np.float64], columns: list[int]) -> float:
    basis = scores[:, columns]
    return float(((scores - basis @ np.linalg.pinv(basis) @ scores) ** 2).sum())


@pytest.mark.parametrize("seed", range(3))
def test_greedy_columns_lower_the_error_most(seed: int) -> None:
    scores = matrix(10, 25, seed=seed) * torch.linspace(0.2, 3, 25)
    chosen: list[int] = []
    for column in greedy_l2(scores, 8).tolist():
        errors = {
            j: squared_error(scores.numpy(), [*chosen, j]) for j in range(25) if j not in chosen
        }
        assert column == min(errors, key=errors.__getitem__)
        chosen.append(column)


def clusters(k: int, each: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    centres = 10 * torch.eye(k)
    return (centres[:, None] + 0.1 * torch.randn(k, each, k, generator=generator)).reshape(-1, k)


@pytest.mark.parametrize("seed", range(5))
def test_every_cluster_gives_one_medoid(seed: int) -> None:
    found = kmeans_medoids(clusters(8, 20), 8, seed)
    assert sorted((found // 20).tolist()) == list(range(8))


def test_a_medoid_is_the_nearest_to_its_centre() -> None:
    x = clusters(4, 15)
    for item in kmeans_medoids(x, 4).tolist():
        start = item // 15 * 15
        own = x[start : start + 15]
        assert start + int((own - own.mean(dim=0)).norm(dim=1).argmin()) == item


def test_of_very_many_vectors_a_sample_is_clustered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "_CLUSTERED", 60)
    monkeypatch.setattr(anchors, "_BLOCK_NUMBERS", 100)
    found = kmeans_medoids(clusters(4, 100), 4)
    assert sorted((found // 100).tolist()) == list(range(4))
    assert len(set(kmeans_medoids(clusters(4, 100), 90).tolist())) == 90


@pytest.mark.parametrize("k", [1, 3, 20])
def test_copies_give_distinct_medoids(k: int) -> None:
    for x in (torch.ones(20, 3), torch.eye(4).repeat(5, 1), torch.zeros(20, 3)):
        assert len(set(kmeans_medoids(x, k).tolist())) == k


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("n", "k"), [(1, 1), (15, 1), (15, 6), (15, 15)])
def test_anchors_are_distinct_and_exist(name: str, n: int, k: int) -> None:
    for scores in (matrix(6, n), matrix(6, n, rank=2), torch.zeros(6, n), torch.ones(6, n).float()):
        found = ALL[name](scores, k)
        assert found.dtype == torch.int64
        assert len(set(found.tolist())) == len(found) == k
        assert 0 <= int(found.min()) <= int(found.max()) < n


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("k", [0, 16])
def test_other_numbers_of_anchors_are_refused(name: str, k: int) -> None:
    with pytest.raises(ValueError, match=f"{k} anchors of 15"):
        ALL[name](matrix(6, 15), k)


@pytest.mark.parametrize("name", BY_SCORES)
def test_units_do_not_matter(name: str) -> None:
    scores = matrix(8, 30)
    expected = ALL[name](scores, 6).tolist()
    assert ALL[name](1e-6 * scores, 6).tolist() == expected
    assert ALL[name](1e6 * scores, 6).tolist() == expected


def test_seeds_reproduce_and_differ() -> None:
    x = matrix(4, 200).mT
    for choose in (lambda seed: random_anchors(200, 20, seed), lambda s: kmeans_medoids(x, 20, s)):
        assert choose(3).tolist() == choose(3).tolist() != choose(4).tolist()


def test_all_items_are_equally_likely() -> None:
    counts = sum(torch.bincount(random_anchors(6, 2, s), minlength=6) for s in range(600))
    assert isinstance(counts, Tensor)
    assert (counts - 200).abs().max() < 60  # five standard deviations


def test_neighbours_are_the_greatest_products() -> None:
    vectors, queries = matrix(4, 30).mT, matrix(5, 4, seed=9)
    expected = np.argsort(-(queries @ vectors.mT).numpy(), axis=1)[:, :7]
    assert bi_encoder_neighbours(queries, vectors, 7).tolist() == expected.tolist()
    assert bi_encoder_neighbours(queries[0], vectors, 7).tolist() == expected[0].tolist()
