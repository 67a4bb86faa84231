"""Two models over the same text: what each of them reads, and the figures of both."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demos.attention.heads.looking import weights_of_layer
from demos.attention.readings import Asked, Measured, Readings, check_asked, takes_pairs
from demos.frame.errors import InputProblem
from models.attention import Attention
from models.registry import Registry
from models.work import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

READS = ("joined", "first")  # what a model of one text reads beside a cross-encoder


@dataclass(frozen=True)
class Side:
    """One model's reading.

    Attributes:
        asked: what it read.
        title: the model's.
        attention, measured: what was seen of it.
        across: of a pair, the weight that tokens of one text give the other [layers, heads].
    """

    asked: Asked
    title: str
    attention: Attention
    measured: Measured
    across: NDArray[np.float64] | None


@dataclass(frozen=True)
class Step:
    """How far one of the two models is."""

    model: str
    progress: Progress


def plan(
    registry: Registry, reading: Asked, other: str, second: str, reads: str
) -> tuple[Asked, Asked]:
    """What both models read.

    Where one of them is a cross-encoder the other reads both texts in a row ("joined"), so that
    both see the same words, or the first alone ("first"), as it would in use.
    """
    pairs = [takes_pairs(registry, model) for model in (reading.model, other)]
    second = reading.second if pairs[0] else second
    single = f"{reading.first} {second}" if any(pairs) and reads == "joined" else reading.first
    left, right = (
        Asked(model, reading.first, second) if pair else Asked(model, single)
        for model, pair in zip((reading.model, other), pairs, strict=True)
    )
    return left.cleaned(registry), right.cleaned(registry)


def wants_second(registry: Registry, reading: Asked | None, other: str) -> bool:
    """Whether the second model needs a second text that the first has not read."""
    first = reading is not None and takes_pairs(registry, reading.model)
    return takes_pairs(registry, other) and not first


def check_plan(
    registry: Registry, reading: Asked | None, other: str, second: str
) -> tuple[Callable[[], object], Callable[[], object]]:
    """Checks for the second model and the second text, to be called."""
    first = reading.first if reading else "a"
    needed = wants_second(registry, reading, other)
    checks = check_asked(registry, Asked(other, first, second if needed else "a"))
    return checks[0], checks[2]


def check_reads(value: object) -> str:
    """What a model of one text reads; raises InputProblem for what is not offered."""
    if value not in READS:
        raise InputProblem("attention.heads.unknown")
    return str(value)


def comparing(
    registry: Registry, readings: Readings, asked: tuple[Asked, Asked], sinks: bool
) -> Generator[Step, None, tuple[Side, Side]]:
    """Read and measure both, layer by layer."""
    left = yield from _side(registry, readings, asked[0], sinks)
    right = yield from _side(registry, readings, asked[1], sinks)
    return left, right


def _side(
    registry: Registry, readings: Readings, asked: Asked, sinks: bool
) -> Generator[Step, None, Side]:
    steps = readings.measuring(asked, None, sinks)
    title = registry.title(asked.model)
    try:
        while True:
            yield Step(title, next(steps))
    except StopIteration as stop:
        measured: Measured = stop.value
    finally:
        steps.close()
    attention = readings.attention(asked)
    across = None
    if {0, 1} <= set(attention.parts):
        layers = [_across(registry, attention, measured, i) for i in range(attention.layers)]
        across = np.stack(layers)
    return Side(asked, title, attention, measured, across)


def _across(
    registry: Registry, attention: Attention, measured: Measured, layer: int
) -> NDArray[np.float64]:
    """Weight on the other text, mean over the tokens of both [heads]."""
    shown = measured.layers[layer].positions.tolist()
    parts = np.array([attention.parts[place] for place in shown])
    weights = weights_of_layer(registry, attention, layer, measured.without)  # [h, n', n']
    other = (parts[:, None] + parts[None] == 1) & (parts >= 0)[:, None] & (parts >= 0)[None]
    given = (weights * other).sum(axis=2)  # [h, n']
    shares: NDArray[np.float64] = given[:, parts >= 0].mean(axis=1)
    return shares.astype(np.float64)
