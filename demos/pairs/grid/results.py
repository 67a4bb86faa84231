"""Grids as tables: what each model had to do, and the best match of every row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demos.frame.progress import duration
from demos.frame.strings import Language, say
from demos.pairs.grid.grid import ModelGrid, SentenceLists, best_columns
from demos.pairs.score.results import bytes_of_a_text

Rows = list[list[object]]


def cost_table(
    lists: SentenceLists, grids: Sequence[ModelGrid], language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: for each model what it read, how often, the bytes of a text's vectors, how
    long it took.
    """
    keys = ["pairs.model", "pairs.kind", "pairs.grid.reads", "pairs.grid.passes"]
    keys += ["pairs.vector_bytes", "pairs.grid.time"]
    rows: Rows = []
    for grid in grids:
        kind = grid.card.kind
        n, m = lists.shape
        time = duration(grid.seconds, language)
        if grid.remembered:
            time = say("pairs.grid.remembered", language, time=time)
        rows.append(
            [
                grid.card.title,
                say(f"pairs.kind.{kind}", language),
                say(f"pairs.grid.reads.{kind}", language, n=n, m=m),
                f"{grid.passes:,}",
                bytes_of_a_text(grid.vector_bytes),
                time,
            ]
        )
    return [say(key, language) for key in keys], rows


def best_table(
    lists: SentenceLists, grids: Sequence[ModelGrid], language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: each sentence of A, each model's best match in B with its score.

    With several models a last column marks the rows where they choose differently.
    """
    best = [best_columns(grid.scores) for grid in grids]
    headers = [say("pairs.sentence_a", language)]
    for grid in grids:
        headers += [
            say("pairs.grid.best_of", language, model=grid.card.title),
            say(f"pairs.grid.unit.{grid.card.kind}", language),
        ]
    rows: Rows = []
    for place, sentence in enumerate(lists.a):
        row: list[object] = [sentence]
        for grid, columns in zip(grids, best, strict=True):
            column = int(columns[place])
            row += [lists.b[column], round(float(grid.scores[place, column]), 4)]
        rows.append(row)
    if len(grids) > 1:
        headers.append(say("pairs.grid.differ", language))
        same = np.all(np.stack(best) == best[0], axis=0)  # [N]
        rows = [[*row, "" if agreed else "≠"] for row, agreed in zip(rows, same, strict=True)]
    return headers, rows
