"""Scores of several models as tables: one row a pair, one row a model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from demos.frame.strings import Language, say
from demos.pairs.agreement import correlation, descending_ranks
from demos.pairs.pair_set import PairSet
from demos.pairs.scoring import ModelScores

Rows = list[list[object]]
CUT_MARK = " ✂"


def pair_table(
    pair_set: PairSet, scored: Sequence[ModelScores], language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: the pair, its label, each model's score and rank, the difference of two."""
    headers = [say("pairs.sentence_a", language), say("pairs.sentence_b", language)]
    if pair_set.labels is not None:
        headers.append(say("pairs.label", language))
    headers += [model.card.title for model in scored]
    headers += [say("pairs.rank_of", language, model=model.card.title) for model in scored]
    ranks = [descending_ranks(model.scores) for model in scored]
    if len(scored) == 2:
        headers.append(say("pairs.rank_difference", language))
    rows: Rows = []
    for index, (first, second) in enumerate(pair_set.pairs):
        cut = CUT_MARK if any(model.truncated[index] for model in scored) else ""
        row: list[object] = [first, second + cut]
        if pair_set.labels is not None:
            row.append(_plain(float(pair_set.labels[index])))
        row += [round(float(model.scores[index]), 4) for model in scored]
        row += [_plain(rank[index]) for rank in ranks]
        if len(scored) == 2:
            row.append(_plain(ranks[0][index] - ranks[1][index]))
        rows.append(row)
    return headers, rows


def model_table(
    pair_set: PairSet, scored: Sequence[ModelScores], language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: each model's kind, time, cached and cut pairs, correlation with labels."""
    keys = ["pairs.model", "pairs.kind", "pairs.time", "pairs.cached", "pairs.truncated"]
    if pair_set.labels is not None:
        keys += ["pairs.spearman", "pairs.pearson"]
    rows: Rows = []
    for model in scored:
        row: list[object] = [
            model.card.title,
            say(f"pairs.kind.{model.card.kind}", language),
            f"{model.milliseconds_per_pair:.2f} ms",
            f"{model.cached} / {len(pair_set)}",
            int(model.truncated.sum()),
        ]
        if pair_set.labels is not None:
            found = correlation(model.scores, pair_set.labels)
            row += [_decimals(found.spearman), _decimals(found.pearson)]
        rows.append(row)
    return [say(key, language) for key in keys], rows


def _plain(value: float) -> int | float:
    """Whole numbers without a decimal point."""
    return int(value) if value == int(value) else round(float(value), 4)


def _decimals(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"
