"""Scores as decisions: thresholds, average precision, and a calibrated probability. In numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FOLDS = 5
BINS = 10
_PAIRS_A_BIN = 8  # fewer than that say nothing of a share
_RIDGE = 1e-3  # keeps the slope finite where a threshold separates both classes
_NEWTON_STEPS = 50
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Best:
    """The best value of a measure over all thresholds; pairs that score at least `threshold` count
    as alike."""

    value: float
    threshold: float


@dataclass(frozen=True)
class Reliability:
    """Bins of about equally many pairs: mean probability, share that is alike, how many; [bins]."""

    predicted: Floats
    observed: Floats
    counts: NDArray[np.int64]

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of the two, each bin by its count."""
        gaps = np.abs(self.predicted - self.observed)
        return float((gaps * self.counts).sum() / self.counts.sum())


@dataclass(frozen=True)
class Decisions:
    """What a score is worth as a decision between alike and not.

    `recall` and `precision` are the curve's points, [distinct scores].
    """

    cut: float
    positives: int
    accuracy: Best
    f1: Best
    average_precision: float
    recall: Floats
    precision: Floats
    reliability: Reliability
    brier: float


def default_cut(labels: ArrayLike) -> float:
    """The middle of the labels' range; of two values, labels at or above it are the higher one."""
    y = np.asarray(labels, dtype=np.float64)
    return float((y.min() + y.max()) / 2)


def decisions(scores: ArrayLike, labels: ArrayLike, cut: float) -> Decisions | None:
    """Hold scores [n] against labels [n] that are at least `cut`; None where all or none are."""
    s = np.asarray(scores, dtype=np.float64)
    alike = np.asarray(labels, dtype=np.float64) >= cut  # [n]
    positives = int(alike.sum())
    if positives in (0, len(alike)):
        return None
    order = np.argsort(-s, kind="stable")
    last = np.r_[s[order][1:] != s[order][:-1], True]  # equal scores are on one side together
    hits = alike[order].cumsum()[last].astype(np.float64)  # [distinct]
    taken = np.arange(1, len(s) + 1)[last].astype(np.float64)  # [distinct]
    thresholds = s[order][last]
    precision, recall = hits / taken, hits / positives
    right = hits + (len(s) - positives) - (taken - hits)
    f1 = 2 * hits / (taken + positives)
    probability = cross_fitted_platt(s, alike)
    return Decisions(
        cut=cut,
        positives=positives,
        accuracy=_best_accuracy(right / len(s), thresholds, positives, len(s)),
        f1=Best(float(f1.max()), float(thresholds[f1.argmax()])),
        average_precision=float((np.diff(np.r_[0.0, recall]) * precision).sum()),
        recall=recall,
        precision=precision,
        reliability=reliability(probability, alike),
        brier=float(((probability - alike) ** 2).mean()),
    )


def _best_accuracy(accuracy: Floats, thresholds: Floats, positives: int, n: int) -> Best:
    nobody = (n - positives) / n  # a threshold above every score
    if nobody > accuracy.max():
        return Best(nobody, float(np.nextafter(thresholds.max(), np.inf)))
    return Best(float(accuracy.max()), float(thresholds[accuracy.argmax()]))


def cross_fitted_platt(scores: Floats, alike: NDArray[np.bool_], seed: int = 0) -> Floats:
    """Probabilities [n], each from a logistic curve fitted to the other folds' scores.

    Source: Platt, 1999; Newton's method with a small ridge.
    """
    n = len(scores)
    fold = np.random.default_rng(seed).permutation(n) % min(FOLDS, n)
    out = np.empty(n)
    for number in range(int(fold.max()) + 1):
        here = fold == number
        rest = ~here if (~here).any() else here
        out[here] = _logistic(scores[rest], alike[rest].astype(np.float64), scores[here])
    return out


def _logistic(x: Floats, target: Floats, new: Floats) -> Floats:
    mean, deviation = x.mean(), x.std() or 1.0
    design = np.stack([np.ones_like(x), (x - mean) / deviation], axis=1)  # [n, 2]
    weights = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        p = _sigmoid(design @ weights)
        gradient = design.T @ (p - target) + _RIDGE * weights
        hessian = (design * (p * (1 - p))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    return _sigmoid(weights[0] + weights[1] * (new - mean) / deviation)


def reliability(probability: Floats, alike: NDArray[np.bool_]) -> Reliability:
    """Pairs sorted by probability, in at most ten bins of about equally many."""
    bins = int(np.clip(len(probability) // _PAIRS_A_BIN, 2, BINS))
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return Reliability(
        np.array([probability[part].mean() for part in parts]),
        np.array([alike[part].mean() for part in parts]),
        np.array([len(part) for part in parts]),
    )


def _sigmoid(x: Floats) -> Floats:
    return 0.5 * (1 + np.tanh(0.5 * x))  # type: ignore[no-any-return]
