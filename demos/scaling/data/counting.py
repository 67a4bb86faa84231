"""Which points count: limits as they are typed, and points that are left out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.answers import Answer
from demos.scaling.cells import parse_number
from demos.scaling.sources import Chosen, Limits, Points, Tables

COLUMNS = ("N", "D", "C", "step", "loss")
State = Literal["used", "outside", "left_out"]
MOST_CHOICES = 400  # points that are offered one by one
MOST_TOKENS = 60  # that a field of chosen points shows

_USED, _OUTSIDE, _LEFT_OUT = 0, 1, 2
STATES: tuple[State, ...] = ("used", "outside", "left_out")


def limit_of(typed: str) -> float | None:
    """A limit such as 1e9, 1B or 300M; None where nothing is typed.

    Raises:
        InputProblem: no number above 0.
    """
    if not typed.strip():
        return None
    number = parse_number(typed)
    if number is None or not 0 < number < float("inf"):
        raise InputProblem("scaling.points.no_number", typed=typed.strip()[:40])
    return number


def limits_of(typed: Sequence[str]) -> tuple[Limits, ...]:
    """Limits from low and high of each of `COLUMNS`, in turn.

    Raises:
        InputProblem: as `limit_of`, or a low one above its high one.
    """
    found = []
    for column, low, high in zip(COLUMNS, typed[::2], typed[1::2], strict=True):
        limits = Limits(column, limit_of(low), limit_of(high))
        if limits.low is not None and limits.high is not None and limits.low > limits.high:
            raise InputProblem("scaling.points.upside_down", column=column)
        if (limits.low, limits.high) != (None, None):
            found.append(limits)
    return tuple(found)


def check_limits(tables: Tables, chosen: Chosen, typed: Sequence[str]) -> dict[int, InputProblem]:
    """What is wrong, by the number of the field; empty where nothing is."""
    problems: dict[int, InputProblem] = {}
    for place, each in enumerate(typed):
        try:
            limit_of(each)
        except InputProblem as problem:
            problems[place] = problem
    if problems:
        return problems
    try:
        tables.points(replace(chosen, limits=limits_of(typed)))
    except InputProblem as problem:
        column = problem.values.get("column")
        if column in COLUMNS:
            return {2 * COLUMNS.index(str(column)) + 1: problem}
        filled = [place for place, each in enumerate(typed) if each.strip()]
        return {filled[-1] if filled else 0: problem}
    return {}


def states_of(points: Points, left_out: Iterable[int]) -> NDArray[np.int8]:
    """Of each point the place of its state in `STATES` [n]; what a hand did goes before limits."""
    states = np.where(points.kept, _USED, _OUTSIDE).astype(np.int8)
    states[[place for place in left_out if place < len(states)]] = _LEFT_OUT
    return states


def toggled(chosen: Chosen, place: int) -> Chosen:
    """A point left out, or taken back."""
    if place in chosen.left_out:
        return without(chosen, set(chosen.left_out) - {place})
    return without(chosen, {*chosen.left_out, place})


def without(chosen: Chosen, places: Iterable[int]) -> Chosen:
    """With just these points left out by hand."""
    return replace(chosen, left_out=tuple(sorted(set(places))))


def named_outliers(answer: Answer | None, chosen: Chosen) -> tuple[int, ...]:
    """The points that the last fit named, by their places in the source's table.

    A fit counts its own points alone; so do its outliers. Nothing where it is of another source.
    """
    if answer is None or answer.question.chosen.source != chosen.source:
        return ()
    places = np.flatnonzero(answer.points.kept)
    return tuple(places[list(answer.outliers.rows)].tolist())


def offered(points: Points, left_out: Sequence[int], named: Sequence[int]) -> list[int]:
    """The points that can be chosen one by one: all, or of many those that are spoken of."""
    if len(points.table) <= MOST_CHOICES:
        return list(range(len(points.table)))
    return sorted({*left_out, *named[:MOST_CHOICES]})
