"""How good a search was, and what it cost: recall of the exact top k, nDCG and MRR, intervals over
queries, and the number of queries after which an index has paid for itself.

Everything here is numpy on finished results; nothing computes with a model.

A query that is itself an item of the corpus finds itself, which says nothing. Its exact score of
that item is -inf here: the item belongs to no top k and to no answer, and whoever buys it is told
the score of the query's best other item, as the index is of its anchor queries (`without_self`).
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.frame.steps import Run, directly
from demos.retrieval.passages import by_document, documents_of
from demos.retrieval.search import (
    Bought,
    BruteForce,
    Found,
    Index,
    Strategy,
    answered,
    searching,
)

Values = NDArray[np.float64]

KS = (1, 10, 50, 100)
_DRAWS = 2_000
_LEVEL = 0.95
_GROUP = 64  # queries searched for at once


def top_k_recall(exact: NDArray[np.floating], found: NDArray[np.int64], k: int) -> Values:
    """Top-k-Recall [q]: the share of each query's exact top k that is among its k first found.

    Args:
        exact: the cross-encoder's scores of all items [q, n].
        found: items in the order of the answer [q, m].
        k: at most the items that each query can find.

    Raises:
        ValueError: a query has fewer items than k; its top k would be of another size.
    """
    fewest = int(findable(exact).min(initial=exact.shape[1]))
    if not 1 <= k <= fewest:
        raise ValueError(f"a top {k} of {fewest} items")
    # Items that tie with the k-th are as right as it.
    threshold = -np.partition(-exact, k - 1, axis=1)[:, k - 1 : k]  # [q, 1]
    scores = np.take_along_axis(exact, found[:, :k], axis=1)  # [q, min(k, m)]
    result: Values = (scores >= threshold).sum(axis=1) / k
    return result


def findable(exact: NDArray[np.floating]) -> NDArray[np.int64]:
    """How many items each query can find [q]: all but those it is itself."""
    counts: NDArray[np.int64] = (~np.isneginf(exact)).sum(axis=1)
    return counts


def ndcg(relevance: NDArray[np.floating], found: NDArray[np.int64], k: int = 10) -> Values:
    """nDCG@k [q] with gains 2^grade - 1 and discounts 1 / log2(1 + place).

    Args:
        relevance: grades of all items [q, n], nought for what is not relevant.
        found: items in the order of the answer [q, m].

    Queries without a relevant item are NaN: there is nothing to find.
    """
    gains = np.exp2(relevance) - 1
    places = np.arange(min(k, gains.shape[1]))
    discounts = 1 / np.log2(places + 2)
    best = -np.sort(-gains, axis=1)[:, : len(places)] @ discounts  # [q]
    got = np.take_along_axis(gains, found[:, : len(places)], axis=1)  # [q, min(k, n, m)]
    result: Values = np.full(len(best), np.nan)
    has = best > 0
    result[has] = (got @ discounts[: got.shape[1]])[has] / best[has]
    return result


def reciprocal_rank(relevance: NDArray[np.floating], found: NDArray[np.int64]) -> Values:
    """One over the place of the first relevant item [q]; nought where none was found, NaN for
    queries without a relevant item. Its mean is the MRR."""
    hits = np.take_along_axis(relevance, found, axis=1) > 0  # [q, m]
    result: Values = np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1.0), 0.0)
    result[~(relevance > 0).any(axis=1)] = np.nan
    return result


@dataclass(frozen=True)
class Interval:
    """A mean over queries and its percentile bootstrap interval (95 %)."""

    mean: float
    low: float
    high: float


def bootstrap(values: Values, seed: int = 0) -> Interval:
    """The interval of a mean when queries are drawn anew; NaN values are left out."""
    values = values[~np.isnan(values)]
    if not len(values):
        return Interval(math.nan, math.nan, math.nan)
    means = _drawn_shares(len(values), seed) @ values  # [draws]
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Interval(float(values.mean()), float(low), float(high))


@functools.lru_cache(maxsize=8)
def _drawn_shares(count: int, seed: int) -> Values:
    """How large a part each value has in each draw [draws, count]: one matrix for all means."""
    draws = np.random.default_rng(seed).integers(count, size=(_DRAWS, count))
    cells = draws + count * np.arange(_DRAWS)[:, None]
    counted = np.bincount(cells.ravel(), minlength=_DRAWS * count)
    shares: Values = counted.reshape(_DRAWS, count) / count
    shares.flags.writeable = False
    return shares


def index_calls(anchor_queries: int, n: int) -> int:
    """Cross-encoder calls that building an index costs: as much as `anchor_queries` brute-force
    queries."""
    return anchor_queries * n


def break_even(anchor_queries: int, n: int, budget: int) -> int | None:
    """The number of queries from which on index and searches together cost less than brute force.

    None where brute force stays cheaper for ever (a budget of n or more).
    """
    if budget >= n:
        return None
    # Whole numbers: N (n - budget) must exceed the index, and a float's quotient may round to it.
    return index_calls(anchor_queries, n) // (n - budget) + 1


@dataclass(frozen=True)
class Measured:
    """One strategy at one budget on some queries.

    Attributes:
        recalls: Top-k-recall [q] for each k.
        ndcg, reciprocal_rank: [q] where relevance is known, else None.
        calls: spent a query, as counted.
        seconds: of algebra a query, without the cross-encoder.
        found: the answers, where they are kept.
    """

    strategy: str
    budget: int
    recalls: dict[int, Values]
    ndcg: Values | None
    reciprocal_rank: Values | None
    calls: int
    seconds: float
    found: Found | None


Prepare = Callable[[Strategy, int], object]


def compare(
    strategies: Sequence[Strategy],
    index: Index,
    queries: Tensor,
    exact: NDArray[np.float32],
    budgets: Sequence[int],
    relevance: NDArray[np.float32] | None = None,
    run: Run = directly,
    prepare: Prepare | None = None,
    documents: NDArray[np.int64] | None = None,
) -> Generator[Measured, None, None]:
    """Every strategy at every budget on queries whose scores are all known; one at a time.

    Args:
        queries: bi-encoder vectors [q, d]; for late interaction token vectors [q, t, d].
        exact: cross-encoder scores [q, n]; the strategies buy from these. -inf: see the module.
        relevance: grades [q, n], if there are any.
        run: runs functions of tensors where tensors are computed.
        prepare: how a strategy and budget are prepared; computed from `index` if not given.
        documents: the document of each item [n] where items are passages: it counts once for nDCG
            and MRR, where its best passage stands.
    """
    prepare = prepare or (lambda strategy, budget: run(strategy.prepare, index, budget))
    scores = torch.from_numpy(offered(exact))
    for budget in budgets:
        for strategy in strategies:
            most = index.size if isinstance(strategy, BruteForce) else min(budget, index.size)
            prepared = prepare(strategy, most)
            started = time.perf_counter()
            found = _search(strategy, prepared, queries, most, scores, run)
            seconds = (time.perf_counter() - started) / len(queries)
            yield measure(strategy.key, budget, found, exact, relevance, seconds, documents)


def measure(
    strategy: str,
    budget: int,
    found: Found,
    exact: NDArray[np.float32],
    relevance: NDArray[np.float32] | None,
    seconds: float,
    documents: NDArray[np.int64] | None = None,
) -> Measured:
    """What a finished search is worth; arguments as in `compare`."""
    items = own_last(exact, found.ranking.items.numpy())
    fewest = int(findable(exact).min())
    recalls = {k: top_k_recall(exact, items, k) for k in KS if k <= fewest}
    if relevance is not None:
        relevance = np.where(np.isneginf(exact), 0, relevance).astype(np.float32)
    named = items
    if documents is not None and relevance is not None:
        named = documents_of(items, documents)
        relevance = by_document(relevance, documents)
    return Measured(
        strategy,
        budget,
        recalls,
        ndcg(relevance, named) if relevance is not None else None,
        reciprocal_rank(relevance, named) if relevance is not None else None,
        found.calls,
        seconds,
        found,
    )


def offered(exact: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a purchase is told [q, n]: the exact scores, and of itself the best of the others."""
    own = np.isneginf(exact)
    return np.where(own, exact.max(axis=1, keepdims=True), exact) if own.any() else exact


def own_last(exact: NDArray[np.float32], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Answers [q, m] with the query's own item, where it was bought, behind all others."""
    own = np.isneginf(np.take_along_axis(exact, found, axis=1))  # [q, m]
    return np.take_along_axis(found, own.argsort(axis=1, kind="stable"), axis=1)


def _search(
    strategy: Strategy, prepared: object, queries: Tensor, budget: int, scores: Tensor, run: Run
) -> Found:
    """Search in groups of queries: other callers compute in between, and memory stays bounded."""
    parts = [
        answered(
            searching(strategy, prepared, some, budget, scores.shape[1], run),
            functools.partial(known.gather, 1),
        )
        for some, known in zip(queries.split(_GROUP), scores.split(_GROUP), strict=True)
    ]
    return Found(
        _joined([part.ranking for part in parts]),
        parts[0].calls,
        _joined([part.purchases for part in parts]),
    )


def _joined(parts: Sequence[Bought]) -> Bought:
    return Bought(
        torch.cat([part.items for part in parts]), torch.cat([part.scores for part in parts])
    )
