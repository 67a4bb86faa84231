"""What a visitor typed or chose, or a program sent, checked."""

from __future__ import annotations

import math
from typing import Any

from demos.frame.errors import InputProblem
from demos.frame.fields import SEEDS, check_whole


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


def check_seed(value: Any) -> int:
    """A seed; raises InputProblem."""
    return check_whole("seed", value, SEEDS)
