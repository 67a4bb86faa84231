"""What the spread of the seeds carries: means, paired differences, and no more than that."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from demos.attention.experiment.masks import MaskName
from demos.attention.experiment.running import Result, Trial
from models.statistics import student_t_quantile

# Held-out accuracy and loss at the end, and the held-out loss averaged over all evaluations after
# the first step: how fast it was learnt, which still tells masks apart where all end near nought.
Measure = Literal["accuracy", "loss", "mean_loss"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
Values = NDArray[np.float64]

_LEVEL = 0.95


@dataclass(frozen=True)
class Summary:
    """One mask over its seeds.

    Attributes:
        values: one a seed.
        mean, spread: of them; the sample standard deviation, NaN for a single seed.
    """

    mask: MaskName
    values: tuple[float, ...]
    mean: float
    spread: float


@dataclass(frozen=True)
class Verdict:
    """What may be said of two masks.

    Attributes:
        key: "better", "no_difference" (none beyond the spread of seeds), or "too_few" (one seed).
        first, second: the masks; where one is better, it is the first.
        by: mean over seeds of how much better the first is than the second with the same start and
            the same batches; negative where it is worse.
        low, high: its t interval; all intervals of a result hold together with 95 %.
        seeds: how many there were.
    """

    key: Literal["better", "no_difference", "too_few"]
    first: MaskName
    second: MaskName
    measure: Measure
    by: float
    low: float
    high: float
    seeds: int


def summaries(result: Result, measure: Measure) -> list[Summary]:
    """Every mask, in the settings' order."""
    return [_summary(mask, values_of(result, mask, measure)) for mask in result.settings.masks]


def verdicts(result: Result, measure: Measure) -> list[Verdict]:
    """Every pair of masks."""
    pairs = list(itertools.combinations(result.settings.masks, 2))
    return [verdict(result, *pair, measure, comparisons=len(pairs)) for pair in pairs]


def verdict(
    result: Result, one: MaskName, other: MaskName, measure: Measure, comparisons: int = 1
) -> Verdict:
    """One pair of masks.

    Args:
        comparisons: how many are made; each interval is widened so that all hold together
            (Bonferroni).
    """
    sign = 1 if measure == "accuracy" else -1
    gains = sign * (values_of(result, one, measure) - values_of(result, other, measure))
    by, low, high = t_interval(gains, 1 - (1 - _LEVEL) / comparisons)
    if by < 0:
        one, other, by, low, high = other, one, -by, -high, -low
    key: Literal["better", "no_difference", "too_few"] = "better" if low > 0 else "no_difference"
    if len(gains) < 2:
        key = "too_few"
    return Verdict(key, one, other, measure, by, low, high, len(gains))


def values_of(result: Result, mask: MaskName, measure: Measure) -> Values:
    """A measure of each seed [seeds], in the settings' order."""
    if measure == "mean_loss":
        curves = [result.curve(Trial(mask, seed)) for seed in result.settings.seeds]
        return np.array([np.mean([p.loss for p in curve if p.step]) for curve in curves])
    return np.array([getattr(point, measure) for point in result.final(mask)])


def t_interval(values: Sequence[float] | Values, level: float) -> tuple[float, float, float]:
    """Mean and the ends of its t interval; both NaN for fewer than two values."""
    values = np.asarray(values, dtype=np.float64)
    mean, count = float(values.mean()), len(values)
    if count < 2:
        return mean, math.nan, math.nan
    error = float(values.std(ddof=1)) / math.sqrt(count)
    reach = student_t_quantile((1 + level) / 2, count - 1) * error
    return mean, mean - reach, mean + reach


def _summary(mask: MaskName, values: Values) -> Summary:
    spread = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    return Summary(mask, tuple(values.tolist()), float(values.mean()), spread)
