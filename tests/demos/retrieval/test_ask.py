"""One query by several strategies: calls, the truth, the cache, tables, the page, the endpoint; and
the bundled corpus."""

from __future__ import annotations

import dataclasses
import json
import re
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
    hits,
    known_best,
)
from demos.retrieval.ask.endpoint import make_retrieval_search
from demos.retrieval.ask.figures import purchases_figure
from demos.retrieval.ask.results import cost_table, long_table, side_by_side
from demos.retrieval.building import Builder, make_plan
from demos.retrieval.corpus import Corpus, make_corpus
from demos.retrieval.passages import PassageRule
from demos.retrieval.scorer import OF_INDEX, Scorer, check_scorer
from demos.retrieval.search import NEED_ANCHOR_SCORES, STRATEGIES
from demos.retrieval.shelf import OpenIndex, Shelf
from demos.retrieval.store import StoredIndex
from models.errors import ModelError, UnknownModelError
from models.maxsim import mean_max_similarity
from models.mixture import mixed
from tests.demos.retrieval.fakes import (
    BI,
    CROSS,
    LATE,
    OTHER_CROSS,
    CountingRegistry,
    score,
    token_vectors,
    vector,
)

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


def asked_of(*answers: Answer, truth: Any = None, documents: Any = None) -> Asked:
    numbers = np.arange(N) if documents is None else documents
    cosines = np.linspace(1, 0, N, dtype=np.float32)
    return Asked("q", 4, answers, truth, Scorer(CROSS), cosines, numbers)


def test_the_pace_is_that_of_fresh_calls() -> None:
    answers = (an_answer([1, 2, 3, 4], 2, 1.0), an_answer([5, 6], 0, 3.0))
    assert asked_of(*answers).pace == pytest.approx(1.0)
    assert asked_of(an_answer([1, 2], 2)).pace is None


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


# --- scorers, late interaction, passages ---------------------------------------------------------


def scored_by(shelf: Shelf, opened: OpenIndex, scorer: Scorer, *keys: str) -> Asked:
    strategies = [STRATEGIES[key] for key in keys]
    return last(ask(shelf._registry, shelf, opened, QUERY, strategies, BUDGET, scorer))


def test_a_mixture_costs_no_call_and_orders_by_both(
    shelf: Shelf, opened: OpenIndex, registry: CountingRegistry
) -> None:
    (alone,) = last(asking_for(shelf, opened, "bayes")).answers
    calls = registry.scored.total()
    (both,) = scored_by(shelf, opened, Scorer(CROSS, 0.4), "bayes").answers
    assert registry.scored.total() == calls
    assert both.purchases.tolist() == alone.purchases.tolist()
    cosines = np.array([vector(QUERY) @ vector(opened.stored.texts[i]) for i in alone.items])
    expected = alone.items[(-mixed(cosines, alone.scores, 0.4)).argsort(kind="stable")]
    assert both.items.tolist() == expected.tolist() != alone.items.tolist()
    assert both.mixture is not None
    assert (np.diff(both.mixture) <= 0).all()
    exact = [score(QUERY, opened.stored.texts[item]) for item in both.items]
    np.testing.assert_allclose(both.scores, exact, rtol=1e-6)


def test_the_best_of_a_mixture_are_best_by_the_mixture(shelf: Shelf, opened: OpenIndex) -> None:
    asked = scored_by(shelf, opened, Scorer(CROSS, 1.0), "rerank", "anncur")
    bought = np.unique(np.concatenate([answer.items for answer in asked.answers]))
    by_cosine = bought[(-asked.cosines[bought]).argsort(kind="stable")]
    assert known_best(asked).tolist() == by_cosine[:SHOWN].tolist()
    headers, rows = long_table(opened.stored, asked, "en")
    assert {len(row) for row in rows} == {len(headers)}
    assert "cosine" in side_by_side(opened.stored, asked, "en")


def test_another_cross_encoder_scores_what_needs_no_anchors(
    shelf: Shelf, opened: OpenIndex
) -> None:
    registry, stored = shelf._registry, opened.stored
    plain = [STRATEGIES[key] for key in STRATEGIES if key not in NEED_ANCHOR_SCORES]
    scorer = check_scorer(registry, stored, OTHER_CROSS, 0.0, plain)
    asked = scored_by(shelf, opened, scorer, "rerank", "brute")
    exact = np.array([-score(QUERY, text) for text in stored.texts])
    assert asked.truth is not None
    assert asked.truth.tolist() == np.argsort(-exact)[:SHOWN].tolist()
    for key in NEED_ANCHOR_SCORES:
        with pytest.raises(InputProblem) as caught:
            check_scorer(registry, stored, OTHER_CROSS, 0.0, [*plain, STRATEGIES[key]])
        assert caught.value.key == "retrieval.scorer.anchors"
    everything = [*STRATEGIES.values()]
    for own in (OF_INDEX, CROSS):
        assert check_scorer(registry, stored, own, 0.5, everything) == Scorer(CROSS, 0.5)


@pytest.mark.parametrize("weight", [-0.1, 1.1, None, "1", True, float("nan")])
def test_a_weight_out_of_range_is_refused(shelf: Shelf, opened: OpenIndex, weight: object) -> None:
    with pytest.raises(InputProblem) as caught:
        check_scorer(shelf._registry, opened.stored, OF_INDEX, weight, [])
    assert caught.value.key == "retrieval.scorer.weight"


def test_what_is_no_cross_encoder_does_not_score(shelf: Shelf, opened: OpenIndex) -> None:
    for key in (BI, LATE, None, ["a"]):
        with pytest.raises(InputProblem) as caught:
            check_scorer(shelf._registry, opened.stored, key, 0.0, [])
        assert caught.value.key == "retrieval.scorer.kind"
    with pytest.raises(UnknownModelError):
        check_scorer(shelf._registry, opened.stored, "nobody", 0.0, [])


def test_late_interaction_buys_its_own_best(shelf: Shelf, opened: OpenIndex) -> None:
    (answer,) = last(asking_for(shelf, opened, "late")).answers
    items = [token_vectors(text).numpy() for text in opened.stored.texts]
    scores = mean_max_similarity(token_vectors(QUERY).numpy(), items)
    threshold = np.sort(scores)[-BUDGET]
    near = 0.02  # token vectors may be kept in half precision
    assert (scores[answer.purchases] >= threshold - near).all()
    assert answer.late_scores == N
    assert answer.nbytes > 0


def test_without_a_late_interaction_model_the_strategy_is_not_offered(
    shelf: Shelf, opened: OpenIndex, registry: CountingRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "late" in shelf.strategies
    monkeypatch.setattr(registry, "cards", lambda owner, *kinds: [])
    assert "late" not in shelf.strategies
    assert refusal(lambda: last(asking_for(shelf, opened, "late"))) == "retrieval.late.no_model"
    with pytest.raises(InputProblem):
        check_strategies(["late"], shelf.strategies)


def test_a_corpus_that_no_late_interaction_model_reads_is_refused(
    shelf: Shelf, opened: OpenIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    chinese = tuple(f"第{i}个包裹在哪里" for i in range(N))
    monkeypatch.setattr(opened, "stored", dataclasses.replace(opened.stored, texts=chinese))
    assert refusal(lambda: last(asking_for(shelf, opened, "late"))) == "retrieval.late.language"


def test_too_many_tokens_are_refused(
    shelf: Shelf, opened: OpenIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demos.retrieval.shelf.MOST_TOKENS", 50)
    assert refusal(lambda: last(asking_for(shelf, opened, "late"))) == "retrieval.late.too_large"


@pytest.fixture
def split(tmp_path: Path, registry: CountingRegistry) -> tuple[Shelf, OpenIndex]:
    """Thirty documents of three sentences, a passage each."""
    texts = [f"One about {i}. Two about {i}. Three about {i}." for i in range(30)]
    labels = [f"label {i % 3}" for i in range(30)]
    corpus = make_corpus("Documents", texts, labels, PassageRule(words=3, overlap=0))
    plan = make_plan(cast(Any, registry), tmp_path, corpus, 6)
    for _ in Builder(cast(Any, registry), tmp_path).build(plan):
        pass
    registry.scored.clear()
    shelf = Shelf(cast(Any, registry), tmp_path)
    return shelf, shelf.open(plan.key)


def test_of_a_document_the_best_passage_counts_and_every_passage_is_a_call(
    split: tuple[Shelf, OpenIndex],
) -> None:
    shelf, opened = split
    stored = opened.stored
    assert stored.size == 90
    asked = last(asking_for(shelf, opened, "rerank", "brute"))
    reranked, brute = asked.answers
    assert (reranked.calls, brute.calls) == (BUDGET, 90)
    exact = np.array([score(QUERY, text) for text in stored.texts]).reshape(30, 3)
    best = exact.max(axis=1)  # of each document
    assert stored.document_of[brute.items].tolist() == np.argsort(-best).tolist()
    np.testing.assert_allclose(brute.scores, np.sort(best)[::-1], rtol=1e-6)
    assert len({*stored.document_of[reranked.items].tolist()}) == len(reranked.items)
    html = side_by_side(stored, asked, "en")
    item = int(brute.items[0])
    assert f"passage {item % 3 + 1} of 3 of document {item // 3 + 1}" in html


# --- what was found by which call ----------------------------------------------------------------


def test_what_is_found_grows_to_what_was_found(everything: Asked) -> None:
    best = known_best(everything)
    for answer in everything.answers:
        found = found_by_calls(everything, answer, best)
        assert len(found) == answer.calls
        assert set(np.diff(found, prepend=0).tolist()) <= {0, 1}
        assert found[-1] == len({*answer.purchases.tolist()} & {*best.tolist()})
    assert found_by_calls(everything, everything.answers[-1], best)[-1] == SHOWN


def test_an_item_bought_twice_is_found_once() -> None:
    answer = an_answer([7, 3, 7, 9, 9])
    wanted = np.array([9, 7, 1])
    assert found_by_calls(asked_of(answer), answer, wanted).tolist() == [1, 1, 1, 2, 2]


def test_any_passage_finds_its_document_once() -> None:
    documents = np.arange(N) // 2
    answer = an_answer([6, 7, 2, 9])
    asked = asked_of(answer, documents=documents)
    assert found_by_calls(asked, answer, np.array([7, 8])).tolist() == [1, 1, 1, 2]
    assert hits(asked, np.array([3, 8, 40]), np.array([2, 9])).tolist() == [True, True, False]


# --- tables, figure and page ---------------------------------------------------------------------


@LANGUAGES
def test_the_cost_table(everything: Asked, language: Any) -> None:
    headers, rows = cost_table(everything, language)
    assert len(rows) == len(STRATEGIES)
    assert {len(row) for row in rows} == {len(headers)}
    assert rows[-1][1:3] == [f"{SHOWN} / {SHOWN}", N]
    assert sum(cast(int, row[4]) for row in rows) == sum(a.cached for a in everything.answers)
    late = [row[3] for row in rows]
    assert late.count(N) == 1
    assert late.count(0) == len(rows) - 1
    assert all(re.fullmatch(r"\d+\.\d MB", str(row[5])) for row in rows)


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
    assert row[4] == BUDGET
    assert row[-1] in ("unknown (all from the cache)", "未知（全部来自缓存）")


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
    html = side_by_side(stored, asked_of(shown, truth=shown.top), language)
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
        ({"cross_encoder": BI}, "no cross-encoder"),
        ({"cross_encoder": OTHER_CROSS}, "anchor scores"),
        ({"cross_encoder": "nobody"}, "no such model"),
        ({"bi_weight": 2}, "from 0 to 1"),
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
