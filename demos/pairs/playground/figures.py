"""The playground's figures: the terms, a gradient, the way of the scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from demos.frame.labels import shortened, wrapped
from demos.frame.plots import BLUE, GRID, INK, PALETTE, RED, new_figure
from demos.frame.strings import Language, say
from demos.pairs.playground.batch import Batch, View
from demos.pairs.playground.playground import Floats

COLOURINGS = ("exponent", "share")
_DIVERGING = [[0.0, "#274f87"], [0.5, "#ece7dc"], [1.0, "#a53a28"]]
_SEQUENTIAL = [[0.0, "#ece7dc"], [0.5, "#e09f8d"], [1.0, "#8e3223"]]
_COLOUR_BAR = {
    "orientation": "h",
    "y": 0,
    "yanchor": "top",
    "ypad": 14,
    "thickness": 10,
    "len": 0.9,
    "outlinewidth": 0,
    "nticks": 5,
    "tickfont": {"size": 11},
}
_ROW_PIXELS = 34
_LARGEST_PLAIN = 1e5


def terms_figure(view: View, colouring: str, language: Language) -> go.Figure:
    """Each term exp(scale (s_j - s_i)) as a cell: row i should score above column j.

    Items are sorted by label, so that the terms fill one corner; those that no term has are left
    out. The cell holds the term, its colour the exponent (red: the order is wrong) or its share
    of the whole sum.
    """
    batch, terms = view.batch, view.cosent.terms
    title = say(f"pairs.playground.colour.{colouring}", language)
    if not len(terms):
        return _empty(title, say("pairs.playground.no_terms", language))
    order = np.argsort(-batch.labels, kind="stable")
    rows = [int(i) for i in order if i in terms.higher]
    columns = [int(j) for j in order if j in terms.lower]
    cells = {"exponent": terms.exponents, "share": terms.shares}
    grids: dict[str, Floats] = {}
    for name, values in cells.items():
        full = np.full((len(order), len(order)), np.nan)  # [n, n]
        full[terms.higher, terms.lower] = values
        grids[name] = full[np.ix_(rows, columns)]
    figure = new_figure(height=max(len(rows) * _ROW_PIXELS + 200, 320))
    figure.add_heatmap(
        z=grids[colouring],
        **_colours(colouring, grids[colouring]),
        text=[[power(e) for e in row] for row in grids["exponent"]],
        customdata=_hover_data(
            grids, [batch.names[i] for i in rows], [batch.names[j] for j in columns]
        ),
        texttemplate="%{text}",
        hovertemplate=say("pairs.playground.term_hover", language),
        hoverongaps=False,
        xgap=1,
        ygap=1,
        colorbar=_COLOUR_BAR,
    )
    figure.update_layout(
        margin={"l": 8, "r": 10, "t": 8, "b": 8},
        xaxis=_item_axis(batch, columns)
        | {"side": "top", "tickangle": -90, "range": [-0.5, len(columns) - 0.5]},
        yaxis=_item_axis(batch, rows) | {"range": [len(rows) - 0.5, -0.5]},
        dragmode=False,
        title=_title(title),
    )
    return figure


def gradient_figure(view: View, loss: str, language: Language) -> go.Figure:
    """One loss's gradient on each score: red pushes the score down, blue pushes it up."""
    names = view.batch.names
    found, title = view.loss(loss), say(f"pairs.playground.{loss}", language)
    if found is None:
        return _empty(title, say("pairs.playground.undefined", language))
    figure = new_figure(height=len(names) * 30 + 110)
    gradient = found.gradient
    figure.add_bar(
        x=gradient,
        y=list(range(len(names))),
        orientation="h",
        marker={"color": [RED if value > 0 else BLUE for value in gradient]},
        text=[f"{value:.3g}" for value in gradient],
        textposition="outside",
        textfont={"size": 11, "color": INK},
        cliponaxis=False,
        customdata=[wrapped(name) for name in names],
        hovertemplate="%{customdata}<br><b>%{x:.6g}</b><extra></extra>",
    )
    most = float(np.abs(gradient).max()) or 1.0
    figure.update_layout(
        title=_title(f"{title} · L = {number(found.value)}"),
        margin={"l": 8, "r": 10, "t": 8, "b": 30},
        # Room for the numbers beside the longest bars, on both sides of the line.
        xaxis={"range": [-1.45 * most, 1.45 * most], "zeroline": True, "zerolinecolor": INK}
        | {"nticks": 5, "tickfont": {"size": 11}, "fixedrange": True},
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": [shortened(name) for name in names],
            "tickfont": {"size": 11},
            "range": [len(names) - 0.5, -0.5],
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        dragmode=False,
    )
    return figure


def path_figure(batch: Batch, path: Sequence[Floats], language: Language) -> go.Figure:
    """Scores by gradient step, one line an item, coloured by label. `path`: scores [n] a step."""
    figure = new_figure(height=max(len(batch.names) * _ROW_PIXELS + 200, 320))
    steps = np.stack(list(path))  # [steps + 1, n]
    levels = np.unique(batch.labels)[::-1]
    for item in range(len(batch.names)):
        level = int(np.flatnonzero(levels == batch.labels[item])[0])
        first = int(np.flatnonzero(batch.labels == batch.labels[item])[0]) == item
        figure.add_scatter(
            x=np.arange(len(steps)),
            y=steps[:, item],
            mode="lines+markers",
            line={"color": PALETTE[level % len(PALETTE)], "width": 2},
            marker={"size": 4 if len(steps) > 1 else 9},
            name=say("pairs.playground.level", language, label=f"{batch.labels[item]:.6g}"),
            legendgroup=str(level),
            showlegend=first,
            # Not in the template: a name may hold what looks like one of its variables.
            text=[wrapped(batch.names[item])] * len(steps),
            hovertemplate="%{text}<br><b>%{y:.4f}</b><extra></extra>",
        )
    figure.update_layout(
        margin={"l": 48, "r": 10, "t": 64, "b": 44},
        xaxis={"title": {"text": say("pairs.playground.steps", language)}, "rangemode": "tozero"}
        | {"range": [-0.3, max(len(steps) - 0.7, 1.3)], "fixedrange": True, "zeroline": False}
        | ({"dtick": 1} if len(steps) < 12 else {"nticks": 8}),
        yaxis={"fixedrange": True, "zeroline": True, "zerolinecolor": GRID},
        title=_title(say("pairs.playground.path", language)),
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"},
        dragmode=False,
    )
    return figure


def power(exponent: float) -> str:
    """exp(exponent) in a few characters, whatever its size; "" for no term."""
    if math.isnan(exponent):
        return ""
    if abs(exponent) < math.log(_LARGEST_PLAIN):
        value = math.exp(exponent)
        return f"{value:.3g}" if value >= 1e-3 else _scientific(exponent)
    return _scientific(exponent)


def number(value: float) -> str:
    """A number for people: six digits, no noise."""
    return f"{value:,.4f}" if 1e-3 <= abs(value) < 1e5 else f"{value:.4g}"


def _scientific(exponent: float) -> str:
    decimal = exponent / math.log(10)
    whole = math.floor(decimal)
    digits = f"{10 ** (decimal - whole):.1f}"
    return f"1.0e{whole + 1:+d}" if digits == "10.0" else f"{digits}e{whole:+d}"


def _colours(colouring: str, values: Floats) -> dict[str, object]:
    finite = values[np.isfinite(values)]
    if colouring == "share":
        return {"colorscale": _SEQUENTIAL, "zmin": 0, "zmax": 1}
    most = float(np.abs(finite).max(initial=0.0)) or 1.0
    return {"colorscale": _DIVERGING, "zmin": -most, "zmax": most}


def _hover_data(
    grids: dict[str, Floats], rows: Sequence[str], columns: Sequence[str]
) -> np.ndarray[Any, Any]:
    """[rows, columns, 4]: exponent, share, and both full names (the ticks' are short)."""
    data = np.empty((len(rows), len(columns), 4), dtype=object)
    data[..., 0], data[..., 1] = grids["exponent"], grids["share"]
    data[..., 2] = np.array([wrapped(name) for name in rows], dtype=object)[:, None]
    data[..., 3] = np.array([wrapped(name) for name in columns], dtype=object)[None, :]
    return data


def _item_axis(batch: Batch, items: Sequence[int]) -> dict[str, Any]:
    """An axis whose ticks are items: name and label."""
    labels = [f"{shortened(batch.names[i], 13)} ({batch.labels[i]:.4g})" for i in items]
    return {
        "tickvals": list(range(len(items))),
        "ticktext": labels,
        "tickfont": {"size": 11},
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
        "ticks": "",
    }


def _empty(title: str, note: str) -> go.Figure:
    """A sentence where there is nothing to draw."""
    figure = new_figure(height=200)
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(title=_title(title), xaxis=hidden, yaxis=hidden, dragmode=False)
    figure.add_annotation(
        x=0.5, y=0.5, xref="paper", yref="paper", text=escape(note), showarrow=False
    )
    return figure


def _title(text: str) -> dict[str, object]:
    return {
        "text": escape(text),
        "font": {"size": 14},
        "automargin": True,
        "yref": "container",
        "y": 0.98,
        "x": 0.03,
        "pad": {"b": 10},
    }
