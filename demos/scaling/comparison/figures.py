"""Draws comparisons; computes nothing but means."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from demos.frame.plots import (
    BLUE,
    GOLD,
    GREEN,
    GRID,
    INK,
    RED,
    TEAL,
    TEMPLATE,
    VIOLET,
    new_figure,
)
from demos.frame.strings import Language, say
from demos.scaling.comparison.contest import Comparison, Entry

FloatArray = NDArray[np.float64]

COLOURS = {
    "power": BLUE,
    "chinchilla": RED,
    "kaplan": GREEN,
    "tied": GOLD,
    "broken_power": VIOLET,
    "broken_power_2": TEAL,
    "quanta": "#b8678f",
}
_SHADE = "rgba(128, 128, 128, 0.11)"
_MOST_POINTS = 2_000  # in a figure
_STOPS = 16  # of a line, where there are more different scales
_MANY_TIMES = 20  # from which on powers of ten are ticks enough
_STRIP = 108  # height of one law's errors


def law_name(entry: Entry, language: Language) -> str:
    """As legends and tables name a law; one in one variable says which."""
    name = say(f"scaling.comparison.law.{entry.law}", language)
    return f"{name} ({entry.x})" if entry.x else name


def scale_title(comparison: Comparison, language: Language) -> str:
    """What the horizontal axis is."""
    unit = " / FLOP" if comparison.scale_name not in ("N", "D", "step", "x") else ""
    return say("scaling.comparison.scale", language, name=comparison.scale_name) + unit


# --- losses --------------------------------------------------------------------------------------


def extrapolation_figure(comparison: Comparison, language: Language) -> go.Figure:
    """Losses against scale, and what laws fitted to the shaded part say, means over equal scales.

    Runs of one scale differ in N and D, so a law is no curve here: its line passes through the
    means of what it says of the same runs as the points.
    """
    figure = new_figure(height=470)
    _add_points(figure, comparison, language)
    stops = _stops(comparison.scale, comparison.held_out)
    middle = _means(np.log(comparison.scale), stops)
    for entry in comparison.extrapolated:
        losses = _means(_predicted(entry, comparison), stops)
        _add_line(figure, entry, np.exp(middle), losses, language)
    _add_shade(figure, comparison, language)
    figure.update_layout(
        xaxis=_scale_axis(comparison) | {"title": scale_title(comparison, language)},
        yaxis={"type": "log", "title": say("scaling.comparison.loss", language)}
        | _loss_ticks(comparison),
        margin={"l": 58, "r": 12, "t": 92, "b": 48},
        dragmode=False,
    )
    return figure


def _add_points(figure: go.Figure, comparison: Comparison, language: Language) -> None:
    places = _thinned(len(comparison.scale), _MOST_POINTS)
    for held, name in ((False, "fitted"), (True, "held_out")):
        chosen = places[comparison.held_out[places] == held]
        figure.add_scatter(
            x=comparison.scale[chosen].astype(np.float32),
            y=comparison.loss[chosen].astype(np.float32),
            name=say(f"scaling.comparison.points.{name}", language),
            mode="markers",
            marker={
                "size": 7 if held else 5,
                "color": INK,
                "opacity": 0.85 if held else 0.4,
                "symbol": "diamond" if held else "circle",
            },
            hovertemplate="%{x:.3s} · %{y:.4g}<extra></extra>",
        )


def _add_line(
    figure: go.Figure, entry: Entry, scale: FloatArray, losses: FloatArray, language: Language
) -> None:
    figure.add_scatter(
        x=scale.astype(np.float32),
        y=losses.astype(np.float32),
        name=law_name(entry, language),
        mode="lines",
        line={"color": COLOURS[entry.law], "width": 2},
        hovertemplate="%{y:.4g}",
    )


def _add_shade(figure: go.Figure, comparison: Comparison, language: Language) -> None:
    end = _edge(comparison)
    low = math.log10(comparison.scale.min()) - 1
    figure.add_shape(
        type="rect",
        x0=10**low,
        x1=end,
        y0=0,
        y1=1,
        yref="paper",
        line={"width": 0},
        fillcolor=_SHADE,
        layer="below",
    )
    for anchor, name in (("right", "range.fitted"), ("left", "range.held_out")):
        figure.add_annotation(
            x=math.log10(end),
            y=1,
            yref="paper",
            xanchor=anchor,
            yanchor="top",
            xshift=-6 if anchor == "right" else 6,
            text=say(f"scaling.comparison.{name}", language),
            showarrow=False,
            font={"size": 11.5},
        )


# --- errors --------------------------------------------------------------------------------------


def errors_figure(comparison: Comparison, language: Language) -> go.Figure:
    """Every law's relative errors at all points, a strip a law; fitted to the shaded part alone."""
    entries = comparison.extrapolated
    rows = len(entries)
    figure = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.24 / rows)
    places = _thinned(len(comparison.scale), _MOST_POINTS // rows)
    for row, entry in enumerate(entries, start=1):
        _add_strip(figure, row, entry, comparison, places, language)
    figure.update_xaxes(**_scale_axis(comparison), showticklabels=False)
    figure.update_xaxes(
        title=scale_title(comparison, language), showticklabels=True, row=rows, col=1
    )
    figure.update_layout(
        template=TEMPLATE,
        height=104 + _STRIP * rows,
        showlegend=False,
        margin={"l": 58, "r": 12, "t": 44, "b": 48},
        dragmode=False,
    )
    return figure


def _add_strip(
    figure: go.Figure,
    row: int,
    entry: Entry,
    comparison: Comparison,
    places: NDArray[np.int64],
    language: Language,
) -> None:
    errors = 100 * np.log(comparison.loss / _predicted(entry, comparison))  # [n], per cent
    held = comparison.held_out
    for chosen, symbol, size in ((~held, "circle", 4), (held, "diamond", 6)):
        shown = places[chosen[places]]
        figure.add_scatter(
            x=comparison.scale[shown].astype(np.float32),
            y=errors[shown].astype(np.float32),
            mode="markers",
            marker={
                "color": COLOURS[entry.law],
                "size": size,
                "symbol": symbol,
                "opacity": 0.85 if symbol == "diamond" else 0.45,
            },
            hovertemplate="%{x:.3s}: %{y:+.2f} %<extra></extra>",
            row=row,
            col=1,
        )
    reach = 1.12 * max(float(np.abs(errors).max()), 1e-3)
    axis = "" if row == 1 else str(row)
    low = comparison.scale.min() / 10
    figure.add_shape(
        type="rect",
        x0=low,
        x1=_edge(comparison),
        y0=0,
        y1=1,
        xref=f"x{axis}",
        yref=f"y{axis} domain",
        line={"width": 0},
        fillcolor=_SHADE,
        layer="below",
    )
    figure.update_yaxes(
        range=[-reach, reach],
        tickvals=_three_ticks(reach),
        ticksuffix=" %",
        zeroline=True,
        zerolinewidth=1,
        zerolinecolor=INK,
        row=row,
        col=1,
    )
    figure.add_annotation(
        x=0,
        xref="paper",
        y=1,
        yref=f"y{axis} domain",
        xanchor="left",
        yanchor="bottom",
        text=law_name(entry, language),
        showarrow=False,
        font={"size": 12, "color": COLOURS[entry.law]},
    )


def _three_ticks(reach: float) -> list[float]:
    """Round numbers on both sides of nought."""
    power = 10 ** math.floor(math.log10(reach))
    step = next(each * power for each in (5, 2, 1, 0.5) if each * power <= 0.9 * reach)
    return [-step, 0.0, step]


# --- common --------------------------------------------------------------------------------------


def _predicted(entry: Entry, comparison: Comparison) -> FloatArray:
    """What the fit to the smaller scales says of all points [n]: exp of ln L less its error."""
    known = entry.held
    if known is None or known.fit is None:
        raise ValueError(f"{entry.law} was not extrapolated")
    held = comparison.held_out
    log = np.log(comparison.loss)
    log[held] -= known.errors
    log[~held] -= known.fit.residuals.numpy()
    return np.asarray(np.exp(log))


def _edge(comparison: Comparison) -> float:
    """Where the fitted scales end: half-way to the first that was held out."""
    scale, held = comparison.scale, comparison.held_out
    return float(math.sqrt(scale[~held].max() * scale[held].min()))


def _stops(scale: FloatArray, held_out: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Points of equal scale, or of neighbouring ones where there are many; none across the edge."""
    order = np.argsort(scale, kind="stable")
    logs = np.log(scale[order])
    # Budgets that are equal on paper differ by the rounding of N and D.
    starts = np.flatnonzero(np.diff(logs, prepend=-math.inf) > 0.01)
    if len(starts) > _STOPS:
        edges = np.linspace(logs[0], logs[-1], _STOPS + 1)[:-1]
        starts = np.unique(np.searchsorted(logs, edges - 1e-12))
    first_held = int((~held_out).sum())
    cuts = sorted({*starts.tolist(), first_held} - {0})
    return [part for part in np.split(order, cuts) if len(part)]


def _means(values: FloatArray, stops: list[NDArray[np.int64]]) -> FloatArray:
    return np.array([values[places].mean() for places in stops])


def _thinned(count: int, most: int) -> NDArray[np.int64]:
    """At most so many of the points, evenly."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).astype(np.int64))


def _scale_axis(comparison: Comparison) -> dict[str, object]:
    low, high = np.log10([comparison.scale.min(), comparison.scale.max()])
    room = 0.04 * (high - low)
    return {
        "type": "log",
        "range": [low - room, high + room],
        "dtick": max(1, round((high - low) / 6)),
        "exponentformat": "power",
        "gridcolor": GRID,
    }


def _loss_ticks(comparison: Comparison) -> dict[str, object]:
    """Round losses: a short stretch of a logarithmic axis has no powers of ten."""
    low, high = float(comparison.loss.min()), float(comparison.loss.max())
    if high / low > _MANY_TIMES:
        return {"exponentformat": "power"}
    steps = [s * 10.0**p for p in range(-3, 3) for s in (1, 2, 5)]
    step = next((s for s in steps if (high - low) / s <= 6), high)
    ticks = np.arange(math.ceil(low / step), high / step + 1) * step
    return {"tickvals": ticks.tolist(), "ticktext": [f"{tick:g}" for tick in ticks]}
