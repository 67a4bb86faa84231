"""Matrix race: settings, courses against closed forms, words, files, the panel's handlers."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.steps import result_of
from demos.lora.landscape import energy, input_scales, target
from demos.lora.matrix_race import figures, results
from demos.lora.matrix_race.endpoint import as_json, make_lora_race
from demos.lora.matrix_race.panel import DEFAULT, PRESETS, RacePanel, _setter
from demos.lora.matrix_race.running import Race, racing, snapshot_steps
from demos.lora.matrix_race.setting import (
    INNERS,
    METHODS,
    Inner,
    MethodName,
    Setting,
    check_setting,
    own_rate,
)
from models.registry import Registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)
SMALL = Setting(n=12, m=8, rank=2, target_rank=2, condition=4.0, steps=200)


@pytest.fixture(scope="module")
def race() -> Race:
    """All methods at a small low-rank change."""
    return result_of(racing(SMALL))


# --- courses --------------------------------------------------------------------------------------


def test_the_full_gradient_goes_as_its_closed_form_says() -> None:
    """By plain SGD every row's error shrinks by 1 - eta s_i a step."""
    setting = replace(SMALL, methods=("full",), rates={"full": 0.3}, steps=25)
    course = result_of(racing(setting)).courses[0]
    wanted, scales = target("low_rank", 12, 8, 2, 0), input_scales(12, 4.0)
    for step in (0, 1, 7, 25):
        shrunk = wanted * (1 - (1 - 0.3 * scales[:, None]) ** step)
        share = energy(shrunk, wanted, scales).item()
        assert course.shares[step] == pytest.approx(share, rel=1e-9)


def test_lora_follows_its_factors_stepped_by_hand() -> None:
    """The same path by autograd through A B, from the same start."""
    setting = replace(SMALL, methods=("lora",), rates={"lora": 0.4}, steps=30)
    course = result_of(racing(setting)).courses[0]
    wanted, scales = target("low_rank", 12, 8, 2, 0), input_scales(12, 4.0)
    generator = torch.Generator().manual_seed(setting.seed + 1)
    drawn = torch.rand(2, 12, generator=generator, dtype=torch.float64)
    a = ((2 * drawn - 1) / math.sqrt(12)).T.clone().requires_grad_()  # [n, r], as peft draws it
    b = torch.zeros(2, 8, dtype=torch.float64, requires_grad=True)  # [r, m]
    for _ in range(30):
        loss = 0.5 * (scales[:, None] * (a @ b - wanted) ** 2).sum()
        for factor, slope in zip((a, b), torch.autograd.grad(loss, (a, b)), strict=True):
            factor.data -= 0.4 * slope
    assert np.allclose(course.change, (a @ b).detach().numpy(), atol=1e-12)


def test_no_form_goes_below_its_floor_and_each_comes_to_it(race: Race) -> None:
    for course in race.courses:
        assert course.diverged_at is None
        assert course.shares[0] == pytest.approx(1)
        assert course.shares.min() >= course.floor - 1e-12
        assert course.left == pytest.approx(course.floor, abs=2e-3), course.method


@pytest.mark.slow
@pytest.mark.parametrize("inner", INNERS)
@pytest.mark.parametrize(
    ("kind", "n", "m", "rank"),
    [("flat", 8, 32, 4), ("decaying", 40, 10, 5), ("offsets", 16, 16, 2)],
)
def test_own_rates_neither_diverge_nor_stand_still(
    inner: Inner, kind: Any, n: int, m: int, rank: int
) -> None:
    setting = Setting(n=n, m=m, rank=rank, target=kind, target_rank=2, inner=inner, steps=150)
    for course in result_of(racing(setting)).courses:
        assert course.diverged_at is None, course.method
        reached = (1 - course.left) / (1 - course.floor)
        assert reached > 0.6, (course.method, reached)


@pytest.mark.parametrize("inner", INNERS)
def test_own_rates_suit_a_low_rank_target(inner: Inner) -> None:
    for course in result_of(racing(replace(SMALL, inner=inner, steps=100))).courses:
        assert course.diverged_at is None, course.method
        assert (1 - course.left) / (1 - course.floor) > 0.6, course.method


def test_ranks_are_those_of_the_forms(race: Race) -> None:
    ranks = {course.method: results.rank_of(course) for course in race.courses}
    assert ranks["lora"] == 2
    assert ranks["symmetric"] <= 4
    assert ranks["additive"] <= 4


def test_a_divergence_is_cut_off_and_said_in_words() -> None:
    setting = replace(SMALL, methods=("full", "random"), rates={"random": 5.0}, steps=60)
    raced = result_of(racing(setting))
    course = raced.course("random")
    assert course is not None
    assert course.diverged_at is not None
    assert np.isfinite(course.shares).all()
    assert len(course.shares) == course.diverged_at
    said = " ".join(results.findings(raced, "en"))
    assert f"random projection diverged at step {course.diverged_at}" in said
    assert f"Try {own_rate('random', setting):.2g}" in said
    assert "NaN" not in json.dumps(as_json(raced))


def test_a_race_follows_its_seed(race: Race) -> None:
    again = result_of(racing(SMALL))
    other = result_of(racing(replace(SMALL, seed=1)))
    assert all(
        np.array_equal(a.shares, b.shares) for a, b in zip(race.courses, again.courses, strict=True)
    )
    assert not np.array_equal(race.courses[1].shares, other.courses[1].shares)


def test_state_is_as_large_as_the_formulas_say() -> None:
    setting = replace(
        SMALL, inner="momentum", steps=20, methods=("full", "lora", "random", "galore")
    )
    found = {course.method: course.state_bytes for course in result_of(racing(setting)).courses}
    n, m, r = 12, 8, 2
    assert found["full"] == 8 * n * m
    assert found["lora"] == 2 * 8 * r * (n + m)  # factors, and a moment of each
    assert found["random"] == 0
    assert found["galore"] == 8 * (r * m + 2 * r * n)  # directions of the shorter side


def test_snapshots_begin_at_the_start_and_end_at_the_end() -> None:
    for steps in (20, 300, 1000):
        taken = snapshot_steps(steps)
        assert (taken[0], taken[-1]) == (0, steps)
        assert list(taken) == sorted(set(taken))


# --- settings -------------------------------------------------------------------------------------


def asked(**changed: Any) -> dict[str, Any]:
    """What the panel hands on, with some of it changed."""
    fields: dict[str, Any] = {
        "n": 12,
        "m": 8,
        "rank": 2,
        "target": "flat",
        "target_rank": 2,
        "condition": 4.0,
        "inner": "sgd",
        "steps": 20,
        "methods": ["lora"],
        "rates": {},
        "seed": 0,
    }
    return fields | changed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rank": 9}, "1 to 8"),
        ({"n": 3}, "n has to be a whole number from 4 to 128"),
        ({"m": 8.5}, "m has to be a whole number"),
        ({"steps": None}, "steps has to be"),
        ({"methods": []}, "at least one method"),
        ({"methods": ["adamw"]}, "There is no “adamw” here"),
        ({"target": "steep"}, "There is no “steep” here"),
        ({"inner": "lion"}, "There is no “lion” here"),
        ({"target": "low_rank", "target_rank": 9}, "k has to be a whole number from 1 to 8"),
        (
            {"target": "offsets", "target_rank": 3},
            "3 does not divide 12 × 8: choose one of 1, 2, 4",
        ),
        ({"methods": ["additive"], "rank": 3}, "3 does not divide 12 × 8"),
        ({"rates": {"lora": "fast"}}, "learning rate of “lora”"),
        ({"rates": {"lora": "-1"}}, "learning rate of “lora”"),
        ({"rates": {"lora": "nan"}}, "learning rate of “lora”"),
        ({"condition": 0}, "ratio of the inputs' variances"),
        ({"seed": -1}, "seed has to be"),
    ],
)
def test_what_cannot_be_raced_is_said(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputProblem, match=said):
        check_setting(**asked(**changed))


def test_empty_rates_are_the_methods_own() -> None:
    setting = check_setting(**asked(rates={"lora": " ", "full": None, "random": "0.25"}))
    assert dict(setting.rates) == {"random": 0.25}
    assert setting.rate("lora") == own_rate("lora", setting)
    assert setting.rate("random") == 0.25


# --- words, figures, files ------------------------------------------------------------------------


@LANGUAGES
def test_words_and_figures_stand_for_every_method(race: Race, language: Any) -> None:
    headers, rows = results.table(race, language)
    assert len(rows) == len(METHODS)
    assert all(len(row) == len(headers) for row in rows)
    assert len(results.findings(race, language)) >= 4
    assert len(figures.courses_figure(race, language).data) == len(METHODS)
    assert len(figures.errors_figure(race, language).data) == len(METHODS) + 1
    figure = figures.values_figure(race.courses[1], race.wanted_values, language)
    assert len(figure.data) == 8


def test_files_hold_the_courses(race: Race) -> None:
    with open(results.file(race), encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["step", *METHODS]
    assert len(rows) == SMALL.steps + 2
    assert float(rows[-1][2]) == race.courses[1].left
    with open(results.values_file(race.courses[1]), encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == len(race.courses[1].snapshots) + 1


# --- panel and endpoint ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> RacePanel:
    """The panel inside an app of its own."""
    import gradio as gr

    from demos.frame.own_models import OwnModels

    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        return RacePanel(AppContext(registry, app, OwnModels(registry, "secret")))


def fields_of(panel: RacePanel, **changed: Any) -> list[Any]:
    given = {
        "looked_at": "lora",
        "n": 12,
        "m": 8,
        "rank": 2,
        "target": "low_rank",
        "target_rank": 2,
        "condition": 4,
        "inner": "sgd",
        "steps": 30,
        "methods": ["full", "lora"],
        "seed": 0,
        **dict.fromkeys(METHODS, ""),
    } | changed
    return [*given.values(), REQUEST]


def test_the_panel_races_and_looks_at_another_method(panel: RacePanel) -> None:
    last: dict[Any, Any] = {}
    for updates in panel.on_run(*fields_of(panel)):
        last = updates
    race = last[panel.race]
    assert [course.method for course in race.courses] == ["full", "lora"]
    assert last[panel.cancel]["visible"] is False
    looked = panel.on_look(race, "full", REQUEST)
    assert "full" in looked[panel.csv_values]["value"]


def test_a_method_that_is_gone_is_no_longer_looked_at(panel: RacePanel) -> None:
    *_, last = panel.on_run(*fields_of(panel, looked_at="flora"))
    assert last[panel.looked_at]["value"] == "full"


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"n": None}, 1),
        ({"m": None}, 2),
        ({"condition": None}, 6),
        ({"steps": None}, 8),
        ({"n": 2}, 1),
        ({"rank": 9}, 3),
        ({"target_rank": 40}, 5),
        ({"methods": []}, 9),
        ({"seed": None}, 10),
    ],
)
def test_a_sentence_stands_at_its_field(
    panel: RacePanel, changed: dict[str, Any], place: int
) -> None:
    problems = panel.check(*fields_of(panel, **changed))
    wrong = [number for number, problem in enumerate(problems) if not problem["is_valid"]]
    assert wrong == [place]


def test_a_rate_that_is_none_is_said_at_its_field(panel: RacePanel) -> None:
    problems = panel.check(*fields_of(panel, galore="quick"))
    wrong = [number for number, problem in enumerate(problems) if not problem["is_valid"]]
    assert wrong == [11 + METHODS.index(cast(MethodName, "galore"))]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_can_be_raced(name: str) -> None:
    presses, kind, wanted, rank = _setter(name)(4)
    assert presses == 5
    fields = asked(target=kind, target_rank=wanted, rank=rank, methods=list(METHODS), steps=20)
    assert check_setting(**(fields | {"n": DEFAULT.n, "m": DEFAULT.m})).rank == rank


def test_the_endpoint_leaves_the_additive_form_out_where_it_cannot_be(registry: Registry) -> None:
    answer = make_lora_race(registry)(n=10, m=9, rank=4, steps=20)
    assert set(answer["courses"]) == set(METHODS) - {"additive"}
    assert len(answer["courses"]["lora"]["left"]) == 21
    json.dumps(answer, allow_nan=False)
