"""Strategies under a scorer that counts: budgets are kept, nothing is bought twice, and with enough
calls everything is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from demos.retrieval.search import (
    STRATEGIES,
    AdaCur,
    AxnIndex,
    BayesCur,
    Bought,
    BruteForce,
    Cur,
    Found,
    Index,
    Ledger,
    PublishedCur,
    ReRank,
    Strategy,
    even_rounds,
    fit_axn,
    query_vectors,
    search,
    searching,
)

EVERY = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
BUDGETED = [s for s in STRATEGIES.values() if not isinstance(s, BruteForce)]
WITH_BUDGET = pytest.mark.parametrize("strategy", BUDGETED, ids=lambda s: s.key)


@dataclass
class Corpus:
    """Scores nearly linear in hidden factors, of which the bi-encoder sees some."""

    index: Index
    queries: Tensor
    exact: Tensor


def corpus(n: int = 300, k_q: int = 40, q: int = 6, seed: int = 0) -> Corpus:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    def unit(x: Tensor) -> Tensor:
        return x / x.norm(dim=1, keepdim=True)

    items, people = normal(n, 12), normal(k_q + q, 12)
    scores = people @ items.mT + 0.3 * normal(k_q + q, n) + 0.5 * normal(n)
    mixing = normal(12, 8)
    vectors = unit(items @ mixing + 2 * normal(n, 8))
    asked = unit(people @ mixing + 2 * normal(k_q + q, 8))
    own = torch.full((k_q,), -1)
    return Corpus(Index(vectors, scores[:k_q], asked[:k_q], own), asked[k_q:], scores[k_q:])


class Counting:
    """The cross-encoder: it counts every pair that it is asked for."""

    def __init__(self, exact: Tensor):
        self.exact = exact
        self.asked: list[Counter[int]] = [Counter() for _ in exact]
        self.rounds: list[int] = []

    def __call__(self, items: Tensor) -> Tensor:
        self.rounds.append(items.shape[1])
        for counter, row in zip(self.asked, items.tolist(), strict=True):
            counter.update(row)
        return self.exact.gather(1, items)

    def calls(self) -> set[int]:
        return {counter.total() for counter in self.asked}


@pytest.fixture(scope="module")
def small() -> Corpus:
    return corpus()


def found_by(strategy: Strategy, on: Corpus, budget: int) -> tuple[Found, Counting]:
    score = Counting(on.exact)
    return search(strategy, on.index, on.queries, score, budget), score


# --- the budget ---


@WITH_BUDGET
@pytest.mark.parametrize("budget", [1, 2, 3, 7, 40, 41, 80, 299, 300])
def test_calls_are_the_budget_and_no_pair_is_bought_twice(
    strategy: Strategy, small: Corpus, budget: int
) -> None:
    found, score = found_by(strategy, small, budget)
    assert score.calls() == {budget}
    assert found.calls == budget
    assert tuple(score.rounds) == strategy.rounds(budget)
    bought_twice = max(max(counter.values()) for counter in score.asked) > 1
    if not isinstance(strategy, PublishedCur) or isinstance(strategy, Cur):
        assert not bought_twice
    elif budget == 300:
        assert bought_twice


@EVERY
@pytest.mark.parametrize("budget", [1, 2, 5, 10, 64, 101])
def test_rounds_add_up(strategy: Strategy, budget: int) -> None:
    rounds = strategy.rounds(budget)
    assert sum(rounds) == budget
    assert min(rounds) > 0


def test_rounds_are_even() -> None:
    assert even_rounds(12, 5) == (3, 3, 2, 2, 2)
    assert even_rounds(3, 5) == (1, 1, 1)
    assert even_rounds(10, 1) == (10,)


@WITH_BUDGET
def test_more_than_the_corpus_is_never_spent(strategy: Strategy, small: Corpus) -> None:
    _, score = found_by(strategy, small, 1000)
    assert score.calls() == {300}


def test_brute_force_scores_everything_once(small: Corpus) -> None:
    found, score = found_by(BruteForce(), small, 5)
    assert all(counter == Counter(range(300)) for counter in score.asked)
    assert found.calls == 300


# --- the answer ---


@EVERY
@pytest.mark.parametrize("budget", [1, 30])
def test_results_are_sorted_by_their_exact_scores(
    strategy: Strategy, small: Corpus, budget: int
) -> None:
    ranking = found_by(strategy, small, budget)[0].ranking
    assert torch.equal(ranking.scores, small.exact.gather(1, ranking.items))
    assert (ranking.scores.diff(dim=1) <= 0).all()
    assert all(len(set(row)) == len(row) for row in ranking.items.tolist())


@EVERY
def test_with_a_budget_of_everything_it_is_brute_force(strategy: Strategy, small: Corpus) -> None:
    ranking = found_by(strategy, small, 300)[0].ranking
    expected = small.exact.argsort(dim=1, descending=True)
    if strategy.keeps_all:
        assert torch.equal(ranking.items, expected)
    else:
        # Half of the calls go to anchors and are thrown away: only n / 2 items are ranked at all.
        assert ranking.items.shape[1] == 150
        assert torch.equal(ranking.scores, ranking.scores.sort(dim=1, descending=True).values)


@EVERY
def test_queries_are_searched_alike_alone_and_together(strategy: Strategy, small: Corpus) -> None:
    together = found_by(strategy, small, 40)[0]
    for q in range(len(small.queries)):
        one = Corpus(small.index, small.queries[q : q + 1], small.exact[q : q + 1])
        alone = found_by(strategy, one, 40)[0]
        assert set(alone.purchases.items[0].tolist()) == set(together.purchases.items[q].tolist())
        assert torch.equal(alone.ranking.items[0], together.ranking.items[q])


def test_only_the_published_code_throws_scores_away(small: Corpus) -> None:
    for strategy in STRATEGIES.values():
        found = found_by(strategy, small, 40)[0]
        whole = found.ranking.items.shape[1] == found.purchases.items.shape[1]
        assert whole == strategy.keeps_all == (strategy.key != "anncur")


def test_rerank_buys_the_bi_encoders_best(small: Corpus) -> None:
    found = found_by(ReRank(), small, 20)[0]
    best = (small.queries @ small.index.item_vectors.mT).topk(20).indices
    assert torch.equal(found.purchases.items, best)


def test_the_first_purchases_are_the_anchors(small: Corpus) -> None:
    for strategy in (PublishedCur(), Cur()):
        prepared = strategy.prepare(small.index, 40)
        found = found_by(strategy, small, 40)[0]
        assert torch.equal(
            found.purchases.items[:, :20], prepared.anchor_items.expand(len(small.queries), -1)
        )


def test_adaptive_rounds_follow_the_approximation(small: Corpus) -> None:
    import numpy as np

    strategy = AdaCur()
    items = torch.arange(30).expand(len(small.queries), -1)
    bought = Bought(items, small.exact[:, :30])
    h = small.index.anchor_scores.double().numpy()
    expected = small.exact[:, :30].double().numpy() @ np.linalg.pinv(h[:, :30], rcond=0.05) @ h
    expected[:, :30] = -np.inf
    found = strategy.propose(small.index, small.queries, bought, 10)
    best = torch.from_numpy(expected).topk(10).indices
    assert found.sort().values.tolist() == best.sort().values.tolist()


def test_axn_solves_its_least_squares(small: Corpus) -> None:
    prepared = AxnIndex(small.index.item_vectors, offset=0.3, slope=1.7, penalty=0.5)
    items = torch.arange(25).expand(len(small.queries), -1)
    bought = Bought(items, small.exact[:, :25])
    u = query_vectors(prepared, small.queries, bought).double().requires_grad_()
    v = small.index.item_vectors[:25].double()
    loss = (bought.scores - 0.3 - u @ v.mT).square().sum()
    loss = loss + 0.5 * (u - 1.7 * small.queries).square().sum()
    (gradient,) = torch.autograd.grad(loss, u)
    assert gradient.abs().max() < 1e-3 * loss.item()


def test_axn_learns_how_the_scores_go_with_the_bi_encoder(small: Corpus) -> None:
    bi = small.index.anchor_vectors @ small.index.item_vectors.mT
    own = small.index.own_items
    scores = Index(small.index.item_vectors, 2.5 * bi + 1, small.index.anchor_vectors, own)
    found = fit_axn(scores, 20)
    assert found.slope == pytest.approx(2.5, rel=1e-3)
    assert found.offset == pytest.approx(1.0, abs=1e-3)


# --- the quality ---


def recall(strategy: Strategy, on: Corpus, budget: int, k: int = 10) -> float:
    items = found_by(strategy, on, budget)[0].ranking.items[:, :k]
    top = on.exact.topk(k).indices
    return (top[:, :, None] == items[:, None]).any(dim=2).double().mean().item()


@pytest.mark.parametrize("budget", [25, 50])
@pytest.mark.parametrize("seed", [1, 2])
def test_bayes_finds_at_least_as_much_at_equal_cost(seed: int, budget: int) -> None:
    on = corpus(n=1000, k_q=60, q=50, seed=seed)
    bayes = recall(BayesCur(), on, budget)
    assert bayes >= recall(AdaCur(), on, budget)
    assert bayes >= recall(ReRank(), on, budget) + 0.1


def test_the_fix_beats_the_published_code_where_that_collapses() -> None:
    on = corpus(n=1000, k_q=40, q=50)
    assert recall(Cur(), on, 80) > recall(PublishedCur(), on, 80) + 0.2


# --- edges ---


@EVERY
@pytest.mark.parametrize(("n", "k_q"), [(1, 1), (1, 3), (2, 1), (2, 2), (7, 1), (7, 5)])
@pytest.mark.parametrize("kind", ["drawn", "constant", "noughts", "own"])
def test_small_corpora_and_equal_scores(strategy: Strategy, n: int, k_q: int, kind: str) -> None:
    on = corpus(n, k_q, 2)
    if kind == "own":
        own = torch.arange(k_q).where(torch.arange(k_q) < min(n, 2), -1)
    else:
        own = on.index.own_items
    scores, exact = on.index.anchor_scores, on.exact
    if kind in ("constant", "noughts"):
        value = 0.3 if kind == "constant" else 0.0
        scores, exact = torch.full_like(scores, value), torch.full_like(exact, value)
    index = Index(on.index.item_vectors, scores, on.index.anchor_vectors, own)
    for budget in {1, n // 2 + 1, n}:
        found, score = found_by(strategy, Corpus(index, on.queries, exact), budget)
        assert score.calls() == {n if strategy.key == "brute" else budget}
        if budget == n and strategy.keeps_all:
            assert found.ranking.items.sort(dim=1).values.tolist() == [list(range(n))] * 2


@pytest.mark.parametrize("unit", [1e-4, 1e4])
@pytest.mark.parametrize("key", ["bayes", "adacur", "axn", "cur", "anncur"])
def test_units_of_the_scores_do_not_matter(key: str, unit: float, small: Corpus) -> None:
    strategy, index = STRATEGIES[key], small.index
    scaled = Index(
        index.item_vectors, unit * index.anchor_scores, index.anchor_vectors, index.own_items
    )
    expected = recall(strategy, small, 60)
    found = recall(strategy, Corpus(scaled, small.queries, unit * small.exact), 60)
    assert found == pytest.approx(expected, abs=0.1)


# --- the ledger ---


def test_the_ledger_refuses_to_overspend() -> None:
    ledger = Ledger(queries=2, budget=5, keeps_all=True)
    ledger.enter(torch.tensor([[1, 2, 3]] * 2), torch.zeros(2, 3))
    with pytest.raises(ValueError, match="3 calls spent, 3 more exceed the budget 5"):
        ledger.enter(torch.tensor([[4, 5, 6]] * 2), torch.zeros(2, 3))
    assert ledger.calls == 3
    ledger.enter(torch.tensor([[4, 5]] * 2), torch.zeros(2, 2))
    assert ledger.calls == 5


def test_the_ledger_refuses_other_shapes() -> None:
    ledger = Ledger(queries=2, budget=5, keeps_all=True)
    with pytest.raises(ValueError, match="items, got"):
        ledger.enter(torch.tensor([[1, 2]] * 2), torch.zeros(2, 3))
    with pytest.raises(ValueError, match="items, got"):
        ledger.enter(torch.tensor([[1, 2]] * 3), torch.zeros(3, 2))
    assert ledger.calls == 0


def test_ties_are_ranked_in_the_order_of_purchase() -> None:
    ledger = Ledger(queries=1, budget=9, keeps_all=True)
    ledger.enter(torch.tensor([[8, 3, 5]]), torch.tensor([[1.0, 2.0, 1.0]]))
    ledger.enter(torch.tensor([[4, 0]]), torch.tensor([[2.0, 1.0]]))
    assert ledger.ranking().items.tolist() == [[3, 4, 8, 5, 0]]
    assert ledger.bought(torch.zeros(1)).items.tolist() == [[8, 3, 5, 4, 0]]


def test_a_proposal_of_another_size_is_refused_before_it_is_bought(small: Corpus) -> None:
    dialogue = searching(BruteForce(), small.index, small.queries, 5, 300)
    with pytest.raises(ValueError, match="300 items instead of 5"):
        next(dialogue)
