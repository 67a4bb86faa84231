"""What is asked of points, and what is answered: a fit with everything that is known about it."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.checks import Outliers, Verdict, check_data, finding_outliers, judge
from demos.scaling.fit import DEFAULT_DELTA, Fit, fitting
from demos.scaling.laws import Law
from demos.scaling.newton import Objective
from demos.scaling.observations import law_named
from demos.scaling.sources import Chosen, Points, Tables
from demos.scaling.uncertainty import (
    DEFAULT_LEVEL,
    DEFAULT_REPLICAS,
    Interval,
    Replicas,
    Resampling,
    bootstrapping,
    exponent_intervals,
    parameter_intervals,
)
from models import work
from models.cache import ResultCache
from models.registry import Registry

ResultT = TypeVar("ResultT")
StageName = Literal["fit", "bootstrap", "outliers"]

_KEPT_BYTES = 256 << 20  # of answers: a thousand replicas of nine parameters are .1 MB
_COPIES = 8  # of its columns, that an answer holds in logarithms, residuals and the like
_MOST_RESAMPLED = 2_000_000  # points times replicas; beyond it there are fewer replicas
_FEWEST_REPLICAS = 200
_SHARES: dict[StageName, tuple[float, float]] = {
    "fit": (0.0, 0.2),
    "bootstrap": (0.2, 0.8),
    "outliers": (0.8, 1.0),
}


@dataclass(frozen=True)
class Question:
    """Which law is to be fitted to which points, and how.

    Attributes:
        chosen: the points.
        law: its key in `laws.LAWS`.
        x: the column that a law in one variable takes; "" for laws in N and D.
        objective, delta: as in `fit.fit`.
        resampling, replicas, level: of the bootstrap.
        seed: of the bootstrap.
    """

    chosen: Chosen
    law: str
    x: str = ""
    objective: Objective = "huber_log"
    delta: float = DEFAULT_DELTA
    resampling: Resampling = "pairs"
    replicas: int = DEFAULT_REPLICAS
    level: float = DEFAULT_LEVEL
    seed: int = 0


@dataclass(frozen=True)
class Stage:
    """What is being done, and how far it is; the share is that of the whole."""

    name: StageName
    progress: work.Progress


@dataclass(frozen=True)
class Answer:
    """A fit with everything that is known about it.

    Attributes:
        question: what was asked.
        points: all of the source's, and which count.
        columns: what the law was fitted to: its inputs and "loss" [n].
        fit: the best of many starts.
        replicas: the bootstrap; fewer than asked for where there are very many points.
        intervals: of the parameters, by name.
        exponents: of N_opt ~ C^a and D_opt ~ C^b, by "a" and "b"; empty where the law has none.
        outliers: points that move the answer, and the fit without them.
        verdict: whether any of it can be believed.
        seconds: what it took.
    """

    question: Question
    points: Points
    columns: dict[str, NDArray[np.float64]]
    fit: Fit
    replicas: Replicas
    intervals: dict[str, Interval]
    exponents: dict[str, Interval]
    outliers: Outliers
    verdict: Verdict
    seconds: float

    @property
    def law(self) -> Law:
        return self.fit.law

    @property
    def nbytes(self) -> int:
        """Roughly: for a bounded memory."""
        columns = sum(column.nbytes for column in self.columns.values())
        return _COPIES * columns + self.replicas.parameters.nbytes


@dataclass(frozen=True)
class Answers:
    """Fits through the registry, and keeps what was found. Thread-safe."""

    registry: Registry
    tables: Tables
    _kept: ResultCache = field(default_factory=lambda: ResultCache(_KEPT_BYTES))

    def kept(self, question: Question) -> Answer | None:
        """The answer, where it is known already."""
        answer: Answer | None = self._kept.get(question)
        return answer

    def answering(self, question: Question) -> Generator[Stage, None, Answer]:
        """Fit, resample, look for outliers, judge.

        Raises:
            InputProblem: as `Tables.points`, `columns_for` and `fit`: the points cannot carry it.
        """
        known = self.kept(question)
        if known is not None:
            return known
        started = time.perf_counter()
        points = self.tables.points(question.chosen)
        columns = columns_for(points, question.law, question.x)
        run = self.registry.run
        first = fitting(question.law, columns, question.objective, question.delta, run=run)
        fit = yield from _stage("fit", first, started)
        replicas = yield from _stage(
            "bootstrap",
            bootstrapping(
                fit,
                most_replicas(question.replicas, len(fit.residuals)),
                question.resampling,
                question.seed,
                run,
            ),
            started,
        )
        outliers = yield from _stage("outliers", finding_outliers(fit, run), started)
        intervals = parameter_intervals(replicas, question.level)
        answer = Answer(
            question,
            points,
            columns,
            fit,
            replicas,
            intervals,
            exponent_intervals(replicas, question.level) if fit.law.trade else {},
            outliers,
            judge(fit, intervals, outliers),
            time.perf_counter() - started,
        )
        self._kept.put(question, answer)
        return answer


def columns_for(points: Points, law: str, x: str = "") -> dict[str, NDArray[np.float64]]:
    """What a law is fitted to, of the points that count: its inputs and "loss" [n].

    Raises:
        InputProblem: the points have no such column, or cannot carry the law (see `check_data`).
    """
    wanted = law_named(law)
    columns: dict[str, NDArray[np.float64]] = {**points.used.columns}
    if takes_x(law):
        if not points.table.sizes:
            raise InputProblem("scaling.desk.nothing_varies")
        if x not in columns or x == "loss":
            raise InputProblem("scaling.desk.no_x", x=x, columns=", ".join(points.table.sizes))
        columns = {"x": columns[x], "loss": columns["loss"]}
    verdict = check_data(law, columns)
    if verdict.status == "refused":
        raise verdict.reasons[0].problem()
    return {name: columns[name] for name in wanted.columns}


def takes_x(law: str) -> bool:
    """Whether a law has one variable, for which a column is to be chosen."""
    return law_named(law).inputs == ("x",)


def default_law(points: Points) -> tuple[str, str]:
    """The law to begin with and its x: Hoffmann's where N and D vary, else a power law."""
    sizes = points.table.sizes
    if {"N", "D"} <= set(sizes):
        return "chinchilla", sizes[0]
    return "power", sizes[0] if sizes else ""


def most_replicas(wanted: int, points: int) -> int:
    """How many of the wanted replicas are drawn: fewer where there are very many points."""
    most = max(_FEWEST_REPLICAS, _MOST_RESAMPLED // points)
    return min(wanted, most)


def _stage(
    name: StageName, steps: Generator[Any, None, ResultT], started: float
) -> Generator[Stage, None, ResultT]:
    """Each step of a part as progress of the whole, which never goes back."""
    low, high = _SHARES[name]
    share = low
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                result: ResultT = stop.value
                return result
            share = max(share, low + (high - low) * step.done / max(step.total, 1))
            seconds = time.perf_counter() - started
            yield Stage(name, work.Progress(step.done, step.total, seconds, share=share))
    finally:
        steps.close()
