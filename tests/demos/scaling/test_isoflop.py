"""IsoFLOP on exact parabolas, on laws whose optimum is known, under noise, and its refusals."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.scaling.frontier import closed_frontier, predictor
from demos.scaling.isoflop import IsoFlop, group_by_budget, isoflop
from demos.scaling.published import PUBLISHED

BUDGETS = np.array([1e18, 1e19, 1e20, 1e21])
LAW = PUBLISHED["besiroglu-2024"]


def exact(shift: float = 0.0, curvature: float = 0.05) -> tuple[np.ndarray, ...]:
    """Parabolas with N_opt = .1 C^.5, seven sizes a budget about it."""
    rows = []
    for budget in BUDGETS:
        best = 0.1 * budget**0.5
        for step in np.linspace(-1.5, 1.5, 7) + shift:
            rows.append((best * np.exp(step), budget, 3.0 + curvature * step**2))
    n, c, y = np.array(rows).T
    return n, c, y


def test_exact_parabolas_are_found_exactly() -> None:
    n, c, y = exact()
    found = isoflop(n, c, y)
    assert len(found.parabolas) == 4
    for parabola, budget in zip(found.parabolas, BUDGETS, strict=True):
        assert parabola.refusal is None
        assert parabola.budget == pytest.approx(budget)
        assert parabola.parameters == pytest.approx(0.1 * budget**0.5, rel=1e-9)
        assert parabola.tokens == pytest.approx(budget / (0.6 * budget**0.5), rel=1e-9)
        assert parabola.loss == pytest.approx(3.0)
        assert parabola.coefficients[2] == pytest.approx(0.05)
        assert parabola.interval[0] == pytest.approx(parabola.parameters, rel=1e-6)
        np.testing.assert_allclose(parabola.predict(n[parabola.rows]), y[parabola.rows])
    assert found.power is not None
    assert found.power.exponent == pytest.approx(0.5)
    assert found.power.coefficient == pytest.approx(0.1)
    np.testing.assert_allclose(found.power.parameters(BUDGETS), 0.1 * BUDGETS**0.5)
    np.testing.assert_allclose(
        6 * found.power.parameters(BUDGETS) * found.power.tokens(BUDGETS), BUDGETS
    )


def test_the_order_of_rows_does_not_matter() -> None:
    n, c, y = exact()
    mixed = np.random.RandomState(0).permutation(len(n))
    a, b = isoflop(n, c, y), isoflop(n[mixed], c[mixed], y[mixed])
    assert a.power is not None
    assert b.power is not None
    assert a.power.exponent == pytest.approx(b.power.exponent)
    assert set(mixed[b.parabolas[0].rows]) == set(a.parabolas[0].rows)


def simulated(seed: int, noise: float) -> IsoFlop:
    """Hoffmann's law on a grid of nine budgets with log-normal noise."""
    random = np.random.RandomState(seed)
    budgets = np.geomspace(6e18, 3e21, 9)
    best = closed_frontier(LAW.law, LAW.parameters, budgets).parameters
    n = (best[:, None] * np.geomspace(0.25, 4, 9)).ravel()
    c = np.repeat(budgets, 9)
    y = predictor(LAW.law, LAW.parameters)(n, c / (6 * n))
    return isoflop(n, c, y * np.exp(noise * random.randn(len(y))))


def test_the_exponent_of_a_law_comes_back() -> None:
    found = simulated(0, 0.0)
    assert found.power is not None
    assert found.power.exponent == pytest.approx(0.5139, abs=0.005)


@pytest.mark.slow
def test_intervals_cover_the_truth() -> None:
    exact_power = simulated(0, 0.0).power
    assert exact_power is not None
    inside, minima = [], []
    for seed in range(200):
        found = simulated(seed, 0.004)
        assert found.noise == pytest.approx(0.004, rel=0.5)
        for parabola, reference in zip(found.parabolas, simulated(0, 0.0).parabolas, strict=True):
            minima.append(parabola.interval[0] < reference.parameters < parabola.interval[1])
        assert found.power is not None
        low, high = found.power.interval
        inside.append(low < exact_power.exponent < high)
    assert 0.90 <= np.mean(inside) <= 0.995
    assert 0.92 <= np.mean(minima) <= 0.98


# --- budgets --------------------------------------------------------------------------------------


def test_runs_between_two_budgets_do_not_tie_them_together() -> None:
    c = np.concatenate([np.full(6, 1e19), np.geomspace(1.1e19, 9e19, 12), np.full(6, 1e20)])
    groups, left_out = group_by_budget(c, 0.1)
    assert [len(rows) for rows in groups if len(rows) >= 6] == [7, 7]
    assert all(c[rows].max() / c[rows].min() <= 10**0.1 * 1.001 for rows in groups)
    assert len(left_out) + sum(map(len, groups)) == len(c)


def test_nearly_equal_budgets_are_one() -> None:
    n, c, y = exact()
    found = isoflop(n, c * np.tile(np.linspace(0.96, 1.04, 7), 4), y)
    assert [len(parabola.rows) for parabola in found.parabolas] == [7] * 4


# --- refusals -------------------------------------------------------------------------------------


def keys(found: IsoFlop) -> set[str | None]:
    for parabola in found.parabolas:
        if parabola.refusal is not None:
            assert str(parabola.refusal).endswith(".")
            assert parabola.refusal.sentence("zh")
    return {parabola.refusal.key if parabola.refusal else None for parabola in found.parabolas}


def test_a_bend_downwards_has_no_minimum() -> None:
    found = isoflop(*exact(curvature=-0.05))
    assert keys(found) == {"scaling.isoflop.concave"}
    assert math.isnan(found.parabolas[0].parameters)
    assert found.power is None
    assert found.refusal is not None
    assert found.refusal.key == "scaling.isoflop.no_law"
    assert "0 of 4" in str(found.refusal)


def test_a_minimum_outside_the_sizes_is_no_minimum() -> None:
    found = isoflop(*exact(shift=2.0))
    assert keys(found) == {"scaling.isoflop.outside"}
    assert found.parabolas[0].parameters == pytest.approx(0.1 * 1e9, rel=1e-6)


def test_too_few_sizes_are_said() -> None:
    n, c, y = exact()
    n[:7] = np.repeat(n[:3], 3)[:7]  # three sizes, seven runs
    found = isoflop(n, c, y)
    assert found.parabolas[0].refusal is not None
    assert found.parabolas[0].refusal.key == "scaling.isoflop.few"
    assert "3 different sizes" in str(found.parabolas[0].refusal)
    assert found.power is not None
    assert found.power.budgets == 3


def test_a_bend_within_the_noise_is_refused() -> None:
    n, c, y = exact(curvature=1e-4)
    believed = total = 0
    for seed in range(40):
        found = isoflop(n, c, y + 0.05 * np.random.RandomState(seed).randn(len(y)))
        assert keys(found) <= {
            None,
            "scaling.isoflop.flat",
            "scaling.isoflop.concave",
            "scaling.isoflop.outside",
        }
        believed += sum(parabola.refusal is None for parabola in found.parabolas)
        total += len(found.parabolas)
    assert believed <= 0.05 * total  # 2.5 % of flat budgets seem to bend upwards


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ((np.ones(3), np.ones(4), np.ones(3)), "lengths"),
        ((np.zeros(3), np.ones(3), np.ones(3)), "positive"),
        ((np.ones(3), np.array([1, np.nan, 1]), np.ones(3)), "positive"),
        ((np.ones(4), np.geomspace(1, 1e8, 4), np.ones(4)), "no_budgets"),
        ((*exact(), 6.0, 0.0), "settings"),
        ((*exact(), 6.0, 0.1, 1.0), "settings"),
    ],
)
def test_what_cannot_be_grouped_is_a_sentence(arguments: tuple[np.ndarray, ...], key: str) -> None:
    with pytest.raises(InputProblem) as caught:
        isoflop(*arguments)  # type: ignore[arg-type]
    assert caught.value.key == f"scaling.isoflop.{key}"
    assert str(caught.value).endswith(".")


def test_hoffmanns_own_runs_give_an_exponent_near_one_half(data_folder: Path) -> None:
    with (data_folder / "scaling" / "chinchilla.csv").open() as file:
        rows = list(csv.DictReader(file))
    n, c, y = (
        np.array([float(row[name]) for row in rows])
        for name in ("Model Size", "Training FLOP", "loss")
    )
    kept = y.argsort()[:-5]
    found = isoflop(n[kept], c[kept], y[kept])
    assert found.power is not None
    assert found.power.interval[0] < 0.5 < found.power.interval[1]
    assert found.power.budgets >= 6
