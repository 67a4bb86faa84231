"""Indices against naive definitions, published values, their relations, and at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor

from demos.attention import sparsity as sp

INDICES = pytest.mark.parametrize("index", sp.INDICES.values(), ids=sp.INDICES.keys())


def naive(key: str, x: np.ndarray) -> float:
    """The formulas of the post, word for word."""
    n, l1, l2 = len(x), float(x.sum()), float(np.sqrt((x**2).sum()))
    shares = x / l1
    entropy = stats.entropy(shares)
    differences = np.abs(x[:, None] - x).sum()
    return {
        "s_star_1_2": l1 / (math.sqrt(n) * l2),
        "s0": x.mean() / x.max(),
        "s_1_2": l1 / n / l2,
        "gini": differences / (2 * n * l1),
        "hoyer": (math.sqrt(n) - l1 / l2) / (math.sqrt(n) - 1),
        "participation": 1 / (shares**2).sum() / n,
        "effective": math.exp(entropy) / n,
        "entropy": entropy / math.log(n),
        "share_below": float((x <= sp.EPSILON).mean()),
    }[key]


def random_rows(*shape: int, seed: int = 0, spread: float = 2.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (spread * torch.randn(*shape, generator=generator, dtype=torch.float64)).exp()


entries = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
vectors = st.lists(entries, min_size=2, max_size=12).filter(lambda x: sum(v > 0 for v in x) > 1)


# --- values ---


@INDICES
@pytest.mark.parametrize("n", [2, 3, 17, 200])
def test_the_formulas_are_the_posts(index: sp.Index, n: int) -> None:
    x = random_rows(5, n, seed=n)
    x[1, 0] = 0.0
    x[2] /= x[2].sum()
    expected = [naive(index.key, row.numpy()) for row in x]
    assert np.allclose(index.measure(x).numpy(), expected, rtol=1e-12, atol=1e-13)


PUBLISHED = {  # S*_{1,2}, Gini, Hoyer
    "one-hot": (0.1, 0.99, 1.0),
    "uniform": (1.0, 0.0, 0.0),
    "half-normal": (0.7979, 0.414, 0.203),
    "exponential": (0.707, 0.50, 0.29),
    "softmax": (0.605, 0.52, 0.40),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_known_distributions(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(400_000, generator=generator, dtype=torch.float64)
    x = {
        "one-hot": torch.eye(100)[3],
        "uniform": torch.full((100,), 0.01),
        "half-normal": normal,
        "exponential": torch.empty_like(normal).exponential_(generator=generator),
        "softmax": normal.softmax(0),
    }[name]
    found = (sp.s_star(x), sp.gini(x), sp.hoyer(x))
    assert [v.item() for v in found] == pytest.approx(PUBLISHED[name], abs=8e-3)


def test_a_sharp_softmax_is_as_sparse_as_its_length_allows() -> None:
    # S*_{1,2} of e^(3z) falls to e^(-9/2) = .0111, slowly: .046 is that of 30,000 entries.
    values = {n: random_rows(64, n, seed=1, spread=3.0) for n in (512, 30_000)}
    stars = {n: sp.s_star(x).median().item() for n, x in values.items()}
    assert stars[512] == pytest.approx(0.13, abs=0.01)
    assert stars[30_000] == pytest.approx(0.046, abs=0.005)
    assert sp.gini(values[30_000]).mean().item() == pytest.approx(math.erf(1.5), abs=3e-3)
    assert sp.hoyer(values[30_000]).mean().item() == pytest.approx(0.96, abs=0.01)


def test_the_first_index_is_one_over_the_root_of_one_plus_relative_variance() -> None:
    x = random_rows(20, 50)
    relative = x.var(dim=-1, unbiased=False) / x.mean(dim=-1).square()
    assert torch.allclose(sp.s_star(x), 1 / (1 + relative).sqrt(), rtol=1e-12)


@pytest.mark.parametrize("p", [0.5, 0.9995, 1.0005, 1.5, 2.0, 5.0])
def test_renyis_entropy_gives_the_star_of_a_distribution(p: float) -> None:
    x, n = random_rows(20, 50), 50
    x = x / x.sum(dim=-1, keepdim=True)
    entropy = sp.renyi_entropy(x, p)
    naive_entropy = -x.pow(p).sum(dim=-1).log() / (p - 1)
    assert torch.allclose(entropy, naive_entropy, atol=1e-9)
    star = (entropy.exp() / n).pow((p - 1) / p)
    expected = sp.s_star(x, 1.0, p)
    assert torch.allclose(star, expected, rtol=1e-10)


def test_renyis_entropy_is_continuous_and_falls() -> None:
    x = random_rows(20, 50)
    ps = [0.0, 0.3, 0.999, 1 - 1e-9, 1.0, 1 + 1e-9, 1.001, 1.1, 2.0, 30.0, math.inf]
    values = torch.stack([sp.renyi_entropy(x, p) for p in ps])
    assert bool((values.diff(dim=0) <= 1e-12).all())
    assert torch.allclose(values[3], values[4], atol=1e-7)
    assert torch.allclose(values[4], torch.tensor(stats.entropy(x.numpy(), axis=-1)))
    assert torch.allclose(values[0], torch.full((20,), 50.0, dtype=torch.float64).log())


def test_the_star_is_the_formula_with_roots() -> None:
    x, n = random_rows(9, 30), 30
    for q, p in ((0.5, 2.0), (1.0, 4.0), (2.0, 4.0), (0.3, 0.7), (3.0, 1.0)):
        norms = [x.pow(s).sum(dim=-1).pow(1 / s) for s in (q, p)]
        expected = n ** (1 / p - 1 / q) * norms[0] / norms[1]
        found = sp.s_star(x, q, p)
        assert torch.allclose(found, expected, rtol=1e-12)
    infinite, mean_over_max = sp.s_star(x, 1.0, math.inf), sp.s0(x)
    assert torch.allclose(infinite, mean_over_max)
    assert torch.allclose(sp.s1p(x, math.inf), mean_over_max)
    assert torch.equal(sp.s_star(x, 2.0, 2.0), torch.ones(9, dtype=torch.float64))


# --- properties ---


@INDICES
@settings(max_examples=60, deadline=None)
@given(x=vectors, seed=st.integers(0, 99), factor=st.sampled_from([1e-20, 0.03, 7.0, 1e20]))
def test_order_and_unit_do_not_matter(
    index: sp.Index, x: list[float], seed: int, factor: float
) -> None:
    row = torch.tensor(x, dtype=torch.float64)
    shuffled = row[torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))]
    assert torch.allclose(index.measure(row), index.measure(shuffled), atol=1e-13)
    assert torch.allclose(index.measure(row), index.measure(-row))
    if "D2" in index.axioms:
        assert torch.allclose(index.measure(row), index.measure(row * factor), atol=1e-12)


@INDICES
@settings(max_examples=60, deadline=None)
@given(x=vectors)
def test_values_stay_within_their_bounds(index: sp.Index, x: list[float]) -> None:
    value = index.measure(torch.tensor(x)).item()
    assert 0 <= value <= 1 + 1e-12


@INDICES
def test_many_rows_are_measured_as_each_alone(index: sp.Index) -> None:
    x = random_rows(3, 4, 20)
    support = torch.rand(4, 20, generator=torch.Generator().manual_seed(1)) < 0.5
    together = index.measure(x, support)
    assert together.shape == (3, 4)
    for i in range(3):
        for j in range(4):
            alone = index.measure(x[i, j][support[j]])
            assert torch.allclose(together[i, j], alone, atol=1e-13)
    both = sp.measure_all(x, support)[index.key]
    assert torch.equal(both, together)


def test_a_causal_row_is_measured_over_what_it_may_see() -> None:
    n = 30
    x = torch.tril(random_rows(n, n))
    causal = torch.ones(n, n, dtype=torch.bool).tril()
    for t in (0, 1, 7, n - 1):
        for key, values in sp.measure_all(x, causal).items():
            alone = sp.INDICES[key].measure(x[t, : t + 1])
            assert torch.allclose(values[t], alone, atol=1e-13), (key, t)


@INDICES
def test_float32_is_as_good_as_its_input(index: sp.Index) -> None:
    x = random_rows(50, 300)
    assert torch.allclose(index.measure(x.float()), index.measure(x), atol=1e-5)
    assert index.measure(x.float()).dtype == torch.float64


# --- edges ---

FUNCTIONS: dict[str, Callable[[Tensor, Tensor | None], Tensor]] = {
    **{key: index.measure for key, index in sp.INDICES.items()},
    "p large": lambda x, support: sp.s_star(x, 1.0, 1000.0, support),
    "q small": lambda x, support: sp.s_star(x, 0.01, 2.0, support),
    "p infinite": lambda x, support: sp.s_star(x, 0.5, math.inf, support),
    "s_1_50": lambda x, support: sp.s1p(x, 50.0, support),
    "hartley": lambda x, support: sp.renyi_entropy(x, 0.0, support),
    "near shannon": lambda x, support: sp.renyi_entropy(x, 1.0001, support),
    "min-entropy": lambda x, support: sp.renyi_entropy(x, math.inf, support),
    "count": sp.effective_count,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_there_is_always_a_number(name: str, dtype: torch.dtype) -> None:
    rows = [[0, 0, 0], [1e-30, 0, 0], [1e20, 1e20, 1e20], [1e20, 1, 1e-30], [1e-45, 1e-45, 0]]
    x = torch.tensor(rows, dtype=dtype)
    supports = [[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 0, 1]]
    for support in (None, *(torch.tensor(s, dtype=torch.bool) for s in supports)):
        values = FUNCTIONS[name](x, support)
        assert torch.isfinite(values).all(), (name, support)


EQUAL = {"s_star_1_2": 1, "s0": 1, "gini": 0, "hoyer": 0, "participation": 1, "effective": 1}


@pytest.mark.parametrize("n", [1, 2, 5, 100])
@pytest.mark.parametrize("value", [0.0, 1e-30, 0.3, 1e20])
def test_equal_entries_are_not_sparse_even_if_zero(n: int, value: float) -> None:
    found = sp.measure_all(torch.full((n,), value))
    for key, expected in (EQUAL | {"entropy": 1, "s_1_2": n**-0.5}).items():
        assert found[key].item() == pytest.approx(expected, abs=1e-12), key
    assert found["share_below"].item() == (value <= sp.EPSILON)
    assert sp.effective_count(torch.full((n,), value)).item() == pytest.approx(n)


def test_an_empty_support_is_a_single_zero() -> None:
    nothing = torch.zeros(4, dtype=torch.bool)
    found = sp.measure_all(torch.tensor([3.0, 1.0, 0.0, 2.0]), nothing)
    assert {key: v.item() for key, v in found.items()} == {
        **EQUAL,
        "s_1_2": 1,
        "entropy": 1,
        "share_below": 1,
    }


@pytest.mark.parametrize("n", [2, 10, 1000])
def test_one_hot_is_as_sparse_as_it_gets(n: int) -> None:
    found = sp.measure_all(torch.eye(n)[n // 2])
    expected = {
        "s_star_1_2": n**-0.5,
        "gini": 1 - 1 / n,
        "hoyer": 1,
        "participation": 1 / n,
        "effective": 1 / n,
        "s0": 1 / n,
        "s_1_2": 1 / n,
        "entropy": 0,
        "share_below": 1 - 1 / n,
    }
    assert {k: v.item() for k, v in found.items()} == pytest.approx(expected, abs=1e-12)


def test_the_share_has_the_units_of_x() -> None:
    x = torch.tensor([[0.5, 1e-3, 1e-4, 0.0]], dtype=torch.float64)
    assert sp.share_below(x, 1e-3).item() == 0.75
    assert sp.share_below(x, 0.0).item() == 0.25
    support = torch.tensor([True, True, False, False])
    assert sp.share_below(x, 1e-3, support).item() == 0.5
    assert sp.share_index(0.1).measure(10 * x).item() == 0.75


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="n > 0"):
        sp.gini(torch.zeros(3, 0))
    with pytest.raises(ValueError, match="broadcast"):
        sp.gini(torch.zeros(3, 4), torch.ones(5, dtype=torch.bool))
    for q, p in ((0.0, 1.0), (-1.0, 2.0), (1.0, math.nan)):
        with pytest.raises(ValueError, match="above 0"):
            sp.s_star(torch.ones(3), q, p)
    with pytest.raises(ValueError, match="nought"):
        sp.renyi_entropy(torch.ones(3), -1.0)
