"""Two lists against each other: checks, the grid itself, tables, figure and endpoint."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.frame.labels import shortened, wrapped
from demos.pairs.grid.endpoint import score_grids
from demos.pairs.grid.example import EXAMPLE_A, EXAMPLE_B
from demos.pairs.grid.figures import heatmap
from demos.pairs.grid.grid import (
    MAX_SIDE,
    ModelGrid,
    SentenceLists,
    as_grid,
    best_columns,
    check_list,
    check_lists,
    passes_needed,
    split_lines,
)
from demos.pairs.grid.panel import _file_lists
from demos.pairs.grid.results import best_table, cost_table
from demos.pairs.pair_set import MAX_CHARACTERS
from demos.pairs.scoring import ModelScores, score_with_models
from models.catalog import CATALOG
from models.errors import UnknownModelError
from models.registry import Registry

MODELS = ["all-MiniLM-L6-v2", "cosent-cross"]


@pytest.fixture(scope="module")
def example() -> SentenceLists:
    return check_lists(EXAMPLE_A, EXAMPLE_B)


@pytest.fixture(scope="module")
def grids(registry: Registry, example: SentenceLists) -> list[ModelGrid]:
    steps = score_with_models(registry, MODELS, example.pair_set.pairs)
    return [as_grid(example, step) for step in steps if isinstance(step, ModelScores)]


def made_up(lists: SentenceLists, key: str, seed: int = 0) -> ModelGrid:
    scores = np.random.default_rng(seed).normal(size=lists.shape).astype(np.float32)
    return ModelGrid(CATALOG[key], scores, 1, 1.0, 0, np.zeros(lists.shape, dtype=bool))


# --- lists ---------------------------------------------------------------------------------------


def test_lines_become_sentences() -> None:
    assert split_lines(" a b \r\n\n  \rc\n") == ["a b", "c"]
    assert split_lines("one\u2028still one\x0band more") == ["one\u2028still one\x0band more"]
    assert split_lines("") == split_lines(None) == []


@pytest.mark.parametrize(
    ("sentences", "key"),
    [
        ([], "empty_list"),
        (["a", " "], "empty_sentence"),
        (["a"] * (MAX_SIDE + 1), "too_many"),
        (["x" * (MAX_CHARACTERS + 1)], "too_long"),
    ],
)
def test_bad_lists_get_a_sentence(sentences: list[str], key: str) -> None:
    with pytest.raises(InputProblem) as problem:
        check_list(sentences, "B")
    assert problem.value.key == f"pairs.grid.{key}"
    assert "list B" in str(problem.value).replace("List", "list")


def test_the_characters_of_all_pairs_count() -> None:
    assert check_lists(["aaa", "bb"], ["c"], total=7).shape == (2, 1)
    with pytest.raises(InputProblem) as problem:
        check_lists(["aaa", "bb"], ["c"], total=6)
    assert problem.value.key == "pairs.grid.total"
    assert problem.value.values["characters"] == 7
    with pytest.raises(InputProblem):
        check_lists(["a" * 10_000] * 200, ["b"] * 200)


def test_pairs_go_row_by_row() -> None:
    lists = check_lists(["a", "b"], ["x", "y", "z"])
    assert lists.pair_set.pairs[:4] == (("a", "x"), ("a", "y"), ("a", "z"), ("b", "x"))
    assert lists.pair_set.labels is None


def test_passes_count_what_has_to_be_read() -> None:
    bi, cross = (CATALOG[key] for key in MODELS)
    lists = check_lists(["a", "b", "a"], ["a", "x", "y", "z"])
    assert passes_needed(lists, bi) == 5  # a b x y z
    assert passes_needed(lists, replace(cross, symmetric=False)) == 8  # {a, b} with {a, x, y, z}
    assert passes_needed(lists, cross) == 15  # both orders, (a, a) once
    assert passes_needed(check_lists(EXAMPLE_A, EXAMPLE_B), bi) == 6 + 8
    assert passes_needed(check_lists(EXAMPLE_A, EXAMPLE_B), cross) == 2 * 6 * 8


# --- scores --------------------------------------------------------------------------------------


def test_a_bi_encoder_s_grid_is_a_product_of_vectors(
    registry: Registry, grids: list[ModelGrid]
) -> None:
    u, v = (registry.embed(MODELS[0], list(side)).numpy() for side in (EXAMPLE_A, EXAMPLE_B))
    np.testing.assert_allclose(grids[0].scores, u @ v.T, atol=1e-5)


def test_a_cross_encoder_s_cell_is_its_pair_s_score(
    registry: Registry, grids: list[ModelGrid]
) -> None:
    for row, column in ((0, 0), (2, 4), (5, 7)):
        pair = (EXAMPLE_A[row], EXAMPLE_B[column])
        score = float(registry.score(MODELS[1], [pair])[0])
        assert grids[1].scores[row, column] == pytest.approx(score, abs=1e-4)


def test_the_models_read_as_often_as_is_said(registry: Registry) -> None:
    """The numbers on the page are those of the registry's cache: an entry for each pass."""
    lists = check_lists(["read once", "read twice", "read once"], ["read thrice", "read twice"])
    for key in MODELS:
        before = registry.status().cache_entries
        registry.score(key, lists.pair_set.pairs)
        passes = registry.status().cache_entries - before
        assert passes == passes_needed(lists, CATALOG[key])


def test_a_grid_from_the_cache_says_so(registry: Registry, example: SentenceLists) -> None:
    registry.score(MODELS[1], example.pair_set.pairs)
    (again,) = (
        as_grid(example, step)
        for step in score_with_models(registry, MODELS[1:], example.pair_set.pairs)
        if isinstance(step, ModelScores)
    )
    assert again.remembered
    assert "cache" in str(cost_table(example, [again], "en")[1][0][-1])


def test_the_costs_are_n_plus_m_and_n_times_m(
    example: SentenceLists, grids: list[ModelGrid]
) -> None:
    headers, rows = cost_table(example, grids, "en")
    assert [row[2:4] for row in rows] == [["6 + 8 texts", "14"], ["6 × 8 pairs", "96"]]
    assert len(headers) == len(rows[0])
    assert cost_table(example, grids, "zh")[1][0][2] == "6 + 8 个文本"


def test_the_best_of_each_row() -> None:
    assert best_columns(np.array([[1, 3, 2], [5, 5, 0]], dtype=np.float32)).tolist() == [1, 0]
    lists = check_lists(["a", "b"], ["x", "y"])
    grids = [made_up(lists, MODELS[0]), made_up(lists, MODELS[1])]
    grids[0].scores[:] = [[1, 0], [0, 1]]
    grids[1].scores[:] = [[1, 0], [1, 0]]
    headers, rows = best_table(lists, grids, "en")
    assert rows == [["a", "x", 1.0, "x", 1.0, ""], ["b", "y", 1.0, "x", 1.0, "≠"]]
    assert headers[-1] == "Differ"
    assert len(best_table(lists, grids[:1], "en")[0]) == 3


# --- the figure ----------------------------------------------------------------------------------


def test_text_from_visitors_is_shown_as_text() -> None:
    script = "<script>alert(1)</script>"
    lists = check_lists([script, "b"], ["x", script])
    payload = json.dumps(
        heatmap(lists, made_up(lists, MODELS[0]), "en").to_plotly_json(), default=str
    )
    assert "<script" not in payload
    assert "&lt;script&gt;" in payload


def test_both_sentences_are_in_the_hover_text(
    example: SentenceLists, grids: list[ModelGrid]
) -> None:
    figure = heatmap(example, grids[1], "en")
    assert list(figure.layout.xaxis.ticktext) == list(EXAMPLE_B)
    assert list(figure.layout.yaxis.ticktext) == list(EXAMPLE_A)
    assert "%{x}" in figure.data[0].hovertemplate
    assert "%{y}" in figure.data[0].hovertemplate
    assert figure.layout.xaxis2.ticktext[0] == "A cat is sleeping…"


def test_small_grids_hold_numbers_and_large_ones_stay_light() -> None:
    small = check_lists(EXAMPLE_A, EXAMPLE_B)
    assert heatmap(small, made_up(small, MODELS[0]), "en").data[0].texttemplate
    words = [f"a rather long sentence of number {k} " * 3 for k in range(MAX_SIDE)]
    large = check_lists(words, words)
    figure = heatmap(large, made_up(large, MODELS[0]), "en")
    assert figure.data[0].texttemplate is None
    assert len(figure.data[1].x) == 0  # no dots
    assert len(figure.to_json()) < 500_000
    assert list(figure.layout.yaxis2.ticktext)[:2] == ["10", "20"]


def test_the_dots_stand_on_the_best_and_the_scissors_on_what_was_cut() -> None:
    lists = check_lists(["a", "b"], ["x", "y", "z"])
    grid = made_up(lists, MODELS[1])
    grid.truncated[1, 2] = True
    _, dots, scissors = heatmap(lists, grid, "en").data
    assert np.round(dots.x).tolist() == best_columns(grid.scores).tolist()
    assert np.round(dots.y).tolist() == [0, 1]
    assert np.round(scissors.x).tolist() == [2]
    assert np.round(scissors.y).tolist() == [1]


def test_each_kind_has_its_own_colours(example: SentenceLists) -> None:
    scales = {
        str(heatmap(example, made_up(example, key), "en").data[0].colorscale) for key in MODELS
    }
    assert len(scales) == 2


def test_labels_are_short_by_their_width() -> None:
    assert shortened("A cat is sleeping on the couch.", 17) == "A cat is sleeping…"
    assert shortened("一只猫正在沙发上睡觉，睡得很香", 10) == "一只猫正在…"
    assert shortened("exactly", 7) == "exactly"
    assert shortened("<b>", 10) == "&lt;b&gt;"
    assert shortened("a<b>c", 3) == "a&lt;b…"
    assert wrapped("") == ""
    assert len(wrapped("x" * 10_000)) < 300
    assert "<br>" in wrapped("word " * 20)


# --- files and the endpoint ----------------------------------------------------------------------


def test_two_columns_of_a_file_need_not_be_equally_long(tmp_path: object) -> None:
    path = f"{tmp_path}/lists.csv"
    with open(path, "w") as file:
        file.write('query,passage\none,first\ntwo,"sec\nond"\n,third\n')
    assert _file_lists(path) == (("one", "two"), ("first", "sec ond", "third"))


def test_the_endpoint_returns_a_grid_a_model(registry: Registry) -> None:
    answer = score_grids(registry, ["a cat", "a dog"], ["a cat", "rain", "sun"], MODELS, 4)
    assert answer["shape"] == [2, 3]
    bi, cross = answer["grids"]
    assert (bi["kind"], cross["kind"]) == ("bi-encoder", "cross-encoder")
    assert (bi["passes"], cross["passes"]) == (4, 11)  # both orders, (a cat, a cat) once
    assert bi["scores"][0][0] == pytest.approx(1.0, abs=1e-5)
    assert np.shape(cross["scores"]) == np.shape(cross["truncated"]) == (2, 3)
    json.dumps(answer)


def test_the_endpoint_says_what_was_cut(registry: Registry) -> None:
    answer = score_grids(registry, ["short", "word " * 400], ["x"], MODELS[:1], 4)
    assert answer["grids"][0]["truncated"] == [[False], [True]]


@pytest.mark.parametrize(
    ("a", "b", "models"),
    [
        ([], ["x"], MODELS),
        (["x"], [], MODELS),
        (["x"], ["y", ""], MODELS),
        (["x"], ["y", 1], MODELS),
        ("ab", ["y"], MODELS),
        (None, ["y"], MODELS),
        (["x"], {"y": 1}, MODELS),
        (["x"], ["y"], "all-MiniLM-L6-v2"),
        (["x"], ["y"], [["all-MiniLM-L6-v2"]]),
        (["x"], ["y"], []),
        (["x"], ["y"], MODELS * 3),
        (["x"] * (MAX_SIDE + 1), ["y"], MODELS),
    ],
)
def test_the_endpoint_refuses_in_one_sentence(
    registry: Registry, a: list[str], b: list[str], models: list[str]
) -> None:
    with pytest.raises(InputProblem) as problem:
        score_grids(registry, a, b, models, 4)
    assert str(problem.value)


def test_the_endpoint_names_the_nearest_model_before_any_works(registry: Registry) -> None:
    calls = registry.status().calls
    with pytest.raises(UnknownModelError, match="did you mean"):
        score_grids(registry, ["a"], ["b"], [MODELS[0], "all-MiniLM"], 4)
    assert registry.status().calls == calls
