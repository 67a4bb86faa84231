"""Draws the spectra of one head and the effective ranks of all; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.attention.colours import LINEAR_COLOURS, MASK_COLOURS
from demos.attention.masks import MaskName
from demos.attention.spectrum.head import Head, Spectrum
from demos.frame.plots import INK, new_figure
from demos.frame.strings import Language, say

FLOOR = 1e-18  # nothing below is drawn: float32 carries the figures to the browser
_EPS = float(np.finfo(np.float64).eps)
_SPREAD = 0.17  # how far a mask's points stand from their layer


def spectrum_name(spectrum: Spectrum, language: Language) -> str:
    """As legends and hover name it."""
    name = say(f"attention.rank.{spectrum.kind}.{spectrum.mask}", language)
    return say("attention.rank.own", language, name=name) if spectrum.own else name


def spectra(measured: Sequence[Spectrum], language: Language) -> go.Figure:
    """Singular values of one head, a line for each mask, over what float64 resolves."""
    figure = new_figure(height=460)
    for each in measured:
        values = each.figures.singular_values[0].numpy()
        linear = each.kind == "linear"
        colours = LINEAR_COLOURS if linear else MASK_COLOURS
        figure.add_scatter(
            x=np.arange(1, len(values) + 1, dtype=np.int32),
            y=np.maximum(values, FLOOR).astype(np.float32),
            name=spectrum_name(each, language),
            mode="lines" if len(values) > 3 else "lines+markers",
            line={
                "color": colours[each.mask],
                "width": 3.2 if each.own else 1.8,
                "dash": "dot" if linear else "solid",
            },
            hovertemplate="%{y:.2e}",
        )
    largest = max(float(each.figures.singular_values.max()) for each in measured)
    smallest = min(float(each.figures.singular_values.min()) for each in measured)
    n = measured[0].figures.singular_values.shape[-1]
    mark_resolution(figure, n * _EPS * largest, smallest, language)
    low = np.floor(np.log10(max(smallest, FLOOR)))
    figure.update_layout(
        xaxis={"title": axis("number", language), "range": [1 - n / 50, n + n / 50]},
        yaxis=log_axis(say("attention.rank.axis.value", language), low, np.log10(largest) + 0.4),
        hovermode="x unified",
        margin={"l": 62, "r": 12, "t": 84, "b": 48},
        dragmode=False,
    )
    return figure


def mark_resolution(
    figure: go.Figure, resolution: float, smallest: float, language: Language
) -> None:
    """Shade what is rounding; nothing where all values are well above it."""
    if smallest > resolution * 10:
        return
    figure.add_shape(
        type="rect",
        xref="paper",
        x0=0,
        x1=1,
        y0=FLOOR / 10,
        y1=resolution,
        fillcolor="rgba(128, 128, 128, 0.14)",
        line={"width": 0},
        layer="below",
    )
    figure.add_annotation(
        xref="paper",
        x=0.01,
        xanchor="left",
        y=float(np.log10(resolution)),
        yanchor="top",
        text=say("attention.rank.resolution", language),
        showarrow=False,
        font={"size": 11, "color": INK},
    )


def log_axis(title: str, low: float, high: float) -> dict[str, Any]:
    """A logarithmic axis in powers of ten, from 10^low to 10^high."""
    return {
        "type": "log",
        "range": [float(low), float(high)],
        "dtick": max(1, round((high - low) / 7)),
        "exponentformat": "power",
        "title": {"text": title, "font": {"size": 12}},
    }


def axis(name: str, language: Language) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": say(f"attention.rank.axis.{name}", language), "font": {"size": 12}}


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
        xaxis={"title": axis("layer", language), "range": [0.4, layers + 0.6]}
        | {"dtick": 1 if layers <= 16 else 4, "tick0": 1},
        yaxis={"title": axis("effective", language), "range": [0, 1.09 * n]},
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
