"""Recall, nDCG, reciprocal rank, intervals and costs: by hand, naively, and by sklearn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.metrics import ndcg_score

from demos.retrieval.evaluation import (
    KS,
    bootstrap,
    break_even,
    compare,
    index_calls,
    ndcg,
    offered,
    own_last,
    reciprocal_rank,
    top_k_recall,
)
from demos.retrieval.search import STRATEGIES, Index, search


def random_scores(q: int, n: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(q, n)).astype(np.float32)


def random_index(n: int = 150, anchors: int = 20, d: int = 8, seed: int = 0) -> Index:
    generator = torch.Generator().manual_seed(seed)
    items = torch.randn(n, d, generator=generator)
    queries = torch.randn(anchors, d, generator=generator)
    noise = torch.randn(anchors, n, generator=generator)
    items, queries = (torch.nn.functional.normalize(part, dim=1) for part in (items, queries))
    return Index(items, 5 * queries @ items.mT + 0.3 * noise, queries, torch.full((anchors,), -1))


def queries_and_scores(
    index: Index, q: int, seed: int = 1
) -> tuple[torch.Tensor, NDArray[np.float32]]:
    generator = torch.Generator().manual_seed(seed)
    queries = torch.randn(q, index.item_vectors.shape[1], generator=generator)
    queries = torch.nn.functional.normalize(queries, dim=1)
    noise = torch.randn(q, index.size, generator=generator)
    return queries, (5 * queries @ index.item_vectors.mT + 0.3 * noise).numpy()


# --- recall ---------------------------------------------------------------------------------------


def test_recall_by_hand() -> None:
    exact = np.array([[5.0, 4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    found = np.array([[0, 3, 1], [0, 1, 4]])
    assert top_k_recall(exact, found, 1).tolist() == [1.0, 0.0]
    assert top_k_recall(exact, found, 2).tolist() == [0.5, 0.0]
    assert top_k_recall(exact, found, 3).tolist() == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize("k", [1, 3, 10, 40])
def test_recall_equals_the_naive_one(k: int) -> None:
    exact = random_scores(7, 40)
    found = np.argsort(random_scores(7, 40, seed=1))[:, :15]
    naive = [
        len(set(np.argsort(-row)[:k].tolist()) & set(items[:k].tolist())) / k
        for row, items in zip(exact, found, strict=True)
    ]
    assert top_k_recall(exact, found, k).tolist() == pytest.approx(naive)


def test_a_tie_with_the_last_of_the_top_is_as_right_as_it() -> None:
    exact = np.array([[3.0, 2.0, 2.0, 2.0, 1.0]])
    assert top_k_recall(exact, np.array([[0, 3]]), 2).tolist() == [1.0]
    assert top_k_recall(exact, np.array([[3, 2]]), 2).tolist() == [1.0]
    assert top_k_recall(exact, np.array([[0, 4]]), 2).tolist() == [0.5]


def test_a_short_answer_counts_against_all_k() -> None:
    assert top_k_recall(np.array([[3.0, 2.0, 1.0, 0.0]]), np.array([[0]]), 4).tolist() == [0.25]


@pytest.mark.parametrize("k", [0, 4, 5])
def test_a_top_of_more_items_than_there_are_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match=f"a top {k} of 3 items"):
        top_k_recall(np.array([[3.0, 2.0, 1.0, -np.inf]]), np.array([[0]]), k)


# --- labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("grades", [2, 4])
@pytest.mark.parametrize("k", [1, 5, 10, 100])
def test_ndcg_is_that_of_sklearn(grades: int, k: int) -> None:
    relevance = np.random.default_rng(2).integers(grades, size=(12, 30)).astype(np.float32)
    answer = random_scores(12, 30, seed=3)
    ours = ndcg(relevance, np.argsort(-answer), k)
    theirs = [
        ndcg_score([row], [scores], k=k)
        for row, scores in zip(np.exp2(relevance) - 1, answer, strict=True)
    ]
    assert ours.tolist() == pytest.approx(theirs)


def test_ndcg_of_a_short_answer_and_of_nothing_to_find() -> None:
    relevance = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    ours = ndcg(relevance, np.array([[2], [0]]))
    assert ours[0] == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert math.isnan(ours[1])


def test_reciprocal_rank_by_hand() -> None:
    relevance = np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0] * 4])
    ranks = reciprocal_rank(relevance, np.array([[1, 2, 3], [1, 2, 3], [0, 1, 2]]))
    assert ranks[:2].tolist() == [0.5, 0.0]
    assert math.isnan(ranks[2])


# --- intervals ------------------------------------------------------------------------------------


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        interval = bootstrap(random.binomial(10, 0.7, size=80) / 10)
        hits += interval.low <= 0.7 <= interval.high
    assert 0.90 <= hits / 200 <= 0.99


def test_intervals_leave_out_what_is_not_known() -> None:
    assert bootstrap(np.array([1.0, np.nan, 1.0])).mean == 1.0
    assert math.isnan(bootstrap(np.array([np.nan])).low)


# --- cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("anchors", "n", "budget"), [(50, 1200, 100), (3, 10, 9), (4, 9, 6)])
def test_break_even_by_counting(anchors: int, n: int, budget: int) -> None:
    queries = 1
    while index_calls(anchors, n) + queries * budget >= queries * n:
        queries += 1
    assert break_even(anchors, n, budget) == queries


def test_brute_force_stays_cheaper_where_the_budget_is_the_corpus() -> None:
    assert break_even(5, 100, 100) is None
    assert break_even(5, 100, 101) is None


def test_break_even_is_exact_for_large_numbers() -> None:
    n = 3 * 10**17
    assert break_even(10, n, 1) == 11


# --- the comparison -------------------------------------------------------------------------------


def test_compare_finds_what_a_search_finds() -> None:
    index = random_index()
    queries, exact = queries_and_scores(index, 70)  # more than one group
    strategies = [STRATEGIES[key] for key in ("bayes", "rerank", "cur", "anncur", "brute")]
    for measured in compare(strategies, index, queries, exact, [30]):
        found = search(
            STRATEGIES[measured.strategy],
            index,
            queries,
            lambda items: torch.from_numpy(exact).gather(1, items),
            30,
        )
        assert measured.found is not None
        assert measured.found.ranking.items.shape == found.ranking.items.shape
        same = (measured.found.ranking.items == found.ranking.items).float().mean()
        assert same > 0.98  # sums of other shapes round otherwise
        assert measured.calls == found.calls == (150 if measured.strategy == "brute" else 30)
        assert set(measured.recalls) == set(KS)
        if measured.strategy == "brute":
            assert all((values == 1).all() for values in measured.recalls.values())


def test_what_is_prepared_elsewhere_is_used() -> None:
    index = random_index()
    queries, exact = queries_and_scores(index, 3)
    asked: list[tuple[str, int]] = []

    def prepare(strategy: object, budget: int) -> object:
        asked.append((strategy.key, budget))  # type: ignore[attr-defined]
        return index

    rerank = STRATEGIES["rerank"]
    list(compare([rerank], index, queries, exact, [10, 20], prepare=prepare))
    assert asked == [("rerank", 10), ("rerank", 20)]


@pytest.mark.parametrize("key", STRATEGIES)
def test_a_query_that_is_an_item_does_not_find_itself(key: str) -> None:
    index = random_index()
    items = torch.arange(20, 90)
    queries = index.item_vectors[items]
    exact = (5 * queries @ index.item_vectors.mT).numpy()
    exact[np.arange(70), items.numpy()] = -np.inf
    relevance = np.zeros_like(exact)
    relevance[np.arange(70), items.numpy()] = 1  # only itself: nothing to find
    (measured,) = compare([STRATEGIES[key]], index, queries, exact, [40], relevance)
    for values in measured.recalls.values():
        assert np.isfinite(values).all()
    assert measured.ndcg is not None
    assert np.isnan(measured.ndcg).all()
    if key in ("brute", "bayes", "rerank"):  # the scores are the bi-encoder's
        assert measured.recalls[10].mean() > 0.99


def test_of_itself_a_query_is_told_the_best_of_the_others() -> None:
    exact = np.array([[1.0, -np.inf, 3.0]], dtype=np.float32)
    assert offered(exact).tolist() == [[1.0, 3.0, 3.0]]
    assert own_last(exact, np.array([[1, 2, 0]])).tolist() == [[2, 0, 1]]
