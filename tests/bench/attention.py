"""The Attention tab's overview: every head of a model of MiniLM's shape, and of MiniLM itself.

Its card cuts at 256 tokens; its positions reach 512, which is what the random heads have.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from demos.attention.heads.choices import DEFAULT
from demos.attention.heads.overview import overview_html
from demos.attention.masks import apply, mask
from demos.attention.measure import measure_layer
from demos.attention.rank import DEFAULT_TOLERANCES, singular_values
from demos.attention.readings import Asked, Measured, Readings
from demos.attention.sparsity import measure_all
from demos.frame.steps import result_of
from models.registry import Registry
from tests.bench.inputs import mixed_texts

LAYERS, HEADS, TOKENS, HEAD_SIZE = 6, 12, 512, 32
MODEL = "all-MiniLM-L6-v2"
REPEATS = 3


def overview() -> Iterator[tuple[str, str]]:
    """Sparsity, ranks and pictures of 72 heads through the registry, and where the time goes."""
    generator = torch.Generator().manual_seed(0)
    shape = LAYERS, HEADS, TOKENS, HEAD_SIZE
    queries, keys = (torch.randn(shape, generator=generator) for _ in range(2))
    registry = Registry()
    causal = mask("causal", TOKENS)
    ways = {
        "bidirectional": (None, ()),
        "causal": (causal, ()),
        "causal, without the first token": (causal, (0,)),
    }
    name = f"{LAYERS} layers of {HEADS} heads, {TOKENS} tokens"
    for way, (allowed, without) in ways.items():
        rest = HEAD_SIZE**-0.5, None, allowed, DEFAULT_TOLERANCES, (0,), without

        def every_layer(rest: tuple[Any, ...] = rest) -> None:
            for q, k in zip(queries, keys, strict=True):
                registry.run(measure_layer, q, k, *rest)

        yield f"{name}, {way}", f"{_median(every_layer):.2f} s"
    rest = HEAD_SIZE**-0.5, None, causal, DEFAULT_TOLERANCES, (0,), ()
    layers = [registry.run(measure_layer, q, k, *rest) for q, k in zip(queries, keys, strict=True)]
    yield from _drawn(Measured(tuple(layers), ()), name)
    logits = HEAD_SIZE**-0.5 * queries[0, :1].double() @ keys[0, :1].double().mT  # [1, n, n]
    weights = apply(logits, None)  # [1, n, n]
    parts: dict[str, Callable[[], object]] = {
        "weights": lambda: apply(logits, None),
        "every index": lambda: measure_all(weights),
        "singular values": lambda: singular_values(weights),
    }
    for part, function in parts.items():
        seconds = _median(partial(registry.run, function))
        yield f"one head of them, {part}", f"{seconds * 1e3:.1f} ms"
    registry.close()


def heads() -> Iterator[tuple[str, str]]:
    """A real model at its full length: read and measured, with the sinks and without, and drawn."""
    registry = Registry()
    registry.load(MODEL)
    asked = Asked(MODEL, " ".join(mixed_texts(200)))
    for sinks in (True, False):

        def everything(sinks: bool = sinks) -> Measured:
            return result_of(Readings(registry).measuring(asked, None, sinks))

        measured = everything()
        tokens = len(measured.layers[0].positions)
        name = f"{MODEL}, {tokens} tokens, {'with' if sinks else 'without'} sinks"
        yield f"{name}, read and measured", f"{_median(everything):.2f} s"
        if sinks:
            yield from _drawn(measured, name)
    registry.close()


def _drawn(measured: Measured, name: str) -> Iterator[tuple[str, str]]:
    """The page's overview: seconds and bytes."""
    draw = partial(overview_html, measured, DEFAULT, (0, 0), "en")
    yield f"{name}, overview drawn", f"{_median(draw) * 1e3:.0f} ms, {len(draw()) / 1e6:.2f} MB"


def _median(function: Callable[[], object]) -> float:
    function()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
