"""A registry that computes by arithmetic and counts every text and pair that it is asked for."""

from __future__ import annotations

import dataclasses
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from demos.retrieval.building import DEFAULT_BI_ENCODER, DEFAULT_CROSS_ENCODER
from demos.retrieval.helpdesk import CHINESE, BundledCorpus
from models.errors import UnknownModelError
from models.held import Held, map_tensors
from models.sentences import Sentence
from models.work import Step, Work

BI, CROSS = DEFAULT_BI_ENCODER, DEFAULT_CROSS_ENCODER
OTHER_CROSS, LATE = "ms-marco-MiniLM-L6-v2", "cosent-late"
_WIDTH = 8
_SLICE = 4  # inputs between two reports of progress
_KINDS = {
    BI: "bi-encoder",
    CROSS: "cross-encoder",
    OTHER_CROSS: "cross-encoder",
    LATE: "late-interaction",
}


class CountingRegistry:
    """What the tab asks of a registry; a pair that was scored once comes from the cache.

    Attributes:
        embedded, scored: how often each text and pair was computed.
        before_slice: called before each slice of pairs.
    """

    allow_hub_ids = False

    def __init__(self, before_slice: Callable[[], None] = lambda: None):
        self.embedded: Counter[str] = Counter()
        self.scored: Counter[tuple[str, str]] = Counter()
        self.before_slice = before_slice

    def card(self, key: str) -> Any:
        if key not in _KINDS:
            raise UnknownModelError("There is no such model.")
        return SimpleNamespace(key=key, title=key, kind=_KINDS[key], version="1", languages=("en",))

    def cards(self, owner: str | None, *kinds: str) -> list[Any]:
        return [self.card(key) for key in _KINDS if _KINDS[key] in kinds]

    def title(self, key: str) -> str:
        return key

    def load(self, key: str) -> None:
        self.card(key)

    def status(self) -> Any:
        return SimpleNamespace(device="cpu", dtype="float32", reason=Sentence("It is a test."))

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        given = (a.value if isinstance(a, Held) else a for a in arguments)
        return map_tensors(lambda tensor: tensor.cpu(), function(*given))

    def hold(self, value: Any) -> Held:
        return Held(value)

    def embed(self, key: str, texts: Sequence[str]) -> Tensor:
        return self.embedding(key, texts).result()

    def embedding(self, key: str, texts: Sequence[str]) -> Work[Tensor]:
        def steps(cancellation: Any, truncated: Any) -> Any:
            self.embedded.update(texts)
            yield Step(len(texts), 0, 1.0, 0.0)
            return torch.from_numpy(np.stack([vector(text) for text in texts]))

        return Work(steps, len(texts))

    def score(self, key: str, pairs: Sequence[tuple[str, str]]) -> Tensor:
        return self.scoring(key, pairs).result()

    def scoring(self, key: str, pairs: Sequence[tuple[str, str]]) -> Work[Tensor]:
        def steps(cancellation: Any, truncated: Any) -> Any:
            cached = 0
            for start in range(0, len(pairs), _SLICE):
                self.before_slice()
                part = pairs[start : start + _SLICE]
                cached += sum(pair in self.scored for pair in part)
                self.scored.update(pair for pair in part if pair not in self.scored)
                done = start + len(part)
                yield Step(done, cached, done / len(pairs), 0.0)
            sign = -1 if key == OTHER_CROSS else 1
            return torch.tensor([sign * score(*pair) for pair in pairs])

        return Work(steps, len(pairs))

    def reach(self, key: str, texts: Sequence[str]) -> tuple[int, list[int]]:
        return 50, [min(len(text), 300 if key == BI else 200) for text in texts]

    def token_embedding(self, key: str, texts: Sequence[str]) -> Work[list[Tensor]]:
        def steps(cancellation: Any, truncated: Any) -> Any:
            yield Step(len(texts), 0, 1.0, 0.0)
            return [token_vectors(text) for text in texts]

        return Work(steps, len(texts))


def vector(text: str) -> Any:
    """A unit vector that is always the same for a text [d]."""
    drawn = np.random.default_rng(zlib.crc32(text.encode())).normal(size=_WIDTH)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def token_vectors(text: str) -> Tensor:
    """A unit vector a word, always the same for a word [t, d]."""
    return torch.from_numpy(np.stack([vector(word) for word in text.split()]))


def score(query: str, text: str) -> float:
    """What the cross-encoder says: the product of vectors, and something of its own."""
    own = zlib.crc32(f"{query}|{text}".encode()) / 2**32
    return float(5 * vector(query) @ vector(text) + own)


def small_chinese(folder: Path, bi_encoder: str, cross_encoder: str) -> BundledCorpus:
    """A few intents of the Chinese corpus in a folder, to be built with other models."""
    folder.mkdir(parents=True)
    _, intents = CHINESE.read_queries()
    kept = {*intents[::30], "签收了没收到"}  # the example's too
    for name, (texts, labels) in (
        ("corpus.tsv", CHINESE.read_corpus()),
        ("queries.tsv", CHINESE.read_queries()),
    ):
        rows = [f"{b}\t{a}" for a, b in zip(texts, labels, strict=True) if b in kept]
        (folder / name).write_text("\n".join(["intent\ttext", *rows, ""]), encoding="utf-8")
    return dataclasses.replace(
        CHINESE, folder=folder, bi_encoder=bi_encoder, cross_encoder=cross_encoder
    )
