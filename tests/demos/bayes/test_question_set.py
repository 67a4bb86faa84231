"""The question set: scores against hand-counted ones, intervals, the panel."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest

from demos.bayes.contexts import WAYS
from demos.bayes.extension.setting import check_rule
from demos.bayes.passages import bundled
from demos.bayes.question_set import figures, results
from demos.bayes.question_set.panel import QuestionsPanel
from demos.bayes.question_set.questions import Question, bundled_questions
from demos.bayes.question_set.running import Answered, Outcome, Setting, outcome_of
from demos.bayes.question_set.scoring import mean, score, share
from demos.bayes.question_set.shipped import outcome_from, read_shipped, write
from demos.frame.demo import AppContext
from demos.frame.own_models import OwnModels
from models.catalog import SMOLLM2
from models.registry import Registry
from tests.demos.bayes.tiny_lm import tiny_peer, tiny_registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)


def test_every_answer_stands_in_its_passage() -> None:
    questions, passages = bundled_questions(), bundled()
    assert len(questions) == 24
    for question in questions:
        where = [i for i, text in enumerate(passages, 1) if question.answer.lower() in text.lower()]
        assert question.passage in where


@pytest.mark.parametrize(
    ("said", "answer", "exact", "f1", "holds"),
    [
        ("The oboe.", "oboe", 1, 1, 1),
        ("an old crane", "An old crane!", 1, 1, 1),
        ("It was built in 1867.", "1867", 0, 2 * 1 / (5 + 1), 1),
        ("three silver crowns", "three crowns", 0, 4 / 5, 0),
        ("", "1867", 0, 0, 0),
        ("nothing of it", "1867", 0, 0, 0),
        ("18670", "1867", 0, 0, 0),
        ("At 22:40.", "22:40", 0, 2 / 3, 1),
        ("22.40", "2240", 1, 1, 1),
    ],
)
def test_scores_are_squads(said: str, answer: str, exact: float, f1: float, holds: float) -> None:
    found = score(said, answer)
    assert (found.exact, found.f1, found.holds) == (exact, pytest.approx(f1), holds)


def test_intervals_are_those_of_the_books() -> None:
    found = share([1.0] * 3 + [0.0] * 7)  # Wilson's, 3 of 10: Newcombe 1998's formula
    assert (found.low, found.high) == pytest.approx((0.1078, 0.6032), abs=1e-4)
    assert share([0.0] * 24).low == pytest.approx(0, abs=1e-12)
    assert share([0.0] * 24).high == pytest.approx(0.138, abs=1e-3)
    values = np.random.default_rng(1).normal(0.4, 0.1, 400)
    normal = 1.96 * values.std() / 20
    of_mean = mean(values.tolist())
    assert of_mean.high - of_mean.value == pytest.approx(normal, rel=0.1)
    assert of_mean.value - of_mean.low == pytest.approx(normal, rel=0.1)


# --- a run ---


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    peer = tiny_peer()
    peer.config.max_position_embeddings = 4_096
    found = tiny_registry(tmp_path_factory.mktemp("models"), peer, 4_096, SMOLLM2.key)
    yield found
    found.close()


@pytest.fixture(scope="module")
def outcome(registry: Registry) -> Outcome:
    return outcome_of(Setting(2, WAYS, check_rule(new_tokens=3)), registry)


@pytest.fixture(scope="module")
def panel(registry: Registry) -> QuestionsPanel:
    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        return QuestionsPanel(AppContext(registry, app, OwnModels(registry, "secret")))


def test_every_way_answers_every_question(outcome: Outcome) -> None:
    assert len(outcome.answered) == 2
    assert all(set(each.said) == set(WAYS) for each in outcome.answered)


def test_an_outcome_is_written_and_read(outcome: Outcome, tmp_path: Path) -> None:
    write(outcome, tmp_path / "a.json")
    found = outcome_from(json.loads((tmp_path / "a.json").read_text()))
    assert replace(found, seconds=outcome.seconds) == outcome


@LANGUAGES
def test_what_ships_is_the_whole_set(language: Any) -> None:
    shipped = read_shipped()
    assert [each.question for each in shipped.answered] == list(bundled_questions())
    assert shipped.setting.ways == WAYS
    headers, rows = results.means_table(shipped, language)
    assert (len(headers), len(rows)) == (4, 6)
    assert len(results.findings(shipped, language)) == 6
    assert len(figures.means_figure(shipped, language).data) == 3
    headers, rows = results.answers_table(shipped, language)
    assert (len(headers), len(rows)) == (8, 24)


def test_a_difference_is_called_told_only_where_its_interval_leaves_zero() -> None:
    question = Question("?", "x", 1)
    better = [Answered(question, {"nbce": "x", "mean": "y"})] * 6
    setting = Setting(6, ("nbce", "mean"))
    assert "can tell" in results.findings(Outcome(setting, tuple(better), 1.0), "en")[1]
    mixed = [*better[:2], *[Answered(question, {"nbce": "y", "mean": "x"})] * 2]
    assert "cannot tell" in results.findings(Outcome(setting, tuple(mixed), 1.0), "en")[1]


def test_the_panel_asks_shows_and_cancels(panel: QuestionsPanel) -> None:
    assert panel.csv in panel.on_ours(REQUEST)
    updates = list(panel.on_run(8, 0.25, SMOLLM2.key, ["nbce", "alone"], REQUEST))
    last = updates[-1]
    assert [len(row) for row in last[panel.table]["data"]] == [4, 4]
    with Path(last[panel.csv]["value"]).open(encoding="utf-8-sig") as file:
        assert [row["way"] for row in csv.DictReader(file)] == ["nbce", "alone"] * 8
    running = panel.on_run(8, 0.25, SMOLLM2.key, ["nbce"], REQUEST)
    assert next(running)[panel.cancel]["visible"]
    running.close()
    bad = panel.check(99, "x", "encoder", [], REQUEST)
    assert not any(each["is_valid"] for each in bad)
