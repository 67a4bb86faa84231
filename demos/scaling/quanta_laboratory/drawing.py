"""Curves of a setting, straight lines through them, and what a finite number of quanta explains."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from demos.scaling import quanta
from demos.scaling.distributions import hurwitz_zeta
from demos.scaling.quanta import Curve, FloatArray, Spectrum, Truncation
from demos.scaling.quanta_laboratory.setting import (
    SCALED,
    Learning,
    Quanta,
    Scaled,
    Setting,
    Window,
)

FEW = 8  # quanta of the staircase that is drawn beside the curve
LEAST = 2e-5  # a share of unlearned cases below which nothing is drawn
FARTHEST = 1_000_000  # the last quantum that is drawn where there are endlessly many

_POINTS = 180  # of a smooth curve
_CORNERS = 60  # stairs that are drawn exactly
_LINE_POINTS = 400  # of a line through corners, as `truncation_window` has them
_CURVE_POINTS = 60  # of a line through a smooth curve
_WINDOWS = ((5_000, 1_000), (100_000, 150), (FARTHEST, 40))  # windows up to so many quanta


@dataclass(frozen=True)
class Drawn:
    """What a setting looks like, whatever the window.

    Attributes:
        curve: the loss as set [m]; stairs where quanta are learned sharply.
        slope: the local slope of its law, which knows no stairs [m].
        law: the power law of endless quanta [m]; None where there is none.
        few: stairs of as few quanta; None where there are hardly more, or none is in the picture.
        ranks: the quanta that are drawn singly.
        singles: their losses [r, m].
        reach: the last quantum that is drawn.
    """

    curve: Curve
    slope: FloatArray
    law: FloatArray | None
    few: Curve | None
    ranks: tuple[int, ...]
    singles: FloatArray
    reach: int


@dataclass(frozen=True)
class Line:
    """A straight line in log-log, between the two scales of a window.

    Attributes:
        exponent: how fast it falls.
        scale: both ends [2].
        loss: of the line, at both ends [2].
    """

    exponent: float
    scale: FloatArray
    loss: FloatArray


def draw(chosen: Quanta, learning: Learning) -> Drawn:
    """All curves of a setting."""
    spectrum = chosen.spectrum()
    reach = _reach(spectrum)
    scale = _scale(spectrum, learning, reach)
    curve = _curve(spectrum, learning, scale)
    ranks = single_ranks(reach)
    return Drawn(
        curve=curve,
        slope=_slope(spectrum, learning, curve, reach),
        law=power_law(chosen, learning, scale) if chosen.has_law else None,
        few=_few(chosen, learning, float(scale[0])),
        ranks=ranks,
        singles=_singles(spectrum, learning, scale, ranks),
        reach=reach,
    )


def scale_of(spectrum: Spectrum, learning: Learning, n: FloatArray) -> FloatArray:
    """The scale at which the n-th quantum is learned, same shape."""
    if learning.scaled == "parameters":
        return np.asarray(n, dtype=np.float64)
    return learning.threshold / spectrum.frequency_of(n)


def _reach(spectrum: Spectrum) -> int:
    """The last quantum to draw: nearly nothing is left after it, or the picture ends."""
    after = spectrum.unlearned_after(spectrum.last)  # [b], descending
    place = min(int(np.searchsorted(-after, -LEAST)), len(after) - 1)
    return int(max(min(spectrum.last[place], FARTHEST), min(spectrum.count, 2)))


def _scale(spectrum: Spectrum, learning: Learning, reach: int) -> FloatArray:
    """Scales from before the first quantum to after the last one that is drawn [m], ascending."""
    first, last = scale_of(spectrum, learning, np.array([1.0, reach]))
    before, after = (0.7, 1.15) if learning.scaled == "parameters" else (0.3, 3.0)
    scale = np.geomspace(before * first, after * last, _POINTS)
    if learning.rule == "sharp":
        corners = np.arange(1.0, min(_CORNERS, reach) + 1)
        scale = np.concatenate([scale, scale_of(spectrum, learning, corners)])
    return np.unique(scale)


def _curve(spectrum: Spectrum, learning: Learning, scale: FloatArray) -> Curve:
    if learning.scaled == "parameters":
        return quanta.parameters_curve(spectrum, scale)
    return quanta.data_curve(spectrum, scale, learning.threshold, learning.rule)


def _few(chosen: Quanta, learning: Learning, start: float) -> Curve | None:
    """The stairs of a few quanta alone, corner by corner; sharp whatever the rule."""
    if chosen.count is not None and chosen.count <= 3 * FEW:
        return None
    spectrum = chosen.spectrum(FEW)
    sharp = Learning(learning.scaled, "sharp", learning.threshold)
    corners = np.unique(scale_of(spectrum, sharp, np.arange(1.0, FEW + 1)))
    if corners[-1] <= start:
        return None
    return _curve(spectrum, sharp, np.concatenate([[0.3 * corners[0]], corners]))


def _corners(
    spectrum: Spectrum, learning: Learning, first: float, last: float
) -> tuple[FloatArray, FloatArray]:
    """Scale and loss just after each quantum is learned, of some between two [k]."""
    n = np.unique(np.round(np.geomspace(first, last, 4_000)))
    share = spectrum.unlearned_after(n)
    left = share > 1e-14  # below it is rounding
    return scale_of(spectrum, learning, n[left]), share[left]


def _slope(spectrum: Spectrum, learning: Learning, curve: Curve, reach: int) -> FloatArray:
    if learning.rule != "sharp":
        return curve.slope
    x, share = _corners(spectrum, learning, 1.0, reach)
    if len(x) < 2 or x[-1] <= x[0] * (1 + 1e-9):  # all are learned at once
        return np.full_like(curve.scale, np.nan)
    # Between corners the loss is a line in log-log; the slope is that over a fifth of a decade.
    half = 10**0.1
    ends = np.log([curve.scale / half, curve.scale * half])  # [2, m]
    logs = np.interp(ends, np.log(x), np.log(share), left=np.nan, right=np.nan)
    return np.asarray(-(logs[1] - logs[0]) / (ends[1] - ends[0]), dtype=np.float64)


def single_ranks(reach: int) -> tuple[int, ...]:
    """A handful of quanta, evenly in the logarithm: 1, 3, 10, 30, ..."""
    decades = [10**k for k in range(len(str(reach)))]
    ranks = sorted({*decades, *(3 * decade for decade in decades)})
    kept = [rank for rank in ranks if rank <= reach]
    return tuple(kept if len(kept) <= 7 else decades)


def _singles(
    spectrum: Spectrum, learning: Learning, scale: FloatArray, ranks: tuple[int, ...]
) -> FloatArray:
    if learning.scaled == "parameters":
        return (scale * (1 + 1e-12) < np.array(ranks)[:, None]).astype(np.float64)
    return quanta.emergence(spectrum, scale, ranks, learning.threshold, learning.rule)


def drop_factor(learning: Learning) -> float:
    """By what factor the scale grows while a quantum's loss falls from nine tenths to one tenth."""
    if learning.rule == "sharp":
        return 1.0
    expected = learning.threshold * np.geomspace(1e-3, 1e2, 4_000)
    left = quanta.unlearned_share(expected, learning.threshold, learning.rule)  # descending
    start, end = np.interp([-0.9, -0.1], -left, np.log(expected))
    return math.exp(end - start)


# --- the law --------------------------------------------------------------------------------------


def power_law(chosen: Quanta, learning: Learning, scale: FloatArray) -> FloatArray:
    """What the loss of endless Zipf quanta tends to at large scales, same shape.

    A quantum is unlearned while D p_k is below a number G: tau, or Gamma(tau) distributed, or tau
    times an exponential one. So the share is the mean of (D / (zeta G))^(-a/(a+1)) / (a zeta).
    """
    a = chosen.a
    shift = chosen.shift if chosen.kind == "mandelbrot" else 0.0
    whole = hurwitz_zeta(a + 1, np.array([1.0 + shift]))[0]
    if learning.scaled == "parameters":
        return np.asarray(scale**-a / (a * whole), dtype=np.float64)
    power = a / (a + 1)
    tau = learning.threshold
    moment = {
        "sharp": tau**power,
        "poisson": math.exp(math.lgamma(tau + power) - math.lgamma(tau)),
        "gradual": tau**power * math.gamma(1 + power),
    }[learning.rule]
    return np.asarray(moment * (scale / whole) ** -power / (a * whole), dtype=np.float64)


def theory(chosen: Quanta, scaled: Scaled) -> float | None:
    """The exponent of endless quanta; None where there is no power law."""
    return getattr(quanta.exponents(chosen.a), scaled) if chosen.has_law else None


# --- straight lines -------------------------------------------------------------------------------


def lines(setting: Setting) -> dict[Scaled, Line | None]:
    """A line over the window for parameters, data and steps; None where there is no line."""
    spectrum = setting.quanta.spectrum()
    return {
        scaled: straight_line(spectrum, setting.learning.of(scaled), setting.window)
        for scaled in SCALED
    }


def straight_line(spectrum: Spectrum, learning: Learning, window: Window) -> Line | None:
    """Least squares of ln loss, evenly in ln scale; through the corners where there are stairs."""
    last = min(window.last, spectrum.count - 1)  # with all learned nothing is left
    if last <= window.first:
        return None
    if learning.rule == "sharp":
        x, share = _corners(spectrum, learning, window.first, last)
        if len(x) < 2 or x[-1] <= x[0] * (1 + 1e-9):
            return None
        grid = np.linspace(math.log(x[0]), math.log(x[-1]), _LINE_POINTS)
        return _line(grid, np.interp(grid, np.log(x), np.log(share)))
    ends = scale_of(spectrum, learning, np.array([window.first, last], dtype=np.float64))
    if not ends[1] > ends[0] * (1 + 1e-9):
        return None
    curve = _curve(spectrum, learning, np.geomspace(ends[0], ends[1], _CURVE_POINTS))
    left = curve.loss > 1e-14
    return _line(np.log(curve.scale[left]), np.log(curve.loss[left])) if left.sum() > 1 else None


def _line(x: FloatArray, y: FloatArray) -> Line:
    middle, level = x.mean(), y.mean()
    exponent = -float(((x - middle) @ y) / ((x - middle) @ (x - middle)))
    ends = x[[0, -1]]
    return Line(exponent, np.exp(ends), np.exp(level - exponent * (ends - middle)))


# --- formulas and the end of the quanta -----------------------------------------------------------


@dataclass(frozen=True)
class Errors:
    """How far integrals are from the sum over Zipf quanta after the n-th, relatively [k].

    Attributes:
        n: [k].
        half: the integral from n + 1/2.
        whole: from n.
        post: the post's formula: from n, for endlessly many; with these the same as `whole`.
    """

    n: FloatArray
    half: FloatArray
    whole: FloatArray
    post: FloatArray


def errors(chosen: Quanta) -> Errors | None:
    """None for what is no Zipf law."""
    if chosen.kind != "zipf":
        return None
    last = FARTHEST if chosen.count is None else chosen.count - 1
    n = np.unique(np.round(np.geomspace(1, last, 120)))
    exact = quanta.exact_loss(n, chosen.a, chosen.count)
    half, whole, post = (
        np.abs(quanta.integral_loss(n, chosen.a, start, count=count) / exact - 1)
        for start, count in ((0.5, chosen.count), (0.0, chosen.count), (0.0, None))
    )
    return Errors(n, half, whole, post)


def truncation(chosen: Quanta) -> Truncation | None:
    """Exponents by how many quanta are learned; None where there is no end or no Zipf law."""
    if chosen.kind != "zipf" or chosen.count is None:
        return None
    count = chosen.count
    points = next(windows for most, windows in _WINDOWS if count <= most)  # long ones take time
    return quanta.truncation_window(chosen.a, chosen.count, points)
