"""The fit's panel: what is shown, intervals, predictions, the snippet, endpoints."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.frame.steps import directly
from demos.scaling.answers import Answer
from demos.scaling.fitted import asked, figures, results
from demos.scaling.fitted.curves import View, axes_of, drawing_of, marks_of
from demos.scaling.fitted.endpoint import make_scaling_fit, make_scaling_predict
from demos.scaling.fitted.intervals import METHODS
from demos.scaling.fitted.lesson import lesson_html, lesson_of
from demos.scaling.fitted.panel import FitPanel
from demos.scaling.fitted.reading import predicted, read_size, reading_of
from demos.scaling.fitted.snippet import snippet_of
from demos.scaling.published import PUBLISHED
from demos.scaling.simulated import example
from tests.demos.scaling.answered import (
    ISOFLOP,
    REGISTRY,
    REQUEST,
    answered,
    desk_with,
    known,
    last,
)
from tests.demos.scaling.simulated import chinchilla

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
LOOK = ("N", "10", "curve", True, "size")
CASES = [("isoflop", "chinchilla", ""), ("isoflop", "tied", ""), ("isoflop", "kaplan", "")]
CASES += [("isoflop", "power", "C"), ("histories", "quanta", "N"), ("one-ray", "chinchilla", "")]
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case[:2]))


# --- what is shown --------------------------------------------------------------------------------


@LANGUAGES
@EVERY
def test_every_law_is_drawn_and_told(case: tuple[str, str, str], language: Any) -> None:
    answer = answered(*case)
    for axis in axes_of(answer.law):
        view = View(axis, 30.0, "observation", True, "run")
        drawing, marks = drawing_of(answer, view, directly), marks_of(answer, axis)
        for draw in (figures.loss_figure, figures.residual_figure):
            figure = draw(drawing, marks, view, answer, language)
            assert len(json.dumps(figure.to_plotly_json(), default=str)) < 400_000
    panel = desk_with(FitPanel)
    intervals = panel.found.kept(answer, "normal")
    assert intervals is not None
    table = results.table_html(answer, intervals, language)
    assert table.count("<tr>") >= len(answer.law.parameters) + 1
    assert "nan" not in table
    assert answer.verdict.status in results.verdict_html(answer, language)
    if answer.verdict.status != "refused":
        assert results.reading_sentences(answer, reading_of(answer), language)


def test_published_values_and_the_truth_stand_beside() -> None:
    answer = answered()
    panel = desk_with(FitPanel)
    intervals = panel.found.kept(answer, "percentile")
    assert intervals is not None
    table = results.table_html(answer, intervals, "en")
    for expected in ("Hoffmann et al. 2022", "Besiroglu et al. 2024", "0.3473", "406.4", "0.5139"):
        assert expected in table


def test_doubling_data_lowers_its_term_by_what_its_exponent_says() -> None:
    answer = answered()
    share = reading_of(answer).doubling["D"]
    assert share.value == pytest.approx(1 - 2 ** -answer.fit.parameters["beta"])
    assert share.low < share.value < share.high
    said = " ".join(results.reading_sentences(answer, reading_of(answer), "en"))
    assert f"{100 * share.value:.3g}" in said


def test_names_of_runs_are_text() -> None:
    answer = answered("histories", "quanta", "N")
    table = answer.points.table
    runs = tuple("<script>alert(1)</script>" for _ in range(len(table)))
    points = replace(answer.points, table=replace(table, runs=runs))
    bad = replace(answer, points=points)
    view = View("x", 10.0, "curve", False, "run")
    marks = marks_of(bad, "x")
    figure = figures.loss_figure(drawing_of(bad, view, directly), marks, view, bad, "en")
    assert "<script" not in json.dumps(figure.to_plotly_json(), default=str)


# --- the panel ------------------------------------------------------------------------------------


@pytest.fixture
def panel() -> FitPanel:
    return desk_with(FitPanel)


def drawn(panel: FitPanel, answer: Answer) -> Any:
    known(panel.desk, answer)
    return panel.on_question(True, answer.question, None, "percentile", *LOOK, REQUEST)


def test_it_draws_once_and_waits_before(panel: FitPanel) -> None:
    closed = panel.on_question(False, None, None, "percentile", *LOOK, REQUEST)
    assert closed == {panel.shown: gr.skip()}
    assert panel.on_question(True, None, None, "percentile", *LOOK, REQUEST)[panel.note]
    shown = drawn(panel, answered())
    assert shown[panel.loss].data
    assert "def loss(N, D)" in shown[panel.code]
    again = panel.on_question(
        True, answered().question, shown[panel.shown], "percentile", *LOOK, REQUEST
    )
    assert set(again) == {panel.shown}


def test_a_refused_fit_has_no_conclusions(panel: FitPanel) -> None:
    shown = drawn(panel, answered("one-ray"))
    assert "kl-refused" in shown[panel.note]
    assert panel.reading not in shown
    assert shown[panel.words]["visible"] is False


def test_a_law_in_one_variable_names_its_column(panel: FitPanel) -> None:
    shown = drawn(panel, answered("isoflop", "power", "C"))
    assert shown[panel.axis]["choices"] == [("C", "x")]
    look = panel.on_look(shown[panel.shown], "N", "5", "none", False, "size", REQUEST)
    assert look[panel.loss].data


@pytest.mark.parametrize("method", METHODS)
def test_intervals_by_every_method_hold_the_value(panel: FitPanel, method: Any) -> None:
    shown = drawn(panel, answered())
    updates = last(panel.on_method(shown[panel.shown], method, REQUEST))
    with open(updates[panel.csv]["value"], encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"E", "A", "B", "alpha", "beta", "a", "b"}
    for row in rows.values():
        assert float(row["low"]) < float(row["value"]) < float(row["high"])


def test_cancelled_intervals_go_back_to_those_that_cost_nothing(panel: FitPanel) -> None:
    shown = drawn(panel, answered())
    stopped = panel.on_stopped(shown[panel.shown], REQUEST)
    assert stopped[panel.method] == METHODS[0]
    assert stopped[panel.table] == shown[panel.table]


def test_a_size_is_predicted_and_a_slip_is_said(panel: FitPanel) -> None:
    shown = drawn(panel, answered())[panel.shown]
    said = panel.on_predict(shown, "70B", "1.4e12", "", REQUEST)
    assert "70.0B" in said
    assert "kl-warning" in panel.on_predict(shown, "70T", "1.4e15", "", REQUEST)
    checks = panel.check_sizes(shown, "much", "-1", "", REQUEST)
    assert [check["is_valid"] for check in checks] == [True, False, False, True]


def test_a_new_run_is_less_certain_than_the_law() -> None:
    found = predicted(answered(), {"N": 1e9, "D": 2e10})
    assert found.run.low < found.curve.low < found.curve.value < found.curve.high < found.run.high


@pytest.mark.parametrize("cell", ["", None, "0", "-5", "nan", "inf", "1e999", "<b>"])
def test_what_is_no_size_is_said(cell: Any) -> None:
    with pytest.raises(InputProblem):
        read_size(cell)


def test_other_options_are_another_question(panel: FitPanel) -> None:
    options = ("log_squares", "", "residuals", 200, 90, 7)
    shown = last(panel.on_again(ISOFLOP, "chinchilla", "", *options, REQUEST))
    question = shown[panel.desk.question]
    assert (question.objective, question.resampling, question.level) == (
        "log_squares",
        "residuals",
        0.9,
    )
    assert panel.desk.on_difference(question, ISOFLOP, "chinchilla", "", REQUEST) == ""
    assert panel.desk.on_difference(question, ISOFLOP, "tied", "", REQUEST)


@pytest.mark.parametrize(
    ("place", "options"),
    [
        (3, ("best", "1e-3", "pairs", 200, 95, 0)),
        (4, ("huber_log", "0", "pairs", 200, 95, 0)),
        (5, ("huber_log", "1e-3", "all", 200, 95, 0)),
        (6, ("huber_log", "1e-3", "pairs", 10, 95, 0)),
        (7, ("huber_log", "1e-3", "pairs", 200, 100, 0)),
        (8, ("huber_log", "1e-3", "pairs", 200, 95, 0.5)),
    ],
)
def test_an_option_that_means_nothing_is_said_at_its_field(
    panel: FitPanel, place: int, options: Any
) -> None:
    checks = panel.check_options(ISOFLOP, "chinchilla", "", *options, REQUEST)
    assert [at for at, check in enumerate(checks) if not check["is_valid"]] == [place]
    with pytest.raises(InputProblem):
        asked.with_options(answered().question, *options)


# --- lesson and snippet ---------------------------------------------------------------------------


def test_the_lesson_is_on_the_points_shown_or_says_that_it_is_not() -> None:
    own = lesson_of(answered(), directly)
    assert own.own
    assert own.found.mean.objective >= own.found.total.objective
    assert "837" in lesson_html(own, "en")
    other = lesson_of(answered("one-ray"), directly)
    assert lesson_html(other, "zh")


@EVERY
def test_the_snippet_runs_and_predicts_as_the_fit(case: tuple[str, str, str]) -> None:
    answer = answered(*case)
    space: dict[str, Any] = {}
    exec(compile(snippet_of(answer), "snippet", "exec"), space)
    sizes = {name: answer.columns[name] for name in answer.law.inputs}
    np.testing.assert_allclose(space["loss"](**sizes), answer.fit.predict(sizes).numpy(), rtol=1e-9)


# --- endpoints ------------------------------------------------------------------------------------


def fit_endpoint(**given: Any) -> Any:
    return make_scaling_fit(REGISTRY)(**given)


def test_chinchillas_points_through_the_endpoint(data_folder: Path) -> None:
    found = fit_endpoint(columns=chinchilla(data_folder), law="chinchilla", replicas=200)
    assert found["objective"] == pytest.approx(0.0010182740, abs=1e-9)
    for name, value in PUBLISHED["besiroglu-2024"].parameters.items():
        assert found["parameters"][name] == pytest.approx(value, rel=2e-3)
    json.dumps(found, allow_nan=False)


def test_text_is_fitted_as_columns_are() -> None:
    table = example("isoflop").columns
    text = "N,D,loss\n" + "\n".join(
        f"{n!r},{d!r},{loss!r}"
        for n, d, loss in zip(*(table[name].tolist() for name in ("N", "D", "loss")), strict=True)
    )
    columns = {name: column.tolist() for name, column in table.items()}
    one = fit_endpoint(csv=text, law="tied", replicas=200)
    two = fit_endpoint(columns=columns, law="tied", replicas=200)
    assert one["parameters"] == pytest.approx(two["parameters"], rel=1e-6)
    assert one["intervals"].keys() == one["parameters"].keys()


def test_predictions_from_parameters_and_from_points() -> None:
    predict = make_scaling_predict(REGISTRY)
    law = PUBLISHED["besiroglu-2024"]
    given = predict(
        law="chinchilla", parameters=dict(law.parameters), sizes={"N": [70e9], "D": [1.4e12]}
    )
    assert given["losses"][0] == pytest.approx(1.97, abs=0.03)
    columns = {name: column.tolist() for name, column in example("isoflop").columns.items()}
    fitted = predict(
        law="chinchilla", columns=columns, sizes={"N": [1e9], "D": [2e10]}, replicas=200
    )
    json.dumps(fitted, allow_nan=False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "no data"),
        ({"columns": {"N": [1.0], "loss": [1.0]}}, "D"),
        ({"csv": "a,b\nc,d\n"}, "."),
        ({"csv": "N,D,loss\n1e8,1e9,3\n2e8,1e9,2.9\n4e8,2e9,2.7\n"}, "points"),
        ({"columns": {"N": [1.0] * 9, "D": [1.0] * 9, "loss": [2.0] * 9}}, "."),
        ({"columns": {"x": [1.0]}, "law": "best"}, "best"),
        ({"columns": {"N": [-1.0] * 9, "D": [1.0] * 9, "loss": [2.0] * 9}}, "."),
        ({"columns": {"N": ["=1+1"] * 9, "D": [1.0] * 9, "loss": [2.0] * 9}}, "."),
    ],
)
def test_bad_input_is_one_sentence(given: Any, words: str) -> None:
    with pytest.raises(gr.Error) as error:
        fit_endpoint(**given)
    assert words in error.value.message
    assert "Traceback" not in error.value.message
