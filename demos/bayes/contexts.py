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


@dataclass(frozen=True)
class Reading:
    """How many rows have been read of how many."""

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

    Attributes:
        tokens: of each context, the chat format's beginning included.
        whole: of all contexts in one text, those that fit.
        cut: tokens of the contexts that did not.

    Raises:
        InputProblem: a context does not fit into the model's window.
    """

    def __init__(
        self, decoding: Decoding, texts: Sequence[str], question_tokens: int, new_tokens: int
    ):
        self.decoding = decoding
        self._after = question_tokens + new_tokens
        self.tokens = [_before(decoding, text.strip()) for text in texts]
        for number, tokens in enumerate(self.tokens, start=1):
            if len(tokens) + self._after > decoding.window:
                raise InputProblem(
                    "bayes.extension.too_long",
                    number=number,
                    tokens=f"{len(tokens):,}",
                    window=f"{decoding.window:,}",
                )
        joined, self.cut = "\n\n".join(text.strip() for text in texts), 0
        room = decoding.window - self._after - len(_before(decoding, ""))
        if (count := decoding.count(joined)) > room:
            joined, self.cut = decoding.cut(joined, room), count - room
        self.whole = _before(decoding, joined)
        self._rows: list[LlamaRow] = []
        self._one: dict[Way, LlamaRow] = {}

    def tokens_kept(self, ways: Sequence[Way]) -> int:
        """Tokens that all rows together will keep: what room has to be made for."""
        read = sum(len(tokens) for tokens in self.tokens)
        answered = read + (len(self.tokens) + 1) * self._after
        need = {
            **dict.fromkeys((*POOLED, "alone"), answered),
            "concatenated": 2 * len(self.whole) + self._after,
            "windows": 2 * read + self._after,
        }
        return read + answered + sum(need[way] for way in ways)

    def reading(self, ways: Sequence[Way]) -> Generator[Reading, None, None]:
        """Read what the ways need and what has not been read yet, some hundred tokens at a time."""
        decoding, longest = self.decoding, max(len(tokens) for tokens in self.tokens)
        each = self.tokens if _need_rows(ways) and not self._rows else []
        whole = [self.whole] if "concatenated" in ways and "concatenated" not in self._one else []
        apart = self.tokens if "windows" in ways and "windows" not in self._one else []
        starts = [longest - len(tokens) for tokens in apart]  # all end at the same place
        pieces = [*each, *whole, *apart]
        rows = [decoding.row(start) for start in [0] * len(each + whole) + starts]
        yield Reading(0, len(pieces))
        for first, last in _batches([len(tokens) for tokens in pieces]):
            decoding.read(rows[first:last], pieces[first:last])
            yield Reading(last, len(pieces))
        if each:
            self._rows = rows[: len(each)]
        if whole:
            self._one["concatenated"] = rows[len(each)]
        if apart:
            self._one["windows"] = decoding.join(rows[-len(apart) :])

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
        logits: list[Tensor] = []
        yield Reading(0, len(all_rows))
        for first, last in _batches([len(piece) for piece in all_pieces]):
            logits += decoding.read(all_rows[first:last], all_pieces[first:last])
            yield Reading(last, len(all_rows))
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


def _batches(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of the rows to be read at once."""
    first = 0
    while first < len(lengths):
        last = first + 1
        while last < len(lengths) and sum(lengths[first : last + 1]) <= READ_AT_ONCE:
            last += 1
        yield first, last
        first = last


def _stacked(rows: Sequence[Tensor]) -> Tensor:
    """Logits [n + 1, V]; with numpy, because torch computes on the device's thread alone."""
    return torch.from_numpy(np.stack([row.numpy() for row in rows]) if rows else np.empty((0, 0)))
