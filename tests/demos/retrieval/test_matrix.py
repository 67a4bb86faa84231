from pathlib import Path
from typing import Any

import gradio as gr
import plotly.graph_objects as go
import pytest
import torch

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.labels import cut_to_width, wrapped
from demos.frame.own_models import OwnModels
from demos.frame.texts import TEXTS
from demos.frame.texts.retrieval_matrix import TEXTS as OURS
from demos.retrieval.cur import SOLVERS
from demos.retrieval.desk import Desk
from demos.retrieval.helpdesk import ENGLISH
from demos.retrieval.matrix import asked, figures, results
from demos.retrieval.matrix.panel import MatrixPanel
from demos.retrieval.matrix.view import (
    SHOWN_ITEMS,
    STRATEGIES,
    Look,
    Matrix,
    Settings,
    choose_anchors,
    corpus_matrix,
    look,
    measure,
    split_texts,
    walk,
)
from demos.retrieval.search import Index
from demos.retrieval.shelf import Shelf
from models.registry import Registry

K_I = 30


def made(rank: int, noise: float, items: int = 300) -> Matrix:
    generator = torch.Generator().manual_seed(3)
    left = torch.randn(120, rank, generator=generator)
    right = torch.randn(rank, items, generator=generator)
    scores = left @ right / rank**0.5 + noise * torch.randn(120, items, generator=generator)
    return Matrix(scores[:80], scores[80:], scores[:80].mT.contiguous())


@pytest.fixture(scope="module")
def noisy() -> Matrix:
    return made(20, 0.1)


@pytest.fixture(scope="module")
def noisy_look(noisy: Matrix) -> Look:
    return look(noisy, choose_anchors(noisy, "random", K_I), Settings(K_I))


# --- mathematics --------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["truncated", "ridge"])
def test_low_rank_is_recovered_exactly(solver: Any) -> None:
    matrix = made(8, 0.0)
    seen = look(matrix, choose_anchors(matrix, "random", K_I), Settings(K_I, solver))
    assert seen.error.abs().max() < 1e-3
    assert seen.now.error < 1e-3
    assert seen.now.recall == 1.0


def test_pinv_collapses_where_the_intersection_is_square_and_the_others_do_not(
    noisy: Matrix,
) -> None:
    walked = walk(noisy, choose_anchors(noisy, "random", K_I), None, None)
    square = walked.k_q.index(K_I)
    recall = dict(zip(SOLVERS, walked.recall[:, square].tolist(), strict=True))
    error = dict(zip(SOLVERS, walked.error[:, square].tolist(), strict=True))
    pinv = SOLVERS.index("pinv")
    assert walked.error[pinv].argmax() == square
    assert error["pinv"] > 1 > 3 * error["truncated"]
    assert error["ridge"] < 0.5
    assert recall["pinv"] + 0.1 < min(recall["truncated"], recall["ridge"])
    assert walked.error[pinv, -1] < 0.5  # oversampling cures it too


def test_a_given_strength_is_used_and_an_absent_one_is_chosen(noisy: Matrix) -> None:
    items = choose_anchors(noisy, "random", K_I)
    given, chosen = (measure(noisy, items, K_I, "truncated", rcond) for rcond in (0.5, None))
    assert (given.strength, given.chosen) == (0.5, False)
    assert chosen.chosen
    assert chosen.error < given.error
    assert given.rank < chosen.rank < K_I


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_chooses_distinct_items(noisy: Matrix, strategy: str) -> None:
    items = choose_anchors(noisy, strategy, K_I, seed=1)
    assert len(set(items.tolist())) == K_I
    assert items.min() >= 0
    assert items.max() < noisy.items
    assert items.equal(choose_anchors(noisy, strategy, K_I, seed=1))


def test_the_pool_and_the_rows_to_predict_share_no_row() -> None:
    scores = torch.arange(12.0)[:, None].expand(-1, 5)
    index = Index(torch.zeros(5, 2), scores, torch.zeros(12, 2), torch.full((12,), -1))
    with_held_out = corpus_matrix(index, 100 + scores)
    without = corpus_matrix(index, None)
    for matrix, rows in ((with_held_out, 24), (without, 12)):
        values = torch.cat([matrix.pool, matrix.queries])[:, 0].tolist()
        assert len(set(values)) == len(values) == rows
    texts = [str(i) for i in range(12)], [str(100 + i) for i in range(12)]
    for matrix, held_out in ((with_held_out, texts[1]), (without, [])):
        pool, queries = split_texts(texts[0], held_out)
        assert [float(text) for text in pool] == matrix.pool[:, 0].tolist()
        assert [float(text) for text in queries] == matrix.queries[:, 0].tolist()


def test_too_few_rows_are_said_to_be_too_few() -> None:
    index = Index(torch.zeros(5, 2), torch.zeros(3, 5), torch.zeros(3, 2), torch.full((3,), -1))
    with pytest.raises(InputProblem, match="3 rows"):
        corpus_matrix(index, None)


# --- what is drawn ------------------------------------------------------------------------------


def test_the_picture_is_small_and_holds_what_it_names(noisy: Matrix, noisy_look: Look) -> None:
    seen = noisy_look
    assert seen.exact.shape == seen.approximation.shape
    assert seen.exact.shape[0] <= 60
    assert seen.exact.shape[1] == SHOWN_ITEMS
    assert len(set(seen.columns.tolist())) == SHOWN_ITEMS
    first = len(seen.queries)
    assert seen.exact[:first].equal(noisy.queries[seen.queries][:, seen.columns])
    assert seen.exact[first:].equal(noisy.pool[seen.anchor_queries][:, seen.columns])
    assert set(choose_anchors(noisy, "random", K_I).tolist()) == set(seen.anchor_items.tolist())


def test_marks_are_where_the_anchors_are(noisy_look: Look) -> None:
    seen = noisy_look
    items = [f"item {i}" for i in seen.columns.tolist()]
    rows = [f"row {i}" for i in range(len(seen.exact))]
    figure = figures.heatmap(seen, "exact", rows, items, "en")
    columns, anchor_rows = figures.mark_places(seen)
    assert seen.columns[columns].equal(seen.anchor_items)
    assert figure.data[1].x.tolist() == columns.tolist()
    assert figure.data[2].y.tolist() == anchor_rows.tolist()
    frame = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    assert (frame.x0, frame.x1) == (-0.5, len(columns) - 0.5)
    assert (frame.y0, frame.y1) == (anchor_rows[0] - 0.5, anchor_rows[-1] + 0.5)


def test_a_line_stands_at_k_i(noisy: Matrix, noisy_look: Look) -> None:
    walked = walk(noisy, choose_anchors(noisy, "random", K_I), 0.05, 0.01)
    for what in ("recall", "error"):
        figure = figures.curve(walked, noisy_look, K_I, what, "zh")
        assert [shape.x0 for shape in figure.layout.shapes] == [K_I]
        assert len(figure.data) == 2 * len(SOLVERS)


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_spectrum_shows_the_cut(noisy: Matrix, solver: Any) -> None:
    seen = look(noisy, choose_anchors(noisy, "random", K_I), Settings(K_I, solver))
    figure = figures.spectrum(seen.now, "en")
    assert sum(len(trace.x) for trace in figure.data) == K_I
    assert len(figure.layout.shapes) == (0 if solver == "pinv" else 1)
    assert "condition number" in results.conditioning(seen.now, "en")


def test_files_hold_curve_and_cells(noisy: Matrix, noisy_look: Look) -> None:
    walked = walk(noisy, choose_anchors(noisy, "random", K_I), None, None)
    lines = Path(results.walk_file(walked)).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(SOLVERS) * len(walked.k_q)
    rows, columns = noisy_look.exact.shape
    path = results.look_file(noisy_look, ["q"] * rows, ["i"] * columns)
    lines = Path(path).read_text("utf-8-sig").splitlines()
    assert len(lines) == 2 + 2 * rows
    assert all(len(line.split(",")) == 3 + columns for line in lines)


def test_labels_are_escaped_and_short() -> None:
    assert wrapped('<b>&"') == '&lt;b&gt;&amp;"'
    assert cut_to_width("忘记密码了怎么办", 8) == "忘记密码…"


# --- input and texts ----------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0", "1", "-0.1", "two", "nan", "inf"])
def test_a_strength_lies_between_0_and_1(value: str) -> None:
    with pytest.raises(InputProblem, match="between 0 and 1"):
        asked.check_share(value, "rcond")


def test_an_empty_strength_is_chosen() -> None:
    assert asked.check_share(" ", "rcond") is None
    assert asked.check_share("0.05", "rcond") == 0.05


@pytest.mark.parametrize(
    ("value", "items", "sentence"),
    [
        ([], 10, "No anchor item"),
        (None, 10, "No anchor item"),
        ([3, 10], 10, "another matrix"),
        (list(range(10)), 10, "at most 9"),
        (list(range(200)), 400, "at most 150"),
    ],
)
def test_bad_anchors_are_said_to_be_bad(value: Any, items: int, sentence: str) -> None:
    with pytest.raises(InputProblem, match=sentence):
        asked.as_anchors(value, items)


def test_texts_are_complete() -> None:
    assert set(OURS) <= set(TEXTS)
    for key, (english, chinese) in OURS.items():
        assert english.strip(), key
        assert chinese.strip(), key
        assert "retrieval." in key


# --- the panel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> MatrixPanel:
    if not ENGLISH.index.is_dir():
        pytest.skip("the bundled index has not been made")
    with gr.Blocks() as app:
        corpus = gr.Dropdown([("Help desk", ENGLISH.key)], value=ENGLISH.key)
        context = AppContext(registry, app, OwnModels(registry, "secret"))
        desk = Desk(context, Shelf(registry), corpus)
        with gr.Tab("See it"):
            made_panel = MatrixPanel(desk)
    names = [each["api_name"] for each in app.get_config_file()["dependencies"]]
    assert "retrieval_matrix_draw" in names
    return made_panel


def opened(panel: MatrixPanel, source: str) -> dict[Any, Any]:
    return reopened(panel, source, None)


def reopened(panel: MatrixPanel, source: str, kept: Any) -> dict[Any, Any]:
    fields = [ENGLISH.key, source, 60, 60, STRATEGIES[0], 0, "truncated", "", "", []]
    *_, last = panel.on_open(*fields, None, kept, gr.Request())
    return last


def test_anchors_come_back_after_a_reload(panel: MatrixPanel) -> None:
    kept = {"retrieval-matrix-k-q": 40, "retrieval-matrix-anchors": [3, 5, 8]}
    shown = reopened(panel, "corpus", kept)
    assert shown[panel.anchors]["value"] == [3, 5, 8]
    assert (shown[panel.k_q]["value"], shown[panel.k_i]["value"]) == (40, 3)
    strange = {"retrieval-matrix-k-i": "many", "retrieval-matrix-anchors": ["x"]}
    usual = reopened(panel, "corpus", strange)
    assert len(usual[panel.anchors]["value"]) == usual[panel.k_i]["value"] == 60


@pytest.mark.parametrize("source", asked.SOURCES)
def test_opening_the_tab_draws_everything(panel: MatrixPanel, source: str) -> None:
    shown = opened(panel, source)
    for plot in (*panel.pictures, panel.recall, panel.error, panel.spectrum):
        assert isinstance(shown[plot], go.Figure)
    assert len(shown[panel.anchors]["value"]) == shown[panel.k_i]["value"]
    assert shown[panel.check]["visible"] == (source == "made_up")
    assert len(shown[panel.table]["data"]) == len(SOLVERS)


def test_anchors_by_hand_and_by_strategy(panel: MatrixPanel) -> None:
    fields = [ENGLISH.key, "corpus", 40, 25, "qr", 0, "pinv", "", "0.01"]
    *_, drawn = panel.on_draw(*fields, [1, 2, 3], gr.Request())
    assert drawn[panel.k_i] == 3
    *_, chosen = panel.on_choose(*fields, [1, 2, 3], gr.Request())
    assert len(set(chosen[panel.anchors]["value"])) == 25


def test_problems_stand_at_their_fields(panel: MatrixPanel) -> None:
    values = [ENGLISH.key, "corpus", 10_000, 1, "qr", -1, "pinv", "2", "x", []]
    for check, expected in (
        (panel.check_choosing, [2, 3, 5, 7, 8]),
        (panel.check_drawing, [2, 7, 8, 9]),
    ):
        answers = check(*values, gr.Request())
        assert [i for i, answer in enumerate(answers) if not answer["is_valid"]] == expected
