"""Two scores as one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import zscore

from models.mixture import WEIGHTS, choose_weight, mixed, standardised
from models.statistics import spearman


def test_standardising_is_a_z_score_row_by_row() -> None:
    scores = np.random.default_rng(0).normal(3, 7, size=(4, 30))
    assert np.allclose(standardised(scores), zscore(scores, axis=1))


def test_equal_scores_say_nothing() -> None:
    assert (standardised([[0.1] * 7, [5.0] * 7]) == 0).all()
    scores = [0.3, 0.1, 0.2]
    assert np.allclose(mixed([0.7] * 3, scores, 0.5), 0.5 * standardised(scores))
    assert standardised([]).shape == (0,)


def test_the_ends_order_as_either_alone_and_units_do_not_count() -> None:
    first, second = np.random.default_rng(1).normal(size=(2, 50))
    assert spearman(mixed(first, second, 1.0), first) == pytest.approx(1.0)
    assert spearman(mixed(first, second, 0.0), second) == pytest.approx(1.0)
    assert np.allclose(mixed(first, second, 0.3), mixed(100 * first + 7, second / 9, 0.3))


def test_two_noisy_measurements_are_better_together() -> None:
    random = np.random.default_rng(2)
    truth = random.normal(size=2_000)
    first, second = truth + random.normal(size=(2, 2_000))
    alone = max(spearman(first, truth), spearman(second, truth))
    assert spearman(mixed(first, second, 0.5), truth) > alone + 0.05
    chosen = choose_weight(lambda w: spearman(mixed(first, second, w), truth))
    assert 0.3 < chosen < 0.7


def test_the_chosen_weight_is_the_best_and_ties_stay_in_the_middle() -> None:
    assert choose_weight(lambda w: -abs(w - 0.8)) == 0.8
    assert choose_weight(lambda w: 1.0) == 0.5
    assert choose_weight(lambda w: np.nan if w > 0 else 1.0) == 0.0
    assert WEIGHTS[0] == 0.0
    assert WEIGHTS[-1] == 1.0


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        mixed([1.0], [2.0], 1.5)
    with pytest.raises(ValueError, match="shape"):
        mixed([1.0, 2.0], [2.0], 0.5)
    with pytest.raises(ValueError, match="finite"):
        standardised([1.0, np.nan])
    with pytest.raises(ValueError, match="no weight"):
        choose_weight(lambda w: float("nan"))
