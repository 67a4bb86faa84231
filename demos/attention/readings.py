"""Texts as models read them: attention and its figures, computed once and kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from demos.attention.masks import own_mask
from demos.attention.measure import LayerFigures, measure_layer
from demos.frame.errors import InputProblem
from models.attention import Attention
from models.cache import ResultCache
from models.catalog import ModelKind
from models.errors import ModelError
from models.registry import Registry
from models.work import Progress

MODEL_KINDS: tuple[ModelKind, ...] = ("bi-encoder", "cross-encoder", "causal-lm")
MOST_CHARACTERS = 20_000
MOST_TOKENS = 1_024  # a decomposition of each head's matrix: its cost grows with the cube
_KEPT_BYTES = 512 << 20


@dataclass(frozen=True)
class Asked:
    """A model and what it is to read; `second` counts for cross-encoders alone."""

    model: str
    first: str
    second: str = ""

    def cleaned(self, registry: Registry) -> Asked:
        """Without needless spaces, and without a second text where none is read."""
        second = " ".join(self.second.split()) if takes_pairs(registry, self.model) else ""
        return Asked(self.model, " ".join(self.first.split()), second)


def check_asked(registry: Registry, asked: Asked) -> tuple[Callable[[], object], ...]:
    """A check for each field, to be called: model, first text, second text.

    Each raises ModelError or InputProblem where its field is wrong.
    """
    pair = takes_pairs(registry, asked.model)
    return (
        lambda: registry.card(asked.model),
        lambda: _check_text(asked.first),
        lambda: _check_text(asked.second) if pair else None,
    )


def _check_text(text: str) -> None:
    if not text.strip():
        raise InputProblem("attention.empty")
    if len(text) > MOST_CHARACTERS:
        raise InputProblem("attention.too_long", count=len(text), most=MOST_CHARACTERS)


@dataclass(frozen=True)
class Measured:
    """Figures of every layer.

    Attributes:
        layers: one `LayerFigures` a layer.
        sinks: token positions that were left out.
    """

    layers: tuple[LayerFigures, ...]
    sinks: tuple[int, ...]


class Readings:
    """Reads and measures; see the module. Thread-safe: two who ask the same may compute it twice."""

    def __init__(self, registry: Registry):
        self._registry = registry
        self._kept = ResultCache(_KEPT_BYTES)

    def attention(self, asked: Asked) -> Attention:
        """Queries and keys of every head.

        Raises:
            ModelError: the model cannot be had, or cannot be seen into.
        """
        version = self._registry.card(asked.model).version
        attention: Attention | None = self._kept.get((asked, version))
        if attention is None:
            pair = takes_pairs(self._registry, asked.model)
            attention = self._registry.attend(
                asked.model, (asked.first, asked.second) if pair else asked.first, MOST_TOKENS
            )
            self._kept.put((asked, version), attention)
        return attention

    def measuring(
        self, asked: Asked, mask: str = "own", sinks: bool = True
    ) -> Generator[Progress, None, Measured]:
        """Figures of every layer, under the model's own mask or another, layer by layer.

        Args:
            asked: what is read.
            mask: "own", or a name of `masks`.
            sinks: whether tokens that many heads park their attention on are counted.
        """
        key = (asked, self._registry.card(asked.model).version, mask, sinks)
        measured: Measured | None = self._kept.get(key)
        if measured is None:
            started = time.perf_counter()
            attention = self.attention(asked)
            without = () if sinks else sinks_of(attention)
            layers: list[LayerFigures] = []
            for layer in range(attention.layers):
                share = layer / attention.layers
                yield Progress(layer, attention.layers, time.perf_counter() - started, share=share)
                layers.append(self._measure(attention, layer, mask, without))
            measured = Measured(tuple(layers), without)
            self._kept.put(key, measured)
        return measured


def sinks_of(attention: Attention) -> tuple[int, ...]:
    """Where heads with nothing to say park their attention: special tokens, a causal model's first.

    Source: Xiao et al., arXiv 2309.17453.
    """
    special = {place for place, part in enumerate(attention.parts) if part < 0}
    if attention.causal:
        special.add(0)
    return tuple(sorted(special)) if len(special) < len(attention.tokens) else ()


def takes_pairs(registry: Registry, key: str) -> bool:
    """Whether a model reads two texts; False for one that is not known."""
    try:
        return registry.card(key).kind == "cross-encoder"
    except ModelError:
        return False
