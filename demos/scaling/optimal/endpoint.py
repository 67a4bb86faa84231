"""The endpoint `scaling_frontier`: a law or losses in, compute-optimal models out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from demos.frame.errors import InputProblem, visible_errors
from demos.frame.steps import Run
from demos.scaling.checks import Verdict, find_outliers, judge
from demos.scaling.fit import fit
from demos.scaling.frontier import CLOSED_FORMS, FLOP_FACTOR, optimal_exponents
from demos.scaling.laws import LAWS
from demos.scaling.optimal.allocation import Ends, Fitted, path_of
from demos.scaling.optimal.asked import check_budgets, read_budgets, read_factor
from demos.scaling.published import PUBLISHED
from demos.scaling.uncertainty import (
    DEFAULT_REPLICAS,
    Interval,
    bootstrap,
    exponent_intervals,
    parameter_intervals,
)
from models.registry import Registry

MOST_POINTS = 50_000
_MOST_RESAMPLED, _FEWEST_REPLICAS = 2_000_000, 200  # points times replicas, as in the tab
_ROW = ("n", "d", "tokens_per_parameter", "loss")

ScalingFrontier = Callable[..., dict[str, Any]]


def make_scaling_frontier(registry: Registry) -> ScalingFrontier:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def scaling_frontier(
        law: str = "chinchilla",
        parameters: dict[str, float] = {},  # noqa: B006  # gradio reads the type; only read
        budgets: list[Any] = [],  # noqa: B006
        factor: float = FLOP_FACTOR,
        columns: dict[str, list[float]] = {},  # noqa: B006
    ) -> dict[str, Any]:
        """Which N and D give the least loss for C = factor * N * D.

        Args:
            law: "chinchilla", "tied" or "kaplan"; or a published fit, "kaplan-2020",
                "hoffmann-2022" or "besiroglu-2024", which needs no parameters.
            parameters: of the law by the literature's names, such as {"E": 1.82, "A": 478,
                "B": 2143, "alpha": 0.347, "beta": 0.367}; {} where columns are fitted.
            budgets: 1 to 12, in FLOP or as text such as "1e3 PF-days".
            factor: FLOP a parameter and token.
            columns: {"N": [...], "D": [...], "loss": [...]} to fit the law to first, at most
                50,000 points; then everything has 95 % intervals of a bootstrap.

        Returns:
            {"law", "parameters", "factor", "status", "reasons", "exponents", "budgets"}. status is
            "fine", "doubted" or "refused"; where it is refused there are no exponents and budgets.
            Exponents are {"a", "b"} of N ~ C^a and D ~ C^b. Each budget has "compute", "n", "d",
            "tokens_per_parameter" and "loss"; with columns each figure has a companion
            "<figure>_interval".
        """
        return frontier_of(registry.run, law, parameters, budgets, factor, columns)

    return scaling_frontier


def frontier_of(
    run: Run, law: object, parameters: object, budgets: object, factor: object, columns: object
) -> dict[str, Any]:
    """`scaling_frontier` without Gradio. Raises InputProblem."""
    chosen = _budgets(budgets)
    times = read_factor(factor)
    if columns:
        fitted, exponents, verdict = _fit(run, law, columns)
    else:
        fitted, exponents, verdict = _given(law, parameters), {}, Verdict("fine", ())
    answer: dict[str, Any] = {
        "law": fitted.law,
        "parameters": dict(fitted.parameters),
        "factor": times,
        "status": verdict.status,
        "reasons": [reason.problem().sentence("en") for reason in verdict.reasons],
        "exponents": {},
        "budgets": [],
    }
    if verdict.status == "refused":
        return answer
    answer["budgets"] = _rows(fitted, chosen, times)
    answer["exponents"] = _exponents(fitted, exponents)
    return answer


def _budgets(given: object) -> tuple[float, ...]:
    if not isinstance(given, (list, tuple)):
        raise InputProblem("scaling.optimal.no_budget")
    found: list[float] = []
    for budget in given:
        found += read_budgets(budget if isinstance(budget, str) else repr(budget))
    return check_budgets(found)


def _law(law: object) -> str:
    if law in CLOSED_FORMS:
        return str(law)
    known = ", ".join((*CLOSED_FORMS, *PUBLISHED))
    raise InputProblem("scaling.optimal.unknown_law", law=str(law)[:40], known=known)


def _given(law: object, parameters: object) -> Fitted:
    if not parameters and isinstance(law, str) and law in PUBLISHED:
        published = PUBLISHED[law]
        order = LAWS[published.law].names
        return Fitted(published.law, {name: published.parameters[name] for name in order})
    chosen = _law(law)
    names = LAWS[chosen].names
    given = parameters if isinstance(parameters, dict) else {}
    values = {}
    for name in names:
        try:
            values[name] = float(given[name])
        except (KeyError, TypeError, ValueError):
            raise InputProblem(
                "scaling.optimal.no_parameter", name=name, names=", ".join(names)
            ) from None
        if not math.isfinite(values[name]) or values[name] < 0:
            raise InputProblem("scaling.frontier.parameter", name=name, value=values[name])
    return Fitted(chosen, values)


def _fit(run: Run, law: object, columns: object) -> tuple[Fitted, dict[str, Interval], Verdict]:
    chosen = _law(law)
    if not isinstance(columns, dict) or any(
        isinstance(column, (list, tuple)) and len(column) > MOST_POINTS
        for column in columns.values()
    ):
        raise InputProblem("scaling.optimal.bad_columns", most=MOST_POINTS)
    found = fit(chosen, columns, run=run)
    count = max(_FEWEST_REPLICAS, _MOST_RESAMPLED // len(found.observations))
    replicas = bootstrap(found, min(count, DEFAULT_REPLICAS), run=run)
    verdict = judge(found, parameter_intervals(replicas), find_outliers(found, run))
    values = replicas.parameters.cpu().numpy()
    return Fitted(chosen, found.parameters, values), exponent_intervals(replicas), verdict


def _rows(fitted: Fitted, budgets: tuple[float, ...], factor: float) -> list[dict[str, Any]]:
    path = path_of(fitted, np.array(budgets), factor)
    best = path.best
    values = (best.parameters, best.tokens, best.tokens_per_parameter, best.loss)
    intervals = (path.parameters, path.tokens, path.ratio, path.loss)
    rows = []
    for place, budget in enumerate(budgets):
        row: dict[str, Any] = {"compute": budget}
        for name, column, ends in zip(_ROW, values, intervals, strict=True):
            row[name] = float(column[place])
            if ends is not None:
                row[f"{name}_interval"] = _interval(ends, place)
        rows.append(row)
    return rows


def _interval(ends: Ends, place: int) -> list[float | None]:
    """None is an open end: JSON has no infinity."""
    both = (float(end[place]) for end in ends)
    return [end if math.isfinite(end) else None for end in both]


def _exponents(fitted: Fitted, intervals: dict[str, Interval]) -> dict[str, Any]:
    a, b = optimal_exponents(fitted.law, fitted.parameters)
    found: dict[str, Any] = {"a": a, "b": b}
    for name, interval in intervals.items():
        found[f"{name}_interval"] = [interval.low, interval.high]
    return found
