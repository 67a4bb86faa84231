"""The playground's figures: the terms, a gradient, the way of the scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import BLUE, GRID, INK, PALETTE, RED, new_figure
from demos.frame.strings import Language, say
from demos.pairs.labels import shortened, wrapped
from demos.pairs.playground.batch import Batch, View
from demos.pairs.playground.playground import Floats

COLOURINGS = ("exponent", "share")
_DIVERGING = [[0.0, "#274f87"], [0.5, "#ece7dc"], [1.0, "#a53a28"]]
_SEQUENTIAL = [[0.0, "#ece7dc"], [0.5, "#e09f8d"], [1.0, "#8e3223"]]
_ROW_PIXELS = 34
_LARGEST_PLAIN = 1e5


def terms_figure(view: View, colouring: str, language: Language) -> go.Figure:
    """Each term exp(scale (s_j - s_i)) as a cell: row i should score above column j.

    Items are sorted by label, so that the terms fill one corner. The cell holds the term, its
    colour the exponent (red: the order is wrong) or its share of the whole sum.
    """
    batch, terms = view.batch, view.cosent.terms
    order = np.argsort(-batch.labels, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    count = len(order)
    cells = {"exponent": terms.exponents, "share": terms.shares}
    grids = {name: np.full((count, count), np.nan) for name in cells}  # [n, n] each
    for name, values in cells.items():
        grids[name][place[terms.higher], place[terms.lower]] = values
    figure = new_figure(height=count * _ROW_PIXELS + 200)
    figure.add_heatmap(
        z=grids[colouring],
        **_colours(colouring, grids[colouring]),
        text=[[power(e) for e in row] for row in grids["exponent"]],
        customdata=_hover_data(grids, [batch.names[i] for i in order]),
        texttemplate="%{text}",
        hovertemplate=say("pairs.playground.term_hover", language),
        hoverongaps=False,
        xgap=1,
        ygap=1,
        colorbar={
            "orientation": "h",
            "y": 0,
            "yanchor": "top",
            "ypad": 14,
            "thickness": 10,
            "len": 0.9,
            "outlinewidth": 0,
            "nticks": 5,
            "tickfont": {"size": 11},
        },
    )
    labels = [f"{shortened(batch.names[i], 13)} ({batch.labels[i]:.4g})" for i in order]
    axis = {"tickvals": list(range(count)), "ticktext": labels, "tickfont": {"size": 11}}
    bare = {"showgrid": False, "zeroline": False, "automargin": True, "ticks": ""}
    figure.update_layout(
        margin={"l": 8, "r": 10, "t": 8, "b": 8},
        xaxis=axis | bare | {"side": "top", "tickangle": -90, "range": [-0.5, count - 0.5]},
        yaxis=axis | bare | {"range": [count - 0.5, -0.5]},
        dragmode=False,
        title=_title(say(f"pairs.playground.colour.{colouring}", language)),
    )
    return figure


def gradient_figure(view: View, loss: str, language: Language) -> go.Figure:
    """One loss's gradient on each score: red pushes the score down, blue pushes it up."""
    names = view.batch.names
    figure = new_figure(height=len(names) * 30 + 110)
    found = view.loss(loss)
    title = say(f"pairs.playground.{loss}", language)
    if found is None:
        figure.update_layout(
            title=_title(title), xaxis={"visible": False}, yaxis={"visible": False}
        )
        note = escape(say("pairs.playground.undefined", language))
        figure.add_annotation(
            x=0.5, y=0.5, xref="paper", yref="paper", text=note, showarrow=False, align="center"
        )
        return figure
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
        | {"range": [-0.3, max(len(steps) - 0.7, 1.3)], "fixedrange": True, "zeroline": False},
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
    return f"{10 ** (decimal - whole):.1f}e{whole:+d}"


def _colours(colouring: str, values: Floats) -> dict[str, object]:
    finite = values[np.isfinite(values)]
    if colouring == "share":
        return {"colorscale": _SEQUENTIAL, "zmin": 0, "zmax": 1}
    most = float(np.abs(finite).max(initial=0.0)) or 1.0
    return {"colorscale": _DIVERGING, "zmin": -most, "zmax": most}


def _hover_data(grids: dict[str, Floats], names: Sequence[str]) -> np.ndarray[Any, Any]:
    """[n, n, 4]: exponent, share, and the full names of row and column (the ticks' are short)."""
    count = len(names)
    data = np.empty((count, count, 4), dtype=object)
    data[..., 0], data[..., 1] = grids["exponent"], grids["share"]
    texts = np.array([wrapped(name) for name in names], dtype=object)
    data[..., 2], data[..., 3] = texts[:, None], texts[None, :]
    return data


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
