"""Axioms: vectors, moves, the board, the plane, and the panel's handlers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gradio as gr
import plotly.graph_objects as go
import pytest
import torch

from demos.attention import axioms as ax
from demos.attention.axiom_board import figures, results
from demos.attention.axiom_board.bars import bars_html
from demos.attention.axiom_board.board import (
    check_move,
    indices_with,
    judge_vector,
    press,
    search_index,
)
from demos.attention.axiom_board.panel import DEFAULT_VECTOR, AxiomsPanel, _check_press
from demos.attention.axiom_board.plane import EXPONENTS, find_case, searching
from demos.attention.axiom_board.vector import MOST_ENTRIES, PRESETS, as_text, as_vector
from demos.attention.desk import Desk
from demos.attention.sparsity import INDICES, Axiom
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.steps import result_of
from demos.frame.texts import TEXTS
from demos.frame.texts.attention_axioms import TEXTS as OURS
from models.registry import Registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
AXIOM = pytest.mark.parametrize("axiom", ax.AXIOMS)
CLAIM = as_vector(DEFAULT_VECTOR)
REQUEST = gr.Request()


@pytest.fixture(scope="module")
def plane(registry: Registry) -> ax.Plane:
    return result_of(searching(registry))


# --- the vector ---


@pytest.mark.parametrize(
    "text", ["10, 1, 0.5", "10 1 .5", "10；1，0.5", "1e1;1\n5e-1", "10、1、0.5,"]
)
def test_vectors_are_read_however_they_are_written(text: str) -> None:
    assert as_vector(text) == CLAIM
    assert as_vector(as_text(CLAIM)) == CLAIM


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no vector"),
        (" , ", "no vector"),
        (None, "no vector"),
        ("1, two", "“two” is no number"),
        ("-1, 2", "“-1” is no number"),
        ("nan", "no number"),
        ("inf, 1", "no number"),
        ("1e300", "no number"),
        ("1e-300", "no number"),
        ("<script>", "no number"),
        ("🙂", "no number"),
        ("1 " * 49, "49 entries"),
        ("1," * 5_000, "5,000 entries"),
    ],
)
def test_what_is_no_vector_is_said_to_be_none(text: Any, sentence: str) -> None:
    with pytest.raises(InputProblem, match=sentence):
        as_vector(text)


# --- moves ---


@AXIOM
def test_a_button_makes_its_move(axiom: Axiom) -> None:
    expected = {
        "D1": (10, 0.9, 0.6),
        "D2": (20, 2, 1),
        "D3": (12, 3, 2.5),
        "D4": (10, 1, 0.5, 10, 1, 0.5),
        "P1": (21.5, 1, 0.5),
        "P2": (10, 1, 0.5, 0),
    }
    pressed = press(axiom, CLAIM, 0.2, "second", 2.0, 4.0)
    assert pressed.y == pytest.approx(expected[axiom])
    obeying = {key for key, index in indices_with(1, 2).items() if index.axioms == set(ax.AXIOMS)}
    assert len(obeying) == 4
    assert all(pressed.verdicts[key].holds for key in obeying)


def test_the_known_move_breaks_the_posts_claim() -> None:
    verdict = press("D1", CLAIM, 0.2, "second", 2.0, 4.0).verdicts["s_star_2_4"]
    assert not verdict.weakly
    assert (verdict.before, verdict.after) == pytest.approx((0.764550, 0.764253), abs=5e-7)
    assert press("D1", CLAIM, 0.2, "richest", 2.0, 4.0).ends == (0, 2)


@pytest.mark.parametrize("vector", [(1.0,), (3.0, 3.0), (0.0, 0.0), (5.0, 1.0)])
def test_robin_hood_needs_somebody_richer(vector: tuple[float, ...]) -> None:
    with pytest.raises(InputProblem, match="nothing to take"):
        check_move("D1", vector, "second")


@AXIOM
@pytest.mark.parametrize("vector", [(0.0,), (7.0,), (0.0, 0.0), (1e12, 1e-12)])
def test_odd_vectors_are_moved_and_judged(axiom: Axiom, vector: tuple[float, ...]) -> None:
    judge_vector(vector, 0.5, 2.0)
    if axiom != "D1":
        pressed = press(axiom, vector, 0.2, "richest", 0.5, 2.0)
        assert pressed.y != vector or (axiom == "D2" and not any(vector))
        assert results.move_html(pressed, "en")


def test_no_more_entries_than_have_room() -> None:
    with pytest.raises(InputProblem, match="98 entries"):
        check_move("D4", (1.0,) * 49, "richest")
    with pytest.raises(InputProblem, match="49 entries"):
        check_move("P2", (1.0,) * MOST_ENTRIES, "richest")


@LANGUAGES
@AXIOM
def test_a_move_is_told(axiom: Axiom, language: Any) -> None:
    page = results.move_html(press(axiom, CLAIM, 0.2, "second", 2.0, 4.0), language)
    assert page.count("<tr>") == 1 + len(INDICES) + 1
    assert page.count('class="kl-bars"') == 2
    assert "{" not in page


def test_ticks_crosses_and_those_that_stay_put() -> None:
    page = results.move_html(press("D1", CLAIM, 0.2, "second", 2.0, 4.0), "en")
    assert (page.count("kl-tick"), page.count("kl-cross"), page.count("kl-still")) == (7, 1, 2)
    assert page.count("<td>sparser</td>") == 1
    page = results.move_html(press("D4", CLAIM, 0.2, "second", 2.0, 4.0), "en")
    assert page.count("kl-cross") == 3  # S_{1,2}, Hoyer, H / log n
    assert page.count("<td>the same</td>") == 7


# --- bars ---


def test_bars_can_be_dragged_only_where_they_may_be() -> None:
    assert 'role="slider"' not in bars_html(CLAIM, "en")
    page = bars_html(CLAIM, "en", editable=True, marked=[1])
    assert page.count('role="slider"') == 3
    assert page.count("kl-changed") == 1
    assert 'data-value="0.5"' in page
    assert bars_html((0.0, 0.0), "en")
    assert "<b>" not in bars_html((1.0,) * 17, "zh")


# --- the board ---


@LANGUAGES
@pytest.mark.parametrize("name", PRESETS)
def test_the_board_has_a_cell_for_each_index_and_axiom(name: str, language: Any) -> None:
    vector = as_vector(PRESETS[name])
    page = results.board_html(judge_vector(vector, 2.0, 4.0), 2.0, 4.0, language)
    assert page.count("<button") == 6 * (len(INDICES) + 1)
    assert page.count('<td class="kl-broken">') == 1 + 1 + 1 + 1 + 5 + 1
    muted = 'kl-mute">·</b></button>'
    assert (muted in page) == (name in ("even", "one_hot"))


def test_theory_and_search_agree_in_every_cell() -> None:
    found = {key: search_index(key) for key in INDICES}
    assert "54 of 54" in results.agreement(found, "en")
    assert found["s0"]["D1"] is not None
    assert not found["s0"]["D1"].opposite
    page = results.search_html("s0", "D1", False, found["s0"]["D1"], "en")
    assert "stays put" in page
    assert page.count('class="kl-bars"') == 2
    assert "there is none" in results.search_html("gini", "D1", True, None, "en")


# --- the plane ---


def test_the_plane_in_pieces_is_the_plane(plane: ax.Plane) -> None:
    few = (EXPONENTS[3], EXPONENTS[20])
    whole = ax.plane(few, EXPONENTS)
    for axiom in ax.AXIOMS:
        assert plane.worst[axiom].shape == (33, 33)
        assert torch.equal(plane.worst[axiom][[3, 20]], whole.worst[axiom])
        assert not (plane.worst[axiom][plane.theory[axiom]] > 0).any()
    assert 1.0 in EXPONENTS


@LANGUAGES
@AXIOM
def test_the_plane_is_drawn(plane: ax.Plane, axiom: Axiom, language: Any) -> None:
    figure = figures.plane_figure(plane, axiom, 2.0, 4.0, language)
    fine, still, broken = figure.data[:3]
    seen = [(~torch.isnan(torch.tensor(part.z))) for part in (fine, still, broken)]
    assert (sum(part.int() for part in seen) == 1).all()  # each cell in one of them
    assert bool(seen[1].any()) == (axiom not in ("D2", "D4"))
    assert bool(seen[2].any()) == (axiom not in ("D2", "D4"))
    assert len(figure.to_json()) < 150_000
    # p upwards, q across: (q, p) = (10, .1) is the lower right corner
    if axiom == "D3":
        assert bool(seen[2][0, -1])
        assert bool(seen[0][-1, 0])


@pytest.mark.parametrize(
    ("q", "p", "axiom", "sentence"),
    [
        (2.0, 4.0, "D1", "breaks D1"),
        (4.0, 2.0, "P2", "breaks P2"),
        (0.5, 0.8, "D1", "only in a crowd"),
        (0.5, 2.0, "D1", "there is none"),
        (0.98, 0.99, "D1", "so near to 1"),
        (1.0, 1.0, "D3", "stays put"),
        (3.0, 0.3, "D4", "there is none"),
    ],
)
def test_cases_are_told_as_they_are(q: float, p: float, axiom: Axiom, sentence: str) -> None:
    case = find_case(q, p, axiom)
    page = results.case_html(case, q, p, axiom, "en")
    assert sentence in page
    assert ("known move" in page) == (axiom == "D1")
    assert results.case_html(case, q, p, axiom, "zh") != page


def test_the_known_move_is_recomputed() -> None:
    page = results.case_html(find_case(2.0, 4.0, "D1"), 2.0, 4.0, "D1", "en")
    assert "from 0.764550 to 0.764253, which says “sparser”" in page
    page = results.case_html(find_case(1.0, 2.0, "D1"), 1.0, 2.0, "D1", "en")
    assert "which says “less sparse”" in page


# --- the panel ---


@pytest.fixture(scope="module")
def panel(registry: Registry) -> AxiomsPanel:
    with gr.Blocks() as app, gr.Tab("Attention"):
        desk = Desk(AppContext(registry, app, OwnModels(registry, "secret")))
        with gr.Tab("Axioms"):
            made = AxiomsPanel(desk)
    return made


def test_opening_shows_the_board_once(panel: AxiomsPanel) -> None:
    shown = panel.on_vector(DEFAULT_VECTOR, [], "2", "4", REQUEST)
    assert "kl-board" in shown[panel.board]
    assert shown[panel.past] == [DEFAULT_VECTOR]


def test_search_and_plane_follow_and_are_kept(panel: AxiomsPanel) -> None:
    *_, last = panel.on_plane("D1", "2", "4", REQUEST)
    assert "54 of 54" in last[panel.progress]
    assert isinstance(last[panel.plot], go.Figure)
    assert len(list(panel.on_plane("D3", "1", "4", REQUEST))) == 2  # nothing is searched again


def test_moves_are_undone_one_by_one(panel: AxiomsPanel) -> None:
    past = [DEFAULT_VECTOR]
    for axiom in ("D2", "P2"):
        text = past[-1]
        shown = panel._press(axiom)(text, past, "2", "4", "second", 0.2, REQUEST)  # type: ignore[arg-type]
        past = shown[panel.past]
    assert past == [DEFAULT_VECTOR, "20, 2, 1", "20, 2, 1, 0"]
    for expected in ("20, 2, 1", DEFAULT_VECTOR):
        shown = panel.on_undo(past[-1], past, "2", "4", REQUEST)
        past = shown[panel.past]
        assert shown[panel.vector] == expected
    assert not shown[panel.undo]["interactive"]
    assert panel.on_undo(past[-1], past, "2", "4", REQUEST)[panel.undo]["interactive"] is False


def test_what_is_typed_and_not_yet_seen_can_be_undone_to(panel: AxiomsPanel) -> None:
    shown = panel._press("D2")("4, 3", [DEFAULT_VECTOR], "2", "4", "second", 0.2, REQUEST)
    assert shown[panel.past] == [DEFAULT_VECTOR, "4, 3", "8, 6"]
    assert panel.on_vector("8, 6", shown[panel.past], "2", "4", REQUEST) == {
        panel.past: shown[panel.past]
    }


def test_problems_stand_at_their_fields(panel: AxiomsPanel) -> None:
    def wrong(axiom: Axiom, vector: str) -> list[int]:
        answers = _check_press(axiom)(vector, [], "2", "4", "richest", 0.2, REQUEST)
        return [i for i, answer in enumerate(answers) if not answer["is_valid"]]

    assert wrong("D1", "x") == wrong("D2", "x") == [0]
    assert wrong("D1", "3, 3") == [4]
    assert wrong("D2", "3, 3") == wrong("D1", "3, 1") == []
    full = ", ".join(["1"] * MOST_ENTRIES)
    assert wrong("D4", full) == []
    with pytest.raises(gr.Error, match="96 entries"):
        panel._press("D4")(full, [], "2", "4", "richest", 0.2, REQUEST)


def test_dragged_bars_and_presets_fill_the_field(panel: AxiomsPanel) -> None:
    event: Any = SimpleNamespace(values=[3, 1.5, 0])
    shown = panel.on_bars(DEFAULT_VECTOR, [DEFAULT_VECTOR], "2", "4", event, REQUEST)
    assert shown[panel.vector] == "3, 1.5, 0"
    assert shown[panel.preset] is None
    shown = panel.on_preset("even", DEFAULT_VECTOR, [], "2", "4", REQUEST)
    assert (shown[panel.vector], shown[panel.preset]) == (PRESETS["even"], "even")
    assert panel.on_preset(None, "1, 2", ["1, 2"], "2", "4", REQUEST) == {panel.past: ["1, 2"]}
    event = SimpleNamespace(values=["<b>"])
    with pytest.raises(gr.Error, match="is no number"):
        panel.on_bars(DEFAULT_VECTOR, [], "2", "4", event, REQUEST)


@pytest.mark.parametrize(("key", "found"), [("s0", True), ("gini", False), ("s_star_2_4", True)])
def test_a_cell_shows_what_search_finds(panel: AxiomsPanel, key: str, found: bool) -> None:
    event: Any = SimpleNamespace(index=key, axiom="D1")
    shown = panel.on_cell("2", "4", event, REQUEST)
    assert bool(shown[panel.found]) == shown[panel.use]["visible"] == found
    if found:
        used = panel.on_use(shown[panel.found], "1", ["1"], "2", "4", REQUEST)
        assert as_vector(used[panel.vector]) == pytest.approx(shown[panel.found], rel=1e-5)


@pytest.mark.parametrize(("key", "axiom"), [("nobody", "D1"), ("gini", "D9"), ("s_star_9_9", "D1")])
def test_no_such_cell(panel: AxiomsPanel, key: str, axiom: str) -> None:
    event: Any = SimpleNamespace(index=key, axiom=axiom)
    with pytest.raises(gr.Error, match="no such cell"):
        panel.on_cell("2", "4", event, REQUEST)


def test_the_last_row_of_the_board_follows_q_and_p(panel: AxiomsPanel) -> None:
    assert "S*(0.5, 3)" in panel.on_star("1, 2", "0.5", "3", REQUEST)
    assert "S*" not in str(panel.on_star("one, two", "0.5", "3", REQUEST))
    for handler in (panel.on_star, lambda _, *rest: list(panel.on_plane("P1", *rest))):
        with pytest.raises(gr.Error, match="between"):
            handler("1, 2", "0", "3", REQUEST)


def test_texts_are_complete() -> None:
    assert set(OURS) <= set(TEXTS)
    for key, (english, chinese) in OURS.items():
        assert english.strip(), key
        assert chinese.strip(), key
