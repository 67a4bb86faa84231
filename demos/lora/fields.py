"""Numbers that a visitor typed or a program sent, checked."""

from __future__ import annotations

import math
from typing import Any

from demos.frame.errors import InputProblem


def check_whole(name: str, value: Any, bounds: tuple[int, int]) -> int:
    """A whole number between two; raises InputProblem."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not bounds[0] <= value <= bounds[1] or int(value) != value:
        raise InputProblem("lora.whole", name=name, least=bounds[0], most=f"{bounds[1]:,}")
    return int(value)


def check_number(key: str, value: Any, bounds: tuple[float, float], **values: object) -> float:
    """A number between two, typed or given; raises InputProblem(key)."""
    try:
        number = float(str(value).strip())
    except ValueError:
        number = math.nan
    if not bounds[0] <= number <= bounds[1]:
        least, most = (f"{bound:g}" for bound in bounds)
        raise InputProblem(key, least=least, most=most, **values)
    return number
