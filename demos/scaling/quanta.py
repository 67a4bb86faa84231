"""Scaling laws from quanta (kexue.fm/archives/9607; Michaud et al. 2023, arXiv 2303.13506).

What can be learned comes in quanta. Quantum k = 1, 2, ... is needed in a share p_k of all cases,
and they are learned in order of use. A learned one leaves the loss a0, an unlearned one b0:

    p_k = k^-(a+1) / zeta(a+1)                           Zipf; a is the post's gamma
    L_n = a0 + (b0-a0) sum_{k>n} p_k                     n quanta learned
        ~ a0 + (b0-a0) (n+1/2)^-a / (a zeta(a+1))        the integral from n + 1/2

    parameters N   n ~ N                                 exponent a
    data D         learned once seen tau times:
                   D p_n = tau, n ~ D^(1/(a+1))          exponent a / (a+1)
    steps S        a quantum's gradient goes with p_k    exponent a / (a+1)

With a finite number of quanta the loss reaches a0 and the slope steepens on the way there:
`truncation_window` says how much of a measured exponent that explains. In the paper's own code the
variable `alpha` is a + 1.

Everything is a sum over k of something of p_k. A `Spectrum` holds the first quanta singly and the
rest in blocks of nearly equal ones, so 1e15 quanta cost as much as a few thousand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.distributions import hurwitz_zeta

FloatArray = NDArray[np.float64]
Rule = Literal["sharp", "poisson", "gradual"]
RULES: tuple[Rule, ...] = ("sharp", "poisson", "gradual")

_SINGLE = 4_096  # quanta that are held one by one
_GROWTH = 1.005  # width of the blocks after them
_HORIZON = 1e15  # without a number of quanta: what is beyond is never learned here
_MOST_SIGHTINGS = 1_000
_FEW_SIGHTINGS = 200  # up to here the chance of fewer among 745 expected ones is below 1e-110

PYTHIA_EXPONENT = 0.083  # a_N measured by Michaud et al.
PARITY_EXPONENT = 0.4  # a of the multitask sparse parity
PARITY_TASKS = 500
PARITY_MEASURED_STEPS = 0.45  # their measured a_S, where a / (a+1) is .29


@dataclass(frozen=True)
class Exponents:
    """How fast the loss falls with parameters, data and steps."""

    parameters: float
    data: float
    steps: float


def exponents(a: float) -> Exponents:
    """The three exponents of endless Zipf quanta.

    Raises:
        InputProblem: an exponent that is not above 0.
    """
    _check_exponent(a)
    return Exponents(parameters=a, data=a / (a + 1), steps=a / (a + 1))


@dataclass(frozen=True)
class Losses:
    """The loss of a quantum once learned (a0) and before (b0), in nats."""

    learned: float = 0.0
    unlearned: float = 1.0

    def of(self, unlearned_share: FloatArray) -> FloatArray:
        """The mean loss where that share of the cases needs unlearned quanta, same shape."""
        return self.learned + (self.unlearned - self.learned) * unlearned_share


UNIT = Losses()


def exact_loss(
    n: FloatArray, a: float, count: int | None = None, losses: Losses = UNIT
) -> FloatArray:
    """L_n of Zipf quanta by the sum itself, same shape as n.

    Args:
        n: numbers of learned quanta, 0 or more.
        a: Zipf's exponent less one.
        count: how many quanta there are; None: endlessly many.

    Raises:
        InputProblem: a not above 0, or a count below 1.
    """
    _check_exponent(a)
    _check_count(count)
    n = np.asarray(n, dtype=np.float64)
    whole = hurwitz_zeta(a + 1, np.ones(1))[0]
    if count is None:
        return losses.of(hurwitz_zeta(a + 1, n + 1) / whole)
    beyond = hurwitz_zeta(a + 1, np.array([count + 1.0]))[0]
    tail = hurwitz_zeta(a + 1, np.minimum(n, count) + 1) - beyond
    return losses.of(np.maximum(tail, 0.0) / (whole - beyond))


def integral_loss(
    n: FloatArray,
    a: float,
    start: float = 0.5,
    losses: Losses = UNIT,
    count: int | None = None,
) -> FloatArray:
    """L_n of Zipf quanta by the integral from n + start: of endless ones a pure power law in it.

    From n + 1/2 the error is of second order; from n (start 0), as often written, of first order.
    With a number of quanta it ends at count + start, and the loss there is a0.
    """
    _check_exponent(a)
    _check_count(count)
    n = np.asarray(n, dtype=np.float64)
    whole = hurwitz_zeta(a + 1, np.ones(1))[0]
    tail = (n + start) ** -a
    if count is not None:
        whole -= hurwitz_zeta(a + 1, np.array([count + 1.0]))[0]
        tail = np.maximum(tail - (count + start) ** -a, 0.0)
    return losses.of(tail / (a * whole))


# --- how often quanta are used --------------------------------------------------------------------


@dataclass(frozen=True)
class Spectrum:
    """How often quanta are used, most used first, in blocks of nearly equal ones.

    Attributes:
        last: the last quantum of each block [b], ascending, from 1.
        size: quanta in each block [b]; the first few thousand are blocks of their own.
        frequency: p of one quantum of each block [b]; size * frequency sums to 1 - beyond.
        beyond: the share of cases that needs quanta after the last block.
    """

    last: FloatArray
    size: FloatArray
    frequency: FloatArray
    beyond: float = 0.0

    @property
    def count(self) -> float:
        """How many quanta are in the blocks."""
        return float(self.last[-1])

    def unlearned_after(self, n: FloatArray) -> FloatArray:
        """The share of cases that needs a quantum after the n-th, same shape; n may be broken."""
        shares = self.size * self.frequency  # [b]
        rest = shares[::-1].cumsum()[::-1][1:]  # [b - 1], after each block but the last
        after = np.concatenate([[1.0], self.beyond + rest, [self.beyond]])  # [b + 1]
        edges = np.concatenate([[0.0], self.last])
        return np.asarray(np.interp(n, edges, after), dtype=np.float64)

    def frequency_of(self, rank: FloatArray) -> FloatArray:
        """p of the quanta with these ranks, same shape; between blocks interpolated in log-log."""
        middle = np.log(self.last - (self.size - 1) / 2)  # [b]
        logs = np.log(np.maximum(self.frequency, 1e-320))  # [b]
        return np.asarray(np.exp(np.interp(np.log(rank), middle, logs)), dtype=np.float64)


def zipf(a: float, count: int | None = None) -> Spectrum:
    """p_k ~ k^-(a+1), endless or the first `count`; raises like `zipf_mandelbrot`."""
    return zipf_mandelbrot(a, 0.0, count)


def zipf_mandelbrot(a: float, shift: float, count: int | None = None) -> Spectrum:
    """p_k ~ (k + shift)^-(a+1): flat over the first `shift` quanta, then Zipf's.

    Raises:
        InputProblem: a not above 0, a shift below 0, or a count below 1.
    """
    _check_exponent(a)
    _check_count(count)
    if not 0 <= shift < math.inf:
        raise InputProblem("scaling.quanta.shift", shift=shift)
    last, size = _blocks(count)
    edges = np.concatenate([[0.0], last])
    tails = hurwitz_zeta(a + 1, edges + 1 + shift)  # [b + 1], after each edge
    frequency = (tails[:-1] - tails[1:]) / size  # [b]
    single = size == 1  # these need no difference of nearly equal numbers
    frequency[single] = (last[single] + shift) ** -(a + 1)
    whole = tails[0] - (tails[-1] if count is not None else 0.0)
    beyond = 0.0 if count is not None else float(tails[-1] / whole)
    return _normalised(last, size, frequency, beyond)


def exponential(rate: float, count: int | None = None) -> Spectrum:
    """p_k ~ exp(-rate k): the loss falls exponentially with parameters and as 1 / D with data.

    Raises:
        InputProblem: a rate not above 0, or a count below 1.
    """
    if not 0 < rate < math.inf:
        raise InputProblem("scaling.quanta.rate", rate=rate)
    _check_count(count)
    # After 700 e-foldings nothing is left in float64.
    last, size = _blocks(min(count or math.ceil(700 / rate), math.ceil(700 / rate)))
    first = last - size
    frequency = np.exp(-rate * first) * -np.expm1(-rate * size) / size  # [b]
    return _normalised(last, size, frequency)


def uniform(count: int) -> Spectrum:
    """p_k = 1 / count: with data all are learned at once.

    Raises:
        InputProblem: a count below 1.
    """
    _check_count(count)
    last, size = _blocks(count)
    return _normalised(last, size, np.ones_like(size))


def log_normal(spread: float, count: int) -> Spectrum:
    """ln p_k normal with standard deviation `spread`, quanta at its quantiles.

    In log-log its curve bends all the way: it looks like a power law over a decade or two.

    Raises:
        InputProblem: a spread below 0, or a count below 1.
    """
    if not 0 <= spread < 100:
        raise InputProblem("scaling.quanta.spread", spread=spread)
    _check_count(count)
    last, size = _blocks(count)
    middle = (last - size / 2) / count  # [b], in (0, 1), from the most used
    normal = NormalDist()
    scores = np.array([-normal.inv_cdf(float(share)) for share in middle])
    return _normalised(last, size, np.exp(spread * (scores - scores[0])))


def _blocks(count: int | None) -> tuple[FloatArray, FloatArray]:
    """Last quantum and size of each block [b]: singles first, then ever wider ones."""
    end = float(_HORIZON if count is None else min(count, _HORIZON))
    last = np.arange(1.0, min(_SINGLE, end) + 1)
    if end > _SINGLE:
        number = math.ceil(math.log(end / _SINGLE) / math.log(_GROWTH)) + 1
        wide = np.unique(np.round(np.geomspace(_SINGLE, end, number)))[1:]
        last = np.concatenate([last, wide])
    return last, np.diff(last, prepend=0.0)


def _normalised(
    last: FloatArray, size: FloatArray, weight: FloatArray, beyond: float = 0.0
) -> Spectrum:
    return Spectrum(last, size, weight * ((1 - beyond) / (size * weight).sum()), beyond)


# --- curves ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """A loss against a scale.

    Attributes:
        scale: parameters, samples or steps [m], ascending.
        loss: [m].
        learned: how many quanta are learned, or are expected to be [m].
        slope: -d ln(loss - a0) / d ln scale [m]; nan where nothing is left to learn.
    """

    scale: FloatArray
    loss: FloatArray
    learned: FloatArray
    slope: FloatArray


def parameters_curve(
    spectrum: Spectrum, parameters: FloatArray, each: float = 1.0, losses: Losses = UNIT
) -> Curve:
    """The loss with room for parameters / each quanta, as many as fit whole.

    Raises:
        InputProblem: parameters that do not ascend from above 0, or `each` not above 0.
    """
    scale = _ascending(parameters)
    if not 0 < each < math.inf:
        raise InputProblem("scaling.quanta.each", each=each)
    # A number that was computed as 2.9999999999 holds three.
    learned = np.minimum(np.floor(scale / each * (1 + 1e-12)), spectrum.count)  # [m]
    share = spectrum.unlearned_after(learned)
    return Curve(scale, losses.of(share), learned, local_slope(scale, share))


def data_curve(
    spectrum: Spectrum,
    samples: FloatArray,
    threshold: int = 1,
    rule: Rule = "poisson",
    losses: Losses = UNIT,
) -> Curve:
    """The loss after samples D (or steps S), when a quantum takes `threshold` sightings.

    Args:
        spectrum: how often quanta are used.
        samples: D [m], ascending.
        threshold: tau. Whole for "poisson".
        rule: "sharp": learned once D p_k reaches tau, which gives stairs. "poisson": with the
            chance that a Poisson number of sightings with mean D p_k reaches tau, which gives the
            mean of the stairs over samples. "gradual": its loss decays as exp(-D p_k / tau), as
            under gradient descent on each by itself.

    Raises:
        InputProblem: samples that do not ascend from above 0, or a threshold out of range.
    """
    scale = _ascending(samples)
    _check_threshold(threshold)
    if rule == "sharp":
        learned = _learned_sharply(spectrum, threshold / scale)  # [m]
        share = spectrum.unlearned_after(learned)  # [m]
        return Curve(scale, losses.of(share), learned, local_slope(scale, share))
    share, learned = np.empty_like(scale), np.empty_like(scale)
    for place, amount in enumerate(scale):  # one scale at a time: memory stays at [b]
        left = unlearned_share(amount * spectrum.frequency, threshold, rule)  # [b]
        share[place] = (spectrum.size * spectrum.frequency) @ left + spectrum.beyond
        learned[place] = spectrum.size @ (1 - left)
    return Curve(scale, losses.of(share), learned, local_slope(scale, share))


def _learned_sharply(spectrum: Spectrum, least: FloatArray) -> FloatArray:
    """How many quanta are used at least as often as `least` [m]; interpolated in wide blocks."""
    # Where D was made as tau / p_k the quotient may round to just above p_k.
    blocks = np.searchsorted(-spectrum.frequency, -least * (1 - 1e-12), side="right")  # [m]
    ends = np.concatenate([[0.0], spectrum.last])  # [b + 1]
    learned = ends[blocks]  # [m]
    wide = (learned >= _SINGLE) & (blocks < len(spectrum.last))
    if wide.any():
        logs = np.log(spectrum.frequency)  # [b]
        edges = (logs[:-1] + logs[1:]) / 2  # [b - 1], descending: at each block's last quantum
        at = np.interp(-np.log(least[wide]), -edges, np.log(spectrum.last[:-1]))
        learned[wide] = np.exp(at)
    return learned


def unlearned_share(expected: FloatArray, threshold: int, rule: Rule) -> FloatArray:
    """How much of a quantum is unlearned after `expected` sightings D p_k, same shape, 0 to 1."""
    if rule == "sharp":
        return (expected * (1 + 1e-12) < threshold).astype(np.float64)
    if rule == "gradual":
        return np.exp(-expected / threshold)
    # P(fewer than tau sightings) = exp(-x) sum_{j < tau} x^j / j!.
    if threshold <= _FEW_SIGHTINGS:  # term by term: five times as fast
        term: FloatArray = np.exp(-expected)  # where it is 0 in float64 the whole sum is
        total: FloatArray = term.copy()
        for j in range(1, threshold):
            term *= expected / j
            total += term
        return np.minimum(total, 1.0)
    logs = np.log(np.maximum(expected, 1e-300))  # in logarithms against overflow
    total = np.zeros_like(expected)
    for j in range(threshold):
        total += np.exp(j * logs - expected - math.lgamma(j + 1))
    return np.minimum(total, 1.0)


def emergence(
    spectrum: Spectrum,
    samples: FloatArray,
    ranks: Sequence[int],
    threshold: int = 1,
    rule: Rule = "poisson",
    losses: Losses = UNIT,
) -> FloatArray:
    """The loss of single quanta against samples D: [r, m] for ranks [r] and samples [m].

    Each drops within about a decade of D = tau / p_k; the mean over cases is `data_curve`.

    Raises:
        InputProblem: as `data_curve`, or a rank that is no quantum.
    """
    scale = _ascending(samples)
    _check_threshold(threshold)
    if not ranks or min(ranks) < 1 or max(ranks) > spectrum.count:
        raise InputProblem("scaling.quanta.rank", most=int(spectrum.count))
    frequency = spectrum.frequency_of(np.array(ranks, dtype=np.float64))  # [r]
    return losses.of(unlearned_share(frequency[:, None] * scale, threshold, rule))


def staircase(
    a: float, counts: Sequence[int], points: int = 400, threshold: int = 1
) -> dict[int, Curve]:
    """Sharp data curves of the same Zipf exponent with few and with many quanta.

    Each runs from before the first quantum is learned until nearly all are. Few quanta are
    seen as stairs; many give a power law until the end comes into sight.

    Raises:
        InputProblem: as `zipf`, or a count below 2.
    """
    curves = {}
    for count in counts:
        if count < 2:
            raise InputProblem("scaling.quanta.count", count=count)
        spectrum = zipf(a, count)
        nearly_all = min(count - 1, max(1, int(0.99 * count)))
        first, last = threshold / spectrum.frequency_of(np.array([1.0, nearly_all]))
        samples = np.geomspace(first / 2, last, points)
        curves[count] = data_curve(spectrum, samples, threshold, "sharp")
    return curves


def local_slope(scale: FloatArray, excess: FloatArray) -> FloatArray:
    """-d ln excess / d ln scale [m] by central differences; nan where excess is 0."""
    if len(scale) < 2:
        return np.full(len(scale), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(excess > 0, np.log(excess), np.nan)
    return np.asarray(-np.gradient(logs, np.log(scale)), dtype=np.float64)


def fitted_exponent(
    scale: FloatArray, excess: FloatArray, low: float = 0.0, high: float = math.inf
) -> float:
    """The least-squares slope of -ln excess over ln scale within [low, high].

    Raises:
        InputProblem: fewer than two points with something left to learn.
    """
    kept = (scale >= low) & (scale <= high) & (excess > 0)
    x, y = np.log(scale[kept]), np.log(excess[kept])
    if len(x) < 2 or np.ptp(x) == 0:
        raise InputProblem("scaling.quanta.window")
    x = x - x.mean()
    return float(-(x @ y) / (x @ x))


# --- what a finite number of quanta explains ------------------------------------------------------


@dataclass(frozen=True)
class Truncation:
    """The exponent that a straight line finds, by how far learning went when it was drawn.

    Attributes:
        learned: the last quantum in the window [m]; every window starts where the first is learned,
            so narrow ones show the n + 1/2 of the first few: less than the theory.
        parameters: the slope against n in each window [m].
        data: the slope against D (or S), evenly in its logarithm [m].
        theory: a and a / (a+1), without truncation.
    """

    learned: NDArray[np.int64]
    parameters: FloatArray
    data: FloatArray
    theory: Exponents

    def explains(self, measured: float) -> int | None:
        """How many quanta have to be learned for truncation alone to give a measured data exponent.

        None where no window gives it.
        """
        above = np.flatnonzero(self.data >= measured)
        return int(self.learned[above[0]]) if len(above) else None


def truncation_window(a: float, count: int, points: int = 1_000) -> Truncation:
    """Fitted exponents of `count` Zipf quanta by window, with the sharp threshold.

    Between two thresholds the loss is interpolated in log-log, so stairs do not enter.

    Raises:
        InputProblem: as `zipf`, or fewer than 4 quanta.
    """
    if not 4 <= count <= 1_000_000:
        raise InputProblem("scaling.quanta.count", count=count)
    n = np.arange(1.0, count)  # [count - 1]; with all learned nothing is left to take a log of
    logs = np.log(exact_loss(n, a, count))
    ends = np.unique(np.round(np.geomspace(3, count - 1, points)).astype(np.int64))
    slopes = np.empty(len(ends))
    for place, end in enumerate(ends):
        grid = np.linspace(0.0, math.log(end), 400)  # evenly in ln n, so in ln D too
        y = np.interp(grid, np.log(n[:end]), logs[:end])
        grid = grid - grid.mean()
        slopes[place] = -(grid @ y) / (grid @ grid)
    return Truncation(ends, slopes, slopes / (a + 1), exponents(a))


# --- checks ---------------------------------------------------------------------------------------


def _check_exponent(a: float) -> None:
    if not 0 < a < 100:
        raise InputProblem("scaling.quanta.exponent", a=a)


def _check_count(count: int | None) -> None:
    if count is not None and not 1 <= count <= _HORIZON:
        raise InputProblem("scaling.quanta.count", count=count)


def _check_threshold(threshold: int) -> None:
    if threshold != int(threshold) or not 1 <= threshold <= _MOST_SIGHTINGS:
        raise InputProblem("scaling.quanta.threshold", threshold=threshold, most=_MOST_SIGHTINGS)


def _ascending(scale: FloatArray) -> FloatArray:
    scale = np.asarray(scale, dtype=np.float64)
    if scale.ndim != 1 or not len(scale) or not scale[0] > 0 or not (np.diff(scale) > 0).all():
        raise InputProblem("scaling.quanta.scale")
    return scale
