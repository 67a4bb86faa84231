"""Numbers as people write them in tables of runs: 70M, 1.4B, 3e9, 1,000,000, 6.8亿, 1.2×10^21."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

PETAFLOP_DAY = 8.64e19  # FLOP; Kaplan's unit

_LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12}
_FLOP_PREFIXES = {"m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18, "z": 1e21, "y": 1e24}
_WORDS = {
    "thousand": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "mm": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
    "千": 1e3,
    "万": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "十亿": 1e9,
    "百亿": 1e10,
    "千亿": 1e11,
    "万亿": 1e12,
}
_FLOP_WORDS = {
    "mega": 1e6,
    "giga": 1e9,
    "tera": 1e12,
    "peta": 1e15,
    "exa": 1e18,
    "zetta": 1e21,
    "yotta": 1e24,
}
_COUNTED = (
    "parameters",
    "parameter",
    "params",
    "param",
    "tokens",
    "token",
    "steps",
    "参数",
    "词元",
)
_FLOP = re.compile(r"^(?P<prefix>[a-z]*?)[\s-]*(?:flops?|floating point operations)$")
_DAYS = re.compile(r"^(?:pf|petaflops?|pflops?)(?:[\s/-]*s)?[\s-]*days?$")
_POWER = re.compile(r"^(?:[x×*]\s*)?(?:10\s*\^\s*|10\s*\*\*\s*|1e)([+-]?\d+)$")
_CELL = re.compile(
    r"^(?P<digits>[+-]?(?:\d[\d,_' ]*)?(?:\.\d*)?(?:e[+-]?\d+)?)"
    r"\s*(?:[x×*·]\s*10\s*(?:\^|\*\*)?\s*\(?(?P<power>[+-]?\d+)\)?)?\s*(?P<unit>\D.*)?$"
)
_SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_EMPTY = frozenset(("", "-", "--", "–", "—", "?", "na", "n/a", "none", "null", "无", "空"))
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")
_LONGEST = 60  # characters of a number


def unit_value(text: str) -> float | None:
    """What a unit stands for: "M", "billions", "亿", "EFLOPs", "PF-days", "10^9"; None: no unit."""
    unit = _plain(text).strip(".")
    for counted in _COUNTED:
        unit = unit.removesuffix(counted).strip()
    if not unit:
        return 1.0 if text.strip() else None
    if _DAYS.match(unit):
        return PETAFLOP_DAY
    flop = _FLOP.match(unit)
    if flop:
        prefix = flop["prefix"]
        return 1.0 if not prefix else (_FLOP_PREFIXES | _FLOP_WORDS).get(prefix)
    power = _POWER.match(unit)
    if power and abs(int(power[1])) < 40:
        return float(10.0 ** int(power[1]))
    return _LETTERS.get(unit) or _WORDS.get(unit) or _WORDS.get(unit.removesuffix("s"))


def _plain(text: str) -> str:
    """Lower case, full-width characters as usual ones, 10⁹ as 10^9."""
    marked = _SUPERSCRIPTS.sub(lambda match: "^" + match[0], text)
    # NFKC makes a minus sign of its own out of the raised one.
    return unicodedata.normalize("NFKC", marked).replace("−", "-").strip().lower()


def is_empty(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in _EMPTY


def parse_number(cell: str, unit: float = 1.0, decimal_comma: bool = False) -> float | None:
    """A cell as a number; None: it is none.

    Args:
        cell: text.
        unit: what one stands for where the cell names no unit of its own.
        decimal_comma: whether 1,5 is one and a half.
    """
    if decimal_comma:
        cell = cell.replace(".", "").replace(",", ".")
    try:
        return float(cell) * unit
    except ValueError:
        pass
    if len(cell) > _LONGEST:
        return None
    text = _plain(cell)
    match = _CELL.match(text)
    if not match or not any(character.isdigit() for character in match["digits"]):
        return None
    digits = match["digits"].replace("_", "").replace("'", "").replace(" ", "")
    if "," in digits:
        if not _THOUSANDS.match(digits.split("e")[0]):
            return None
        digits = digits.replace(",", "")
    named = unit_value(match["unit"]) if match["unit"] else None
    if match["unit"] and named is None:
        return None
    try:
        value = float(digits)
    except ValueError:
        return None
    power = int(match["power"]) if match["power"] else 0
    if abs(power) > 300:
        return None
    scale = named if named is not None and named != 1 else unit
    return value * 10.0**power * scale


@dataclass(frozen=True)
class Numbers:
    """A column as numbers.

    Attributes:
        values: nan where there is none [n].
        empty: whether the cell is [n], bool.
        text: whether it holds something that is no number [n], bool.
    """

    values: FloatArray
    empty: NDArray[np.bool_]
    text: NDArray[np.bool_]


def column_numbers(
    cells: Sequence[str] | FloatArray, unit: float = 1.0, semicolons: bool = False
) -> Numbers:
    """All cells of a column as numbers.

    Commas are decimal in a whole column or in none: where one of its cells cannot be read
    otherwise, or where semicolons separate the columns.

    Args:
        cells: text, or numbers already.
        unit: what one stands for where a cell names no unit.
        semicolons: whether they separate the file's columns.
    """
    if isinstance(cells, np.ndarray):
        values = cells.astype(np.float64) * unit
        none = np.zeros(len(values), dtype=bool)
        return Numbers(values, none, none)
    commas = any("," in cell for cell in cells) and _decimal_commas(cells, semicolons)
    values = np.full(len(cells), math.nan)
    empty = np.zeros(len(cells), dtype=bool)
    text = np.zeros(len(cells), dtype=bool)
    for row, cell in enumerate(cells):
        value = parse_number(cell, unit, commas)
        if value is not None:
            values[row] = value
        elif is_empty(cell):
            empty[row] = True
        else:
            text[row] = True
    return Numbers(values, empty, text)


def _decimal_commas(cells: Sequence[str], semicolons: bool) -> bool:
    with_commas = [cell.strip() for cell in cells if "," in cell]
    if any(cell.count(",") > 1 or "." in cell.split(",")[0] for cell in with_commas):
        return False
    odd = any(re.match(r"^[+-]?\d+,(?:\d{1,2}|\d{4,})(?:e|$)", cell) for cell in with_commas)
    return odd or (semicolons and all(re.match(r"^[+-]?\d+,\d+", cell) for cell in with_commas))
