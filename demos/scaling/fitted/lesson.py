"""Why the objective is summed: the same method on the mean and on the sum, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.frame.progress import notice_html
from demos.frame.steps import Run
from demos.frame.strings import Language, say
from demos.scaling.answers import Answer, columns_for
from demos.scaling.fit import DEFAULT_DELTA, PUBLISHED_EARLY_STOP, EarlyStop, stops_early
from demos.scaling.fitted.results import number
from demos.scaling.published import PUBLISHED
from demos.scaling.simulated import example

FloatArray = NDArray[np.float64]

EXAMPLE = "isoflop"  # where the points shown have no N and D
MOST_POINTS = 1_000  # one call on the device, that nobody can cancel
_PUBLISHED_SUM = 0.0010182740  # on Chinchilla's 240 points
_NAMES = ("E", "A", "B", "alpha", "beta")
_SAME = 1e-3  # of the objective


@dataclass(frozen=True)
class Lesson:
    """Both answers, and on which data.

    Attributes:
        found: see `stops_early`.
        own: whether the points are those that are shown.
        points, total: how many were taken, and how many there are.
        delta: Huber's.
        best: the panel's own fit of the same points with the same objective, where it is that.
    """

    found: EarlyStop
    own: bool
    points: int
    total: int
    delta: float
    best: tuple[Mapping[str, float], float] | None


def lesson_of(answer: Answer, run: Run) -> Lesson:
    """The lesson on the points shown, or on the bundled example where they have no N and D.

    Raises:
        InputProblem: as `stops_early`.
    """
    own = _own_columns(answer)
    columns = own or {name: example(EXAMPLE).columns[name] for name in ("N", "D", "loss")}
    total = len(columns["loss"])
    if total > MOST_POINTS:
        even = np.linspace(0, total - 1, MOST_POINTS).astype(np.int64)
        columns = {name: values[even] for name, values in columns.items()}
    asked = answer.question
    delta = asked.delta if asked.objective == "huber_log" else DEFAULT_DELTA
    same = own and answer.law.key == "chinchilla" and asked.objective == "huber_log"
    best = (answer.fit.parameters, answer.fit.objective) if same and total <= MOST_POINTS else None
    found: EarlyStop = run(stops_early, columns, delta)
    return Lesson(found, own is not None, len(columns["loss"]), total, delta, best)


def _own_columns(answer: Answer) -> dict[str, FloatArray] | None:
    try:
        return columns_for(answer.points, "chinchilla")
    except InputProblem:
        return None


def lesson_html(lesson: Lesson, language: Language) -> str:
    """A sentence on what happened, and the table."""
    mean, total = lesson.found.mean, lesson.found.total
    rows = [
        _row("mean", mean.parameters, mean.objective, mean.steps, mean.gradient, language),
        _row("sum", total.parameters, total.objective, total.steps, total.gradient, language),
    ]
    if lesson.best is not None:
        rows.append(_row("newton", lesson.best[0], lesson.best[1], None, None, language))
    rows.append(_row("published_mean", PUBLISHED_EARLY_STOP, None, None, None, language))
    known = PUBLISHED["besiroglu-2024"].parameters
    rows.append(_row("published_sum", known, _PUBLISHED_SUM, None, None, language))
    keys = ("method", "objective", *_NAMES, "steps", "gradient")
    heads = [say(f"scaling.fitted.lesson.column.{key}", language) for key in keys]
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'{notice_html(_sentences(lesson, language))}<div class="kl-table">{table}</div>'


def _row(
    key: str,
    parameters: Mapping[str, float],
    objective: float | None,
    steps: int | None,
    gradient: float | None,
    language: Language,
) -> list[str]:
    return [
        escape(say(f"scaling.fitted.lesson.row.{key}", language)),
        "–" if objective is None else f"{objective:.7f}",
        *(number(parameters[name]) if name in parameters else "–" for name in _NAMES),
        "–" if steps is None else str(steps),
        "–" if gradient is None else number(gradient),
    ]


def _sentences(lesson: Lesson, language: Language) -> list[str]:
    mean, total = lesson.found.mean, lesson.found.total
    where = "own" if lesson.own else "example"
    if lesson.points < lesson.total:
        where = "thinned"
    data = say(
        f"scaling.fitted.lesson.data.{where}",
        language,
        points=f"{lesson.points:,}",
        total=f"{lesson.total:,}",
        delta=f"{lesson.delta:g}",
    )
    above = mean.objective / max(total.objective, 1e-300) - 1
    values = {"alpha": mean.parameters["alpha"], "right": total.parameters["alpha"]}
    if abs(above) < _SAME:
        return [data, say("scaling.fitted.lesson.same", language, share=f"{100 * abs(above):.2g}")]
    key = "stopped" if above > 0 else "sum_stopped"
    said = say(
        f"scaling.fitted.lesson.{key}",
        language,
        share=f"{100 * abs(above):.3g}",
        **{name: f"{value:.3f}" for name, value in values.items()},
    )
    return [data, said]
