"""The endpoint `retrieval_build`: texts in, the key of their index out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import InputProblem, visible_errors
from demos.retrieval.building import DEFAULT_ANCHORS, DEFAULT_CROSS_ENCODER, Builder, make_plan
from demos.retrieval.corpus import make_corpus
from demos.retrieval.passages import PASSAGE_WORDS, PassageRule
from models.registry import Registry

MOST_CALLS = 200_000

RetrievalBuild = Callable[[list[str], int, int, str], dict[str, Any]]


def make_retrieval_build(registry: Registry, builder: Builder) -> RetrievalBuild:
    """The endpoint's function, bound to a registry and the folder of indexes."""

    @visible_errors
    def retrieval_build(
        texts: list[str],
        anchor_queries: int = DEFAULT_ANCHORS,
        passage_words: int = 0,
        cross_encoder: str = DEFAULT_CROSS_ENCODER,
    ) -> dict[str, Any]:
        """Build an index of texts, for `retrieval_search` and `retrieval_compare`.

        What was built before, or half-way, is not built again.

        Args:
            texts: at least 20; empty and repeated ones are set aside.
            anchor_queries: how many of the texts are scored against all others, 2 to 100; the
                product with the number of texts may be 200,000 at most.
            passage_words: split texts into overlapping passages of so many words, 30 to 200; every
                passage is then an item, and of a text the best one counts. 0 leaves texts whole.
            cross_encoder: the key of the model that scores.

        Returns:
            {"corpus": key, "items", "documents", "anchor_queries", "calls"}.
        """
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InputProblem("retrieval.indexing.not_texts")
        if not isinstance(anchor_queries, int):
            raise InputProblem("retrieval.build.anchors", least=2, most=100)
        rule = _rule(passage_words)
        plan = make_plan(
            *(registry, builder.root, make_corpus("API", texts, passages=rule)),
            anchor_queries,
            cross_encoder=cross_encoder,
        )
        if plan.calls > MOST_CALLS:
            raise InputProblem("retrieval.indexing.too_dear", calls=plan.calls, most=MOST_CALLS)
        for _ in builder.build(plan):
            pass
        return {
            "corpus": plan.key,
            "items": len(plan.corpus.texts),
            "documents": plan.corpus.document_count,
            "anchor_queries": plan.anchors,
            "calls": plan.calls,
        }

    return retrieval_build


def _rule(words: object) -> PassageRule | None:
    """How texts are split. Raises InputProblem."""
    if words == 0:
        return None
    least, most = PASSAGE_WORDS
    if isinstance(words, bool) or not isinstance(words, int) or not least <= words <= most:
        raise InputProblem("retrieval.indexing.bad_words", least=least, most=most)
    return PassageRule(words)
