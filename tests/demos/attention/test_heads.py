"""All heads as small multiples, and one from close by: figures, pictures, files, handlers."""

from __future__ import annotations

import csv
import io
import json
import re
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image

from demos.attention.desk import Desk
from demos.attention.example import EXAMPLE
from demos.attention.heads import results
from demos.attention.heads.choices import CHOICES, DEFAULT, choice_of, strongest, values_of, written
from demos.attention.heads.endpoint import make_attention_heads
from demos.attention.heads.figures import MOST_LABELS, SCALES, matrix, token_label
from demos.attention.heads.looking import Look, block_shares, look, weights_of_layer
from demos.attention.heads.overview import colour, overview_html, sprite, strength
from demos.attention.heads.panel import HeadsPanel, Shown
from demos.attention.measure import NEIGHBOURS, measure_layer
from demos.attention.readings import Asked, Measured, Readings, sinks_of
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.export import write_npz
from demos.frame.own_models import OwnModels
from demos.frame.progress import notice_html
from demos.frame.steps import result_of
from models.attention import Attention, attention_weights
from models.registry import Registry
from tests.demos.attention.fakes import MadeUpRegistry, made_up

MODEL, CROSS = "all-MiniLM-L6-v2", "cosent-cross"
ASKED = Asked("made-up", "a text")
STRANGE = "<script>alert('1')</script> \"x\" & 😀 שלום سلام 忘记密码"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def measured_of(attention: Attention, sinks: bool = True) -> Measured:
    registry = cast(Any, MadeUpRegistry(attention))
    return result_of(Readings(registry).measuring(ASKED, None, sinks))


def look_at(attention: Attention, layer: int = 1, head: int = 3, sinks: bool = True) -> Look:
    registry = cast(Any, MadeUpRegistry(attention))
    return look(registry, Readings(registry), ASKED, layer, head, sinks)


# --- the mathematics that was added -------------------------------------------------------------


@pytest.mark.parametrize("causal", [False, True])
def test_weight_near_a_token_is_that_of_the_diagonals(causal: bool) -> None:
    attention = made_up(9, causal=causal)
    figures = measured_of(attention).layers[1]
    weights = attention_weights(attention, 1).double()
    for key, step in NEIGHBOURS.items():
        rows = [t for t in range(9) if 0 <= t + step < 9 and not (causal and t == 0)]
        expected = torch.stack([weights[:, t, t + step] for t in rows]).mean(dim=0)
        assert torch.allclose(figures.near[key], expected, atol=1e-6), key


def test_over_a_gap_of_removed_tokens_none_is_near() -> None:
    big = torch.zeros(1, 5, 4)
    figures = measure_layer(big, big, 1.0, sinks=(2,), without=(2,))
    # 0 1 | 3 4: two rows have a next token, each with a quarter of the weight.
    assert figures.near["next"].tolist() == [0.25]
    alone = measure_layer(big, big, 1.0, sinks=(1, 2, 3, 4), without=(1, 2, 3, 4))
    assert [alone.near[key].item() for key in NEIGHBOURS] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("causal", [False, True])
def test_a_head_from_close_by_is_the_one_in_the_overview(causal: bool, bias: bool) -> None:
    attention = made_up(7, causal=causal, bias=bias)
    for sinks in (True, False):
        measured = measured_of(attention, sinks)
        for layer, head in ((0, 0), (1, 2), (1, 3)):
            seen = look_at(attention, layer, head, sinks)
            side = seen.whole if sinks or seen.rest is None else seen.rest
            for key, choice in CHOICES.items():
                expected = float(values_of(measured, key)[layer, head])
                assert float(choice.of(side)[0]) == pytest.approx(expected), key
            rows = np.nansum(seen.weights, axis=1)
            assert rows == pytest.approx(np.ones(len(rows)), abs=1e-6)
            if sinks:
                own = attention_weights(attention, layer)[head].numpy()
                assert np.nan_to_num(seen.weights) == pytest.approx(own, abs=1e-6)
            assert np.isnan(seen.weights).any() == causal
    assert seen.positions == (tuple(range(1, 7)) if causal else tuple(range(7)))


def test_weights_of_a_layer_are_the_models_own() -> None:
    attention = made_up(6)
    registry = cast(Any, MadeUpRegistry(attention))
    weights = weights_of_layer(registry, attention, 1, ())
    assert weights.dtype == np.float32
    assert weights == pytest.approx(attention_weights(attention, 1).numpy(), abs=1e-6)
    assert weights_of_layer(registry, attention, 1, (0, 5)).shape == (4, 4, 4)


def test_shares_of_a_pairs_blocks_sum_to_one() -> None:
    seen = look_at(made_up(10, causal=False, pair=True))
    shares = block_shares(seen)
    for part in (0, 1):
        assert sum(v for (looking, _), v in shares.items() if looking == part) == pytest.approx(1)
    assert "give" in results.blocks_sentence(seen, "en")
    assert results.blocks_sentence(look_at(made_up(6)), "en") == ""


# --- the overview -------------------------------------------------------------------------------


def test_the_sprite_holds_every_picture_in_its_place() -> None:
    measured = measured_of(made_up(12, layers=3))
    image = Image.open(io.BytesIO(sprite(measured)))
    assert image.size == (4 * 48, 3 * 48)
    opacity = np.asarray(image.convert("RGBA"))[..., 3]
    for layer in range(3):
        for head in range(4):
            tile = opacity[48 * layer : 48 * (layer + 1) : 4, 48 * head : 48 * (head + 1) : 4]
            assert (tile == measured.layers[layer].thumbnails[head].numpy()).all()


@LANGUAGES
@pytest.mark.parametrize("key", CHOICES)
def test_every_head_is_a_button_with_its_figure(key: str, language: Any) -> None:
    measured = measured_of(made_up(8))
    html = overview_html(measured, key, (1, 2), language)
    buttons = re.findall(r"<button .*?</button>", html)
    assert len(buttons) == 8
    (chosen,) = (button for button in buttons if 'aria-pressed="true"' in button)
    assert 'data-layer="2" data-head="3"' in chosen
    assert 'tabindex="0"' in chosen
    assert written(float(values_of(measured, key)[1, 2]), key) in chosen


@pytest.mark.parametrize(("layers", "heads", "n"), [(6, 12, 512), (30, 9, 256)])
def test_the_overview_is_light(layers: int, heads: int, n: int) -> None:
    figures = measured_of(made_up(4, layers=1, heads=heads, kv=1)).layers[0]
    # Noise is what a PNG packs worst.
    noise = torch.randint(0, 256, (heads, min(n, 64), min(n, 64)), dtype=torch.uint8)
    noisy = Measured((type(figures)(**{**vars(figures), "thumbnails": noise}),) * layers, ())
    html = overview_html(noisy, DEFAULT, (0, 0), "en")
    assert len(html) < 2_000_000
    assert html.count("data:image/png") == 1


def test_red_is_the_sparse_end() -> None:
    values = np.array([[0.1, 0.4], [0.3, 0.9]])
    assert strength(values, "s_star_1_2")[0, 0] == 1 > strength(values, "s_star_1_2")[1, 1]
    assert strength(values, "gini")[1, 1] == 1
    assert strongest(values, "s_star_1_2") == (0, 0)
    assert strongest(values, "gini") == (1, 1)
    assert (strength(np.ones((2, 2)), "gini") == 0.5).all()
    assert (colour(0), colour(1), colour(7)) == ("#3f74b5", "#c8503c", "#c8503c")


# --- the matrix ---------------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("n", [1, 2, 40, 200])
def test_the_matrix_is_light_and_named(n: int, scale: Any, language: Any) -> None:
    seen = look_at(made_up(n))
    figure = matrix(seen, scale, language)
    assert figure.data[0].z.dtype == np.float32
    assert len(figure.layout.xaxis.ticktext) == n
    assert 2 <= len(figure.layout.annotations) <= 2 * MOST_LABELS
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    stops = [stop for stop, _ in figure.data[0].colorscale]
    assert stops == sorted(stops)
    assert (stops[0], stops[-1]) == (0, 1)
    assert len(figure.to_json()) < 40_000 + 14 * n * n


def test_tokens_are_shown_as_text_whatever_they_hold() -> None:
    tokens = ("<b>", "&amp;", "שלום", '"', "a" * 60, "😀")
    figure = matrix(look_at(made_up(6, tokens=tokens)), "sqrt", "en")
    written_out = json.dumps(figure.to_plotly_json(), default=str, ensure_ascii=False)
    assert "<b>\u2069" not in written_out
    assert "&lt;b&gt;" in written_out
    assert token_label("&amp;") == "\u2068&amp;amp;\u2069"
    assert token_label("שלום") == "\u2068שלום\u2069"
    assert len(token_label("a" * 60)) < 16


def test_a_pair_is_marked_by_lines_and_names() -> None:
    attention = made_up(12, causal=False, pair=True)
    figure = matrix(look_at(attention), "linear", "en")
    # A from 1 to 5, B from 7 to 10: four edges, each across and down.
    assert {shape.x0 for shape in figure.layout.shapes} >= {0.5, 5.5, 6.5, 10.5}
    names = [note.text for note in figure.layout.annotations]
    assert names.count("A") == names.count("B") == 2
    alone = matrix(look_at(made_up(6)), "linear", "en")
    assert not alone.layout.shapes


# --- tables, sentences, files -------------------------------------------------------------------


@LANGUAGES
def test_the_heads_table_has_both_sides(language: Any) -> None:
    headers, rows = results.head_table(look_at(made_up(9)), language)
    assert len(headers) == 3
    assert len(rows) == len(CHOICES) + 3
    named = next(row for row in rows if "t0" in str(row[0]))
    assert named[2] == "–"
    without_sinks = look_at(made_up(9, causal=False))
    assert without_sinks.rest is None
    assert {row[2] for row in results.head_table(without_sinks, language)[1]} == {"–"}


@LANGUAGES
def test_the_table_of_all_heads_counts_from_one(language: Any) -> None:
    headers, rows = results.heads_table(measured_of(made_up(9)), language)
    assert len(headers) == 2 + len(CHOICES) == len(rows[0])
    assert [row[:2] for row in rows] == [[i, j] for i in (1, 2) for j in (1, 2, 3, 4)]


def with_previous_token_head(n: int = 24) -> Attention:
    """Head 2.3 looks at the previous token and nowhere else; every other head looks evenly."""
    attention = made_up(n, heads=4, kv=4, causal=False)
    queries, keys = torch.zeros(2, 4, n, n), torch.zeros(2, 4, n, n)
    queries[1, 2] = 60 * torch.eye(n)
    keys[1, 2] = torch.eye(n).roll(1, dims=1)  # key t is what query t + 1 looks for
    return Attention(**{**vars(attention), "queries": queries, "keys": keys})


def test_the_notice_finds_a_head_that_looks_at_the_previous_token() -> None:
    attention = with_previous_token_head()
    measured = measured_of(attention)
    first, *_ = results.notices(measured, attention, DEFAULT, "en")
    assert "The sparsest head is 2.3" in first
    assert "100% of its weight on the previous token" in first
    assert "even attention would put 4.2%" in first
    assert results.notices(measured, attention, "gini", "en")[0].startswith(
        "The sparsest head is 2.3 (Gini"
    )


def test_the_notice_says_where_there_is_no_habit_and_nothing_of_two_tokens() -> None:
    attention = made_up(60, causal=False)
    said = results.notices(measured_of(attention), attention, DEFAULT, "en")
    assert "None of the simple habits" in said[0]
    assert not any("sinks" in sentence for sentence in said)
    short = made_up(2)
    assert results.notices(measured_of(short), short, DEFAULT, "en") == []
    assert notice_html([]) == ""
    assert "&lt;" in notice_html(["<"])


@pytest.mark.parametrize("causal", [False, True])
def test_even_attention_is_said_rightly(causal: bool) -> None:
    attention = made_up(20, causal=causal, pair=not causal)
    sinks = list(sinks_of(attention))
    others = [t for t in range(20) if t not in sinks]
    zero = Attention(**{**vars(attention), "queries": 0 * attention.queries})
    expected = float(attention_weights(zero, 0)[0][others][:, sinks].sum(dim=1).mean())
    assert results._even_share(attention) == pytest.approx(expected)


def test_the_csv_holds_every_figure_of_every_head() -> None:
    measured = measured_of(made_up(9), sinks=False)
    with open(results.figures_file(measured), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert {(row["tokens"], row["tokens_left_out"]) for row in rows} == {("8", "1")}
    value = float(values_of(measured, "gini")[1, 0])
    assert float(rows[4]["gini"]) == pytest.approx(value)


def test_the_arrays_can_be_read_without_pickle() -> None:
    attention = made_up(6, tokens=("שלום", "😀", "<b>", "a", "b", "c"))
    registry = cast(Any, MadeUpRegistry(attention))
    weights = weights_of_layer(registry, attention, 1, (0,))
    figures = measured_of(attention, sinks=False).layers[1]
    path = results.arrays_file(weights, figures, attention, 1)
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["tokens"].tolist() == ["😀", "<b>", "a", "b", "c"]
        assert arrays["weights"].shape == (4, 5, 5)
        assert arrays["weights"].dtype == np.float32
        assert arrays["singular_values"].shape == (4, 5)
        assert arrays["layer"] == 2
    with pytest.raises(ValueError, match="objects"):
        write_npz("x", bad=np.array([object()]))


# --- the panel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> HeadsPanel:
    with gr.Blocks() as app, gr.Tab("Attention"):
        desk = Desk(AppContext(registry, app, OwnModels(registry, "secret")))
        with gr.Tab("Heads"):
            made = HeadsPanel(desk)
    names = [each["api_name"] for each in app.get_config_file()["dependencies"]]
    assert {"attention_heads", "attention_heads_click", "attention_heads_npz"} <= set(names)
    return made


def read(
    panel: HeadsPanel, asked: Asked, without: bool = False, shown: Shown | None = None
) -> dict[Any, Any]:
    *_, last = panel.on_reading(asked, shown, DEFAULT, without, "sqrt", None, gr.Request())
    return cast("dict[Any, Any]", last)


@pytest.mark.parametrize(
    ("model", "first", "second"),
    [
        (MODEL, EXAMPLE, ""),
        (MODEL, "a", ""),
        (MODEL, STRANGE, ""),
        (MODEL, "word " * 2_000, ""),
        (CROSS, "a", "b"),
        (CROSS, STRANGE, STRANGE),
    ],
)
@pytest.mark.parametrize("without", [False, True])
def test_a_reading_draws_everything(
    panel: HeadsPanel, model: str, first: str, second: str, without: bool
) -> None:
    asked = Asked(model, first, second).cleaned(panel.registry)
    shown = read(panel, asked, without)
    assert isinstance(shown[panel.matrix], go.Figure)
    assert shown[panel.overview].count("<button") == 72
    assert "<script" not in shown[panel.overview] + shown[panel.notice] + shown[panel.progress]
    assert len(shown[panel.all]["data"]) == 72
    assert shown[panel.shown].without == without
    assert ("Left out" in shown[panel.progress]) == without
    assert (shown[panel.blocks] != "") == (model == CROSS)


def test_what_is_shown_is_not_drawn_again(panel: HeadsPanel) -> None:
    asked = Asked(MODEL, EXAMPLE)
    shown = read(panel, asked)[panel.shown]
    assert read(panel, asked, shown=shown) == {panel.shown: shown}
    assert panel.shown in read(panel, asked, without=True, shown=shown)
    (nothing,) = panel.on_reading(None, None, DEFAULT, False, "sqrt", None, gr.Request())
    assert nothing == {panel.shown: None}


def test_a_head_stays_chosen_with_another_text_but_not_with_another_model(
    panel: HeadsPanel,
) -> None:
    shown = Shown(Asked(MODEL, EXAMPLE), False, 4, 7)
    again = read(panel, Asked(MODEL, "Another text is read here."), shown=shown)[panel.shown]
    assert (again.layer, again.head) == (4, 7)
    other = read(panel, Asked("cosent-bi", EXAMPLE), shown=shown)[panel.shown]
    measured = result_of(panel.readings.measuring(other.asked))
    assert (other.layer, other.head) == strongest(values_of(measured, DEFAULT), DEFAULT)


def test_the_four_ways_to_choose_a_head_agree(panel: HeadsPanel) -> None:
    shown = read(panel, Asked(MODEL, EXAMPLE))[panel.shown]
    click = cast(Any, SimpleNamespace(layer=3, head=7))
    row = cast(Any, SimpleNamespace(row_value=[3, 7, 0.1]))
    request = gr.Request()
    for chosen in (
        panel.on_click(shown, "sqrt", click, request),
        panel.on_row(shown, "log", row, request),
        panel.on_choose(shown, 3, 7, "linear", request),
    ):
        assert (chosen[panel.shown].layer, chosen[panel.shown].head) == (2, 6)
        assert "Layer 3, head 7" in chosen[panel.matrix].layout.title.text
        assert chosen[panel.head]["value"] == 7


@pytest.mark.parametrize(("layer", "head"), [(0, 1), (7, 1), (1, 13), (None, 1), ("1", 1)])
def test_a_head_that_is_none_is_said_to_be_none(panel: HeadsPanel, layer: Any, head: Any) -> None:
    shown = Shown(Asked(MODEL, EXAMPLE), False, 0, 0)
    with pytest.raises(gr.Error, match="not among the choices"):
        panel.on_choose(shown, layer, head, "sqrt", gr.Request())


def test_other_colours_and_a_cancel(panel: HeadsPanel) -> None:
    shown = read(panel, Asked(MODEL, EXAMPLE))[panel.shown]
    coloured = panel.on_figure(shown, "sinks", gr.Request())
    assert "Weight on the sinks" in coloured[panel.overview]
    with pytest.raises(gr.Error, match="not among the choices"):
        panel.on_figure(shown, "x", gr.Request())
    with pytest.raises(InputProblem):
        choice_of(["s0"])
    note, button, switch = panel.on_cancelled(shown, gr.Request())
    assert "Cancelled" in note
    assert (button["visible"], switch["value"]) == (False, False)


def test_the_file_of_arrays_is_made_when_asked_for(panel: HeadsPanel) -> None:
    shown = read(panel, Asked(MODEL, EXAMPLE), without=True)[panel.shown]
    with np.load(panel.on_npz(shown, gr.Request())["value"]) as arrays:
        assert "[CLS]" not in arrays["tokens"]
        assert arrays["layer"] == shown.layer + 1
    with pytest.raises(gr.Error, match="Nothing has been read"):
        panel.on_npz(None, gr.Request())


# --- the endpoint -------------------------------------------------------------------------------


def test_the_endpoint_gives_every_figure(registry: Registry) -> None:
    attention_heads = make_attention_heads(registry, Readings(registry))
    answer = attention_heads(CROSS, "A cat sleeps.", "A dog <b>runs</b>.", False)
    json.dumps(answer, allow_nan=False)
    assert len(answer["data"]) == 72
    assert len(answer["data"][0]) == len(answer["headers"])
    assert answer["tokens"][0] == "[CLS]"
    assert answer["data"][0][2:4] == [len(answer["tokens"]) - 3, 3]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((MODEL, ""), "There is no text"),
        ((CROSS, "a", " "), "There is no text"),
        ((MODEL, "a" * 30_000), "30,000 characters"),
        (("nobody", "a"), "nobody"),
    ],
)
def test_the_endpoint_says_what_is_wrong(
    registry: Registry, arguments: tuple[str, ...], sentence: str
) -> None:
    attention_heads = make_attention_heads(registry, Readings(registry))
    with pytest.raises(gr.Error, match=sentence):
        attention_heads(*arguments)
