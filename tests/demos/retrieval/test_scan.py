"""The scan against the full product, sorted."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from demos.retrieval import scan
from demos.retrieval.scan import in_scanning_format, top_items
from models.device import DeviceChoice
from models.sentences import Sentence

N = 157


@pytest.fixture(params=[1, 10, 64, 1000], ids=lambda rows: f"blocks of {rows}")
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_FEWEST_ROWS", request.param)
    monkeypatch.setattr(scan, "_BLOCK_NUMBERS", 1)


def case(q: int = 5, n: int = N, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(q)
    weights = torch.randn(q, 8, generator=generator)
    return weights, torch.randn(n, 8, generator=generator).to(dtype)


def naive(weights: Tensor, features: Tensor, excluded: Tensor | None = None) -> list[list[int]]:
    """All items in order, the excluded ones left out."""
    products = weights.double() @ features.double().mT
    order = products.argsort(dim=1, descending=True).tolist()
    banned = excluded.tolist() if excluded is not None else [[]] * len(order)
    return [
        [item for item in row if item not in out] for row, out in zip(order, banned, strict=True)
    ]


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("count", [1, 7, 100, N])
def test_the_best_are_those_of_the_full_product(count: int) -> None:
    weights, features = case()
    items, products = top_items(weights, features, count)
    assert items.tolist() == [row[:count] for row in naive(weights, features)]
    assert torch.allclose(products, (weights @ features.mT).gather(1, items), atol=1e-5)
    assert products.dtype == torch.float32


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("dropped", [0, 1, 40, N - 7])
def test_excluded_items_do_not_come_back(dropped: int) -> None:
    weights, features = case()
    order = torch.tensor(naive(weights, features))
    excluded = order[:, :dropped]  # the best ones, other ones for each query
    items, _ = top_items(weights, features, 7, excluded)
    assert items.tolist() == order[:, dropped : dropped + 7].tolist()


def lacks_bfloat16(monkeypatch: pytest.MonkeyPatch, lacks: bool) -> None:
    dtype = torch.float32 if lacks else torch.bfloat16
    choice = DeviceChoice(torch.device("cpu"), dtype, Sentence("as the test says"))
    monkeypatch.setattr(scan, "choose_device", lambda requested=None: choice)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_multiplied_in_single_where_it_is_slow(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks_bfloat16(monkeypatch, True)
    weights, features = case(dtype=dtype)
    items, products = top_items(weights, features, 20)
    assert items.tolist() == [row[:20] for row in naive(weights, features)]
    assert torch.allclose(products, (weights @ features.float().mT).gather(1, items), atol=1e-5)


@pytest.mark.usefixtures("blocks")
def test_bfloat16_finds_a_shortlist(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks_bfloat16(monkeypatch, False)
    weights, features = case()
    items, products = top_items(weights, in_scanning_format(features), 20)
    exact = weights @ features.mT  # [q, n]
    rounding = 3 * 2**-8 * (weights.abs() @ features.abs().mT).amax()
    assert products.dtype == torch.float32
    assert (products - exact.gather(1, items)).abs().max() <= rounding
    best = exact.topk(20, dim=1).values
    got = exact.gather(1, items).sort(dim=1, descending=True).values
    assert (best - got).max() <= rounding
    assert all(len(set(row)) == 20 for row in items.tolist())


@pytest.mark.parametrize("count", [1, 5, 60, 61, 3_900])
@pytest.mark.parametrize("n", [16 * 244, 16 * 244 + 15])
def test_groups_are_looked_at_first_and_nothing_is_missed(count: int, n: int) -> None:
    weights, features = case(n=n)
    order = torch.tensor(naive(weights, features))
    excluded = order[:, : n - 3_900]
    items, _ = top_items(weights, features, count, excluded)
    assert items.tolist() == order[:, n - 3_900 :][:, :count].tolist()


@pytest.mark.usefixtures("blocks")
def test_double_precision_and_a_view_of_columns() -> None:
    weights, features = case(dtype=torch.float64)
    items, _ = top_items(weights.double(), features.mT.contiguous().mT, 9)
    assert items.tolist() == [row[:9] for row in naive(weights, features)]


@pytest.mark.usefixtures("blocks")
def test_ties_give_distinct_items() -> None:
    items, products = top_items(torch.ones(3, 8), torch.ones(N, 8), 60)
    assert all(len(set(row)) == 60 for row in items.tolist())
    assert torch.equal(products, torch.full((3, 60), 8.0))


def test_no_query_and_one_item() -> None:
    weights, features = case(n=1)
    assert top_items(weights[:0], features, 1)[0].shape == (0, 1)
    assert top_items(weights, features, 1)[0].tolist() == [[0]] * 5


def test_nothing_that_is_given_changes() -> None:
    weights, features = case()
    excluded = torch.tensor([[0, 1]] * 5)
    given = (weights, features, excluded)
    copies = [x.clone() for x in given]
    top_items(weights, features, 3, excluded)
    assert all(
        torch.equal(x, y) for x, y in zip((weights, features, excluded), copies, strict=True)
    )
