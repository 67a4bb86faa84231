"""Compute-optimal: typed budgets, papers' claims, intervals, figures, the panel, the endpoint."""

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
from demos.scaling.amounts import amount, exponent, flop, ratio
from demos.scaling.answers import Answer, Answers, Question
from demos.scaling.claims import CLAIMS, PF_DAY, UNROUNDED, batch_limited_exponents, claim
from demos.scaling.desk import Desk
from demos.scaling.frontier import FLOP_FACTOR, closed_frontier
from demos.scaling.optimal import figures, results
from demos.scaling.optimal.allocation import Fitted, form_of, path_of
from demos.scaling.optimal.asked import read_budgets, read_factor
from demos.scaling.optimal.endpoint import frontier_of
from demos.scaling.optimal.panel import FrontierPanel
from demos.scaling.optimal.view import View, view_of
from demos.scaling.published import PUBLISHED
from demos.scaling.sources import Bundled, Chosen, Tables
from demos.scaling.uncertainty import band
from models.registry import Registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
BUDGETS = (1e21, 5.76e23)


def asked(law: str = "chinchilla", example: str = "isoflop", x: str = "") -> Question:
    return Question(Chosen(Bundled(example)), law, x, replicas=40)


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers(cast(Any, SimpleNamespace(run=directly)), Tables())


@pytest.fixture(scope="module")
def answer(answers: Answers) -> Answer:
    return result_of(answers.answering(asked()))


@pytest.fixture(scope="module")
def view(answer: Answer) -> View:
    return view_of(answer, BUDGETS, FLOP_FACTOR)


# --- numbers ------------------------------------------------------------------------------------


def test_amounts_are_written_as_in_the_field() -> None:
    values = [7.01e10, 1.4e12, 9.9996e8, 5.7e9, 999.7, 12.0, 3e15, 4e-5, np.inf, np.nan]
    assert [amount(value) for value in values] == [
        *("70.1B", "1.40T", "1.00B", "5.70B", "1.00K", "12.0", "3e15", "4e-5", "∞", "?"),
    ]
    assert [flop(value) for value in (5.76e23, 1e21, 0.0)] == ["5.76e23", "1e21", "0"]
    assert [ratio(value) for value in (20.0, 0.2681, 1e4)] == ["20.0", "0.268", "10.0K"]
    assert [exponent(value) for value in (0.5139, 1.2, -0.1)] == [".514", "1.200", "-.100"]


@pytest.mark.parametrize(
    ("typed", "budgets"),
    [
        ("1e21, 5.76e23", (1e21, 5.76e23)),
        ("1e3 PF-days", (1e3 * PF_DAY,)),
        ("10^21 FLOP；5.76×10^23 flops、1E21", (1e21, 5.76e23)),
        ("2*10^22\n3 petaflop/s-days", (2e22, 3 * PF_DAY)),
        (" .5e22 ; ", (5e21,)),
    ],
)
def test_budgets_are_read_as_people_type_them(typed: str, budgets: tuple[float, ...]) -> None:
    assert read_budgets(typed) == pytest.approx(budgets)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "no_budget"),
        (" , ;", "no_budget"),
        ("a lot", "bad_budget"),
        ("-1e21", "bad_budget"),
        ("1e21 dollars", "bad_budget"),
        ("nan", "bad_budget"),
        ("1e999", "far_budget"),
        ("3", "far_budget"),
        (",".join(f"{n}e21" for n in range(1, 14)), "many_budgets"),
        ("1" * 2_000, "many_budgets"),
    ],
)
def test_bad_budgets_are_said(typed: str, key: str) -> None:
    with pytest.raises(InputProblem) as caught:
        read_budgets(typed)
    assert caught.value.key == f"scaling.optimal.{key}"
    assert caught.value.sentence("zh")


def test_the_factor_is_a_number_within_reason() -> None:
    assert read_factor(" 2 ") == 2
    for bad in ("", "six", "0", "nan", "inf", None):
        with pytest.raises(InputProblem, match="FLOP factor"):
            read_factor(bad)


# --- what papers say ----------------------------------------------------------------------------


def test_papers_follow_from_what_they_print() -> None:
    gopher = np.array([5.76e23])
    sizes = {each.key: each.optimum(gopher, FLOP_FACTOR)[0][0] for each in CLAIMS}
    # Hoffmann et al., tables 3 and A3 and their text: 67e9, 63e9 and 40e9 for Gopher's budget.
    assert sizes["hoffmann_1"] == pytest.approx(67e9, rel=0.04)
    assert sizes["hoffmann_2"] == pytest.approx(63e9, rel=0.02)
    assert sizes["hoffmann_3_unrounded"] == pytest.approx(40e9, rel=0.01)
    assert sizes["hoffmann_3"] == pytest.approx(32e9, rel=0.01)  # rounding alone
    assert UNROUNDED.key not in PUBLISHED
    n, d = claim("hoffmann_3_unrounded").optimum(np.array([1.62e20]), 6.0)
    assert (n[0], d[0]) == pytest.approx((1e9, 27.1e9), rel=0.04)  # table A3


def test_exponents_are_recomputed_beside_the_printed_ones() -> None:
    found = {each.key: each.exponents for each in CLAIMS}
    assert found["kaplan_law"] == pytest.approx((0.5754, 0.4246), abs=1e-4)
    assert batch_limited_exponents() == pytest.approx((0.684, 0.316), abs=1e-3)
    assert found["hoffmann_3"] == pytest.approx((0.4516, 0.5484), abs=1e-4)
    assert found["hoffmann_3_unrounded"] == pytest.approx((0.4565, 0.5435), abs=1e-4)
    assert found["hoffmann_1"] is None
    for each in CLAIMS:
        if each.printed is not None:
            assert sum(each.printed) == pytest.approx(1)


def test_kaplans_frontier_is_his_table() -> None:
    n, d = claim("kaplan").optimum(np.array([PF_DAY, 100 * PF_DAY]), FLOP_FACTOR)
    assert n == pytest.approx([1.3e9, 1.3e9 * 100**0.73])
    assert d == pytest.approx([2e10, 2e10 * 100**0.27])
    assert 6 * n[0] * d[0] / PF_DAY == pytest.approx(2, rel=0.15)  # at the critical batch size


# --- intervals and contours -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["hoffmann-2022", "kaplan-2020"])
def test_a_bootstrap_in_logarithms_is_the_closed_form(key: str) -> None:
    published = PUBLISHED[key]
    theta = np.tile(list(published.parameters.values()), (5, 1))
    fitted = Fitted(published.law, published.parameters, theta)
    path = path_of(fitted, np.array(BUDGETS), 6.0)
    best = closed_frontier(published.law, published.parameters, np.array(BUDGETS), 6.0)
    for ends, expected in (
        (path.parameters, best.parameters),
        (path.tokens, best.tokens),
        (path.ratio, best.tokens_per_parameter),
        (path.loss, best.loss),
    ):
        assert ends is not None
        np.testing.assert_allclose(ends[0], expected, rtol=1e-9)
        np.testing.assert_allclose(ends[1], expected, rtol=1e-9)


def test_intervals_are_those_of_the_replicas(answer: Answer, view: View) -> None:
    def best_size(theta: Any) -> Any:
        n, _ = form_of("chinchilla", answer.law.names, theta.numpy()).optimum(view.budgets, 6.0)
        return theta.new_tensor(np.exp(n))

    expected = band(answer.replicas, best_size)
    assert view.table.parameters is not None
    # Percentiles here are taken of logarithms, between the same neighbours.
    np.testing.assert_allclose(view.table.parameters[0], expected.low.numpy(), rtol=5e-3)
    np.testing.assert_allclose(view.table.parameters[1], expected.high.numpy(), rtol=5e-3)
    low, high = view.table.parameters
    assert (low < view.table.best.parameters).all()
    assert (view.table.best.parameters < high).all()


def test_a_replica_without_optimum_leaves_the_interval_open() -> None:
    parameters = {"E": 1.7, "A": 400.0, "B": 400.0, "alpha": 0.34, "beta": 0.28}
    theta = np.array([list(parameters.values())] * 4)
    theta[:2, 1] = 0.0
    path = path_of(Fitted("chinchilla", parameters, theta), np.array([1e21]), 6.0)
    assert path.parameters is not None
    assert not np.isnan(path.parameters).any()


def test_contours_hold_their_loss_and_touch_their_line() -> None:
    for key in ("besiroglu-2024", "kaplan-2020"):
        published = PUBLISHED[key]
        form = Fitted(published.law, published.parameters).form
        log_n, log_d = form.optimum(np.array([1e21]), 6.0)
        level = float(form.loss(log_n, log_d)[0, 0])
        found = form.contour(level, (1e12, 1e14), 801)
        assert found is not None
        np.testing.assert_allclose(form.loss(*np.log(found)), level, rtol=1e-9)
        assert (6 * found[0] * found[1]).min() == pytest.approx(1e21, rel=1e-3)
        assert found.max(axis=1) == pytest.approx([1e12, 1e14])
        assert form.contour(0.0, (1e12, 1e14), 9) is None
        assert form.contour(level, (1e5, 1e6), 9) is None


# --- what is shown --------------------------------------------------------------------------------


@LANGUAGES
def test_figures_hold_few_numbers_and_every_path(view: View, language: Any) -> None:
    for figure in (figures.contour_figure(view, language), figures.ratio_figure(view, language)):
        drawn = [trace for trace in figure.data if trace.x is not None]
        assert sum(len(trace.x) for trace in drawn) < 2_000
        assert json.dumps(figure.to_plotly_json(), default=lambda array: array.tolist())
    names = [trace.name for trace in figures.contour_figure(view, "en").data]
    assert {"runs", "this fit", "its 95 % band", "Besiroglu et al. 2024"} <= set(names)


@LANGUAGES
def test_tables_hold_the_figures(view: View, language: Any) -> None:
    table = results.budgets_html(view, language)
    assert table.count("<tr>") == 1 + len(BUDGETS)
    best = view.table.best
    assert f">{amount(best.parameters[1])}<small>" in table
    assert "40.3B" in results.claims_html(view, language)
    exponents = results.exponents_html(view, language)
    for figure in (".73", ".452", ".456", ".575", ".684", ".514", ".50", ".462–.534"):
        assert figure in exponents
    assert len(results.reading(view, language)) == 3


def test_far_budgets_are_marked(answer: Answer) -> None:
    view = view_of(answer, (1e21, 1e28), 6.0)
    assert view.far.tolist() == [False, True]
    assert "1e28 *" in results.budgets_html(view, "en")
    assert "1e28 FLOP the optimum lies" in results.reading(view, "en")[-1]


def test_the_file_holds_every_source(view: View) -> None:
    with Path(results.budgets_file(view)).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(BUDGETS) * (1 + len(CLAIMS))
    assert float(rows[0]["n_low"]) < float(rows[0]["n"]) < float(rows[0]["n_high"])
    assert rows[-1]["source"] == "Besiroglu et al. 2024"


# --- the panel ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> Iterator[FrontierPanel]:
    with gr.Blocks() as app, gr.Tab("Scaling"):
        house = House(registry, app, OwnModels(registry, app))
        desk = Desk(house)
        with gr.Tab("Compute-optimal"):
            yield FrontierPanel(desk)


def draw(panel: FrontierPanel, question: Question | None, shown: Any = None, **typed: Any) -> Any:
    budgets, factor = typed.get("budgets", "1e21"), typed.get("factor", "6")
    return panel.on_question(True, question, shown, budgets, factor, cast(Any, None))


def test_the_panel_draws_once(panel: FrontierPanel, answer: Answer) -> None:
    panel.desk.answers._kept.put(answer.question, answer)
    updates = draw(panel, answer.question)
    shown = updates[panel.shown]
    assert shown == (answer.question, (1e21,), 6.0, "en")
    assert "wider than that" in updates[panel.note]
    assert updates[panel.results]["visible"]
    assert list(draw(panel, answer.question, shown)) == [panel.shown]
    other = draw(panel, answer.question, shown, factor="12")
    assert other[panel.table] != updates[panel.table]
    slip = draw(panel, answer.question, None, budgets="a lot")
    assert slip[panel.shown][1] == (1e21, 1e23, 5.76e23)
    assert len(panel.on_question(False, None, None, "", "", cast(Any, None))) == 1


def test_without_a_fit_it_asks_for_one(panel: FrontierPanel) -> None:
    updates = draw(panel, None)
    assert "press Fit" in updates[panel.note]
    assert not updates[panel.results]["visible"]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (asked("power", x="N"), "has one variable"),
        (asked("tied", example="one-ray"), "No compute-optimal model is read off this fit"),
    ],
)
def test_reasons_instead_of_numbers(
    panel: FrontierPanel, answers: Answers, question: Question, said: str
) -> None:
    panel.desk.answers._kept.put(question, result_of(answers.answering(question)))
    updates = draw(panel, question)
    assert said in updates[panel.note]
    assert not updates[panel.results]["visible"]
    assert panel.plane not in updates


def test_slips_are_said_at_their_field(panel: FrontierPanel) -> None:
    verdicts = panel.check(True, None, None, "many", "6", cast(Any, None))
    assert [verdict["is_valid"] for verdict in verdicts] == [True, True, True, False, True]
    assert "many" in verdicts[3]["message"]


# --- the endpoint ---------------------------------------------------------------------------------


def test_the_endpoint_answers_for_published_and_given_parameters() -> None:
    found = frontier_of(directly, "besiroglu-2024", {}, [5.76e23, "1e3 PF-days"], 6, {})
    assert [row["compute"] for row in found["budgets"]] == [5.76e23, 8.64e22]
    assert found["budgets"][0]["tokens_per_parameter"] == pytest.approx(17.9, abs=0.1)
    given = frontier_of(directly, "chinchilla", found["parameters"], [5.76e23], "6", {})
    assert given["budgets"][0] == found["budgets"][0]
    assert given["exponents"] == pytest.approx({"a": 0.5139, "b": 0.4861}, abs=1e-4)
    kaplan = {"N_c": 6.4e13, "D_c": 1.8e13, "alpha_N": 0.076, "alpha_D": 0.103}
    assert frontier_of(directly, "kaplan", kaplan, [1e21], 6, {})["exponents"]["a"] < 0.58


def test_the_endpoint_fits_columns_first(answer: Answer) -> None:
    columns = {name: values.tolist() for name, values in answer.columns.items()}
    found = frontier_of(directly, "tied", {}, [1e21], 6, columns)
    assert found["status"] in ("fine", "doubted")
    low, high = found["budgets"][0]["n_interval"]
    assert low < found["budgets"][0]["n"] < high
    assert found["exponents"]["a"] == found["exponents"]["b"] == 0.5
    assert json.dumps(found, allow_nan=False)


def test_the_endpoint_gives_reasons_instead_of_numbers(answers: Answers) -> None:
    used = answers.tables.points(Chosen(Bundled("one-ray"))).used.columns
    columns = {name: used[name].tolist() for name in ("N", "D", "loss")}
    found = frontier_of(directly, "tied", {}, [1e21], 6, columns)
    assert found["status"] == "refused"
    assert found["reasons"]
    assert not found["budgets"]
    assert not found["exponents"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("power", {}, [1e21], 6, {}), "no law"),
        (("chinchilla", {"E": 1.7}, [1e21], 6, {}), "parameter A"),
        (("chinchilla", {"E": 1.7, "A": "x"}, [1e21], 6, {}), "parameter A"),
        (("hoffmann-2022", {}, [], 6, {}), "at least one budget"),
        (("hoffmann-2022", {}, 1e21, 6, {}), "at least one budget"),
        (("hoffmann-2022", {}, [-1e21], 6, {}), "not understood"),
        (("hoffmann-2022", {}, [1e21], 0, {}), "FLOP factor"),
        (("chinchilla", {}, [1e21], 6, {"N": [1.0], "D": [1.0]}), "loss"),
        (("chinchilla", {}, [1e21], 6, {"N": [1.0] * 50_001}), "50000"),
        (("chinchilla", {}, [1e21], 6, [1.0]), "Columns"),
        (
            ("kaplan", {"N_c": 1e300, "D_c": 1.0, "alpha_N": 5.0, "alpha_D": 0.1}, [1e21], 6, {}),
            "has to be above 0",
        ),
    ],
)
def test_the_endpoint_says_what_is_wrong(arguments: Any, sentence: str) -> None:
    with pytest.raises(InputProblem, match=sentence):
        frontier_of(directly, *arguments)
