"""How token vectors become one: the measure, and random networks that do it."""

from __future__ import annotations

import pytest
import torch

from demos.attention import collapse
from demos.attention.masks import MaskName


def course(name: MaskName, residual: bool = False, norm: bool = False) -> torch.Tensor:
    """Mean over seeds of the logarithm [depth + 1]."""
    runs = [collapse.simulate(32, 32, 4, 12, name, residual, norm, seed) for seed in range(4)]
    return torch.stack(runs).clamp_min(1e-300).log().mean(dim=0)


def test_the_share_is_the_formula() -> None:
    x = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0)) + 1
    mean = x.mean(dim=1, keepdim=True)
    away = x - mean
    expected = [(torch.linalg.norm(away[k]) / torch.linalg.norm(x[k])).item() for k in range(3)]
    assert collapse.residual_share(x).tolist() == pytest.approx(expected, rel=1e-5)
    for factor in (1e-200, 1e200):
        far = collapse.residual_share(factor * x.double())
        assert far.tolist() == pytest.approx(expected, rel=1e-5)


def test_alike_is_nought_and_balanced_is_one() -> None:
    assert collapse.residual_share(torch.ones(4, 3)).item() == 0
    assert collapse.residual_share(torch.zeros(4, 3)).item() == 0
    assert collapse.residual_share(torch.randn(1, 3)).item() == 0
    assert collapse.residual_share(torch.tensor([[1.0, 2.0], [-1.0, -2.0]])).item() == 1


def test_without_residuals_vectors_collapse_and_causal_masks_slow_it() -> None:
    both, causal = course("bidirectional"), course("causal")
    assert both[4] < -10
    assert (causal[2:] > both[2:]).all()
    assert causal[-1] < causal[2] - 2 < causal[0] - 2


def test_residuals_keep_vectors_apart() -> None:
    for name in ("bidirectional", "causal"):
        assert course(name, residual=True)[-1] > course(name)[-1] + 2  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["bidirectional", "causal", "prefix", "half_heads", "alternating"])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("norm", [False, True])
def test_shares_are_shares_at_any_depth(name: MaskName, residual: bool, norm: bool) -> None:
    shares = collapse.simulate(6, 8, 2, 80, name, residual, norm, seed=1, prefix=3)
    assert shares.shape == (81,)
    assert ((shares >= 0) & (shares <= 1)).all()
    again = collapse.simulate(6, 8, 2, 80, name, residual, norm, seed=1, prefix=3)
    assert torch.equal(shares, again)


def test_the_deepest_network_is_still_finite() -> None:
    assert collapse.simulate(3, 4, 1, 512, "causal", True, False).isfinite().all()


def test_edges_of_the_simulation() -> None:
    assert collapse.simulate(1, 4, 2, 3, "causal", True, True).tolist() == [0] * 4
    assert len(collapse.simulate(5, 4, 2, 0, "causal", True, True)) == 1
    for bad in ((0, 4, 2, 1), (3, 4, 3, 1), (3, 4, 0, 1), (3, 4, 2, -1), (3, 4, 2, 513)):
        with pytest.raises(ValueError, match="multiple of heads"):
            collapse.simulate(*bad, "causal", True, True)
