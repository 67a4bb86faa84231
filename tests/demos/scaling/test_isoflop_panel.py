"""IsoFLOP: what is drawn and said of chosen points, and the panel's handlers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest

from demos.frame.demo import House
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.steps import directly, result_of
from demos.scaling.answers import Answer, Answers, Question
from demos.scaling.budgets import figures, results
from demos.scaling.budgets.panel import IsoFlopPanel
from demos.scaling.budgets.view import View, check_width, view_of
from demos.scaling.desk import Desk
from demos.scaling.isoflop import WIDTH
from demos.scaling.loss_file import LossTable
from demos.scaling.sources import Bundled, Chosen, Limits, Points, Tables
from models.registry import Registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
GRID = Chosen(Bundled("isoflop"))
# Beyond 2e21 only the largest models of the largest budget are left: no minimum there.
CUT = Chosen(Bundled("isoflop"), (Limits("N", None, 1.2e9),))


@pytest.fixture(scope="module")
def answer() -> Answer:
    answers = Answers(cast(Any, SimpleNamespace(run=directly)), Tables())
    return result_of(answers.answering(Question(GRID, "tied", replicas=40)))


def drawn(chosen: Chosen, answer: Answer | None = None, width: float = WIDTH) -> View:
    return view_of(chosen, Tables().points(chosen), width, answer)


def test_the_worked_example_has_nine_minima(answer: Answer) -> None:
    view = drawn(GRID, answer)
    assert (len(view.usable), len(view.found.left_out)) == (9, 0)
    assert view.found.power is not None
    assert view.found.power.exponent == pytest.approx(0.514, abs=0.04)  # the truth
    assert view.fitted is not None
    assert view.fitted.a == pytest.approx(0.5)
    said = results.reading(view, "en")
    assert said[0].startswith("9 of 9 budgets")
    assert "approach 3" in said[-1]


def test_refused_budgets_say_why(answer: Answer) -> None:
    view = drawn(CUT, answer)
    assert view.fitted is None  # fitted to other points
    assert 2 <= len(view.usable) < 9
    table = results.parabolas_html(view, "en")
    assert table.count("kl-refused") == len(view.found.parabolas) - len(view.usable)
    assert "sizes were trained at this budget" in table
    assert "approach 3 is not drawn" in results.reading(view, "en")[-1]


@LANGUAGES
def test_figures_hold_few_numbers(answer: Answer, language: Any) -> None:
    for view in (drawn(GRID, answer), drawn(CUT), drawn(Chosen(Bundled("histories")), None, 0.3)):
        for make in (figures.parabolas_figure, figures.power_figure):
            figure = make(view, language)
            assert sum(len(trace.x) for trace in figure.data) < 2_000
            assert json.dumps(figure.to_plotly_json(), default=lambda array: array.tolist())


def test_many_points_in_one_budget_are_thinned() -> None:
    n = np.geomspace(1e8, 1e10, 30_000)
    c = np.repeat([1e20, 1e21, 1e22], 10_000)
    loss = 2 + 0.1 * np.log(n / 1e9) ** 2
    table = LossTable("many", {"N": n, "C": c, "loss": loss}, None, np.arange(30_000))
    view = view_of(GRID, Points(table, np.ones(30_000, dtype=bool)), WIDTH, None)
    assert len(view.found.parabolas) == 3
    figure = figures.parabolas_figure(view, "en")
    assert sum(len(trace.x) for trace in figure.data) < 2_000


def test_two_budgets_have_an_exponent_without_interval() -> None:
    chosen = Chosen(Bundled("isoflop"), (Limits("C", None, 2e19),))
    view = drawn(chosen)
    assert len(view.usable) == 2
    assert "no interval for it" in " ".join(results.reading(view, "en"))
    assert "nan" not in results.exponents_html(view, "en")


def test_the_file_holds_every_budget() -> None:
    with Path(results.parabolas_file(drawn(CUT))).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(drawn(CUT).found.parabolas)
    assert any(row["refused"] for row in rows)


@pytest.mark.parametrize(
    ("columns", "sentence"), [(("loss", "N"), "have no C"), (("loss",), "have no N, C")]
)
def test_what_is_missing_is_said(columns: tuple[str, ...], sentence: str) -> None:
    points = Tables().points(GRID)
    kept = {name: points.table.columns[name] for name in columns}
    bare = Points(LossTable("", kept, None, points.table.lines), points.kept)
    with pytest.raises(InputProblem, match=sentence):
        view_of(GRID, bare, WIDTH, None)


def test_the_width_is_within_the_slider() -> None:
    assert check_width(0.5) == 0.5
    for bad in (None, "wide", 0, 3):
        with pytest.raises(InputProblem, match="decades"):
            check_width(bad)


# --- the panel ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> Iterator[IsoFlopPanel]:
    with gr.Blocks() as app, gr.Tab("Scaling"):
        desk = Desk(House(registry, app, OwnModels(registry, app)))
        with gr.Tab("IsoFLOP"):
            yield IsoFlopPanel(desk)


def test_the_panel_draws_once(panel: IsoFlopPanel, answer: Answer) -> None:
    panel.desk.answers._kept.put(answer.question, answer)
    call = panel.on_points
    updates = call(True, GRID, answer.question, None, 0.1, cast(Any, None))
    shown = updates[panel.shown]
    assert updates[panel.results]["visible"]
    assert "(approach 3)" in updates[panel.reading]
    again = call(True, GRID, answer.question, shown, 0.1, cast(Any, None))
    assert list(again) == [panel.shown]
    slip = call(True, GRID, answer.question, shown, None, cast(Any, None))
    assert list(slip) == [panel.shown]
    assert len(call(False, GRID, None, None, 0.1, cast(Any, None))) == 1


def test_points_without_budgets_get_a_sentence(panel: IsoFlopPanel) -> None:
    ray = Chosen(Bundled("one-ray"), left_out=(0, 3, 6, 9, 12))
    updates = panel.on_points(True, ray, None, None, 0.01, cast(Any, None))
    assert "No three runs have the same compute" in updates[panel.note]
    assert not updates[panel.results]["visible"]
    verdicts = panel.check(True, ray, None, None, "wide", cast(Any, None))
    assert [verdict["is_valid"] for verdict in verdicts] == [True, True, True, True, False]
