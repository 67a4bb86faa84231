"""What a visitor wants to run: checked into settings, and how long it will take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.attention.experiment.settings import MASKS_OF, Settings
from demos.attention.experiment.tasks import TASKS, Family
from demos.frame.errors import InputProblem

DEFAULT = Settings()  # the size of a run in the app
LAYERS, SEEDS, STEPS, RATES = (1, 4), (2, 6), (100, 3_000), (1e-4, 3e-2)
LAST_SEED = 999_990
MOST_SECONDS = 300.0

# Milliseconds a model, step and layer on one of two idle cores: so much, and so much a token
# (measured at width 48, batches of 32); evaluations come on top.
_PACE, _PACE_A_TOKEN, _EVALUATIONS = 1.15, 0.065, 1.06


@dataclass(frozen=True)
class Wish:
    """The values of the fields, as they came."""

    task: Any
    masks: Any
    count: Any
    first_seed: Any
    layers: Any
    steps: Any
    rate: Any


def tasks_of(family: Family) -> tuple[str, ...]:
    """The tasks of a family, in their order."""
    return tuple(key for key, task in TASKS.items() if task.family == family)


def check_task(task: Any) -> str:
    """Raises InputProblem for what is no task."""
    if not isinstance(task, str) or task not in TASKS:
        raise InputProblem("attention.decoder.bad_task")
    return task


def check_masks(masks: Any, task: str) -> tuple[Any, ...]:
    """At least two masks of the task's family, in the family's order."""
    known = MASKS_OF[TASKS[task].family]
    chosen = masks if isinstance(masks, list | tuple) else ()
    if any(mask not in known for mask in chosen):
        raise InputProblem("attention.decoder.bad_mask")
    if len({*chosen}) < 2:
        raise InputProblem("attention.decoder.one_mask")
    return tuple(mask for mask in known if mask in chosen)


def check_whole(value: Any, low: int, high: int) -> int:
    """A whole number within bounds."""
    if not _is_number(value) or value != int(value) or not low <= value <= high:
        raise InputProblem("attention.decoder.bad_whole", low=f"{low:,}", high=f"{high:,}")
    return int(value)


def check_rate(rate: Any) -> float:
    """A learning rate with which something is learnt, or at least nothing breaks at once."""
    low, high = RATES
    if not _is_number(rate) or not low <= rate <= high:
        raise InputProblem("attention.decoder.bad_rate", low=low, high=high)
    return float(rate)


def settings_of(wish: Wish) -> Settings:
    """All of it, checked field by field. Raises InputProblem."""
    task = check_task(wish.task)
    first = check_whole(wish.first_seed, 0, LAST_SEED)
    return Settings(
        task=task,
        masks=check_masks(wish.masks, task),
        seeds=tuple(range(first, first + check_whole(wish.count, *SEEDS))),
        layers=check_whole(wish.layers, *LAYERS),
        steps=check_whole(wish.steps, *STEPS),
        learning_rate=check_rate(wish.rate),
    )


def check_time(settings: Settings) -> None:
    """Raises InputProblem for a run that keeps everybody waiting."""
    seconds = expected_seconds(settings)
    if seconds > MOST_SECONDS:
        minutes, most = math.ceil(seconds / 60), round(MOST_SECONDS / 60)
        raise InputProblem("attention.decoder.too_long", minutes=minutes, most=most)


def expected_seconds(settings: Settings) -> float:
    """On two idle CPU cores."""
    steps = len(settings.masks) * len(settings.seeds) * settings.steps
    milliseconds = settings.layers * (_PACE + _PACE_A_TOKEN * settings.subject.length)
    return _EVALUATIONS * steps * milliseconds / 1e3


def listed(seeds: Sequence[int]) -> str:
    """Seeds for people: all of them, since a run is repeated by them."""
    return ", ".join(map(str, seeds))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
