"""The endpoint `retrieval_compare`: strategies and budgets in, a table of recalls out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import InputProblem, visible_errors
from demos.frame.steps import result_of
from demos.retrieval.compare.comparison import (
    BUDGETS,
    COMPARED,
    Comparison,
    Settings,
    check_budgets,
    check_strategies,
    compared,
    comparing,
)
from demos.retrieval.compare.results import plain_table
from demos.retrieval.desk import Desk
from demos.retrieval.helpdesk import ENGLISH
from demos.retrieval.shelf import Shelf

RetrievalCompare = Callable[[str, "list[str] | None", "list[int] | None"], dict[str, Any]]


def make_retrieval_compare(desk: Desk) -> RetrievalCompare:
    """The endpoint's function, bound to the open indexes."""

    @visible_errors
    def retrieval_compare(
        corpus: str = ENGLISH.key,
        strategies: list[str] | None = None,
        budgets: list[int] | None = None,
    ) -> dict[str, Any]:
        """Compare ways to spend a budget of cross-encoder calls on a query, at equal cost.

        Args:
            corpus: "helpdesk" or "helpdesk-zh" (Chinese): they have held-out queries.
            strategies: of "bayes" (this app's own), "rerank", "late" (late interaction, then
                re-rank), "adacur", "axn", "cur", "anncur"; all but "late" if null.
            budgets: calls a query, at most 8 numbers; 50, 100, 200 and 500 if null. Those that
                are no smaller than the corpus are left out.

        Returns:
            {"corpus", "items", "anchor_queries", "queries", "left_out", "headers", "data",
            "orders"}. data: one row a strategy and budget; recall@k is the mean Top-k-recall over
            the queries with its 95 % bootstrap interval (_low, _high), null where it is not known;
            algebra_ms is the time a query without the cross-encoder. orders: nDCG@10 against the
            labels of the bi-encoder's top 50 in the order of the bi-encoder ("alone"), of the
            cross-encoder ("reranked"), of both at equal weights ("given") and at a weight of the
            bi-encoder that the other half of the queries chose ("half"), with the paired difference
            to "alone".
        """
        return compare_strategies(desk.shelf, corpus, strategies, budgets)

    return retrieval_compare


def compare_strategies(
    shelf: Shelf, corpus: object, strategies: object, budgets: object
) -> dict[str, Any]:
    """`retrieval_compare` without Gradio. Raises InputProblem."""
    keys = check_strategies(COMPARED if strategies is None else strategies, compared(shelf))
    if not isinstance(corpus, str):
        raise InputProblem("retrieval.index.absent")
    opened = shelf.open(corpus)
    if opened.held_out is None:
        raise InputProblem("retrieval.compare.no_held_out")
    kept, left_out = check_budgets(BUDGETS if budgets is None else budgets, opened.stored.size)
    settings = Settings(keys, kept, left_out)
    return _report(result_of(comparing(shelf, opened, opened.held_out, settings)))


def _report(comparison: Comparison) -> dict[str, Any]:
    headers, rows = plain_table(comparison)
    return {
        "corpus": comparison.title,
        "items": comparison.size,
        "anchor_queries": comparison.anchors,
        "queries": len(comparison.queries.texts),
        "left_out": list(comparison.settings.left_out),
        "headers": headers,
        "data": rows,
        "orders": [
            {
                "order": each.way,
                "bi_weights": list(each.weights),
                "ndcg@10": vars(each.mean),
                "gain": vars(each.gain),
            }
            for each in comparison.orders
        ],
    }
