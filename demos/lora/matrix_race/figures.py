"""Draws races; computes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from demos.frame.plots import BLUE, GOLD, GREEN, INK, RED, TEAL, TEMPLATE, VIOLET, new_figure
from demos.frame.strings import Language, say
from demos.lora.matrix_race.results import name_of
from demos.lora.matrix_race.running import Course, Race
from demos.lora.matrix_race.setting import MethodName

COLOURS: dict[MethodName, str] = {
    "full": INK,
    "lora": RED,
    "lora_plus": "#d98a7c",
    "symmetric": "#b5668c",
    "random": GOLD,
    "additive": BLUE,
    "galore": GREEN,
    "flora": TEAL,
}
_LEAST = 1e-10  # of the energy: lower is as good as nothing
_DRAWN_VALUES = 16
_HEATMAP_COLUMNS = 3
# Error-free entries fade into the page, on light and on dark.
_FADING = [[0.0, "rgba(128, 128, 128, 0.06)"], [0.5, GOLD], [1.0, RED]]


def courses_figure(race: Race, language: Language) -> go.Figure:
    """Energy left after each step; what a form cannot go below as dotted lines."""
    figure = new_figure(height=460)
    lowest = 1.0
    for course in race.courses:
        shares = np.maximum(course.shares, _LEAST)
        lowest = min(lowest, float(shares.min()))
        figure.add_scatter(
            x=np.arange(len(shares), dtype=np.int32),
            y=shares,
            name=name_of(course.method, language),
            mode="lines",
            line={"color": COLOURS[course.method], "width": 2},
            hovertemplate="%{y:.2e}",
        )
        if course.floor > _LEAST:
            figure.add_hline(
                y=course.floor,
                line={"color": COLOURS[course.method], "width": 1.5, "dash": "dot"},
            )
    figure.update_layout(
        xaxis={"title": say("lora.race.axis.step", language)},
        yaxis={
            "title": say("lora.race.axis.left", language),
            "type": "log",
            "exponentformat": "power",
            "range": [np.log10(lowest) - 0.2, 0.4],
        },
        hovermode="x unified",
        margin={"l": 64, "r": 12, "t": 96, "b": 48},
        dragmode=False,
    )
    return figure


def errors_figure(race: Race, language: Language) -> go.Figure:
    """|T|, and |dW - T| of every method, in one scale."""
    kept = [course for course in race.courses if course.diverged_at is None]
    titles = [say("lora.race.wanted", language), *(name_of(c.method, language) for c in kept)]
    matrices = [np.abs(race.wanted), *(np.abs(c.change - race.wanted) for c in kept)]
    rows = -(-len(matrices) // _HEATMAP_COLUMNS)
    figure = make_subplots(
        rows=rows,
        cols=_HEATMAP_COLUMNS,
        subplot_titles=titles,
        horizontal_spacing=0.04,
        vertical_spacing=0.12 / rows,
    )
    for place, matrix in enumerate(matrices):
        figure.add_heatmap(
            z=matrix.astype(np.float32),
            coloraxis="coloraxis",
            hovertemplate="%{y}, %{x}: %{z:.3f}<extra></extra>",
            row=place // _HEATMAP_COLUMNS + 1,
            col=place % _HEATMAP_COLUMNS + 1,
        )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed")
    figure.update_annotations(font={"size": 11})
    figure.update_layout(
        template=TEMPLATE,
        height=90 + 150 * rows,
        coloraxis={
            "colorscale": _FADING,
            "cmin": 0.0,
            "cmax": float(matrices[0].max()),
            "colorbar": {"thickness": 10, "len": 0.9, "tickformat": ".2f"},
        },
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        dragmode=False,
    )
    return figure


def values_figure(course: Course, wanted: Any, language: Language) -> go.Figure:
    """Singular values of dW as they grow; those that are wanted as dotted lines.

    Args:
        wanted: singular values of T, falling.
    """
    figure = new_figure(height=420)
    count = min(_DRAWN_VALUES, course.values.shape[1])
    steps = np.array(course.snapshots, dtype=np.int32)
    for level in sorted({round(float(value), 3) for value in wanted[:count]}, reverse=True):
        figure.add_hline(y=level, line={"color": VIOLET, "width": 1, "dash": "dot"})
    for place in range(count):
        figure.add_scatter(
            x=steps + 1,  # the start has a place on a logarithmic axis
            y=course.values[:, place].astype(np.float32),
            customdata=steps,
            name=f"σ{place + 1}",
            mode="lines",
            line={"color": COLOURS[course.method], "width": 2 if place < 4 else 1},
            opacity=1 - 0.8 * place / count,
            showlegend=False,
            hovertemplate="%{customdata}: %{y:.3f}<extra>σ" + str(place + 1) + "</extra>",
        )
    figure.update_layout(
        xaxis={"title": say("lora.race.axis.log_step", language), "type": "log"},
        yaxis={"title": say("lora.race.axis.values", language), "rangemode": "tozero"},
        margin={"l": 56, "r": 12, "t": 24, "b": 48},
        dragmode=False,
    )
    return figure
