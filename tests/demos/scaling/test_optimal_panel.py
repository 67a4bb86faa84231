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
from demos.scaling.amounts import amount, exponent, flop, ratio
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


def test_amounts_are_written_as_in_the_field() -> None:
    values = [7.01e10, 1.4e12, 9.9996e8, 5.7e9, 999.7, 12.0, 3e15, 4e-5, np.inf, np.nan]
    expected = ["70.1B", "1.40T", "1.00B", "5.70B", "1.00K", "12.0", "3e15", "4e-5", "∞", "?"]
    assert [amount(value) for value in values] == expected
    assert [flop(value) for value in (5.76e23, 1e21, 0.0)] == ["5.76e23", "1e21", "0"]
    assert [ratio(value) for value in (20.0, 0.2681, 1e4)] == ["20.0", "0.268", "10.0K"]
    assert [exponent(value) for value in (0.5139, 1.2, -0.1, 10.0)] == [
        *(".514", "1.200", "-.100", "10.000"),
    ]


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
    assert form.contour(2.5, (1e5, 1e6), 50) is None  # not so small


def test_a_contour_touches_the_line_of_its_compute() -> None:
    for law in (PUBLISHED["besiroglu-2024"], PUBLISHED["kaplan-2020"]):
        form = Fitted(law.law, law.parameters).form
        level = float(form.loss(*form.optimum(np.array([1e21]), 6.0))[0, 0])
        curve = form.contour(level, (1e12, 1e14), 801)
        assert curve is not None
        assert (6 * curve[0] * curve[1]).min() == pytest.approx(1e21, rel=1e-3)
        assert curve.max(axis=1) == pytest.approx([1e12, 1e14])


def test_a_replica_without_optimum_leaves_the_interval_open() -> None:
    parameters = {"E": 1.7, "A": 400.0, "B": 400.0, "alpha": 0.34, "beta": 0.28}
    theta = np.array([list(parameters.values())] * 4)
    theta[:2, 1] = 0.0
    path = path_of(Fitted("chinchilla", parameters, theta), BUDGETS, 6.0)
    assert path.parameters is not None
    assert not np.isnan(path.parameters).any()


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


def test_papers_follow_from_what_they_print() -> None:
    """Hoffmann et al. say 67e9, 63e9 and 40e9 for Gopher's budget, and 1e9 for 1.62e20 FLOP."""
    claims = {claim.key: claim for claim in CLAIMS}
    sizes = {key: claim.optimum(np.array([5.76e23]), 6.0)[0][0] for key, claim in claims.items()}
    assert sizes["hoffmann_1"] == pytest.approx(67e9, rel=0.04)
    assert sizes["hoffmann_2"] == pytest.approx(63e9, rel=0.02)
    assert sizes["hoffmann_3_unrounded"] == pytest.approx(40e9, rel=0.01)
    assert sizes["hoffmann_3"] == pytest.approx(32e9, rel=0.01)  # rounding alone
    n, d = claims["hoffmann_3_unrounded"].optimum(np.array([1.62e20]), 6.0)
    assert (n[0], d[0]) == pytest.approx((1e9, 27.1e9), rel=0.04)
    n, d = claims["kaplan"].optimum(np.array([PF_DAY, 100 * PF_DAY]), 6.0)
    assert n == pytest.approx([1.3e9, 1.3e9 * 100**0.73])
    assert d == pytest.approx([2e10, 2e10 * 100**0.27])
    assert 6 * n[0] * d[0] / PF_DAY == pytest.approx(2, rel=0.15)  # at the critical batch size


def test_exponents_are_recomputed_beside_the_printed_ones() -> None:
    found = {claim.key: claim.exponents for claim in CLAIMS}
    assert found["kaplan_law"] == pytest.approx((0.5754, 0.4246), abs=1e-4)
    assert found["kaplan"] == pytest.approx((0.684, 0.316), abs=1e-3)  # from their L(N, S)
    assert found["hoffmann_3"] == pytest.approx((0.4516, 0.5484), abs=1e-4)
    assert found["hoffmann_3_unrounded"] == pytest.approx((0.4565, 0.5435), abs=1e-4)
    assert found["besiroglu"] == pytest.approx((0.5139, 0.4861), abs=1e-4)
    assert found["hoffmann_1"] is None
    assert all(sum(each.printed) == pytest.approx(1) for each in CLAIMS if each.printed)


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
        ("kaplan", {"N_c": 1e300, "D_c": 1, "alpha_N": 5, "alpha_D": 0.1}, [1e21], 6, {}),
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
