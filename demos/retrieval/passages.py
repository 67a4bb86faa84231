"""Long documents in passages that a model can read whole; of a document the best passage counts.

A model reads the beginning of a document, up to its maximum length, and nothing behind it. Split
into passages, every part is read, at the price of a call for each passage that is scored. A
document's score is that of its best passage (MaxP: Dai and Callan, SIGIR 2019, arXiv 1905.09217).

Passages end where sentences end and overlap by whole sentences, so that what stands at a border
stands whole in one of two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+[\"'”’)\]]*(?=\s)|[。！？；]+[”’」』）]*|$)", re.DOTALL)
# A Chinese character, or a word with the punctuation that follows it.
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff][^\s\u3400-\u9fff]*")

PASSAGE_WORDS = (30, 200)  # least and most of a passage: what a model of 256 tokens reads whole


@dataclass(frozen=True)
class PassageRule:
    """How documents are split.

    Attributes:
        words: of a passage at most; a Chinese character counts as a word.
        overlap: sentences that a passage shares with the one before it.
        most: passages of a document; what comes behind them is left out.
    """

    words: int = 120
    overlap: int = 1
    most: int = 20


def length(text: str) -> int:
    """Words of a text; a Chinese character counts as a word."""
    return len(_UNIT.findall(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text; together they are the text, but for white space between them."""
    return [found.group().strip() for found in _SENTENCE.finditer(text)]


def split(text: str, rule: PassageRule) -> tuple[list[str], bool]:
    """The passages of a document, first to last, and whether they reach its end.

    A sentence that is longer than a passage is cut between words. A document that fits into one
    passage is that passage.
    """
    passages: list[str] = []
    current: list[str] = []
    for piece in _pieces(text, rule.words):
        if current and length(" ".join([*current, piece])) > rule.words:
            passages.append(_joined(current))
            if len(passages) == rule.most:
                return passages, False
            shared = current[-rule.overlap :] if 0 < rule.overlap < len(current) else []
            fits = length(" ".join([*shared, piece])) <= rule.words
            current = shared if fits else []
        current.append(piece)
    return ([*passages, _joined(current)] if current else passages), True


def _pieces(text: str, words: int) -> Iterator[str]:
    """Sentences, those cut that are longer than a passage."""
    for sentence in sentences(text):
        units = [unit.start() for unit in _UNIT.finditer(sentence)]
        starts = [0, *units[words::words]]
        for start, end in zip(starts, [*starts[1:], len(sentence)], strict=True):
            yield sentence[start:end].strip()


def _joined(pieces: Sequence[str]) -> str:
    """Pieces in a row; a space stands between them unless Chinese meets Chinese."""
    text = ""
    for piece in pieces:
        close = not text or (ord(text[-1]) > 0x2E7F and ord(piece[0]) > 0x2E7F)
        text += piece if close else f" {piece}"
    return text


def first_of_each(items: NDArray[np.int64], documents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in a ranking [m] each document comes first [d], best first: the best passages.

    Args:
        items: ranked passages.
        documents: the document of every passage of the corpus [n].
    """
    return np.sort(np.unique(documents[items], return_index=True)[1])


def documents_of(found: NDArray[np.int64], documents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Documents [q, m] in the order in which ranked passages [q, m] name them first.

    Behind them stands one past the last document for every passage whose document was named
    already: `by_document` grades that as not relevant.
    """
    named = np.full_like(found, documents.max() + 1)
    for row, items in enumerate(found):
        places = first_of_each(items, documents)
        named[row, : len(places)] = documents[items[places]]
    return named


def by_document(grades: NDArray[np.float32], documents: NDArray[np.int64]) -> NDArray[np.float32]:
    """The greatest grade of each document's passages [q, documents + 1]; the last one is nought.

    Args:
        grades: of all passages [q, n].
        documents: the document of each passage [n], in rising order.
    """
    firsts = np.unique(documents, return_index=True)[1]
    best = np.maximum.reduceat(grades, firsts, axis=1)  # [q, documents]
    return np.concatenate([best, np.zeros_like(best[:, :1])], axis=1)
