"""Answers from contexts: what is asked, what is drawn and said, files, handlers, endpoints."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from demos.bayes.contexts import WAYS
from demos.bayes.extension import drawing, results
from demos.bayes.extension import setting as settings
from demos.bayes.extension.endpoint import make_nbce_generate, make_nbce_trace
from demos.bayes.extension.examples import EXAMPLES
from demos.bayes.extension.panel import ExtensionPanel
from demos.bayes.extension.running import Trace, writing
from demos.bayes.extension.setting import Setting
from demos.bayes.passages import bundled, passages_of, read_passages
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.steps import result_of
from demos.frame.strings import say
from models.catalog import SMOLLM2
from models.errors import MemoryBudgetError
from models.registry import Registry
from models.work import Progress
from tests.demos.bayes.tiny_lm import tiny_peer, tiny_registry
from tests.models.test_decoding import WINDOW

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)
CONTEXTS = ("a b c", "d 7 <b>e</b> f", "b")
RULE = settings.check_rule(new_tokens=5)
SETTING = Setting(CONTEXTS, "f a", WAYS, RULE)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("models")
    found = tiny_registry(folder, tiny_peer(), WINDOW, SMOLLM2.key)
    yield found
    found.close()


@pytest.fixture(scope="module")
def trace(registry: Registry) -> Trace:
    return result_of(writing(SETTING, registry))


@pytest.fixture(scope="module")
def panel(registry: Registry) -> ExtensionPanel:
    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        return ExtensionPanel(AppContext(registry, app, OwnModels(registry, "secret")))


def fields(**changed: Any) -> list[Any]:
    """What the panel's fields hold."""
    given: dict[str, Any] = {
        "contexts": "\n\n".join(CONTEXTS),
        "question": "f a",
        "ways": ["nbce", "alone"],
        "model": SMOLLM2.key,
        "beta": 0.25,
        "eta": 0.1,
        "top_p": 0.95,
        "pooling": "min_entropy",
        "variant": "author",
        "temperature": 0,
        "seed": 0,
        "new_tokens": 5,
        "window": 512,
    }
    return list((given | changed).values())


# --- contexts ---


def test_passages_stand_between_empty_lines() -> None:
    assert passages_of("one\ntwo\r\n\r\nthree\n \t\n\n\nfour\n") == ("one two", "three", "four")
    assert passages_of("今天下雨。\n明天晴。") == ("今天下雨。明天晴。",)
    assert len(bundled()) == 12


def test_a_file_becomes_passages_and_long_ones_are_cut_at_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Short one.\n\n" + " ".join(f"Sentence {i} has five words." for i in range(80)))
    pieces = read_passages(path)
    assert pieces[0] == "Short one."
    assert len(pieces) == 4
    assert all(piece.endswith(".") and len(piece.split()) <= 160 for piece in pieces)
    assert " ".join(pieces[1:]).count("Sentence") == 80


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"%PDF-1.7"), ("a.txt", b" \n\n")])
def test_a_file_without_text_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputProblem):
        read_passages(tmp_path / name)


# --- what may be wrong ---


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (lambda: settings.check_contexts(" \n\n "), "no context"),
        (lambda: settings.check_contexts(["a"] * 100), "100 contexts"),
        (lambda: settings.check_contexts(["a" * 70_000]), "70,000 characters"),
        (lambda: settings.check_contexts(7), "no context"),
        (lambda: settings.check_question("  "), "Write a question"),
        (lambda: settings.check_question("a" * 2_000), "more than 1,000"),
        (lambda: settings.check_ways([]), "Nobody answers"),
        (lambda: settings.check_ways(["nobody"]), "nobody"),
        (lambda: settings.check_rule(beta="much"), "beta has to be a number from -1 to 2"),
        (lambda: settings.check_rule(top_p=0), "top-p"),
        (lambda: settings.check_rule(new_tokens=2.5), "whole number"),
        (lambda: settings.check_rule(pooling="median"), "median"),
    ],
)
def test_bad_input_gets_a_sentence(check: Callable[[], object], says: str) -> None:
    with pytest.raises(InputProblem, match=says):
        check()


def test_the_sentence_stands_at_its_field(panel: ExtensionPanel) -> None:
    bad = fields(contexts="", question="", ways=[], model="encoder", beta=9)
    answers = panel.check(*bad, "", None, REQUEST)
    assert [each["is_valid"] for each in answers] == [False] * 5 + [True] * 10
    assert "does not write texts" in answers[3]["message"]
    assert all(each["is_valid"] for each in panel.check(*fields(), "", None, REQUEST))


# --- what is written ---


def test_progress_comes_before_the_first_token(registry: Registry) -> None:
    steps = list(writing(SETTING, registry))
    kinds = [isinstance(step, Progress) for step in steps]
    assert kinds == sorted(kinds, reverse=True)
    traces = [step for step in steps if isinstance(step, Trace)]
    assert [step.steps for step in traces] == [1, 2, 3, 4, 5]
    assert all(step.first == traces[0].seconds for step in traces)


def test_memory_that_others_hold_is_waited_for(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoding, tries = Registry.decoding, list[int]()

    def crowded(self: Registry, key: str, tokens: int) -> Any:
        tries.append(tokens)
        if len(tries) in (2, 3):
            raise MemoryBudgetError("full")
        return decoding(self, key, tokens)

    monkeypatch.setattr(Registry, "decoding", crowded)
    assert result_of(writing(SETTING, registry)).done
    assert len(tries) == 4
    tries.clear()
    monkeypatch.setattr("demos.bayes.extension.running.PATIENCE", 0.0)
    with pytest.raises(MemoryBudgetError):
        result_of(writing(SETTING, registry))


def test_a_trace_names_every_way(trace: Trace) -> None:
    assert [each.way for each in trace.spoken] == [*WAYS[:-1], *["alone"] * 3]
    assert [each.pooled for each in trace.spoken] == [True] * 3 + [False] * 5
    assert trace.done
    assert (trace.cut, trace.most) == (0, WINDOW)


@LANGUAGES
def test_what_is_drawn_is_escaped_and_can_be_clicked(trace: Trace, language: Any) -> None:
    answers = drawing.answers_html(trace, False, language)
    assert answers.count("<section") == 5
    assert drawing.answers_html(trace, True, language).count("<section") == 3
    board = drawing.board_html(trace, 0, language)
    assert board.count("kl-cell") == 4 * 5
    assert board.count("kl-picked") == 5
    assert drawing.board_html(trace, 3, language) == ""
    candidates = drawing.candidates_html(trace, 0, 2, language)
    assert candidates.count("<tr") == 5
    assert drawing.candidates_html(trace, 3, 0, language).count("<tr") == 1
    for html in (answers, board, candidates, drawing.legend_html(CONTEXTS, language)):
        assert "<b>" not in html


@LANGUAGES
def test_findings_say_who_spoke(trace: Trace, language: Any) -> None:
    said = " ".join(results.findings(trace, language))
    rows = [token.chosen for token in trace.spoken[0].tokens]
    for row in set(rows):
        assert f"{row} ({rows.count(row)})" in said
    assert f"{WINDOW}" in said
    assert "finished" in results.settings_of(trace)


@LANGUAGES
def test_an_example_that_fails_says_why(trace: Trace, language: Any) -> None:
    for name, example in EXAMPLES.items():
        setting = Setting(example.contexts, example.question)
        said = results.findings(replace(trace, setting=setting), language)
        why = say(f"bayes.extension.says.example.{name}", language) if example.fails else None
        assert (why in said) == example.fails
        assert any(str(example.holds) in each for each in said) == (example.holds is not None)


def test_files_hold_every_token(trace: Trace) -> None:
    lines = [json.loads(line) for line in Path(results.jsonl_file(trace)).read_text().splitlines()]
    tokens = sum(len(each.tokens) for each in trace.spoken)
    assert lines[0]["setting"]["contexts"] == list(CONTEXTS)
    assert len(lines) == tokens + 1
    assert len(lines[1]["entropies"]) == len(lines[1]["sources"]) == 4
    with Path(results.csv_file(trace)).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == tokens
    assert float(rows[0]["entropy_3"]) == pytest.approx(lines[1]["entropies"][3])


# --- handlers ---


def test_an_answer_is_streamed_kept_and_clicked(panel: ExtensionPanel) -> None:
    updates = list(panel.on_run(*fields(), "", None, REQUEST))
    last = updates[-1]
    key = last[panel.key]
    assert updates[0][panel.cancel]["visible"]
    assert not last[panel.cancel]["visible"]
    assert "kl-answer" in last[panel.answers]
    assert last[panel.alone].count("<section") == 3
    assert last[panel.csv]["interactive"]
    event = cast(Any, SimpleNamespace(answer=0, step=1))
    assert "token 2" in panel.on_pick(key, event, REQUEST)
    for gone in ((key, SimpleNamespace(answer=99, step=0)), ("", event)):
        assert "not kept" in panel.on_pick(gone[0], cast(Any, gone[1]), REQUEST)
    assert "kl-board" in panel.on_board(key, 0, REQUEST)
    assert len(list(panel.on_run(*fields(), "", None, REQUEST))) == 1  # it is there already


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny model is too quick for steps that are half a second apart."""
    monkeypatch.setattr("demos.bayes.extension.panel.paced", lambda steps: steps)


@pytest.mark.usefixtures("every_step")
def test_a_click_on_the_way_is_kept(panel: ExtensionPanel) -> None:
    running = panel.on_run(*fields(question="c d", new_tokens=20), "", None, REQUEST)
    update: dict[Any, Any] = {}
    while not update.get(panel.key):
        update = next(running)
    panel.on_pick(update[panel.key], cast(Any, SimpleNamespace(answer=1, step=0)), REQUEST)
    *rest, last = running
    assert all(panel.candidates not in each for each in rest)
    assert "Context 1 alone, token 1" in last[panel.candidates]


@pytest.mark.usefixtures("every_step")
def test_a_cancelled_answer_leaves_what_was_written(panel: ExtensionPanel) -> None:
    running = panel.on_run(*fields(question="b c", new_tokens=20), "", None, REQUEST)
    update: dict[Any, Any] = {}
    while not update.get(panel.key):
        update = next(running)
    running.close()
    cancelled = panel.on_cancelled(update[panel.key], REQUEST)
    assert Path(cancelled[panel.jsonl]["value"]).exists()
    assert panel.csv not in panel.on_cancelled("", REQUEST)


def test_a_long_context_is_named_in_place_and_nothing_looks_busy(panel: ExtensionPanel) -> None:
    *_, last = panel.on_run(*fields(contexts="a\n\n" + "b " * WINDOW), "", None, REQUEST)
    assert "Context 2" in last[panel.progress]
    assert not last[panel.cancel]["visible"]
    *_, last = panel.on_run(*fields(question="b " * WINDOW), "", None, REQUEST)
    assert "no room" in last[panel.progress]


def test_what_does_not_fit_is_said_whoever_answers(registry: Registry) -> None:
    for ways in (WAYS[:1], WAYS):
        setting = replace(SETTING, contexts=("a b c " * 8,) * 4, ways=ways)
        trace = result_of(writing(setting, registry))
        assert trace.count >= 96
        assert f"lose the last {trace.cut}" in results.findings(trace, "en")[0]


def test_a_file_fills_the_field(panel: ExtensionPanel, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("one\n\ntwo")
    contexts, note = panel.on_file(str(path), REQUEST)
    assert contexts == "one\n\ntwo"
    assert "2 passages" in note
    path.write_text("\n\n".join(f"Passage {i}." for i in range(100)))
    contexts, note = panel.on_file(str(path), REQUEST)
    assert "Passage 99" in contexts
    assert "100 contexts" in note
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04")
    assert not panel.check_file(str(tmp_path / "b.zip"), REQUEST)["is_valid"]


def test_examples_can_be_asked() -> None:
    for example in EXAMPLES.values():
        assert settings.check_contexts("\n\n".join(example.contexts)) == example.contexts
        assert settings.check_question(example.question) == example.question


# --- endpoints ---


def test_the_endpoints_say_the_same(registry: Registry, trace: Trace) -> None:
    whole = make_nbce_trace(registry)(list(CONTEXTS), "f a", list(WAYS), new_tokens=5)
    assert [each["text"] for each in whole["answers"]] == [each.text for each in trace.spoken]
    json.dumps(whole)
    parts = list(make_nbce_generate(registry)(list(CONTEXTS), "f a", new_tokens=5))
    assert [part["tokens"] for part in parts] == [1, 2, 3, 4, 5]
    assert parts[-1]["text"] == trace.spoken[0].text
    assert parts[-1]["chosen"] == trace.spoken[0].tokens[-1].chosen
    with pytest.raises(gr.Error, match="no context"):
        list(make_nbce_generate(registry)([], "f a"))
