"""The batched solver: boxes, batches against single problems, pieces that can be closed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from scipy.optimize import nnls

from demos.frame.steps import result_of
from demos.scaling.fit import fit, set_up
from demos.scaling.newton import solving
from demos.scaling.observations import observe
from demos.scaling.projection import _non_negative, projected_starts
from tests.demos.scaling.simulated import simulate, theta_of


def _problem(key="chinchilla", n=50, noise=0.01):
    return set_up(law=observe_law(key), observations=observe(key, simulate(key, n, noise)))


def observe_law(key):
    from demos.scaling.laws import LAWS

    return LAWS[key]


def test_a_row_of_a_batch_is_solved_as_if_it_were_alone():
    setup = _problem()
    generator = torch.Generator().manual_seed(0)
    weights = torch.rand(7, 50, generator=generator, dtype=torch.float64)
    start = setup.working(theta_of("chinchilla")).expand(7, -1)
    together = result_of(solving(replace(setup.problem, weights=weights), start))
    for row in range(7):
        alone = replace(setup.problem, weights=weights[row : row + 1])
        got = result_of(solving(alone, start[:1]))
        assert got.value[0].item() == pytest.approx(together.value[row].item(), rel=1e-11)
    assert together.converged.all()


def test_a_box_holds_and_its_edge_is_where_the_objective_is_least():
    setup = _problem()
    free = result_of(solving(setup.problem, setup.working(theta_of("chinchilla"))[None]))
    alpha = free.working[0, 3].item()
    high = setup.problem.high.clone()
    high[0, 3] = alpha - 0.02
    start = setup.working(theta_of("chinchilla"))[None]
    held = result_of(solving(replace(setup.problem, high=high), start))
    assert held.working[0, 3].item() == pytest.approx(alpha - 0.02, abs=1e-15)
    assert held.converged.all()
    assert held.value[0] > free.value[0]
    low = setup.problem.low.clone()
    low[0, 3] = high[0, 3]
    fixed = result_of(solving(replace(setup.problem, low=low, high=high), start))
    assert fixed.value[0].item() == pytest.approx(held.value[0].item(), rel=1e-11)


def test_weights_are_repeated_points():
    data = simulate("power", 30, 0.01)
    setup = set_up(observe_law("power"), observe("power", data))
    weights = torch.ones(1, 30, dtype=torch.float64)
    weights[0, :5] = 3
    problem = replace(setup.problem, weights=weights)
    got = result_of(solving(problem, setup.working(theta_of("power"))[None]))
    repeated = {name: torch.cat([column, column[:5], column[:5]]) for name, column in data.items()}
    assert got.value[0].item() == pytest.approx(fit("power", repeated).objective, rel=1e-11)


def test_chunks_of_any_size_give_the_same(monkeypatch):
    setup = _problem()
    starts = projected_starts(setup.problem, 20)
    whole = result_of(solving(setup.problem, starts))
    monkeypatch.setattr("demos.scaling.newton._NUMBERS_AT_ONCE", 160)
    pieces = result_of(solving(setup.problem, starts))
    assert torch.allclose(whole.value, pieces.value, rtol=1e-11)


def test_coefficients_are_those_of_scipys_non_negative_least_squares():
    generator = torch.Generator().manual_seed(0)
    basis = torch.randn(40, 3, 12, generator=generator, dtype=torch.float64)
    weights = torch.rand(40, 12, generator=generator, dtype=torch.float64)
    got = _non_negative(basis, weights)
    for row in range(40):
        root = weights[row].sqrt()
        expected, _ = nnls((basis[row] * root).T.numpy(), root.numpy())
        assert got[row].tolist() == pytest.approx(expected.tolist(), abs=1e-9)


@pytest.mark.parametrize("key", ["chinchilla", "kaplan", "quanta", "broken_power"])
def test_starts_are_inside_the_box_and_near_the_answer(key):
    setup = _problem(key)
    starts = projected_starts(setup.problem, 8)
    assert (starts >= setup.problem.low).all()
    assert (starts <= setup.problem.high).all()
    predicted = setup.problem.law.expand(starts[:1], setup.problem.logs).log
    assert (predicted - setup.problem.targets).abs().median() < 0.1
