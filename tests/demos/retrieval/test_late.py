"""Late interaction over packed token vectors is the sum it stands for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from demos.retrieval.late import best_items, joined, late_scores, one_vector_each, pack, padded
from demos.retrieval.search import Index, LateReRank, ReRank, search


def unit(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(torch.randn(*shape, generator=generator), dim=-1)


def by_hand(query: Tensor, item: Tensor) -> float:
    """Both directions, token by token."""
    one = [max(float(q @ t) for t in item) for q in query]
    other = [max(float(t @ q) for q in query) for t in item]
    return (sum(one) / len(one) + sum(other) / len(other)) / 2


ITEMS = [unit(length, 8, seed=length) for length in (3, 1, 7, 2, 11, 5)]
QUERIES = [unit(4, 8, seed=50), unit(2, 8, seed=51)]


def test_scores_are_the_definition() -> None:
    index = pack(ITEMS)
    for query in QUERIES:
        scores = late_scores(index, query)
        expected = torch.tensor([by_hand(query, item) for item in ITEMS])
        near = 1e-5 if index.vectors.dtype == torch.float32 else 2e-2
        assert torch.allclose(scores, expected, atol=near)


def test_a_block_ends_between_items(monkeypatch: pytest.MonkeyPatch) -> None:
    index, query = pack(ITEMS), QUERIES[0]
    whole = late_scores(index, query)
    monkeypatch.setattr("demos.retrieval.late._ITEMS_AT_ONCE", 2)
    assert torch.allclose(late_scores(index, query), whole)
    parts = joined([pack(ITEMS[:2]), pack(ITEMS[2:])])
    assert torch.allclose(late_scores(parts, query), whole)


def test_padding_is_no_token() -> None:
    index = pack(ITEMS)
    found = best_items(index, padded(QUERIES), 3)
    for query, items in zip(QUERIES, found, strict=True):
        assert items.tolist() == late_scores(index, query).topk(3).indices.tolist()


def test_one_token_a_text_is_the_bi_encoder() -> None:
    vectors, queries = unit(40, 8), unit(3, 8, seed=9)
    exact = torch.randn(3, 40, generator=torch.Generator().manual_seed(1))
    index = Index(vectors, torch.zeros(2, 40), vectors[:2], torch.tensor([0, 1]))

    def score(items: Tensor) -> Tensor:
        return exact.gather(1, items)

    late, plain = (search(s, index, queries, score, 7) for s in (LateReRank(), ReRank()))
    assert late.purchases.items.tolist() == plain.purchases.items.tolist()
    assert torch.allclose(
        late_scores(one_vector_each(vectors), queries[:1]), (queries[:1] @ vectors.mT)[0]
    )


def test_the_strategy_buys_what_its_tokens_find() -> None:
    vectors = unit(len(ITEMS), 8)
    own = torch.tensor([0, 1])
    index = Index(vectors, torch.zeros(2, len(ITEMS)), vectors[:2], own, pack(ITEMS))
    found = search(LateReRank(), index, padded(QUERIES), lambda items: -items.float(), 2)
    assert found.calls == 2
    wanted = best_items(pack(ITEMS), padded(QUERIES), 2)
    assert found.purchases.items.tolist() == wanted.tolist()
    assert found.ranking.items.tolist() == wanted.sort(dim=1).values.tolist()
