"""Two models over the same text: what is read, figures, sentences, handlers."""

from __future__ import annotations

import csv
from typing import Any, cast

import gradio as gr
import numpy as np
import plotly.graph_objects as go
import pytest

from demos.attention.desk import Desk
from demos.attention.example import EXAMPLE, EXAMPLE_SECOND
from demos.attention.heads.choices import CHOICES, DEFAULT, values_of
from demos.attention.readings import Asked, Readings
from demos.attention.sidebyside import results
from demos.attention.sidebyside.comparing import (
    READS,
    Side,
    check_plan,
    comparing,
    plan,
    wants_second,
)
from demos.attention.sidebyside.figures import layers_figure
from demos.attention.sidebyside.panel import SideBySidePanel
from demos.frame.demo import AppContext
from demos.frame.own_models import OwnModels
from demos.frame.steps import result_of
from models.attention import attention_weights
from models.registry import Registry
from tests.demos.attention.fakes import MadeUpRegistry, made_up

BI, OTHER_BI, CROSS = "all-MiniLM-L6-v2", "cosent-bi", "cosent-cross"
STRANGE = "<script>alert('1')</script> \"x\" & 😀 שלום"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def side(name: str, sinks: bool = True, **shape: Any) -> Side:
    registry = cast(Any, MadeUpRegistry(made_up(**shape)))
    asked = (Asked(name, "a"), Asked(name, "a"))
    return result_of(comparing(registry, Readings(registry), asked, sinks))[0]


# --- what is read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "other", "reads", "left", "right"),
    [
        (Asked(BI, "A"), OTHER_BI, "joined", ("A", ""), ("A", "")),
        (Asked(BI, "A"), CROSS, "joined", ("A B", ""), ("A", "B")),
        (Asked(BI, "A"), CROSS, "first", ("A", ""), ("A", "B")),
        (Asked(CROSS, "A", "own"), BI, "joined", ("A", "own"), ("A own", "")),
        (Asked(CROSS, "A", "own"), BI, "first", ("A", "own"), ("A", "")),
        (Asked(CROSS, "A", "own"), CROSS, "first", ("A", "own"), ("A", "own")),
    ],
)
def test_beside_a_cross_encoder_both_texts_are_read_in_a_row_or_the_first(
    registry: Registry,
    reading: Asked,
    other: str,
    reads: str,
    left: tuple[str, str],
    right: tuple[str, str],
) -> None:
    planned = plan(registry, reading, other, " B ", reads)
    assert [(asked.first, asked.second) for asked in planned] == [left, right]
    assert [asked.model for asked in planned] == [reading.model, other]


def test_a_second_text_is_wanted_where_none_has_been_read(registry: Registry) -> None:
    assert wants_second(registry, Asked(BI, "A"), CROSS)
    assert wants_second(registry, None, CROSS)
    assert not wants_second(registry, Asked(CROSS, "A", "B"), CROSS)
    assert not wants_second(registry, Asked(BI, "A"), OTHER_BI)
    model, second = check_plan(registry, Asked(BI, "A"), OTHER_BI, "")
    model()
    second()
    with pytest.raises(Exception, match="There is no text"):
        check_plan(registry, Asked(BI, "A"), CROSS, " ")[1]()


def test_the_weight_on_the_other_text_is_that_of_its_blocks() -> None:
    shown = side("pair", n=12, causal=False, pair=True)
    assert shown.across is not None
    weights = attention_weights(shown.attention, 1)[2].numpy()
    own = np.array(shown.attention.parts)
    given = [weights[t, own == 1 - own[t]].sum() for t in range(12) if own[t] >= 0]
    assert shown.across[1, 2] == pytest.approx(np.mean(given))
    assert side("alone", n=6).across is None
    assert side("without", sinks=False, n=12, causal=False, pair=True).across is not None


# --- what is shown ------------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("key", CHOICES)
def test_every_head_of_both_is_a_point(key: str, language: Any) -> None:
    sides = (side("one", n=8), side("two", n=8, heads=6, kv=3))
    figure = layers_figure(sides, key, language)
    points = [trace for trace in figure.data if trace.mode == "markers"]
    assert [len(trace.x) for trace in points] == [8, 12]
    assert points[0].y == pytest.approx(values_of(sides[0].measured, key).ravel(), rel=1e-6)


def test_models_of_unequal_depth_are_laid_over_each_other() -> None:
    sides = (side("one", n=8), side("two", n=8, layers=5))
    lines = [t for t in layers_figure(sides, DEFAULT, "en").data if t.mode == "lines"]
    assert all(0 < min(line.x) < max(line.x) < 1 for line in lines)
    headers, rows = results.means_table(sides, "gini", "en")
    assert len(rows) == 6
    assert {len(row) for row in rows} == {len(headers)}
    assert rows[3][1] == "" != rows[3][2]
    assert rows[-1][0] == "all"
    said = results.differences(sides, "en")
    assert not any("layers" in sentence for sentence in said)


@LANGUAGES
def test_sentences_name_what_differs_and_only_that(language: Any) -> None:
    one = side("one", n=30)
    (same,) = results.differences((one, one), language)
    assert same
    sharp = Side(Asked("two", "a"), "two", one.attention, one.measured, None)
    alike = results.differences((one, sharp), language)
    assert len(alike) == 3  # sparsity, rank, sinks
    if language == "en":
        assert "about the same" in alike[0]
        longer = results.differences((one, side("three", n=60)), language)
        assert "30 and 60 tokens" in longer[-1]
        pair = results.differences((one, side("four", n=30, causal=False, pair=True)), language)
        assert any("to the other" in sentence for sentence in pair)


def test_names_of_models_are_shown_as_text() -> None:
    named = side("one", n=6)
    strange = Side(named.asked, "<b>x</b>", named.attention, named.measured, None)
    figure = layers_figure((strange, named), DEFAULT, "en")
    assert "<b>x" not in str(figure.data)


# --- the panel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> SideBySidePanel:
    with gr.Blocks() as app, gr.Tab("Attention"):
        desk = Desk(AppContext(registry, app, OwnModels(registry, "secret")))
        with gr.Tab("Side by side"):
            made = SideBySidePanel(desk)
    names = [each["api_name"] for each in app.get_config_file()["dependencies"]]
    assert "attention_sidebyside_run" in names
    return made


def fields(other: str = CROSS, second: str = EXAMPLE_SECOND, reads: str = "joined") -> list[Any]:
    return [other, second, reads, False, DEFAULT, "effective_rank"]


@pytest.mark.parametrize(
    ("reading", "other", "second"),
    [
        (Asked(BI, EXAMPLE), CROSS, EXAMPLE_SECOND),
        (Asked(BI, STRANGE), CROSS, STRANGE),
        (Asked(BI, "a"), OTHER_BI, ""),
        (Asked(CROSS, "a", "b"), BI, ""),
        (Asked(BI, "word " * 2_000), CROSS, "another " * 2_000),
    ],
)
@pytest.mark.parametrize("reads", READS)
def test_a_comparison_is_drawn(
    panel: SideBySidePanel, reading: Asked, other: str, second: str, reads: str
) -> None:
    *_, last = panel.on_compare(
        reading.cleaned(panel.registry), *fields(other, second, reads), gr.Request()
    )
    assert all(isinstance(last[plot], go.Figure) for plot in panel.plots)
    assert len(last[panel.table]["data"]) == 7
    assert "<script" not in last[panel.notice] + last[panel.progress]
    assert last[panel.progress].count("kl-note") >= 2
    with open(last[panel.csv]["value"], encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2 * 72


def test_what_each_model_read_is_said(panel: SideBySidePanel) -> None:
    for reads, said in (("joined", "A and B in a row"), ("first", "all-MiniLM-L6-v2: the text")):
        *_, last = panel.on_compare(Asked(BI, EXAMPLE), *fields(reads=reads), gr.Request())
        assert said in last[panel.progress]
        assert "as a pair" in last[panel.progress]


def test_opening_draws_once_and_follows_what_is_read(panel: SideBySidePanel) -> None:
    *_, last = panel.on_open(False, None, Asked(BI, EXAMPLE), *fields(), gr.Request())
    assert last[panel.opened]
    assert last[panel.second]["visible"]
    shown = last[panel.shown]
    again = list(panel.on_open(True, shown, Asked(BI, EXAMPLE), *fields(), gr.Request()))
    assert all(panel.table not in updates for updates in again)
    other = list(panel.on_reading(True, shown, Asked(BI, "a b"), *fields(), gr.Request()))
    assert panel.table in other[-1]
    for opened, reading, second in (
        (False, Asked(BI, "a b"), "B"),  # nobody has looked here
        (True, None, "B"),
        (True, Asked(BI, "a b"), " "),  # said at its field when the button is pressed
    ):
        (nothing,) = panel.on_reading(opened, shown, reading, *fields(second=second), gr.Request())
        assert nothing == {panel.shown: shown}


def test_fields_that_do_not_matter_are_hidden(panel: SideBySidePanel) -> None:
    for reading, other, second, reads in (
        (Asked(BI, "a"), CROSS, True, True),
        (Asked(BI, "a"), OTHER_BI, False, False),
        (Asked(CROSS, "a", "b"), BI, False, True),
        (Asked(CROSS, "a", "b"), CROSS, False, False),
    ):
        shown = panel.on_models(reading, other)
        assert (shown[panel.second]["visible"], shown[panel.reads]["visible"]) == (second, reads)


def test_problems_stand_at_their_fields(panel: SideBySidePanel) -> None:
    for given, expected in (
        (fields(), []),
        (fields(second=" "), [2]),
        (fields(other="nobody"), [1]),
        (fields(other=BI, second=""), []),
        ([*fields(reads="x")[:4], "y", None], [3, 5, 6]),
    ):
        answers = panel.check_inputs(Asked(BI, "a"), *given, gr.Request())
        assert [i for i, each in enumerate(answers) if not each["is_valid"]] == expected
    with pytest.raises(gr.Error, match="Nothing has been read"):
        list(panel.on_compare(None, *fields(), gr.Request()))


def test_other_figures_of_what_is_shown(panel: SideBySidePanel) -> None:
    *_, last = panel.on_compare(Asked(BI, EXAMPLE), *fields(), gr.Request())
    drawn = panel.on_figure(last[panel.shown], "gini", "sinks", gr.Request())
    assert drawn[panel.plots[0]].layout.title.text == "Gini coefficient"
    assert "Gini, model 1" in drawn[panel.table]["headers"]
    with pytest.raises(gr.Error, match="not among the choices"):
        panel.on_figure(last[panel.shown], "x", "sinks", gr.Request())
