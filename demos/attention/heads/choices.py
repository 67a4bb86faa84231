"""The figures by which heads are coloured and compared, one number a head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from demos.attention.measure import NEIGHBOURS, LayerFigures
from demos.attention.readings import Measured
from demos.attention.sparsity import INDICES, Direction
from demos.frame.errors import InputProblem


@dataclass(frozen=True)
class Choice:
    """One figure of a head.

    Attributes:
        key: its name in texts and files.
        of: the h heads' values of a layer [h].
        strong: which end is red in the overview: sparse, of low rank, or much of a share.
        share: whether it is said in per cent.
    """

    key: str
    of: Callable[[LayerFigures], Tensor]
    strong: Direction
    share: bool = False


def _index(key: str, figures: LayerFigures) -> Tensor:
    return figures.indices[key]


def _near(key: str, figures: LayerFigures) -> Tensor:
    return figures.near[key]


CHOICES: dict[str, Choice] = {
    choice.key: choice
    for choice in (
        *(Choice(key, partial(_index, key), index.sparse) for key, index in INDICES.items()),
        Choice("effective_rank", lambda f: f.rank.effective / len(f.positions), "low"),
        Choice("stable_rank", lambda f: f.rank.stable, "low"),
        Choice("sinks", lambda f: f.sink_share, "high", share=True),
        *(Choice(key, partial(_near, key), "high", share=True) for key in NEIGHBOURS),
    )
}
DEFAULT = "s_star_1_2"


def choice_of(value: object) -> Choice:
    """The figure of a chooser's value; raises InputProblem for one that is not offered."""
    if not isinstance(value, str) or value not in CHOICES:
        raise InputProblem("attention.heads.unknown")
    return CHOICES[value]


def values_of(measured: Measured, key: str) -> NDArray[np.float64]:
    """One figure of every head [layers, heads]."""
    choice = CHOICES[key]
    return np.stack([choice.of(figures).numpy() for figures in measured.layers]).astype(np.float64)


def strongest(values: NDArray[np.float64], key: str) -> tuple[int, int]:
    """Layer and head at the red end of a figure, counted from nought."""
    place = values.argmin() if CHOICES[key].strong == "low" else values.argmax()
    layer, head = divmod(int(place), values.shape[1])
    return layer, head


def written(value: float, key: str, digits: int = 3) -> str:
    """A value as people read it; shares in per cent."""
    if CHOICES[key].share:
        return f"{value:.0%}" if value >= 0.0995 or value == 0 else f"{value:.1%}"
    return f"{value:.{digits}f}" if abs(value) < 10 else f"{value:.1f}"
