"""The one plot template: transparent, mid-grey, so that it reads on light and dark alike."""

from __future__ import annotations

import plotly.graph_objects as go

INK = "#7c7a75"
GRID = "rgba(128, 128, 128, 0.25)"
BLUE, RED, GREEN, GOLD, VIOLET, TEAL = (
    "#3f74b5",
    "#c8503c",
    "#5b8f4e",
    "#c79a2b",
    "#8061ad",
    "#2f9490",
)
PALETTE = (BLUE, RED, GREEN, GOLD, VIOLET, TEAL)
# Of numbers below and above nought, which fades into the page, on light and on dark.
SIGNED = [[0.0, BLUE], [0.5, "rgba(128, 128, 128, 0.06)"], [1.0, RED]]

_AXIS = {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": GRID, "title": {"standoff": 8}}

TEMPLATE = go.layout.Template(
    layout={
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "size": 13, "family": "system-ui, sans-serif"},
        "colorway": PALETTE,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "margin": {"l": 56, "r": 16, "t": 44, "b": 48},
        "hoverlabel": {"font": {"size": 13}, "align": "left"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    }
)


def bar_above(title: str) -> dict[str, object]:
    """A heatmap's colour bar above it: beside the figure it would take a phone's width."""
    return {
        "orientation": "h",
        "thickness": 8,
        "len": 0.7,
        "y": 1.0,
        "yanchor": "bottom",
        "title": {"text": title, "side": "top"},
    }


def new_figure(height: int = 420) -> go.Figure:
    """An empty figure in the house's template."""
    return go.Figure(layout={"template": TEMPLATE, "height": height})
