"""Rank: one head under every mask, sentences, figures, the panel's handlers, the endpoint."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any, cast

import gradio as gr
import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from demos.attention import rank_cells
from demos.attention.desk import Desk
from demos.attention.example import EXAMPLE, EXAMPLE_SECOND
from demos.attention.masks import MASKS
from demos.attention.rank import exact_rank, measure_rank
from demos.attention.readings import Asked, Measured, Readings, sinks_of
from demos.attention.spectra import MEASURED, spectra_figure, spectrum_name
from demos.attention.spectrum import figures, results
from demos.attention.spectrum.endpoint import check_mask, make_attention_rank
from demos.attention.spectrum.head import Head, measure_head, own_mask, rows_of, same_as
from demos.attention.spectrum.panel import Shown, SpectrumPanel
from demos.attention.spectrum.results import Compared
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.steps import result_of
from demos.frame.texts import TEXTS
from models.attention import Attention
from models.registry import Registry
from tests.demos.attention.fakes import MadeUpRegistry, made_up

BERT, CROSS, CAUSAL = "all-MiniLM-L6-v2", "cosent-cross", "SmolLM2-135M-Instruct"
ASKED = Asked("made-up", "a text")
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
STRANGE = "<script>alert('1')</script> & 😀 שלום مرحبا 忘记密码"


def head_of(attention: Attention, layer: int = 1, head: int = 3, sinks: bool = True) -> Any:
    return measure_head(cast(Any, MadeUpRegistry(attention)), attention, Head(layer, head, sinks))


def compared(attention: Attention, sinks: bool = True) -> Compared:
    readings = Readings(cast(Any, MadeUpRegistry(attention)))
    names: Any = ("bidirectional", "causal")
    return Compared(*(result_of(readings.measuring(ASKED, name, sinks)) for name in names))


# --- one head -----------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("sinks", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_a_head_alone_is_the_one_among_all(causal: bool, sinks: bool, bias: bool) -> None:
    attention = made_up(9, causal=causal, pair=not causal, bias=bias)
    readings = Readings(cast(Any, MadeUpRegistry(attention)))
    for layer, head in ((0, 0), (1, 2), (1, 3)):
        for each in head_of(attention, layer, head, sinks):
            if each.kind == "linear":
                continue
            among = result_of(readings.measuring(ASKED, each.mask, sinks)).layers[layer].rank
            assert each.size == 9 - (0 if sinks else len(sinks_of(attention)))
            assert torch.allclose(
                each.figures.singular_values[0], among.singular_values[head], atol=1e-9
            ), each.mask
            assert each.own == (each.mask == own_mask(attention))


def test_linear_attention_breaks_off_at_the_head_size() -> None:
    spectra = {(each.kind, each.mask): each for each in head_of(made_up(30))}
    bare, causal = spectra["linear", "bidirectional"], spectra["linear", "causal"]
    assert (bare.exact.rank, bare.exact.relation) == (8, "at most")
    assert bare.figures.numerical[0, -1] == 8
    assert rank_cells.is_singular(bare.figures, bare.exact)
    assert (causal.exact.rank, causal.exact.relation) == (30, "equal")


def test_the_prefix_that_is_told_is_the_one_that_is_left() -> None:
    attention = made_up(11, causal=False, pair=True)  # special tokens at 0, 5 and 10
    prefix = next(each for each in head_of(attention, sinks=False) if each.mask == "prefix")
    assert prefix.exact == exact_rank("softmax", "prefix", 8, 8, 4)


def test_masks_of_several_heads_are_one_of_those_measured() -> None:
    attention = made_up(6)
    assert [same_as("half_heads", attention, Head(0, head)) for head in range(4)] == [
        *("causal", "causal"),
        *("backward", "backward"),
    ]
    assert [same_as("alternating", attention, Head(layer, 0)) for layer in range(2)] == [
        *("causal", "backward"),
    ]
    names = [name for name, _ in rows_of(head_of(attention), attention, Head(1, 3))]
    assert names == [*MASKS, "bidirectional", "causal"]


def test_a_single_token_is_a_matrix_of_one() -> None:
    attention = made_up(1)
    spectra = head_of(attention)
    assert all(each.figures.effective.tolist() == [1.0] for each in spectra)
    assert all(each.figures.singular_values.tolist() == [[1.0]] for each in spectra)
    assert isinstance(spectra_figure(spectra, "en"), go.Figure)
    both = compared(attention)
    assert "1" in results.about_all(both, 1, "en")
    figures.all_heads(both.effective(), "causal", Head(0, 0), 1, "en")


# --- cells --------------------------------------------------------------------------------------


def cells_of(matrix: torch.Tensor, kind: Any = "softmax", mask: Any = "causal", d: int = 4) -> Any:
    figures = measure_rank(matrix)
    return rank_cells.cells(figures, exact_rank(kind, mask, matrix.shape[-1], d), "en")


def test_what_float64_cannot_see_is_a_bound() -> None:
    sharp = torch.eye(6, dtype=torch.float64)[None].clone()
    sharp[0, 5, 5] = 1e-20
    triangular = cells_of(sharp)
    assert triangular[-2] == "≥ 3.8 × 10¹⁴"
    assert triangular[-1] == "−46.1"  # log 1e-20, from the diagonal
    full = cells_of(sharp, mask="bidirectional")
    assert full[-2] == "≥ 3.8 × 10¹⁴"
    assert full[-1].startswith("≤ −3")
    linear = cells_of(sharp, "linear", "bidirectional")
    assert linear[0] == "≤ 4 · a product through d features"
    assert linear[-2:] == ["∞ (singular)", "−∞ (singular)"]
    sharp[0, 5, 5] = 0.0
    assert cells_of(sharp)[-1] == "below 10⁻³⁰⁸"


def test_what_it_can_see_is_a_number() -> None:
    cells = cells_of(torch.diag(torch.tensor([1.0, 0.5, 0.25]).double())[None])
    assert cells[0] == "3 · positive diagonal"
    assert cells[2] == "1.31"
    assert cells[-2:] == ["4", "−2.1"]
    assert len(cells) == len(rank_cells.headers("en"))


def test_several_draws_have_a_spread() -> None:
    draws = torch.stack([torch.eye(4).double(), torch.diag(torch.tensor([1.0, 1, 0.05, 0.05]))])
    cells = cells_of(draws)
    assert cells[1] == "3.2 ± 1.1"
    assert cells[3] == "3 ± 1"
    assert cells[7] == "4"


@pytest.mark.parametrize(
    ("value", "said"),
    [(3.0, "3"), (2_137.4, "2,137"), (6.94e5, "6.9 × 10⁵"), (float("inf"), "∞")],
)
def test_powers_are_said(value: float, said: str) -> None:
    assert rank_cells.power(value) == said
    assert rank_cells.small(2.2e-8) == "2.2 × 10⁻⁸"
    assert rank_cells.small(0.25) == "0.25"


# --- sentences, figures, files ------------------------------------------------------------------


def fixed(values: list[list[float]]) -> Measured:
    """Figures of made-up heads whose effective ranks are these [layers, heads]."""
    measured = compared(made_up(6)).causal
    for layer, row in zip(measured.layers, values, strict=True):
        object.__setattr__(layer.rank, "effective", torch.tensor(row))
    return measured


def test_the_winner_is_counted() -> None:
    low, high = fixed([[1.0, 2, 3, 4]] * 2), fixed([[2.0, 3, 3, 4]] * 2)
    ahead = results.about_all(Compared(bidirectional=low, causal=high), 6, "en")
    assert "larger in 4 of 8" in ahead
    assert "4 are alike" in ahead
    behind = results.about_all(Compared(bidirectional=high, causal=low), 6, "en")
    assert "contrary to the post's claim the bidirectional mask" in behind
    assert "neither mask" in results.about_all(Compared(high, high), 6, "en")


def test_the_typical_head_is_the_median() -> None:
    typical = results.typical_head(fixed([[1.0, 9, 8, 7], [2, 5, 3, 6]]))
    assert typical == Head(1, 1)


@LANGUAGES
def test_tables_and_sentences_are_in_both_languages(language: Any) -> None:
    attention = made_up(12, causal=False, pair=True)
    spectra, chosen = head_of(attention), Head(1, 3)
    headers, rows = results.table(spectra, attention, chosen, language)
    assert len(rows) == len(MASKS) + 2
    assert {len(row) for row in rows} == {len(headers)}
    assert sum("own" in row[0] or "自身" in row[0] for row in rows) == 1
    own = next(each for each in spectra if each.own)
    assert spectrum_name(own, language) in rows[0][0]
    without = results.what_if(attention, "m", 3, language)
    assert "3" in without
    assert "3" not in results.what_if(attention, "m", 0, language)
    both = compared(attention)
    said = results.about_resolution(both, language) + results.about_exact(12, 8, language)
    assert "{" not in said + results.about_head(spectra, chosen, language)


def test_figures_are_light_and_complete() -> None:
    attention = made_up(40)
    drawn = spectra_figure(head_of(attention), "en")
    named = [trace for trace in drawn.data if trace.showlegend is not False]
    assert len(named) == len(MEASURED)
    assert all(trace.y.dtype == np.float32 for trace in drawn.data)
    assert [trace.line.width for trace in named if "own" in trace.name] == [3.2]
    effective = compared(attention).effective()
    heads = figures.all_heads(effective, "causal", Head(1, 3), 40, "en")
    assert heads.data[0].y.shape == (8,)
    assert [trace.name for trace in heads.data[:3:2]] == ["bidirectional", "causal (its own)"]
    rings = [trace for trace in heads.data if trace.marker.symbol == "circle-open"]
    assert [ring.y[0] for ring in rings] == [values[1, 3] for values in effective.values()]
    json.loads(heads.to_json())


def read_csv(path: str) -> list[list[str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_files_hold_what_was_measured() -> None:
    attention = made_up(7)
    spectra = head_of(attention)
    rows = read_csv(results.spectra_file(spectra, Head(1, 3)))
    assert len(rows) == 8
    assert float(rows[1][2]) == pytest.approx(float(spectra[1].figures.singular_values[0, 0]))
    heads = read_csv(results.heads_file(compared(attention)))
    assert len(heads) == 1 + 2 * 2 * 4
    assert heads[0][-1] == "rank_1e-12"


def test_texts_are_complete() -> None:
    keys = [f"attention.rank.softmax.{name}" for name in MASKS]
    keys += [f"attention.rank.{kind}.{name}" for kind, name in MEASURED]
    assert set(keys) <= set(TEXTS)
    ours = {key: both for key, both in TEXTS.items() if key.startswith("attention.rank.")}
    assert all(english and chinese for english, chinese in ours.values())


# --- the panel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> Iterator[SpectrumPanel]:
    with gr.Blocks() as app, gr.Tab():
        desk = Desk(AppContext(registry, app, OwnModels(registry, "secret")))
        with gr.Tab():
            yield SpectrumPanel(desk)


def asked_of(panel: SpectrumPanel, model: str, text: str = EXAMPLE) -> Asked:
    return Asked(model, text, EXAMPLE_SECOND).cleaned(panel.registry)


def begin(panel: SpectrumPanel, asked: Asked, sinks: bool = True) -> dict[Any, Any]:
    """The updates of a first drawing, together."""
    together: dict[Any, Any] = {}
    for updates in panel.on_text(1, asked, sinks, None, None, cast(Any, None)):
        together |= updates
    return together


@pytest.mark.parametrize("model", [BERT, CROSS, CAUSAL])
@pytest.mark.parametrize("sinks", [True, False])
def test_a_text_is_drawn(panel: SpectrumPanel, model: str, sinks: bool) -> None:
    asked = asked_of(panel, model)
    drawn = begin(panel, asked, sinks)
    attention = panel.readings.attention(asked)
    begun = drawn[panel.begun]
    assert drawn[panel.shown] == Shown(asked, Head(begun.layer, begun.head, sinks))
    layer, head = panel.on_begun(begun)
    assert (layer["maximum"], head["maximum"]) == (attention.layers, attention.heads)
    assert (layer["value"], head["value"]) == (begun.layer + 1, begun.head + 1)
    assert isinstance(drawn[panel.spectra], go.Figure)
    assert isinstance(drawn[panel.heads], go.Figure)
    assert len(drawn[panel.table]["data"]) == 8
    assert "what-if" in drawn[panel.notes]
    assert ("Left out" in drawn[panel.notes]) != sinks
    assert drawn[panel.progress] == ""
    assert drawn[panel.cancel]["visible"] is False


@pytest.mark.parametrize("text", ["a", STRANGE, "word " * 2_000])
def test_odd_texts_are_drawn(panel: SpectrumPanel, text: str) -> None:
    for sinks in (True, False):
        drawn = begin(panel, asked_of(panel, BERT, text), sinks)
        assert len(drawn[panel.table]["data"]) == 8
        assert "<script" not in drawn[panel.notes]


def test_nothing_is_drawn_unseen_or_twice(panel: SpectrumPanel) -> None:
    asked = asked_of(panel, BERT)
    shown = begin(panel, asked)[panel.shown]
    request = cast(Any, None)
    assert list(panel.on_text(0, asked, True, None, None, request)) == [{panel.shown: None}]
    assert list(panel.on_text(1, None, True, None, None, request)) == [{panel.shown: None}]
    assert list(panel.on_text(1, asked, True, shown, None, request)) == [{panel.shown: shown}]
    assert panel.on_select(0, None, None) == 1
    assert panel.on_select(1, asked, shown) == 1
    assert panel.on_select(1, asked, None) == 2
    assert panel.on_select(1, asked_of(panel, BERT, "other"), shown) == 2


def test_a_head_is_chosen_and_the_sliders_stay(panel: SpectrumPanel) -> None:
    asked = asked_of(panel, BERT)
    shown = begin(panel, asked)[panel.shown]
    *_, last = panel.on_choose(asked, False, 6, 12, shown, cast(Any, None))
    assert last[panel.shown] == Shown(asked, Head(5, 11, False))
    assert panel.begun not in last
    assert "Layer 6, head 12" in last[panel.notes]


def test_a_choice_before_anything_is_shown_begins(panel: SpectrumPanel) -> None:
    asked = asked_of(panel, BERT)
    *_, last = panel.on_choose(asked, False, 1, 1, None, cast(Any, None))
    assert last[panel.begun].asked == asked
    assert last[panel.shown].chosen.sinks is False
    assert list(panel.on_choose(None, True, 1, 1, None, cast(Any, None))) == [{panel.shown: None}]


@pytest.mark.parametrize(("layer", "head"), [(7, 1), (0, 1), (1, 13), (1.5, 1), (None, 1)])
def test_a_head_that_is_none_is_said_at_its_field(
    panel: SpectrumPanel, layer: Any, head: Any
) -> None:
    asked = asked_of(panel, BERT)
    shown = Shown(asked, Head(0, 0))
    checks = panel.check_inputs(asked, True, layer, head, shown, cast(Any, None))
    assert [check["is_valid"] for check in checks].count(False) == 1
    assert len(checks) == 5
    with pytest.raises(gr.Error, match="whole number from 1 to"):
        list(panel.on_choose(asked, True, layer, head, shown, cast(Any, None)))


def test_a_cancelled_drawing_counts_as_none(panel: SpectrumPanel) -> None:
    steps = panel.on_text(1, asked_of(panel, BERT), True, None, None, cast(Any, None))
    first = next(steps)
    assert first[panel.cancel]["visible"] is True
    seen = next(steps)
    steps.close()
    assert panel.shown not in first | seen
    note, button = panel.on_cancelled(cast(Any, None))
    assert "ancelled" in note
    assert button["visible"] is False


# --- the endpoint -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def endpoint(registry: Registry) -> Any:
    return make_attention_rank(registry, Readings(registry))


@pytest.mark.parametrize("mask", ["own", *MASKS])
def test_the_endpoint_measures_every_head(endpoint: Any, registry: Registry, mask: str) -> None:
    answer = json.loads(json.dumps(endpoint(BERT, EXAMPLE, "", mask, False)))
    assert answer["mask"] == ("bidirectional" if mask == "own" else mask)
    assert answer["left_out"] == [0, len(answer["tokens"]) - 1]
    assert len(answer["layers"]) == 6
    asked = Asked(BERT, EXAMPLE)
    measured = result_of(Readings(registry).measuring(asked, check_mask(mask), False))
    for layer, expected in zip(answer["layers"], measured.layers, strict=True):
        assert layer["effective_rank"] == expected.rank.effective.tolist()
        assert np.array(layer["numerical_rank"]).shape == (12, len(answer["tolerances"]))
        assert layer["resolved"] == expected.rank.resolved.tolist()


def test_what_is_not_finite_is_null() -> None:
    attention = made_up(5)
    attention.keys.mul_(1e4)  # so sharp that diagonals vanish
    registry = cast(Any, MadeUpRegistry(attention))
    answer = make_attention_rank(registry, Readings(registry))("made-up", "a")
    assert "NaN" not in json.dumps(answer)
    assert "Infinity" not in json.dumps(answer)
    assert None in answer["layers"][0]["log_abs_det"]


def test_a_second_text_counts_for_a_cross_encoder(endpoint: Any) -> None:
    one, two = (endpoint(CROSS, "a cat", second) for second in ("a dog", "a dog sleeps here"))
    assert len(two["tokens"]) == len(one["tokens"]) + 2
    assert endpoint(BERT, "a cat", "ignored")["tokens"] == endpoint(BERT, "a cat")["tokens"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((BERT, " "), "There is no text"),
        ((CROSS, "a", " "), "There is no text"),
        ((BERT, "a" * 30_000), "30,000 characters"),
        (("all-MiniLM", "a"), "did you mean"),
        (([], "a"), "“model” has to be a string"),
        ((BERT, None), "“text” has to be a string"),
        ((BERT, "a", 3), "“second_text” has to be a string"),
        ((BERT, "a", "", "diagonal"), "no mask “diagonal”"),
        ((BERT, "a", "", None), "no mask"),
        ((BERT, "a", "", "own", "yes"), "true or false"),
    ],
)
def test_the_endpoint_says_what_is_wrong(endpoint: Any, arguments: Any, sentence: str) -> None:
    with pytest.raises(gr.Error, match=sentence):
        endpoint(*arguments)


def test_problems_are_said_in_both_languages() -> None:
    with pytest.raises(InputProblem) as caught:
        check_mask("none")
    assert caught.value.sentence("en") != caught.value.sentence("zh")
