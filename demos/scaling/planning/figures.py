"""Draws what a further run would leave of an interval, and what several would."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import BLUE, INK, RED, new_figure
from demos.frame.strings import Language, say
from demos.scaling.planning.proposing import FloatArray, Plan

_SCALE = ((0.0, "#c8503c"), (0.5, "#d9b36a"), (1.0, "rgba(140, 140, 140, 0.12)"))
_MOST_POINTS = 600
_ROOM = 0.12  # decades


def map_figure(plan: Plan, x: str, language: Language) -> go.Figure:
    """Over N and D a heat map; over one size a line."""
    figure = new_figure(height=480)
    if len(plan.axes) == 1:
        _add_line(figure, plan, language)
        names = [x, say("scaling.planning.left", language)]
    else:
        _add_heat(figure, plan, language)
        names = [say(f"scaling.planning.axis.{name}", language) for name in plan.names]
    figure.update_xaxes(
        type="log", exponentformat="power", dtick=1, title=names[0], range=_range(plan.axes[0])
    )
    figure.update_yaxes(title=names[1])
    if len(plan.axes) == 2:
        figure.update_yaxes(range=_range(plan.axes[1]))
    figure.update_layout(margin={"l": 62, "r": 14, "t": 60, "b": 52}, dragmode=False)
    return figure


def _range(sizes: FloatArray) -> list[float]:
    """With room for a star at the edge."""
    return [float(np.log10(sizes[0])) - _ROOM, float(np.log10(sizes[-1])) + _ROOM]


def _add_heat(figure: go.Figure, plan: Plan, language: Language) -> None:
    n, d = plan.axes
    figure.add_trace(
        go.Heatmap(
            x=n,
            y=d,
            z=np.round(100 * plan.left.T, 1).astype(np.float32),
            # A map whose best run brings a per cent shall look like one.
            zmin=min(90.0, 100 * float(np.nanmin(plan.left))),
            zmax=100,
            colorscale=[list(each) for each in _SCALE],
            colorbar={"title": {"text": "%"}, "thickness": 12, "outlinewidth": 0},
            hovertemplate="N %{x:.3s}<br>D %{y:.3s}<br>%{z:.0f} %<extra></extra>",
        )
    )
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    few = plan.measured[:: max(1, len(plan.measured) // _MOST_POINTS)]
    figure.add_trace(
        go.Scatter(
            x=few[:, 0],
            y=few[:, 1],
            mode="markers",
            name=say("scaling.planning.measured", language),
            marker={"size": 5, "color": INK, "opacity": 0.55},
            hoverinfo="skip",
        )
    )
    _add_runs(figure, plan, plan.runs[:, 1], language)


def _add_line(figure: go.Figure, plan: Plan, language: Language) -> None:
    figure.add_trace(
        go.Scatter(
            x=plan.axes[0],
            y=100 * plan.left,
            mode="lines",
            name=say("scaling.planning.one_run", language),
            line={"color": BLUE, "width": 2},
        )
    )
    sizes = np.unique(plan.measured[:, 0])[:_MOST_POINTS]
    figure.add_trace(
        go.Scatter(
            x=sizes,
            y=np.full(len(sizes), 100.0),
            mode="markers",
            name=say("scaling.planning.measured", language),
            marker={"size": 7, "color": INK, "opacity": 0.6, "symbol": "line-ns-open"},
            hoverinfo="skip",
        )
    )
    _add_runs(figure, plan, np.interp(plan.runs[:, 0], plan.axes[0], 100 * plan.left), language)


def _add_runs(figure: go.Figure, plan: Plan, y: FloatArray, language: Language) -> None:
    """Numbers of the runs at one place stand together."""
    places: dict[tuple[float, float], list[str]] = {}
    for number, at in enumerate(zip(plan.runs[:, 0].tolist(), y.tolist(), strict=True), 1):
        places.setdefault(at, []).append(str(number))
    figure.add_trace(
        go.Scatter(
            x=[at[0] for at in places],
            y=[at[1] for at in places],
            mode="markers+text",
            text=[", ".join(numbers) for numbers in places.values()],
            textposition="top center",
            textfont={"color": RED, "size": 13},
            name=say("scaling.planning.best", language),
            marker={
                "size": 12,
                "color": RED,
                "symbol": "star",
            },
            hoverinfo="skip",
            cliponaxis=False,
        )
    )


def after_figure(plan: Plan, language: Language) -> go.Figure:
    """What is left after each of the planned runs."""
    figure = new_figure(height=480)
    left = np.concatenate([[1.0], plan.after])
    figure.add_trace(
        go.Scatter(
            x=list(range(len(left))),
            y=100 * left,
            mode="lines+markers",
            line={"color": RED, "width": 2},
            marker={"size": 8},
            hovertemplate="%{y:.0f} %<extra></extra>",
        )
    )
    figure.update_xaxes(title=say("scaling.planning.number", language), dtick=1)
    figure.update_yaxes(title=say("scaling.planning.left", language), range=[0, 105])
    figure.update_layout(margin={"l": 62, "r": 14, "t": 60, "b": 52}, showlegend=False)
    return figure
