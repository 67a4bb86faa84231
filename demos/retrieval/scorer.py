"""The scorer of a search: a cross-encoder, alone or mixed with the bi-encoder's cosine.

A cross-encoder judges what it was trained on. One that learnt how alike two sentences mean is no
judge of whether a document answers a query, and the reverse (`PURPOSES`).

Strategies that estimate scores need those of the anchor queries by the very cross-encoder that
scores now: the one that the index was built with. Re-ranking and brute force work with any. A
mixture needs no call beyond those that are made anyway: the bi-encoder's cosines are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from demos.frame.errors import InputProblem
from demos.frame.strings import Language, say
from demos.retrieval.search import NEED_ANCHOR_SCORES, Strategy
from demos.retrieval.store import StoredIndex
from models.catalog import CATALOG, Catalog, ModelCard
from models.registry import Registry

OF_INDEX = ""  # stands for the cross-encoder that the index was built with
DEFAULT_WEIGHT = 0.0
_PREFERRED = ("cosent-rerank", "cosent-cross")  # for relevance, then for likeness
PURPOSES = (
    *("cosent-rerank", "cosent-cross", "cosent-cross-zh"),
    *("ms-marco-MiniLM-L6-v2", "bge-reranker-v2-m3"),
)


@dataclass(frozen=True)
class Scorer:
    """A cross-encoder's key, and the weight of the bi-encoder in the order of the answer."""

    cross_encoder: str
    weight: float = DEFAULT_WEIGHT


def default_cross_encoder(catalog: Catalog = CATALOG) -> str:
    """The one that scores documents unless another is chosen: the best for it that there is."""
    return next(key for key in _PREFERRED if key in catalog)


def check_scorer(
    registry: Registry,
    stored: StoredIndex,
    key: object,
    weight: object,
    strategies: Iterable[Strategy],
) -> Scorer:
    """The scorer of a search on an index.

    Args:
        key: of a cross-encoder, or `OF_INDEX`.
        weight: of the bi-encoder.
        strategies: that shall be scored.

    Raises:
        InputProblem: no cross-encoder, no weight, or a strategy needs anchor scores of another
            cross-encoder than it is.
        ModelError: there is no such model.
    """
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1:
        raise InputProblem("retrieval.scorer.weight")
    own = stored.cross_encoder.key
    if not isinstance(key, str):
        raise InputProblem("retrieval.scorer.kind", model=str(key)[:40])
    if key in (OF_INDEX, own):
        return Scorer(own, float(weight))
    card = registry.card(key)
    if card.kind != "cross-encoder":
        raise InputProblem("retrieval.scorer.kind", model=card.title)
    if any(strategy.key in NEED_ANCHOR_SCORES for strategy in strategies):
        raise InputProblem("retrieval.scorer.anchors", scorer=card.title, own=registry.title(own))
    return Scorer(key, float(weight))


def purpose(card: ModelCard, language: Language) -> str:
    """What a cross-encoder is good for, in a sentence; empty where nobody has said it."""
    return say(f"retrieval.scorer.purpose.{card.key}", language) if card.key in PURPOSES else ""


def scorer_line(registry: Registry, scorer: Scorer, language: Language) -> str:
    """What scored, what it is good for, and how the order was made."""
    card = registry.card(scorer.cross_encoder)
    line = say("retrieval.scorer.scored", language, scorer=card.title)
    line += purpose(card, language)
    if scorer.weight:
        line += say(
            "retrieval.scorer.mixed", language, weight=scorer.weight, rest=1 - scorer.weight
        )
    return line
