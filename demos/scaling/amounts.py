"""Large numbers as the field writes them: 70.1B parameters, 1.4T tokens, 5.76e23 FLOP."""

from __future__ import annotations

import math

_SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


def amount(value: float) -> str:
    """Three digits and K, M, B or T; a power of ten beyond them."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "?"
    for place, (unit, suffix) in enumerate(_SUFFIXES):
        if unit <= value * (1 + 5e-4):
            digits = _three(value / unit)
            if float(digits) >= 1000 and place:
                return f"{_three(value / _SUFFIXES[place - 1][0])}{_SUFFIXES[place - 1][1]}"
            return f"{digits}{suffix}" if float(digits) < 1000 else flop(value)
    return _three(value) if value >= 1e-3 else flop(value)


def flop(value: float) -> str:
    """Three digits and a power of ten without padding: 5.76e23, 1e21."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "?"
    if not value:
        return "0"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def _three(value: float) -> str:
    """Three significant digits without a power of ten, zeros too: 5.70."""
    if value >= 99.95:
        return f"{value:.0f}"
    return f"{value:#.3g}"


def ratio(value: float) -> str:
    """A number of tokens a parameter."""
    return _three(value) if 1e-2 <= value < 999.5 else amount(value)


def exponent(value: float, digits: int = 3) -> str:
    """As papers print exponents: .515."""
    words = f"{value:.{digits}f}"
    return words.replace("0.", ".", 1) if abs(value) < 1 else words
