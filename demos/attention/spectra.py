"""Singular values of attention under several masks: what is compared, and the figure of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.attention.colours import LINEAR_COLOURS, MASK_COLOURS
from demos.attention.masks import MaskName
from demos.attention.rank import ExactRank, Kind, RankFigures
from demos.frame.plots import INK, new_figure
from demos.frame.strings import Language, say

# What is measured: a kind of attention under a mask. Two masks are not among them: of one head
# "half_heads" and "alternating" are the causal or the backward one.
MEASURED: tuple[tuple[Kind, MaskName], ...] = (
    ("softmax", "bidirectional"),
    ("softmax", "causal"),
    ("softmax", "backward"),
    ("softmax", "prefix"),
    ("linear", "bidirectional"),
    ("linear", "causal"),
)

_FLOOR = 1e-18  # nothing below is drawn: float32 carries the figures to the browser
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Spectrum:
    """Matrices of one kind under one mask.

    Attributes:
        figures: of one or several draws [s, ...].
        exact: the rank in exact arithmetic.
        own: whether a model itself attends like this.
    """

    kind: Kind
    mask: MaskName
    figures: RankFigures
    exact: ExactRank
    own: bool = False

    @property
    def size(self) -> int:
        """Rows of the matrix: tokens that are counted."""
        return int(self.figures.singular_values.shape[-1])


def spectrum_name(spectrum: Spectrum, language: Language) -> str:
    """As legends, tables and hover name it."""
    name = say(f"attention.rank.{spectrum.kind}.{spectrum.mask}", language)
    return say("attention.rank.own", language, name=name) if spectrum.own else name


def spectra_figure(measured: Sequence[Spectrum], language: Language) -> go.Figure:
    """Singular values, a line for each mask, over what float64 resolves.

    The line is the median of several draws, the band around it reaches from least to largest.
    """
    figure = new_figure(height=460)
    for each in measured:
        _add_line(figure, each, language)
    values = [each.figures.singular_values.numpy() for each in measured]
    largest, smallest = max(map(np.max, values)), min(map(np.min, values))
    n = measured[0].size
    _mark_resolution(figure, n * _EPS * largest, smallest, language)
    low = np.floor(np.log10(max(smallest, _FLOOR)))
    figure.update_layout(
        xaxis={"title": axis_title("number", language), "range": [1 - n / 50, n + n / 50]},
        yaxis=log_axis("value", low, np.log10(largest) + 0.4, language),
        hovermode="x unified",
        margin={"l": 62, "r": 12, "t": 84, "b": 48},
        dragmode=False,
    )
    return figure


def _add_line(figure: go.Figure, spectrum: Spectrum, language: Language) -> None:
    values = np.maximum(spectrum.figures.singular_values.numpy(), _FLOOR)  # [s, n]
    linear = spectrum.kind == "linear"
    colour = (LINEAR_COLOURS if linear else MASK_COLOURS)[spectrum.mask]
    places = np.arange(1, spectrum.size + 1, dtype=np.int32)
    if len(values) > 1:
        add_band(figure, places, values, colour)
    figure.add_scatter(
        x=places,
        y=np.median(values, axis=0).astype(np.float32),
        name=spectrum_name(spectrum, language),
        mode="lines" if len(places) > 3 else "lines+markers",
        line={
            "color": colour,
            "width": 3.2 if spectrum.own else 1.8,
            "dash": "dot" if linear else "solid",
        },
        hovertemplate="%{y:.2e}",
    )


def add_band(
    figure: go.Figure, places: NDArray[Any], values: NDArray[np.float64], colour: str
) -> None:
    """From the least to the largest of several draws [s, k] over places [k]."""
    low, high = values.min(axis=0), values.max(axis=0)
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    figure.add_scatter(
        x=np.concatenate([places, places[::-1]]),
        y=np.concatenate([high, low[::-1]]).astype(np.float32),
        fill="toself",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.16)",
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )


def _mark_resolution(
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
        y0=_FLOOR / 10,
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


def log_axis(name: str, low: float, high: float, language: Language) -> dict[str, Any]:
    """A logarithmic axis in powers of ten, from 10^low to 10^high."""
    return {
        "type": "log",
        "range": [float(low), float(high)],
        "dtick": max(1, round((high - low) / 7)),
        "exponentformat": "power",
        "title": axis_title(name, language),
    }


def axis_title(name: str, language: Language) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": say(f"attention.rank.axis.{name}", language), "font": {"size": 12}}
