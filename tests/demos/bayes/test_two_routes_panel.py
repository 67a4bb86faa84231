"""Attention on two routes: vectors, distributions, words, file, the panel's handlers."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest
import torch

from demos.bayes.two_routes import figures, results
from demos.bayes.two_routes.comparing import _SCORES, comparing, make_vectors
from demos.bayes.two_routes.panel import RoutesPanel
from demos.bayes.two_routes.setting import CANDIDATES, TOKENS, Setting, check_setting
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from models.registry import Registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)
DEFAULT = Setting()
SETTINGS = [
    DEFAULT,
    replace(DEFAULT, residual=True, beta=1.5),
    replace(DEFAULT, kind="random", dimension=3, seed=5, weights=(1.0, 0, 0, 0.5, 0, 0)),
]


@pytest.fixture(scope="module")
def panel(registry: Registry) -> RoutesPanel:
    """The panel inside an app of its own."""
    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        return RoutesPanel(AppContext(registry, app, OwnModels(registry, "secret")))


@pytest.mark.parametrize("setting", SETTINGS)
def test_both_routes_equal_a_product_taken_number_by_number(setting: Setting) -> None:
    found = comparing(setting)
    product = np.ones(len(CANDIDATES))
    for share, row in zip(setting.shares, found.skip_grams, strict=True):
        product *= row**share
    if found.residual is not None:
        product *= found.residual
    product /= product.sum()
    assert np.allclose(found.product, product, rtol=1e-12, atol=0)
    assert np.allclose(found.averaged, product, rtol=1e-12, atol=0)
    assert found.gap < 1e-15


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_distribution_sums_to_one(setting: Setting) -> None:
    found = comparing(setting)
    for name in ("prior", "generalised", "classical", "mixture"):
        assert getattr(found, name).sum() == pytest.approx(1, abs=1e-12)
    assert np.allclose(found.skip_grams.sum(axis=1), 1)
    assert (found.residual is not None) == setting.residual


def test_beta_runs_from_attention_to_classical_naive_bayes() -> None:
    even = replace(DEFAULT, weights=(0.3,) * 6)
    assert np.allclose(comparing(even).generalised, comparing(even).averaged, atol=1e-15)
    found = comparing(replace(even, beta=5.0))
    assert np.allclose(found.generalised, found.classical, atol=1e-14)
    by_hand = found.skip_grams.prod(axis=0) / found.prior**5
    assert np.allclose(found.classical, by_hand / by_hand.sum(), atol=1e-14)


def test_a_mixture_is_not_a_product() -> None:
    found = comparing(DEFAULT)
    assert np.allclose(found.mixture, np.asarray(DEFAULT.shares) @ found.skip_grams)
    assert results.distance(found.mixture, found.product) > 0.05


def test_vectors_hold_the_scores_as_written() -> None:
    made = make_vectors("words", 8, 0)
    written = torch.tensor(_SCORES, dtype=torch.float64)
    torch.testing.assert_close(made.values @ made.output.T, written[:-1])
    torch.testing.assert_close(made.output @ made.last, written[-1])
    one = make_vectors("random", 4, 3)
    assert torch.equal(one.values, make_vectors("random", 4, 3).values)
    assert not torch.equal(one.values, make_vectors("random", 4, 4).values)


@LANGUAGES
@pytest.mark.parametrize("setting", SETTINGS)
def test_words_and_figures(setting: Setting, language: Any) -> None:
    found = comparing(setting)
    assert len(results.findings(found, language)) == 5
    rows = len(TOKENS) + 1 + setting.residual
    assert figures.skip_grams_figure(found, language).data[0].z.shape == (rows, len(CANDIDATES))
    assert len(figures.rules_figure(found, language).data) == 4
    for route in ("product", "averaged"):
        assert len(figures.route_figure(found, route, language).data[0].y) == len(CANDIDATES)


def test_the_file_holds_all_distributions() -> None:
    found = comparing(SETTINGS[1])
    with open(results.file(found), encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["distribution"] for row in rows[:7]] == ["skip_gram"] * 6 + ["residual"]
    by_name = {row["distribution"]: row for row in rows}
    for name in ("product", "averaged", "generalised", "classical", "mixture", "prior"):
        values = [float(by_name[name][word]) for word in CANDIDATES]
        assert np.allclose(values, getattr(found, name), atol=1e-15)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weights": (0,) * 6}, "At least one weight"),
        ({"weights": (2, 0, 0, 0, 0, 0)}, "At has to be a number from 0 to 1"),
        ({"beta": "much"}, "β has to be a number from 0 to 5"),
        ({"kind": "steep"}, "There is no “steep” here"),
        ({"dimension": 17}, "d has to be a whole number from 1 to 16"),
        ({"seed": -1}, "seed has to be"),
    ],
)
def test_what_cannot_be_compared_is_said(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputProblem, match=said):
        check_setting(**(vars(DEFAULT) | changed))


def given(**changed: Any) -> list[Any]:
    weights, *rest = (vars(DEFAULT) | changed).values()
    return [*weights, *rest, REQUEST]


def test_the_panel_draws(panel: RoutesPanel) -> None:
    updates = panel.on_draw(*given(residual=True))
    assert "Both routes agree" in updates[panel.findings]
    assert updates[panel.csv]["interactive"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"weights": (0,) * 6}, 0),
        ({"weights": (0, 0, 0, 3, 0, 0)}, 3),
        ({"beta": 9}, 7),
        ({"dimension": 0}, 9),
        ({"seed": 0.5}, 10),
    ],
)
def test_a_sentence_stands_at_its_field(
    panel: RoutesPanel, changed: dict[str, Any], place: int
) -> None:
    problems = panel.check(*given(**changed))
    assert [n for n, problem in enumerate(problems) if not problem["is_valid"]] == [place]
