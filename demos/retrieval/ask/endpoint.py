"""The endpoint `retrieval_search`: a query in, ranked texts and what they cost out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import visible_errors
from demos.frame.steps import result_of
from demos.retrieval.ask.asking import (
    Asked,
    ask,
    check_budget,
    check_query,
    check_strategies,
)
from demos.retrieval.helpdesk import ENGLISH
from demos.retrieval.scorer import DEFAULT_WEIGHT, OF_INDEX, check_scorer
from demos.retrieval.search import DEFAULT_STRATEGY
from demos.retrieval.shelf import Shelf
from demos.retrieval.store import StoredIndex
from models.registry import Registry

RetrievalSearch = Callable[[str, str, str, int, str, float], dict[str, Any]]


def make_retrieval_search(registry: Registry, shelf: Shelf) -> RetrievalSearch:
    """The endpoint's function, bound to a registry and its indexes."""

    @visible_errors
    def retrieval_search(
        query: str,
        corpus: str = ENGLISH.key,
        strategy: str = DEFAULT_STRATEGY,
        budget: int = 100,
        cross_encoder: str = OF_INDEX,
        bi_weight: float = DEFAULT_WEIGHT,
    ) -> dict[str, Any]:
        """Search a corpus with a cross-encoder under a budget of calls.

        Args:
            query: a text.
            corpus: "helpdesk", "helpdesk-zh" (Chinese), or the key that `retrieval_build` returned.
            strategy: "bayes", "rerank", "late" (late interaction, then re-rank), "adacur", "axn",
                "cur", "anncur" or "brute".
            budget: cross-encoder calls to spend, 5 to 1,000 (ignored by "brute").
            cross_encoder: a model's key; empty for the one that the index was built with, which all
                strategies but "rerank", "late" and "brute" need.
            bi_weight: weight of the bi-encoder's cosine in the order of what was scored, 0 to 1;
                both scores are standardised over it. Costs no call.

        Returns:
            {"corpus", "items", "strategy", "cross_encoder", "bi_weight", "calls", "late_scores",
            "seconds", "results"}; results are the ten best, each {"rank", "item", "score",
            "cosine", "mixture", "text", "label", "document"}, item and document counted from
            nought. "mixture" is null where nothing is mixed. Of a document that was split into
            passages the best one alone is among them.
        """
        chosen = check_strategies([strategy], shelf.strategies)
        opened = shelf.open(corpus)
        scorer = check_scorer(registry, opened.stored, cross_encoder, bi_weight, chosen)
        asked = result_of(
            ask(registry, shelf, opened, check_query(query), chosen, check_budget(budget), scorer)
        )
        return as_json(corpus, opened.stored, asked)

    return retrieval_search


def as_json(corpus: str, stored: StoredIndex, asked: Asked) -> dict[str, Any]:
    """The first answer as the endpoint gives it."""
    answer = asked.answers[0]
    return {
        "corpus": corpus,
        "items": stored.size,
        "strategy": answer.strategy,
        "cross_encoder": asked.scorer.cross_encoder,
        "bi_weight": asked.scorer.weight,
        "calls": answer.calls,
        "late_scores": answer.late_scores,
        "seconds": answer.algebra + answer.scoring,
        "results": [
            {
                "rank": place + 1,
                "item": item,
                "score": float(answer.scores[place]),
                "cosine": float(asked.cosines[item]),
                "mixture": None if answer.mixture is None else float(answer.mixture[place]),
                "text": stored.texts[item],
                "label": stored.labels[item] if stored.labels else "",
                "document": int(asked.documents[item]),
            }
            for place, item in enumerate(answer.top.tolist())
        ],
    }
