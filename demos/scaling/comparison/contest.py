"""Laws fitted to the same points, and to the smaller scales alone; what was fitted is kept."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.frame.recent import Recent
from demos.scaling.answers import Answers, Question, columns_for, takes_x
from demos.scaling.checks import Verdict, judge
from demos.scaling.compare import (
    DEFAULT_SHARE,
    NESTED,
    Criteria,
    HeldOut,
    LikelihoodRatio,
    criteria,
    extrapolating,
    largest,
    likelihood_ratio,
    scale_of,
)
from demos.scaling.fit import Fit, fitting
from demos.scaling.frontier import FLOP_FACTOR
from demos.scaling.laws import LAWS
from demos.scaling.sources import Chosen, Points, Uploaded
from demos.scaling.uncertainty import normal_intervals
from models import work

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ResultT = TypeVar("ResultT")
Part = Literal["fit", "held_out"]

DEFAULT_LAWS = ("power", "chinchilla", "kaplan", "tied", "broken_power")
SHARES = (0.05, 0.5)
_KEPT = 64
_EFFORT = {"broken_power": 5.0, "broken_power_2": 10.0}  # of the others' 1: they have more starts


@dataclass(frozen=True)
class Contest:
    """Which laws are compared on which points.

    Attributes:
        chosen: the points.
        laws: keys in `laws.LAWS`.
        x: the column that laws in one variable take.
        share: of the points, held out.
    """

    chosen: Chosen
    laws: tuple[str, ...]
    x: str
    share: float = DEFAULT_SHARE


@dataclass(frozen=True)
class Entry:
    """One law.

    Attributes:
        law: its key.
        x: the column that it takes; "" for laws in N and D.
        fit: to all points; None where they cannot carry the law.
        refusal: why they cannot.
        criteria: of the fit.
        verdict: whether its parameters can be believed.
        held: what it says of the largest scales; None where there are none to hold out.
    """

    law: str
    x: str
    fit: Fit | None = None
    refusal: InputProblem | None = None
    criteria: Criteria | None = None
    verdict: Verdict | None = None
    held: HeldOut | None = None


@dataclass(frozen=True)
class Nested:
    """A test whether the larger of two nested laws is worth its parameters."""

    smaller: str
    larger: str
    ratio: LikelihoodRatio


@dataclass(frozen=True)
class Comparison:
    """What came of a contest.

    Attributes:
        contest: what was asked.
        scale: what "large" means for each point [n].
        scale_name: "C", "6ND", or the column.
        loss: [n].
        entries: in the order of `laws.LAWS`.
        held_out: which points were kept back [n]; none where all are of one scale.
        nested: tests of laws that contain one another.
        seconds: what it took.
    """

    contest: Contest
    scale: FloatArray
    scale_name: str
    loss: FloatArray
    entries: tuple[Entry, ...]
    held_out: BoolArray
    nested: tuple[Nested, ...]
    seconds: float

    @property
    def fitted(self) -> tuple[Entry, ...]:
        """The laws that the points can carry."""
        return tuple(entry for entry in self.entries if entry.fit is not None)

    @property
    def extrapolated(self) -> tuple[Entry, ...]:
        """Those that the smaller scales can carry too."""
        return tuple(each for each in self.entries if each.held and each.held.fit is not None)


@dataclass(frozen=True)
class Stage:
    """Which law is being fitted to what, and how far all of it is."""

    law: str
    part: Part
    progress: work.Progress


@dataclass(frozen=True)
class Contests:
    """Comparisons through the registry. Fits are kept, so another share fits only once more."""

    answers: Answers
    _fits: Recent = field(default_factory=lambda: Recent(_KEPT))
    _held: Recent = field(default_factory=lambda: Recent(_KEPT))

    def comparing(self, contest: Contest) -> Generator[Stage, None, Comparison]:
        """Fit every law to all points and to the smaller scales.

        Raises:
            InputProblem: as `Tables.points`; no column of sizes. A law that cannot be fitted is
                reported.
        """
        started = time.perf_counter()
        points = self.answers.tables.points(contest.chosen)
        columns = _columns(points, contest.x)
        factor = _factor(contest.chosen)
        scale = scale_of(columns, factor)
        held_out = _held_out(scale, contest.share)
        meter = _Meter(contest.laws, 2 if held_out.any() else 1, started)
        entries = []
        for law in (key for key in LAWS if key in contest.laws):
            entry = yield from self._fitted(contest, law, points, meter)
            held = None
            if held_out.any():
                held = yield from self._extrapolated(contest, law, columns, factor, meter)
            entries.append(Entry(entry.law, entry.x, held=held, **_known(entry)))
        return Comparison(
            contest,
            scale,
            _scale_name(columns, factor),
            np.asarray(columns["loss"]),
            tuple(entries),
            held_out,
            _tests(entries),
            time.perf_counter() - started,
        )

    def _fitted(
        self, contest: Contest, law: str, points: Points, meter: _Meter
    ) -> Generator[Stage, None, Entry]:
        """A law on all points; the bar's fit where there is one."""
        x = contest.x if takes_x(law) else ""
        answer = self.answers.kept(Question(contest.chosen, law, x))
        if answer is not None:
            meter.passed(law)
            return _entry(law, x, answer.fit, answer.verdict)
        key = (contest.chosen, law, x)
        found: Fit | InputProblem | None = self._fits.get(key)
        if found is None:
            try:
                steps = fitting(law, columns_for(points, law, x), run=self.answers.registry.run)
                found = yield from meter.metered(law, "fit", steps)
            except InputProblem as problem:
                found = problem
            self._fits.put(key, found)
        meter.passed(law)
        if isinstance(found, InputProblem):
            return Entry(law, x, refusal=found)
        return _entry(law, x, found, judge(found, normal_intervals(found)))

    def _extrapolated(
        self,
        contest: Contest,
        law: str,
        columns: dict[str, FloatArray],
        factor: float,
        meter: _Meter,
    ) -> Generator[Stage, None, HeldOut]:
        """A law on the smaller scales, asked about the largest."""
        key = (contest.chosen, law, contest.x if takes_x(law) else "", contest.share)
        held: HeldOut | None = self._held.get(key)
        if held is None:
            run = self.answers.registry.run
            fit_of = lambda small: fitting(law, small, run=run)  # noqa: E731
            steps = extrapolating(columns, {law: cast(Any, fit_of)}, contest.share, factor)
            (held,) = yield from meter.metered(law, "held_out", _without_keys(steps))
            self._held.put(key, held)
        meter.passed(law)
        return held


def check_laws(laws: object) -> tuple[str, ...]:
    """The chosen laws.

    Raises:
        InputProblem: fewer than two, or unknown ones.
    """
    chosen = tuple(laws) if isinstance(laws, list | tuple) else ()
    if len(chosen) < 2 or not set(chosen) <= set(LAWS):
        raise InputProblem("scaling.comparison.two_laws")
    return chosen


def check_share(share: object) -> float:
    """The share that is held out, given in per cent.

    Raises:
        InputProblem: it is not among what the slider offers.
    """
    low, high = SHARES
    value = share / 100 if isinstance(share, int | float) else -1.0
    if not low - 1e-9 <= value <= high + 1e-9:
        raise InputProblem("scaling.comparison.share", low=100 * low, high=100 * high)
    return value


class _Meter:
    """Progress over the fits of all laws, those with more starts counting for more."""

    def __init__(self, laws: tuple[str, ...], times: int, started: float):
        self._total = len(laws) * times
        self._all = times * sum(_EFFORT.get(law, 1.0) for law in laws)
        self._done, self._spent, self._started = 0, 0.0, started

    def passed(self, law: str) -> None:
        self._done += 1
        self._spent += _EFFORT.get(law, 1.0)

    def metered(
        self, law: str, part: Part, steps: Generator[Any, None, ResultT]
    ) -> Generator[Stage, None, ResultT]:
        with closing(steps):
            while True:
                try:
                    step = next(steps)
                except StopIteration as stop:
                    result: ResultT = stop.value
                    return result
                own = _EFFORT.get(law, 1.0) * step.done / max(step.total, 1)
                share = (self._spent + own) / self._all
                seconds = time.perf_counter() - self._started
                yield Stage(law, part, work.Progress(self._done, self._total, seconds, share=share))


def _without_keys(
    steps: Generator[tuple[str, Any], None, ResultT],
) -> Generator[Any, None, ResultT]:
    """`extrapolating` of one law without its name."""
    with closing(steps):
        while True:
            try:
                _, step = next(steps)
            except StopIteration as stop:
                result: ResultT = stop.value
                return result
            yield step


def _entry(law: str, x: str, fit: Fit, verdict: Verdict) -> Entry:
    return Entry(law, x, fit=fit, criteria=criteria(fit), verdict=verdict)


def _known(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ("fit", "refusal", "criteria", "verdict")}


def _columns(points: Points, x: str) -> dict[str, FloatArray]:
    """All columns, with x for the laws in one variable."""
    columns: dict[str, FloatArray] = dict(points.used.columns)
    if x in columns and x != "loss":
        columns["x"] = columns[x]
    return columns


def _factor(chosen: Chosen) -> float:
    """FLOP a parameter and token, as the file's reader was told."""
    return chosen.source.flop_factor if isinstance(chosen.source, Uploaded) else FLOP_FACTOR


def _scale_name(columns: dict[str, FloatArray], factor: float) -> str:
    """What `compare.scale_of` takes."""
    if "C" in columns:
        return "C"
    if {"N", "D"} <= set(columns):
        return f"{factor:g}·N·D"
    known = [name for name in ("N", "D", "step") if name in columns]
    if "x" not in columns:
        return known[0]
    return next((name for name in known if columns[name] is columns["x"]), "x")


def _held_out(scale: FloatArray, share: float) -> BoolArray:
    try:
        return largest(scale, share)
    except InputProblem:  # all of one scale: the laws can still be compared on their own points
        return np.zeros(len(scale), dtype=bool)


def _tests(entries: list[Entry]) -> tuple[Nested, ...]:
    return tuple(_nested(entries))


def _nested(entries: list[Entry]) -> Iterator[Nested]:
    fits = {entry.law: entry.fit for entry in entries if entry.fit is not None}
    for smaller, larger in NESTED:
        if smaller in fits and larger in fits:
            yield Nested(smaller, larger, likelihood_ratio(fits[smaller], fits[larger]))
