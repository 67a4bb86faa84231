"""Contexts that a language model has read, for any number of questions about them.

A context is read once, whoever answers from it and however often: alone, after all others in one
text, and, for Parallel Context Windows, at positions that let all of them end at the same place.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from demos.frame.errors import InputProblem
from models.decoding import Decoding
from models.llama import LlamaRow

Way = Literal["nbce", "mean", "max", "concatenated", "windows", "alone"]
WAYS: tuple[Way, ...] = ("nbce", "mean", "max", "concatenated", "windows", "alone")
POOLED: tuple[Way, ...] = ("nbce", "mean", "max")
# How a small model is asked, found by trial: plain questions it answers with stories.
BEFORE = "Text: "
AFTER = "\n\nQuestion: {question}\nAnswer with a few words from the text."
READ_AT_ONCE = 400  # tokens: a cancel is felt after so many, and progress seen
_MARGIN = 8  # tokens


@dataclass(frozen=True)
class Reading:
    """How many tokens have been read of how many."""

    done: int
    total: int


@dataclass
class Begun:
    """A question read behind every context.

    Attributes:
        rows: of the question alone, then of each context; none where no way needs them.
        logits: after each [n + 1, V].
        whole: a row of everything, and its logits [V], of the ways that have one.
    """

    rows: list[LlamaRow]
    logits: Tensor
    whole: dict[Way, tuple[LlamaRow, Tensor]]


class Contexts:
    """Contexts in a model's own tokens, and the rows that have read them.

    Args:
        texts: the contexts.
        question_tokens: of the longest question, see `question_tokens`.
        new_tokens: of the longest answer.
        window: tokens that everything in one text may take with question and answer; None: the
            model's window.

    Attributes:
        tokens: of each context, the chat format's beginning included.
        whole: of all contexts in one text, those that fit.
        count: tokens of the contexts in one text.
        cut: how many of them did not fit.

    Raises:
        InputProblem: a context or the question does not fit into the window.
    """

    def __init__(
        self,
        decoding: Decoding,
        texts: Sequence[str],
        question_tokens: int,
        new_tokens: int,
        window: int | None = None,
    ):
        self.decoding = decoding
        self._after = question_tokens + new_tokens
        begin = len(_before(decoding, ""))
        room = min(window or decoding.window, decoding.window) - self._after - begin - _MARGIN
        if room < 1:
            raise InputProblem("bayes.extension.no_room", after=f"{self._after + begin:,}")
        self.tokens = [_before(decoding, text.strip()) for text in texts]
        for number, tokens in enumerate(self.tokens, start=1):
            if len(tokens) + self._after > decoding.window:
                raise InputProblem(
                    "bayes.extension.too_long",
                    number=number,
                    tokens=f"{len(tokens):,}",
                    window=f"{decoding.window:,}",
                )
        joined = "\n\n".join(text.strip() for text in texts)
        self.count = decoding.count(joined)
        joined = decoding.cut(joined, room)
        self.cut = self.count - decoding.count(joined)
        self.whole = _before(decoding, joined)
        self._rows: list[LlamaRow] = []
        self._one: dict[Way, LlamaRow] = {}

    def tokens_kept(self, ways: Sequence[Way]) -> int:
        """Tokens that all rows together will keep: what room has to be made for."""
        room = self.decoding.room_of
        read = sum(room(len(tokens)) for tokens in self.tokens)
        answered = sum(room(len(tokens) + self._after) for tokens in ([], *self.tokens))
        need = {
            **dict.fromkeys((*POOLED, "alone"), answered),
            "concatenated": 2 * room(len(self.whole) + self._after),
            "windows": read + 2 * room(sum(map(len, self.tokens)) + self._after),
        }
        return read + answered + sum(need[way] for way in ways)

    def reading(self, ways: Sequence[Way]) -> Generator[Reading, None, None]:
        """Read what the ways need and what has not been read yet."""
        decoding, longest = self.decoding, max(len(tokens) for tokens in self.tokens)
        each = self.tokens if _need_rows(ways) and not self._rows else []
        whole = [self.whole] if "concatenated" in ways and "concatenated" not in self._one else []
        apart = self.tokens if "windows" in ways and "windows" not in self._one else []
        starts = [longest - len(tokens) for tokens in apart]  # all end at the same place
        pieces = [*each, *whole, *apart]
        rows = [decoding.row(start) for start in [0] * len(each + whole) + starts]
        yield from _reading(decoding, rows, pieces)
        if each:
            self._rows = rows[: len(each)]
        if whole:
            self._one["concatenated"] = rows[len(each)]
        if apart:
            # Of what all begin with one copy is enough: several first tokens, which attention
            # rests on, lead a model astray (Ratner et al.'s code keeps one as well).
            shared = _shared_beginning(apart)
            keep = starts.index(0)
            without = [0 if place == keep else shared for place in range(len(apart))]
            self._one["windows"] = decoding.join(rows[-len(apart) :], without)

    def begin(self, question: str, ways: Sequence[Way]) -> Generator[Reading, None, Begun]:
        """Read a question behind what has been read; that stays as it is for the next one."""
        decoding, asked = self.decoding, after_context(self.decoding, question)
        rows: list[LlamaRow] = []
        pieces: list[list[int]] = []
        if _need_rows(ways):
            rows = decoding.copies([decoding.row(), *self._rows])
            pieces = [alone(decoding, question), *[asked] * len(self._rows)]
        ones = {way: decoding.copies([row])[0] for way, row in self._one.items() if way in ways}
        all_rows, all_pieces = [*rows, *ones.values()], [*pieces, *[asked] * len(ones)]
        logits = yield from _reading(decoding, all_rows, all_pieces)
        whole = dict(zip(ones, zip(ones.values(), logits[len(rows) :], strict=True), strict=True))
        return Begun(rows, _stacked(logits[: len(rows)]), whole)


def question_tokens(decoding: Decoding, question: str) -> int:
    """Tokens that a question takes behind a context, or without any."""
    return max(len(after_context(decoding, question)), len(alone(decoding, question)))


def _before(decoding: Decoding, text: str) -> list[int]:
    return decoding.prompt(BEFORE + text, "")[0]


def after_context(decoding: Decoding, question: str) -> list[int]:
    """Tokens of a question behind a context, the chat format's end included."""
    return decoding.prompt("", AFTER.format(question=question.strip()))[1]


def alone(decoding: Decoding, question: str) -> list[int]:
    """Tokens of a question without any context."""
    return decoding.prompt(AFTER.format(question=question.strip()).strip())[0]


def _need_rows(ways: Sequence[Way]) -> bool:
    return any(way in (*POOLED, "alone") for way in ways)


def _reading(
    decoding: Decoding, rows: Sequence[LlamaRow], pieces: Sequence[Sequence[int]]
) -> Generator[Reading, None, list[Tensor]]:
    """Read a piece in every row, `READ_AT_ONCE` tokens at a time; logits [V] after each."""
    total, done = sum(len(piece) for piece in pieces), 0
    last: dict[int, Tensor] = {}
    yield Reading(0, total)
    for batch in _batches([len(piece) for piece in pieces]):
        new = [pieces[row][first:end] for row, first, end in batch]
        logits = decoding.read([rows[row] for row, _, _ in batch], new)
        last |= {row: each for (row, _, _), each in zip(batch, logits, strict=True)}
        done += sum(map(len, new))
        yield Reading(done, total)
    return [last[row] for row in range(len(rows))]


def _batches(lengths: Sequence[int]) -> Iterator[list[tuple[int, int, int]]]:
    """Which row's tokens are read at once, from where to where; long rows in several parts."""
    batch: list[tuple[int, int, int]] = []
    room = READ_AT_ONCE
    for row, length in enumerate(lengths):
        first = 0
        while first < length:
            end = min(length, first + room)
            batch.append((row, first, end))
            room -= end - first
            first = end
            if not room:
                yield batch
                batch, room = [], READ_AT_ONCE
    if batch:
        yield batch


def _shared_beginning(pieces: Sequence[Sequence[int]]) -> int:
    """How many tokens all begin with; one at least is nobody's but its own."""
    most = min(len(piece) for piece in pieces) - 1
    same = (len(set(each)) == 1 for each in zip(*pieces, strict=False))
    return next((place for place, equal in enumerate(same) if not equal or place == most), most)


def _stacked(rows: Sequence[Tensor]) -> Tensor:
    """Logits [n + 1, V]; with numpy, because torch computes on the device's thread alone."""
    return torch.from_numpy(np.stack([row.numpy() for row in rows]) if rows else np.empty((0, 0)))
