"""Draws the effective ranks of all heads; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.attention.colours import MASK_COLOURS
from demos.attention.masks import MaskName
from demos.attention.spectra import axis_title
from demos.attention.spectrum.head import Head
from demos.frame.plots import INK, new_figure
from demos.frame.strings import Language, say

_SPREAD = 0.17  # how far a mask's points stand from their layer


def all_heads(
    effective: Mapping[MaskName, NDArray[np.float64]],
    own: MaskName,
    chosen: Head,
    n: int,
    language: Language,
) -> go.Figure:
    """Effective rank of every head, layer by layer, by mask [layers, heads]; rings: the chosen."""
    figure = new_figure(height=460)
    for side, (mask, values) in zip((-1, 1), effective.items(), strict=True):
        _points(figure, mask, values, side * _SPREAD, mask == own, language)
    for side, (mask, values) in zip((-1, 1), effective.items(), strict=True):
        figure.add_scatter(
            x=[chosen.layer + 1 + side * _SPREAD],
            y=[float(values[chosen.layer, chosen.head])],
            mode="markers",
            marker={"symbol": "circle-open", "size": 14, "color": MASK_COLOURS[mask]}
            | {"line": {"width": 2}},
            showlegend=False,
            hoverinfo="skip",
        )
    layers = len(next(iter(effective.values())))
    figure.add_hline(y=n, line={"color": INK, "width": 1, "dash": "dash"})
    figure.add_annotation(
        xref="paper",
        x=0.01,
        y=n,
        text=say("attention.rank.full", language, n=n),
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": 11},
    )
    figure.update_layout(
        xaxis={"title": axis_title("layer", language), "range": [0.4, layers + 0.6]}
        | {"dtick": 1 if layers <= 16 else 4, "tick0": 1},
        yaxis={"title": axis_title("effective", language), "range": [0, 1.09 * n]},
        margin={"l": 56, "r": 12, "t": 84, "b": 48},
        dragmode=False,
    )
    return figure


def _points(
    figure: go.Figure,
    mask: MaskName,
    values: NDArray[np.float64],
    shift: float,
    own: bool,
    language: Language,
) -> None:
    """A point a head, and a line through the layers' medians."""
    layers, heads = values.shape
    name = say(f"attention.rank.softmax.{mask}", language)
    name = say("attention.rank.own", language, name=name) if own else name
    places = np.repeat(np.arange(1, layers + 1), heads)
    figure.add_scatter(
        x=(places + shift).astype(np.float32),
        y=values.ravel().astype(np.float32),
        customdata=np.stack([places, np.tile(np.arange(1, heads + 1), layers)], axis=1),
        name=name,
        legendgroup=mask,
        mode="markers",
        marker={"size": 6, "opacity": 0.62, "color": MASK_COLOURS[mask]},
        hovertemplate=say("attention.rank.hover", language),
    )
    figure.add_scatter(
        x=(np.arange(1, layers + 1) + shift).astype(np.float32),
        y=np.median(values, axis=1).astype(np.float32),
        name=say("attention.rank.median", language),
        legendgroup=mask,
        mode="lines",
        line={"width": 1.8, "color": MASK_COLOURS[mask]},
        hoverinfo="skip",
        showlegend=False,
    )
