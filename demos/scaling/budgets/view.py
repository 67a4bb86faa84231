"""IsoFLOP of chosen points, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.answers import Answer
from demos.scaling.frontier import FLOP_FACTOR
from demos.scaling.isoflop import IsoFlop, Parabola, isoflop
from demos.scaling.optimal.allocation import Path, path_of
from demos.scaling.optimal.view import fitted_of
from demos.scaling.sources import Chosen, Points, Uploaded
from demos.scaling.uncertainty import Interval

FloatArray = NDArray[np.float64]

WIDTHS = (0.01, 0.5)  # of a budget, in decades
_STEPS = 40
_BEYOND = 2.0  # times, at either end of the paths


@dataclass(frozen=True)
class Approach3:
    """The path of a law fitted to the same points, and its exponents' intervals."""

    path: Path
    a: float
    interval: Interval


@dataclass(frozen=True)
class View:
    """What is drawn.

    Attributes:
        n, compute, loss: of the points that count [n].
        found: parabolas and their law.
        factor: FLOP a parameter and token.
        budgets: where paths are drawn [m].
        fitted: approach 3; None where no law in N and D is fitted to these points.
    """

    n: FloatArray
    compute: FloatArray
    loss: FloatArray
    found: IsoFlop
    factor: float
    budgets: FloatArray
    fitted: Approach3 | None

    @property
    def usable(self) -> list[Parabola]:
        """Parabolas whose minimum counts."""
        return [each for each in self.found.parabolas if each.refusal is None]


def check_width(width: object) -> float:
    """The width of a budget in decades.

    Raises:
        InputProblem: no number between the slider's ends.
    """
    try:
        value = float(str(width))
    except ValueError:
        value = float("nan")
    if not WIDTHS[0] - 1e-9 <= value <= WIDTHS[1] + 1e-9:
        raise InputProblem("scaling.budgets.bad_width", low=WIDTHS[0], high=WIDTHS[1])
    return value


def view_of(chosen: Chosen, points: Points, width: float, answer: Answer | None) -> View:
    """Parabolas of the points that count, and beside them the law that was fitted to the same.

    Raises:
        InputProblem: no sizes or no compute among the columns, or no budget that runs share.
    """
    columns = points.used.columns
    missing = [name for name in ("N", "C") if name not in columns]
    if missing:
        raise InputProblem("scaling.budgets.no_column", names=", ".join(missing))
    n, compute, loss = columns["N"], columns["C"], columns["loss"]
    factor = chosen.source.flop_factor if isinstance(chosen.source, Uploaded) else FLOP_FACTOR
    found = isoflop(n, compute, loss, factor, width)
    centres = [each.budget for each in found.parabolas]
    budgets = np.geomspace(min(centres) / _BEYOND, max(centres) * _BEYOND, _STEPS)
    return View(
        n, compute, loss, found, factor, budgets, _approach_3(answer, chosen, budgets, factor)
    )


def _approach_3(
    answer: Answer | None, chosen: Chosen, budgets: FloatArray, factor: float
) -> Approach3 | None:
    if answer is None or answer.law.trade is None or answer.verdict.status == "refused":
        return None
    if answer.question.chosen != chosen:
        return None
    try:
        path = path_of(fitted_of(answer), budgets, factor)
    except InputProblem:  # the law has no optimum
        return None
    return Approach3(path, float(path.best.a[0]), answer.exponents["a"])
