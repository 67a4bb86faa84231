"""Sentences, tables and the file of the quanta laboratory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

import numpy as np

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.scaling import quanta
from demos.scaling.quanta import (
    PARITY_EXPONENT,
    PARITY_MEASURED_STEPS,
    PARITY_TASKS,
    PYTHIA_EXPONENT,
)
from demos.scaling.quanta_laboratory.drawing import (
    Drawn,
    Line,
    drop_factor,
    scale_of,
    theory,
)
from demos.scaling.quanta_laboratory.setting import SCALED, Quanta, Scaled, Setting

_NONE = "–"
_FORMULAS: dict[Scaled, str] = {"parameters": "a", "data": "a/(a+1)", "steps": "a/(a+1)"}
_SYMBOLS: dict[Scaled, str] = {"parameters": "N", "data": "D", "steps": "S"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_CLOSE = 0.02  # a fitted exponent this near to the theory is said to agree


def is_parity(chosen: Quanta) -> bool:
    """Whether these are the quanta of the published sparse parity."""
    same = chosen.kind == "zipf" and chosen.count == PARITY_TASKS
    return same and abs(chosen.a - PARITY_EXPONENT) < 1e-6


def short(value: float) -> str:
    """1,230 or 1.2 × 10⁹: a number in a sentence."""
    if value >= 1e7:
        digits, exponent = f"{value:.1e}".split("e+")
        return f"{digits} × 10{str(int(exponent)).translate(_RAISED)}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


# --- sentences ------------------------------------------------------------------------------------


def findings(drawn: Drawn, setting: Setting, line: Line | None, language: Language) -> list[str]:
    """What is seen, a sentence each."""
    return [
        _about_line(setting, line, language),
        _about_singles(drawn, setting, language),
        *_about_end(setting, language),
    ]


def _about_line(setting: Setting, line: Line | None, language: Language) -> str:
    if line is None:
        alike = setting.quanta.kind == "uniform" and setting.learning.scaled != "parameters"
        key = "no_line_uniform" if alike else "no_line"
        return say(f"scaling.quanta.{key}", language)
    exponent = theory(setting.quanta, setting.learning.scaled)
    values = {"fitted": f"{line.exponent:.3f}", **_window_said(setting)}
    if exponent is None:
        return say("scaling.quanta.line_no_law", language, **values)
    values["theory"] = f"{exponent:.3f}"
    off = line.exponent / exponent - 1
    values["percent"] = f"{abs(off):.0%}"
    key = "agrees" if abs(off) < _CLOSE else "steeper" if off > 0 else "flatter"
    return say(f"scaling.quanta.line_{key}", language, **values)


def _window_said(setting: Setting) -> dict[str, str]:
    """The window as far as there are quanta; with all of them learned nothing is left."""
    count, window = setting.quanta.count, setting.window
    last = window.last if count is None else max(min(window.last, count - 1), window.first)
    return {"first": f"{window.first:,}", "last": f"{last:,}"}


def _about_singles(drawn: Drawn, setting: Setting, language: Language) -> str:
    learning = setting.learning
    first, last = drawn.ranks[0], drawn.ranks[-1]
    ends = scale_of(setting.quanta.spectrum(), learning, np.array([first, last], dtype=np.float64))
    factor = drop_factor(learning)
    key = "at_once" if factor == 1 else "within"
    if ends[1] <= ends[0] * (1 + 1e-9):
        key = "alike"
    return say(
        f"scaling.quanta.singles_{key}",
        language,
        symbol=_SYMBOLS[learning.scaled],
        first=f"{first:,}",
        last=f"{last:,}",
        start=short(float(ends[0])),
        end=short(float(ends[1])),
        factor=f"{factor:.2g}",
    )


def _about_end(setting: Setting, language: Language) -> list[str]:
    """What kind of end or law there is, where the picture alone may mislead."""
    kind, count = setting.quanta.kind, setting.quanta.count
    if not setting.quanta.has_law:
        return [say(f"scaling.quanta.no_law_{kind}", language)]
    if count is None:
        return []
    return [say("scaling.quanta.ends", language, count=f"{count:,}")]


# --- tables ---------------------------------------------------------------------------------------


def exponents_table(
    lines: Mapping[Scaled, Line | None], setting: Setting, language: Language
) -> str:
    """Theory beside what straight lines find, for parameters, data and steps."""
    rows = []
    for scaled in SCALED:
        exponent, line = theory(setting.quanta, scaled), lines[scaled]
        cells = [
            say(f"scaling.quanta.scaled.{scaled}", language),
            _NONE if exponent is None else f"{_FORMULAS[scaled]} = {exponent:.3f}",
            _NONE if line is None else f"{line.exponent:.3f}",
            _NONE if line is None or exponent is None else _apart(line.exponent / exponent - 1),
            _NONE if line is None else f"{short(line.scale[0])} … {short(line.scale[1])}",
        ]
        rows.append((cells, scaled == setting.learning.scaled))
    keys = ("scaled", "theory", "fitted", "apart", "window")
    said = _window_said(setting)
    caption = say("scaling.quanta.table", language, **said)
    return _table(caption, [say(f"scaling.quanta.column.{key}", language) for key in keys], rows)


def _apart(share: float) -> str:
    return f"{share:+.1%}".replace("-", "−")


def published_table(language: Language) -> str:
    """What was published, beside what the same formulas give here."""
    window = quanta.truncation_window(PARITY_EXPONENT, PARITY_TASKS)
    explained = window.explains(PARITY_MEASURED_STEPS)
    truncated = (
        _NONE
        if explained is None
        else say(
            "scaling.quanta.published.truncated",
            language,
            learned=explained,
            count=PARITY_TASKS,
            exponent=f"{window.data[np.flatnonzero(window.learned == explained)[0]]:.2f}",
        )
    )
    pythia, parity = (quanta.exponents(a) for a in (PYTHIA_EXPONENT, PARITY_EXPONENT))
    rows = [
        ("pythia", "0.0766", f"{pythia.data:.4f}"),
        ("parity", "0.29", f"{parity.steps:.4f}"),
        ("measured", f"≈ {PARITY_MEASURED_STEPS}", truncated),
    ]
    keys = ("source", "published", "here")
    headers = [say(f"scaling.quanta.column.{key}", language) for key in keys]
    filled = [
        ([say(f"scaling.quanta.published.{row[0]}", language), *row[1:]], False) for row in rows
    ]
    return _table(say("scaling.quanta.published", language), headers, filled)


def _table(caption: str, headers: list[str], rows: list[tuple[list[str], bool]]) -> str:
    """A small table with a line above it; marked rows stand out."""
    head = "".join(f"<th>{escape(header)}</th>" for header in headers)
    body = "".join(
        ('<tr class="kl-marked">' if marked else "<tr>")
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for cells, marked in rows
    )
    return (
        f'<div class="kl-note">{escape(caption)}</div>'
        f'<div class="kl-table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


# --- file -----------------------------------------------------------------------------------------


def curves_file(drawn: Drawn, setting: Setting) -> str:
    """Every curve that is drawn over the scale, as CSV."""
    headers = ["scale", "loss", "learned_quanta", "local_slope", "power_law"]
    headers += [f"loss_of_quantum_{rank}" for rank in drawn.ranks]
    law = np.full_like(drawn.curve.scale, math.nan) if drawn.law is None else drawn.law
    curve = drawn.curve
    columns = np.stack([curve.scale, curve.loss, curve.learned, drawn.slope, law, *drawn.singles])
    rows = ([_cell(value) for value in row] for row in columns.T.tolist())
    return write_csv(f"quanta-{setting.quanta.kind}-{setting.learning.scaled}", headers, rows)


def _cell(value: float) -> float | str:
    return value if math.isfinite(value) else ""
