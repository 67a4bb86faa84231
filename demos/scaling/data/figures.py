"""Draws points; computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.frame.labels import shortened
from demos.frame.plots import BLUE, GOLD, INK, PALETTE, RED, VIOLET, new_figure
from demos.frame.strings import Language, say
from demos.scaling.data.counting import STATES, State
from demos.scaling.loss_file import LossTable
from demos.scaling.sources import Points

RUNS = "run"  # colour by the run instead of by a column
PLAIN = ""  # no colour
MOST_DRAWN = 2_000

_SCALE = ((0.0, BLUE), (0.5, VIOLET), (1.0, RED))
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_TICKS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
_FEWEST_TICKS = 4


@dataclass(frozen=True)
class View:
    """What is drawn.

    Attributes:
        points: all of them, and which count.
        states: of each point, its place in `counting.STATES` [n].
        named: points that the last fit named as outliers.
    """

    points: Points
    states: NDArray[np.int8]
    named: tuple[int, ...] = ()

    @property
    def table(self) -> LossTable:
        return self.points.table


def x_choices(table: LossTable) -> tuple[str, ...]:
    """Columns that can be drawn across: those that vary, or any where none does."""
    return table.sizes or tuple(name for name in table.columns if name != "loss")


def colour_choices(table: LossTable, x: str) -> tuple[str, ...]:
    """What can colour the points; the first is the one to begin with."""
    order = [name for name in ("C", "N", "D", "step") if name in table.sizes and name != x]
    return (*order, *([RUNS] if table.runs else []), PLAIN)


def points_figure(view: View, x: str, colour: str, language: Language) -> go.Figure:
    """Losses against a size, both logarithmic; what counts is filled, the rest faint or crossed."""
    figure = new_figure(height=470)
    drawn = drawn_rows(view)
    for place, state in enumerate(STATES):
        rows = drawn[view.states[drawn] == place]
        if len(rows):
            _add(figure, view.table, rows, x, state, language, _colours(view, rows, colour, state))
    _add_named(figure, view, x, language)
    shown = view.table.columns["loss"][drawn]
    figure.update_layout(
        xaxis={"type": "log", "title": axis_name(x, language), "exponentformat": "power"},
        yaxis=_loss_axis(shown, language),
        margin={"l": 62, "r": 12, "t": 64, "b": 50},
        dragmode=False,
        hovermode="closest",
        uirevision=f"{view.table.title} {x}",
    )
    if colour not in (PLAIN, RUNS) and (view.states[drawn] == 0).any():
        figure.update_layout(coloraxis=_colour_axis(view.table.columns[colour], colour, language))
    return figure


def axis_name(column: str, language: Language) -> str:
    """A column's letter with what it counts."""
    return say(f"scaling.points.axis.{column}", language)


def drawn_rows(view: View) -> NDArray[np.int64]:
    """All points, or evenly spaced ones of many with those that are spoken of."""
    n = len(view.table)
    if n <= MOST_DRAWN:
        return np.arange(n)
    spoken = np.union1d(np.flatnonzero(view.states == 2)[:200], np.array(view.named[:200], int))
    even = np.linspace(0, n - 1, MOST_DRAWN - len(spoken)).astype(np.int64)
    return np.union1d(even, spoken).astype(np.int64)


def _add(
    figure: go.Figure,
    table: LossTable,
    rows: NDArray[np.int64],
    x: str,
    state: State,
    language: Language,
    colours: dict[str, Any],
) -> None:
    marker: dict[str, Any] = {
        "used": {"size": 8, "line": {"width": 0}, "opacity": 0.9},
        "outside": {"size": 8, "symbol": "circle-open", "color": INK, "opacity": 0.45},
        "left_out": {"size": 9, "symbol": "x-thin-open", "color": RED, "line": {"width": 2}},
    }[state]
    name = say(f"scaling.points.state.{state}", language, count=len(rows))
    figure.add_scatter(
        x=table.columns[x][rows].astype(np.float32),
        y=table.columns["loss"][rows].astype(np.float32),
        customdata=rows.reshape(-1, 1).astype(np.int32),
        text=[_hover(table, row, language) for row in rows.tolist()],
        name=name,
        mode="markers",
        marker=marker | colours,
        hovertemplate="%{text}<extra></extra>",
    )


def _add_named(figure: go.Figure, view: View, x: str, language: Language) -> None:
    """Rings about the points that the last fit named, as far as they still count."""
    rows = np.array([row for row in view.named if view.states[row] == 0][:MOST_DRAWN], int)
    if not len(rows):
        return
    figure.add_scatter(
        x=view.table.columns[x][rows].astype(np.float32),
        y=view.table.columns["loss"][rows].astype(np.float32),
        name=say("scaling.points.named", language),
        mode="markers",
        marker={"size": 16, "symbol": "circle-open", "color": GOLD, "line": {"width": 2}},
        hoverinfo="skip",
    )


def _colours(view: View, rows: NDArray[np.int64], colour: str, state: State) -> dict[str, Any]:
    if state != "used":
        return {}
    if colour == RUNS and view.table.runs:
        names = {name: place for place, name in enumerate(dict.fromkeys(view.table.runs))}
        runs = [view.table.runs[row] for row in rows.tolist()]
        return {"color": [PALETTE[names[run] % len(PALETTE)] for run in runs]}
    if colour in view.table.columns:
        logs = np.log10(view.table.columns[colour][rows])
        return {"color": logs.astype(np.float32), "coloraxis": "coloraxis"}
    return {"color": BLUE}


def _colour_axis(column: NDArray[np.float64], name: str, language: Language) -> dict[str, Any]:
    low, high = np.log10([column.min(), column.max()])
    ticks = np.linspace(low, high, 5) if high > low else np.array([low])
    return {
        "colorscale": [list(stop) for stop in _SCALE],
        "cmin": float(low),
        "cmax": float(high),
        "colorbar": {
            "title": {"text": name, "side": "top"},
            "tickvals": ticks.tolist(),
            "ticktext": [size_said(10.0**tick) for tick in ticks],
            "thickness": 9,
            "len": 0.9,
            "outlinewidth": 0,
        },
    }


def _loss_axis(losses: NDArray[np.float64], language: Language) -> dict[str, Any]:
    """Logarithmic with ticks where people look for them: a decade is more than most plots span."""
    low, high = float(losses.min()), float(losses.max())
    axis: dict[str, Any] = {"type": "log", "title": axis_name("loss", language)}
    if high / low > 30:
        return axis
    ticks = [
        tick * 10.0**power
        for power in range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        for tick in _TICKS
        if low <= tick * 10.0**power <= high
    ]
    if len(ticks) < _FEWEST_TICKS:
        step = _step((high - low) / _FEWEST_TICKS)
        ticks = np.arange(np.ceil(low / step), high / step + 1e-9).tolist()
        ticks = [tick * step for tick in ticks]
    return axis | {"tickvals": ticks, "ticktext": [f"{tick:.6g}" for tick in ticks]}


def _step(about: float) -> float:
    """A round number near one above 0; 1 where the points are all alike."""
    if about <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(about))
    return float(power * min((1, 2, 5, 10), key=lambda each: abs(each - about / power)))


def _hover(table: LossTable, row: int, language: Language) -> str:
    line = say("scaling.points.line", language, line=int(table.lines[row]))
    if table.runs:
        line += f" · {shortened(table.runs[row], 40)}"
    parts = [f"{name} {size_said(column[row])}" for name, column in table.columns.items()]
    return "<br>".join([f"<b>{line}</b>", *parts])


def size_said(value: float) -> str:
    """A size as people say it: 44.1M, 1.5B, 2.8×10²¹; a loss as it is."""
    value = float(f"{value:.5g}") if value < 1e3 else float(f"{value:.3g}")
    if value >= 1e15:
        digits, power = f"{value:.1e}".split("e")
        return f"{digits}×10{str(int(power)).translate(_RAISED)}"
    for unit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "K")):
        if value >= unit:
            scale = 1e3 if letter == "K" else unit
            return f"{value / scale:.3g}{letter}"
    return f"{value:.5g}"
