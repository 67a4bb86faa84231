"""IsoFLOP: parabolas of chosen points, refused budgets, approach 3 beside, figures, file."""

from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.scaling.budgets import figures, results
from demos.scaling.budgets.panel import IsoFlopPanel
from demos.scaling.budgets.view import View, check_width, view_of
from demos.scaling.loss_file import LossTable
from demos.scaling.sources import Bundled, Chosen, Limits, Points, Tables
from tests.demos.scaling.answered import ISOFLOP, REQUEST, answered, desk_with, known

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


@pytest.mark.parametrize(
    ("columns", "sentence"), [(("loss", "N"), "have no C"), (("loss",), "have no N, C")]
)
def test_a_missing_column_is_named(columns: tuple[str, ...], sentence: str) -> None:
    points = Tables().points(ISOFLOP)
    kept = {name: points.table.columns[name] for name in columns}
    bare = Points(LossTable("", kept, None, points.table.lines), points.kept)
    with pytest.raises(InputProblem, match=sentence):
        view_of(ISOFLOP, bare, 0.1, None)


def test_many_points_in_a_budget_are_thinned() -> None:
    n, c = np.geomspace(1e8, 1e10, 30_000), np.repeat([1e20, 1e21, 1e22], 10_000)
    columns = {"N": n, "C": c, "loss": 2 + 0.1 * np.log(n / 1e9) ** 2}
    table = LossTable("many", columns, None, np.arange(30_000))
    view = view_of(ISOFLOP, Points(table, np.ones(30_000, dtype=bool)), 0.1, None)
    figure = figures.parabolas_figure(view, "en")
    assert sum(len(trace.x) for trace in figure.data) < 2_000


def test_two_budgets_have_an_exponent_without_interval() -> None:
    view = seen(Chosen(Bundled("isoflop"), (Limits("C", None, 2e19),)))
    assert len(view.usable) == 2
    assert "no interval for it" in " ".join(results.reading(view, "en"))
    assert "nan" not in results.exponents_html(view, "en")


def test_the_panel_draws_once_and_says_why_there_is_nothing() -> None:
    panel = desk_with(IsoFlopPanel)
    known(panel.desk, answered())
    question = answered().question
    assert set(panel.on_points(False, ISOFLOP, None, None, 0.1, REQUEST)) == {panel.shown}
    drawn = panel.on_points(True, ISOFLOP, question, None, 0.1, REQUEST)
    assert "(approach 3)" in drawn[panel.reading]
    shown = drawn[panel.shown]
    for width in (0.1, None):  # the same; a slip, with which what was drawn stays
        assert set(panel.on_points(True, ISOFLOP, question, shown, width, REQUEST)) == {panel.shown}
    ray = Chosen(Bundled("one-ray"), left_out=(0, 3, 6, 9, 12))
    nothing = panel.on_points(True, ray, None, None, 0.01, REQUEST)
    assert "No three runs have the same compute" in nothing[panel.note]
    checks = panel.check(True, ray, None, None, "wide", REQUEST)
    assert [check["is_valid"] for check in checks] == [True, True, True, True, False]


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
