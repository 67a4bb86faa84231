"""What is drawn of a fit: the law along an axis with its bands, and where the points stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from demos.frame.steps import Run
from demos.scaling.answers import Answer
from demos.scaling.frontier import FLOP_FACTOR, closed_frontier, predictor
from demos.scaling.laws import Law
from demos.scaling.published import PUBLISHED
from demos.scaling.simulated import EXAMPLES
from demos.scaling.sources import Bundled, Simulated, Source, Uploaded
from demos.scaling.uncertainty import prediction_band

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Axis = Literal["x", "N", "D", "C"]
BandOf = Literal["curve", "observation", "none"]
Colour = Literal["size", "run"]

FARTHEST = 1_000.0  # times beyond the data
MOST_DRAWN = 1_500  # points
_STEPS = 64  # of a curve
_MARGIN = 1.3  # of a curve, about the data
_FEW = (0.08, 0.5, 0.92)  # quantiles of the other size at which curves are drawn
_GRID = 24  # different sizes, at most, of a grid whose own sizes are taken


@dataclass(frozen=True)
class View:
    """How a fit is to be drawn.

    Attributes:
        axis: "x" for laws in one variable.
        far: how many times beyond the data the curves go.
        band: of what.
        published: whether published laws of the same form are drawn beside.
        colour: of the points.
    """

    axis: Axis
    far: float = 10.0
    band: BandOf = "curve"
    published: bool = False
    colour: Colour = "size"


@dataclass(frozen=True)
class Curve:
    """The law along the axis [m].

    Attributes:
        held: the other size; None with one variable, or at the best of each budget.
        low, high: the band, where one is asked for.
    """

    held: float | None
    x: FloatArray
    loss: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None


@dataclass(frozen=True)
class Beside:
    """Another law beside the curve of the middle: a published one, or an example's truth.

    Attributes:
        title: of its paper; "" for the truth.
    """

    title: str
    curve: Curve


@dataclass(frozen=True)
class Drawing:
    """Everything about lines.

    Attributes:
        axis, other: what runs along, and what is held; "" where nothing is.
        span: of the data on the axis.
        curves: from the smallest held size to the largest.
        best: the best loss of each budget, along "C".
        beside: see there.
    """

    axis: Axis
    other: str
    span: tuple[float, float]
    curves: tuple[Curve, ...]
    best: Curve | None
    beside: tuple[Beside, ...]


@dataclass(frozen=True)
class Marks:
    """Points as they are drawn [n].

    Attributes:
        x: on the axis.
        other: the other size; None with one variable.
        sizes: of the law's inputs.
        loss, predicted, residual: the last is ln of their ratio.
        lines: where each stands in its file.
        runs: names, or None.
        counts, outlier: whether it counts; whether it moves the answer or is far off.
        total: how many there are.
    """

    x: FloatArray
    other: FloatArray | None
    sizes: Mapping[str, FloatArray]
    loss: FloatArray
    predicted: FloatArray
    residual: FloatArray
    lines: NDArray[np.int64]
    runs: tuple[str, ...] | None
    counts: BoolArray
    outlier: BoolArray
    total: int


def axes_of(law: Law) -> tuple[Axis, ...]:
    """Along what a law can be drawn."""
    return ("x",) if law.inputs == ("x",) else ("N", "D", "C")


def factor_of(source: Source) -> float:
    """FLOP a parameter and token."""
    return source.flop_factor if isinstance(source, Uploaded) else FLOP_FACTOR


def truth_of(source: Source) -> tuple[str, Mapping[str, float]] | None:
    """The law and the parameters that made an example; None where nobody knows."""
    if isinstance(source, Bundled):
        return "chinchilla", EXAMPLES[source.key].truth
    if isinstance(source, Simulated):
        return PUBLISHED[source.published].law, PUBLISHED[source.published].parameters
    return None


# --- points --------------------------------------------------------------------------------------


def marks_of(answer: Answer, axis: Axis) -> Marks:
    """The points of an answer, evenly thinned where there are very many; outliers all stay."""
    table, kept = answer.points.table, answer.points.kept
    column = answer.question.x
    sizes = {n: table.columns[column if n == "x" else n] for n in answer.law.inputs}
    outlier = np.zeros(len(table), dtype=bool)
    outlier[np.flatnonzero(kept)[list(answer.outliers.rows)]] = True
    chosen = _thinned(len(table), outlier)
    sizes = {name: values[chosen] for name, values in sizes.items()}
    loss = table.columns["loss"][chosen]
    predicted = answer.fit.predict(sizes).numpy()
    x, other = _along(sizes, axis, factor_of(answer.question.chosen.source))
    return Marks(
        x,
        other,
        sizes,
        loss,
        predicted,
        np.log(loss / predicted),
        table.lines[chosen],
        None if table.runs is None else tuple(table.runs[place] for place in chosen),
        kept[chosen],
        outlier[chosen],
        len(table),
    )


def _thinned(count: int, keep: BoolArray) -> NDArray[np.int64]:
    """Places of the points that are drawn."""
    if count <= MOST_DRAWN:
        return np.arange(count)
    even = np.linspace(0, count - 1, MOST_DRAWN).astype(np.int64)
    return np.union1d(even, np.flatnonzero(keep)[:MOST_DRAWN])


def _along(
    sizes: Mapping[str, FloatArray], axis: Axis, factor: float
) -> tuple[FloatArray, FloatArray | None]:
    """Places on the axis, and the other size."""
    if axis == "x":
        return sizes["x"], None
    if axis == "C":
        return factor * sizes["N"] * sizes["D"], sizes["N"]
    return sizes[axis], sizes["D" if axis == "N" else "N"]


# --- lines ---------------------------------------------------------------------------------------


def drawing_of(answer: Answer, view: View, run: Run) -> Drawing:
    """The law along the axis; of a refused fit only as far as the data go."""
    refused = answer.verdict.status == "refused"
    factor = factor_of(answer.question.chosen.source)
    x, other = _along(answer.columns, view.axis, factor)
    span = (float(x.min()), float(x.max()))
    far = 1.0 if refused else view.far
    held: list[float | None] = [None] if other is None else [*_few(other)]
    # A model of one size is drawn for the budgets that its data can have, not for all of them.
    ends = [_ends(answer, view.axis, each, span, far, factor) for each in held]
    curves = tuple(
        _curve(answer, view, each, _steps(*end, span[1]), factor, run)
        for each, end in zip(held, ends, strict=True)
    )
    middle = curves[len(curves) // 2]
    return Drawing(
        view.axis,
        {"x": "", "N": "D", "D": "N", "C": "N"}[view.axis],
        span,
        curves,
        None if view.axis != "C" or refused else _best(answer, span, far, factor),
        _beside(answer, view, middle, factor),
    )


def _few(other: FloatArray) -> list[float]:
    """A small, a middling and a large one of the other sizes: of a grid its own, else round."""
    different = np.unique(other)
    chosen = np.exp(np.quantile(np.log(other), _FEW))
    if len(different) <= _GRID:
        near = [float(different[np.abs(np.log(different / each)).argmin()]) for each in chosen]
    else:
        near = [float(f"{each:.1e}") for each in chosen]
    return sorted(set(near))


def _ends(
    answer: Answer,
    axis: Axis,
    held: float | None,
    span: tuple[float, float],
    far: float,
    factor: float,
) -> tuple[float, float]:
    if axis == "C" and held is not None:
        tokens = answer.columns["D"]
        return factor * held * float(tokens.min()), factor * held * float(tokens.max()) * far
    return span[0] / _MARGIN, span[1] * max(far, _MARGIN if far > 1 else 1.0)


def _steps(low: float, high: float, last: float) -> FloatArray:
    """Places of a curve; the end of the data is one of them, where it turns dashed."""
    places = np.geomspace(low, high, _STEPS)
    return np.unique(np.append(places, last)) if low < last < high else places


def _sizes(axis: Axis, x: FloatArray, held: float | None, factor: float) -> dict[str, FloatArray]:
    if held is None:
        return {"x": x}
    others = np.full_like(x, held)
    if axis == "C":
        return {"N": others, "D": x / (factor * held)}
    return {axis: x, ("D" if axis == "N" else "N"): others}


def _curve(
    answer: Answer, view: View, held: float | None, x: FloatArray, factor: float, run: Run
) -> Curve:
    sizes = _sizes(view.axis, x, held, factor)
    loss = answer.fit.predict(sizes).numpy()
    if view.band == "none":
        return Curve(held, x, loss)
    # Bound to its arguments, so that the replicas are not sent to a device for so little.
    bound = partial(prediction_band, answer.replicas, sizes, answer.question.level, view.band)
    found = run(bound)
    return Curve(held, x, loss, _finite(found.low), _finite(found.high))


def _finite(ends: torch.Tensor) -> FloatArray:
    values: FloatArray = ends.clamp(1e-300, 1e300).numpy()
    return values


def _best(answer: Answer, span: tuple[float, float], far: float, factor: float) -> Curve:
    compute = _steps(span[0], span[1] * max(far, _MARGIN), span[1])
    found = closed_frontier(answer.law.key, answer.fit.parameters, compute, factor)
    return Curve(None, compute, found.loss)


def _beside(answer: Answer, view: View, middle: Curve, factor: float) -> tuple[Beside, ...]:
    """Laws in N and D alone have anything beside them."""
    if middle.held is None:
        return ()
    sizes = _sizes(view.axis, middle.x, middle.held, factor)

    def curve(law: str, parameters: Mapping[str, float]) -> Curve:
        return Curve(middle.held, middle.x, predictor(law, parameters)(sizes["N"], sizes["D"]))

    truth = truth_of(answer.question.chosen.source)
    found = [Beside("", curve(*truth))] if truth else []
    if view.published:
        found += [
            Beside(law.title, curve(law.law, law.parameters))
            for law in PUBLISHED.values()
            if law.law == answer.law.key
        ]
    return tuple(found)


def round_ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Round values for a logarithmic axis that spans less than two powers of ten; else none."""
    if not 0 < low < high or high / low > 50:
        return []
    steps = [m * 10.0**e for e in range(-4, 7) for m in (1, 2, 5)]
    step = next((s for s in steps if (high - low) / s <= most), steps[-1])
    first = math.ceil(low / step)
    ticks = [round(k * step, 10) for k in range(first, int(high / step) + 1)]
    return [tick for tick in ticks if tick > 0]
