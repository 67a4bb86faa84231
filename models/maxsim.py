"""How well the tokens of two texts match: late interaction's scores of finished token vectors.

numpy alone, for callers' threads (see `models/registry.py`). One text meets many at once, in one
product without padding; cuts keep the product's memory bounded.

Source: Khattab and Zaharia, arXiv 2004.12832 (ColBERT).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # unit vectors of one text's tokens [t, d]

_TOKENS_AT_ONCE = 16_384  # of the others: copied side by side for one product
_COSINES_AT_ONCE = 1 << 22


def max_similarity(query: Vectors, documents: Sequence[Vectors]) -> NDArray[np.float32]:
    """ColBERT's score of a query with each document, [m]: the sum over the query's tokens of the
    greatest cosine to a token of the document.
    """
    parts = [_best(query, part)[0].sum(axis=0) for part in _parts(query, documents)]
    return np.concatenate([np.empty(0, np.float32), *parts])


def mean_max_similarity(text: Vectors, others: Sequence[Vectors]) -> NDArray[np.float32]:
    """Symmetric scores of a text with each of others, [m], in [-1, 1] whatever the lengths.

    The mean over the tokens of one side of the greatest cosine to a token of the other side,
    averaged over both directions.
    """
    parts = [np.empty(0, np.float32)]
    for part in _parts(text, others):
        of_text, of_other = _best(text, part)
        parts.append((of_text.mean(axis=0) + of_other) / 2)
    return np.clip(np.concatenate(parts), -1.0, 1.0)


def _best(
    text: Vectors, others: Sequence[Vectors]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The greatest cosine of each token of a text to each other text [t, m], and the mean of those
    of each other text's tokens to the text [m].
    """
    lengths = np.array([len(other) for other in others])  # [m]
    firsts = lengths.cumsum() - lengths  # [m]
    cosines = text @ np.concatenate(others).T  # [t, tokens of all others]
    of_text = np.maximum.reduceat(cosines, firsts, axis=1)  # [t, m]
    of_others = np.add.reduceat(cosines.max(axis=0), firsts)  # [m]
    return of_text, (of_others / lengths).astype(np.float32)


def _parts(text: Vectors, others: Sequence[Vectors]) -> Iterator[Sequence[Vectors]]:
    """Other texts, as many at once as memory has room for."""
    most = min(_TOKENS_AT_ONCE, _COSINES_AT_ONCE // len(text))
    start = tokens = 0
    for place, other in enumerate(others):
        if tokens and tokens + len(other) > most:
            yield others[start:place]
            start, tokens = place, 0
        tokens += len(other)
    if start < len(others):
        yield others[start:]
