"""What a visitor typed or chose, or a program sent, checked."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from demos.frame.errors import InputProblem

SEEDS = (0, 1_000_000)


def check_whole(name: str, value: Any, bounds: tuple[int, int]) -> int:
    """A whole number between two; raises InputProblem."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not bounds[0] <= value <= bounds[1] or int(value) != value:
        raise InputProblem("field.whole", name=name, least=bounds[0], most=f"{bounds[1]:,}")
    return int(value)


def check_number(name: str, value: Any, bounds: tuple[float, float]) -> float:
    """A number between two, typed or given; raises InputProblem."""
    try:
        number = float(str(value).strip())
    except ValueError:
        number = math.nan
    if not bounds[0] <= number <= bounds[1]:
        least, most = (f"{bound:g}" for bound in bounds)
        raise InputProblem("field.number", name=name, least=least, most=most)
    return number


def check_known(name: Any, known: Collection[str]) -> None:
    """Raises InputProblem for a name that is not among those."""
    if name not in known:
        raise InputProblem("field.unknown", name=str(name)[:40], names=", ".join(known))
