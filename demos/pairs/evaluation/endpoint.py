"""The endpoint `pairs_evaluate`: pairs, labels and model keys in, figures with intervals out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from demos.frame.errors import InputProblem, visible_errors
from demos.pairs.evaluation.intervals import Interval
from demos.pairs.evaluation.report import Judged, Report, make_reports
from demos.pairs.mixture import DEFAULT_WEIGHT
from demos.pairs.pair_set import check_rows
from demos.pairs.score.endpoint import check_shape, named_scores
from models.registry import Registry

PairsEvaluate = Callable[[list[list[str]], list[float], list[str], float], dict[str, Any]]


def make_pairs_evaluate(registry: Registry, max_models: int) -> PairsEvaluate:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def pairs_evaluate(
        pairs: list[list[str]],
        labels: list[float],
        models: list[str],
        mixture_weight: float = DEFAULT_WEIGHT,
    ) -> dict[str, Any]:
        """Hold several models' scores of labelled sentence pairs against the labels.

        Args:
            pairs: a list of [sentence A, sentence B].
            labels: a number for each pair; higher means more alike.
            models: model keys, for example ["all-MiniLM-L6-v2"]; "mixture" as in `pairs_score`.
            mixture_weight: of the bi-encoder, 0 to 1.

        Returns:
            For each key: Spearman and Pearson with 95 % bootstrap intervals, the ceiling of
            Spearman for binary labels, the share of pairs of pairs in the wrong order, the CoSENT
            loss and its scale, and, with labels divided in the middle of their range, average
            precision, the best F1 and accuracy with their thresholds, the calibration error and
            Brier score of a cross-fitted Platt calibration with its reliability curve. `costliest`
            are the pairs of pairs in the worst order, as places in `pairs` from 0. Null where
            labels or scores are constant.
        """
        return evaluate(registry, pairs, labels, models, max_models, mixture_weight)

    return pairs_evaluate


def evaluate(
    registry: Registry,
    pairs: Any,
    labels: Any,
    models: Any,
    max_models: int,
    weight: float = DEFAULT_WEIGHT,
) -> dict[str, Any]:
    """`pairs_evaluate` without Gradio. Raises InputProblem or ModelError."""
    check_shape(pairs or [], models, max_models)
    check_labels(labels, len(pairs or []))
    checked = check_rows(pairs or []).pairs
    judged = [
        Judged(key, model.card.kind, model.scores.astype(float))
        for key, model in named_scores(registry, models, checked, weight).items()
    ]
    reports = make_reports(judged, np.array(labels, dtype=np.float64))
    return {report.title: _as_json(report) for report in reports}


def check_labels(labels: Any, pairs: int) -> None:
    """A raw call may send anything: a finite number for each of so many pairs is wanted."""
    if not isinstance(labels, list) or len(labels) != pairs:
        raise InputProblem("evaluation.labels_list", pairs=pairs)
    for row, label in enumerate(labels, start=1):
        if isinstance(label, bool) or not isinstance(label, (int, float)) or not _finite(label):
            raise InputProblem("pairs.bad_label", row=row, label=label)


def _as_json(report: Report) -> dict[str, Any]:
    found, chosen = report.correlations, report.decisions
    out: dict[str, Any] = {
        "spearman": None if found is None else _interval(found.spearman),
        "pearson": None if found is None else _interval(found.pearson),
        "resamples": None if found is None else found.resamples,
        "ceiling": report.ceiling,
        "wrong_share": report.wrong_share,
        "cosent": report.cosent,
        "scale": report.scale,
        "costliest": [
            {"higher": v.higher, "lower": v.lower, "excess": v.excess} for v in report.costliest
        ],
        "decisions": None,
    }
    if chosen is not None:
        out["decisions"] = {
            "cut": chosen.cut,
            "positives": chosen.positives,
            "average_precision": chosen.average_precision,
            "f1": {"value": chosen.f1.value, "threshold": chosen.f1.threshold},
            "accuracy": {"value": chosen.accuracy.value, "threshold": chosen.accuracy.threshold},
            "calibration_error": chosen.reliability.expected_calibration_error,
            "brier": chosen.brier,
            "reliability": {
                "predicted": chosen.reliability.predicted.tolist(),
                "observed": chosen.reliability.observed.tolist(),
                "counts": chosen.reliability.counts.tolist(),
            },
        }
    return out


def _interval(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


def _finite(label: float) -> bool:
    try:
        return math.isfinite(label)
    except OverflowError:  # an integer beyond all floats
        return False
