import math

import numpy as np

from demos.pairs.agreement import correlation, descending_ranks, greatest_disagreements


def test_the_highest_score_ranks_first_and_ties_share() -> None:
    assert descending_ranks([0.9, 0.1, 0.5, 0.5]).tolist() == [1.0, 4.0, 2.5, 2.5]


def test_the_greatest_disagreements_come_first() -> None:
    found = greatest_disagreements([4, 3, 2, 1], [1, 3, 2, 4], count=3)
    assert [(d.index, d.difference) for d in found] == [(0, -3.0), (3, 3.0)]


def test_models_that_agree_have_none() -> None:
    assert greatest_disagreements([3, 2, 1], [30, 2, 0.5], count=5) == []


def test_correlation_with_constant_labels_is_not_a_number() -> None:
    found = correlation(np.arange(4), np.ones(4))
    assert math.isnan(found.spearman)
    assert math.isnan(found.pearson)
