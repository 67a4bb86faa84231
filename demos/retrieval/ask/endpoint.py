"""The endpoint `retrieval_search`: a query in, ranked texts and what they cost out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import visible_errors
from demos.frame.steps import result_of
from demos.retrieval.ask.asking import (
    SHOWN,
    Answer,
    ask,
    check_budget,
    check_query,
    check_strategies,
)
from demos.retrieval.helpdesk import ENGLISH
from demos.retrieval.search import DEFAULT_STRATEGY
from demos.retrieval.shelf import Shelf
from demos.retrieval.store import StoredIndex
from models.registry import Registry

RetrievalSearch = Callable[[str, str, str, int], dict[str, Any]]


def make_retrieval_search(registry: Registry, shelf: Shelf) -> RetrievalSearch:
    """The endpoint's function, bound to a registry and its indexes."""

    @visible_errors
    def retrieval_search(
        query: str,
        corpus: str = ENGLISH.key,
        strategy: str = DEFAULT_STRATEGY,
        budget: int = 100,
    ) -> dict[str, Any]:
        """Search a corpus with a cross-encoder under a budget of calls.

        Args:
            query: a text.
            corpus: "helpdesk", "helpdesk-zh" (Chinese), or the key that `retrieval_build` returned.
            strategy: "bayes", "rerank", "adacur", "axn", "cur", "anncur" or "brute".
            budget: cross-encoder calls to spend, 5 to 1,000 (ignored by "brute").

        Returns:
            {"corpus", "items", "strategy", "calls", "seconds", "results"}; results are the ten
            best, each {"rank", "item", "score", "text", "label"}, item counted from nought.
        """
        chosen = check_strategies([strategy])
        opened = shelf.open(corpus)
        asked = result_of(
            ask(registry, shelf, opened, check_query(query), chosen, check_budget(budget))
        )
        return as_json(corpus, opened.stored, asked.answers[0])

    return retrieval_search


def as_json(corpus: str, stored: StoredIndex, answer: Answer) -> dict[str, Any]:
    """One answer as the endpoint gives it."""
    return {
        "corpus": corpus,
        "items": stored.size,
        "strategy": answer.strategy,
        "calls": answer.calls,
        "seconds": answer.algebra + answer.scoring,
        "results": [
            {
                "rank": place + 1,
                "item": int(item),
                "score": float(score),
                "text": stored.texts[item],
                "label": stored.labels[item] if stored.labels else "",
            }
            for place, (item, score) in enumerate(
                zip(answer.items[:SHOWN], answer.scores[:SHOWN], strict=True)
            )
        ],
    }
