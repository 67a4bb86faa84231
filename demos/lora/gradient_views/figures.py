"""Draws gradient views; computes nothing."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from demos.frame.plots import BLUE, GOLD, INK, RED, TEMPLATE, new_figure
from demos.frame.strings import Language, say
from demos.lora.gradient_views.drawing import Views
from demos.lora.gradient_views.results import name_of

# Nought fades into the page, on light and on dark.
_SIGNED = [[0.0, BLUE], [0.5, "rgba(128, 128, 128, 0.06)"], [1.0, RED]]


def directions_figure(views: Views, language: Language) -> go.Figure:
    """Directions side by side, each in units of its own largest entry."""
    figure = make_subplots(
        rows=2,
        cols=2,
        subplot_titles=[name_of(each, views, language) for each in views.directions],
        horizontal_spacing=0.05,
        vertical_spacing=0.1,
    )
    for place, each in enumerate(views.directions):
        largest = float(np.abs(each.matrix).max()) or 1.0
        figure.add_heatmap(
            z=(each.matrix / largest).astype(np.float32),
            coloraxis="coloraxis",
            hovertemplate="%{y}, %{x}: %{z:.2f}<extra></extra>",
            row=place // 2 + 1,
            col=place % 2 + 1,
        )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed")
    figure.update_annotations(font={"size": 12})
    figure.update_layout(
        template=TEMPLATE,
        height=520,
        coloraxis={"colorscale": _SIGNED, "cmin": -1.0, "cmax": 1.0, "showscale": False},
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        dragmode=False,
    )
    return figure


def mean_figure(views: Views, language: Language) -> go.Figure:
    """Distance of the running mean from 2G and from G, and the theory."""
    figure = new_figure(height=520)
    counts = views.counts.astype(np.float32)
    lines = (
        ("to_2g", views.errors, RED, "solid", "lines+markers"),
        ("theory", views.theory, INK, "dot", "lines"),
        ("to_g", np.sqrt(1 + 4 * views.theory**2), GOLD, "dash", "lines"),
    )
    for key, values, colour, dash, mode in lines:
        figure.add_scatter(
            x=counts,
            y=np.asarray(values, dtype=np.float32),
            name=say(f"lora.gradients.curve.{key}", language),
            mode=mode,
            line={"color": colour, "width": 2, "dash": dash},
            marker={"size": 5},
            hovertemplate="%{y:.3f}",
        )
    figure.update_layout(
        xaxis={"title": say("lora.gradients.axis.samples", language), "type": "log", "dtick": 1},
        yaxis={
            "title": say("lora.gradients.axis.error", language),
            "type": "log",
            "exponentformat": "power",
        },
        hovermode="x unified",
        margin={"l": 60, "r": 12, "t": 96, "b": 48},
        dragmode=False,
    )
    return figure
