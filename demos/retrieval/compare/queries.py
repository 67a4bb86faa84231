"""Where the queries come from whose exact scores are the truth: kept with the corpus, sampled from
it, or a visitor's own; and brute force over the corpus where the scores are not known yet."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.retrieval.shelf import OpenIndex
from demos.retrieval.store import HeldOut
from models.registry import Registry
from models.work import Progress

SOURCES = ("held_out", "sample", "own")
LEAST_SAMPLED, MOST, SAMPLED = 10, 60, 30
LEAST_OWN = 5  # fewer say nothing about a mean
MAX_CALLS = 400_000
MAX_CHARACTERS = 2_000  # of a query


@dataclass(frozen=True)
class Asked:
    """Queries, before their scores are known.

    Attributes:
        texts, labels: as in `HeldOut`.
        own_items: the item that each query is itself [q], -1 where it is none.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None
    own_items: tuple[int, ...]

    def calls(self, n: int) -> int:
        """Cross-encoder calls of brute force over n items."""
        return len(self.texts) * n


def default_source(opened: OpenIndex) -> str:
    """The source that needs the least computing."""
    return "sample" if opened.held_out is None else "held_out"


def choose(opened: OpenIndex, source: object, count: object, pasted: object) -> Asked | HeldOut:
    """The queries of a source; with their scores, where these are known.

    Raises:
        InputProblem: the source has no usable queries, or too many.
    """
    if source == "held_out":
        if opened.held_out is None:
            raise InputProblem("retrieval.compare.no_held_out")
        return opened.held_out
    if source == "sample":
        asked = sample(opened, count)
    elif source == "own":
        asked = read_own(opened, pasted)
    else:
        raise InputProblem("retrieval.compare.source_unknown")
    if asked.calls(opened.stored.size) > MAX_CALLS:
        most = MAX_CALLS // opened.stored.size
        raise InputProblem(
            "retrieval.compare.too_many_calls",
            calls=asked.calls(opened.stored.size),
            limit=MAX_CALLS,
            most=most,
        )
    known: HeldOut | None = opened.remembered.get(_place(asked.texts))
    # The same words with other labels: scores do not depend on labels.
    return asked if known is None else replace(known, labels=asked.labels)


def sample(opened: OpenIndex, count: object) -> Asked:
    """Items that are no anchor queries, the same ones every time."""
    if not isinstance(count, (int, float)) or not LEAST_SAMPLED <= count <= MOST:
        raise InputProblem("retrieval.compare.sample_count", least=LEAST_SAMPLED, most=MOST)
    stored = opened.stored
    anchors = {*stored.index.own_items.tolist()}
    texts = {*stored.anchor_texts}
    usable = [i for i, text in enumerate(stored.texts) if i not in anchors and text not in texts]
    if len(usable) < LEAST_OWN:
        raise InputProblem("retrieval.compare.nothing_to_sample")
    order = np.random.default_rng(0).permutation(len(usable))[: int(count)]
    items = tuple(sorted(usable[i] for i in order))
    labels = None if stored.labels is None else tuple(stored.labels[i] for i in items)
    return Asked(tuple(stored.texts[i] for i in items), labels, items)


def read_own(opened: OpenIndex, pasted: object) -> Asked:
    """One query a line; repeats count once."""
    if not isinstance(pasted, str):
        raise InputProblem("retrieval.compare.own_count", count=0, least=LEAST_OWN, most=MOST)
    lines = pasted.replace("\r", "\n").split("\n")
    texts = tuple(dict.fromkeys(filter(None, (" ".join(line.split()) for line in lines))))
    if not LEAST_OWN <= len(texts) <= MOST:
        raise InputProblem(
            "retrieval.compare.own_count", count=len(texts), least=LEAST_OWN, most=MOST
        )
    anchors = {*opened.stored.anchor_texts}
    place = {text: number for number, text in enumerate(opened.stored.texts)}
    for number, text in enumerate(texts, start=1):
        if len(text) > MAX_CHARACTERS:
            raise InputProblem("retrieval.compare.own_long", number=number, limit=MAX_CHARACTERS)
        if text in anchors:
            raise InputProblem("retrieval.compare.own_anchor", number=number)
    return Asked(texts, None, tuple(place.get(text, -1) for text in texts))


def scoring(
    registry: Registry, opened: OpenIndex, asked: Asked
) -> Generator[Progress, None, HeldOut]:
    """Brute force: all scores of all queries; kept, so that the next time is instant.

    A query that is an item has -inf there, and on all passages of its document: it shall not find
    itself.
    """
    stored = opened.stored
    vectors = _vectors(registry, opened, asked)  # [q, d]
    pairs = [(query, item) for query in asked.texts for item in stored.texts]
    work = registry.scoring(stored.cross_encoder.key, pairs)
    try:
        yield from work
        exact = work.result().numpy().reshape(len(asked.texts), stored.size).astype(np.float32)
    finally:
        work.cancel()  # nothing is left to stop where all went well
    for row, item in enumerate(asked.own_items):
        if item >= 0:
            exact[row, stored.document_of == stored.document_of[item]] = -np.inf
    known = HeldOut(asked.texts, asked.labels, vectors, exact)
    opened.remembered.put(_place(asked.texts), known)
    return known


def _vectors(registry: Registry, opened: OpenIndex, asked: Asked) -> Tensor:
    """Those of items are in the index."""
    items = torch.tensor(asked.own_items)
    vectors = opened.stored.index.item_vectors[items.clamp_min(0)].clone()  # [q, d]
    others = (items < 0).nonzero().squeeze(1)
    if len(others):
        texts = [asked.texts[i] for i in others.tolist()]
        vectors[others] = registry.embed(opened.stored.bi_encoder.key, texts)
    return vectors


def _place(texts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return "scores", texts
