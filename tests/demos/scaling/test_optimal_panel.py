"""Compute-optimal: budgets as typed, the path and its intervals, tables, figures, endpoint."""

from __future__ import annotations

import csv
import json
from typing import Any

import gradio as gr
import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.frame.steps import directly
from demos.scaling.claims import CLAIMS, PF_DAY
from demos.scaling.frontier import closed_frontier
from demos.scaling.optimal import figures, results
from demos.scaling.optimal.allocation import Fitted, path_of
from demos.scaling.optimal.asked import DEFAULT_BUDGETS, read_budgets, read_factor
from demos.scaling.optimal.endpoint import frontier_of
from demos.scaling.optimal.panel import FrontierPanel
from demos.scaling.optimal.view import View, view_of
from demos.scaling.published import PUBLISHED
from demos.scaling.simulated import TRUTH, example
from tests.demos.scaling.answered import REQUEST, answered, desk_with, known

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
BUDGETS = np.geomspace(1e19, 1e24, 6)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1e21", (1e21,)),
        ("5.76 x 10^23 FLOP; 1e21", (5.76e23, 1e21)),
        ("1e3 PF-days", (1e3 * PF_DAY,)),
        ("10^22\n10^22", (1e22,)),
        ("1E21，2e21", (1e21, 2e21)),
    ],
)
def test_budgets_are_read_as_people_type_them(typed: str, expected: tuple[float, ...]) -> None:
    assert read_budgets(typed) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (" ", "no_budget"),
        ("much", "bad_budget"),
        ("1e21 dollars", "bad_budget"),
        ("-1e21", "bad_budget"),
        ("nan", "bad_budget"),
        ("1e99", "far_budget"),
        ("1", "far_budget"),
        (",".join(f"{n}e20" for n in range(1, 20)), "many_budgets"),
        ("1" * 2_000, "many_budgets"),
    ],
)
def test_what_is_no_budget_is_said(typed: str, key: str) -> None:
    with pytest.raises(InputProblem) as problem:
        read_budgets(typed)
    assert problem.value.key == f"scaling.optimal.{key}"
    assert problem.value.sentence("zh") != problem.value.sentence("en")


@pytest.mark.parametrize("typed", ["", "six", "0", "-6", "nan", "1e9"])
def test_a_factor_is_a_sensible_number(typed: str) -> None:
    with pytest.raises(InputProblem):
        read_factor(typed)
    assert read_factor(" 6 ") == 6


@pytest.mark.parametrize("key", ["chinchilla", "tied", "kaplan"])
def test_whole_bootstraps_agree_with_the_closed_form(key: str) -> None:
    """Replicas that are all one parameter set have that set's frontier at both ends."""
    answer = answered(law=key)
    theta = np.array([list(answer.fit.parameters.values())])
    path = path_of(Fitted(key, answer.fit.parameters, np.repeat(theta, 5, 0)), BUDGETS, 6.0)
    best = closed_frontier(key, answer.fit.parameters, BUDGETS)
    for ends, values in (
        (path.parameters, best.parameters),
        (path.tokens, best.tokens),
        (path.ratio, best.tokens_per_parameter),
        (path.loss, best.loss),
    ):
        assert ends is not None
        for end in ends:
            np.testing.assert_allclose(end, values, rtol=1e-9)


def test_contours_are_where_the_loss_is() -> None:
    form = Fitted(
        "chinchilla", {name: TRUTH[name] for name in ("E", "A", "B", "alpha", "beta")}
    ).form
    curve = form.contour(2.5, (1e12, 1e14), 50)
    assert curve is not None
    n, d = curve
    loss = TRUTH["E"] + TRUTH["A"] / n ** TRUTH["alpha"] + TRUTH["B"] / d ** TRUTH["beta"]
    np.testing.assert_allclose(loss, 2.5, rtol=1e-12)
    assert form.contour(1.0, (1e12, 1e14), 50) is None  # below the floor


@pytest.fixture(scope="module")
def view() -> View:
    return view_of(answered(), DEFAULT_BUDGETS, 6.0)


def test_intervals_hold_the_truth_of_the_example(view: View) -> None:
    truth = closed_frontier("chinchilla", TRUTH, view.budgets)
    assert view.table.parameters is not None
    low, high = view.table.parameters
    assert ((low < truth.parameters) & (truth.parameters < high)).all()
    assert view.exponents["a"].low < 0.3672 / (0.3473 + 0.3672) < view.exponents["a"].high


def test_far_budgets_are_named() -> None:
    view = view_of(answered(), (1e21, 1e26), 6.0)
    assert view.far.tolist() == [False, True]
    assert "1e26" in results.reading(view, "en")[-1]


@LANGUAGES
def test_what_is_shown_says_what_was_found(view: View, language: Any) -> None:
    for figure in (figures.contour_figure(view, language), figures.ratio_figure(view, language)):
        assert len(json.dumps(figure.to_plotly_json(), default=str)) < 600_000
        assert figure.data
    tables = [
        results.budgets_html(view, language),
        results.claims_html(view, language),
        results.exponents_html(view, language),
    ]
    assert all("nan" not in table and "<table" in table for table in tables)
    assert ".73" in tables[2]


def test_papers_are_recomputed(view: View) -> None:
    claims = {claim.key: claim for claim in CLAIMS}
    besiroglu = claims["besiroglu"].exponents
    assert besiroglu == pytest.approx((0.514, 0.486), abs=1e-3)
    found = claims["hoffmann_3"].exponents
    assert found is not None
    assert found[0] == pytest.approx(0.46, abs=0.01)
    n, d = claims["kaplan"].optimum(BUDGETS, 6.0)
    np.testing.assert_allclose(np.diff(np.log(n)) / np.diff(np.log(BUDGETS)), 0.73, atol=0.01)
    assert (d > 0).all()


def test_the_file_has_a_row_a_budget_and_source(view: View) -> None:
    with open(results.budgets_file(view), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(DEFAULT_BUDGETS) * (1 + len(CLAIMS))
    mine = rows[0]
    assert float(mine["n_low"]) < float(mine["n"]) < float(mine["n_high"])


# --- the panel's refusals ------------------------------------------------------------------------


def test_refused_and_one_variable_fits_have_no_frontier() -> None:
    assert "one" in results.refusal_of(answered(law="power", x="C"), "en")[0].lower()
    ray = answered("one-ray")
    assert ray.verdict.status == "refused"
    assert len(results.refusal_of(ray, "zh")) >= 2


def test_the_panel_draws_once_and_keeps_quiet_before(panel: FrontierPanel) -> None:
    asked = ("1e21", "6")
    assert panel.on_question(False, None, None, *asked, REQUEST) == {panel.shown: gr.skip()}
    nothing = panel.on_question(True, None, None, *asked, REQUEST)
    assert nothing[panel.note]
    question = answered().question
    known(panel.desk, answered())
    drawn = panel.on_question(True, question, None, *asked, REQUEST)
    assert drawn[panel.plane].data
    again = panel.on_question(True, question, drawn[panel.shown], *asked, REQUEST)
    assert set(again) == {panel.shown}
    slip = panel.on_question(True, question, drawn[panel.shown], "x", "6", REQUEST)
    assert set(slip) == {panel.shown}  # what was drawn stays
    checks = panel.check(True, question, None, "x", "0", REQUEST)
    assert [check["is_valid"] for check in checks] == [True, True, True, False, False]


@pytest.fixture
def panel() -> FrontierPanel:
    return desk_with(FrontierPanel)


# --- the endpoint --------------------------------------------------------------------------------


def test_the_endpoint_takes_published_laws_parameters_and_columns() -> None:
    law = PUBLISHED["besiroglu-2024"]
    named = frontier_of(directly, law.key, {}, [5.76e23], 6, {})
    given = frontier_of(directly, "chinchilla", dict(law.parameters), ["5.76e23"], 6, {})
    assert named["budgets"] == given["budgets"]
    assert 60e9 < named["budgets"][0]["n"] < 90e9
    table = {name: column.tolist() for name, column in example("isoflop").columns.items()}
    fitted = frontier_of(directly, "chinchilla", {}, [1e21], 6, table)
    row = fitted["budgets"][0]
    assert row["n_interval"][0] < row["n"] < row["n_interval"][1]
    assert fitted["exponents"]["a_interval"][0] < 0.514 < fitted["exponents"]["a_interval"][1]
    json.dumps(fitted, allow_nan=False)


def test_the_endpoint_refuses_without_numbers() -> None:
    table = {name: column.tolist() for name, column in example("one-ray").columns.items()}
    refused = frontier_of(directly, "chinchilla", {}, [1e21], 6, table)
    assert (refused["status"], refused["budgets"]) == ("refused", [])
    assert refused["reasons"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("power", {}, [1e21], 6, {}),
        ("chinchilla", {"E": 1}, [1e21], 6, {}),
        ("chinchilla", {"E": 1, "A": -1, "B": 1, "alpha": 1, "beta": 1}, [1e21], 6, {}),
        ("besiroglu-2024", {}, [], 6, {}),
        ("besiroglu-2024", {}, ["x"], 6, {}),
        ("besiroglu-2024", {}, [1e21], 0, {}),
        ("chinchilla", {}, [1e21], 6, {"N": [1.0]}),
        ("chinchilla", {}, [1e21], 6, [1]),
    ],
)
def test_the_endpoint_says_what_is_wrong(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(InputProblem) as problem:
        frontier_of(directly, *arguments)
    assert problem.value.sentence("en").endswith(".")
