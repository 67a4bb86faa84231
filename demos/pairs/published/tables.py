"""Figures that the posts publish, as facts: Spearman x 100.

Sources: Su Jianlin, kexue.fm/archives/8847 and 8860 (bi-encoders), 9341 (cross-encoders). English:
MTEB (arXiv 2210.07316, and its leaderboard) for the bi-encoders, its own model card for the
cross-encoder. The column STSbenchmark of sentence-transformers' cross-encoders (TinyBERT 85.50,
roberta-base 90.17) is left out: those are figures of the development set.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

# Repeated cross-entropy runs of the same setting in 8860 and 9341 differ by up to this much.
NOISE = 1.05


@dataclass(frozen=True)
class Published:
    """One row of a post's table; `figures` by data set."""

    model: str
    figures: dict[str, float]

    @property
    def printed_mean(self) -> float:
        """The mean as the post prints it: two decimals, a half rounded up."""
        hundredths = sum(round(100 * figure) for figure in self.figures.values())
        return math.floor(hundredths / len(self.figures) + 0.5) / 100


@dataclass(frozen=True)
class Comparison:
    """CoSENT against its baseline on one backbone."""

    cosent: Published
    baseline: Published

    def gaps(self) -> Iterator[tuple[str, float]]:
        """Data set and CoSENT minus baseline, in points."""
        for name, figure in self.cosent.figures.items():
            yield name, figure - self.baseline.figures[name]


def _row(model: str, sets: tuple[str, ...], *figures: float) -> Published:
    return Published(model, dict(zip(sets, figures, strict=True)))


_BI = ("ATEC", "BQ", "LCQMC", "PAWSX", "STS-B")
_CROSS = ("ATEC", "BQ", "LCQMC", "PAWSX")

BI_ENCODERS: tuple[Comparison, ...] = (
    Comparison(
        _row("BERT + CoSENT", _BI, 49.74, 72.38, 78.69, 60.00, 80.14),
        _row("Sentence-BERT", _BI, 46.36, 70.36, 78.72, 46.86, 66.41),
    ),
    Comparison(
        _row("RoBERTa + CoSENT", _BI, 50.81, 71.45, 79.31, 61.56, 81.13),
        _row("Sentence-RoBERTa", _BI, 48.29, 69.99, 79.22, 44.10, 72.42),
    ),
)
CROSS_ENCODERS: tuple[Comparison, ...] = (
    Comparison(
        _row("BERT + CoSENT", _CROSS, 48.09, 72.25, 78.70, 69.34),
        _row("BERT + cross-entropy", _CROSS, 48.01, 71.96, 78.53, 68.59),
    ),
    Comparison(
        _row("RoBERTa + CoSENT", _CROSS, 49.82, 73.09, 78.78, 70.54),
        _row("RoBERTa + cross-entropy", _CROSS, 49.70, 73.20, 79.13, 70.52),
    ),
)

_EN = ("STS-B",)
ENGLISH_BI: tuple[Published, ...] = (
    _row("all-MiniLM-L6-v2", _EN, 82.03),
    _row("all-mpnet-base-v2", _EN, 83.42),
    _row("bge-small-en-v1.5", _EN, 85.86),
)
ENGLISH_CROSS: tuple[Published, ...] = (_row("ModernCE-base-sts", _EN, 91.22),)
CHINESE_BI = tuple(row for c in BI_ENCODERS for row in (c.cosent, c.baseline))
CHINESE_CROSS = tuple(row for c in CROSS_ENCODERS for row in (c.cosent, c.baseline))
