"""Gradient views: settings, what is computed, words, files, the panel's handlers."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.lora.gradient_views import figures, results
from demos.lora.gradient_views.drawing import Views, counts_of, looking
from demos.lora.gradient_views.panel import GradientsPanel
from demos.lora.gradient_views.setting import Setting, check_setting
from models.registry import Registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)
SMALL = Setting(n=12, m=8, rank=2, gradient_rank=2, samples=300)


@pytest.fixture(scope="module")
def views() -> Views:
    return looking(SMALL)


@pytest.fixture(scope="module")
def panel(registry: Registry) -> GradientsPanel:
    """The panel inside an app of its own."""
    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        return GradientsPanel(AppContext(registry, app, OwnModels(registry, "secret")))


def test_directions_are_measured_against_the_gradient(views: Views) -> None:
    gradient, lora, sample, mean = views.directions
    assert (gradient.cosine, gradient.length) == pytest.approx((1, 1))
    assert lora.rank == 4
    assert sample.rank == 4
    assert mean.rank == 8
    assert mean.length == pytest.approx(2, rel=0.15)
    assert mean.cosine > sample.cosine
    assert views.degrees == (36, 36, 36)
    assert 0 < views.visible < 1


def test_counts_run_from_one_to_all() -> None:
    for samples in (10, 2_000, 10_000):
        counts = counts_of(samples)
        assert (counts[0], counts[-1]) == (1, samples)
        assert counts == sorted(set(counts))


def test_a_jacobian_is_left_to_the_formula_where_it_is_large_and_where_there_is_no_form() -> None:
    assert looking(replace(SMALL, n=40)).degrees == (2 * 46, None, None)
    assert looking(replace(SMALL, rank=3)).degrees == (51, 51, None)


@LANGUAGES
@pytest.mark.parametrize(
    "changed", [{}, {"point": "start"}, {"eta": 10.0}, {"n": 40}, {"rank": 3}, {"kind": "low_rank"}]
)
def test_words_and_figures(changed: dict[str, Any], language: Any) -> None:
    views = looking(replace(SMALL, **changed))
    assert len(results.findings(views, language)) == 5
    headers, rows = results.table(views, language)
    assert len(rows) == 4
    assert all(len(row) == len(headers) for row in rows)
    assert len(figures.directions_figure(views, language).data) == 4
    assert len(figures.mean_figure(views, language).data) == 3


def test_the_file_holds_the_curve(views: Views) -> None:
    with open(results.file(views), encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["samples", "relative_error_to_2G", "theory"]
    assert np.allclose([float(row[1]) for row in rows[1:]], views.errors)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n": 100}, "n has to be a whole number from 4 to 64"),
        ({"rank": 9}, "choose one from 1 to 8"),
        ({"kind": "steep"}, "There is no “steep” here"),
        ({"point": "end"}, "There is no “end” here"),
        ({"gradient_rank": 9}, "k has to be a whole number from 1 to 8"),
        ({"samples": 0}, "K has to be"),
        ({"seed": 1.5}, "seed has to be"),
        ({"eta": "fast"}, "0.01"),
    ],
)
def test_what_cannot_be_looked_at_is_said(changed: dict[str, Any], said: str) -> None:
    fields = vars(SMALL) | changed
    with pytest.raises(InputProblem, match=said):
        check_setting(**fields)


def given(**changed: Any) -> list[Any]:
    return [*(vars(SMALL) | changed).values(), REQUEST]


def test_the_panel_draws(panel: GradientsPanel) -> None:
    updates = panel.on_look(*given())
    assert "2G" in updates[panel.findings]
    assert updates[panel.csv]["interactive"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [({"m": 2}, 1), ({"rank": 9}, 2), ({"gradient_rank": 12}, 4), ({"eta": "x"}, 6)],
)
def test_a_sentence_stands_at_its_field(
    panel: GradientsPanel, changed: dict[str, Any], place: int
) -> None:
    problems = panel.check(*given(**changed))
    assert [n for n, problem in enumerate(problems) if not problem["is_valid"]] == [place]
