"""Labelled pairs to train on, of a visitor's file."""

from __future__ import annotations

import numpy as np

from demos.frame.errors import InputProblem
from demos.pairs import pair_set
from models.train.labelled_pairs import LabelledPairs
from models.train.session import PAIR_LIMIT

FEWEST_PAIRS = 20


def pairs_of_file(path: str) -> LabelledPairs:
    """The pairs of an uploaded table, its columns recognised.

    Raises:
        InputProblem: it cannot be read, has no labels, one label only, too few rows or too many.
    """
    table = pair_set.read_pairs_file(path)
    columns = pair_set.guess_columns(table)
    name = path.rsplit("/", 1)[-1]
    if columns.label is None:
        raise InputProblem("training.no_labels", name=name)
    checked = pair_set.check_rows(pair_set.select_rows(table, columns))
    if checked.labels is None:
        raise InputProblem("training.no_labels", name=name)
    if not FEWEST_PAIRS <= len(checked) <= PAIR_LIMIT:
        raise InputProblem(
            "training.count", name=name, pairs=len(checked), least=FEWEST_PAIRS, most=PAIR_LIMIT
        )
    if np.ptp(checked.labels) == 0:
        raise InputProblem("training.one_label", name=name)
    return LabelledPairs(name, checked.pairs, checked.labels)
