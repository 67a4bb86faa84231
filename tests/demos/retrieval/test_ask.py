"""One query by several strategies: calls, the truth, the cache, tables, the page, the endpoint; and
the bundled corpus."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar, cast

import gradio as gr
import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.frame.export import write_csv
from demos.retrieval.ask import asking
from demos.retrieval.ask.asking import (
    MAX_CHARACTERS,
    SHOWN,
    Answer,
    Asked,
    Step,
    ask,
    check_budget,
    check_query,
    check_strategies,
    found_by_calls,
    known_best,
)
from demos.retrieval.ask.endpoint import make_retrieval_search
from demos.retrieval.ask.figures import purchases_figure
from demos.retrieval.ask.results import cost_table, long_table, side_by_side
from demos.retrieval.building import Builder, make_plan
from demos.retrieval.corpus import Corpus
from demos.retrieval.search import STRATEGIES
from demos.retrieval.shelf import OpenIndex, Shelf
from demos.retrieval.store import StoredIndex
from models.errors import ModelError
from tests.demos.retrieval.fakes import CountingRegistry, score

SCRIPT = "<script>alert('1')</script> & \"more\""
QUERY, BUDGET, N = "where is it", 25, 80
CORPUS = Corpus(
    "Numbers",
    (SCRIPT, *(f"text number {i}" for i in range(1, N))),
    tuple(f"<b>label</b> {i % 4}" for i in range(N)),
)
EVERY = pytest.mark.parametrize("strategy", STRATEGIES)
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
ResultT = TypeVar("ResultT")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of CORPUS, built by a registry that nobody uses afterwards."""
    folder = tmp_path_factory.mktemp("indexes")
    registry = cast(Any, CountingRegistry())
    for _ in Builder(registry, folder).build(make_plan(registry, folder, CORPUS, 12)):
        pass
    return folder


@pytest.fixture
def registry() -> CountingRegistry:
    return CountingRegistry()


@pytest.fixture
def shelf(root: Path, registry: CountingRegistry) -> Shelf:
    return Shelf(cast(Any, registry), root)


@pytest.fixture
def key(root: Path) -> str:
    (folder,) = root.iterdir()
    return folder.name


@pytest.fixture
def opened(shelf: Shelf, key: str) -> OpenIndex:
    return shelf.open(key)


@pytest.fixture
def stored(opened: OpenIndex) -> StoredIndex:
    return opened.stored


def last(steps: Generator[Any, None, ResultT]) -> ResultT:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return cast(ResultT, stop.value)


def asking_for(shelf: Shelf, opened: OpenIndex, *keys: str) -> Generator[Step, None, Asked]:
    registry = shelf._registry
    return ask(registry, shelf, opened, QUERY, [STRATEGIES[key] for key in keys], BUDGET)


@pytest.fixture
def everything(shelf: Shelf, opened: OpenIndex) -> Asked:
    return last(asking_for(shelf, opened, *STRATEGIES))


def refusal(check: Callable[[], object]) -> str:
    with pytest.raises(InputProblem) as caught:
        check()
    assert caught.value.sentence("en") != caught.value.sentence("zh")
    return caught.value.key


# --- calls ---------------------------------------------------------------------------------------


@EVERY
def test_calls_are_the_budget_as_the_registry_counts(
    shelf: Shelf, opened: OpenIndex, registry: CountingRegistry, strategy: str
) -> None:
    (answer,) = last(asking_for(shelf, opened, strategy)).answers
    expected = N if strategy == "brute" else BUDGET
    assert answer.calls == len(answer.purchases) == expected
    assert registry.scored.total() + answer.cached == expected
    assert {query for query, _ in registry.scored} == {QUERY}
    if strategy != "anncur":  # which may pay for an item twice, as the published code does
        assert len({*answer.purchases.tolist()}) == expected


@EVERY
def test_answers_are_exact_and_in_order(shelf: Shelf, opened: OpenIndex, strategy: str) -> None:
    (answer,) = last(asking_for(shelf, opened, strategy)).answers
    exact = [score(QUERY, opened.stored.texts[item]) for item in answer.items]
    np.testing.assert_allclose(answer.scores, exact, rtol=1e-6)
    assert answer.scores.tolist() == sorted(answer.scores.tolist(), reverse=True)
    assert len({*answer.items.tolist()}) == len(answer.items)
    assert {*answer.items.tolist()} <= {*answer.purchases.tolist()}
    assert len(answer.top) == SHOWN


def test_no_more_calls_than_texts(shelf: Shelf, opened: OpenIndex) -> None:
    asked = last(ask(shelf._registry, shelf, opened, QUERY, [*STRATEGIES.values()], 1_000))
    assert {answer.calls for answer in asked.answers} == {N}


def test_brute_force_comes_last_and_its_top_is_the_truth(shelf: Shelf, opened: OpenIndex) -> None:
    asked = last(asking_for(shelf, opened, "brute", "rerank", "bayes"))
    assert [answer.strategy for answer in asked.answers] == ["rerank", "bayes", "brute"]
    exact = np.array([score(QUERY, text) for text in opened.stored.texts])
    assert asked.truth is not None
    assert asked.truth.tolist() == np.argsort(-exact)[:SHOWN].tolist()
    assert known_best(asked).tolist() == asked.truth.tolist()


def test_without_brute_force_the_best_that_anyone_bought_are_known(
    shelf: Shelf, opened: OpenIndex
) -> None:
    asked = last(asking_for(shelf, opened, "rerank", "anncur"))
    assert asked.truth is None
    ranked = {int(item) for answer in asked.answers for item in answer.items}
    best = sorted(ranked, key=lambda item: -score(QUERY, opened.stored.texts[item]))[:SHOWN]
    assert known_best(asked).tolist() == best


def test_what_was_scored_before_comes_from_the_cache(shelf: Shelf, opened: OpenIndex) -> None:
    first = last(asking_for(shelf, opened, "rerank", "brute"))
    assert [answer.cached for answer in first.answers] == [0, BUDGET]
    again = last(asking_for(shelf, opened, "rerank", "brute"))
    assert [answer.cached for answer in again.answers] == [BUDGET, N]
    assert [answer.calls for answer in again.answers] == [BUDGET, N]


def an_answer(purchases: list[int], cached: int = 0, scoring: float = 1.0) -> Answer:
    items = np.unique(purchases)
    scores = np.linspace(1, 0, len(items), dtype=np.float32)
    calls = len(purchases)
    return Answer("anncur", items, scores, np.array(purchases), calls, cached, 0.5, scoring)


def test_the_pace_is_that_of_fresh_calls() -> None:
    answers = (an_answer([1, 2, 3, 4], 2, 1.0), an_answer([5, 6], 0, 3.0))
    assert Asked("q", 4, answers, None).pace == pytest.approx(1.0)
    assert Asked("q", 2, (an_answer([1, 2], 2),), None).pace is None


def test_progress_ends_at_the_budget(shelf: Shelf, opened: OpenIndex) -> None:
    steps = [*asking_for(shelf, opened, "bayes", "brute")]
    for key, calls in (("bayes", BUDGET), ("brute", N)):
        done = [step.progress.done for step in steps if step.strategy == key]
        assert done[0] == 0
        assert done == sorted(done)
        assert done[-1] == calls


def test_a_search_that_is_left_asks_for_nothing_more(
    shelf: Shelf, opened: OpenIndex, registry: CountingRegistry
) -> None:
    steps = asking_for(shelf, opened, "brute")
    while not registry.scored:
        next(steps)
    steps.close()
    scored = registry.scored.total()
    assert scored < N
    assert last(asking_for(shelf, opened, "rerank")).answers[0].calls == BUDGET


# --- what was found by which call ----------------------------------------------------------------


def test_what_is_found_grows_to_what_was_found(everything: Asked) -> None:
    best = known_best(everything)
    for answer in everything.answers:
        found = found_by_calls(answer, best)
        assert len(found) == answer.calls
        assert set(np.diff(found, prepend=0).tolist()) <= {0, 1}
        assert found[-1] == len({*answer.purchases.tolist()} & {*best.tolist()})
    assert found_by_calls(everything.answers[-1], best)[-1] == SHOWN


def test_an_item_bought_twice_is_found_once() -> None:
    answer = an_answer([7, 3, 7, 9, 9])
    assert found_by_calls(answer, np.array([9, 7, 1])).tolist() == [1, 1, 1, 2, 2]


# --- tables, figure and page ---------------------------------------------------------------------


@LANGUAGES
def test_the_cost_table(everything: Asked, language: Any) -> None:
    headers, rows = cost_table(everything, language)
    assert len(rows) == len(STRATEGIES)
    assert {len(row) for row in rows} == {len(headers)}
    assert rows[-1][1:3] == [f"{SHOWN} / {SHOWN}", N]
    assert sum(cast(int, row[3]) for row in rows) == sum(a.cached for a in everything.answers)


def test_found_counts_are_those_of_the_columns(everything: Asked, stored: StoredIndex) -> None:
    html = side_by_side(stored, everything, "en")
    found = [int(str(row[1]).split(" / ")[0]) for row in cost_table(everything, "en")[1]]
    sections = html.split("<section>")[1:]
    assert [section.count("kl-hit") for section in sections] == found
    assert [section.count("<li") for section in sections] == [SHOWN] * len(STRATEGIES)


@LANGUAGES
def test_all_from_the_cache_says_so(shelf: Shelf, opened: OpenIndex, language: Any) -> None:
    last(asking_for(shelf, opened, "rerank"))
    (row,) = cost_table(last(asking_for(shelf, opened, "rerank")), language)[1]
    assert row[3] == BUDGET
    assert row[5] in ("unknown (all from the cache)", "未知（全部来自缓存）")


@LANGUAGES
def test_the_long_table_has_a_row_an_item(
    everything: Asked, stored: StoredIndex, language: Any
) -> None:
    headers, rows = long_table(stored, everything, language)
    assert {len(row) for row in rows} == {len(headers)}
    assert len(rows) == sum(len(answer.items) for answer in everything.answers)
    brute = rows[-N:]
    assert [row[1] for row in brute] == [*range(1, N + 1)]
    assert [row[4] for row in brute[: SHOWN + 1]] == [*range(1, SHOWN + 1), ""]
    assert all(row[5] == stored.texts[cast(int, row[2]) - 1] for row in rows)
    assert Path(write_csv("t", headers, rows)).stat().st_size


@LANGUAGES
def test_text_is_shown_as_text(everything: Asked, stored: StoredIndex, language: Any) -> None:
    """Of brute force all are listed, so the script is among them."""
    listed = everything.answers[-1]
    place = listed.items.tolist().index(stored.texts.index(SCRIPT))
    first = np.roll(listed.items, -place)
    shown = Answer("brute", first, listed.scores, first, N, 0, 0.1, 0.1)
    html = side_by_side(stored, Asked(QUERY, BUDGET, (shown,), shown.top), language)
    assert "<script" not in html
    assert "<b>label" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;label" in html


@LANGUAGES
def test_the_figure_has_a_line_a_strategy(everything: Asked, language: Any) -> None:
    figure = purchases_figure(everything, language)
    assert len(figure.data) == len(STRATEGIES) - 1
    for line in figure.data:
        assert len(line.x) == len(line.y) == BUDGET + 1
        assert line.y[0] == 0


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", " \n", None, 7, ["a"]])
def test_an_empty_query_is_refused(query: object) -> None:
    assert refusal(lambda: check_query(query)) == "retrieval.ask.empty"


def test_a_long_query_is_refused() -> None:
    assert check_query(" a \n b ") == "a b"
    assert len(check_query("x" * MAX_CHARACTERS)) == MAX_CHARACTERS
    assert refusal(lambda: check_query("x" * (MAX_CHARACTERS + 1))) == "retrieval.ask.too_long"


@pytest.mark.parametrize("keys", [[], None, "bayes", {"bayes": 1}])
def test_no_strategy_is_refused(keys: object) -> None:
    assert refusal(lambda: check_strategies(keys)) == "retrieval.ask.no_strategy"


@pytest.mark.parametrize("keys", [["best"], ["bayes", ""], [None], [["bayes"]], [{}]])
def test_an_unknown_strategy_is_refused(keys: object) -> None:
    assert refusal(lambda: check_strategies(keys)) == "retrieval.ask.unknown_strategy"


def test_a_strategy_named_twice_runs_once() -> None:
    assert [s.key for s in check_strategies(["bayes", "rerank", "bayes"])] == ["bayes", "rerank"]


@pytest.mark.parametrize(
    "budget", [4, 1_001, -1, None, "100", float("nan"), float("inf"), True, [100]]
)
def test_a_budget_out_of_range_is_refused(budget: object) -> None:
    assert refusal(lambda: check_budget(budget)) == "retrieval.ask.budget"


def test_brute_force_over_too_many_texts_is_refused(
    shelf: Shelf, opened: OpenIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_BRUTE_FORCE", N - 1)
    assert refusal(lambda: last(asking_for(shelf, opened, "brute"))) == "retrieval.ask.too_large"
    assert last(asking_for(shelf, opened, "rerank")).answers


# --- the endpoint --------------------------------------------------------------------------------


def test_the_endpoint_gives_ten_results(shelf: Shelf, opened: OpenIndex, key: str) -> None:
    search = make_retrieval_search(shelf._registry, shelf)
    answer = search(QUERY, key, "bayes", BUDGET)
    assert {name: answer[name] for name in ("corpus", "items", "strategy", "calls")} == {
        "corpus": key,
        "items": N,
        "strategy": "bayes",
        "calls": BUDGET,
    }
    assert [result["rank"] for result in answer["results"]] == [*range(1, SHOWN + 1)]
    for result in answer["results"]:
        assert result["text"] == opened.stored.texts[result["item"]]
        assert result["label"] == CORPUS.labels[result["item"]]  # type: ignore[index]
        assert result["score"] == pytest.approx(score(QUERY, result["text"]), rel=1e-5)
    assert json.loads(json.dumps(answer)) == answer


@EVERY
def test_the_endpoint_knows_every_strategy(shelf: Shelf, key: str, strategy: str) -> None:
    answer = make_retrieval_search(shelf._registry, shelf)(QUERY, key, strategy, BUDGET)
    assert answer["calls"] == (N if strategy == "brute" else BUDGET)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"query": ""}, "no query"),
        ({"query": None}, "no query"),
        ({"corpus": "nobody"}, "no index here"),
        ({"corpus": "0" * 24}, "no index here"),
        ({"corpus": "../../etc"}, "no index here"),
        ({"corpus": ["helpdesk"]}, "no index here"),
        ({"corpus": None}, "no index here"),
        ({"strategy": "best"}, "no strategy"),
        ({"strategy": ["bayes"]}, "no strategy"),
        ({"budget": 4}, "from 5 to 1,000"),
        ({"budget": "many"}, "from 5 to 1,000"),
    ],
)
def test_the_endpoint_refuses_in_a_sentence(
    shelf: Shelf, key: str, change: dict[str, Any], sentence: str
) -> None:
    arguments = {"query": QUERY, "corpus": key, "strategy": "bayes", "budget": BUDGET} | change
    with pytest.raises(gr.Error, match=sentence):
        make_retrieval_search(shelf._registry, shelf)(**arguments)


def test_a_model_that_cannot_be_had_is_said(shelf: Shelf, key: str) -> None:
    registry = cast(Any, CountingRegistry())

    def absent(key: str) -> None:
        raise ModelError("The weights are not there.")

    registry.load = absent
    with pytest.raises(gr.Error, match="not there"):
        make_retrieval_search(registry, shelf)(QUERY, key, "bayes", BUDGET)
