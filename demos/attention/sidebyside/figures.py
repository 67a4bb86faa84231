"""Draws two models' heads over their layers; computes nothing."""

from __future__ import annotations

from html import escape

import numpy as np
import plotly.graph_objects as go

from demos.attention.heads.choices import CHOICES, values_of, written
from demos.attention.sidebyside.comparing import Side
from demos.frame.plots import BLUE, RED, new_figure
from demos.frame.strings import Language, say

COLOURS = (BLUE, RED)
_SYMBOLS = ("circle", "diamond")
_SHIFT = 0.14  # of a layer, that the two stand apart


def layers_figure(sides: tuple[Side, Side], key: str, language: Language) -> go.Figure:
    """Every head as a point over its layer, and each model's means as a line.

    Models of unequal depth are laid over each other from the first layer to the last.
    """
    depths = [len(side.measured.layers) for side in sides]
    alike = depths[0] == depths[1]
    figure = new_figure(height=400)
    for place, side in enumerate(sides):
        values = values_of(side.measured, key)  # [layers, heads]
        layers, heads = values.shape
        at = np.arange(1, layers + 1, dtype=float)
        wide = 1.0 if alike else 1 / layers
        x = at if alike else (at - 0.5) / layers
        shifted = x + (2 * place - 1) * _SHIFT * wide
        colour, name = COLOURS[place], escape(side.title, quote=False)
        figure.add_scatter(
            x=shifted.repeat(heads).astype(np.float32),
            y=values.ravel().astype(np.float32),
            mode="markers",
            marker={"color": colour, "size": 5, "opacity": 0.5, "symbol": _SYMBOLS[place]},
            text=[
                f"{name}<br>{layer + 1}.{head + 1}: {written(float(values[layer, head]), key)}"
                for layer in range(layers)
                for head in range(heads)
            ],
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
        figure.add_scatter(
            x=shifted,
            y=values.mean(axis=1),
            mode="lines",
            line={"color": colour, "width": 2.5},
            name=name,
            hoverinfo="skip",
        )
    axis = "layer" if alike else "depth"
    figure.update_layout(
        xaxis={
            "title": {
                "text": say(f"attention.sidebyside.axis.{axis}", language),
                "font": {"size": 12},
            }
        }
        | ({"dtick": 1 if depths[0] <= 12 else 5} if alike else {"tickformat": ".0%"}),
        yaxis={"tickformat": ".0%"} if CHOICES[key].share else {},
        title={
            "text": say(f"attention.heads.figure.{key}", language),
            "font": {"size": 14},
            "x": 0.03,
            "yref": "container",
            "y": 0.97,
        },
        margin={"l": 56, "r": 10, "t": 84, "b": 48},
        dragmode=False,
    )
    return figure
