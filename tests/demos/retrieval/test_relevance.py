"""Orders of a shortlist held against what people said, with weights that others have chosen."""

from __future__ import annotations

import numpy as np
import pytest

from demos.retrieval.evaluation import ndcg
from demos.retrieval.passages import by_document
from demos.retrieval.relevance import (
    Shortlists,
    crossed_weights,
    figures,
    halves,
)
from models.mixture import WEIGHTS

NAMES = [f"query {i}" for i in range(200)]


def drawn(first: float, second: float) -> Shortlists:
    """One relevant item in ten; the two models see it through noise of two strengths."""
    random = np.random.default_rng(0)
    right = random.integers(10, size=len(NAMES))
    truth = np.eye(10)[right]  # [q, 10]
    cosines, scores = (truth + noise * random.normal(size=truth.shape) for noise in (first, second))
    items = [np.arange(10)] * len(NAMES)
    return Shortlists(items, list(cosines), list(100 * scores + 7), truth)


def test_the_ends_of_the_weights_are_either_alone() -> None:
    lists = drawn(0.5, 5.0)
    assert (drawn(0.5, 0.0).values(0.0, "mrr") == 1).all()
    order = (-np.stack(lists.cosines)).argsort(axis=1)
    assert np.allclose(lists.values(1.0, "ndcg"), ndcg(lists.grades, order))
    assert lists.values(1.0, "ndcg").mean() > lists.values(0.0, "ndcg").mean() + 0.2
    assert lists.curves("mrr").shape == (len(WEIGHTS), len(NAMES))


def test_lists_of_different_length_are_ranked_alike() -> None:
    lists = Shortlists(
        [np.array([2, 0]), np.array([1])],
        [np.array([0.9, 0.1]), np.array([0.5])],
        [np.array([0.0, 1.0]), np.array([3.0])],
        np.array([[1, 0, 0], [0, 0, 1]]),
    )
    assert lists.values(1.0, "mrr").tolist() == [0.5, 0.0]
    assert lists.values(0.0, "mrr").tolist() == [1.0, 0.0]


def test_of_a_document_the_best_passage_counts() -> None:
    documents = np.array([0, 0, 0, 1])
    grades = by_document(np.array([[0, 0, 0, 1]], dtype=np.float32), documents)
    cosines = [np.array([0.9, 0.8, 0.7, 0.6])]
    lists = Shortlists([np.arange(4)], cosines, cosines, grades, documents)
    assert lists.values(1.0, "mrr").tolist() == [0.5]  # the second document, not the fourth text
    assert lists.values(1.0, "ndcg") == pytest.approx(1 / np.log2(3))


def test_each_half_is_reported_with_the_weight_of_the_other() -> None:
    curves = np.zeros((len(WEIGHTS), 4))
    curves[3, :2], curves[15, 2:] = 1.0, 1.0
    in_half = np.array([False, False, True, True])
    assert crossed_weights(curves, in_half) == (WEIGHTS[15], WEIGHTS[3])
    by_way = {figure.way: figure for figure in figures(curves, in_half)}
    assert by_way["half"].mean.mean == 0.0  # each half's own weight would give 1


def test_halves_follow_from_the_words() -> None:
    in_half = halves(NAMES)
    assert 0.4 < in_half.mean() < 0.6
    assert halves(NAMES[::-1]).tolist() == in_half[::-1].tolist()


def test_two_models_that_err_differently_gain_together_and_a_bad_one_harms() -> None:
    in_half = halves(NAMES)
    good = figures(drawn(0.6, 0.6).curves("ndcg"), in_half, 0.5)
    by_way = {figure.way: figure for figure in good}
    assert by_way["alone"].gain.mean == 0
    assert by_way["reranked"].verdict == "noise"
    assert by_way["given"].verdict == by_way["half"].verdict == "better"
    elsewhere = [drawn(0.2, 9.0).curves("ndcg").mean(axis=1)]
    bad = figures(drawn(0.3, 9.0).curves("ndcg"), in_half, None, elsewhere)
    by_way = {figure.way: figure for figure in bad}
    assert by_way["reranked"].verdict == "worse"
    assert by_way["elsewhere"].weights[0] > 0.7
    assert "given" not in by_way


def test_queries_without_a_relevant_item_are_left_out() -> None:
    lists = drawn(0.5, 0.5)
    grades = lists.grades.copy()
    grades[:50] = 0
    some = Shortlists(lists.items, lists.cosines, lists.scores, grades)
    found = figures(some.curves("ndcg"), halves(NAMES))
    assert not any(np.isnan(figure.mean.mean) for figure in found)
    assert found[0].mean.mean == pytest.approx(lists.values(1.0, "ndcg")[50:].mean())
