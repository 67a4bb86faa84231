"""What the panel shows of one answer: computed once, drawn and told by `figures` and `results`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.scaling.answers import Answer
from demos.scaling.checks import FAR
from demos.scaling.claims import CLAIMS, Claim
from demos.scaling.optimal.allocation import Fitted, Path, path_of
from demos.scaling.uncertainty import Interval

FloatArray = NDArray[np.float64]

DRAWN = ("kaplan", "kaplan_law", "hoffmann_3", "besiroglu")  # claims that are drawn
_STEPS = 48  # of a path
_BEYOND = 6.0  # times, at either end of the path


@dataclass(frozen=True)
class View:
    """One answer at chosen budgets.

    Attributes:
        fitted: the law.
        factor: FLOP a parameter and token.
        table: at the budgets, in their order.
        line: along all of the figure, budgets ascending.
        points: N, D and loss of the runs [3, n].
        exponents: intervals of a and b, by name; empty without replicas.
    """

    fitted: Fitted
    factor: float
    table: Path
    line: Path
    points: FloatArray
    exponents: dict[str, Interval]

    @property
    def budgets(self) -> FloatArray:
        """In FLOP [m]."""
        return self.table.best.compute

    @property
    def far(self) -> NDArray[np.bool_]:
        """Which optima lie far beyond the sizes of the runs [m]."""
        best = self.table.best
        beyond = np.zeros(len(self.budgets), dtype=bool)
        for found, measured in zip((best.parameters, best.tokens), self.points[:2], strict=True):
            beyond |= (found > FAR * measured.max()) | (found < measured.min() / FAR)
        return beyond

    @property
    def claims(self) -> list[tuple[Claim, FloatArray, FloatArray]]:
        """Each paper's N and D [m] at the budgets."""
        return [(each, *each.optimum(self.budgets, self.factor)) for each in CLAIMS]


def fitted_of(answer: Answer) -> Fitted:
    """The law of an answer with its replicas as an array."""
    replicas = answer.replicas.parameters.cpu().numpy()
    return Fitted(answer.law.key, answer.fit.parameters, replicas, answer.question.level)


def view_of(answer: Answer, budgets: tuple[float, ...], factor: float) -> View:
    """Everything at once.

    Raises:
        InputProblem: the law has no optimum (see `closed_frontier`).
    """
    fitted = fitted_of(answer)
    chosen = np.array(budgets, dtype=np.float64)
    columns = answer.columns
    points = np.stack([np.asarray(columns[name]) for name in ("N", "D", "loss")])
    compute = np.concatenate([chosen, factor * points[0] * points[1]])
    ends = compute.min() / _BEYOND, compute.max() * _BEYOND
    line = path_of(fitted, np.geomspace(*ends, _STEPS), factor)
    table = path_of(fitted, chosen, factor)
    return View(fitted, factor, table, line, points, answer.exponents)
