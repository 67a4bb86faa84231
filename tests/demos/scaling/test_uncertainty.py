"""Intervals: Besiroglu's figures, coverage over 200 seeds, profile, determinism, bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
import torch

from demos.frame.errors import InputProblem
from demos.frame.steps import result_of
from demos.scaling.covariance import curvature
from demos.scaling.fit import fit, set_up
from demos.scaling.laws import LAWS
from demos.scaling.newton import solving
from demos.scaling.observations import observe
from demos.scaling.profile import profile
from demos.scaling.projection import projected_starts
from demos.scaling.uncertainty import (
    Interval,
    _residuals,
    band,
    bootstrap,
    bootstrapping,
    compute_exponents,
    exponent_intervals,
    jackknife,
    normal_intervals,
    parameter_intervals,
    prediction_band,
)
from models.registry import Registry
from models.statistics import student_t_quantile
from tests.demos.scaling.simulated import TRUTH, chinchilla, simulate, sizes, theta_of

SEEDS = 200
# Besiroglu et al. 2024, 95 %
PUBLISHED = {
    "A": (285, 744),
    "B": (1042, 5810),
    "E": (1.769, 1.871),
    "alpha": (0.317, 0.373),
    "beta": (0.331, 0.415),
}


def simulated_at_once(key, n, noise, seeds=SEEDS, objective="huber_log"):
    """A problem whose rows are data sets with different errors, its frame, and starts."""
    columns = simulate(key, n, 0.0)
    setup = set_up(LAWS[key], observe(key, columns), objective)
    generator = torch.Generator().manual_seed(7)
    errors = noise * torch.randn(seeds, n, generator=generator, dtype=torch.float64)
    problem = replace(setup.problem, targets=setup.problem.targets + errors)
    starts = projected_starts(setup.problem, 1).expand(seeds, -1)
    return setup, problem, starts


def within(low, high, truth):
    """The share of rows [b, p] that contain the truth [p]."""
    return ((low <= truth) & (truth <= high)).to(torch.float64).mean(dim=0)


# --- Chinchilla ----------------------------------------------------------------------------------


def test_intervals_of_chinchilla_are_the_published_ones(data_folder):
    got = fit("chinchilla", chinchilla(data_folder))
    replicas = bootstrap(got, 1000)
    assert replicas.converged.all()
    found = parameter_intervals(replicas)
    for name, (low, high) in PUBLISHED.items():
        width = high - low
        assert abs(found[name].low - low) < 0.15 * width, name
        assert abs(found[name].high - high) < 0.15 * width, name
    exponents = exponent_intervals(replicas)
    assert exponents["a"].low < 0.5 < exponents["a"].high  # N and D grow alike
    a, b = compute_exponents(got.law, got.theta).tolist()
    assert (a + b, a) == (pytest.approx(1), pytest.approx(0.5139, abs=1e-3))


def test_the_profile_of_chinchilla_agrees_with_the_bootstrap(data_folder):
    got = fit("chinchilla", chinchilla(data_folder))
    for name, found in profile(got).items():
        low, high = PUBLISHED[name]
        assert found.interval.low == pytest.approx(low, abs=0.2 * (high - low)), name
        assert found.interval.high == pytest.approx(high, abs=0.45 * (high - low)), name
        assert (found.values.diff() > 0).all()
        assert (found.root.diff() > 0).all()


# --- coverage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["huber_log", "log_squares", "squares"])
@pytest.mark.parametrize(
    ("key", "n"), [("power", 40), ("chinchilla", 60), ("chinchilla", 240), ("kaplan", 60)]
)
def test_intervals_from_the_covariance_cover_the_truth(key, n, objective):
    setup, problem, starts = simulated_at_once(key, n, 0.005, objective=objective)
    solution = result_of(solving(problem, starts))
    assert solution.converged.all()
    errors = curvature(problem, solution.working).covariance.diagonal(dim1=1, dim2=2).sqrt()
    times = student_t_quantile(0.975, n - len(LAWS[key].names))
    truth = setup.working(theta_of(key))
    covered = within(solution.working - times * errors, solution.working + times * errors, truth)
    assert (covered >= 0.90).all(), covered
    assert (covered <= 0.99).all(), covered


@pytest.mark.parametrize("resampling", ["pairs", "residuals"])
def test_bootstrap_intervals_cover_the_truth(resampling):
    key, n, drawn = "power", 60, 199
    setup, problem, starts = simulated_at_once(key, n, 0.01)
    solution = result_of(solving(problem, starts))
    generator = torch.Generator().manual_seed(3)
    rows = torch.arange(SEEDS).repeat_interleave(drawn)
    picked = torch.randint(0, n, (len(rows), n), generator=generator)
    if resampling == "pairs":
        weights = torch.zeros(len(rows), n, dtype=torch.float64)
        weights.scatter_add_(1, picked, torch.ones_like(weights))
        again = replace(problem, targets=problem.targets[rows], weights=weights)
    else:
        curve = problem.law.expand(solution.working, problem.logs).log
        errors = problem.targets - curve
        kept = errors.gather(1, errors.abs().argsort(dim=1)[:, 3:])  # as in the module
        again = torch.randint(0, n - 3, (len(rows), n), generator=generator)
        targets = curve[rows] + kept[rows].gather(1, again)
        again = replace(problem, targets=targets)
    replicas = result_of(solving(again, solution.working[rows])).working
    replicas = replicas.reshape(SEEDS, drawn, -1)
    ends = torch.quantile(replicas, torch.tensor([0.025, 0.975], dtype=torch.float64), dim=1)
    covered = within(ends[0], ends[1], setup.working(theta_of(key)))
    assert (covered >= 0.90).all(), covered
    assert (covered <= 0.98).all(), covered


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "n", "noise"),
    [
        ("chinchilla", 60, 0.005),
        ("tied", 60, 0.005),
        ("kaplan", 60, 0.005),
        ("broken_power", 80, 0.01),
        ("quanta", 80, 0.01),
    ],
)
def test_the_whole_way_from_points_to_intervals_covers_the_truth(key, n, noise):
    """Starts, refits and percentiles together; BENCHMARKS.md has the figures of more seeds."""
    seeds, covered = 60, dict.fromkeys(TRUTH[key], 0)
    for seed in range(seeds):
        got = fit(key, simulate(key, n, noise, seed))
        for name, interval in parameter_intervals(bootstrap(got, 200, seed=seed)).items():
            covered[name] += interval.low <= TRUTH[key][name] <= interval.high
    assert all(0.85 * seeds <= count for count in covered.values()), covered


def test_recovery_is_unbiased_over_many_seeds():
    setup, problem, starts = simulated_at_once("chinchilla", 240, 0.005)
    working = result_of(solving(problem, starts)).working
    error = (working - setup.working(theta_of("chinchilla"))).mean(dim=0)
    assert (error.abs() < 4 * working.std(dim=0) / SEEDS**0.5).all()


def test_predictions_of_new_runs_cover_them():
    covered, total = 0, 0
    for seed in range(8):
        data = simulate("power", 60, 0.01, seed)
        replicas = bootstrap(fit("power", data), 200, seed=seed)
        again = simulate("power", 60, 0.01, 100 + seed)
        found = prediction_band(replicas, data, of="observation")
        curve = prediction_band(replicas, data)
        assert (curve.high - curve.low < found.high - found.low).all()
        covered += int(((found.low <= again["loss"]) & (again["loss"] <= found.high)).sum())
        total += 60
    assert 0.90 <= covered / total <= 0.985


# --- the parts -----------------------------------------------------------------------------------


def test_percentiles_are_numpys_and_bca_is_scipys():
    data = simulate("power", 40, 0.02)
    got = fit("power", data)
    replicas, left_out = bootstrap(got, 400), jackknife(got)
    plain = band(replicas, lambda theta: theta)
    expected = np.quantile(replicas.parameters.numpy(), [0.025, 0.975], axis=0)
    assert plain.low.tolist() == pytest.approx(expected[0].tolist())
    assert plain.high.tolist() == pytest.approx(expected[1].tolist())
    # scipy's formula for the acceleration and the bias, with our replicas
    found = parameter_intervals(replicas, method="bca", left_out=left_out)["alpha"]
    values, jack = replicas.parameters[:, 2].numpy(), left_out.parameters[:, 2].numpy()
    bias = scipy.stats.norm.ppf((values < got.parameters["alpha"]).mean())
    off = jack.mean() - jack
    skew = (off**3).sum() / (6 * (off**2).sum() ** 1.5)
    for place, end in ((0.025, found.low), (0.975, found.high)):
        z = bias + scipy.stats.norm.ppf(place)
        moved = scipy.stats.norm.cdf(bias + z / (1 - skew * z))
        assert end == pytest.approx(np.quantile(values, moved), rel=1e-9)


def test_the_jackknife_is_a_fit_without_each_point():
    data = simulate("chinchilla", 30, 0.01)
    got = jackknife(fit("chinchilla", data))
    assert got.left_out == tuple((row,) for row in range(30))
    for row in (0, 17):
        rest = {n: torch.cat([c[:row], c[row + 1 :]]) for n, c in data.items()}
        expected = list(fit("chinchilla", rest).parameters.values())
        assert got.parameters[row].tolist() == pytest.approx(expected, rel=1e-5)


def test_a_replica_is_a_fit_to_drawn_points():
    data = simulate("power", 30, 0.02)
    replicas = bootstrap(fit("power", data), 5, seed=11)
    drawn = torch.randint(0, 30, (5, 30), generator=torch.Generator().manual_seed(11))
    for row in range(5):
        again = fit("power", {name: column[drawn[row]] for name, column in data.items()})
        assert replicas.objective[row].item() == pytest.approx(again.objective, rel=1e-9)


def test_drawn_errors_are_none_through_which_the_curve_was_laid():
    got = fit("power", simulate("power", 30, 0.02))
    nearest = got.residuals.abs().sort().values
    assert nearest[2] < 0.1 * nearest[3:].median()  # three parameters
    problem = _residuals(got, 50, torch.Generator().manual_seed(0))
    errors = (problem.targets - got.setup.problem.targets + got.residuals).abs()
    assert errors.min() == pytest.approx(nearest[3].item(), abs=1e-12)
    plain = fit("power", simulate("power", 30, 0.02), "log_squares")
    problem = _residuals(plain, 50, torch.Generator().manual_seed(0))
    errors = (problem.targets - plain.setup.problem.targets + plain.residuals).abs()
    largest = plain.residuals.abs().max().item()
    assert errors.max().item() == pytest.approx((30 / 27) ** 0.5 * largest, abs=1e-12)


def test_the_same_seed_gives_the_same_replicas_and_another_does_not():
    got = fit("power", simulate("power", 30, 0.02))
    first, second, other = (bootstrap(got, 100, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.parameters, second.parameters)
    assert not torch.equal(first.parameters, other.parameters)


def test_replicas_come_in_pieces_on_the_registry(registry: Registry):
    got = fit("power", simulate("power", 30, 0.02))
    work = bootstrapping(got, 120, run=registry.run)
    done = []
    while True:
        try:
            done.append(next(work).done)
        except StopIteration as stop:
            replicas = stop.value
            break
    assert torch.equal(replicas.parameters, bootstrap(got, 120).parameters)
    assert done == sorted(done)
    assert max(done) <= 120


@pytest.mark.parametrize("objective", ["huber_log", "log_squares", "squares"])
def test_the_profile_is_least_at_the_fit_and_agrees_with_the_covariance(objective):
    got = fit("chinchilla", simulate("chinchilla", 200, 0.003), objective)
    normal = normal_intervals(got)
    for name, found in profile(got).items():
        width = normal[name].width
        assert found.interval.low == pytest.approx(normal[name].low, abs=0.15 * width), name
        assert found.interval.high == pytest.approx(normal[name].high, abs=0.15 * width), name
        assert found.interval.low < got.parameters[name] < found.interval.high


def test_a_profiles_end_is_where_a_fit_with_the_parameter_held_says():
    data = simulate("power", 60, 0.01)
    got = fit("power", data, "log_squares")
    found = profile(got)["alpha"]
    ends = [found.interval.low, found.interval.high]
    rises = [fit("power", data, "log_squares", fixed={"alpha": end}).objective for end in ends]
    assert rises[0] - got.objective == pytest.approx(rises[1] - got.objective, rel=0.02)


def test_a_profile_without_an_end_is_open():
    """E is anything from nought on where the curve still falls steeply."""
    data = simulate("power", 8, 0.05)
    data["x"] = data["x"][:8] ** 0.25
    got = fit("power", data, fixed={"alpha": 0.3})
    found = profile(got)
    assert "alpha" not in found
    assert found["E"].interval.low >= 0


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 30, 235, 400, 401, 50_000])
def test_students_quantiles_are_scipys(degrees):
    for probability in (0.6, 0.975, 0.999):
        expected = scipy.stats.t.ppf(probability, degrees)
        assert student_t_quantile(probability, degrees) == pytest.approx(expected, rel=1e-5)


def test_kaplans_exponents_minimise_the_loss():
    law, theta = LAWS["kaplan"], theta_of("kaplan")
    a, b = compute_exponents(law, theta).tolist()
    best = []
    for compute in (1e20, 1e24):
        n = torch.logspace(6, 14, 40_001, dtype=torch.float64)
        losses = law.predict(theta, torch.stack([n, compute / 6 / n], dim=1))
        best.append(n[losses.argmin()].item())
    assert np.log(best[1] / best[0]) / np.log(1e4) == pytest.approx(a, abs=1e-3)
    assert a + b == pytest.approx(1)
    assert compute_exponents(LAWS["tied"], theta_of("tied")).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda f: bootstrap(f, 1), "few_replicas"),
        (lambda f: bootstrap(f, 10, "points"), "unknown_resampling"),
        (lambda f: parameter_intervals(bootstrap(f, 10), level=95), "bad_level"),
        (lambda f: parameter_intervals(bootstrap(f, 10), method="bca"), "no_jackknife"),
        (lambda f: parameter_intervals(bootstrap(f, 10), method="normal"), "unknown_method"),
        (lambda f: exponent_intervals(bootstrap(f, 10)), "no_trade"),
        (lambda f: profile(f, level=0), "bad_level"),
    ],
)
def test_bad_requests_are_a_sentence(call, key):
    got = fit("power", simulate("power", 20, 0.01))
    with pytest.raises(InputProblem) as caught:
        call(got)
    assert caught.value.key == f"scaling.check.{key}"
    assert caught.value.sentence("zh")


def test_an_interval_knows_its_width():
    assert Interval(1.0, 3.0, 0.95).width == 2.0
    assert set(TRUTH) == set(LAWS)
    assert set(sizes("chinchilla", 3)) == {"N", "D"}
