"""IsoFLOP: parabolas of chosen points, refused budgets, approach 3 beside, figures, file."""

from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.scaling.budgets import figures, results
from demos.scaling.budgets.view import View, check_width, view_of
from demos.scaling.sources import Bundled, Chosen, Tables
from tests.demos.scaling.answered import ISOFLOP, answered

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def seen(chosen: Chosen, width: float = 0.1, fitted: bool = False) -> View:
    answer = answered() if fitted else None
    return view_of(chosen, Tables().points(chosen), width, answer)


@pytest.mark.parametrize("width", ["", None, "wide", 0, 0.6, float("nan")])
def test_a_width_is_the_sliders(width: object) -> None:
    with pytest.raises(InputProblem):
        check_width(width)
    assert check_width("0.2") == 0.2


def test_the_example_has_nine_budgets_and_approach_3_beside() -> None:
    view = seen(ISOFLOP, fitted=True)
    assert len(view.usable) == 9
    assert view.found.power is not None
    assert view.fitted is not None
    low, high = view.found.power.interval
    assert low < 0.514 < high
    assert view.fitted.interval.low < view.found.power.exponent < view.fitted.interval.high
    assert len(results.reading(view, "en")) == 4


def test_another_choice_of_points_has_no_approach_3_beside() -> None:
    without = Chosen(Bundled("isoflop"), left_out=(0,))
    view = view_of(without, Tables().points(without), 0.1, answered())
    assert view.fitted is None
    assert len(view.n) == 71


def test_runs_that_share_no_budget_are_said_to_have_none() -> None:
    with pytest.raises(InputProblem):
        seen(Chosen(Bundled("one-ray"), left_out=tuple(n for n in range(15) if n % 3)), 0.01)


def test_budgets_without_a_minimum_are_refused_with_the_reason() -> None:
    view = seen(Chosen(Bundled("data-limited")), 0.5)
    refused = [each for each in view.found.parabolas if each.refusal is not None]
    assert refused
    assert "kl-refused" in results.parabolas_html(view, "en")


@LANGUAGES
@pytest.mark.parametrize("fitted", [True, False])
def test_what_is_shown_is_finite_and_light(language: Any, fitted: bool) -> None:
    view = seen(ISOFLOP, fitted=fitted)
    for figure in (figures.parabolas_figure(view, language), figures.power_figure(view, language)):
        assert len(json.dumps(figure.to_plotly_json(), default=str)) < 400_000
        assert figure.data
    assert "nan" not in results.parabolas_html(view, language)
    assert ".49" in results.exponents_html(view, language)  # Hoffmann's approach 2


def test_the_file_holds_minima_with_intervals() -> None:
    view = seen(ISOFLOP)
    with open(results.parabolas_file(view), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    numbers = [float(value) for value in rows[0].values() if value.replace(".", "").isdigit()]
    assert np.isfinite(numbers).all()
