"""Which law: extrapolation to the largest scale, information criteria, tests of nested laws.

All three look at one likelihood, the one that Huber's objective itself maximises. Residuals r of
log L have the density exp(-h_delta(r) / s) / Z(delta, s), with Huber's h and a free width s:

    Z = sqrt(2 pi s) erf(delta / sqrt(2 s)) + 2 s / delta exp(-delta^2 / (2 s))

It is Laplace's where delta is far below the noise, and Gauss's where it is far above. A likelihood
of another kind than the objective would rank a fit by what it did not try to do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.scaling.distributions import chi_squared_tail
from demos.scaling.frontier import FLOP_FACTOR

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Columns = Mapping[str, FloatArray]

DEFAULT_SHARE = 0.2  # of the points, held out
_GOLDEN = (math.sqrt(5) - 1) / 2

Validity = Literal["regular", "boundary", "no_place"]

# The smaller law, the larger one, and what the larger one's extra parameters are under the smaller.
# "boundary": at infinity, so that chi-squared's p-value is too large. "no_place": a break that is
# not there can be anywhere, so that it is too small and a small one proves less.
NESTED: dict[tuple[str, str], Validity] = {
    ("tied", "chinchilla"): "regular",
    ("power", "quanta"): "boundary",
    ("power", "broken_power"): "no_place",
    ("power", "broken_power_2"): "no_place",
    ("broken_power", "broken_power_2"): "no_place",
}


class LawLike(Protocol):
    """What is needed of a law; `laws.Law` is one."""

    @property
    def key(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...
    def predict(self, theta: Tensor, inputs: Tensor) -> Tensor: ...
    def gradient(self, theta: Tensor, inputs: Tensor) -> Tensor: ...


class ObservationsLike(Protocol):
    """What a law was fitted to; `observations.Observations` is one."""

    @property
    def inputs(self) -> Tensor: ...
    @property
    def loss(self) -> Tensor: ...


class FitLike(Protocol):
    """What is needed of a fit; `fit.Fit` is one."""

    @property
    def law(self) -> Any: ...
    @property
    def observations(self) -> Any: ...
    @property
    def parameters(self) -> Mapping[str, float]: ...
    @property
    def objective_name(self) -> str: ...
    @property
    def delta(self) -> float: ...
    @property
    def fixed(self) -> Mapping[str, float]: ...
    @property
    def covariance(self) -> Tensor: ...
    @property
    def residuals(self) -> Tensor: ...
    @property
    def theta(self) -> Tensor: ...
    def predict(self, data: Any) -> Tensor: ...


Fitting = Callable[[Columns], Generator[Any, None, FitLike]]  # `fit.fitting` with its law bound


# --- likelihood -----------------------------------------------------------------------------------


def log_likelihood(residuals: FloatArray, delta: float = math.inf) -> float:
    """The highest log likelihood over the width s, of residuals [n] of log L.

    With delta infinite it is Gauss's. Residuals that are all 0 have an infinite one.
    """
    r = np.abs(np.asarray(residuals, dtype=np.float64))
    n = len(r)
    largest = float(r.max(initial=0.0))
    if largest == 0:
        return math.inf
    if delta >= 1e6 * largest:
        return -n / 2 * (math.log(2 * math.pi * float(r @ r) / n) + 1)
    inner = np.minimum(r, delta)
    total = float((inner * (r - inner / 2)).sum())  # sum of Huber's h

    def of(log_s: float) -> float:
        s = math.exp(log_s)
        core = delta / math.sqrt(2 * s)
        z = math.sqrt(2 * math.pi * s) * math.erf(core) + 2 * s / delta * math.exp(-(core**2))
        return -n * math.log(z) - total / s

    # Gauss's best s and Laplace's have the true one between them, up to small factors.
    ends = [math.log(2 * total / n), math.log(delta * float(r.mean()))]
    low, high = min(ends) - 3, max(ends) + 3
    for _ in range(100):
        width = _GOLDEN * (high - low)
        c, d = high - width, low + width
        if of(c) > of(d):
            high = d
        else:
            low = c
    return of((low + high) / 2)


@dataclass(frozen=True)
class Criteria:
    """How well a law describes its own data, its parameters counted.

    Attributes:
        law: its key.
        points: n.
        free: parameters that were fitted, with the width of the noise.
        log_likelihood: of the residuals of log L.
        aic, bic: Akaike's and the Bayesian criterion; smaller is better.
        aicc: Akaike's for few points (Hurvich & Tsai 1989); infinite with fewer than free + 2.
    """

    law: str
    points: int
    free: int
    log_likelihood: float
    aic: float
    aicc: float
    bic: float


def criteria(fit: FitLike) -> Criteria:
    """The information criteria of one fit."""
    residuals = fit.residuals.detach().cpu().numpy()
    n, free = len(residuals), len(fit.parameters) - len(fit.fixed) + 1
    likelihood = log_likelihood(residuals, _delta(fit))
    aic = 2 * free - 2 * likelihood
    spare = n - free - 1
    aicc = aic + 2 * free * (free + 1) / spare if spare > 0 else math.inf
    bic = free * math.log(n) - 2 * likelihood
    return Criteria(fit.law.key, n, free, likelihood, aic, aicc, bic)


def _delta(fit: FitLike) -> float:
    return fit.delta if fit.objective_name == "huber_log" else math.inf


def akaike_weights(compared: Sequence[Criteria]) -> FloatArray:
    """How much each law is to be believed, by AICc [k], summing to 1.

    Raises:
        InputProblem: laws that were fitted to different numbers of points.
    """
    if len({each.points for each in compared}) > 1:
        raise InputProblem("scaling.compare.different_points")
    values = np.array([each.aicc for each in compared])
    best = values.min()
    if not np.isfinite(best):
        infinite = values == best
        return np.asarray(infinite / infinite.sum(), dtype=np.float64)
    weights = np.exp(-(values - best) / 2)
    return np.asarray(weights / weights.sum())


@dataclass(frozen=True)
class LikelihoodRatio:
    """Whether the larger of two nested laws is worth its parameters.

    Attributes:
        statistic: twice the gain in log likelihood, 0 or more.
        freedom: parameters that the larger one has more.
        p_value: chance of such a gain under the smaller law, by chi-squared.
        validity: whether chi-squared holds, and which way it errs (see `NESTED`).
    """

    statistic: float
    freedom: int
    p_value: float
    validity: Validity


def likelihood_ratio(smaller: FitLike, larger: FitLike) -> LikelihoodRatio:
    """The likelihood-ratio test of nested laws on the same points (Wilks 1938).

    Raises:
        InputProblem: laws that are not nested, or fits of different points or objectives.
    """
    pair = (smaller.law.key, larger.law.key)
    if pair not in NESTED:
        raise InputProblem("scaling.compare.not_nested", smaller=pair[0], larger=pair[1])
    if len(smaller.residuals) != len(larger.residuals):
        raise InputProblem("scaling.compare.different_points")
    if (smaller.objective_name, _delta(smaller)) != (larger.objective_name, _delta(larger)):
        raise InputProblem("scaling.compare.different_objectives")
    small, large = criteria(smaller), criteria(larger)
    gain = large.log_likelihood - small.log_likelihood
    statistic = max(0.0, 2 * gain) if math.isfinite(gain) else 0.0
    freedom = large.free - small.free
    return LikelihoodRatio(statistic, freedom, chi_squared_tail(statistic, freedom), NESTED[pair])


# --- extrapolation --------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeldOut:
    """A law fitted to the smaller scales and asked about the largest.

    Attributes:
        law: its key.
        fit: of the smaller scales; None where it was refused.
        refusal: why; None where it was not.
        held_out: which points were kept back [n], bool.
        observed, predicted: their losses [h]; predicted is empty where the fit was refused.
        errors: ln observed - ln predicted [h].
        reach: largest scale over the largest that was fitted.
    """

    law: str
    fit: FitLike | None
    refusal: InputProblem | None
    held_out: BoolArray
    observed: FloatArray
    predicted: FloatArray
    errors: FloatArray
    reach: float

    @property
    def rms(self) -> float:
        """Root mean square of the relative errors; nan where the fit was refused."""
        return float(np.sqrt((self.errors**2).mean())) if len(self.errors) else math.nan

    @property
    def bias(self) -> float:
        """Mean relative error: above 0, the law promised too much."""
        return float(self.errors.mean()) if len(self.errors) else math.nan


def scale_of(columns: Columns, factor: float = FLOP_FACTOR) -> FloatArray:
    """What "large" means for these points [n]: C, else factor N D, else N, D or x.

    Raises:
        InputProblem: no column of sizes.
    """
    if "C" in columns:
        return np.asarray(columns["C"], dtype=np.float64)
    if "N" in columns and "D" in columns:
        return factor * np.asarray(columns["N"], dtype=np.float64) * np.asarray(columns["D"])
    for name in ("x", "N", "D", "step"):
        if name in columns:
            return np.asarray(columns[name], dtype=np.float64)
    raise InputProblem("scaling.compare.no_scale")


def largest(scale: FloatArray, share: float = DEFAULT_SHARE) -> BoolArray:
    """The points of the largest scales [n], about a share of them; equal scales stay together.

    Raises:
        InputProblem: a share outside (0, 1), or fewer than two different scales.
    """
    if not 0 < share < 1:
        raise InputProblem("scaling.compare.share")
    ordered = np.sort(scale)
    if not len(scale) or ordered[0] == ordered[-1]:
        raise InputProblem("scaling.compare.one_scale")
    cut = ordered[min(len(scale) - 1, math.ceil((1 - share) * len(scale)))]
    chosen = scale >= cut * (1 - 1e-9)
    if chosen.all():  # the smallest scale has most of the points
        chosen = scale > ordered[0] * (1 + 1e-9)
    return np.asarray(chosen)


def extrapolating(
    columns: Columns,
    laws: Mapping[str, Fitting],
    share: float = DEFAULT_SHARE,
    factor: float = FLOP_FACTOR,
) -> Generator[tuple[str, Any], None, tuple[HeldOut, ...]]:
    """Fit every law to the smaller scales and let it predict the largest.

    Args:
        columns: sizes and "loss", all [n].
        laws: by key, what fits them: from columns to a generator that yields its progress and
            returns the fit, such as `fit.fitting` with its law and `run` bound.
        share: of the points, held out.
        factor: FLOP a parameter and token.

    Yields:
        The law's key and what its fit yielded.

    Raises:
        InputProblem: as `scale_of` and `largest`. A law that refuses the smaller scales is
            reported.
    """
    scale = scale_of(columns, factor)
    held_out = largest(scale, share)
    small, large = (_rows(columns, chosen) for chosen in (~held_out, held_out))
    reach = float(scale.max() / scale[~held_out].max())
    observed = np.asarray(large["loss"], dtype=np.float64)
    results = []
    for key, fitting in laws.items():
        fit, refusal, predicted = None, None, np.zeros(0)
        try:
            fit = yield from _named(key, fitting(small))
            predicted = fit.predict(large).detach().cpu().numpy()
        except InputProblem as problem:
            fit, refusal = None, problem
        errors = np.log(observed / predicted) if fit is not None else np.zeros(0)
        results.append(HeldOut(key, fit, refusal, held_out, observed, predicted, errors, reach))
    return tuple(results)


def _named(
    key: str, work: Generator[Any, None, FitLike]
) -> Generator[tuple[str, Any], None, FitLike]:
    try:
        while True:
            try:
                step = next(work)
            except StopIteration as end:
                fit: FitLike = end.value
                return fit
            yield key, step
    finally:
        work.close()


def _rows(columns: Columns, chosen: BoolArray) -> dict[str, FloatArray]:
    return {name: np.asarray(column)[chosen] for name, column in columns.items()}
