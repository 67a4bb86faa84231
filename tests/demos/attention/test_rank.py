"""Ranks against numpy, in exact arithmetic, and the laboratory's reference values."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import Tensor

from demos.attention import masks, rank


def matrices(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# --- against numpy ---


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_the_figures_are_numpys(n: int) -> None:
    a = matrices(5, n, n, seed=n)
    figures = rank.measure_rank(a, (1e-12, 0.3))
    for row, one in enumerate(a.numpy()):
        s = np.linalg.svd(one, compute_uv=False)
        shares = s / s.sum()
        assert np.allclose(figures.singular_values[row].numpy(), s)
        assert figures.numerical[row].tolist() == [
            np.linalg.matrix_rank(one),
            (s > 0.3 * s[0]).sum(),
        ]
        assert figures.effective[row].item() == pytest.approx(
            np.exp(-(shares * np.log(shares)).sum())
        )
        norms = np.linalg.norm(one) ** 2 / np.linalg.norm(one, 2) ** 2
        assert figures.stable[row].item() == pytest.approx(norms)
        assert figures.log_abs_det[row].item() == pytest.approx(np.linalg.slogdet(one)[1])
        assert figures.condition[row].item() == pytest.approx(np.linalg.cond(one))
        assert figures.resolved[row]


def test_stacks_are_measured_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    a = matrices(2, 3, 8, 8)
    together = rank.measure_rank(a)
    monkeypatch.setattr(rank, "_CHUNK_ENTRIES", 2 * 64)  # two matrices at once
    chunked = rank.measure_rank(a)
    assert torch.equal(together.singular_values, chunked.singular_values)
    alone = rank.measure_rank(a[1, 2])
    for name in ("numerical", "effective", "stable", "log_abs_det", "condition", "resolved"):
        of_all, of_one = getattr(together, name), getattr(alone, name)
        assert of_all.shape[:2] == (2, 3)
        assert torch.equal(of_all[1, 2], of_one), name


def test_float32_is_as_good_as_its_input() -> None:
    a = matrices(4, 20, 20)
    single, double = rank.measure_rank(a.float()), rank.measure_rank(a)
    assert single.singular_values.dtype == torch.float64
    assert torch.allclose(single.singular_values, double.singular_values, atol=1e-4)
    assert torch.allclose(single.effective, double.effective, rtol=1e-5)


def test_a_matrix_of_known_singular_values() -> None:
    values = torch.tensor([4.0, 2.0, 1.0, 0.0], dtype=torch.float64)
    assert rank.numerical_rank(values, (0.9, 0.4, 1e-9)).tolist() == [1, 2, 3]
    assert rank.stable_rank(values).item() == 21 / 16
    shares = [4 / 7, 2 / 7, 1 / 7]
    expected = math.exp(-sum(s * math.log(s) for s in shares))
    assert rank.effective_rank(values).item() == pytest.approx(expected)
    assert rank.log_abs_det(values).item() == -math.inf
    assert rank.condition_number(values).item() == math.inf
    assert rank.log_abs_det(values[:3]).item() == pytest.approx(math.log(8))


def test_nothing_has_no_rank_and_the_identity_all_of_it() -> None:
    figures = rank.measure_rank(
        torch.stack([torch.zeros(3, 3), torch.eye(3), 1e-200 * torch.eye(3)])
    )
    assert figures.effective.tolist() == pytest.approx([0, 3, 0])  # 1e-200 is 0 in float32
    figures = rank.measure_rank(1e-200 * torch.eye(3, dtype=torch.float64))
    assert figures.effective.item() == pytest.approx(3)
    assert figures.stable.item() == pytest.approx(3)
    zero = rank.measure_rank(torch.zeros(2, 2))
    assert zero.stable.item() == 0
    assert zero.numerical.sum().item() == 0
    assert zero.log_abs_det.item() == -math.inf
    assert zero.condition.item() == math.inf
    assert not zero.resolved


def test_a_diagonal_knows_what_the_svd_cannot() -> None:
    a = torch.tril(torch.ones(40, 40, dtype=torch.float64)) * 0.5
    a.diagonal().copy_(torch.logspace(0, -30, 40, dtype=torch.float64))
    expected = -15 * 40 * math.log(10)
    for matrix in (a, a.mT):
        figures = rank.measure_rank(matrix)
        assert figures.log_abs_det.item() == pytest.approx(expected)
        assert not figures.resolved


def test_no_matrix_no_rank() -> None:
    for bad in (torch.zeros(3), torch.zeros(2, 3), torch.zeros(0, 0)):
        with pytest.raises(ValueError, match="n > 0"):
            rank.singular_values(bad)
    for bad in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match="no numbers"):
            rank.singular_values(torch.tensor([[1.0, bad], [0.0, 1.0]]))


# --- exact arithmetic ---


def fraction_rank(a: list[list[Fraction]]) -> int:
    """Gaussian elimination without rounding."""
    found = 0
    for column in range(len(a[0])):
        pivot = next((r for r in range(found, len(a)) if a[r][column]), None)
        if pivot is None:
            continue
        a[found], a[pivot] = a[pivot], a[found]
        for row in range(found + 1, len(a)):
            factor = a[row][column] / a[found][column]
            a[row] = [x - factor * y for x, y in zip(a[row], a[found], strict=True)]
        found += 1
    return found


def allowed(entries: list[list[int]], mask: np.ndarray) -> list[list[Fraction]]:
    return [
        [Fraction(entry) if seen else Fraction(0) for entry, seen in zip(*pair, strict=True)]
        for pair in zip(entries, mask, strict=True)
    ]


CASES = [("bidirectional", 0), ("causal", 0), ("backward", 0), ("prefix", 5), ("prefix", 1)]


@pytest.mark.parametrize("d", [1, 3, 12])
@pytest.mark.parametrize(("name", "m"), CASES)
def test_exact_ranks_are_those_of_exact_arithmetic(name: masks.MaskName, m: int, d: int) -> None:
    n = 8
    generator = np.random.default_rng(0)
    queries, keys = generator.integers(1, 30, (2, n, d))
    mask = masks.mask(name, n, prefix=m).numpy()
    products = queries @ keys.T
    # 2^(q k) is a whole number where e^(q k) is none, and no rank depends on the base or on
    # normalised rows.
    softmax = allowed([[2 ** int(p) for p in row] for row in products], mask)
    linear = allowed([[int(p) for p in row] for row in products], mask)
    known = rank.exact_rank("softmax", name, n, d, m)
    assert known.rank == fraction_rank(softmax) == n
    known = rank.exact_rank("linear", name, n, d, m)
    assert known.rank == fraction_rank(linear)
    assert known.rank <= n


def test_every_exact_rank_has_its_reason() -> None:
    found = {
        (kind, name): rank.exact_rank(kind, name, 10, 3, 4)  # type: ignore[arg-type]
        for kind in ("softmax", "linear")
        for name in masks.MASKS
    }
    for kind in ("softmax", "linear"):
        for name in ("causal", "backward", "half_heads", "alternating"):
            assert found[kind, name] == rank.ExactRank(10, "equal", "triangular")
    assert found["softmax", "bidirectional"] == rank.ExactRank(10, "generic", "exponential")
    assert found["softmax", "prefix"] == rank.ExactRank(10, "generic", "blocks")
    assert found["linear", "bidirectional"] == rank.ExactRank(3, "at most", "factors")
    assert found["linear", "prefix"] == rank.ExactRank(9, "at most", "blocks")
    assert rank.exact_rank("softmax", "bidirectional", 1, 3).relation == "equal"
    for bad in (("cosine", 3, 3, 0), ("linear", 0, 3, 0), ("linear", 3, 0, 0), ("linear", 3, 3, 4)):
        with pytest.raises(ValueError, match="no rank"):
            rank.exact_rank(bad[0], "prefix", *bad[1:])  # type: ignore[arg-type]


# --- the laboratory ---


@pytest.mark.parametrize(("scale", "d"), [(0.2, 4), (1.0, 64), (3.0, 1), (0.0, 5)])
def test_logits_have_their_rank_and_their_scale(scale: float, d: int) -> None:
    generator = torch.Generator().manual_seed(0)
    drawn = torch.stack([rank.random_logits(100, d, scale, generator) for _ in range(20)])
    assert drawn.std().item() == pytest.approx(scale, rel=0.15)
    if scale:
        assert torch.linalg.matrix_rank(drawn[0]).item() == min(100, d)


REFERENCES = [(4, 0.2, 4.0, 52), (16, 0.2, 14, 56), (64, 1.0, 158, 118)]


@pytest.mark.parametrize(("d", "scale", "bidirectional", "causal"), REFERENCES)
def test_effective_ranks_of_random_attention(
    d: int, scale: float, bidirectional: float, causal: float
) -> None:
    found = rank.laboratory(256, d, scale)
    assert found["bidirectional"].effective.shape == (3,)
    assert found["bidirectional"].effective.mean().item() == pytest.approx(bidirectional, rel=0.05)
    assert found["causal"].effective.mean().item() == pytest.approx(causal, rel=0.05)


def test_the_causal_determinant_is_positive_and_next_to_nothing() -> None:
    found = rank.laboratory(256, 16, 0.2)["causal"]
    # Nearly uniform rows have 1/t on the diagonal: log of 1 / 256!.
    assert found.log_abs_det.mean().item() == pytest.approx(-math.lgamma(257), abs=15)
    assert found.log_abs_det.mean().item() == pytest.approx(-1200, abs=60)
    assert (rank.laboratory(256, 64, 1.0)["causal"].condition > 1e12).all()


def test_low_logits_favour_causal_and_sharp_ones_bidirectional() -> None:
    scales = (0.1, 0.3, 1.0, 2.0)
    found = rank.crossover(128, 32, scales)
    assert found.scales == scales
    assert found.bidirectional[0] < found.causal[0]
    assert found.bidirectional[-1] > found.causal[-1]
    assert found.scale is not None
    assert 0.3 < found.scale < 1.0
    again = rank.crossover(128, 32, (0.1, found.scale))
    assert again.bidirectional[-1].item() == pytest.approx(again.causal[-1].item(), rel=0.06)
    assert rank.crossover(128, 4, (0.5, 1.0)).scale is None
    assert rank.crossover(128, 32, (1.0, 2.0)).scale is None  # ahead from the first on


def test_linear_attention_has_the_rank_of_its_features() -> None:
    found = rank.laboratory(64, 8, 1.0, (0, 1), ("bidirectional", "causal", "prefix"), "linear", 20)
    assert found["bidirectional"].numerical[:, -1].tolist() == [8, 8]
    assert found["causal"].numerical[:, -1].tolist() == [64, 64]
    assert found["prefix"].numerical[:, -1].tolist() == [52, 52]


def test_the_laboratory_is_the_same_for_the_same_seed() -> None:
    once, again = (rank.laboratory(20, 4, 1.0, (3, 4)) for _ in range(2))
    alone = rank.laboratory(20, 4, 1.0, (4,))
    for name, figures in once.items():
        assert torch.equal(figures.singular_values, again[name].singular_values)
        assert torch.allclose(figures.effective[1], alone[name].effective[0])
    for bad in ((0, 4, 1.0), (4, 0, 1.0), (4, 4, -1.0), (4, 4, math.inf)):
        with pytest.raises(ValueError, match="scale"):
            rank.laboratory(*bad)
    for scales in ((), (0.0, 1.0)):
        with pytest.raises(ValueError, match="above 0"):
            rank.crossover(8, 2, scales)
