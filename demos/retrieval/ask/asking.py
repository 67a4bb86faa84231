"""One query, several strategies: what each finds, buys and costs. No Gradio."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.retrieval.passages import first_of_each
from demos.retrieval.scorer import Scorer
from demos.retrieval.search import (
    STRATEGIES,
    BruteForce,
    Found,
    LateReRank,
    Strategy,
    searching,
)
from demos.retrieval.shelf import OpenIndex, Shelf
from models.mixture import mixed
from models.registry import Registry
from models.work import Progress

FEWEST_CALLS, MOST_CALLS = 5, 1_000
MOST_BRUTE_FORCE = 20_000  # items that may be scored one and all for one query
MAX_CHARACTERS = 2_000
SHOWN = 10


@dataclass(frozen=True)
class Answer:
    """One strategy's answer to the query.

    Attributes:
        items, scores: ranked, best first [m], and the cross-encoder's scores of them; of a
            document that is split the best passage alone.
        purchases: items in the order in which they were bought [calls].
        calls: cross-encoder calls, as counted.
        cached: how many of them were known already, so that they took no time.
        algebra, scoring: seconds.
        late_scores: items that late interaction has scored, which are no cross-encoder calls.
        nbytes: of the tensors that answering reads.
        mixture: what ranks the items [m] where the bi-encoder is mixed in.
    """

    strategy: str
    items: NDArray[np.int64]
    scores: NDArray[np.float32]
    purchases: NDArray[np.int64]
    calls: int
    cached: int
    algebra: float
    scoring: float
    late_scores: int = 0
    nbytes: int = 0
    mixture: NDArray[np.float64] | None = None

    @property
    def top(self) -> NDArray[np.int64]:
        """The ten best found."""
        return self.items[:SHOWN]


@dataclass(frozen=True)
class Asked:
    """All answers.

    Attributes:
        truth: the top ten of the scorer where every item was scored.
        scorer: what scored and ranked.
        cosines: the bi-encoder's of the query with all items [n].
        documents: the document of each item [n].
    """

    query: str
    budget: int
    answers: tuple[Answer, ...]
    truth: NDArray[np.int64] | None
    scorer: Scorer
    cosines: NDArray[np.float32]
    documents: NDArray[np.int64]

    @property
    def pace(self) -> float | None:
        """Seconds a call that was not in the cache, over all answers."""
        fresh = sum(answer.calls - answer.cached for answer in self.answers)
        return sum(answer.scoring for answer in self.answers) / fresh if fresh else None


@dataclass(frozen=True)
class Step:
    """A strategy at work."""

    strategy: str
    progress: Progress


def check_query(query: object) -> str:
    """The query without needless spaces. Raises InputProblem: empty or too long."""
    text = " ".join(query.split()) if isinstance(query, str) else ""
    if not text:
        raise InputProblem("retrieval.ask.empty")
    if len(text) > MAX_CHARACTERS:
        raise InputProblem("retrieval.ask.too_long", count=len(text), most=MAX_CHARACTERS)
    return text


def check_strategies(keys: object, known: Collection[str] = STRATEGIES) -> list[Strategy]:
    """The strategies of these keys. Raises InputProblem: none, or one that is not known here."""
    if not isinstance(keys, (list, tuple)) or not keys:
        raise InputProblem("retrieval.ask.no_strategy")
    for key in keys:
        if not isinstance(key, str) or key not in known:
            raise InputProblem(
                "retrieval.ask.unknown_strategy", strategy=key, known=", ".join(known)
            )
    return [STRATEGIES[key] for key in dict.fromkeys(keys)]


def check_budget(budget: object) -> int:
    """A number of calls. Raises InputProblem."""
    if not isinstance(budget, (int, float)) or not FEWEST_CALLS <= budget <= MOST_CALLS:
        raise InputProblem("retrieval.ask.budget", least=FEWEST_CALLS, most=MOST_CALLS)
    return int(budget)


def ask(
    registry: Registry,
    shelf: Shelf,
    opened: OpenIndex,
    query: str,
    strategies: Sequence[Strategy],
    budget: int,
    scorer: Scorer | None = None,
) -> Generator[Step, None, Asked]:
    """Run the strategies one after another; brute force, if it is among them, comes last.

    Args:
        scorer: that `check_scorer` let pass; None takes the index's own cross-encoder alone.

    Raises:
        InputProblem: brute force over too large a corpus, or late interaction where it cannot be.
        ModelError: a model cannot be had.
    """
    stored = opened.stored
    scorer = scorer or Scorer(stored.cross_encoder.key, 0.0)
    brute = [s for s in strategies if isinstance(s, BruteForce)]
    if brute and stored.size > MOST_BRUTE_FORCE:
        raise InputProblem("retrieval.ask.too_large", count=stored.size, most=MOST_BRUTE_FORCE)
    registry.load(scorer.cross_encoder)  # apart: the times shown are the search's
    vectors = registry.embed(stored.bi_encoder.key, [query])  # [1, d]
    cosines = stored.index.item_vectors.numpy() @ vectors[0].numpy()  # [n]
    search = _Search(registry, shelf, opened, query, vectors, scorer, cosines)
    answers = []
    for strategy in [*(s for s in strategies if not isinstance(s, BruteForce)), *brute]:
        answers.append((yield from search.answer(strategy, budget)))
    truth = answers[-1].top if brute else None
    return Asked(query, budget, tuple(answers), truth, scorer, cosines, stored.document_of)


@dataclass(frozen=True)
class _Search:
    """One query under way; attributes as in `ask` and `Asked`."""

    registry: Registry
    shelf: Shelf
    opened: OpenIndex
    query: str
    vectors: torch.Tensor
    scorer: Scorer
    cosines: NDArray[np.float32]

    def answer(self, strategy: Strategy, budget: int) -> Generator[Step, None, Answer]:
        """Spend the budget by one strategy."""
        stored = self.opened.stored
        calls = stored.size if isinstance(strategy, BruteForce) else min(budget, stored.size)
        yield Step(strategy.key, Progress(0, calls, 0.0))
        late = isinstance(strategy, LateReRank)
        if late:
            steps = self.shelf.reading_tokens(self.opened)
            yield from (Step(strategy.key, progress) for progress in steps)
        prepared = self.shelf.prepare(self.opened, strategy, calls)
        started = time.perf_counter()
        queries = self.shelf.query_tokens(self.opened, [self.query]) if late else self.vectors
        dialogue = searching(strategy, prepared, queries, calls, stored.size, self.registry.run)
        wanted = next(dialogue)  # [1, b]
        scoring, cached, done = 0.0, 0, 0
        while True:
            begun = time.perf_counter()
            pairs = [(self.query, stored.texts[item]) for item in wanted[0].tolist()]
            work = self.registry.scoring(self.scorer.cross_encoder, pairs)
            try:
                for progress in work:
                    so_far = done + progress.done
                    seconds = time.perf_counter() - started
                    yield Step(strategy.key, Progress(so_far, calls, seconds, share=so_far / calls))
                scores = work.result()[None]  # [1, b]
            finally:
                work.cancel()
            done, cached = done + len(pairs), cached + work.progress.cached
            scoring += time.perf_counter() - begun
            try:
                wanted = dialogue.send(scores)
            except StopIteration as stop:
                algebra = time.perf_counter() - started - scoring
                nbytes = sum(tensor.nbytes for tensor in strategy.read(prepared.value))
                return replace(
                    self._ranked(strategy.key, stop.value),
                    cached=cached,
                    algebra=algebra,
                    scoring=scoring,
                    late_scores=stored.size if late else 0,
                    nbytes=nbytes,
                )

    def _ranked(self, key: str, found: Found) -> Answer:
        """The answer in the scorer's order, without what it cost."""
        items, scores = found.ranking.items[0].numpy(), found.ranking.scores[0].numpy()
        first = np.sort(np.unique(items, return_index=True)[1])  # a repeat is listed once
        items, scores = items[first], scores[first]
        mixture = None
        if self.scorer.weight:
            mixture = mixed(self.cosines[items], scores, self.scorer.weight)
            order = (-mixture).argsort(kind="stable")
            items, scores, mixture = items[order], scores[order], mixture[order]
        places = first_of_each(items, self.opened.stored.document_of)
        purchases = found.purchases.items[0].numpy()
        mixture = None if mixture is None else mixture[places]
        return Answer(
            *(key, items[places], scores[places], purchases, found.calls, 0, 0.0, 0.0),
            mixture=mixture,
        )


def known_best(asked: Asked) -> NDArray[np.int64]:
    """The scorer's true top ten; without brute force, the ten best of all that anyone bought."""
    if asked.truth is not None:
        return asked.truth
    known: dict[int, float] = {}
    for answer in asked.answers:
        known |= dict(zip(answer.items.tolist(), answer.scores.tolist(), strict=True))
    items, scores = np.array([*known]), np.array([*known.values()])
    if asked.scorer.weight:
        scores = mixed(asked.cosines[items], scores, asked.scorer.weight)
    ranked = items[(-scores).argsort(kind="stable")]
    return ranked[first_of_each(ranked, asked.documents)][:SHOWN]


def hits(asked: Asked, wanted: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `wanted` are among `found`, by document [m]."""
    return np.isin(asked.documents[wanted], asked.documents[found])


def found_by_calls(asked: Asked, answer: Answer, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the documents of `wanted` had been bought after each call [calls]."""
    bought = asked.documents[answer.purchases]
    repeated = np.ones(len(bought), dtype=bool)
    repeated[np.unique(bought, return_index=True)[1]] = False
    counts: NDArray[np.int64] = np.cumsum(np.isin(bought, asked.documents[wanted]) & ~repeated)
    return counts
