"""What to measure next: wishes, the map, words, advice where a fit was refused."""

from __future__ import annotations

import csv
from typing import Any

import gradio as gr
import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.scaling.planning import figures, results
from demos.scaling.planning.panel import PlanPanel
from demos.scaling.planning.proposing import (
    ALL,
    EXPONENT,
    LOSS,
    SIZE,
    Wish,
    largest_budget,
    plan_of,
    quantities,
    read_wish,
)
from tests.demos.scaling.answered import REQUEST, answered, desk_with, known

EMPTY = ("", "", "", "", "")


def wish(quantity: str, answer: Any = None, runs: int = 2) -> Wish:
    return read_wish(answer or answered(), quantity, *EMPTY, runs)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("case", [("chinchilla", ""), ("kaplan", ""), ("power", "C")])
def test_everything_that_can_be_asked_is_answered(case: tuple[str, str], language: Any) -> None:
    answer = answered("isoflop", *case)
    if answer.verdict.status == "refused":
        assert len(results.advice(answer, language)) >= 2
        return
    for quantity in quantities(answer):
        plan = plan_of(answer, wish(quantity, answer))
        assert (np.diff(plan.after) <= 1e-12).all()
        assert ((plan.after > 0) & (plan.after <= 1)).all()
        assert results.reading(plan, answer.question.x, language)
        assert figures.map_figure(plan, answer.question.x, language).data
        assert figures.after_figure(plan, language).data


def test_the_map_agrees_with_the_best_run_and_ends_at_the_budget() -> None:
    plan = plan_of(answered(), wish(EXPONENT))
    assert np.nanmin(plan.left) == pytest.approx(plan.after[0], abs=0.01)
    n, d = np.meshgrid(*plan.axes, indexing="ij")
    assert (6 * n * d <= plan.wish.budget * (1 + 1e-6))[np.isfinite(plan.left)].all()
    assert (6 * n * d > plan.wish.budget)[np.isnan(plan.left)].all()
    assert (plan.compute <= plan.wish.budget * (1 + 1e-6)).all()


def test_a_run_that_is_made_narrows_as_promised() -> None:
    """The promise against a design with the run in it: the same figure without the shortcut."""
    answer = answered()
    plan = plan_of(answer, wish("beta", runs=1))
    jacobians = []
    for inputs in (plan.measured, np.concatenate([plan.measured, plan.runs])):
        steps = []
        theta = answer.fit.theta.numpy()
        for place in range(5):
            moved = []
            for side in (1, -1):
                shifted = theta.copy()
                shifted[place] *= 1 + side * 1e-6
                e, a, b, alpha, beta = shifted
                loss = e + a / inputs[:, 0] ** alpha + b / inputs[:, 1] ** beta
                moved.append(np.log(loss))
            steps.append((moved[0] - moved[1]) / (2e-6 * theta[place]))
        jacobians.append(np.stack(steps, axis=1) * theta)
    errors = [np.sqrt(np.linalg.inv(j.T @ j)[4, 4]) for j in jacobians]
    assert errors[1] / errors[0] == pytest.approx(plan.after[0], rel=1e-3)


def test_an_empty_budget_is_that_of_the_largest_run() -> None:
    most = (6 * np.prod(answered().fit.observations.inputs.numpy(), axis=1)).max()
    assert most * (1 - 1e-9) <= largest_budget(answered()) <= 1.11 * most


@pytest.mark.parametrize(
    "given",
    [
        (LOSS, "much", "", "", "", "", 2),
        (SIZE, "", "", "", "a lot", "", 2),
        (ALL, "", "", "", "", "-3", 2),
        (ALL, "", "", "", "", "", 0),
        (ALL, "", "", "", "", "", None),
    ],
)
def test_a_wish_that_means_nothing_is_said(given: tuple[Any, ...]) -> None:
    with pytest.raises(InputProblem):
        read_wish(answered(), *given)


def test_a_budget_that_buys_nothing_is_said() -> None:
    with pytest.raises(InputProblem) as problem:
        plan_of(answered(), Wish(ALL, (), 1e10, 1))
    assert problem.value.sentence("en") != problem.value.sentence("zh")


def test_the_panel_draws_refuses_and_keeps_what_is_typed() -> None:
    panel = desk_with(PlanPanel)
    known(panel.desk, answered(), answered("one-ray"))
    given: tuple[Any, ...] = ("", *EMPTY, 2)
    assert panel.on_question(False, None, None, *given, None, REQUEST) == {panel.shown: gr.skip()}
    assert panel.on_question(True, None, None, *given, None, REQUEST)[panel.note]
    shown = panel.on_question(True, answered().question, None, *given, None, REQUEST)
    assert shown[panel.map].data
    assert shown[panel.quantity]["value"] == EXPONENT
    again = panel.on_question(
        True, answered().question, shown[panel.shown], EXPONENT, *EMPTY, 2, None, REQUEST
    )
    assert set(again) == {panel.shown}
    advised = panel.on_question(True, answered("one-ray").question, None, *given, None, REQUEST)
    assert "quarter" in advised[panel.note]
    bad = (LOSS, "x", "", "", "", "many", 2)
    checks = panel.check(True, answered().question, None, *bad, None, REQUEST)
    assert [at for at, check in enumerate(checks) if not check["is_valid"]] == [4, 8]


def test_the_file_holds_the_runs() -> None:
    plan = plan_of(answered(), wish(EXPONENT, runs=3))
    with open(results.plan_file(plan, ""), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == ["1", "2", "3"]
    assert float(rows[0]["N"]) == pytest.approx(plan.runs[0, 0])
