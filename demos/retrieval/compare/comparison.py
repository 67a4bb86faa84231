"""All strategies at equal cost on queries of known scores, measured once for all visitors."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from demos.frame.errors import InputProblem
from demos.retrieval.evaluation import Interval, Measured, Values, bootstrap, compare
from demos.retrieval.relevance import Figure, figures, halves, shortlists
from demos.retrieval.search import DEFAULT_STRATEGY, STRATEGIES, LateReRank
from demos.retrieval.shelf import OpenIndex, Shelf
from demos.retrieval.store import HeldOut
from models.mixture import EQUAL_WEIGHT
from models.work import Progress

Aim = int | Literal["ndcg"]  # what is compared: Top-k-recall for a k, or nDCG@10
COMPARED = tuple(key for key in STRATEGIES if key not in ("brute", "late"))
BUDGETS = (50, 100, 200, 500)
LEAST_BUDGET, MOST_BUDGETS, MOST_BUDGET = 2, 8, 2_000
_SEPARATORS = re.compile(r"[\s,;，、；]+")


@dataclass(frozen=True)
class Settings:
    """What is compared: strategies' keys, budgets in rising order, and those that were left out
    because they would buy the whole corpus."""

    strategies: tuple[str, ...]
    budgets: tuple[int, ...]
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """What was measured on a corpus.

    Attributes:
        title: of the corpus.
        size, anchors: its items and the index's anchor queries.
        cross_encoder: the key of the index's.
        queries: with their exact scores.
        settings: what was asked for.
        measured: one entry a strategy and budget, budgets in rising order.
        orders: the bi-encoder's shortlists in the order of either model and of both, by nDCG@10
            against the labels; empty where there are none.
    """

    title: str
    size: int
    anchors: int
    cross_encoder: str
    queries: HeldOut
    settings: Settings
    measured: tuple[Measured, ...]
    orders: tuple[Figure, ...] = ()

    def at(self, budget: int) -> list[Measured]:
        """All strategies at one budget."""
        return [each for each in self.measured if each.budget == budget]

    def ours(self, budget: int) -> Measured | None:
        """The app's own strategy at one budget."""
        return next((m for m in self.at(budget) if m.strategy == DEFAULT_STRATEGY), None)

    def best_baseline(self, budget: int, aim: Aim) -> Measured | None:
        """The strategy of greatest mean among those that are not ours."""
        means = {
            place: bootstrap(values).mean
            for place, each in enumerate(self.at(budget))
            if each.strategy != DEFAULT_STRATEGY
            and (values := values_of(each, aim)) is not None
            and not np.isnan(values).all()
        }
        return self.at(budget)[max(means, key=means.__getitem__)] if means else None


@dataclass(frozen=True)
class Gap:
    """Ours less the best baseline, query by query, as an interval."""

    budget: int
    aim: Aim
    rival: str
    interval: Interval

    @property
    def verdict(self) -> str:
        """ "better", "worse", or "noise" where the interval holds nought."""
        if self.interval.low > 0:
            return "better"
        return "worse" if self.interval.high < 0 else "noise"


def values_of(measured: Measured, aim: Aim) -> Values | None:
    """Each query's Top-k-recall or nDCG@10 [q], where it is known."""
    return measured.ndcg if aim == "ndcg" else measured.recalls.get(aim)


def gaps(comparison: Comparison, aim: Aim) -> list[Gap]:
    """Ours against the best baseline at every budget; empty where either is missing."""
    found = []
    for budget in comparison.settings.budgets:
        ours, rival = comparison.ours(budget), comparison.best_baseline(budget, aim)
        if ours is None or rival is None:
            continue
        interval = difference(ours, rival, aim)
        if interval is not None:
            found.append(Gap(budget, aim, rival.strategy, interval))
    return found


def difference(one: Measured, other: Measured, aim: Aim) -> Interval | None:
    """The mean of the paired differences with its interval, where both are known."""
    ours, theirs = values_of(one, aim), values_of(other, aim)
    return None if ours is None or theirs is None else bootstrap(ours - theirs)


def compared(shelf: Shelf) -> tuple[str, ...]:
    """Keys of the strategies that can be compared here: late interaction needs its model."""
    return tuple(key for key in shelf.strategies if key in (*COMPARED, LateReRank.key))


def check_strategies(keys: object, known: tuple[str, ...] = COMPARED) -> tuple[str, ...]:
    """Known strategies, in the order of `known`.

    Raises:
        InputProblem: none, or an unknown one.
    """
    if not isinstance(keys, (list, tuple)) or not keys:
        raise InputProblem("retrieval.compare.no_strategy")
    for key in keys:
        if key not in known:
            raise InputProblem(
                "retrieval.compare.strategy_unknown", name=str(key)[:40], known=", ".join(known)
            )
    return tuple(key for key in known if key in keys)


def check_budgets(given: object, n: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Budgets in rising order that are usable on n items, and those that are not.

    Args:
        given: numbers, or text with numbers.
        n: the corpus's items.

    Raises:
        InputProblem: something is no budget, or nothing is left.
    """
    cells = _SEPARATORS.split(given.strip()) if isinstance(given, str) else given
    if not isinstance(cells, (list, tuple)):
        raise InputProblem("retrieval.compare.no_budget")
    budgets = sorted({_budget(cell) for cell in cells if cell != ""})
    if not budgets:
        raise InputProblem("retrieval.compare.no_budget")
    if len(budgets) > MOST_BUDGETS:
        raise InputProblem("retrieval.compare.many_budgets", count=len(budgets), limit=MOST_BUDGETS)
    kept = tuple(budget for budget in budgets if budget < n)
    if not kept:
        raise InputProblem("retrieval.compare.budgets_too_large", n=n)
    return kept, tuple(budget for budget in budgets if budget >= n)


def _budget(cell: object) -> int:
    try:
        value = -1 if isinstance(cell, bool) else float(cell)  # type: ignore[arg-type]
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        whole, value = -1, 0.0
    if whole != value or not LEAST_BUDGET <= whole <= MOST_BUDGET:
        raise InputProblem(
            "retrieval.compare.bad_budget",
            budget=str(cell)[:20],
            least=LEAST_BUDGET,
            most=MOST_BUDGET,
        )
    return whole


@dataclass(frozen=True)
class Step:
    """How far the comparison is, and what there is so far."""

    progress: Progress
    so_far: Comparison
    budget_done: bool


def comparing(
    shelf: Shelf, opened: OpenIndex, queries: HeldOut, settings: Settings
) -> Generator[Step, None, Comparison]:
    """Measure what has not been measured before; budget after budget."""
    if LateReRank.key in settings.strategies:
        for reading in shelf.reading_tokens(opened):
            yield Step(reading, _comparison(opened, queries, settings, []), False)
    plan = [(budget, key) for budget in settings.budgets for key in settings.strategies]
    started = time.perf_counter()
    measured: list[Measured] = []
    spent, whole = 0, sum(budget for budget, _ in plan)
    for number, (budget, key) in enumerate(plan, start=1):
        known = recalled(opened, queries, key, budget)
        measured.append(known or _measure(shelf, opened, queries, key, budget))
        spent += budget
        seconds = time.perf_counter() - started
        progress = Progress(number, len(plan), seconds, share=spent / whole)
        so_far = _comparison(opened, queries, settings, measured)
        if known is None:  # what is remembered is not worth a report
            yield Step(progress, so_far, key == settings.strategies[-1])
    done = _comparison(opened, queries, settings, measured)
    return replace(done, orders=_orders(opened, queries))


def remembered(opened: OpenIndex, queries: HeldOut, settings: Settings) -> Comparison | None:
    """The comparison, if all of it has been measured before."""
    measured = [
        recalled(opened, queries, key, budget)
        for budget in settings.budgets
        for key in settings.strategies
    ]
    known = [each for each in measured if each is not None]
    if len(known) < len(measured):
        return None
    whole = _comparison(opened, queries, settings, known)
    return replace(whole, orders=_orders(opened, queries))


def recalled(opened: OpenIndex, queries: HeldOut, key: str, budget: int) -> Measured | None:
    """What was measured before."""
    known: Measured | None = opened.remembered.get(_place(queries, key, budget))
    return known


def _measure(shelf: Shelf, opened: OpenIndex, queries: HeldOut, key: str, budget: int) -> Measured:
    late = key == LateReRank.key
    (measured,) = compare(
        [STRATEGIES[key]],
        opened.stored.index,
        shelf.query_tokens(opened, queries.texts) if late else queries.vectors,
        queries.exact,
        [budget],
        queries.relevance(opened.stored.labels),
        shelf.run,
        lambda strategy, most: shelf.prepare(opened, strategy, most),
        None if opened.stored.documents is None else opened.stored.document_of,
    )
    measured = replace(measured, found=None)  # megabytes, and nobody asks
    opened.remembered.put(_place(queries, key, budget), measured)
    return measured


def _orders(opened: OpenIndex, queries: HeldOut) -> tuple[Figure, ...]:
    """The shortlists' orders against the labels, measured once; empty where nothing is relevant."""
    stored = opened.stored
    relevance = queries.relevance(stored.labels)
    own = np.isneginf(queries.exact)
    if relevance is None or not relevance[~own].any():
        return ()
    place = ("orders", queries.texts, queries.labels)
    known: tuple[Figure, ...] | None = opened.remembered.get(place)
    if known is None:
        cosines = queries.vectors.numpy() @ stored.index.item_vectors.numpy().T  # [q, n]
        lists = shortlists(
            np.where(own, -np.inf, cosines),
            queries.exact,
            np.where(own, 0, relevance).astype(np.float32),
            None if stored.documents is None else stored.document_of,
        )
        known = figures(lists.curves("ndcg"), halves(queries.texts), EQUAL_WEIGHT)
        opened.remembered.put(place, known)
    return known


def _comparison(
    opened: OpenIndex, queries: HeldOut, settings: Settings, measured: Sequence[Measured]
) -> Comparison:
    stored = opened.stored
    return Comparison(
        stored.title,
        stored.size,
        len(stored.index.anchor_scores),
        stored.cross_encoder.key,
        queries,
        settings,
        tuple(measured),
    )


def _place(queries: HeldOut, key: str, budget: int) -> tuple[object, ...]:
    # Labels decide nDCG, so the same words with other labels are other queries.
    return "measured", queries.texts, queries.labels, key, budget
