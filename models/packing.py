"""Texts side by side in rows of equal width, so that attention needs hardly any padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Attention kernels are slow on narrow rows (measured, 12-token texts: 1.35 ms a layer one by one,
# 0.57 ms five in a row of 64) and on widths that are no multiple of their vectors.
_USUAL_WIDTH = 64
_ALIGNMENT = 16
# A number of tokens that was not seen before costs oneDNN 2 ms for every product's shape: few
# numbers occur.
_STEP, _LARGE, _LARGE_STEP = 16, 256, 64


@dataclass(frozen=True)
class Rows:
    """Where each token stands in [count, width] slots; empty slots hold token 0 and text -1.

    Attributes:
        token_of_slot, text_of_slot: [count * width]; slot_of_token: [N], N rounded up; all int64.
    """

    count: int
    width: int
    token_of_slot: NDArray[np.int64]
    text_of_slot: NDArray[np.int64]
    slot_of_token: NDArray[np.int64]


def lay_in_rows(lengths: Sequence[int]) -> Rows:
    """Rows for texts of the given lengths, in order."""
    usual = min(_USUAL_WIDTH, _up_to(sum(lengths), _ALIGNMENT))
    width = max(usual, _up_to(max(lengths), _ALIGNMENT))
    starts, row, used = [], 0, 0  # first slot of each text
    for length in lengths:
        if used + length > width:
            row, used = row + 1, 0
        starts.append(row * width + used)
        used += length
    return _fill(np.asarray(lengths), np.asarray(starts), row + 1, width)


def round_up(count: int) -> int:
    """A number of tokens or texts with those added that stand for nothing."""
    return _up_to(count, _STEP if count <= _LARGE else _LARGE_STEP)


def _up_to(count: int, step: int) -> int:
    return -(-count // step) * step


def _fill(lengths: NDArray[Any], starts: NDArray[Any], count: int, width: int) -> Rows:
    tokens = np.arange(lengths.sum())
    slot_of_token = np.repeat(starts - (lengths.cumsum() - lengths), lengths) + tokens  # [N]
    token_of_slot = np.zeros(count * width, dtype=np.int64)
    token_of_slot[slot_of_token] = tokens
    text_of_slot = np.full(count * width, -1, dtype=np.int64)
    text_of_slot[slot_of_token] = np.repeat(np.arange(len(lengths)), lengths)
    padded = np.zeros(round_up(len(tokens)), dtype=np.int64)
    padded[: len(tokens)] = slot_of_token
    return Rows(count, width, token_of_slot, text_of_slot, padded)
