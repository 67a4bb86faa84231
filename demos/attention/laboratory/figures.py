"""Draws walks and courses; computes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.attention.colours import MASK_COLOURS
from demos.attention.laboratory.drawing import WALK, Course, Walk
from demos.attention.laboratory.setting import SCALES
from demos.attention.spectra import add_band, axis_title, log_axis
from demos.frame.plots import GOLD, INK, RED, new_figure
from demos.frame.strings import Language, say

_DASHES = {"plain": "solid", "norm": "dot", "residual": "dash", "both": "dashdot"}
_ROUNDING = 2e-16  # of float64: residual shares cannot fall below
_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5)


def crossover_figure(walk: Walk, scale: float, language: Language) -> go.Figure:
    """Effective rank of both masks against the sharpness of the logits, the crossing marked."""
    figure = new_figure(height=460)
    for name, values in (("bidirectional", walk.bidirectional), ("causal", walk.causal)):
        figure.add_scatter(
            x=np.array(WALK, dtype=np.float32),
            y=np.array(values, dtype=np.float32),
            name=say(f"attention.rank.softmax.{name}", language),
            mode="lines+markers",
            line={"color": MASK_COLOURS[name], "width": 2},
            marker={"size": 5},
            hovertemplate="%{y:.1f}",
        )
    _vertical(figure, scale, say("attention.laboratory.here", language), INK, 0.0)
    if walk.crossing is not None:
        mark = say("attention.laboratory.crossing", language, scale=f"{walk.crossing:.2f}")
        _vertical(figure, walk.crossing, mark, GOLD, 0.07)
    low, high = np.log10(SCALES)
    highest = max(*walk.bidirectional, *walk.causal)
    figure.update_layout(
        xaxis={
            "type": "log",
            "range": [low - 0.05, high + 0.05],
            "tickvals": _TICKS,
            "ticktext": [f"{tick:g}" for tick in _TICKS],
            "title": axis_title("scale", language),
            "hoverformat": ".2g",
        },
        yaxis={"title": axis_title("effective", language), "range": [0, 1.2 * highest]},
        hovermode="x unified",
        margin={"l": 56, "r": 12, "t": 84, "b": 48},
        dragmode=False,
    )
    return figure


def _vertical(figure: go.Figure, x: float, words: str, colour: str, height: float) -> None:
    line = {"color": colour, "width": 1.5, "dash": "dash"}
    figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line=line)
    right = x > 1.2  # where there is no room for words on the right
    figure.add_annotation(
        x=float(np.log10(x)),
        y=1 - height,
        yref="paper",
        yanchor="top",
        xanchor="right" if right else "left",
        xshift=-4 if right else 4,
        text=words,
        showarrow=False,
        font={"size": 11, "color": colour},
    )


def collapse_figure(courses: Sequence[Course], language: Language) -> go.Figure:
    """Residual share through random networks; a colour a mask, a dash a variant."""
    figure = new_figure(height=440)
    several = len({course.variant for course in courses}) > 1
    for course in courses:
        values = np.maximum(course.shares, 1e-17)
        places = np.arange(values.shape[1], dtype=np.int32)
        colour = MASK_COLOURS[course.mask]
        add_band(figure, places, values, colour)
        name = say(f"attention.rank.softmax.{course.mask}", language)
        if several:
            name += " · " + say(f"attention.laboratory.variant.{course.variant.key}", language)
        figure.add_scatter(
            x=places,
            y=np.median(values, axis=0).astype(np.float32),
            name=name,
            mode="lines",
            line={"color": colour, "width": 2, "dash": _DASHES[course.variant.key]},
            hovertemplate="%{y:.1e}",
        )
    least = min(float(course.shares.min()) for course in courses)
    low = np.floor(np.log10(max(least, 1e-17)))
    if least < 10 * _ROUNDING:
        _mark_rounding(figure, language)
    figure.update_layout(
        xaxis={"title": axis_title("depth", language)},
        yaxis=log_axis("share", min(low, -1.0), 0.2, language),
        hovermode="x unified",
        margin={"l": 62, "r": 12, "t": 104, "b": 48},
        dragmode=False,
    )
    return figure


def _mark_rounding(figure: go.Figure, language: Language) -> None:
    figure.add_hline(y=_ROUNDING, line={"color": INK, "width": 1, "dash": "dot"})
    figure.add_annotation(
        xref="paper",
        x=0.99,
        xanchor="right",
        y=float(np.log10(_ROUNDING)),
        yanchor="bottom",
        text=say("attention.laboratory.rounding", language),
        showarrow=False,
        font={"size": 11},
    )


def model_figure(shares: NDArray[np.float64], name: str, language: Language) -> go.Figure:
    """Residual share through a real model."""
    figure = new_figure(height=440)
    figure.add_scatter(
        x=np.arange(len(shares), dtype=np.int32),
        y=shares.astype(np.float32),
        name=name,
        mode="lines+markers",
        line={"color": RED, "width": 2},
        marker={"size": 6},
        showlegend=True,
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
    )
    few = {"dtick": 1} if len(shares) <= 16 else {}
    figure.update_layout(
        xaxis={"title": axis_title("after_layer", language)} | few,
        yaxis={"title": axis_title("share", language), "range": [0, 1.05]},
        margin={"l": 56, "r": 12, "t": 104, "b": 48},
        dragmode=False,
    )
    return figure
