"""Draws distributions, heads, one row and its indices under a temperature; computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.attention.distribution.row import TEMPERATURES, Heated, Row
from demos.attention.index_names import index_name
from demos.attention.readings import Measured
from demos.attention.sparsity import INDICES
from demos.frame.labels import cut_to_width
from demos.frame.plots import BLUE, GOLD, GREEN, INK, PALETTE, RED, new_figure
from demos.frame.strings import Language, say

# Solid where a low value is sparse, dashed where a high one is.
_LOW = [key for key, index in INDICES.items() if index.sparse == "low"]
_HIGH = [key for key, index in INDICES.items() if index.sparse == "high"]
COLOURS = {
    **dict(zip(_LOW, PALETTE, strict=False)),
    **dict(zip(_HIGH, (RED, GREEN, INK), strict=False)),
}
# Opaque, so that a cell is the same on light and on dark paper; dark is sparse.
_PAPER, _MIDDLE, _DARK = "#ece7dc", "#8fafd4", "#274f87"
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
_MOST_DOTS = 200  # more would hide the boxes
_WIDTH = 0.36  # of a box; two stand beside each other


def box_figure(
    counted: Measured, left_out: Measured | None, key: str, language: Language
) -> go.Figure:
    """Rows of all heads by layer: with the sinks, and without them where that is measured.

    The quartiles are reckoned here, so that they travel and not a hundred thousand rows.
    """
    figure = new_figure(height=400)
    both = [("counted", counted, BLUE), ("left_out", left_out, RED)]
    for side, (name, measured, colour) in enumerate(both):
        if measured is None:
            continue
        centre = 0.0 if left_out is None else (side - 0.5) * 1.15 * _WIDTH
        label = say(f"attention.sparsity.sinks.{name}", language)
        _add_boxes(figure, measured, key, centre, colour, label)
        _add_heads(figure, measured, key, centre, colour, language)
    layers = len(counted.layers)
    figure.update_layout(
        xaxis={
            "title": _axis("layer", language),
            "range": [0.4, layers + 0.6],
            "dtick": 1 if layers <= 14 else 2,
            "showgrid": False,
        },
        yaxis={"title": {"text": index_name(key, language), "font": {"size": 12}}},
        title=_title(say("attention.sparsity.boxes", language)),
        margin={"l": 60, "r": 10, "t": 84, "b": 48},
        boxmode="overlay",
        dragmode=False,
    )
    return figure


def _add_boxes(
    figure: go.Figure, measured: Measured, key: str, centre: float, colour: str, label: str
) -> None:
    five = np.array(
        [
            np.quantile(_rows_with_a_choice(layer, key), (0.05, 0.25, 0.5, 0.75, 0.95))
            for layer in measured.layers
        ],
        dtype=np.float32,
    )  # [layers, 5]
    figure.add_box(
        x=np.arange(1, len(five) + 1) + centre,
        lowerfence=five[:, 0],
        q1=five[:, 1],
        median=five[:, 2],
        q3=five[:, 3],
        upperfence=five[:, 4],
        width=_WIDTH,
        name=label,
        line={"color": colour, "width": 1.3},
        fillcolor=_faint(colour),
        hoverinfo="y",
    )


def _rows_with_a_choice(layer: Any, key: str) -> NDArray[np.float64]:
    """Values of the rows that may look at two tokens or more; of all where none may."""
    values, support = layer.rows[key].numpy(), layer.support.numpy()  # [h, n'] each
    chosen: NDArray[np.float64] = values[support > 1] if (support > 1).any() else values.ravel()
    return chosen


def _add_heads(
    figure: go.Figure, measured: Measured, key: str, centre: float, colour: str, language: Language
) -> None:
    """A dot for the mean of each head, spread a little so that they are all seen."""
    means = _means(measured, key)  # [layers, h]
    layers, heads = means.shape
    if means.size > _MOST_DOTS:
        return
    spread = 0.7 * _WIDTH * (np.linspace(-0.5, 0.5, heads) if heads > 1 else np.zeros(1))
    places = np.arange(1, layers + 1)[:, None] + centre + spread  # [layers, h]
    numbers = np.indices(means.shape).reshape(2, -1).T + 1  # [layers * h, 2]
    figure.add_scatter(
        x=places.ravel().astype(np.float32),
        y=means.ravel(),
        customdata=numbers.astype(np.uint8),
        mode="markers",
        marker={"size": 4, "color": colour, "opacity": 0.75},
        hovertemplate=say("attention.sparsity.hover_head", language),
        showlegend=False,
    )


def _means(measured: Measured, key: str) -> NDArray[np.float32]:
    means: NDArray[np.float32] = np.stack(
        [layer.indices[key].numpy() for layer in measured.layers]
    ).astype(np.float32)
    return means


def heads_figure(measured: Measured, key: str, language: Language) -> go.Figure:
    """Layers down, heads across, the mean of each head; dark is sparse."""
    means = _means(measured, key)
    layers, heads = means.shape
    ends = (_DARK, _PAPER) if INDICES[key].sparse == "low" else (_PAPER, _DARK)
    figure = new_figure(height=400)
    figure.add_heatmap(
        z=means,
        x=np.arange(1, heads + 1),
        y=np.arange(1, layers + 1),
        colorscale=[[0.0, ends[0]], [0.5, _MIDDLE], [1.0, ends[1]]],
        xgap=1,
        ygap=1,
        colorbar={"thickness": 9, "outlinewidth": 0, "nticks": 6, "tickfont": {"size": 11}},
        hovertemplate=say("attention.sparsity.hover_cell", language),
    )
    bare = {"showgrid": False, "zeroline": False, "ticks": ""}
    figure.update_layout(
        xaxis=bare
        | {"title": _axis("head", language), "dtick": 1 if heads <= 16 else 2}
        | {"range": [0.5, heads + 0.5]},
        yaxis=bare
        | {"title": _axis("layer", language), "dtick": 1 if layers <= 16 else 2}
        | {"range": [layers + 0.5, 0.5]},
        title=_title(say("attention.sparsity.heads", language, index=index_name(key, language))),
        margin={"l": 50, "r": 10, "t": 50, "b": 48},
        dragmode=False,
    )
    return figure


def row_figure(
    row: Row, heated: Heated, tokens: Sequence[str], sinks: Sequence[int], language: Language
) -> go.Figure:
    """The weights of one row over its keys; hollow bars are those at T = 1."""
    places = np.array(_distinct([escape(cut_to_width(tokens[key], 14)) for key in row.keys]))
    full = np.array([escape(tokens[key]) for key in row.keys], dtype=object)
    is_sink = np.isin(row.keys, sinks)  # [m]
    figure = new_figure(height=350)
    for name, shown, colour in (("others", ~is_sink, BLUE), ("sinks", is_sink, GOLD)):
        if shown.any():
            figure.add_bar(
                x=places[shown],
                y=heated.weights[shown].astype(np.float32),
                name=say(f"attention.sparsity.key.{name}", language),
                marker={"color": colour, "line": {"width": 0}},
                width=0.78,
                customdata=full[shown],
                hovertemplate=say("attention.sparsity.hover_key", language),
            )
    figure.add_bar(
        x=places,
        y=heated.plain.astype(np.float32),
        name="T = 1",
        marker={"color": "rgba(0,0,0,0)", "line": {"color": INK, "width": 1}},
        width=0.78,
        hoverinfo="skip",
    )
    figure.update_layout(
        barmode="overlay",
        xaxis={
            # Of categories plotly writes as many as there is room for.
            "type": "category",
            "categoryorder": "array",
            "categoryarray": places,
            "range": [-0.6, max(len(places), 4) - 0.4],
            "tickangle": -60,
            "tickfont": {"size": 11},
            "showgrid": False,
            "automargin": True,
            "ticklabeloverflow": "allow",
        },
        yaxis={"title": _axis("weight", language), "rangemode": "tozero", "nticks": 6},
        title=_title(_row_title(row, heated, tokens, language)),
        margin={"l": 56, "r": 10, "t": 76, "b": 8},
        dragmode=False,
    )
    return figure


def _row_title(row: Row, heated: Heated, tokens: Sequence[str], language: Language) -> str:
    token = escape(cut_to_width(tokens[row.place], 18))
    at = f"{heated.temperature:.3g}"
    return say("attention.sparsity.row_title", language, token=token, temperature=at)


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that differ, by their places in invisible digits: equal ones would be one bar."""
    digits = str.maketrans("01", "\u200b\u2060")
    return [name + f"{place:b}".translate(digits) for place, name in enumerate(names)]


def curve_figure(heated: Heated, language: Language) -> go.Figure:
    """All indices against the temperature; the table beside it names the lines."""
    figure = new_figure(height=420)
    temperatures = np.log10(np.array(TEMPERATURES)).astype(np.float32)
    now = np.log10(heated.temperature)
    hover = np.array(TEMPERATURES, dtype=np.float32)
    for key, values in heated.curves.items():
        dash = "solid" if INDICES[key].sparse == "low" else "dash"
        name = index_name(key, language)
        figure.add_scatter(
            x=temperatures,
            y=values.astype(np.float32),
            customdata=hover,
            name=name,
            mode="lines",
            line={"color": COLOURS[key], "width": 2, "dash": dash},
            hovertemplate=f"{name}<br>T = %{{customdata:.2f}}: %{{y:.4f}}<extra></extra>",
        )
    figure.add_scatter(
        x=[now] * len(heated.now),
        y=list(heated.now.values()),
        mode="markers",
        marker={
            "size": 8,
            "color": [COLOURS[key] for key in heated.now],
            "line": {"width": 1, "color": "#ffffff"},
        },
        hoverinfo="skip",
    )
    line = {"color": INK, "width": 1.2, "dash": "dot"}
    figure.add_shape(type="line", x0=now, x1=now, y0=0, y1=1, yref="paper", line=line)
    figure.update_layout(
        showlegend=False,
        xaxis={
            "title": _axis("temperature", language),
            "tickvals": [float(np.log10(tick)) for tick in _TICKS],
            "ticktext": [f"{tick:g}" for tick in _TICKS],
            "zeroline": False,
        },
        yaxis={"range": [-0.03, 1.05], "zeroline": False},
        title=_title(say("attention.sparsity.curves", language)),
        margin={"l": 44, "r": 14, "t": 50, "b": 48},
        dragmode=False,
    )
    return figure


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 14}, "x": 0.02, "yref": "container", "y": 0.97}


def _axis(name: str, language: Language) -> dict[str, Any]:
    return {"text": say(f"attention.sparsity.axis.{name}", language), "font": {"size": 12}}


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.22)"
