"""What a visitor wants to know better, and what each further run would leave of its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.answers import Answer
from demos.scaling.design import (
    Figure,
    left_after,
    optimal_exponent,
    optimal_size,
    parameter,
    plan,
    prediction,
    reach,
)
from demos.scaling.fitted.curves import factor_of
from demos.scaling.fitted.reading import default_sizes, read_size
from demos.scaling.optimal.asked import read_budgets

FloatArray = NDArray[np.float64]

ALL, LOSS, SIZE, EXPONENT = "all", "loss", "size", "exponent"
MOST_RUNS = 8
_STEPS = 45  # of the map, each way


@dataclass(frozen=True)
class Wish:
    """What is to be known better, and with which means.

    Attributes:
        quantity: ALL, LOSS, SIZE, EXPONENT, or a parameter's name.
        at: sizes for LOSS in the law's order, or (FLOP,) for SIZE.
        budget: of one run, in FLOP; for laws in one variable the largest size.
        runs: how many are planned.
    """

    quantity: str
    at: tuple[float, ...]
    budget: float
    runs: int


@dataclass(frozen=True)
class Plan:
    """The map and the runs.

    Attributes:
        wish: what was asked.
        names: of the sizes, k.
        axes: sizes of the map, k arrays.
        left: share of the interval that one run leaves, [m] or [m_N, m_D]; nan beyond the budget.
        measured: sizes of the runs so far [n, k].
        runs: the best runs, each after those before it [r, k].
        after: what is left after each [r].
        compute: of the runs [r], in FLOP, or the size itself.
    """

    wish: Wish
    names: tuple[str, ...]
    axes: tuple[FloatArray, ...]
    left: FloatArray
    measured: FloatArray
    runs: FloatArray
    after: FloatArray
    compute: FloatArray


def quantities(answer: Answer) -> list[str]:
    """What can be asked of a law, the usual first."""
    parameters = list(answer.law.names)
    if answer.law.trade is not None:
        return [EXPONENT, SIZE, LOSS, ALL, *parameters]
    return [LOSS, ALL, *parameters]


def largest_budget(answer: Answer) -> float:
    """Of the largest run so far, to two digits upwards."""
    most = float(_cost(answer, answer.fit.observations.inputs.numpy()).max())
    power = 10.0 ** np.floor(np.log10(most) - 1)
    return float(f"{np.ceil(most / power * (1 - 1e-12)) * power:.1e}")


def read_wish(
    answer: Answer, quantity: Any, n: Any, d: Any, x: Any, compute: Any, budget: Any, runs: Any
) -> Wish:
    """A wish out of fields; an empty budget is that of the largest run, an empty size its tenfold.

    Raises:
        InputProblem: the first field that means nothing.
    """
    known = quantities(answer)
    quantity = quantity if quantity in known else known[0]
    at: tuple[float, ...] = ()
    if quantity == LOSS:
        sizes, typed = default_sizes(answer), {"N": n, "D": d, "x": x}
        at = tuple(
            read_size(typed[name]) if str(typed[name] or "").strip() else sizes[name]
            for name in answer.law.inputs
        )
    elif quantity == SIZE:
        at = (read_budgets(str(compute))[0] if str(compute or "").strip() else 1e23,)
    return Wish(quantity, at, read_budget(answer, budget), read_runs(runs))


def read_budget(answer: Answer, budget: Any) -> float:
    """Of one run; raises InputProblem."""
    if not str(budget or "").strip():
        return largest_budget(answer)
    if len(answer.law.inputs) == 1:
        return read_size(budget)
    return read_budgets(str(budget))[0]


def read_runs(runs: Any) -> int:
    """How many; raises InputProblem."""
    if not isinstance(runs, (int, float)) or not 1 <= runs <= MOST_RUNS:
        raise InputProblem("scaling.planning.runs_range", most=MOST_RUNS)
    return int(runs)


def plan_of(answer: Answer, wish: Wish) -> Plan:
    """The map of one further run, and the best few.

    Raises:
        InputProblem: the budget buys nothing, the points do not tell the parameters apart, or the
            law's parameters do not move what is asked.
    """
    figure, factor = _figure(answer, wish), factor_of(answer.question.chosen.source)
    runs, after = plan(answer.fit, wish.budget, wish.runs, figure, factor)
    axes = tuple(np.geomspace(float(low), float(high), _STEPS) for low, high in reach(answer.fit).T)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)  # [m, k] or [m_N, m_D, k]
    proposed = grid.reshape(-1, len(axes))
    left = left_after(answer.fit, proposed, figure)
    left = np.where(_cost(answer, proposed) <= wish.budget * (1 + 1e-9), left, np.nan)
    return Plan(
        wish,
        answer.law.inputs,
        axes,
        left.reshape(grid.shape[:-1]),
        answer.fit.observations.inputs.numpy(),
        runs,
        after,
        _cost(answer, runs),
    )


def _cost(answer: Answer, sizes: FloatArray) -> FloatArray:
    """FLOP of runs [m, k]; with one variable the size itself."""
    if sizes.shape[1] == 1:
        return sizes[:, 0]
    return np.asarray(factor_of(answer.question.chosen.source) * sizes.prod(axis=1))


def _figure(answer: Answer, wish: Wish) -> Figure | None:
    if wish.quantity == ALL:
        return None
    if wish.quantity == EXPONENT:
        return optimal_exponent(answer.fit)
    if wish.quantity == SIZE:
        factor = factor_of(answer.question.chosen.source)
        return optimal_size(answer.fit, wish.at[0], factor)
    if wish.quantity == LOSS:
        return prediction(answer.fit, np.array(wish.at))
    return parameter(answer.fit, wish.quantity)
