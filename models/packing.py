"""Texts side by side in rows, so that attention needs little padding and few calls."""

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
    """Rows of one width; empty slots hold token 0 and text -1.

    Attributes:
        token_of_slot, text_of_slot: [count * width], int64.
    """

    count: int
    width: int
    token_of_slot: NDArray[np.int64]
    text_of_slot: NDArray[np.int64]


@dataclass(frozen=True)
class Packing:
    """A batch in rows.

    Attributes:
        groups: rows of several widths, so that one long text does not widen the others' rows.
        slot_of_token: [N], N rounded up, int64; slots are counted through all groups.
    """

    groups: tuple[Rows, ...]
    slot_of_token: NDArray[np.int64]


def lay_in_rows(lengths: Sequence[int]) -> Packing:
    """Rows for the texts of a batch, whose tokens stand one after another."""
    sizes = np.asarray(lengths)  # [b]
    firsts = sizes.cumsum() - sizes  # [b], first token of each text
    slot_of_token = np.zeros(round_up(int(sizes.sum())), dtype=np.int64)
    groups, before = [], 0
    for texts in _like_lengths(lengths):
        rows, starts = _rows(texts, sizes, firsts)
        for text, start in zip(texts, starts, strict=True):
            tokens = slice(firsts[text], firsts[text] + sizes[text])
            slot_of_token[tokens] = np.arange(start, start + sizes[text]) + before
        groups.append(rows)
        before += rows.count * rows.width
    return Packing(tuple(groups), slot_of_token)


def round_up(count: int) -> int:
    """A number of tokens or texts with those added that stand for nothing."""
    return _up_to(count, _STEP if count <= _LARGE else _LARGE_STEP)


def _up_to(count: int, step: int) -> int:
    return -(-count // step) * step


def _like_lengths(lengths: Sequence[int]) -> list[list[int]]:
    """Texts of up to 64 tokens together, then up to 128, 256, ..."""
    groups: dict[int, list[int]] = {}
    for text, length in enumerate(lengths):
        groups.setdefault(((length - 1) // _USUAL_WIDTH).bit_length(), []).append(text)
    return list(groups.values())


def _rows(
    texts: Sequence[int], sizes: NDArray[Any], firsts: NDArray[Any]
) -> tuple[Rows, list[int]]:
    """Rows of some texts, filled in order, and the first slot of each."""
    longest = int(sizes[texts].max())
    abreast = max(_USUAL_WIDTH // longest, 1)
    width = _up_to(min(abreast * longest, int(sizes[texts].sum())), _ALIGNMENT)
    starts, row, used = [], 0, 0
    for text in texts:
        if used + sizes[text] > width:
            row, used = row + 1, 0
        starts.append(row * width + used)
        used += int(sizes[text])
    token_of_slot = np.zeros((row + 1) * width, dtype=np.int64)
    text_of_slot = np.full((row + 1) * width, -1, dtype=np.int64)
    for text, start in zip(texts, starts, strict=True):
        here = slice(start, start + sizes[text])
        token_of_slot[here] = np.arange(firsts[text], firsts[text] + sizes[text])
        text_of_slot[here] = text
    return Rows(row + 1, width, token_of_slot, text_of_slot), starts
