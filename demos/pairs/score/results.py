"""Scores of several models as tables: one row a pair, one row a model."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from demos.frame.strings import Language, say
from demos.pairs.agreement import correlation, descending_ranks
from demos.pairs.mixture import MIXTURE, Mixture
from demos.pairs.pair_set import PairSet
from demos.pairs.published.beside import known_figures
from demos.pairs.scoring import ModelScores

Rows = list[list[object]]
CUT_MARK = "✂"


def pair_table(
    pair_set: PairSet, scored: Sequence[ModelScores], language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: the pair, its label, each model's score and rank, the difference in rank.

    With more than two models the difference is between the highest and the lowest rank. A column
    of marks is there where a model read only the beginning of a pair.
    """
    ranks = [descending_ranks(model.scores) for model in scored]
    columns: list[tuple[str, list[object]]] = [
        (say("pairs.sentence_a", language), [first for first, _ in pair_set.pairs]),
        (say("pairs.sentence_b", language), [second for _, second in pair_set.pairs]),
    ]
    if pair_set.labels is not None:
        columns.append((say("pairs.label", language), [_plain(x) for x in pair_set.labels]))
    for model in scored:
        columns.append((model.card.title, [round(float(x), 4) for x in model.scores]))
    for model, rank in zip(scored, ranks, strict=True):
        header = say("pairs.rank_of", language, model=model.card.title)
        columns.append((header, [_plain(x) for x in rank]))
    if len(scored) > 1:
        difference = ranks[0] - ranks[1] if len(scored) == 2 else np.ptp(ranks, axis=0)
        columns.append((say("pairs.rank_difference", language), [_plain(x) for x in difference]))
    cut = np.any([model.truncated for model in scored], axis=0)
    if cut.any():
        columns.append((say("pairs.cut_by", language), [CUT_MARK if x else "" for x in cut]))
    headers = [header for header, _ in columns]
    return headers, [list(row) for row in zip(*(cells for _, cells in columns), strict=True)]


def model_table(
    pair_set: PairSet, scored: Sequence[ModelScores], language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: each model's kind, time, bytes of a text's vectors, cached and cut pairs,
    correlation with labels, and what is known of it from pairs that chose nothing.
    """
    keys = ["pairs.model", "pairs.kind", "pairs.time", "pairs.vector_bytes"]
    keys += ["pairs.cached", "pairs.truncated"]
    if pair_set.labels is not None:
        keys += ["pairs.spearman", "pairs.pearson"]
    known = [known_figures(model.card.key, language) for model in scored]
    if any(known):
        keys.append("pairs.known")
    rows: Rows = []
    for model in scored:
        row: list[object] = [
            model.card.title,
            say(f"pairs.kind.{_kind(model)}", language),
            f"{model.milliseconds_per_pair:.2f} ms",
            bytes_of_a_text(model.vector_bytes),
            f"{model.cached} / {len(pair_set)}",
            int(model.truncated.sum()),
        ]
        if pair_set.labels is not None:
            found = correlation(model.scores, pair_set.labels)
            row += [_decimals(found.spearman), _decimals(found.pearson)]
        rows.append(row)
    if any(known):
        rows = [[*row, figures or "–"] for row, figures in zip(rows, known, strict=True)]
    return [say(key, language) for key in keys], rows


def _kind(model: ModelScores) -> str:
    return model.card.kind if Mixture.of(model.card.key) is None else MIXTURE


def bytes_of_a_text(vector_bytes: float) -> str:
    """What an index would keep of a text; a dash where a model has nothing to keep."""
    return f"{vector_bytes:,.0f} B" if vector_bytes else "–"


def _plain(value: float) -> int | float:
    """Whole numbers without a decimal point."""
    whole = abs(value) < 1e15 and value == int(value)  # larger ones do not survive a browser
    return int(value) if whole else float(f"{value:.6g}")


def _decimals(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"
