"""Texts as models read them: attention and its figures, computed once and kept for a while.

What was read is found by who has the text: the key of a reading is the text itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demos.attention.masks import MaskName, layer_masks
from demos.attention.measure import LayerFigures, head_groups, joined, measure_layer
from demos.frame.errors import InputProblem
from models.attention import Attention
from models.cache import ResultCache
from models.catalog import ModelKind
from models.errors import ModelError
from models.held import map_tensors
from models.registry import Registry
from models.work import Progress

if TYPE_CHECKING:
    from torch import Tensor

MODEL_KINDS: tuple[ModelKind, ...] = ("bi-encoder", "cross-encoder", "causal-lm")
MOST_CHARACTERS = 20_000
MOST_TOKENS = 512  # every head is decomposed: 270 heads of 512 tokens take some 6 s of a core
_KEPT_BYTES = 112 << 20  # one long text through thirty layers takes 90 MB
_BRIEFLY_KEPT_BYTES = 8 << 20


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


@dataclass(frozen=True)
class Measured:
    """Figures of every layer, and the token positions that were left out of them."""

    layers: tuple[LayerFigures, ...]
    without: tuple[int, ...]


class Readings:
    """Reads and measures. Thread-safe: two who ask the same at once may both compute it."""

    def __init__(self, registry: Registry, kept_bytes: int = _KEPT_BYTES):
        self._registry = registry
        self._kept = ResultCache(kept_bytes)

    def briefly(self) -> Readings:
        """Others of the same models, for calls that nobody asks again of: little is kept."""
        return Readings(self._registry, _BRIEFLY_KEPT_BYTES)

    def attention(self, asked: Asked) -> Attention:
        """Queries and keys of every head.

        Raises:
            ModelError: the model cannot be had, or cannot be seen into.
        """
        key = (asked, self._registry.card(asked.model).version)
        kept: _Sized | None = self._kept.get(key)
        if kept is None:
            pair = takes_pairs(self._registry, asked.model)
            read = (asked.first, asked.second) if pair else asked.first
            kept = _Sized.of(self._registry.attend(asked.model, read, MOST_TOKENS))
            self._kept.put(key, kept)
        attention: Attention = kept.value
        return attention

    def measuring(
        self, asked: Asked, mask: MaskName | None = None, sinks: bool = True
    ) -> Generator[Progress, None, Measured]:
        """Figures of every layer, layer by layer.

        Args:
            asked: what is read.
            mask: None is the model's own; the prefix of "prefix" is the first half of the tokens.
            sinks: whether the tokens that many heads park their attention on are counted.

        Raises:
            ModelError: as `attention`.
        """
        key = (asked, self._registry.card(asked.model).version, mask, sinks)
        kept: _Sized | None = self._kept.get(key)
        if kept is None:
            started = time.perf_counter()
            attention = self.attention(asked)
            layers: list[LayerFigures] = []
            for layer in range(attention.layers):
                share = layer / attention.layers
                yield Progress(layer, attention.layers, time.perf_counter() - started, share=share)
                layers.append(self._measure(attention, layer, mask, sinks))
            without = () if sinks else sinks_of(attention)
            kept = _Sized.of(Measured(tuple(layers), without))
            self._kept.put(key, kept)
        measured: Measured = kept.value
        return measured

    def _measure(
        self, attention: Attention, layer: int, mask: MaskName | None, sinks: bool
    ) -> LayerFigures:
        queries, keys = attention.queries[layer], attention.keys[layer]  # [h, n, d], [kv, n, d]
        parked, bias = sinks_of(attention), attention.bias
        bias = None if bias is None else bias[min(layer, len(bias) - 1)]  # [1 or h, n, n]
        shared = attention.heads // len(keys)
        groups = head_groups(attention.heads, shared, queries.shape[1])
        return joined(
            [
                self._registry.run(
                    _measure_masked,
                    queries[few],
                    keys[few.start // shared : -(-few.stop // shared)],
                    attention.scale,
                    bias if bias is None or len(bias) == 1 else bias[few],
                    mask or ("causal" if attention.causal else "bidirectional"),
                    (layer, few.start, few.stop, attention.heads),
                    parked,
                    () if sinks else parked,
                )
                for few in groups
            ]
        )


def _measure_masked(
    queries: Tensor,
    keys: Tensor,
    scale: float,
    bias: Tensor | None,
    mask: MaskName,
    place: tuple[int, int, int, int],
    sinks: tuple[int, ...],
    without: tuple[int, ...],
) -> LayerFigures:
    """`measure_layer` with the mask made where the tensors are; `place`: layer, heads from, to, of
    how many."""
    layer, start, stop, heads = place
    n = queries.shape[1]
    allowed = layer_masks(mask, n, heads, layer, n // 2, queries.device)[start:stop]
    return measure_layer(queries, keys, scale, bias, allowed, sinks=sinks, without=without)


@dataclass(frozen=True)
class _Sized:
    """A value and the bytes of its tensors, for the bounded memory."""

    value: Any
    nbytes: int

    @classmethod
    def of(cls, value: object) -> _Sized:
        sizes: list[int] = []

        def count(tensor: Tensor) -> Tensor:
            sizes.append(tensor.nbytes)
            return tensor

        map_tensors(count, value)
        return cls(value, sum(sizes))


def sinks_of(attention: Attention) -> tuple[int, ...]:
    """Where heads with nothing to say park their attention: special tokens, a causal model's first.

    None where nothing else would be left. Source: Xiao et al., arXiv 2309.17453.
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
