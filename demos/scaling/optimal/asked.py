"""Budgets as people type them: 1e21, 5.76 x 10^23 FLOP, 1e3 PF-days."""

from __future__ import annotations

import math
import re

from demos.frame.errors import InputProblem
from demos.scaling.claims import PF_DAY

DEFAULT_BUDGETS = (1e21, 1e23, 5.76e23)
MOST_BUDGETS = 12
LOWEST, HIGHEST = 1e6, 1e30  # beyond them it is a slip of the keyboard
FACTORS = (0.1, 100.0)
_MOST_CHARACTERS = 1_000
_SHOWN = 24  # characters of what is not understood
_SEPARATORS = re.compile(r"[,;\n，；、]+")
_BUDGET = re.compile(
    r"(?P<number>\d+\.?\d*|\.\d+)(?:e(?P<e>[+-]?\d{1,3})|[x*×·]10\^(?P<ten>[+-]?\d{1,3}))?(?P<unit>.*)"
)
_POWER = re.compile(r"10\^(?P<ten>[+-]?\d{1,3})(?P<unit>.*)")
_FLOP = ("", "flop", "flops")
_PF_DAYS = ("pf-day", "pf-days", "pfday", "pfdays", "pfd", "pflop/s-day", "pflop/s-days",
            "petaflop/s-day", "petaflop/s-days")  # fmt: skip


def read_budgets(text: str) -> tuple[float, ...]:
    """Budgets in FLOP, in the order typed, each once.

    Raises:
        InputProblem: none, too many, what is no number with a known unit, or beyond all reason.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputProblem("scaling.optimal.no_budget")
    if len(text) > _MOST_CHARACTERS:
        raise InputProblem("scaling.optimal.many_budgets", most=MOST_BUDGETS)
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    return check_budgets([_read(part) for part in parts])


def check_budgets(budgets: list[float]) -> tuple[float, ...]:
    """Budgets in FLOP, each once; raises like `read_budgets`."""
    if not budgets:
        raise InputProblem("scaling.optimal.no_budget")
    once = tuple(dict.fromkeys(budgets))
    if len(once) > MOST_BUDGETS:
        raise InputProblem("scaling.optimal.many_budgets", most=MOST_BUDGETS)
    for budget in once:
        if not LOWEST <= budget <= HIGHEST:
            raise InputProblem("scaling.optimal.far_budget", budget=f"{budget:g}")
    return once


def read_factor(text: object) -> float:
    """FLOP a parameter and token.

    Raises:
        InputProblem: no number within reason.
    """
    try:
        factor = float(str(text).strip())
    except ValueError:
        factor = math.nan
    if not FACTORS[0] <= factor <= FACTORS[1]:
        raise InputProblem("scaling.optimal.bad_factor", low=FACTORS[0], high=f"{FACTORS[1]:g}")
    return factor


def _read(part: str) -> float:
    """One budget in FLOP."""
    plain = re.sub(r"\s+", "", part.lower())
    found = _POWER.fullmatch(plain) or _BUDGET.fullmatch(plain)
    if found is None:
        raise InputProblem("scaling.optimal.bad_budget", given=_cut(part))
    groups = found.groupdict()
    exponent = groups.get("e") or groups["ten"] or "0"
    value = float(f"{groups.get('number') or 1}e{exponent}")
    if groups["unit"] in _FLOP:
        return value
    if groups["unit"] in _PF_DAYS:
        return value * PF_DAY
    raise InputProblem("scaling.optimal.bad_budget", given=_cut(part))


def _cut(part: str) -> str:
    return part[:_SHOWN] + ("…" if len(part) > _SHOWN else "")
