"""The endpoints `scaling_fit` and `scaling_predict`: losses in, a law with its intervals out."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from demos.frame.errors import InputProblem, visible_errors
from demos.frame.steps import Run
from demos.scaling.answers import most_replicas
from demos.scaling.checks import Verdict, find_outliers, judge
from demos.scaling.fit import DEFAULT_DELTA, Fit, fit
from demos.scaling.fitted.asked import (
    LAST_SEED,
    REPLICAS,
    check_delta,
    check_objective,
    check_resampling,
    check_whole,
)
from demos.scaling.fitted.results import exponents_of
from demos.scaling.frontier import FLOP_FACTOR
from demos.scaling.laws import Law
from demos.scaling.loss_file import read_losses
from demos.scaling.newton import Objective
from demos.scaling.observations import law_named
from demos.scaling.uncertainty import (
    DEFAULT_LEVEL,
    Interval,
    Replicas,
    Resampling,
    bootstrap,
    check_level,
    exponent_intervals,
    parameter_intervals,
    prediction_band,
)
from models.registry import Registry

FloatArray = NDArray[np.float64]
Answered = dict[str, Any]
ScalingFit = Callable[..., Answered]

MOST_POINTS = 50_000
MOST_PREDICTED = 10_000
_MOST_TEXT = 5_000_000  # characters of CSV
_REPLICAS = 1_000


@dataclass(frozen=True)
class _Options:
    """What is asked beside the data."""

    objective: Objective
    delta: float
    resampling: Resampling
    replicas: int
    level: float
    seed: int


@dataclass(frozen=True)
class _Fitted:
    fit: Fit
    replicas: Replicas
    intervals: dict[str, Interval]
    verdict: Verdict


def make_scaling_fit(registry: Registry) -> ScalingFit:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def scaling_fit(
        columns: dict[str, list[float]] = {},  # noqa: B006  # gradio reads the type; only read
        csv: str = "",
        law: str = "chinchilla",
        x: str = "",
        objective: str = "huber_log",
        delta: float = DEFAULT_DELTA,
        resampling: str = "pairs",
        replicas: int = _REPLICAS,
        level: float = DEFAULT_LEVEL,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Fit a scaling law to losses, with intervals and a verdict.

        Args:
            columns: numbers by name, at most 50,000 each: "N", "D" and "loss" for laws in model
                and data size ("C" = 6 N D may stand for one of the two); "loss" and that named by
                `x` for laws in one variable.
            csv: the same as text with a header, in place of `columns`; names and units are guessed.
            law: "power", "chinchilla", "kaplan", "tied", "broken_power", "broken_power_2" or
                "quanta".
            x: the column that a law in one variable takes; "" is "x", or the first that there is.
            objective: "huber_log", "log_squares" or "squares".
            delta: Huber's, of log losses.
            resampling: "pairs" or "residuals".
            replicas: 200 to 4,000; fewer are drawn of very many points.
            level: of the intervals, between 0 and 1.
            seed: of the bootstrap.

        Returns:
            {"law", "points", "parameters", "intervals", "exponents", "exponent_intervals",
            "objective", "diagnostics", "status", "reasons", "replicas"}; status is "fine",
            "doubted" or "refused" with a sentence for each reason. Null is an open end.
        """
        options = _options(objective, delta, resampling, replicas, level, seed)
        return fit_of(registry.run, columns, csv, law, x, options)

    return scaling_fit


def make_scaling_predict(registry: Registry) -> ScalingFit:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def scaling_predict(
        law: str = "chinchilla",
        sizes: dict[str, list[float]] = {},  # noqa: B006  # gradio reads the type; only read
        parameters: dict[str, float] = {},  # noqa: B006
        columns: dict[str, list[float]] = {},  # noqa: B006
        csv: str = "",
        x: str = "",
        objective: str = "huber_log",
        delta: float = DEFAULT_DELTA,
        resampling: str = "pairs",
        replicas: int = _REPLICAS,
        level: float = DEFAULT_LEVEL,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Losses that a scaling law predicts.

        Args:
            law: as in `scaling_fit`.
            sizes: {"N": [...], "D": [...]}, or {"x": [...]} for laws in one variable; at most
                10,000 each.
            parameters: of the law by the literature's names; {} where columns or csv are fitted.
            columns, csv, x, objective, delta, resampling, replicas, level, seed: as in
                `scaling_fit`; then the losses have intervals.

        Returns:
            {"law", "parameters", "losses"}; after a fit also "curve_low" and "curve_high" (of the
            law), "run_low" and "run_high" (of a single new run), "status" and "reasons", among
            them how far the sizes are from the data. A fit that the data cannot carry predicts
            nothing: that is an error.
        """
        chosen = law_named(law)
        at = _sizes(chosen, sizes)
        if not columns and not csv:
            return _given(chosen, parameters, at)
        options = _options(objective, delta, resampling, replicas, level, seed)
        found = _fitted(registry.run, _data(chosen, columns, csv, x), chosen, options)
        return _predicted(found, at, options)

    return scaling_predict


def fit_of(
    run: Run, columns: object, csv: object, law: object, x: object, options: _Options
) -> Answered:
    """`scaling_fit` without Gradio. Raises InputProblem."""
    chosen = law_named(str(law))
    found = _fitted(run, _data(chosen, columns, csv, x), chosen, options)
    known = found.fit.diagnostics
    exponents, intervals = {}, {}
    if chosen.trade is not None:
        both = exponents_of(chosen, found.fit.parameters)
        exponents = dict(zip("ab", both, strict=True))
        intervals = exponent_intervals(found.replicas, options.level)
    return {
        "law": chosen.key,
        "points": len(found.fit.residuals),
        "parameters": found.fit.parameters,
        "intervals": _ends(found.intervals),
        "exponents": exponents,
        "exponent_intervals": _ends(intervals),
        "objective": found.fit.objective,
        "diagnostics": {
            "starts": known.starts,
            "reached": known.reached,
            "converged": known.converged,
            "at_edge": dict(known.at_edge),
            "condition_number": _finite(known.condition_number),
            "noise": known.noise,
            "rmse": known.rmse,
            "r_squared": known.r_squared,
            "degrees_of_freedom": known.degrees_of_freedom,
        },
        **_verdict(found.verdict),
        "replicas": len(found.replicas),
    }


def _fitted(run: Run, data: Mapping[str, FloatArray], law: Law, options: _Options) -> _Fitted:
    found = fit(law, data, options.objective, options.delta, run=run)
    count = most_replicas(options.replicas, len(found.residuals))
    replicas = bootstrap(found, count, options.resampling, options.seed, run)
    intervals = parameter_intervals(replicas, options.level)
    verdict = judge(found, intervals, find_outliers(found, run))
    return _Fitted(found, replicas, intervals, verdict)


def _predicted(found: _Fitted, at: Mapping[str, FloatArray], options: _Options) -> Answered:
    verdict = found.verdict
    if verdict.status == "refused":
        raise verdict.reasons[0].problem()
    curve = prediction_band(found.replicas, at, options.level)
    one = prediction_band(found.replicas, at, options.level, "observation")
    far = [r for r in judge(found.fit, at=at).reasons if r.key == "scaling.check.far"]
    verdict = Verdict("doubted" if far else verdict.status, (*verdict.reasons, *far))
    ends = {"curve_low": curve.low, "curve_high": curve.high}
    ends |= {"run_low": one.low, "run_high": one.high}
    return {
        "law": found.fit.law.key,
        "parameters": found.fit.parameters,
        "losses": found.fit.predict(at).tolist(),
        **{name: [_finite(value) for value in end.tolist()] for name, end in ends.items()},
        **_verdict(verdict),
    }


def _given(law: Law, parameters: object, at: Mapping[str, FloatArray]) -> Answered:
    given = parameters if isinstance(parameters, dict) else {}
    values = {}
    for known in law.parameters:
        value = _number(given.get(known.name))
        if value is None:
            names = ", ".join(law.names)
            raise InputProblem("scaling.fitted.no_parameter", name=known.name, names=names)
        if not known.low <= value <= known.high:
            raise InputProblem(
                "scaling.check.bad_fixed", name=known.name, low=known.low, high=known.high
            )
        values[known.name] = value
    theta = torch.tensor(list(values.values()), dtype=torch.float64)
    inputs = torch.tensor(np.stack([at[name] for name in law.inputs], axis=1))  # [m, k]
    losses = law.predict(theta, inputs).tolist()
    return {"law": law.key, "parameters": values, "losses": [_finite(each) for each in losses]}


# --- what was handed in --------------------------------------------------------------------------


def _options(
    objective: object,
    delta: object,
    resampling: object,
    replicas: object,
    level: object,
    seed: object,
) -> _Options:
    confidence = _number(level)
    if confidence is None:
        raise InputProblem("scaling.check.bad_level", level=str(level)[:40])
    check_level(confidence)
    return _Options(
        check_objective(objective),
        check_delta(delta),
        check_resampling(resampling),
        check_whole(replicas, *REPLICAS),
        confidence,
        check_whole(seed, 0, LAST_SEED),
    )


def _data(law: Law, columns: object, csv: object, x: object) -> dict[str, FloatArray]:
    """The law's own columns, whatever was handed in."""
    if csv:
        found = _from_text(str(csv))
    elif isinstance(columns, dict) and columns:
        found = {str(name): _column(str(name), values) for name, values in columns.items()}
    else:
        raise InputProblem("scaling.fitted.no_data")
    if any(len(values) > MOST_POINTS for values in found.values()):
        raise InputProblem("scaling.fitted.too_many_points", most=f"{MOST_POINTS:,}")
    return _one_size(found, str(x or "")) if law.inputs == ("x",) else _both_sizes(found)


def _from_text(text: str) -> dict[str, FloatArray]:
    if len(text) > _MOST_TEXT:
        raise InputProblem("scaling.fitted.long_text", most=f"{_MOST_TEXT:,}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "columns.csv"
        path.write_text(text, encoding="utf-8")
        return dict(read_losses(path).columns)


def _one_size(found: dict[str, FloatArray], x: str) -> dict[str, FloatArray]:
    if "loss" not in found:
        return found  # the fit says what is missing
    sizes = [name for name in found if name != "loss"]
    name = x or ("x" if "x" in sizes else next(iter(sizes), ""))
    if name not in sizes:
        raise InputProblem("scaling.desk.no_x", x=name[:40], columns=", ".join(sizes)[:200])
    return {"x": found[name], "loss": found["loss"]}


def _both_sizes(found: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """N and D, one of them from C = 6 N D where it is not there."""
    for one, other in (("D", "N"), ("N", "D")):
        known = one not in found and {"C", other} <= found.keys()
        if known and len(found["C"]) == len(found[other]):
            with np.errstate(all="ignore"):  # what comes of it is said by the fit
                found = found | {one: found["C"] / (FLOP_FACTOR * found[other])}
    return found


def _sizes(law: Law, sizes: object) -> dict[str, FloatArray]:
    given = sizes if isinstance(sizes, dict) else {}
    found = {}
    for name in law.inputs:
        if name not in given:
            raise InputProblem("scaling.fitted.no_sizes", names=", ".join(law.inputs))
        found[name] = _column(name, given[name])
        if not 0 < len(found[name]) <= MOST_PREDICTED or len(found[name]) != len(
            found[law.inputs[0]]
        ):
            raise InputProblem("scaling.fitted.sizes_length", most=f"{MOST_PREDICTED:,}")
        if not (np.isfinite(found[name]) & (found[name] > 0)).all():
            raise InputProblem("scaling.fitted.bad_size")
    return found


def _column(name: str, values: object) -> FloatArray:
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputProblem("scaling.check.no_numbers", column=name[:40]) from None
    if column.ndim != 1:
        raise InputProblem("scaling.check.no_numbers", column=name[:40])
    return column


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


# --- as JSON -------------------------------------------------------------------------------------


def _verdict(verdict: Verdict) -> Answered:
    sentences = [reason.problem().sentence("en") for reason in verdict.reasons]
    return {"status": verdict.status, "reasons": sentences}


def _ends(intervals: Mapping[str, Interval]) -> dict[str, list[float | None]]:
    return {name: [_finite(i.low), _finite(i.high)] for name, i in intervals.items()}


def _finite(value: float) -> float | None:
    """JSON has no infinity."""
    return value if math.isfinite(value) else None
