"""Rank figures as cells of a table, honest about what float64 cannot see."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from demos.attention.rank import ExactRank, RankFigures
from demos.frame.strings import Language, say

if TYPE_CHECKING:
    from torch import Tensor

SHOWN_TOLERANCES = (1e-1, 1e-2, 1e-4, 1e-8, 1e-12)
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def headers(language: Language) -> list[str]:
    """Of the columns that `cells` fills."""
    tolerances = [
        say("attention.rank.column.numerical", language, tolerance=power_of_ten(tolerance))
        for tolerance in SHOWN_TOLERANCES
    ]
    before, after = ("exact", "effective", "stable"), ("condition", "log_det")
    named = {key: say(f"attention.rank.column.{key}", language) for key in (*before, *after)}
    return [*(named[key] for key in before), *tolerances, *(named[key] for key in after)]


def cells(figures: RankFigures, exact: ExactRank, language: Language) -> list[str]:
    """A row of the table.

    Args:
        figures: of one or several draws [s], whose mean and standard deviation are told.
        exact: the rank in exact arithmetic.
        language: of the words.
    """
    numerical = [
        _spread(figures.numerical[:, figures.tolerances.index(tolerance)], 0)
        for tolerance in SHOWN_TOLERANCES
    ]
    return [
        exact_rank_said(exact, language),
        _spread(figures.effective, 1),
        _spread(figures.stable, 2),
        *numerical,
        condition_said(figures, exact, language),
        log_det_said(figures, exact, language),
    ]


def exact_rank_said(exact: ExactRank, language: Language) -> str:
    """The number and why it is known: "≤ 4: a product through d features"."""
    sign = "≤ " if exact.relation == "at most" else ""
    reason = say(f"attention.rank.reason.{exact.reason}.{_softness(exact)}", language)
    return f"{sign}{exact.rank:,} · {reason}"


def _softness(exact: ExactRank) -> str:
    return "linear" if exact.relation == "at most" else "softmax"


def condition_said(figures: RankFigures, exact: ExactRank, language: Language) -> str:
    """The condition number, or the bound that float64 gives; the median of several draws."""
    if is_singular(figures, exact):
        return say("attention.rank.singular.condition", language)
    if not figures.resolved.all():
        return f"≥ {power(condition_bound(figures))}"
    return power(float(np.median(figures.condition.numpy())))


def condition_bound(figures: RankFigures) -> float:
    """What the condition number is at least where the smallest singular value is not resolved.

    Rounding moves a singular value by n eps s_1 at most, and what is not resolved is smaller.
    """
    return 1 / (2 * _rounding(figures))


def log_det_said(figures: RankFigures, exact: ExactRank, language: Language) -> str:
    """log|det|; an upper bound where it hangs on singular values that are rounding."""
    if is_singular(figures, exact):
        return say("attention.rank.singular.log_det", language)
    if not np.isfinite(figures.log_abs_det.numpy()).all():
        return say("attention.rank.underflow", language)
    if exact.reason == "triangular" or bool(figures.resolved.all()):
        return _spread(figures.log_abs_det, 1 if len(figures.log_abs_det) == 1 else 0)
    return f"≤ {log_det_bound(figures):,.0f}"


def log_det_bound(figures: RankFigures) -> float:
    """What log|det| is at most: every singular value with its rounding; mean of the draws."""
    values = figures.singular_values.numpy()  # [s, n]
    raised = values + _rounding(figures) * values[:, :1]  # [s, n]
    return float(np.log(raised).sum(axis=-1).mean())


def is_singular(figures: RankFigures, exact: ExactRank) -> bool:
    """Whether the matrix is singular in exact arithmetic."""
    return exact.relation == "at most" and exact.rank < figures.singular_values.shape[-1]


def _rounding(figures: RankFigures) -> float:
    return figures.singular_values.shape[-1] * float(np.finfo(np.float64).eps)


def _spread(values: Tensor, digits: int) -> str:
    """Mean ± standard deviation; the mean alone of one draw, or where all are alike."""
    numbers = values.numpy()
    mean = f"{numbers.mean():,.{digits}f}".replace("-", "−")
    deviation = numbers.std(ddof=1) if len(numbers) > 1 else 0.0
    if deviation < 0.5 * 10**-digits:
        return mean
    return f"{mean} ± {deviation:,.{digits}f}"


def power(value: float) -> str:
    """6.9 × 10⁵; numbers below ten thousand as they are."""
    if not math.isfinite(value):
        return "∞"
    if value < 1e4:
        return f"{value:,.3g}" if value < 1e3 else f"{value:,.0f}"
    return _with_exponent(value)


def small(value: float) -> str:
    """2.2 × 10⁻⁸; numbers above a thousandth as they are."""
    return f"{value:.2g}" if value >= 1e-3 or value == 0 else _with_exponent(value)


def _with_exponent(value: float) -> str:
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits} × 10{str(int(exponent)).translate(_RAISED)}"


def power_of_ten(tolerance: float) -> str:
    """10⁻⁴ of 1e-4."""
    return f"10{str(round(math.log10(tolerance))).translate(_RAISED)}"
