"""Laws: values written out by hand, derivatives against finite differences, frames, boxes."""

from __future__ import annotations

import math

import pytest
import torch
from scipy.special import zeta

from demos.scaling.fit import set_up
from demos.scaling.laws import LAWS, log_alpha_zeta
from demos.scaling.observations import observe
from tests.demos.scaling.simulated import TRUTH, simulate, sizes, theta_of

KEYS = list(LAWS)


def _inputs(key, n=15):
    columns = sizes(key, n)
    return torch.stack([columns[name] for name in LAWS[key].inputs], dim=1)


def by_hand(key, v, *x):
    if key == "power":
        return v["E"] + v["A"] / x[0] ** v["alpha"]
    if key == "chinchilla":
        return v["E"] + v["A"] / x[0] ** v["alpha"] + v["B"] / x[1] ** v["beta"]
    if key == "tied":
        return v["E"] + v["A"] / x[0] ** v["alpha"] + v["B"] / x[1] ** v["alpha"]
    if key == "kaplan":
        ratio = v["alpha_N"] / v["alpha_D"]
        return ((v["N_c"] / x[0]) ** ratio + v["D_c"] / x[1]) ** v["alpha_D"]
    if key == "quanta":
        a, end = v["alpha"], v["n_total"] + 0.5
        left = max((x[0] + 0.5) ** -a - end**-a, 0.0)
        return v["E"] + v["A"] / (a * zeta(a + 1)) * left
    loss = v["b"] * x[0] ** -v["c_0"]
    for i in range(1, LAWS[key].breaks + 1):
        c, d, f = (v[f"{name}_{i}"] for name in "cdf")
        loss *= (1 + (x[0] / d) ** (1 / f)) ** (-c * f)
    return v["a"] + loss


@pytest.mark.parametrize("key", KEYS)
def test_the_formula_is_the_literatures(key):
    inputs = _inputs(key)
    expected = [by_hand(key, TRUTH[key], *row) for row in inputs.tolist()]
    got = LAWS[key].predict(theta_of(key), inputs)
    assert got.tolist() == pytest.approx(expected, rel=1e-12)
    assert list(TRUTH[key]) == list(LAWS[key].names)


@pytest.mark.parametrize("key", KEYS)
def test_prediction_is_batched_over_leading_dimensions(key):
    law, inputs = LAWS[key], _inputs(key)
    factors = torch.linspace(0.9, 1.1, 6, dtype=torch.float64).reshape(2, 3, 1)
    batch = theta_of(key) * factors  # [2, 3, p]
    got = law.predict(batch, inputs)
    assert got.shape == (2, 3, len(inputs))
    assert torch.equal(got[1, 2], law.predict(batch[1, 2], inputs))
    assert law.gradient(batch, inputs).shape == (2, 3, len(inputs), len(law.names))


@pytest.mark.parametrize("key", KEYS)
def test_the_gradient_is_that_of_finite_differences(key):
    law, theta = LAWS[key], theta_of(key)
    inputs = _inputs(key)
    got = law.gradient(theta, inputs)  # [n, p]
    for place, value in enumerate(theta.tolist()):
        step = torch.zeros_like(theta)
        step[place] = 1e-6 * value
        up, down = law.predict(theta + step, inputs), law.predict(theta - step, inputs)
        expected = (up - down) / (2 * step[place])
        tolerance = 1e-6 * got[:, place].abs().max() + 1e-9 / value
        assert (got[:, place] - expected).abs().max() < tolerance, law.names[place]


@pytest.mark.parametrize("key", KEYS)
def test_second_derivatives_are_those_of_finite_differences(key):
    law = LAWS[key]
    inputs = _inputs(key)
    setup = set_up(law, observe(law, simulate(key, 15, 0.01)))
    logs = law.logs(inputs) - setup.frame.centre
    working = setup.working(theta_of(key))[None]
    near = law.expand(working, logs)
    c = torch.randn(1, 15, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def slope(w):
        """Of sum_i c_i L_i / L_i(here)."""
        there = law.expand(w, logs)
        return (there.slopes * (c * (there.log - near.log).exp())[:, None]).sum(dim=2)[0]

    rows = []
    for place in range(working.shape[1]):
        step = torch.zeros_like(working)
        step[0, place] = 1e-6
        rows.append((slope(working + step) - slope(working - step)) / 2e-6)
    expected = torch.stack(rows)
    assert (near.bend(c)[0] - expected).abs().max() < 1e-6 * expected.abs().max() + 1e-8


@pytest.mark.parametrize("key", KEYS)
def test_every_frame_describes_the_same_curve(key):
    law = LAWS[key]
    data = observe(law, simulate(key, 20, 0.0))
    setup = set_up(law, data)
    working = setup.working(theta_of(key))
    assert setup.natural(working).tolist() == pytest.approx(theta_of(key).tolist(), rel=1e-9)
    here = law.expand(working[None], setup.problem.logs).log[0] + setup.frame.unit
    assert here.tolist() == pytest.approx(data.loss.log().tolist(), abs=1e-11)


@pytest.mark.parametrize("key", KEYS)
def test_the_truth_lies_in_the_box_and_coefficients_are_linear(key):
    law = LAWS[key]
    setup = set_up(law, observe(law, simulate(key, 20, 0.0)))
    problem = setup.problem
    working = setup.working(theta_of(key))
    assert (working > problem.low[0]).all()
    assert (working < problem.high[0]).all()
    # At the true values of the others, the coefficients that make the basis one are the true ones.
    nonlinear = [place for place, name in enumerate(law.names) if name not in law.linear]
    basis = law.basis(working[None, nonlinear], problem.logs, problem.targets[0])[0]  # [l, n]
    found = torch.linalg.lstsq(basis.T, torch.ones(basis.shape[1], 1, dtype=torch.float64))
    again = law.assemble(working[None, nonlinear], found.solution.T)[0]
    assert again.tolist() == pytest.approx(working.tolist(), rel=1e-6, abs=1e-6)


def test_the_zeta_function_is_scipys_with_its_derivatives():
    alpha = torch.tensor([1e-3, 0.05, 0.4, 1.0, 2.5, 5.0], dtype=torch.float64)
    value, first, second = log_alpha_zeta(alpha)
    expected = [math.log(a * zeta(a + 1)) for a in alpha.tolist()]
    assert value.tolist() == pytest.approx(expected, abs=1e-12)
    up, down = log_alpha_zeta(alpha + 1e-5), log_alpha_zeta(alpha - 1e-5)
    assert first.tolist() == pytest.approx(((up[0] - down[0]) / 2e-5).tolist(), abs=1e-8)
    assert second.tolist() == pytest.approx(((up[1] - down[1]) / 2e-5).tolist(), abs=1e-8)


def test_the_quanta_law_is_near_the_sum_over_quanta():
    v = TRUTH["quanta"]
    a, total = v["alpha"], int(v["n_total"])
    frequencies = [k ** (-a - 1) / zeta(a + 1) for k in range(1, total + 1)]
    n = torch.tensor([[5.0], [50.0], [300.0]], dtype=torch.float64)
    expected = [v["E"] + v["A"] * sum(frequencies[int(x) :]) for x in n[:, 0].tolist()]
    assert LAWS["quanta"].predict(theta_of("quanta"), n).tolist() == pytest.approx(
        expected, rel=1e-3
    )
