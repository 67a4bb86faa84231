"""Heatmaps of two sentences' tokens, the best match of each marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from demos.frame.labels import shortened
from demos.frame.plots import INK, TEMPLATE
from demos.frame.strings import Language, say
from models.alignment import Alignment

_COLOURS = ((0.0, "#e8ebe0"), (0.5, "#9dbf8f"), (1.0, "#3a6b33"))
_MAX_NUMBERED = (16, 10)  # rows, columns that have room for their numbers
_ROW, _MAX_ROWS, _GAP, _TOP, _BOTTOM = 24, 700, 120, 130, 60  # pixels


@dataclass(frozen=True)
class Aligned:
    """A late-interaction model's alignment of the pair."""

    title: str
    alignment: Alignment


def alignment_figure(aligned: Sequence[Aligned], language: Language) -> go.Figure:
    """One heatmap a model: A's tokens down, B's across; colours from cosine 0 to 1.

    A dot is the best match of a row's token, a ring that of a column's.
    """
    heights = [min(_ROW * len(each.alignment.tokens[0]), _MAX_ROWS) for each in aligned]
    inner = sum(heights) + _GAP * (len(aligned) - 1)
    figure = make_subplots(
        rows=len(aligned),
        cols=1,
        row_heights=heights,
        vertical_spacing=_GAP / inner if len(aligned) > 1 else 0,
    )
    for row, each in enumerate(aligned, start=1):
        _draw(figure, each, row, language)
    figure.update_layout(
        template=TEMPLATE,
        height=inner + _TOP + _BOTTOM,
        margin={"t": _TOP, "b": _BOTTOM, "l": 8, "r": 10},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "yref": "paper", "x": 0},
        dragmode=False,
        font={"color": INK},
    )
    return figure


def _draw(figure: go.Figure, each: Aligned, row: int, language: Language) -> None:
    names, cosines = each.alignment.tokens, each.alignment.cosines
    rows, columns = cosines.shape
    numbered = rows <= _MAX_NUMBERED[0] and columns <= _MAX_NUMBERED[1]
    figure.add_heatmap(
        z=cosines.round(4),
        zmin=0.0,
        zmax=1.0,
        colorscale=[list(stop) for stop in _COLOURS],
        showscale=False,
        xgap=1 if numbered else 0,
        ygap=1 if numbered else 0,
        texttemplate="%{z:.2f}" if numbered else None,
        hovertemplate="A: %{y}<br>B: %{x}<br><b>%{z:.4f}</b><extra></extra>",
        row=row,
        col=1,
    )
    of_rows = [match.place for match in each.alignment.matches(0)]
    of_columns = [match.place for match in each.alignment.matches(1)]
    gold = "#d9a520"
    common = {"mode": "markers", "hoverinfo": "skip", "showlegend": row == 1}
    figure.add_scatter(
        x=[place + 0.36 for place in of_rows],
        y=[place - 0.3 for place in range(rows)],
        marker={"size": 6, "color": gold, "line": {"width": 1, "color": "#ffffff"}},
        name=say("alignment.of_a", language),
        row=row,
        col=1,
        **common,
    )
    figure.add_scatter(
        x=[place + 0.36 for place in range(columns)],
        y=[place - 0.3 for place in of_columns],
        marker={"size": 11, "color": gold, "symbol": "circle-open", "line": {"width": 2}},
        name=say("alignment.of_b", language),
        row=row,
        col=1,
        **common,
    )
    _name_axes(figure, names, row, escape(each.title))


def _name_axes(
    figure: go.Figure, names: tuple[tuple[str, ...], tuple[str, ...]], row: int, title: str
) -> None:
    common = {"showgrid": False, "zeroline": False, "automargin": True, "tickfont": {"size": 11}}
    for axes, tokens in ((figure.update_yaxes, names[0]), (figure.update_xaxes, names[1])):
        axes(
            tickvals=list(range(len(tokens))),
            ticktext=[shortened(token) for token in tokens],
            row=row,
            col=1,
            **common,
        )
    figure.update_yaxes(range=[len(names[0]) - 0.5, -0.5], row=row, col=1)
    figure.update_xaxes(
        range=[-0.5, len(names[1]) - 0.5],
        side="top",
        tickangle=-90,
        title={"text": title, "font": {"size": 13}},
        row=row,
        col=1,
    )
