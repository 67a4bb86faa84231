"""One query, several strategies: what each finds, buys and costs. No Gradio."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.retrieval.search import STRATEGIES, Bought, BruteForce, Found, Strategy, searching
from demos.retrieval.shelf import OpenIndex, Shelf
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
        items, scores: ranked, best first [m].
        purchases: items in the order in which they were bought [calls].
        calls: cross-encoder calls, as counted.
        cached: how many of them were known already, so that they took no time.
        algebra, scoring: seconds.
    """

    strategy: str
    items: NDArray[np.int64]
    scores: NDArray[np.float32]
    purchases: NDArray[np.int64]
    calls: int
    cached: int
    algebra: float
    scoring: float

    @property
    def top(self) -> NDArray[np.int64]:
        """The ten best found."""
        return self.items[:SHOWN]


@dataclass(frozen=True)
class Asked:
    """All answers; `truth` is the true top ten where every item was scored."""

    query: str
    budget: int
    answers: tuple[Answer, ...]
    truth: NDArray[np.int64] | None

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


def check_strategies(keys: object) -> list[Strategy]:
    """The strategies of these keys. Raises InputProblem: none, or an unknown one."""
    if not isinstance(keys, (list, tuple)) or not keys:
        raise InputProblem("retrieval.ask.no_strategy")
    for key in keys:
        if not isinstance(key, str) or key not in STRATEGIES:
            raise InputProblem(
                "retrieval.ask.unknown_strategy", strategy=key, known=", ".join(STRATEGIES)
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
) -> Generator[Step, None, Asked]:
    """Run the strategies one after another; brute force, if it is among them, comes last.

    Raises:
        InputProblem: brute force over too large a corpus.
        ModelError: a model cannot be had.
    """
    brute = [s for s in strategies if isinstance(s, BruteForce)]
    if brute and opened.stored.size > MOST_BRUTE_FORCE:
        raise InputProblem(
            "retrieval.ask.too_large", count=opened.stored.size, most=MOST_BRUTE_FORCE
        )
    registry.load(opened.stored.cross_encoder.key)  # apart: the times shown are the search's
    vectors = registry.embed(opened.stored.bi_encoder.key, [query])  # [1, d]
    answers = []
    for strategy in [*(s for s in strategies if not isinstance(s, BruteForce)), *brute]:
        answer = yield from _answer(registry, shelf, opened, query, vectors, strategy, budget)
        answers.append(answer)
    truth = answers[-1].top if brute else None
    return Asked(query, budget, tuple(answers), truth)


def _answer(
    registry: Registry,
    shelf: Shelf,
    opened: OpenIndex,
    query: str,
    vectors: torch.Tensor,
    strategy: Strategy,
    budget: int,
) -> Generator[Step, None, Answer]:
    stored = opened.stored
    calls = stored.size if isinstance(strategy, BruteForce) else min(budget, stored.size)
    yield Step(strategy.key, Progress(0, calls, 0.0))
    prepared = shelf.prepare(opened, strategy, calls)
    dialogue = searching(strategy, prepared, vectors, calls, stored.size, registry.run)
    started = time.perf_counter()
    wanted = next(dialogue)  # [1, b]
    scoring, cached, done = 0.0, 0, 0
    while True:
        begun = time.perf_counter()
        pairs = [(query, stored.texts[item]) for item in wanted[0].tolist()]
        work = registry.scoring(stored.cross_encoder.key, pairs)
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
            return _as_answer(strategy.key, stop.value, cached, algebra, scoring)


def _as_answer(key: str, found: Found, cached: int, algebra: float, scoring: float) -> Answer:
    ranking: Bought = found.ranking
    items, scores = ranking.items[0].numpy(), ranking.scores[0].numpy()
    first = np.sort(np.unique(items, return_index=True)[1])  # a repeat is listed once
    purchases = found.purchases.items[0].numpy()
    return Answer(
        key, items[first], scores[first], purchases, found.calls, cached, algebra, scoring
    )


def known_best(asked: Asked) -> NDArray[np.int64]:
    """The true top ten; without brute force, the ten best of all that anyone bought."""
    if asked.truth is not None:
        return asked.truth
    best: dict[int, float] = {}
    for answer in asked.answers:
        best |= dict(zip(answer.items.tolist(), answer.scores.tolist(), strict=True))
    return np.array(sorted(best, key=lambda item: -best[item])[:SHOWN])


def found_by_calls(answer: Answer, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of `wanted` had been bought after each call [calls]."""
    hits = np.isin(answer.purchases, wanted)
    repeated = np.ones(len(hits), dtype=bool)
    repeated[np.unique(answer.purchases, return_index=True)[1]] = False
    counts: NDArray[np.int64] = np.cumsum(hits & ~repeated)
    return counts
