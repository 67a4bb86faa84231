"""Quanta against direct sums; exponents as they are measured from the curves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from demos.frame.errors import InputProblem
from demos.scaling import quanta
from demos.scaling.quanta import Losses


def direct_frequencies(a: float, count: int, shift: float = 0.0) -> quanta.FloatArray:
    weights = (np.arange(1.0, count + 1) + shift) ** -(a + 1)
    return weights / weights.sum()


# --- the loss after n -----------------------------------------------------------------------------


@pytest.mark.parametrize("a", [0.083, 0.4, 1.0, 2.5])
def test_the_exact_loss_is_the_sum(a: float) -> None:
    n = np.array([0.0, 1, 2, 10, 499])
    p = direct_frequencies(a, 500)
    direct = [p[int(k) :].sum() for k in n]
    np.testing.assert_allclose(quanta.exact_loss(n, a, 500), direct, rtol=1e-10, atol=1e-15)
    endless = special.zeta(a + 1, n + 1) / special.zeta(a + 1)
    np.testing.assert_allclose(quanta.exact_loss(n, a), endless, rtol=1e-13)
    levels = Losses(0.5, 2.5)
    np.testing.assert_allclose(quanta.exact_loss(n, a, losses=levels), 0.5 + 2 * endless)


def test_with_all_learned_the_loss_is_a0() -> None:
    loss = quanta.exact_loss(np.array([500.0, 1e9]), 0.4, 500, Losses(0.3, 1.0))
    assert loss.tolist() == [0.3, 0.3]


@pytest.mark.parametrize("a", [0.083, 0.4, 1.0])
def test_the_integral_from_one_half_is_of_second_order(a: float) -> None:
    n = np.array([10.0, 20.0, 40.0])
    exact = quanta.exact_loss(n, a)
    half = np.abs(quanta.integral_loss(n, a) / exact - 1)
    whole = np.abs(quanta.integral_loss(n, a, start=0.0) / exact - 1)
    assert (half < whole / 50).all()
    assert half[0] / half[2] == pytest.approx(16, rel=0.1)
    assert whole[0] / whole[2] == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize("a", [0.083, 0.4, 1.0])
def test_with_a_number_of_quanta_the_integral_ends_there(a: float) -> None:
    n = np.array([5.0, 50.0, 400.0, 499.0])
    exact = quanta.exact_loss(n, a, 500)
    np.testing.assert_allclose(quanta.integral_loss(n, a, count=500), exact, rtol=5e-3)
    # From n and to count the errors of both ends go the same way.
    whole = quanta.integral_loss(n, a, start=0.0, count=500)
    assert (whole > exact).all()
    assert quanta.integral_loss(np.array([500.0, 900.0]), a, count=500).tolist() == [0.0, 0.0]


# --- spectra --------------------------------------------------------------------------------------


def test_blocks_hold_the_same_quanta_as_a_list() -> None:
    count = 100_000
    for spectrum, weights in (
        (quanta.zipf(0.4, count), direct_frequencies(0.4, count)),
        (quanta.zipf_mandelbrot(0.7, 30.0, count), direct_frequencies(0.7, count, 30.0)),
    ):
        assert len(spectrum.last) < 6_000
        assert spectrum.size.sum() == count == spectrum.count
        n = np.array([0.0, 1, 100, 4096, 20_000, 99_999, count])
        expected = [weights[int(k) :].sum() for k in n]
        np.testing.assert_allclose(spectrum.unlearned_after(n), expected, rtol=2e-5, atol=1e-9)
        ranks = np.array([1.0, 77, 4096, 50_000])
        np.testing.assert_allclose(
            spectrum.frequency_of(ranks), weights[ranks.astype(int) - 1], rtol=1e-2
        )


@pytest.mark.parametrize(
    "spectrum",
    [
        quanta.zipf(0.083),
        quanta.zipf(2.0, 1),
        quanta.zipf(0.4, 4097),
        quanta.zipf_mandelbrot(0.4, 100.0),
        quanta.exponential(0.01),
        quanta.exponential(50.0),
        quanta.exponential(1e-3, 10),
        quanta.uniform(10_000),
        quanta.log_normal(2.0, 20_000),
        quanta.log_normal(0.0, 3),
    ],
)
def test_every_spectrum_sums_to_one_and_descends(spectrum: quanta.Spectrum) -> None:
    assert spectrum.size @ spectrum.frequency + spectrum.beyond == pytest.approx(1, abs=1e-12)
    assert (np.diff(spectrum.frequency) <= 1e-12 * spectrum.frequency[:-1]).all()
    assert spectrum.unlearned_after(np.zeros(1))[0] == pytest.approx(1)


def test_the_other_spectra_against_their_definitions() -> None:
    k = np.arange(10.0)
    weights = np.exp(-0.3 * k)
    np.testing.assert_allclose(quanta.exponential(0.3, 10).frequency, weights / weights.sum())
    scores = stats.norm.isf((k + 0.5) / 10)
    weights = np.exp(1.5 * scores)
    np.testing.assert_allclose(quanta.log_normal(1.5, 10).frequency, weights / weights.sum())


# --- curves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("a", [0.083, 0.4, 0.8])
def test_the_three_exponents_are_measured_from_the_curves(a: float) -> None:
    predicted = quanta.exponents(a)
    spectrum = quanta.zipf(a)
    by_size = quanta.parameters_curve(spectrum, np.geomspace(1, 1e9, 300))
    assert quanta.fitted_exponent(by_size.scale, by_size.loss, 1e3) == pytest.approx(
        predicted.parameters, rel=3e-3
    )
    scale = np.geomspace(10, 1e14, 300)
    for threshold, rule in ((1, "poisson"), (7, "poisson"), (3, "sharp"), (5, "gradual")):
        by_data = quanta.data_curve(spectrum, scale, threshold, rule)  # type: ignore[arg-type]
        assert quanta.fitted_exponent(by_data.scale, by_data.loss, 1e5, 1e12) == pytest.approx(
            predicted.data, rel=3e-3
        )
    assert predicted.steps == predicted.data


def test_pythias_exponent_predicts_that_of_data() -> None:
    assert quanta.exponents(quanta.PYTHIA_EXPONENT).data == pytest.approx(0.0766, abs=5e-5)


def test_the_data_curve_is_the_sum_over_quanta() -> None:
    p = direct_frequencies(0.4, 500)
    samples = np.array([1.0, 30, 1000, 1e5])
    for threshold in (1, 4, 60, 200, 201):
        curve = quanta.data_curve(quanta.zipf(0.4, 500), samples, threshold)
        seldom = stats.poisson.cdf(threshold - 1, samples[:, None] * p)  # [m, k]
        np.testing.assert_allclose(curve.loss, seldom @ p, rtol=1e-9)
        np.testing.assert_allclose(curve.learned, (1 - seldom).sum(axis=1), rtol=1e-9, atol=1e-9)
        sharp = quanta.data_curve(quanta.zipf(0.4, 500), samples, threshold, "sharp")
        unseen = samples[:, None] * p < threshold
        np.testing.assert_allclose(sharp.loss, unseen @ p, rtol=1e-9, atol=1e-12)
        assert (sharp.learned == (~unseen).sum(axis=1)).all()


def test_a_quantum_is_learned_exactly_at_its_threshold() -> None:
    spectrum = quanta.zipf(0.4, 500)
    curve = quanta.data_curve(spectrum, 3 / spectrum.frequency, 3, "sharp")
    assert (curve.learned == np.arange(1, 501)).all()


def test_parameters_hold_whole_quanta() -> None:
    curve = quanta.parameters_curve(quanta.zipf(0.4, 10), np.array([50.0, 100, 250, 5000]), 100.0)
    assert curve.learned.tolist() == [0, 1, 2, 10]
    assert curve.loss[0] == pytest.approx(1)
    assert curve.loss[-1] == 0
    assert math.isnan(curve.slope[-1])


def test_emergence_sums_to_the_curve() -> None:
    spectrum = quanta.zipf(0.4, 200)
    samples = np.geomspace(1, 1e4, 30)
    levels = Losses(0.1, 3.0)
    single = quanta.emergence(spectrum, samples, range(1, 201), 5, losses=levels)  # [r, m]
    assert single.shape == (200, 30)
    curve = quanta.data_curve(spectrum, samples, 5, losses=levels)
    np.testing.assert_allclose(spectrum.frequency @ single, curve.loss, rtol=1e-9)
    assert (np.diff(single, axis=1) <= 1e-12).all()


def test_the_other_spectra_bend_as_they_should() -> None:
    samples = np.geomspace(1e4, 1e9, 60)
    falls = quanta.data_curve(quanta.exponential(0.001), samples, 2).slope
    assert np.allclose(falls[20:], 1, atol=0.01)
    bent = quanta.data_curve(quanta.log_normal(2.0, 1_000_000), samples, 2).slope
    assert (np.diff(bent[5:40]) > 0).all()
    together = quanta.data_curve(quanta.uniform(1_000), np.array([1e3, 2e3, 1e4]), 2, "sharp")
    assert together.learned.tolist() == [0, 1_000, 1_000]


# --- truncation -----------------------------------------------------------------------------------


def test_a_finite_number_steepens_the_local_slope() -> None:
    samples = np.geomspace(1e2, 1e5, 50)
    finite = quanta.data_curve(quanta.zipf(0.4, 500), samples).slope
    endless = quanta.data_curve(quanta.zipf(0.4), samples).slope
    assert (finite > endless).all()
    assert (np.diff(finite)[10:] > 0).all()


def test_truncation_explains_the_sparse_parity_exponent() -> None:
    window = quanta.truncation_window(quanta.PARITY_EXPONENT, quanta.PARITY_TASKS)
    assert window.theory.steps == pytest.approx(0.2857, abs=1e-4)
    by_end = dict(zip(window.learned.tolist(), window.data.tolist(), strict=True))
    assert by_end[250] == pytest.approx(0.401, abs=0.002)
    assert by_end[499] == pytest.approx(0.504, abs=0.002)
    learned = window.explains(quanta.PARITY_MEASURED_STEPS)
    assert learned is not None
    assert 395 <= learned <= 410
    assert window.explains(0.9) is None
    assert (np.diff(window.data) > 0).all()
    # With very many quanta the windows come back to the theory.
    many = quanta.truncation_window(0.4, 1_000_000)
    assert many.data[len(many.data) // 2] == pytest.approx(many.theory.data, rel=0.06)


def test_few_quanta_give_stairs_and_many_a_power_law() -> None:
    curves = quanta.staircase(0.4, (5, 500, 50_000))
    assert len(np.unique(curves[5].loss)) == 5  # none to four learned
    for count, curve in curves.items():
        assert curve.learned[0] == 0
        assert 0 < curve.loss[-1] < 0.3
        assert curve.learned[-1] >= 0.79 * count
    stairs = [np.abs(np.diff(np.log(curve.loss[200:300]))).max() for curve in curves.values()]
    assert stairs[0] > 5 * stairs[1] > 5 * stairs[2]


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: quanta.exponents(0.0), "exponent"),
        (lambda: quanta.zipf(math.nan), "exponent"),
        (lambda: quanta.zipf(0.4, 0), "count"),
        (lambda: quanta.uniform(0), "count"),
        (lambda: quanta.zipf_mandelbrot(0.4, -1.0), "shift"),
        (lambda: quanta.exponential(0.0), "rate"),
        (lambda: quanta.log_normal(-1.0, 10), "spread"),
        (lambda: quanta.data_curve(quanta.zipf(1.0), np.array([1.0]), 0), "threshold"),
        (lambda: quanta.data_curve(quanta.zipf(1.0), np.array([0.0, 1.0])), "scale"),
        (lambda: quanta.data_curve(quanta.zipf(1.0), np.array([2.0, 1.0])), "scale"),
        (lambda: quanta.parameters_curve(quanta.zipf(1.0), np.array([1.0]), 0.0), "each"),
        (lambda: quanta.emergence(quanta.zipf(1.0, 5), np.array([1.0]), [6]), "rank"),
        (lambda: quanta.emergence(quanta.zipf(1.0, 5), np.array([1.0]), []), "rank"),
        (lambda: quanta.staircase(1.0, [1]), "count"),
        (lambda: quanta.truncation_window(1.0, 3), "count"),
        (lambda: quanta.fitted_exponent(np.array([1.0]), np.array([1.0])), "window"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(make: object, key: str) -> None:
    with pytest.raises(InputProblem) as caught:
        make()  # type: ignore[operator]
    assert caught.value.key == f"scaling.quanta.{key}"
    assert str(caught.value).endswith(".")
    assert caught.value.sentence("zh")
