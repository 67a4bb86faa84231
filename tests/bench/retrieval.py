"""Retrieval: recall at equal budgets on four corpora, time against brute force, algebra, the scan.

The score matrices of STS and Cranfield take half an hour of cross-encoder calls on two cores; they
are kept in the system's temporary folder. `python -m tests.bench.retrieval` writes recalls and,
where there are labels, nDCG into the table that the app shows.
"""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from demos.retrieval.ask.asking import ask
from demos.retrieval.belief import BeliefIndex, fit_belief
from demos.retrieval.building import DEFAULT_BI_ENCODER, DEFAULT_CROSS_ENCODER
from demos.retrieval.compare.comparison import COMPARED
from demos.retrieval.compare.published import MEASURED
from demos.retrieval.evaluation import Measured, bootstrap, compare
from demos.retrieval.helpdesk import CORPORA, ENGLISH
from demos.retrieval.late import pack, padded
from demos.retrieval.relevance import SHORTLIST, Figure, figures, halves, shortlists
from demos.retrieval.scan import top_items
from demos.retrieval.search import (
    STRATEGIES,
    BayesCur,
    Index,
    LateReRank,
    Strategy,
    answered,
    searching,
)
from demos.retrieval.shelf import Shelf
from demos.retrieval.store import load, load_held_out
from models.mixture import EQUAL_WEIGHT
from models.registry import Registry
from tests.bench.judged import document_of, read_judged, rows_of

BUDGETS = (50, 100, 200, 500)
ANCHORS = 50

_KEPT = Path(tempfile.gettempdir()) / "kexue-lab-bench"
_QUERIES_AT_ONCE = 10


@dataclass(frozen=True)
class Case:
    """A corpus with queries whose scores are known.

    Attributes:
        texts, query_texts: the items and the queries.
        queries: vectors [q, d].
        exact: scores [q, n] by the cross-encoder of this key.
        relevance: grades [q, n] from labels, or None.
    """

    index: Index
    texts: Sequence[str]
    query_texts: Sequence[str]
    queries: Tensor
    exact: np.ndarray
    cross_encoder: str
    relevance: np.ndarray | None = None


def recall() -> Iterator[tuple[str, str]]:
    """Top-10-recall of every strategy at every budget, with its interval over queries."""
    for corpus, case in _cases():
        anchors = len(case.index.anchor_scores)
        yield corpus, f"{case.index.size:,} items, {len(case.exact)} queries, {anchors} anchors"
        for measured in _measured(case):
            got = bootstrap(measured.recalls[10])
            name = f"{corpus}, {measured.budget} calls, {measured.strategy}"
            yield name, f"{got.mean:.3f} [{got.low:.3f}, {got.high:.3f}]"


def against_brute_force() -> Iterator[tuple[str, str]]:
    """Seconds a query with the real cross-encoder, nothing remembered: ours at 100 calls."""
    registry = Registry()
    shelf = Shelf(registry)
    opened = shelf.open(ENGLISH.key)
    queries = ENGLISH.read_queries()[0][:6]
    seconds: dict[str, list[float]] = {"bayes": [], "rerank": [], "adacur": [], "brute": []}
    for place, query in enumerate(queries):
        for key, each in seconds.items():
            registry.clear_cache()
            started = time.perf_counter()
            for _ in ask(registry, shelf, opened, query, [STRATEGIES[key]], 100):
                pass
            if place:  # the first loads the models
                each.append(time.perf_counter() - started)
    registry.close()
    middle = {key: statistics.median(each) for key, each in seconds.items()}
    for key, value in middle.items():
        label = f"{key}, {opened.stored.size:,} items, {100 if key != 'brute' else 'all'} calls"
        yield label, f"{value * 1e3:.0f} ms, {middle['brute'] / value:.1f}x brute force"


def algebra() -> Iterator[tuple[str, str]]:
    """BayesCUR without the cross-encoder: 100,000 items, 50 anchor queries, 100 calls, batches."""
    registry = Registry()
    # As in the app, one thread computes: a second one would bring a second pool of threads.
    belief = registry.run(_made_up, 100_000)
    held = registry.hold(belief)
    for count in (1, 64, 256):
        queries = registry.run(_unit, count)
        best = min(_search_seconds(registry, held, belief, queries) for _ in range(3))
        label = f"100,000 items, {count} queries at once, {BayesCur().number_of_rounds} rounds"
        yield label, f"{best / count * 1e3:.2f} ms a query"
    registry.close()


def scan() -> Iterator[tuple[str, str]]:
    """Blocked inner products and top 100 of 1,000,000 x 256, against a copy of as many bytes."""
    registry = Registry()
    for dtype in (torch.float32, torch.float16):
        if dtype == torch.float16 and not torch.cuda.is_available():
            continue
        items = torch.randn(1_000_000, 256).to(dtype)
        held, target = registry.hold(items), registry.hold(torch.empty_like(items))
        copy = _best(lambda h=held, t=target: registry.run(_copy, t, h))
        name = str(dtype).removeprefix("torch.")
        both_ways = 2 * items.nbytes / copy
        yield f"{name}: a plain copy (read and written)", f"{both_ways / 1e9:.1f} GB/s"
        for count in (1, 16):
            weights = torch.randn(count, 256)
            took = _best(lambda w=weights, h=held: registry.run(_scan, w, h))
            speed = items.nbytes / took
            yield (
                f"{name}: scan, {count} queries at once ({took * 1e3:.0f} ms)",
                f"{speed / 1e9:.1f} GB/s, {speed / both_ways:.2f} of the copy's",
            )
    registry.close()


def _scan(weights: Tensor, items: Tensor) -> Tensor:
    return top_items(weights, items, 100)[0]


def _copy(target: Tensor, items: Tensor) -> None:
    target.copy_(items)
    if items.is_cuda:
        torch.cuda.synchronize()


def _best(call: Callable[[], object], repeats: int = 7) -> float:
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


def _search_seconds(
    registry: Registry, held: object, belief: BeliefIndex, queries: Tensor
) -> float:
    """The search with scores that cost nothing."""
    started = time.perf_counter()
    dialogue = searching(BayesCur(), held, queries, 100, len(belief.features), registry.run)
    answered(dialogue, lambda items: torch.randn(items.shape))
    return time.perf_counter() - started


def _made_up(n: int) -> BeliefIndex:
    torch.manual_seed(0)
    vectors, anchors = _unit(n), _unit(ANCHORS)
    scores = 3 * anchors @ vectors.mT + 0.1 * torch.randn(ANCHORS, n)
    return fit_belief(scores, anchors, vectors, torch.full((ANCHORS,), -1))


def _unit(count: int) -> Tensor:
    return torch.nn.functional.normalize(torch.randn(count, 384), dim=1)


# --- corpora ------------------------------------------------------------------------------------


def _cases() -> Iterator[tuple[str, Case]]:
    for corpus in CORPORA:
        if corpus.built:
            stored, known = load(corpus.index), load_held_out(corpus.held_out)
            case = Case(
                *(stored.index, stored.texts, known.texts, known.vectors, known.exact),
                *(stored.cross_encoder.key, known.relevance(stored.labels)),
            )
            yield corpus.title, case
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    data = Path(os.environ.get("KEXUE_LAB_DATA", default))
    if not data.is_dir():
        return
    # Sentences against sentences are likeness; a query against titles is relevance.
    yield "STS", _case("STS", "cosent-cross", *_sts(data))
    yield "Cranfield titles", _case("Cranfield titles", DEFAULT_CROSS_ENCODER, *_cranfield(data))


Texts = tuple[list[str], list[str], list[str], np.ndarray | None]  # items, anchors, queries, grades


def _sts(data: Path) -> Texts:
    """2,000 sentences of STS-B train as items, 50 others as anchors; 200 queries of dev."""

    def firsts(name: str, columns: slice) -> list[str]:
        with (data / "stsb_en" / name).open(encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t")[columns] for line in file][1:]
        return list(dict.fromkeys(text for row in rows for text in row))

    texts = firsts("train.tsv", slice(1, 3))
    chance = np.random.default_rng(0)
    order = chance.permutation(len(texts))
    items, anchors = ([texts[i] for i in part] for part in (order[:2000], order[2000:2050]))
    known = set(texts)
    fresh = [text for text in firsts("dev.tsv", slice(1, 2)) if text not in known]
    return items, anchors, [fresh[i] for i in chance.permutation(len(fresh))[:200]], None


def _cranfield(data: Path) -> Texts:
    """Titles as items; 50 queries of the choosing half as anchors, all of the reporting half as
    queries, with the judgements of the documents."""
    judged = read_judged("cranfield")
    rows = rows_of(data / "cranfield", "corpus")
    titles = [row["title"] for row in rows if document_of(row) is not None]
    reporting = judged.part("reporting")
    grades = np.stack([reporting.grades(query) for query in range(len(reporting.queries))])
    return titles, [*judged.part("choosing").queries[:ANCHORS]], [*reporting.queries], grades


def _case(
    name: str,
    scorer: str,
    items: list[str],
    anchors: list[str],
    queries: list[str],
    grades: np.ndarray | None,
) -> Case:
    registry = Registry()
    version = registry.card(scorer).version
    path = _KEPT / f"{name.replace(' ', '-')}-{scorer}-{version}.safetensors"
    if not path.is_file():
        _KEPT.mkdir(parents=True, exist_ok=True)
        save_file(_score_all(registry, scorer, items, anchors, queries), path)
    registry.close()
    kept = load_file(path)
    own = torch.full((len(anchors),), -1)
    index = Index(kept["items"], kept["anchor_scores"], kept["anchors"], own)
    return Case(index, items, queries, kept["queries"], kept["exact"].numpy(), scorer, grades)


def _score_all(
    registry: Registry, scorer: str, items: list[str], anchors: list[str], queries: list[str]
) -> dict[str, Tensor]:
    rows = []
    everything = [*anchors, *queries]
    for start in range(0, len(everything), _QUERIES_AT_ONCE):
        part = everything[start : start + _QUERIES_AT_ONCE]
        pairs = [(query, item) for query in part for item in items]
        rows.append(registry.score(scorer, pairs).reshape(len(part), -1))
    scores = torch.cat(rows)  # [k_q + q, n]
    vectors = {
        key: registry.embed(DEFAULT_BI_ENCODER, texts)
        for key, texts in (("items", items), ("anchors", anchors), ("queries", queries))
    }
    split = len(anchors)
    return vectors | {
        "anchor_scores": scores[:split].clone(),
        "exact": scores[split:].clone(),
    }


def _measured(case: Case) -> Iterator[Measured]:
    index = case.index
    belief = fit_belief(
        index.anchor_scores, index.anchor_vectors, index.item_vectors, index.own_items
    )

    def prepare(strategy: Strategy, budget: int) -> object:
        ours = isinstance(strategy, BayesCur)
        return belief if ours else strategy.prepare(index, budget)

    strategies = [STRATEGIES[key] for key in COMPARED]
    known = (case.exact, BUDGETS, case.relevance)
    yield from compare(strategies, index, case.queries, *known, prepare=prepare)
    for late, of, queries in _late(case):
        yield from compare(late, of, queries, *known)


def _late(case: Case) -> Iterator[tuple[list[Strategy], Index, Tensor]]:
    """Late interaction with its index and its queries, where the app has a model for it."""
    registry = Registry()
    cards = [card for card in registry.cards(None, "late-interaction") if card.embedded]
    if cards:
        texts, queries = (
            registry.token_vectors(cards[0].key, each) for each in (case.texts, case.query_texts)
        )
        index = dataclasses.replace(case.index, late=pack(texts))
        yield [LateReRank()], index, padded(queries)
    registry.close()


def _orders(case: Case) -> tuple[Figure, ...]:
    """The bi-encoder's shortlists in the order of either model and of both, against the labels."""
    if case.relevance is None:
        return ()
    cosines = case.queries.numpy() @ case.index.item_vectors.numpy().T  # [q, n]
    lists = shortlists(cosines, case.exact, case.relevance)
    return figures(lists.curves("ndcg"), halves(case.query_texts), EQUAL_WEIGHT)


def main() -> None:
    """Measure recalls and nDCG, print them, and write them where the app shows them."""
    entries: list[dict[str, object]] = []

    def enter(
        corpus: str, case: Case, strategy: str, budget: int, ndcg: float, recalls: object
    ) -> None:
        entry = {"corpus": corpus, "strategy": strategy, "budget": budget, "recalls": recalls}
        known = None if np.isnan(ndcg) else round(ndcg, 3)
        entries.append(entry | {"cross_encoder": case.cross_encoder, "ndcg": known})
        print(corpus, case.cross_encoder, budget, strategy, recalls, known, flush=True)

    for corpus, case in _cases():
        for each in _measured(case):
            recalls = {str(k): round(float(v.mean()), 3) for k, v in each.recalls.items()}
            ndcg = np.nan if each.ndcg is None else float(np.nanmean(each.ndcg))
            enter(corpus, case, each.strategy, each.budget, ndcg, recalls)
        for order in _orders(case):
            if order.way in ("alone", "half"):  # the others are strategies, or chosen by nobody
                calls = 0 if order.way == "alone" else SHORTLIST
                enter(corpus, case, order.way, calls, order.mean.mean, {})
            print(corpus, case.cross_encoder, order.way, order.weights, order.mean, order.gain)
    MEASURED.write_text(json.dumps(entries, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
