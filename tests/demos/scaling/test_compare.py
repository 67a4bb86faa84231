"""Comparing laws: likelihood against scipy, criteria by hand, tests that hold their level."""

from __future__ import annotations

import functools
import math
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

from demos.frame.errors import InputProblem
from demos.scaling import compare
from demos.scaling.frontier import predictor
from tests.demos.scaling.doubles import FitDouble, fit_double, fitting_double

TRUE = {"E": 1.8, "A": 400.0, "B": 2000.0, "alpha": 0.35, "beta": 0.35}


def columns(seed: int = 0, noise: float = 0.01, **change: float) -> dict[str, np.ndarray]:
    truth = {**TRUE, **change}
    n, d = np.meshgrid(np.geomspace(1e7, 1e10, 7), np.geomspace(1e8, 1e11, 6))
    n, d = n.ravel(), d.ravel()
    loss = predictor("chinchilla", truth)(n, d)
    return {"N": n, "D": d, "loss": loss * np.exp(noise * np.random.RandomState(seed).randn(42))}


# --- likelihood -----------------------------------------------------------------------------------


def test_the_density_sums_to_one_and_the_width_is_the_best() -> None:
    r = np.random.RandomState(0).laplace(scale=0.01, size=200)
    for delta in (1e-3, 0.01, 0.1):

        def huber(x: float, delta: float = delta) -> float:
            return x * x / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2)

        def likelihood(log_s: float, delta: float = delta) -> float:
            s = math.exp(log_s)
            z = (
                2
                * integrate.quad(
                    lambda x: math.exp(-huber(x) / s), 0, 1, limit=500, points=[delta]
                )[0]
            )
            return float(len(r) * math.log(z) + sum(huber(x) for x in r) / s)

        best = optimize.minimize_scalar(likelihood, bounds=(-14, -2), method="bounded")
        assert compare.log_likelihood(r, delta) == pytest.approx(-best.fun, rel=1e-6)


def test_its_ends_are_laplaces_and_gausss() -> None:
    r = np.random.RandomState(1).randn(500) * 0.02
    gauss = stats.norm.logpdf(r, scale=np.sqrt((r**2).mean())).sum()
    assert compare.log_likelihood(r) == pytest.approx(gauss)
    assert compare.log_likelihood(r, 10.0) == pytest.approx(gauss, rel=1e-6)
    laplace = stats.laplace.logpdf(r, scale=np.abs(r).mean()).sum()
    assert compare.log_likelihood(r, 1e-7) == pytest.approx(laplace, rel=1e-4)
    assert compare.log_likelihood(np.zeros(4)) == math.inf


def test_criteria_by_hand() -> None:
    fit = fit_double(columns(), TRUE)
    found = compare.criteria(fit)
    r = fit.residuals.numpy()
    likelihood = stats.norm.logpdf(r, scale=np.sqrt((r**2).mean())).sum()
    assert (found.points, found.free) == (42, 6)
    assert found.aic == pytest.approx(12 - 2 * likelihood)
    assert found.aicc == pytest.approx(12 - 2 * likelihood + 2 * 6 * 7 / 35)
    assert found.bic == pytest.approx(6 * math.log(42) - 2 * likelihood)
    held = compare.criteria(replace(fit, fixed={"E": 1.8}))
    assert held.free == 5
    few = compare.criteria(replace(fit, residuals=fit.residuals[:7]))
    assert few.aicc == math.inf


def test_weights_favour_the_better_law() -> None:
    a = compare.criteria(fit_double(columns(), TRUE))
    b = replace(a, aicc=a.aicc + 4)
    np.testing.assert_allclose(
        compare.akaike_weights([a, b]), [1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2))]
    )
    assert compare.akaike_weights([replace(a, aicc=-math.inf), b]).tolist() == [1, 0]
    with pytest.raises(InputProblem):
        compare.akaike_weights([a, replace(a, points=3)])


# --- nested laws ----------------------------------------------------------------------------------


def test_the_likelihood_ratio_holds_its_level_and_finds_a_difference() -> None:
    p_values = []
    for seed in range(100):
        data = columns(seed)
        found = compare.likelihood_ratio(fit_double(data, TRUE, "tied"), fit_double(data, TRUE))
        p_values.append(found.p_value)
        assert found.freedom == 1
        assert found.validity == "regular"
    assert 0.01 <= np.mean(np.array(p_values) < 0.05) <= 0.12
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    apart = columns(0, 0.003, beta=0.42, B=7000.0)
    assert (
        compare.likelihood_ratio(
            fit_double(apart, TRUE, "tied"), fit_double(apart, {**TRUE, "beta": 0.42, "B": 7000.0})
        ).p_value
        < 1e-3
    )


def test_what_cannot_be_tested_is_refused() -> None:
    tied, full = fit_double(columns(), TRUE, "tied"), fit_double(columns(), TRUE)
    for smaller, larger, key in (
        (full, tied, "not_nested"),
        (replace(tied, residuals=torch.zeros(3)), full, "different_points"),
        (replace(tied, objective_name="huber_log"), full, "different_objectives"),
    ):
        with pytest.raises(InputProblem) as caught:
            compare.likelihood_ratio(smaller, larger)
        assert caught.value.key == f"scaling.compare.{key}"
        assert str(caught.value).endswith(".")


# --- extrapolation --------------------------------------------------------------------------------


def finish(work: Generator[Any, None, Any]) -> tuple[list[Any], Any]:
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return steps, end.value


def fitters(*keys: str) -> dict[str, Any]:
    return {key: functools.partial(fitting_double, start=TRUE, key=key) for key in keys}


def test_the_largest_scales_are_predicted_from_the_others() -> None:
    data = columns(3, 0.004)
    steps, (full, tied) = finish(compare.extrapolating(data, fitters("chinchilla", "tied")))
    assert steps == [("chinchilla", 0.5), ("chinchilla", 1.0), ("tied", 0.5), ("tied", 1.0)]
    scale = data["N"] * data["D"]
    assert scale[full.held_out].min() > scale[~full.held_out].max()
    assert 8 <= full.held_out.sum() <= 11
    assert full.reach == pytest.approx(scale.max() / scale[~full.held_out].max())
    assert len(full.fit.residuals) == (~full.held_out).sum()
    for held in (full, tied):
        np.testing.assert_allclose(held.errors, np.log(held.observed / held.predicted))
        assert held.rms < 0.02
        assert abs(held.bias) <= held.rms


def test_a_law_that_refuses_is_reported_and_the_others_go_on() -> None:
    data = {name: column[:8] for name, column in columns().items()}
    _, (full, tied) = finish(compare.extrapolating(data, fitters("chinchilla", "tied"), share=0.25))
    assert full.fit is None
    assert math.isnan(full.rms)
    assert full.refusal.key == "scaling.compare.one_scale"
    assert tied.fit is not None


def test_closing_it_closes_the_fit() -> None:
    closed = []

    def endless(_: Any) -> Generator[Any, None, FitDouble]:
        try:
            while True:
                yield 0
        finally:
            closed.append(True)

    work = compare.extrapolating(columns(), {"chinchilla": endless})
    next(work)
    work.close()
    assert closed == [True]


def test_equal_scales_stay_together() -> None:
    scale = np.repeat([1.0, 10.0, 100.0], [2, 2, 6])
    assert compare.largest(scale, 0.2).tolist() == [False] * 4 + [True] * 6
    assert compare.largest(np.array([1.0, 1, 1, 1, 5]), 0.99).tolist() == [False] * 4 + [True]
    for bad, share, key in ((np.ones(3), 0.2, "one_scale"), (scale, 1.0, "share")):
        with pytest.raises(InputProblem) as caught:
            compare.largest(bad, share)
        assert caught.value.key == f"scaling.compare.{key}"


def test_what_large_means() -> None:
    two = {"N": np.array([2.0]), "D": np.array([3.0])}
    assert compare.scale_of(two)[0] == 36
    assert compare.scale_of({**two, "C": np.array([7.0])})[0] == 7
    assert compare.scale_of({"step": np.array([5.0])})[0] == 5
    with pytest.raises(InputProblem):
        compare.scale_of({"loss": np.ones(1)})
