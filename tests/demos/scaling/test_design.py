"""What to measure next: promised widths against intervals after the run was really added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from demos.frame.errors import InputProblem
from demos.scaling import design
from tests.demos.scaling.doubles import FitDouble, ObservationsDouble
from tests.demos.scaling.test_compare import TRUE, columns, fit_double

FIT = fit_double(columns(), TRUE)
BUDGET = 1e21

Make = Callable[[FitDouble], design.Figure]
FIGURES: dict[str, Make] = {
    "E": lambda fit: design.parameter(fit, "E"),
    "beta": lambda fit: design.parameter(fit, "beta"),
    "loss": lambda fit: design.prediction(fit, np.array([1e11, 1e12])),
    "size": lambda fit: design.optimal_size(fit, 1e23),
    "exponent": lambda fit: design.optimal_exponent(fit),
}


def variance(inputs: np.ndarray, figure: design.Figure) -> float:
    """c' (J'J)^-1 c directly, in coordinates of even size."""
    at = torch.tensor(inputs)
    theta = FIT.theta
    jacobian = (FIT.law.gradient(theta, at) / FIT.law.predict(theta, at)[:, None]).numpy()
    scale = np.linalg.norm(jacobian, axis=0)
    c = design._gradient(figure, theta.numpy()) / scale
    return float(c @ np.linalg.solve((jacobian / scale).T @ (jacobian / scale), c))


@pytest.mark.parametrize("name", FIGURES)
def test_the_promised_width_is_that_after_the_run(name: str) -> None:
    figure = FIGURES[name](FIT)
    proposals = design.next_measurement(FIT, BUDGET, figure)
    measured = FIT.observations.inputs.numpy()
    now = variance(measured, figure)
    for place in (proposals.best, 0, len(proposals.left) // 2):
        after = variance(np.concatenate([measured, proposals.inputs[place][None]]), figure)
        assert proposals.left[place] == pytest.approx(np.sqrt(after / now), rel=1e-4)
    assert proposals.left[proposals.best] == proposals.left.min() < 1
    assert (proposals.compute <= BUDGET * 1.001).all()
    np.testing.assert_allclose(proposals.compute, 6 * proposals.inputs.prod(axis=1))


def test_all_parameters_at_once_is_the_determinant() -> None:
    proposals = design.next_measurement(FIT, BUDGET)
    at = torch.cat([FIT.observations.inputs, torch.tensor(proposals.inputs[proposals.best])[None]])
    logs = []
    for inputs in (FIT.observations.inputs, at):
        jacobian = FIT.law.gradient(FIT.theta, inputs) / FIT.law.predict(FIT.theta, inputs)[:, None]
        logs.append(float(torch.linalg.slogdet(jacobian.T @ jacobian)[1]))
    expected = np.exp(-(logs[1] - logs[0]) / 2 / 5)
    assert proposals.left[proposals.best] == pytest.approx(expected, rel=1e-6)


def test_a_larger_budget_never_leaves_more() -> None:
    figure = design.parameter(FIT, "E")
    widths = []
    for budget in (1e18, 1e20, 1e22):
        proposals = design.next_measurement(FIT, budget, figure)
        widths.append(proposals.left[proposals.best])
    assert widths[0] >= widths[1] >= widths[2] - 1e-12


def test_a_plan_builds_on_its_own_runs() -> None:
    figure = design.parameter(FIT, "E")
    chosen, left = design.plan(FIT, BUDGET, 4, figure)
    assert chosen.shape == (4, 2)
    assert (np.diff(left) < 0).all()
    measured = FIT.observations.inputs.numpy()
    after = variance(np.concatenate([measured, chosen]), figure)
    assert left[-1] == pytest.approx(np.sqrt(after / variance(measured, figure)), rel=1e-4)


def test_parameters_that_are_fixed_are_left_out() -> None:
    covariance = FIT.covariance.clone()
    covariance[0] = covariance[:, 0] = 0
    held = replace(FIT, covariance=covariance, fixed={"E": 1.8})
    assert design.next_measurement(held, BUDGET, design.parameter(held, "A")).left.min() < 1
    with pytest.raises(InputProblem) as caught:
        design.next_measurement(held, BUDGET, design.parameter(held, "E"))
    assert caught.value.key == "scaling.next.unmoved"


def on_one_ray() -> FitDouble:
    """Equal N and D in every run, tied exponents: A and B cannot be told apart."""
    sizes = torch.logspace(7, 10, 12, dtype=torch.float64)
    fit = fit_double(columns(), TRUE, "tied")
    inputs = torch.stack([sizes, 20 * sizes], dim=1)
    return replace(fit, observations=ObservationsDouble(inputs, torch.ones(12)))


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: design.parameter(FIT, "gamma"), "scaling.next.no_parameter"),
        (lambda: design.next_measurement(FIT, 1e3), "scaling.next.too_little"),
        (lambda: design.next_measurement(FIT, 0.0), "scaling.next.too_little"),
        (lambda: design.next_measurement(on_one_ray(), BUDGET), "scaling.next.singular"),
        (lambda: design.plan(FIT, BUDGET, 0), "scaling.next.runs"),
    ],
)
def test_refusals_are_sentences(make: Callable[[], Any], key: str) -> None:
    with pytest.raises(InputProblem) as caught:
        make()
    assert caught.value.key == key
    assert str(caught.value).endswith(".")
    assert caught.value.sentence("zh")
