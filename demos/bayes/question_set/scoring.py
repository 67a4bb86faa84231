"""Scores of answers, as SQuAD scores them, and how sure a mean of them is.

Exact match and token F1 (Rajpurkar et al. 2016, arXiv 1606.05250): letters in lower case, without
punctuation and articles. Small models answer in sentences, so there is a third: whether the words
of the right answer stand in it, in their order.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_ARTICLES = {"a", "an", "the"}
_REPLICAS = 4_000
_Z = 1.959963984540054  # of 95 %


@dataclass(frozen=True)
class Score:
    """Of one answer; `exact` and `holds` are 0 or 1."""

    exact: float
    f1: float
    holds: float


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % interval."""

    value: float
    low: float
    high: float


def score(said: str, answer: str) -> Score:
    """How much an answer has of the right one."""
    ours, right = words(said), words(answer)
    same = sum((Counter(ours) & Counter(right)).values())
    f1 = 2 * same / (len(ours) + len(right)) if same else float(ours == right)
    holds = any(ours[i : i + len(right)] == right for i in range(len(ours) - len(right) + 1))
    return Score(float(ours == right), f1, float(holds))


def words(text: str) -> list[str]:
    """Words in lower case, without punctuation and articles."""
    kept = re.sub(r"[^\w\s]|_", "", text.lower())  # "22:40" is one word, "2240"
    return [word for word in kept.split() if word not in _ARTICLES]


def share(hits: Sequence[float]) -> Mean:
    """A share of hits (0 or 1) with Wilson's interval."""
    n, p = len(hits), float(np.mean(hits))
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
    return Mean(p, max(middle - half, 0.0), min(middle + half, 1.0))


def mean(values: Sequence[float]) -> Mean:
    """A mean with the percentile interval of a bootstrap over questions."""
    found = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(0).integers(len(found), size=(_REPLICAS, len(found)))
    low, high = np.percentile(found[picks].mean(axis=1), [2.5, 97.5])
    return Mean(float(found.mean()), float(low), float(high))
