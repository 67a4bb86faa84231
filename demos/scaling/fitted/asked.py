"""What a visitor sets in the panel, and what may be wrong with it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, cast

from demos.frame.errors import InputProblem
from demos.frame.log_slider import as_number
from demos.scaling.answers import Question
from demos.scaling.cells import parse_number
from demos.scaling.fitted.curves import FARTHEST, Axis, BandOf, Colour, View, axes_of
from demos.scaling.laws import Law
from demos.scaling.newton import OBJECTIVES, Objective
from demos.scaling.uncertainty import Resampling

RESAMPLINGS: tuple[Resampling, ...] = ("pairs", "residuals")
BANDS: tuple[BandOf, ...] = ("curve", "observation", "none")
COLOURS: tuple[Colour, ...] = ("size", "run")
REPLICAS = (200, 4_000)
LEVELS = (50.0, 99.9)  # percent
LAST_SEED = 999_999


def view_of(law: Law, axis: Any, far: Any, band: Any, published: Any, colour: Any) -> View:
    """How to draw; what another law's choice cannot mean here is the first of what can.

    Raises:
        InputProblem: a distance outside of the slider.
    """
    axes = axes_of(law)
    return View(
        cast("Axis", axis if axis in axes else axes[0]),
        as_number(far, 1.0, FARTHEST),
        cast("BandOf", band if band in BANDS else BANDS[0]),
        bool(published),
        cast("Colour", colour if colour in COLOURS else COLOURS[0]),
    )


def with_options(
    question: Question,
    objective: Any,
    delta: Any,
    resampling: Any,
    replicas: Any,
    level: Any,
    seed: Any,
) -> Question:
    """A question with the options of the accordion; the level in percent.

    Raises:
        InputProblem: one of them means nothing.
    """
    return replace(
        question,
        objective=check_objective(objective),
        # Of the other objectives delta is no part: one question, not two.
        delta=check_delta(delta) if objective == "huber_log" else question.delta,
        resampling=check_resampling(resampling),
        replicas=check_whole(replicas, *REPLICAS),
        level=check_level(level) / 100,
        seed=check_whole(seed, 0, LAST_SEED),
    )


def check_objective(name: Any) -> Objective:
    """Raises InputProblem for an unknown one."""
    if name not in OBJECTIVES:
        raise InputProblem(
            "scaling.check.unknown_objective",
            objective=str(name)[:40],
            objectives=", ".join(OBJECTIVES),
        )
    return cast("Objective", name)


def check_delta(cell: Any) -> float:
    """Raises InputProblem unless it is a number above 0."""
    number = parse_number(str(cell).strip())
    if number is None or not math.isfinite(number) or number <= 0:
        raise InputProblem("scaling.check.bad_delta", delta=str(cell)[:40] or "–")
    return number


def check_resampling(name: Any) -> Resampling:
    """Raises InputProblem for an unknown kind."""
    if name not in RESAMPLINGS:
        raise InputProblem("scaling.check.unknown_resampling", resampling=str(name)[:40])
    return cast("Resampling", name)


def check_whole(value: Any, least: int, most: int) -> int:
    """A whole number between two; raises InputProblem."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not least <= value <= most or int(value) != value:
        raise InputProblem("scaling.fitted.whole", least=least, most=f"{most:,}")
    return int(value)


def check_level(value: Any) -> float:
    """A level of confidence in percent; raises InputProblem."""
    if not isinstance(value, (int, float)) or not LEVELS[0] <= value <= LEVELS[1]:
        raise InputProblem("scaling.fitted.level_range", low=LEVELS[0], high=LEVELS[1])
    return float(value)
