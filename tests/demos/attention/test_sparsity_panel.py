"""Sparsity: references, rows under a temperature, figures, the panel's handlers, the endpoint."""

from __future__ import annotations

import csv
import json
import math
from typing import Any

import gradio as gr
import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from demos.attention.desk import Desk
from demos.attention.distribution import figures, results
from demos.attention.distribution.endpoint import make_attention_sparsity
from demos.attention.distribution.panel import Shown, SparsityPanel
from demos.attention.distribution.references import measure_references
from demos.attention.distribution.row import Row, heat, row_of
from demos.attention.example import EXAMPLE
from demos.attention.index_names import index_name
from demos.attention.readings import Asked, Measured, Readings, sinks_of
from demos.attention.sparsity import INDICES
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.steps import result_of
from demos.frame.texts import TEXTS
from demos.frame.texts.attention_sparsity import TEXTS as OURS
from models.attention import Attention, attention_weights
from models.registry import Registry

BERT, CROSS, CAUSAL = "all-MiniLM-L6-v2", "cosent-cross", "SmolLM2-135M-Instruct"
LONG = pytest.param(CAUSAL, marks=pytest.mark.slow)
EVERY = pytest.mark.parametrize("model", [BERT, CROSS, LONG])
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = gr.Request()
SCRIPT = "<script>alert('1')</script> & \"more\""


def read(registry: Registry, model: str, text: str = EXAMPLE) -> Attention:
    return Readings(registry).attention(Asked(model, text, "A second one."))


@pytest.fixture(scope="module")
def readings(registry: Registry) -> Readings:
    return Readings(registry)


@pytest.fixture(scope="module")
def bert(readings: Readings) -> Attention:
    return readings.attention(Asked(BERT, EXAMPLE))


@pytest.fixture(scope="module")
def both(readings: Readings) -> tuple[Measured, Measured]:
    asked = Asked(BERT, EXAMPLE)
    return tuple(result_of(readings.measuring(asked, sinks=s)) for s in (True, False))  # type: ignore[return-value]


# --- one row ---


@EVERY
def test_a_row_is_that_of_the_weights(registry: Registry, model: str) -> None:
    attention = read(registry, model)
    weights = attention_weights(attention, 1)  # [h, n, n]
    place, head = len(attention.tokens) // 2, attention.heads - 1
    row = row_of(attention, 1, head, place)
    assert len(row.keys) == (place + 1 if attention.causal else len(attention.tokens))
    heated = heat(torch.from_numpy(row.logits), 1.0, 3.0)
    assert heated.weights == pytest.approx(weights[head, place, row.keys].numpy(), abs=1e-5)


def test_a_row_without_sinks_is_normalised_anew(bert: Attention) -> None:
    sinks = sinks_of(bert)
    row = row_of(bert, 0, 0, 3, sinks)
    assert set(row.keys.tolist()) == set(range(len(bert.tokens))) - set(sinks)
    assert heat(torch.from_numpy(row.logits), 1.0, 3.0).weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("at", [(-1, 0, 0), (6, 0, 0), (0, 12, 0), (0, 0, 999), (0, 0, 0)])
def test_no_row_where_there_is_none(bert: Attention, at: tuple[int, int, int]) -> None:
    with pytest.raises(InputProblem, match="no such row"):
        row_of(bert, *at, without=(0,))


@pytest.mark.parametrize("temperature", [0.1, 1.0, 7.0])
@pytest.mark.parametrize("p", [1.05, 2.0, 3.0, 20.0])
def test_renyis_link_holds(temperature: float, p: float) -> None:
    logits = torch.randn(40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    heated = heat(logits, temperature, p)
    assert [link.p for link in heated.links] == [p, 1.5, 2.0, 4.0, math.inf]
    for link in heated.links:
        assert link.linked == pytest.approx(link.direct, rel=1e-9)
    star = heated.now["s_star_1_2"]
    assert star**2 == pytest.approx(heated.now["participation"])
    assert star == pytest.approx(1 / math.sqrt(1 + heated.variation))
    assert heated.links[-1].direct == pytest.approx(heated.now["s0"])


def test_cold_is_sparse_for_every_index() -> None:
    logits = torch.randn(40, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    curves = heat(logits, 1.0, 3.0).curves
    for key, index in INDICES.items():
        steps = np.diff(curves[key])
        assert ((steps if index.sparse == "low" else -steps) > -1e-12).all(), key


def test_one_key_is_no_choice() -> None:
    heated = heat(torch.zeros(1, dtype=torch.float64), 0.5, 3.0)
    assert heated.now["s_star_1_2"] == heated.now["s0"] == 1
    row = Row(0, np.array([0]), np.zeros(1))
    assert "n = 1" in results.link_html(row, heated, "en")
    assert len(figures.row_figure(row, heated, ["a"], (), "en").data) == 2


# --- known values ---


def test_references_are_met() -> None:
    for reference in measure_references():
        for known, ours in zip(reference.known, reference.measured, strict=True):
            assert ours == pytest.approx(known, abs=0.011), reference.key
    assert "0.0467" in results.reference_html(measure_references(), "en")


# --- figures and tables ---


@LANGUAGES
def test_boxes_are_drawn_for_both_and_travel_light(
    both: tuple[Measured, Measured], language: Any
) -> None:
    for key in INDICES:
        figure = figures.box_figure(*both, key, language)
        assert [trace.type for trace in figure.data] == ["box", "scatter"] * 2
        assert len(figure.data[0].median) == 6
        assert len(figure.to_json()) < 40_000
    assert len(figures.box_figure(both[0], None, "gini", language).data) == 2


def test_dark_is_sparse_whichever_way_an_index_points(both: tuple[Measured, Measured]) -> None:
    low, high = (figures.heads_figure(both[0], key, "en").data[0] for key in ("s0", "gini"))
    assert low.colorscale[0][1] == high.colorscale[-1][1]
    assert low.z.shape == (6, 12)


def test_tokens_are_shown_as_text(registry: Registry) -> None:
    attention = read(registry, BERT, SCRIPT)
    row = row_of(attention, 0, 0, 1)
    heated = heat(torch.from_numpy(row.logits), 0.5, 3.0)
    figure = figures.row_figure(row, heated, attention.tokens, sinks_of(attention), "en")
    assert "<" not in "".join(figure.layout.xaxis.categoryarray)
    assert not any("<" in name for bar in figure.data[:2] for name in bar.customdata)
    assert "“&lt;”" in figure.layout.title.text


def test_equal_tokens_are_different_bars(bert: Attention) -> None:
    row = row_of(bert, 0, 0, 1)
    heated = heat(torch.from_numpy(row.logits), 1.0, 3.0)
    figure = figures.row_figure(row, heated, ["the"] * len(bert.tokens), (), "en")
    assert len(set(figure.layout.xaxis.categoryarray)) == len(bert.tokens)


@LANGUAGES
def test_the_table_has_a_formula_a_row_and_no_stray_bar(language: Any) -> None:
    heated = heat(torch.arange(5, dtype=torch.float64), 2.0, 3.0)
    lines = results.index_table(heated, language).splitlines()
    assert len(lines) == 2 + len(INDICES)
    assert all(line.count("|") == 6 for line in lines)
    assert all(line.count("$") == 2 for line in lines[2:])


def test_the_sentence_names_rows_and_sinks(bert: Attention, both: tuple[Measured, Any]) -> None:
    said = results.what_is_measured(both[0], sinks_of(bert), bert.tokens, False, "en")
    assert f"{6 * 12 * len(bert.tokens):,} rows" in said
    assert "[CLS], [SEP]" in said
    assert "no sinks" in results.what_is_measured(both[0], (), bert.tokens, True, "en")


def test_the_file_has_a_line_a_head(both: tuple[Measured, Measured]) -> None:
    path = results.heads_file(Asked(BERT, EXAMPLE), *both)
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 2 * 6 * 12
    assert {line["sinks"] for line in lines} == {"counted", "left out"}
    assert all(0 <= float(line[key]) <= 1 for line in lines for key in INDICES)


def test_texts_are_complete() -> None:
    assert set(OURS) <= set(TEXTS)
    for key, (english, chinese) in OURS.items():
        assert english.strip(), key
        assert chinese.strip(), key
    assert index_name("s_star_2_4", "en") == "S*(2, 4)"


# --- the panel ---


@pytest.fixture(scope="module")
def panel(registry: Registry) -> SparsityPanel:
    with gr.Blocks() as app, gr.Tab("Attention"):
        desk = Desk(AppContext(registry, app, OwnModels(registry, "secret")))
        with gr.Tab("Sparsity"):
            made = SparsityPanel(desk)
    return made


FIELDS = ["counted", None, None, None, "1", "3"]


def drawn(panel: SparsityPanel, asked: Asked) -> dict[Any, Any]:
    """What is shown of a reading at the end: its row, then its heads."""
    *_, row = panel.on_reading(asked, True, None, *FIELDS, None, REQUEST)
    *_, heads = panel.on_heads(row[panel.shown], "s_star_1_2", REQUEST)
    return row | heads


def cleaned(registry: Registry, model: str, text: str, second: str = "") -> Asked:
    return Asked(model, text, second).cleaned(registry)


@pytest.mark.parametrize(
    ("model", "text", "second"),
    [
        (BERT, EXAMPLE, ""),
        (CROSS, EXAMPLE, "Where is it?"),
        (CAUSAL, EXAMPLE, ""),
        (CAUSAL, "a", ""),
        (BERT, "a", ""),
        (BERT, "👩‍👩‍👧‍👦 🙂", ""),
        (BERT, "السلام عليكم يا صديقي", ""),
        (BERT, SCRIPT, ""),
        (CROSS, SCRIPT, SCRIPT),
    ],
)
def test_a_reading_is_drawn(
    panel: SparsityPanel, registry: Registry, model: str, text: str, second: str
) -> None:
    asked = cleaned(registry, model, text, second)
    updates = drawn(panel, asked)
    assert updates[panel.shown] == Shown(asked, "counted")
    for plot in (panel.boxes, panel.heads, panel.row, panel.curves):
        assert isinstance(updates[plot], go.Figure)
    assert updates[panel.progress] == ""
    assert updates[panel.csv]["interactive"]
    assert "<script" not in updates[panel.note] + updates[panel.link] + updates[panel.table]


def test_ten_thousand_characters_are_cut_and_drawn(
    panel: SparsityPanel, registry: Registry
) -> None:
    asked = cleaned(registry, BERT, "word " * 2_000)
    assert isinstance(drawn(panel, asked)[panel.boxes], go.Figure)


def test_nothing_is_drawn_unseen_or_twice(panel: SparsityPanel, registry: Registry) -> None:
    asked = cleaned(registry, BERT, EXAMPLE)
    shown = Shown(asked, "counted")
    for opened, before in ((False, None), (True, shown)):
        assert list(panel.on_reading(asked, opened, before, *FIELDS, None, REQUEST)) == [
            {panel.shown: before}
        ]
    (waiting,) = panel.on_reading(None, True, None, *FIELDS, None, REQUEST)
    assert "Nothing has been read" in waiting[panel.progress]
    assert list(panel.on_heads(None, "gini", REQUEST)) == [{panel.progress: ""}]


def test_opening_shows_known_values_once(panel: SparsityPanel) -> None:
    *_, first = panel.on_open(False, REQUEST)
    assert "softmax(3 N(0, 1))" in first[panel.references]
    assert list(panel.on_open(True, REQUEST)) == [{panel.opened: True}]


def test_leaving_out_sinks_moves_the_row_and_keeps_the_token(
    panel: SparsityPanel, registry: Registry
) -> None:
    asked = cleaned(registry, BERT, EXAMPLE)
    before = Shown(asked, "counted")
    for chosen, expected in ((0, None), (3, 3)):  # [CLS] is gone, another token stays
        fields = ["left_out", 5, 11, chosen, "0.5", "2"]
        *_, updates = panel.on_reading(asked, True, before, *fields, None, REQUEST)
        places = [place for _, place in updates[panel.place]["choices"]]
        assert 0 not in places
        assert updates[panel.place]["value"] in places
        assert expected in (None, updates[panel.place]["value"])
        assert updates[panel.shown] == Shown(asked, "left_out")
        assert panel.layer not in updates
    *_, updates = panel.on_heads(Shown(asked, "left_out"), "gini", REQUEST)
    assert "Gini" in updates[panel.heads].layout.title.text


def test_what_is_off_the_sliders_or_lists_is_one_sentence(
    panel: SparsityPanel, registry: Registry
) -> None:
    shown = Shown(cleaned(registry, BERT, EXAMPLE), "counted")
    with pytest.raises(gr.Error, match=r"between 0\.1 and 10"):
        panel.on_row(shown, "counted", 0, 0, 1, "0", "3", REQUEST)
    with pytest.raises(gr.Error, match="no such row"):
        panel.on_row(shown, "counted", None, 0, 1, "1", "3", REQUEST)
    assert panel.on_row(None, *FIELDS, REQUEST) == {panel.link: ""}


# --- the endpoint ---


@pytest.fixture(scope="module")
def endpoint(registry: Registry, readings: Readings) -> Any:
    return make_attention_sparsity(registry, readings)


def test_the_endpoint_gives_what_is_measured(
    endpoint: Any, both: tuple[Measured, Measured]
) -> None:
    for sinks, measured in zip((True, False), both, strict=True):
        answer = json.loads(json.dumps(endpoint(BERT, EXAMPLE, "", sinks)))
        assert (answer["layers"], answer["heads"]) == (6, 12)
        assert answer["sinks"] == ([] if sinks else [0, answer["tokens"] - 1])
        assert set(answer["indices"]) == set(INDICES) == set(answer["sparse"])
        for key, layers in answer["indices"].items():
            assert layers[2] == measured.layers[2].indices[key].tolist()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((BERT, ""), "There is no text"),
        ((CROSS, "a", "  "), "There is no text"),
        ((BERT, "a" * 30_000), "30,000 characters"),
        (("all-MiniLM", "a"), "did you mean"),
        ((["x"], "a"), "have to be strings"),
        ((BERT, None), "have to be strings"),
        ((BERT, "a", "", "yes"), "true or false"),
    ],
)
def test_the_endpoint_says_what_is_wrong(endpoint: Any, arguments: Any, sentence: str) -> None:
    with pytest.raises(gr.Error, match=sentence):
        endpoint(*arguments)
