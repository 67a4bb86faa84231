"""Quantiles, tails and zeta against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from demos.scaling.distributions import (
    chi_squared_tail,
    hurwitz_zeta,
)
from models.statistics import student_t_cdf, student_t_quantile


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 17, 30, 101, 240])
def test_students_t_is_scipys(freedom: int) -> None:
    for t in (-40.0, -3.0, -0.2, 0.0, 0.7, 2.1, 12.0):
        assert student_t_cdf(t, freedom) == pytest.approx(stats.t.cdf(t, freedom), abs=1e-13)
    for p in (0.005, 0.1, 0.5, 0.9, 0.975, 0.9995):
        assert student_t_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), abs=1e-7)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 12])
def test_chi_squared_is_scipys(freedom: int) -> None:
    for x in (0.0, 0.1, 1.0, 3.84, 9.0, 50.0, 1000.0):
        expected = stats.chi2.sf(x, freedom)
        assert chi_squared_tail(x, freedom) == pytest.approx(expected, rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("s", [1.01, 1.083, 1.4, 2.0, 3.5])
def test_zeta_is_scipys(s: float) -> None:
    q = np.array([0.5, 1.0, 1.5, 7.0, 101.0, 1e6, 1e12])
    np.testing.assert_allclose(hurwitz_zeta(s, q), special.zeta(s, q), rtol=2e-15 * 100)


def test_what_has_no_value_is_refused() -> None:
    with pytest.raises(ValueError, match="freedom"):
        student_t_cdf(1.0, 0)
    with pytest.raises(ValueError, match="freedom"):
        chi_squared_tail(1.0, 0)
    with pytest.raises(ValueError, match="probability"):
        student_t_quantile(1.0, 3)
    with pytest.raises(ValueError, match="zeta"):
        hurwitz_zeta(1.0, np.array([1.0]))
