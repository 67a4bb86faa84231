"""A race in words, in a table, and in files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.lora.matrix_race.running import Course, Race
from demos.lora.matrix_race.setting import MethodName, Setting, own_rate

_REACHED = 1e-6  # of the energy: as good as nothing
_COUNTS = 1e-3  # of the largest singular value: smaller ones are not counted as rank


def name_of(method: MethodName, language: Language) -> str:
    """A method as it is called on the page."""
    return say(f"lora.race.method.{method}", language)


def percent(share: float) -> str:
    """A share of energy in per cent, with two digits that count."""
    if share < 5e-10:
        return "0 %"
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"


def rank_of(course: Course) -> int:
    """How many singular values of dW count at the end."""
    values = course.values[-1]
    return int((values > _COUNTS * max(float(values[0]), 1e-300)).sum())


def findings(race: Race, language: Language) -> list[str]:
    """What is to be seen, a sentence each."""
    running = [course for course in race.courses if course.diverged_at is None]
    told = [_diverged(course, race.setting, language) for course in race.courses]
    said = [sentence for sentence in told if sentence]
    if running:
        said.append(_best(running, race.setting, language))
    by_name = {course.method: course for course in running}
    for method, key in (("lora", "lora"), ("symmetric", "symmetric"), ("additive", "additive")):
        if method in by_name:
            said.append(_about(by_name[method], key, race.setting, language))
    if {"lora", "full"} <= set(by_name) and by_name["full"].state_bytes:
        small, large = by_name["lora"].state_bytes, by_name["full"].state_bytes
        said.append(say("lora.race.says.bytes", language, small=f"{small:,}", large=f"{large:,}"))
    return said


def table(race: Race, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers and a row a method."""
    headers = [
        say(f"lora.race.column.{name}", language)
        for name in ("method", "rate", "left", "floor", "rank", "bytes")
    ]
    rows = []
    for course in race.courses:
        diverged = course.diverged_at is not None
        left = (
            say("lora.race.diverged", language, step=course.diverged_at)
            if diverged
            else percent(course.left)
        )
        rows.append(
            [
                name_of(course.method, language),
                f"{course.rate:.3g}",
                left,
                percent(course.floor),
                "" if diverged else str(rank_of(course)),
                f"{course.state_bytes:,}",
            ]
        )
    return headers, rows


def file(race: Race) -> str:
    """Shares of energy left, a row a step and a column a method."""
    steps = max(len(course.shares) for course in race.courses)
    rows: list[list[object]] = []
    for step in range(steps):
        row: list[object] = [step]
        for course in race.courses:
            row.append(float(course.shares[step]) if step < len(course.shares) else "")
        rows.append(row)
    return write_csv("lora-race", ["step", *(course.method for course in race.courses)], rows)


def values_file(course: Course) -> str:
    """Singular values of dW, a row a snapshot."""
    headers = ["step", *(str(place + 1) for place in range(course.values.shape[1]))]
    rows = [
        [step, *np.asarray(values).tolist()]
        for step, values in zip(course.snapshots, course.values, strict=True)
    ]
    return write_csv(f"lora-race-{course.method}-singular-values", headers, rows)


def _diverged(course: Course, setting: Setting, language: Language) -> str | None:
    if course.diverged_at is None:
        return None
    own = own_rate(course.method, setting)
    lower = own if own < course.rate else course.rate / 10
    return say(
        "lora.race.says.diverged",
        language,
        method=name_of(course.method, language),
        step=course.diverged_at,
        rate=f"{course.rate:.3g}",
        lower=f"{lower:.2g}",
    )


def _best(running: Sequence[Course], setting: Setting, language: Language) -> str:
    there = [course for course in running if course.left < _REACHED]
    if there:
        names = say("lora.race.comma", language).join(name_of(c.method, language) for c in there)
        return say("lora.race.says.there", language, methods=names, steps=setting.steps)
    best = min(running, key=lambda course: course.left)
    return say(
        "lora.race.says.best",
        language,
        method=name_of(best.method, language),
        left=percent(best.left),
        steps=setting.steps,
    )


def _about(course: Course, key: str, setting: Setting, language: Language) -> str:
    n, m, r = setting.n, setting.m, setting.rank
    near = course.left <= 1.02 * course.floor + _REACHED
    state = ("enough" if course.floor < _REACHED else "there") if near else "not_yet"
    return say(
        f"lora.race.says.{key}.{state}",
        language,
        rank=r,
        left=percent(course.left),
        floor=percent(course.floor),
        freedom=f"{r * (n + m - r):,}",
        whole=f"{n * m:,}",
    )
