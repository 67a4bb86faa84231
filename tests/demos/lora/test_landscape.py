"""Targets and floors, each against a computation of another kind."""

from __future__ import annotations

import pytest
import torch

from demos.frame.errors import InputProblem
from demos.lora.landscape import (
    TARGETS,
    additive_floor,
    additive_projection,
    energy,
    input_scales,
    low_rank_floor,
    target,
)


@pytest.mark.parametrize("kind", TARGETS)
def test_targets_have_spectral_norm_one_and_follow_their_seed(kind: str) -> None:
    made = target(kind, 12, 8, 4, seed=1)  # type: ignore[arg-type]
    assert made.shape == (12, 8)
    assert torch.linalg.matrix_norm(made, ord=2).item() == pytest.approx(1, abs=1e-12)
    assert torch.equal(made, target(kind, 12, 8, 4, seed=1))  # type: ignore[arg-type]
    assert not torch.equal(made, target(kind, 12, 8, 4, seed=2))  # type: ignore[arg-type]


def test_the_spectra_are_as_named() -> None:
    values = {kind: torch.linalg.svdvals(target(kind, 9, 12, 3, seed=0)) for kind in TARGETS}
    assert torch.allclose(values["low_rank"][:3], torch.ones(3).double())
    assert values["low_rank"][3:].max() < 1e-12
    assert torch.allclose(values["decaying"], 1 / torch.arange(1, 10).double())
    assert torch.allclose(values["flat"], torch.ones(9).double())
    assert int((values["offsets"] > 1e-9).sum()) == 6  # twice the rank


def test_input_scales_span_the_condition() -> None:
    scales = input_scales(5, 16.0)
    assert torch.allclose(scales, torch.tensor([1, 0.5, 0.25, 0.125, 0.0625]).double())
    assert torch.equal(input_scales(3, 1.0), torch.ones(3).double())


def test_the_low_rank_floor_is_what_alternating_least_squares_finds() -> None:
    wanted, scales = target("decaying", 10, 7, 1, seed=3), input_scales(10, 20.0)
    root = scales.sqrt()[:, None]
    weighted = root * wanted
    right = torch.randn(2, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for _ in range(400):
        left = weighted @ torch.linalg.pinv(right)
        right = torch.linalg.pinv(left) @ weighted
    found = (weighted - left @ right).square().sum() / weighted.square().sum()
    assert low_rank_floor(wanted, scales, 2) == pytest.approx(found.item(), rel=1e-9)
    assert low_rank_floor(wanted, scales, 7) == pytest.approx(0, abs=1e-20)


def test_the_symmetric_start_leaves_a_floor_where_lora_leaves_none() -> None:
    wanted, scales = target("low_rank", 12, 9, 3, seed=0), input_scales(12, 1.0)
    generator = torch.Generator().manual_seed(5)
    start = (
        0.1
        * torch.randn(12, 3, generator=generator, dtype=torch.float64)
        @ torch.randn(3, 9, generator=generator, dtype=torch.float64)
    )
    assert low_rank_floor(wanted, scales, 3) < 1e-25
    assert 1e-4 < low_rank_floor(wanted, scales, 3, start) < 0.5


@pytest.mark.parametrize(("n", "m", "rank"), [(6, 4, 1), (6, 4, 2), (9, 6, 3)])
def test_the_additive_projection_is_weighted_least_squares(n: int, m: int, rank: int) -> None:
    wanted, scales = target("flat", n, m, 1, seed=2), input_scales(n, 30.0)
    columns = []
    for i in range(n):
        for q in range(rank):
            columns.append(torch.zeros(n, m).double())
            columns[-1][i, q::rank] = 1
    for p in range(rank):
        for j in range(m):
            columns.append(torch.zeros(n, m).double())
            columns[-1][p::rank, j] = 1
    design = torch.stack([c.flatten() for c in columns], dim=1)  # [nm, r (n + m)]
    root = scales.sqrt()[:, None].expand(n, m).reshape(-1, 1)
    solved = torch.linalg.pinv(root * design) @ (root * wanted.reshape(-1, 1))
    fitted = (design @ solved).reshape(n, m)
    assert torch.allclose(additive_projection(wanted, scales, rank), fitted, atol=1e-10)


def test_offsets_are_reached_by_the_additive_form_alone() -> None:
    wanted, scales = target("offsets", 32, 32, 2, seed=0), input_scales(32, 10.0)
    assert additive_floor(wanted, scales, 2) < 1e-25
    assert low_rank_floor(wanted, scales, 2) > 0.05


def test_a_random_target_of_rank_four_leaves_what_the_notes_say() -> None:
    """88 % of the energy of a random rank-4 target, where LoRA of the same size leaves nothing."""
    generator = torch.Generator().manual_seed(0)
    n = 64
    drawn = [torch.randn(n, 4, generator=generator, dtype=torch.float64) for _ in range(2)]
    wanted, scales = drawn[0] @ drawn[1].T, input_scales(n, 1.0)
    assert additive_floor(wanted, scales, 4) == pytest.approx(0.88, abs=0.02)
    assert low_rank_floor(wanted, scales, 4) < 1e-25


def test_energy_is_one_at_the_start() -> None:
    wanted, scales = target("flat", 5, 4, 1, seed=0), input_scales(5, 3.0)
    assert energy(torch.zeros_like(wanted), wanted, scales).item() == pytest.approx(1)


@pytest.mark.parametrize("rank", [0, 9])
def test_a_rank_that_the_matrix_cannot_have_is_refused(rank: int) -> None:
    with pytest.raises(InputProblem, match="1 to 8"):
        target("low_rank", 12, 8, rank, seed=0)


def test_offsets_need_a_rank_that_divides() -> None:
    with pytest.raises(InputProblem, match="divide"):
        target("offsets", 12, 8, 3, seed=0)
    with pytest.raises(InputProblem, match="divide"):
        additive_projection(torch.ones(12, 8).double(), torch.ones(12).double(), 3)
