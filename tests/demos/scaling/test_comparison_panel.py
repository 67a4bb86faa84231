"""Comparing laws: a contest, what it finds, files, the panel's handlers."""

from __future__ import annotations

import csv
import json
from functools import cache
from typing import Any

import gradio as gr
import pytest

from demos.frame.errors import InputProblem
from demos.frame.steps import result_of
from demos.scaling.answers import Answers
from demos.scaling.comparison import figures, results
from demos.scaling.comparison.contest import (
    Comparison,
    Contest,
    Contests,
    check_laws,
    check_share,
)
from demos.scaling.comparison.judging import by_criterion, by_held_out, weights
from demos.scaling.comparison.panel import ComparePanel
from demos.scaling.sources import Bundled, Chosen, Tables
from tests.demos.scaling.answered import ISOFLOP, REGISTRY, REQUEST, desk_with, last

LAWS = ("power", "chinchilla", "kaplan", "tied")


@cache
def compared(example: str = "isoflop", laws: tuple[str, ...] = LAWS) -> Comparison:
    contest = Contest(Chosen(Bundled(example)), laws, "C", 0.2)
    return result_of(Contests(Answers(REGISTRY, Tables())).comparing(contest))


def test_the_law_that_made_the_points_is_not_beaten() -> None:
    found = compared()
    assert [entry.law for entry in found.fitted] == list(LAWS)
    best = by_criterion(found.entries)
    assert best is not None
    assert "chinchilla" in best.leaders
    assert "power" not in best.leaders
    held = by_held_out(found.entries)
    assert held is not None
    assert "chinchilla" in held.leaders
    assert sum(weights(found.entries).values()) == pytest.approx(1)


def test_held_out_points_are_the_largest_scales() -> None:
    found = compared()
    assert found.scale[found.held_out].min() > found.scale[~found.held_out].max()
    for entry in found.extrapolated:
        assert entry.held is not None
        assert len(entry.held.errors) == found.held_out.sum()


def test_nested_laws_are_tested() -> None:
    assert {(each.smaller, each.larger) for each in compared().nested} == {("tied", "chinchilla")}


def test_laws_that_the_points_cannot_carry_are_named_with_the_reason() -> None:
    contest = Contest(Chosen(Bundled("isoflop"), left_out=tuple(range(8, 72))), LAWS, "C", 0.2)
    found = result_of(Contests(Answers(REGISTRY, Tables())).comparing(contest))
    refused = [entry for entry in found.entries if entry.fit is None]
    assert refused
    assert all(entry.refusal is not None for entry in refused)
    assert results.reasons_html(found, "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_shown_is_finite_and_light(language: Any) -> None:
    found = compared()
    assert 2 <= len(results.findings(found, language)) <= 6
    for html in (results.table_html(found, language), results.nested_html(found, language)):
        assert "nan" not in html
    for draw in (figures.extrapolation_figure, figures.errors_figure):
        assert len(json.dumps(draw(found, language).to_plotly_json(), default=str)) < 500_000


def test_files_hold_every_law_and_every_held_out_point() -> None:
    found = compared()
    with open(results.table_file(found), encoding="utf-8-sig", newline="") as file:
        assert [row["law"] for row in csv.DictReader(file)] == list(LAWS)
    with open(results.held_out_file(found), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found.held_out.sum()
    assert set(rows[0]) == {"scale", "loss", *LAWS}


@pytest.mark.parametrize("laws", [None, [], ["best"], "power"])
def test_laws_that_are_none_are_said(laws: Any) -> None:
    with pytest.raises(InputProblem):
        check_laws(laws)


@pytest.mark.parametrize("share", [None, 0, 80, "half", float("nan")])
def test_a_share_is_the_sliders(share: Any) -> None:
    with pytest.raises(InputProblem):
        check_share(share)


def test_the_panel_compares_reports_and_follows_the_points() -> None:
    panel = desk_with(ComparePanel)
    steps = list(panel.on_run(ISOFLOP, ["chinchilla", "tied"], "C", 20, REQUEST))
    assert any("kl-progress" in str(step.get(panel.progress, "")) for step in steps)
    shown = last(iter(steps))
    assert shown[panel.extrapolation].data
    assert shown[panel.csv]["interactive"] is True
    other = Chosen(Bundled("outlier"))
    gone = panel.on_points(True, other, "tied", None, shown[panel.shown], REQUEST)
    assert gone[panel.box]["visible"] is False
    checks = panel.check(ISOFLOP, [], "C", 99, REQUEST)
    assert [check["is_valid"] for check in checks] == [True, False, True, False]
    with pytest.raises(gr.Error):
        list(panel.on_run(ISOFLOP, [], "C", 20, REQUEST))
