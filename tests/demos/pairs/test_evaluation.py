"""Evaluation against scipy, against definitions, and at the edges."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from demos.frame.errors import InputProblem
from demos.frame.strings import Language
from demos.pairs.evaluation.decisions import (
    cross_fitted_platt,
    decisions,
    default_cut,
    reliability,
)
from demos.pairs.evaluation.endpoint import evaluate
from demos.pairs.evaluation.figures import (
    intervals_figure,
    precision_recall_figure,
    reliability_figure,
)
from demos.pairs.evaluation.intervals import _ranks, _resampled, ceiling, correlations
from demos.pairs.evaluation.order import cosent_loss, costliest, wrong_share
from demos.pairs.evaluation.report import Judged, make_reports, with_cut
from demos.pairs.evaluation.results import DASH, costliest_table, report_csv, report_table
from demos.pairs.evaluation.section import Evaluated, _notes
from models import losses
from models.registry import Registry

SAMPLES = st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), min_size=2, max_size=25)


def test_the_figures_are_scipys() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 6, 300)
    scores = labels + random.normal(0, 2, 300)
    found = correlations(scores, labels)
    assert found is not None
    assert math.isclose(found.spearman.value, stats.spearmanr(scores, labels).statistic)
    assert math.isclose(found.pearson.value, stats.pearsonr(scores, labels).statistic)


def test_the_interval_is_the_bootstraps() -> None:
    random = np.random.default_rng(1)
    labels = random.normal(size=200)
    scores = labels + random.normal(0, 1, 200)
    found = correlations(scores, labels)
    assert found is not None
    peer = stats.bootstrap(
        (scores, labels),
        lambda x, y: stats.spearmanr(x, y).statistic,
        paired=True,
        vectorized=False,
        n_resamples=1_000,
        method="percentile",
        random_state=5,
    ).confidence_interval
    assert math.isclose(found.spearman.low, peer.low, abs_tol=0.015)
    assert math.isclose(found.spearman.high, peer.high, abs_tol=0.015)
    assert found.spearman.low < found.spearman.value < found.spearman.high
    assert correlations(scores, labels) == found  # seeded


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=12))
def test_ranks_under_counts_are_those_of_the_repeated_sample(rows: list[tuple[int, int]]) -> None:
    values, counts = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    repeated = np.repeat(values, counts.astype(int))
    expected = stats.rankdata(repeated)
    found = np.repeat(_ranks(values, counts[None])[0], counts.astype(int))
    assert np.allclose(found, expected)


def test_a_resample_of_one_pair_has_no_correlation() -> None:
    # 0.1 * 3 / 3 is not 0.1: rounding alone would make a correlation of 1 or -1 of nothing.
    x, y = np.array([0.1, 0.7, 0.3]), np.array([0.1, 0.2, 0.7])
    expected, drawn = [], np.random.default_rng(3).multinomial(3, np.full(3, 1 / 3), size=400)
    for counts in drawn:
        a, b = np.repeat(x, counts), np.repeat(y, counts)
        alone = (counts == 3).any()
        expected.append(np.nan if alone else stats.pearsonr(a, b).statistic)
    assert np.isnan(expected).sum() > 10
    found = _resampled(x, y, 400, np.random.default_rng(3))[1]
    assert np.allclose(found, expected, equal_nan=True)


@pytest.mark.parametrize("scores", [[1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0]])
def test_constant_sides_have_no_correlation(scores: list[float]) -> None:
    assert correlations(scores, [2, 2, 2, 2]) is None
    assert correlations([1, 1, 1, 1], scores) is None


@pytest.mark.parametrize(("positives", "n"), [(5, 10), (3, 30), (1, 50)])
def test_no_scores_pass_the_ceiling_and_the_best_reach_it(positives: int, n: int) -> None:
    labels = np.r_[np.zeros(n - positives), np.ones(positives)]
    highest = stats.spearmanr(np.arange(n), labels).statistic
    found = ceiling(labels)
    assert found is not None
    assert math.isclose(found, highest)
    share = positives / n
    assert math.isclose(found, math.sqrt(3 * share * (1 - share)), rel_tol=0.01)


def test_equal_scores_may_pass_the_ceiling() -> None:
    labels = [0, 0, 1, 1]
    found = correlations(labels, labels)
    assert found is not None
    limit = ceiling(labels)
    assert limit is not None
    assert limit < found.spearman.value


def test_graded_labels_have_no_such_ceiling() -> None:
    assert ceiling([0, 1, 2]) is None
    assert ceiling([1, 1]) is None


@given(SAMPLES, st.sampled_from([1.0, 20.0]))
def test_the_loss_is_that_of_the_models(rows: list[tuple[int, int]], scale: float) -> None:
    scores, labels = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    expected = losses.cosent_loss(torch.tensor(scores), torch.tensor(labels), scale).item()
    assert math.isclose(cosent_loss(scores, labels, scale), expected, rel_tol=1e-9, abs_tol=1e-12)


@given(SAMPLES, st.integers(1, 6))
def test_the_costliest_are_the_greatest_of_all(rows: list[tuple[int, int]], count: int) -> None:
    scores, labels = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    everything = sorted(
        (
            scores[j] - scores[i]
            for i in range(len(rows))
            for j in range(len(rows))
            if labels[i] > labels[j]
        ),
        reverse=True,
    )
    found = costliest(scores, labels, count)
    assert [violation.excess for violation in found] == everything[:count]
    for violation in found:
        assert labels[violation.higher] > labels[violation.lower]
        assert violation.excess == scores[violation.lower] - scores[violation.higher]


@given(SAMPLES)
def test_the_share_in_the_wrong_order(rows: list[tuple[int, int]]) -> None:
    scores, labels = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    wrong = [
        1.0 if scores[j] > scores[i] else 0.5 if scores[j] == scores[i] else 0.0
        for i in range(len(rows))
        for j in range(len(rows))
        if labels[i] > labels[j]
    ]
    found = wrong_share(scores, labels)
    assert found == (None if not wrong else pytest.approx(np.mean(wrong)))


def test_the_share_of_many_pairs_is_kendalls() -> None:
    random = np.random.default_rng(4)
    labels = random.normal(size=3_000)
    scores = labels + random.normal(size=3_000)
    found = wrong_share(scores, labels)
    assert found is not None
    assert math.isclose(1 - 2 * found, stats.kendalltau(scores, labels).statistic, abs_tol=1e-12)


@settings(deadline=None)
@given(SAMPLES)
def test_decisions_are_the_best_of_all_thresholds(rows: list[tuple[int, int]]) -> None:
    scores, labels = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = decisions(scores, labels, 2.0)
    alike = labels >= 2
    if alike.all() or not alike.any():
        assert found is None
        return
    assert found is not None
    choices = [scores >= t for t in [*np.unique(scores), np.inf]]
    accuracies = [(chosen == alike).mean() for chosen in choices]
    f1s = [2 * (c & alike).sum() / (c.sum() + alike.sum()) for c in choices]
    assert math.isclose(found.accuracy.value, max(accuracies))
    assert math.isclose(found.f1.value, max(f1s))
    assert math.isclose(((scores >= found.accuracy.threshold) == alike).mean(), max(accuracies))
    assert 0 < found.average_precision <= 1
    assert found.recall[-1] == 1
    assert np.isfinite(found.brier)


def test_average_precision_by_hand() -> None:
    # Alike at places 1, 3 and 4 of 5: (1/1 + 2/3 + 3/4) / 3.
    found = decisions([5, 4, 3, 2, 1], [1, 0, 1, 1, 0], 0.5)
    assert found is not None
    assert math.isclose(found.average_precision, (1 + 2 / 3 + 3 / 4) / 3)


def test_calibration_brings_a_logit_of_any_scale_to_probabilities() -> None:
    random = np.random.default_rng(2)
    logits = random.normal(0, 2, 4_000)
    alike = random.random(4_000) < 1 / (1 + np.exp(-logits))
    probability = cross_fitted_platt(logits * 7 - 30, alike)
    assert np.abs(probability - 1 / (1 + np.exp(-logits))).max() < 0.05
    assert reliability(probability, alike).expected_calibration_error < 0.03
    raw = reliability(1 / (1 + np.exp(-(logits * 7 - 30))), alike)
    assert raw.expected_calibration_error > 0.3


def test_a_score_that_separates_both_classes_stays_finite() -> None:
    found = decisions(np.arange(20.0), np.arange(20) >= 10, 1)
    assert found is not None
    assert found.accuracy.value == found.f1.value == found.average_precision == 1
    assert found.brier < 0.1
    assert np.isfinite(found.reliability.predicted).all()


def test_the_default_cut_divides_the_range() -> None:
    assert default_cut([0, 1]) == 0.5
    assert default_cut([0, 5, 3]) == 2.5
    assert decisions([1, 2, 3], [4, 4, 4], default_cut([4, 4, 4])) is None


# --- shown ---


def judged(labels: list[float]) -> tuple[Judged, ...]:
    scores = np.linspace(-1, 1, len(labels))
    return (Judged("<b>m</b>", "bi-encoder", scores), Judged("n", "cross-encoder", -scores))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("labels", [[0, 1] * 6, [0, 1, 2, 3, 4, 5] * 2, [3] * 12])
def test_every_report_can_be_shown(language: Language, labels: list[float]) -> None:
    y = np.array(labels, dtype=float)
    models = judged(labels)
    reports = make_reports(models, y)
    for draw in (intervals_figure, reliability_figure, precision_recall_figure):
        text = draw(reports, language).to_json()
        assert "<b>" not in text
        assert "NaN" not in text
    headers, rows = report_table(reports, language)
    assert [len(row) for row in rows] == [len(headers)] * 2
    assert "nan" not in str(rows)
    pairs = [("a", "b")] * len(y)
    headers, rows = costliest_table(reports, models, pairs, y, language)
    assert all(len(row) == len(headers) for row in rows)
    if np.ptp(y) == 0:
        assert report_table(reports, language)[1][0][1] == DASH
        assert reports[0].cosent == 0


def test_another_cut_changes_the_decisions_alone() -> None:
    y = np.arange(12.0)
    models = judged(y.tolist())
    reports = make_reports(models, y)
    moved = with_cut(reports, models, y, 9)
    again = make_reports(models, y, 9)
    for before, after, fresh in zip(reports, moved, again, strict=True):
        assert after.correlations is before.correlations
        assert after.decisions is not None
        assert fresh.decisions is not None
        assert after.decisions.positives == 3
        assert after.decisions.brier == fresh.decisions.brier


def test_the_export_holds_numbers_that_a_program_can_read() -> None:
    y = np.array([0.0, 1, 2, 3, 4, 5] * 2)
    reports = make_reports(judged(y.tolist()), y)
    headers, rows = report_csv(reports, "en")
    assert len(headers) == len(set(headers))
    for report, row in zip(reports, rows, strict=True):
        cells = dict(zip(headers, row, strict=True))
        assert report.correlations is not None
        assert cells["Spearman"] == report.correlations.spearman.value  # negative, as a number
        assert cells["Pearson, 95 % low"] == report.correlations.pearson.low
        assert cells["Ceiling of Spearman"] is None
        assert cells["λ"] == report.scale
    equal = make_reports(judged([3] * 12), np.full(12, 3.0))
    headers, rows = report_csv(equal, "zh")
    assert all(len(row) == len(headers) for row in rows)
    assert rows[0][1] is None


def test_the_area_below_the_drawn_curve_is_the_average_precision() -> None:
    y = np.random.default_rng(6).integers(0, 2, 60).astype(float)
    model = Judged("m", "bi-encoder", y + np.random.default_rng(7).normal(0, 1, 60))
    (report,) = make_reports([model], y)
    trace = precision_recall_figure([report], "en").data[0]
    assert trace.line.shape == "vh"  # up first: a step has the height of its right end
    area = (np.diff(trace.x) * np.asarray(trace.y)[1:]).sum()
    assert report.decisions is not None
    assert math.isclose(area, report.decisions.average_precision)


@pytest.mark.parametrize(
    ("labels", "scores", "sentence"),
    [
        ([1, 2, 3], [5, 5, 5], "&lt;m&gt; gives every pair the same score"),
        ([1, 2], [1, 2], "at least three pairs"),
        ([2, 2, 2], [1, 2, 3], "All labels are equal"),
    ],
)
def test_a_dash_is_explained(labels: list[float], scores: list[float], sentence: str) -> None:
    y = np.array(labels, dtype=float)
    models = (Judged("<m>", "bi-encoder", np.array(scores, dtype=float)),)
    reports = make_reports(models, y)
    assert report_table(reports, "en")[1][0][1] == DASH
    found = Evaluated(y, models, reports)
    assert sentence in _notes(found, reports, "en")


def test_the_endpoint_answers_in_plain_numbers(registry: Registry) -> None:
    pairs = [["A cat sleeps.", "A cat is asleep."], ["Rain fell.", "A cat sleeps."], ["a", "b c"]]
    key = "all-MiniLM-L6-v2"
    found = evaluate(registry, pairs, [5, 0, 1.5], [key, key], 6)
    assert list(found) == [key]
    assert json.loads(json.dumps(found)) == found
    assert found[key]["spearman"]["value"] == pytest.approx(
        stats.spearmanr(registry.score(key, pairs), [5, 0, 1.5]).statistic
    )
    assert found[key]["ceiling"] is None
    assert sum(found[key]["decisions"]["reliability"]["counts"]) == 3
    worst = found[key]["costliest"][0]
    scores = registry.score(key, pairs).tolist()
    assert worst["excess"] == scores[worst["lower"]] - scores[worst["higher"]]
    assert evaluate(registry, pairs, [1, 1, 1], [key], 6)[key]["spearman"] is None


@pytest.mark.parametrize(
    ("pairs", "labels", "models", "sentence"),
    [
        ([["a", "b"]], [1, 2], ["all-MiniLM-L6-v2"], "as many numbers"),
        ([["a", "b"]], "5", ["all-MiniLM-L6-v2"], "as many numbers"),
        ([["a", "b"]], ["x"], ["all-MiniLM-L6-v2"], "not a number"),
        ([["a", "b"]], [float("nan")], ["all-MiniLM-L6-v2"], "not a number"),
        ([["a", "b"]], [10**400], ["all-MiniLM-L6-v2"], "not a number"),
        ([["a", "b"]], [1], [], "at least one model"),
        ([["a"]], [1], ["all-MiniLM-L6-v2"], "two sentences"),
        (None, [], ["all-MiniLM-L6-v2"], "no pair yet"),
    ],
)
def test_the_endpoint_refuses_in_a_sentence(
    registry: Registry, pairs: object, labels: object, models: object, sentence: str
) -> None:
    with pytest.raises(InputProblem, match=sentence):
        evaluate(registry, pairs, labels, models, 6)
