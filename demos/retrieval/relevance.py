"""What re-ranking and mixing are worth where people have said what is relevant.

Top-k-recall asks how much of the cross-encoder's own best a strategy finds; here is asked whether
that best is right. The bi-encoder's shortlist of every query is ordered by the bi-encoder alone, by
the cross-encoder, and by a mixture of both (`models.mixture`), which costs no further call: the
bi-encoder's score is known. The weight of a mixture is chosen on other queries than it is reported
on, and every way is compared with the bi-encoder alone, query by query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.retrieval.evaluation import Interval, Values, bootstrap, ndcg, reciprocal_rank
from demos.retrieval.passages import by_document, first_of_each
from models.mixture import WEIGHTS, choose_weight, mixed
from models.train.parts import share_of

Measure = Literal["ndcg", "mrr"]
Way = Literal["alone", "reranked", "given", "half", "elsewhere"]
SHORTLIST = 50  # items of a query
Integers = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Shortlists:
    """Shortlists of q queries, and what both models say of them.

    Attributes:
        items: of each query [m], best first by the bi-encoder.
        cosines, scores: the bi-encoder's and the cross-encoder's, of each query [m].
        grades: of all items [q, n], or of documents as `passages.by_document` gives them.
        documents: the document of each passage [n], or None.
    """

    items: Sequence[Integers]
    cosines: Sequence[Floats]
    scores: Sequence[Floats]
    grades: Floats
    documents: Integers | None = None

    def values(self, weight: float, measure: Measure) -> Values:
        """nDCG@10 or reciprocal rank of the mixture [q]; weight 1 is the bi-encoder alone."""
        found = np.full((len(self.items), max(map(len, self.items))), -1)  # [q, m]
        for row, items in enumerate(self.items):
            blend = mixed(self.cosines[row], self.scores[row], weight)
            ranked = items[(-blend).argsort(kind="stable")]
            if self.documents is not None:
                ranked = self.documents[ranked[first_of_each(ranked, self.documents)]]
            found[row, : len(ranked)] = ranked
        none = np.zeros((len(found), 1))  # what stands in a place that nothing fills: -1
        grades = np.concatenate([self.grades, none], axis=1)
        return ndcg(grades, found) if measure == "ndcg" else reciprocal_rank(grades, found)

    def curves(self, measure: Measure) -> NDArray[np.float64]:
        """The values of every query at each of `WEIGHTS` [w, q]."""
        return np.stack([self.values(weight, measure) for weight in WEIGHTS])


def shortlists(
    similarity: Floats,
    scores: Floats,
    grades: Floats,
    documents: Integers | None = None,
    count: int = SHORTLIST,
) -> Shortlists:
    """The bi-encoder's best items of queries whose scores are all known.

    Args:
        similarity: the bi-encoder's scores [q, n]. -inf: the item is no answer.
        scores: the cross-encoder's [q, n].
        grades: of the items [q, n].
        documents: the document of each item [n] where items are passages.
        count: items of a shortlist.
    """
    order = (-similarity).argsort(axis=1, kind="stable")[:, :count]  # [q, m]
    kept = [row[np.isfinite(similarity[query, row])] for query, row in enumerate(order)]
    return Shortlists(
        kept,
        [similarity[query, row] for query, row in enumerate(kept)],
        [scores[query, row] for query, row in enumerate(kept)],
        grades if documents is None else by_document(grades, documents),
        documents,
    )


@dataclass(frozen=True)
class Figure:
    """One way of ordering the shortlists.

    Attributes:
        way: see the module; "half": a mixture whose weight the other half of the queries chose,
            "elsewhere": whose weight other corpora chose.
        weights: of the bi-encoder, one for each half of the queries if they differ.
        mean, gain: the mean, and that of the differences to the bi-encoder alone.
    """

    way: Way
    weights: tuple[float, ...]
    mean: Interval
    gain: Interval

    @property
    def verdict(self) -> Literal["better", "worse", "noise"]:
        """What the interval of the gain says."""
        if self.gain.low > 0:
            return "better"
        return "worse" if self.gain.high < 0 else "noise"


def halves(queries: Sequence[str]) -> NDArray[np.bool_]:
    """Which half each query is in [q], by its words."""
    return np.array([share_of([query, "half"]) < 0.5 for query in queries])


def figures(
    curves: NDArray[np.float64],
    in_half: NDArray[np.bool_],
    given: float | None = None,
    elsewhere: Sequence[NDArray[np.float64]] = (),
) -> tuple[Figure, ...]:
    """All ways of ordering.

    Args:
        curves: as `Shortlists.curves` gives them [w, q].
        in_half: as `halves` gives it.
        given: a weight of the bi-encoder, one of `WEIGHTS`, that was chosen beforehand.
        elsewhere: mean values at each of `WEIGHTS` [w] on other corpora.
    """
    alone = curves[WEIGHTS.index(1.0)]
    rows: list[tuple[Way, tuple[float, ...], Values]] = [
        ("alone", (1.0,), alone),
        ("reranked", (0.0,), curves[WEIGHTS.index(0.0)]),
    ]
    if given is not None:
        rows.append(("given", (given,), curves[WEIGHTS.index(given)]))
    known = ~np.isnan(alone)
    if (in_half & known).any() and (~in_half & known).any():
        weights = crossed_weights(curves, in_half)
        first, second = (curves[WEIGHTS.index(weight)] for weight in weights)
        rows.append(("half", weights, np.where(in_half, second, first)))
    if elsewhere:
        weight = best_weight(np.mean(elsewhere, axis=0))
        rows.append(("elsewhere", (weight,), curves[WEIGHTS.index(weight)]))
    return tuple(
        Figure(way, weights, bootstrap(values), bootstrap(values - alone))
        for way, weights, values in rows
    )


def crossed_weights(curves: NDArray[np.float64], in_half: NDArray[np.bool_]) -> tuple[float, float]:
    """For each half of the queries the weight that the other half chooses.

    Args:
        curves: values of each query at each of `WEIGHTS` [w, q]; NaN where nothing is relevant.
        in_half: which half each query is in [q].

    Returns:
        the weight for those that are False, and for those that are True.
    """
    first, second = (
        best_weight(np.nanmean(curves[:, in_half == half], axis=1)) for half in (True, False)
    )
    return first, second


def best_weight(curve: NDArray[np.float64]) -> float:
    """The weight at which a curve over `WEIGHTS` [w] is greatest."""
    by_weight = dict(zip(WEIGHTS, curve.tolist(), strict=True))
    return choose_weight(by_weight.__getitem__)
