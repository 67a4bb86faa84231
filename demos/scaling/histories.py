"""Losses along a run's training, and the one figure that stands for the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

History = Literal["last", "smoothed", "minimum", "all"]
HISTORIES: tuple[History, ...] = ("last", "smoothed", "minimum", "all")
SMOOTHED_SHARE = 0.1  # of a run's rows, at its end


def are_histories(
    runs: Sequence[str], parameters: FloatArray | None, order: FloatArray | None
) -> bool:
    """Whether rows of one name follow one another in a training.

    They do if there is something to order them by and each run has one size: rows named after a
    family of models have several.

    Args:
        runs: names [n].
        parameters: N [n], where there are any.
        order: steps or tokens [n], where there are any.
    """
    names, codes = np.unique(np.asarray(runs, dtype=object).astype(str), return_inverse=True)
    if order is None or len(names) == len(runs):
        return False
    if parameters is None:
        return True
    least, most = np.full(len(names), np.inf), np.zeros(len(names))
    np.minimum.at(least, codes, parameters)
    np.maximum.at(most, codes, parameters)
    return bool((most <= least * 1.001).all())


def reduce_histories(
    runs: Sequence[str], order: FloatArray, loss: FloatArray, how: History
) -> tuple[IntArray, FloatArray]:
    """The row that stands for each run [r], in order of appearance, and its loss [r].

    Args:
        runs: names [n].
        order: steps or tokens [n].
        loss: [n].
        how: "last": the row furthest on. "smoothed": that row with the mean loss of the last tenth.
            "minimum": the row of least loss. "all": every row.
    """
    if how == "all":
        return np.arange(len(loss)), loss
    by_run: dict[str, list[int]] = {}
    for row, name in enumerate(runs):
        by_run.setdefault(name, []).append(row)
    chosen, losses = [], []
    for rows in by_run.values():
        places = np.array(rows)[np.argsort(order[rows], kind="stable")]
        if how == "minimum":
            best = int(places[loss[places].argmin()])
            chosen.append(best)
            losses.append(float(loss[best]))
            continue
        last = 1 if how == "last" else max(1, round(SMOOTHED_SHARE * len(places)))
        chosen.append(int(places[-1]))
        losses.append(float(loss[places[-last:]].mean()))
    return np.array(chosen), np.array(losses)
