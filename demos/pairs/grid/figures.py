"""A grid of scores as a heatmap."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from demos.frame.labels import shortened, wrapped
from demos.frame.plots import INK, new_figure
from demos.frame.strings import Language, say
from demos.pairs.grid.grid import ModelGrid, SentenceLists, best_columns

# Opaque, so that a cell is the same on light and on dark paper. One hue for each kind of score: a
# cosine and a logit are not to be compared by colour.
SCALES = {
    "bi-encoder": ((0.0, "#ece7dc"), (0.5, "#8fafd4"), (1.0, "#274f87")),
    "late-interaction": ((0.0, "#e8ebe0"), (0.5, "#9dbf8f"), (1.0, "#3a6b33")),
    "cross-encoder": ((0.0, "#efe6dc"), (0.5, "#e09f8d"), (1.0, "#8e3223")),
}
MAX_MARKED = 2_500  # cells; beyond it a mark would hide its cell
_MAX_NUMBERED_CELLS = (16, 12)  # rows, columns that have room for their numbers
_MAX_LABELLED = 40
_ROW_PIXELS, _MAX_CELLS_PIXELS, _MARGIN_PIXELS = 34, 600, 200


def heatmap(lists: SentenceLists, grid: ModelGrid, language: Language) -> go.Figure:
    """One model's grid: rows are list A, columns list B, a dot on the best of each row.

    Both sentences are in the hover text. They travel once, as the names of the axes' ticks, and
    not once a cell; the short labels stand on a second pair of axes.
    """
    rows, columns = lists.shape
    pixels = min(rows * _ROW_PIXELS, _MAX_CELLS_PIXELS)
    figure = new_figure(height=pixels + _MARGIN_PIXELS)
    numbered = rows <= _MAX_NUMBERED_CELLS[0] and columns <= _MAX_NUMBERED_CELLS[1]
    unit = say(f"pairs.grid.unit.{grid.card.kind}", language)
    bar = {"orientation": "h", "y": 0, "yanchor": "top", "ypad": 14, "thickness": 10, "len": 0.9}
    figure.add_heatmap(
        z=grid.scores,
        colorscale=[list(stop) for stop in SCALES[grid.card.kind]],
        colorbar=bar | {"outlinewidth": 0, "nticks": 4, "tickfont": {"size": 11}},
        xgap=1 if numbered else 0,
        ygap=1 if numbered else 0,
        texttemplate="%{z:.2f}" if numbered else None,
        hovertemplate=f"A: %{{y}}<br>B: %{{x}}<br><b>{unit} %{{z:.4f}}</b><extra></extra>",
    )
    _mark(figure, grid)
    _name_axes(figure, lists)
    figure.update_layout(
        title={
            "text": f"{escape(grid.card.title)} · {unit}",
            "font": {"size": 14},
            "automargin": True,
            "yref": "container",
            "y": 0.98,
            "x": 0.03,
            "pad": {"b": 10},
        },
        margin={"l": 8, "r": 10, "t": 8, "b": 8},
        showlegend=False,
        dragmode="zoom" if max(rows, columns) > _MAX_LABELLED else False,
    )
    return figure


def _mark(figure: go.Figure, grid: ModelGrid) -> None:
    """A dot on the best of each row, scissors where text was cut; on the labels' axes."""
    shown = grid.scores.size <= MAX_MARKED
    columns = best_columns(grid.scores) if shown else np.empty(0, dtype=np.int64)
    rows = np.arange(len(columns))
    cut_rows, cut_columns = np.nonzero(grid.truncated & shown)
    common = {"xaxis": "x2", "yaxis": "y2", "hoverinfo": "skip"}
    dot = {"size": 6, "color": "#d9a520", "line": {"width": 1, "color": "#ffffff"}}
    figure.add_scatter(x=columns + 0.38, y=rows - 0.32, mode="markers", marker=dot, **common)
    figure.add_scatter(
        x=cut_columns - 0.36,
        y=cut_rows - 0.3,
        mode="text",
        text=["✂"] * len(cut_rows),
        textfont={"size": 10},
        **common,
    )


def _name_axes(figure: go.Figure, lists: SentenceLists) -> None:
    rows, columns = lists.shape
    row_labels, column_labels = _labels(lists.a), _labels(lists.b)
    bare = {"showgrid": False, "zeroline": False, "ticks": ""}
    named = bare | {"automargin": True, "tickfont": {"size": 11}, "ticklabeloverflow": "allow"}
    figure.update_layout(
        xaxis={
            "range": [-0.5, columns - 0.5],
            "tickvals": list(range(columns)),
            "ticktext": [wrapped(sentence) for sentence in lists.b],
            "showticklabels": False,
            **bare,
        },
        yaxis={
            "range": [rows - 0.5, -0.5],
            "tickvals": list(range(rows)),
            "ticktext": [wrapped(sentence) for sentence in lists.a],
            "showticklabels": False,
            **bare,
        },
        xaxis2=named
        | {"overlaying": "x", "matches": "x", "side": "top", "tickangle": -90}
        | {"tickvals": list(column_labels), "ticktext": list(column_labels.values())},
        yaxis2=named
        | {"overlaying": "y", "matches": "y", "side": "left"}
        | {"tickvals": list(row_labels), "ticktext": list(row_labels.values())},
        font={"color": INK},
    )


def _labels(sentences: Sequence[str]) -> dict[int, str]:
    """A label for each place; in a long list the numbers of every tenth."""
    if len(sentences) > _MAX_LABELLED:
        return {place: str(place + 1) for place in range(9, len(sentences), 10)}
    return {place: shortened(sentence) for place, sentence in enumerate(sentences)}
