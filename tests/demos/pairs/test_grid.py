"""Two lists against each other: the grid, its cost, its endpoint."""

from __future__ import annotations

import json

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.pairs.grid.endpoint import score_grids
from demos.pairs.grid.figures import heatmap
from demos.pairs.grid.grid import (
    MAX_SIDE,
    as_grid,
    best_columns,
    check_list,
    check_lists,
    passes_needed,
    split_lines,
)
from demos.pairs.grid.results import best_table, cost_table
from demos.pairs.models import DEFAULT_MODELS
from demos.pairs.scoring import ModelScores, score_with_models
from models.registry import Registry

A = ["A cat sleeps.", "Rates fell.", "A cat sleeps."]
B = ["The cat is asleep.", "Interest rates went down."]


def test_lines_become_a_list() -> None:
    assert split_lines(" one \r\n\ntwo\rthree\n") == ["one", "two", "three"]
    assert split_lines(None) == []


@pytest.mark.parametrize(
    ("sentences", "sentence"),
    [
        ([], "empty"),
        (["a"] * (MAX_SIDE + 1), str(MAX_SIDE)),
        (["a", " "], "2"),
        (["x" * 20_001], "20,000"),
    ],
)
def test_a_bad_list_is_said(sentences: list[str], sentence: str) -> None:
    with pytest.raises(InputProblem, match=sentence):
        check_list(sentences, "A")


def test_too_many_characters_together_are_refused() -> None:
    check_lists(["ab"], ["cd"], total=4)
    with pytest.raises(InputProblem):
        check_lists(["ab"], ["cd"], total=3)


def test_every_cell_is_its_pairs_score(registry: Registry) -> None:
    lists = check_lists(A, B)
    steps = list(score_with_models(registry, DEFAULT_MODELS, lists.pair_set.pairs))
    grids = [as_grid(lists, step) for step in steps if isinstance(step, ModelScores)]
    assert len(grids) == 2
    for grid in grids:
        assert grid.scores.shape == (3, 2)
        for i, a in enumerate(A):
            for j, b in enumerate(B):
                alone = registry.score(grid.card.key, [(a, b)]).item()
                assert grid.scores[i, j] == pytest.approx(alone, abs=1e-5)
        assert best_columns(grid.scores).tolist() == [0, 1, 0]
        text = heatmap(lists, grid, "en").to_json()
        assert "A cat sleeps" in text
    assert [passes_needed(lists, grid.card) for grid in grids] == [4, 4]  # repeats are read once
    headers, rows = best_table(lists, grids, "en")
    assert len(rows) == 3
    assert all(len(row) == len(headers) for row in rows)
    headers, rows = cost_table(lists, grids, "zh")
    assert len(rows) == 2


def test_text_of_users_is_escaped(registry: Registry) -> None:
    lists = check_lists(["<b>bold</b>"], ["plain"])
    key = DEFAULT_MODELS[0]
    (scored,) = [
        s
        for s in score_with_models(registry, [key], lists.pair_set.pairs)
        if isinstance(s, ModelScores)
    ]
    assert "<b>bold" not in heatmap(lists, as_grid(lists, scored), "en").to_json()


def test_the_endpoint_answers_in_plain_numbers(registry: Registry) -> None:
    found = score_grids(registry, A, B, [DEFAULT_MODELS[0]], 4)
    assert json.loads(json.dumps(found)) == found
    assert found["shape"] == [3, 2]
    assert np.array(found["grids"][0]["scores"]).shape == (3, 2)


@pytest.mark.parametrize(
    ("a", "models"), [("text", ["all-MiniLM-L6-v2"]), ([], ["all-MiniLM-L6-v2"]), (["a"], [])]
)
def test_the_endpoint_refuses(registry: Registry, a: object, models: list[str]) -> None:
    with pytest.raises(InputProblem):
        score_grids(registry, a, ["b"], models, 4)  # type: ignore[arg-type]
