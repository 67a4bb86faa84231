"""Draws the two routes and what is beside them; computes nothing."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from demos.bayes.two_routes.comparing import Compared, Floats
from demos.bayes.two_routes.results import RULES, heat_rows, name_of
from demos.bayes.two_routes.setting import CANDIDATES
from demos.frame.plots import BLUE, GOLD, GREEN, INK, RED, new_figure
from demos.frame.strings import Language, say

_HEAT = [[0.0, "rgba(200, 80, 60, 0.03)"], [1.0, RED]]  # nothing is the page's own colour
_LINES = {
    "attention": (BLUE, "circle", "solid"),
    "generalised": (GOLD, "diamond", "dash"),
    "classical": (RED, "square", "solid"),
    "mixture": (GREEN, "triangle-up", "dot"),
}


def route_figure(compared: Compared, route: str, language: Language) -> go.Figure:
    """The candidates' probabilities on one route, "product" or "averaged"."""
    values: Floats = getattr(compared, route)
    figure = new_figure(height=340)
    largest = float(max(compared.product.max(), compared.averaged.max()))
    figure.add_bar(
        x=values.astype(np.float32),
        y=list(CANDIDATES),
        orientation="h",
        marker={"color": BLUE if route == "averaged" else RED},
        text=[f"{value:.3f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.4f}<extra></extra>",
    )
    figure.update_layout(
        xaxis={"range": [0, 1.18 * largest], "title": say("bayes.routes.axis.share", language)},
        yaxis={"autorange": "reversed"},
        margin={"l": 62, "r": 12, "t": 12, "b": 48},
        dragmode=False,
    )
    return figure


def skip_grams_figure(compared: Compared, language: Language) -> go.Figure:
    """Every source's own distribution, with what it weighs; p(x_t) last."""
    names, values = heat_rows(compared, language)
    figure = new_figure(height=380)
    figure.add_heatmap(
        z=values.astype(np.float32),
        x=list(CANDIDATES),
        y=names,
        colorscale=_HEAT,
        zmin=0.0,
        showscale=False,
        text=np.rint(100 * values).astype(int),  # per cent fit a narrow screen
        texttemplate="%{text}",
        textfont={"size": 11},
        xgap=2,
        ygap=2,
        hovertemplate="%{y} → %{x}: %{z:.4f}<extra></extra>",
    )
    figure.update_layout(
        xaxis={"side": "top", "showgrid": False, "tickangle": -45},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"l": 124, "r": 28, "t": 60, "b": 8},
        dragmode=False,
    )
    return figure


def rules_figure(compared: Compared, language: Language) -> go.Figure:
    """Attention, the generalised rule, classical naive Bayes and a mixture, over the candidates."""
    figure = new_figure(height=380)
    for rule in RULES:
        colour, symbol, dash = _LINES[rule]
        values: Floats = getattr(compared, "averaged" if rule == "attention" else rule)
        figure.add_scatter(
            x=list(CANDIDATES),
            y=values.astype(np.float32),
            name=name_of(rule, compared, language),
            mode="lines+markers",
            line={"color": colour, "width": 1.5, "dash": dash},
            marker={"color": colour, "size": 9, "symbol": symbol},
            hovertemplate="%{y:.4f}",
        )
    figure.update_layout(
        xaxis={"tickangle": -45, "showgrid": False, "color": INK},
        yaxis={"title": say("bayes.routes.axis.share", language), "rangemode": "tozero"},
        hovermode="x unified",
        margin={"l": 52, "r": 12, "t": 84, "b": 60},
        dragmode=False,
    )
    return figure
