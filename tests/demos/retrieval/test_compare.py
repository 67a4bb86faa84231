"""Recall against budget: queries, settings, what is measured and said, the endpoint, the panel."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import gradio as gr
import numpy as np
import pytest
import torch
from gradio_client import Client
from gradio_client.exceptions import AppError

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.recent import Recent
from demos.frame.strings import TEXTS
from demos.retrieval.belief import fit_belief
from demos.retrieval.compare import queries as queries_in
from demos.retrieval.compare.comparison import (
    BUDGETS,
    COMPARED,
    Comparison,
    Settings,
    check_budgets,
    check_strategies,
    compared,
    comparing,
    gaps,
    remembered,
)
from demos.retrieval.compare.endpoint import compare_strategies
from demos.retrieval.compare.figures import cost_figure, recall_figure
from demos.retrieval.compare.panel import ComparePanel, notes_html
from demos.retrieval.compare.published import PRINTED, read_measured
from demos.retrieval.compare.results import (
    MEASURED_WIDTHS,
    ORDERS_WIDTHS,
    break_evens,
    main_table,
    measured_table,
    orders_table,
    orders_verdict,
    plain_table,
    printed_table,
    query_table,
    table_widths,
    verdicts,
)
from demos.retrieval.desk import Desk
from demos.retrieval.evaluation import KS, Measured, ndcg, top_k_recall
from demos.retrieval.helpdesk import ENGLISH
from demos.retrieval.search import Index
from demos.retrieval.shelf import OpenIndex, Shelf
from demos.retrieval.store import HeldOut, ModelVersion, StoredIndex
from models.maxsim import mean_max_similarity
from models.registry import Registry
from tests.demos.retrieval.fakes import CountingRegistry, token_vectors

LANGUAGES = ("en", "zh")
REQUEST = cast(gr.Request, SimpleNamespace(headers={}, session_hash="someone"))
ResultT = TypeVar("ResultT")


def last(steps: Generator[Any, None, ResultT]) -> ResultT:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return cast(ResultT, stop.value)


def problem(check: Callable[[], object]) -> InputProblem:
    with pytest.raises(InputProblem) as caught:
        check()
    for language in LANGUAGES:
        assert caught.value.sentence(language)
    return caught.value


class OneIndexShelf(Shelf):
    """A shelf with one made-up index."""

    def __init__(self, registry: Registry, opened: OpenIndex):
        super().__init__(registry, Path("/nowhere"))
        self.opened = opened

    def open(self, key: str) -> OpenIndex:
        if key != ENGLISH.key:
            raise InputProblem("retrieval.index.absent")
        return self.opened


N, ANCHORS, Q = 130, 12, 40


@pytest.fixture
def opened(registry: Registry) -> OpenIndex:
    """130 items in 26 groups of five; the first twelve items are the anchor queries."""
    generator = torch.Generator().manual_seed(0)
    centres = torch.randn(N // 5, 16, generator=generator).repeat_interleave(5, dim=0)
    vectors = centres + 0.7 * torch.randn(N, 16, generator=generator)
    vectors = torch.nn.functional.normalize(vectors, dim=1)
    mixing = torch.eye(16) + 0.3 * torch.randn(16, 16, generator=generator)
    own = torch.arange(ANCHORS)
    index = Index(vectors, 5 * vectors[own] @ mixing @ vectors.mT, vectors[own], own)
    texts = tuple(f"text {i}" for i in range(N))
    groups = tuple(f"group {i // 5}" for i in range(N))
    stored = StoredIndex(
        ENGLISH.key,
        "Made up",
        texts,
        groups,
        texts[:ANCHORS],
        ModelVersion("cosent-bi", "1"),
        ModelVersion("cosent-cross", "1"),
        index,
        fit_belief(index.anchor_scores, index.anchor_vectors, vectors, own),
    )
    asked = vectors[20 : 20 + Q] + 0.15 * torch.randn(Q, 16, generator=generator)
    asked = torch.nn.functional.normalize(asked, dim=1)
    held_out = HeldOut(
        tuple(f"query {i}" for i in range(Q)),
        groups[20 : 20 + Q],
        asked,
        (5 * asked @ mixing @ vectors.mT).numpy(),
    )
    return OpenIndex(stored, registry.hold(index), held_out)


@pytest.fixture
def shelf(registry: Registry, opened: OpenIndex) -> Shelf:
    return OneIndexShelf(registry, opened)


SETTINGS = Settings(COMPARED, (20, 60))


@pytest.fixture
def comparison(shelf: Shelf, opened: OpenIndex) -> Comparison:
    assert opened.held_out is not None
    return last(comparing(shelf, opened, opened.held_out, SETTINGS))


# --- settings -------------------------------------------------------------------------------------


def test_strategies_come_in_the_houses_order() -> None:
    assert check_strategies(["cur", "bayes"]) == ("bayes", "cur")
    assert "brute" not in COMPARED


@pytest.mark.parametrize("given", [[], None, "bayes", 3, ["nonsense"], [["bayes"]], ["brute"]])
def test_what_is_no_choice_of_strategies_is_said(given: object) -> None:
    problem(lambda: check_strategies(given))


@pytest.mark.parametrize(
    "given", ["50, 100,200", " 200 100;50 ", "50，100、200", [50, 100, 200.0, 50], ["50", 100, 200]]
)
def test_budgets_are_read(given: object) -> None:
    assert check_budgets(given, 1_000) == ((50, 100, 200), ())


def test_budgets_that_reach_the_corpus_are_left_out() -> None:
    assert check_budgets("50, 130, 500", 130) == ((50,), (130, 500))
    assert problem(lambda: check_budgets("130", 130)).key == "retrieval.compare.budgets_too_large"


@pytest.mark.parametrize(
    "given",
    [
        *("", " , ", None, 50, "50, x", "1", "2.5", "-50", "nan", "inf", "1e9"),
        *([True], [None], [[50]], list(range(10, 20))),
    ],
)
def test_what_is_no_budget_is_said(given: object) -> None:
    problem(lambda: check_budgets(given, 1_000))


# --- queries --------------------------------------------------------------------------------------


def test_a_sample_has_no_anchor_queries_and_is_the_same_every_time(opened: OpenIndex) -> None:
    asked = queries_in.sample(opened, 30)
    assert asked == queries_in.sample(opened, 30)
    assert len({*asked.own_items}) == 30
    assert min(asked.own_items) >= ANCHORS
    assert asked.texts == tuple(opened.stored.texts[i] for i in asked.own_items)
    assert asked.labels is not None
    assert asked.calls(N) == 30 * N


def test_own_queries_are_lines(opened: OpenIndex) -> None:
    asked = queries_in.read_own(opened, " a  b \r\n\nc\na b\nd\ne\ntext 99\n")
    assert asked.texts == ("a b", "c", "d", "e", "text 99")
    assert asked.own_items == (-1, -1, -1, -1, 99)


@pytest.mark.parametrize(
    ("source", "count", "pasted", "key"),
    [
        ("sample", 9, "", "sample_count"),
        ("sample", None, "", "sample_count"),
        ("sample", float("nan"), "", "sample_count"),
        ("own", 30, None, "own_count"),
        ("own", 30, "one\ntwo", "own_count"),
        ("own", 30, "\n".join(map(str, range(61))), "own_count"),
        ("own", 30, "a\nb\nc\nd\ntext 3", "own_anchor"),
        ("own", 30, "a\nb\nc\nd\n" + "x" * 2_001, "own_long"),
        ("nonsense", 30, "", "source_unknown"),
        (["own"], 30, "", "source_unknown"),
    ],
)
def test_unusable_queries_are_said(
    opened: OpenIndex, source: object, count: object, pasted: object, key: str
) -> None:
    found = problem(lambda: queries_in.choose(opened, source, count, pasted))
    assert found.key == f"retrieval.compare.{key}"


def test_a_corpus_without_held_out_queries_says_so(opened: OpenIndex) -> None:
    bare = replace(opened, held_out=None)
    found = problem(lambda: queries_in.choose(bare, "held_out", 30, ""))
    assert found.key == "retrieval.compare.no_held_out"
    assert queries_in.default_source(bare) == "sample"


def test_too_many_calls_are_refused(opened: OpenIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_in, "MAX_CALLS", 20 * N)
    found = problem(lambda: queries_in.choose(opened, "sample", 21, ""))
    assert found.values["most"] == 20


def test_brute_force_is_the_models_and_is_done_once(registry: Registry, opened: OpenIndex) -> None:
    stored = opened.stored
    few = replace(
        stored,
        texts=stored.texts[:20],
        index=replace(stored.index, item_vectors=stored.index.item_vectors[:20]),
    )
    small = replace(opened, stored=few, remembered=Recent(8))
    pasted = "where is it\nwhen\nwho\nhow many\ntext 15"
    asked = queries_in.choose(small, "own", 30, pasted)
    assert isinstance(asked, queries_in.Asked)
    # The made-up vectors have 16 numbers; only the query that is an item needs none of a model's.
    asked = replace(asked, texts=asked.texts[-1:], own_items=asked.own_items[-1:])
    known = last(queries_in.scoring(registry, small, asked))
    expected = registry.score("cosent-cross", [("text 15", text) for text in few.texts]).numpy()
    expected[15] = -np.inf
    assert known.exact[0].tolist() == pytest.approx(expected.tolist(), abs=1e-4)
    assert torch.equal(known.vectors[0], few.index.item_vectors[15])
    assert small.remembered.get(("scores", asked.texts)) is known
    assert opened.held_out is not None  # a visitor's queries are nobody else's held-out queries
    assert opened.held_out.texts[0] == "query 0"


def test_sampled_queries_are_compared_without_themselves(shelf: Shelf, opened: OpenIndex) -> None:
    asked = queries_in.sample(opened, 20)
    vectors = opened.stored.index.item_vectors[list(asked.own_items)]
    exact = (vectors @ opened.stored.index.item_vectors.mT).numpy()
    exact[np.arange(20), list(asked.own_items)] = -np.inf
    known = HeldOut(asked.texts, asked.labels, vectors, exact)
    found = last(comparing(shelf, opened, known, SETTINGS))
    for each in found.measured:
        assert all(np.isfinite(values).all() for values in each.recalls.values())
        assert each.ndcg is not None
        assert np.isfinite(each.ndcg).all()  # four others carry the label


# --- measuring ------------------------------------------------------------------------------------


def test_everything_is_measured_once(
    shelf: Shelf, opened: OpenIndex, comparison: Comparison
) -> None:
    assert opened.held_out is not None
    places = [(each.budget, each.strategy) for each in comparison.measured]
    assert places == [(budget, key) for budget in (20, 60) for key in COMPARED]
    assert all(each.calls == each.budget for each in comparison.measured)
    again = remembered(opened, opened.held_out, SETTINGS)
    assert again is not None
    assert again.measured == comparison.measured
    assert list(comparing(shelf, opened, opened.held_out, SETTINGS)) == []
    assert remembered(opened, opened.held_out, Settings(COMPARED, (21,))) is None


def made_up(strategy: str, budget: int, recall: float, noise: float = 0.0) -> Measured:
    random = np.random.default_rng(len(strategy) + budget)
    values = np.clip(recall + noise * random.normal(size=Q), 0, 1)
    recalls = dict.fromkeys(KS, values)
    return Measured(strategy, budget, recalls, None, None, budget, 0.001, None)


@pytest.fixture
def decided(comparison: Comparison) -> Comparison:
    """Ours ahead at 10, within noise at 20, behind at 30."""
    measured = [
        *(made_up("bayes", 10, 0.8), made_up("rerank", 10, 0.6), made_up("cur", 10, 0.7)),
        *(made_up("bayes", 20, 0.8, 0.2), made_up("rerank", 20, 0.8, 0.2)),
        *(made_up("bayes", 30, 0.8), made_up("rerank", 30, 0.9)),
    ]
    settings = Settings(("bayes", "rerank", "cur"), (10, 20, 30), (500,))
    return replace(comparison, measured=tuple(measured), settings=settings)


def test_the_best_baseline_is_the_one_to_beat(decided: Comparison) -> None:
    found = gaps(decided, 10)
    assert [gap.rival for gap in found] == ["cur", "rerank", "rerank"]
    assert [gap.verdict for gap in found] == ["better", "noise", "worse"]
    assert found[0].interval.mean == pytest.approx(0.1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_say_where_ours_wins_and_where_not(decided: Comparison, language: Any) -> None:
    sentences = verdicts(decided, 10, language)
    assert ["B = 10" in s for s in sentences[:3]] == [True, False, False]
    assert "+.100 [+.10, +.10]" in sentences[0]
    assert "−.100 [−.10, −.10]" in sentences[2]
    assert [number in sentences[3] for number in ("12", "4")] == [True, True]
    assert "Top-50 @ 30" in sentences[4]
    assert "Top-50 @ 20" in sentences[5]
    assert "500" not in break_evens(decided, language)


def test_labels_are_judged_apart(decided: Comparison) -> None:
    values = {"bayes": 0.4, "rerank": 0.5, "cur": 0.3}
    labelled = tuple(
        replace(each, ndcg=np.array([np.nan, *[values[each.strategy]] * (Q - 1)]))
        for each in decided.measured
    )
    found = replace(decided, measured=labelled)
    assert [gap.rival for gap in gaps(found, "ndcg")] == ["rerank"] * 3
    assert "nDCG@10" in verdicts(found, 10, "en")[-1]
    assert "−.100" in verdicts(found, 10, "en")[-1]
    assert not any("nDCG" in sentence for sentence in verdicts(decided, 10, "en"))


def test_few_queries_are_pointed_out(decided: Comparison) -> None:
    few = replace(decided, queries=replace(decided.queries, texts=("a", "b")))
    assert "2 queries are few" in notes_html(few, "en")
    assert "queries are few" not in notes_html(decided, "en")


def test_nothing_is_claimed_without_a_baseline(decided: Comparison) -> None:
    ours = tuple(each for each in decided.measured if each.strategy == "bayes")
    assert verdicts(replace(decided, measured=ours), 10, "en") == []


# --- tables and figures ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_have_a_cell_for_every_header(comparison: Comparison, language: Any) -> None:
    headers, rows = main_table(comparison, 10, language)
    assert len(headers) == len(table_widths(True)) == len(rows[0])
    assert len(rows) == 2 * len(COMPARED)
    bare = replace(
        comparison,
        measured=tuple(
            replace(each, ndcg=None, reciprocal_rank=None) for each in comparison.measured
        ),
    )
    headers, rows = main_table(bare, 10, language)
    assert len(headers) == len(table_widths(False)) == len(rows[0])
    for headers, rows in (
        plain_table(comparison),
        query_table(comparison),
        printed_table(PRINTED, comparison, language),
        printed_table(PRINTED, None, language),
    ):
        assert {len(row) for row in rows} == {len(headers)}


def test_plain_numbers_are_means_of_the_queries(comparison: Comparison) -> None:
    headers, rows = plain_table(comparison)
    _, of_queries = query_table(comparison)
    assert len(of_queries) == Q * len(rows)
    column = headers.index("recall@10")
    for row in rows:
        values = [cast(float, r[4]) for r in of_queries if r[1:3] == row[:2]]
        assert row[column] == pytest.approx(np.mean(values), abs=1e-5)
        assert row[column + 1] <= row[column] <= row[column + 2]


def test_a_corpus_smaller_than_k_has_gaps_in_its_tables(comparison: Comparison) -> None:
    measured = tuple(
        replace(each, recalls={k: v for k, v in each.recalls.items() if k < 100})
        for each in comparison.measured
    )
    small = replace(comparison, measured=measured)
    assert all(row[6] == "–" for row in main_table(small, 100, "en")[1])
    assert plain_table(small)[1][0][plain_table(small)[0].index("recall@100")] is None
    assert gaps(small, 100) == []
    assert not recall_figure(small, 100, "en").data


def test_printed_figures_stand_beside_the_same_strategy_and_budget(decided: Comparison) -> None:
    ours = [made_up("bayes", 50, 0.5)]
    here = replace(decided, measured=tuple(ours))
    _, rows = printed_table(PRINTED, here, "en")
    found = [(row[3], row[8:]) for row in rows if row[8] != "–"]
    assert found == [(50, ["0.500"] * 4)] * 2


def test_our_own_figures_are_read_from_a_file(tmp_path: Path) -> None:
    assert read_measured(tmp_path / "absent.json") == []
    entry = {"corpus": "A", "strategy": "bayes", "budget": 50, "recalls": {"1": 0.9, "10": 0.8}}
    path = tmp_path / "measured.json"
    path.write_text(json.dumps([entry]))
    headers, rows = measured_table(read_measured(path), "en")
    assert rows == [["A", "–", "BayesCUR (ours)", 50, "0.900", "0.800", "–", "–", "–"]]
    assert len(headers) == len(rows[0]) == len(MEASURED_WIDTHS)
    alone = {"strategy": "alone", "cross_encoder": "X", "budget": 0, "recalls": {}, "ndcg": 0.5}
    path.write_text(json.dumps([entry | alone]))
    _, ((_, scorer, strategy, budget, *_, ndcg),) = measured_table(read_measured(path), "en")
    assert (scorer, budget, ndcg) == ("X", 0, "0.500")
    assert "alone" in strategy


# --- late interaction -----------------------------------------------------------------------------


def test_late_interaction_is_compared_where_there_is_a_model(
    shelf: Shelf, opened: OpenIndex
) -> None:
    assert opened.held_out is not None
    with_model = OneIndexShelf(cast(Any, CountingRegistry()), opened)
    assert compared(with_model) == ("bayes", "rerank", "late", *COMPARED[2:])
    settings = Settings(check_strategies(["late", "rerank"], compared(with_model)), (20,))
    *_, measured = last(comparing(with_model, opened, opened.held_out, settings)).measured
    items = [token_vectors(text).numpy() for text in opened.stored.texts]
    query = token_vectors(opened.held_out.texts[0]).numpy()
    bought = np.argsort(-mean_max_similarity(query, items), kind="stable")[:20]
    found = top_k_recall(opened.held_out.exact[:1], bought[None], 10)
    assert measured.strategy == "late"
    assert measured.calls == 20
    assert abs(measured.recalls[10][0] - found[0]) <= 0.2  # vectors may be rounded; ties


# --- the labels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_orders_of_the_shortlists_are_held_against_the_labels(
    opened: OpenIndex, comparison: Comparison, language: Any
) -> None:
    known = opened.held_out
    assert known is not None
    relevance = known.relevance(opened.stored.labels)
    assert relevance is not None
    by_way = {each.way: each for each in comparison.orders}
    assert [*by_way] == ["alone", "reranked", "given", "half"]
    cosines = known.vectors.numpy() @ opened.stored.index.item_vectors.numpy().T
    alone = ndcg(relevance, (-cosines).argsort(axis=1, kind="stable"))
    assert by_way["alone"].mean.mean == pytest.approx(alone.mean())
    shortlist = (-cosines).argsort(axis=1, kind="stable")[:, :50]
    scores = np.take_along_axis(known.exact, shortlist, axis=1)
    order = np.take_along_axis(shortlist, (-scores).argsort(axis=1), axis=1)
    assert by_way["reranked"].mean.mean == pytest.approx(ndcg(relevance, order).mean())
    headers, rows = orders_table(comparison, language)
    assert {len(row) for row in rows} == {len(headers), len(ORDERS_WIDTHS)}
    (sentence,) = orders_verdict(comparison, "Some model", language)
    assert "Some model" in sentence
    assert not orders_verdict(replace(comparison, orders=()), "Some model", language)


def test_a_query_does_not_find_itself_among_the_labels(shelf: Shelf, opened: OpenIndex) -> None:
    items = [20, 21]
    exact = np.zeros((2, N), dtype=np.float32)
    exact[[0, 1], items] = -np.inf
    opened.stored = replace(opened.stored, labels=tuple(f"alone {i}" for i in range(N)))
    vectors = opened.stored.index.item_vectors[items]
    queries = HeldOut(("a", "b"), ("alone 20", "alone 21"), vectors, exact)
    found = last(comparing(shelf, opened, queries, Settings(("rerank",), (20,))))
    assert found.orders == ()  # there is nothing else to find


def test_documents_count_once_where_items_are_passages(shelf: Shelf, opened: OpenIndex) -> None:
    assert opened.held_out is not None
    groups = tuple(i // 5 for i in range(N))
    opened.stored = replace(opened.stored, documents=groups)
    settings = Settings(("rerank",), (20,))
    (measured,) = last(comparing(shelf, opened, opened.held_out, settings)).measured
    assert measured.ndcg is not None
    # One document of every label: its place is all that counts.
    places = {1 / np.log2(place + 2) for place in range(10)} | {0.0}
    assert all(min(abs(value - p) for p in places) < 1e-9 for value in measured.ndcg)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figure_of_recall_draws_every_strategy(comparison: Comparison, language: Any) -> None:
    figure = recall_figure(comparison, 10, language)
    assert len(figure.data) == len(COMPARED)
    ours = figure.data[-1]
    assert ours.line.width == max(trace.line.width for trace in figure.data)
    assert list(ours.y) == pytest.approx(
        [m.recalls[10].mean() for m in comparison.measured if m.strategy == "bayes"]
    )
    assert "%{y:.3f}" in ours.hovertemplate
    assert "Top-10" in ours.hovertemplate


def test_the_figure_of_costs_crosses_at_the_break_even() -> None:
    figure = cost_figure(1_200, 50, 100, "en")
    brute, rerank, index = (dict(zip(t.x, t.y, strict=True)) for t in figure.data[:3])
    for queries in brute:
        assert (index[queries] < brute[queries]) == (queries >= 55)
        assert rerank[queries] == 100 * queries
    assert "55" in figure.layout.annotations[0].text
    assert not cost_figure(100, 5, 100, "en").layout.annotations


# --- the endpoint ---------------------------------------------------------------------------------


def test_the_endpoint_gives_the_table(shelf: Shelf) -> None:
    report = compare_strategies(shelf, ENGLISH.key, ["rerank", "bayes"], [20, 500])
    assert report["queries"] == Q
    assert report["left_out"] == [500]
    assert [row[:3] for row in report["data"]] == [["bayes", 20, 20], ["rerank", 20, 20]]
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize(
    ("corpus", "strategies", "budgets"),
    [
        (3, None, None),
        ("../etc", None, None),
        (ENGLISH.key, "bayes", None),
        (ENGLISH.key, [{}], None),
        (ENGLISH.key, None, 50),
        (ENGLISH.key, None, [{}]),
    ],
)
def test_the_endpoint_checks_what_it_is_sent(
    shelf: Shelf, corpus: object, strategies: object, budgets: object
) -> None:
    problem(lambda: compare_strategies(shelf, corpus, strategies, budgets))


# --- the panel ------------------------------------------------------------------------------------


@pytest.fixture
def panel(registry: Registry, shelf: Shelf) -> ComparePanel:
    with gr.Blocks() as app:
        context = AppContext(registry, app, OwnModels(registry, "secret"))
        corpus = gr.Dropdown([("Made up", ENGLISH.key)], value=ENGLISH.key)
        with gr.Tabs(), gr.Tab("compare"):
            return ComparePanel(Desk(context, shelf, corpus))


def test_opening_the_tab_compares_the_held_out_queries(panel: ComparePanel) -> None:
    shown: dict[Any, Any] = dict(panel.on_open(ENGLISH.key, "held_out", 30, "", REQUEST))
    assert shown[panel.printed]["data"]
    wish = [ENGLISH.key, list(COMPARED), "50, 100, 200, 500", "held_out", 30, ""]
    for updates in panel.on_first(*wish, 10, REQUEST):
        shown |= updates
    assert len(shown[panel.table]["value"]["data"]) == 2 * len(COMPARED)  # 200 and 500 reach n
    assert "200, 500" in shown[panel.notes]
    assert "Top-10" in shown[panel.verdict]
    with open(shown[panel.csv_queries]["value"], encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == 1 + Q * 2 * len(COMPARED)
    other = panel.on_k(shown[panel.shown], 50, REQUEST)
    assert "Top-50" in other[panel.verdict]


def test_another_k_before_anything_was_measured_changes_nothing(panel: ComparePanel) -> None:
    assert list(panel.on_k(None, 50, REQUEST)) == [panel.notes]


def test_a_corpus_without_held_out_queries_is_sampled(
    panel: ComparePanel, opened: OpenIndex
) -> None:
    opened.held_out = None
    updates = panel.on_corpus(ENGLISH.key, "held_out", 30, "", REQUEST)
    assert updates[panel.source]["value"] == "sample"
    assert f"{30 * N:,}" in updates[panel.needed]
    wish = [ENGLISH.key, list(COMPARED), "20", "sample", 30, ""]
    assert [list(u) for u in panel.on_first(*wish, 10, REQUEST)] == [[panel.cancel]]


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, "../x"), (1, []), (2, "x"), (3, "nonsense"), (4, 3), (5, "one"), (6, 7)],
)
def test_a_bad_field_is_said_at_that_field(panel: ComparePanel, place: int, value: Any) -> None:
    source = {4: "sample", 5: "own"}.get(place, "held_out")
    fields: list[Any] = [ENGLISH.key, list(COMPARED), "20", source, 30, "", 10]
    fields[place] = value
    answers = panel.check(*fields, REQUEST)
    assert [answer["is_valid"] for answer in answers] == [i != place for i in range(7)]


def test_every_event_is_named_and_only_the_endpoint_is_public(panel: ComparePanel) -> None:
    events = panel.desk.context.app.get_config_file()["dependencies"]
    public = [e["api_name"] for e in events if e["api_visibility"] == "public"]
    ours = [e["api_name"] for e in events if str(e["api_name"]).startswith("retrieval_compare")]
    assert public == ["retrieval_compare"]
    assert len(ours) == len({*ours})


def test_the_endpoint_answers_a_client(panel: ComparePanel) -> None:
    app = panel.desk.context.app
    app.launch(prevent_thread_lock=True, quiet=True)
    try:
        client = Client(app.local_url, verbose=False)
        report = client.predict(ENGLISH.key, ["bayes"], [20], api_name="/retrieval_compare")
        assert [row[:2] for row in report["data"]] == [["bayes", 20]]
        assert len(client.predict(api_name="/retrieval_compare")["data"]) == 2 * len(COMPARED)
        with pytest.raises(AppError, match="no budget"):
            client.predict(ENGLISH.key, None, [0.5], api_name="/retrieval_compare")
    finally:
        app.close()


def test_default_budgets_are_good_ones() -> None:
    assert check_budgets(", ".join(map(str, BUDGETS)), 1_200) == (BUDGETS, ())


def test_texts_of_this_room_are_all_used() -> None:
    room = Path(queries_in.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in room.glob("*.py"))
    for key in TEXTS:
        if key.startswith("retrieval.compare."):
            stem = key.removeprefix("retrieval.compare.")
            assert stem.split(".")[-1] in code, key
