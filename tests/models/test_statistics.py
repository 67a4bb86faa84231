import math

import numpy as np
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from models.statistics import mean_ranks, pearson, spearman

samples = st.lists(st.integers(-5, 5), min_size=3, max_size=40)


@given(samples)
def test_mean_ranks_equal_scipys(values: list[int]) -> None:
    np.testing.assert_allclose(mean_ranks(values), scipy.stats.rankdata(values))


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=40))
def test_correlations_equal_scipys(pairs: list[tuple[int, int]]) -> None:
    a, b = zip(*pairs, strict=True)
    if len(set(a)) < 2 or len(set(b)) < 2:
        assert math.isnan(pearson(a, b))
        return
    assert math.isclose(pearson(a, b), scipy.stats.pearsonr(a, b)[0], abs_tol=1e-12)
    assert math.isclose(spearman(a, b), scipy.stats.spearmanr(a, b)[0], abs_tol=1e-12)
