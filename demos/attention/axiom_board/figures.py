"""Draws the plane of S*_{q,p}; computes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from demos.attention.axioms import EXPECTED, Plane
from demos.attention.sparsity import Axiom
from demos.frame.plots import GOLD, GREEN, INK, new_figure
from demos.frame.strings import Language, say

# Opaque, so that a cell is the same on light and on dark paper.
_FINE, _STILL = "#cfdcc3", "#d8d4ca"
_BROKEN = ((0.0, "#f1dccb"), (0.5, "#d98f78"), (1.0, "#8e3223"))
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


def plane_figure(plane: Plane, axiom: Axiom, q: float, p: float, language: Language) -> go.Figure:
    """The worst violation at every (q, p), the region of theory, and where one is."""
    across, down = np.log10(plane.qs), np.log10(plane.ps)
    worst = plane.worst[axiom].numpy().T  # [b, a]: p upwards
    figure = new_figure(height=480)
    _add_cells(figure, axiom, across, down, worst, plane, language)
    _add_region(figure, axiom, float(across[0]), float(across[-1]), language)
    figure.add_scatter(
        x=[np.log10(q)],
        y=[np.log10(p)],
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": GOLD}
        | {"line": {"width": 1.5, "color": "#ffffff"}},
        showlegend=False,
        hovertemplate=f"q = {q:.3g}, p = {p:.3g}<extra></extra>",
    )
    bare = {"showgrid": False, "zeroline": False}
    ticks = {"tickvals": np.log10(_TICKS).tolist(), "ticktext": [f"{tick:g}" for tick in _TICKS]}
    half = float(across[1] - across[0]) / 2
    ends = {"range": [float(across[0]) - half, float(across[-1]) + half]}
    figure.update_layout(
        xaxis={**bare, **ticks, **ends, "title": {"text": "q", "font": {"size": 13}}},
        yaxis={**bare, **ticks, **ends, "title": {"text": "p", "font": {"size": 13}}},
        title=_title(axiom, language),
        margin={"l": 48, "r": 10, "t": 92, "b": 48},
        dragmode=False,
    )
    return figure


def _add_cells(
    figure: go.Figure,
    axiom: Axiom,
    across: Any,
    down: Any,
    worst: Any,
    plane: Plane,
    language: Language,
) -> None:
    exponents = np.stack(np.meshgrid(plane.qs, plane.ps), axis=-1).astype(np.float32)  # [b, a, 2]
    broken = worst > 0
    logs = np.log10(np.where(broken, worst, 1.0))
    low, high = (float(logs[broken].min()), float(logs[broken].max())) if broken.any() else (-1, 0)
    common = {"x": across, "y": down, "customdata": exponents}
    # S*_{q,q} is 1 whatever x: nothing moves, and most axioms ask for a move.
    still = (exponents[..., 0] == exponents[..., 1]) & (EXPECTED[axiom] != "same")  # [b, a]
    for name, cells, colour in (
        ("fine", ~broken & ~still, _FINE),
        ("still", ~broken & still, _STILL),
    ):
        figure.add_heatmap(
            z=np.where(cells, 0, np.nan).astype(np.float32),
            colorscale=[[0, colour], [1, colour]],
            showscale=False,
            hovertemplate=say(f"attention.axioms.hover_{name}", language),
            hoverongaps=False,
            **common,
        )
    ticks = np.arange(np.ceil(low), np.floor(high) + 1)
    figure.add_heatmap(
        z=np.where(broken, logs, np.nan).astype(np.float32),
        zmin=low,
        zmax=high,
        colorscale=[list(stop) for stop in _BROKEN],
        showscale=bool(broken.any()),
        colorbar={"thickness": 9, "outlinewidth": 0, "tickfont": {"size": 11}, "x": 1.0}
        | {"tickvals": ticks, "ticktext": [f"{10.0**tick:g}" for tick in ticks]},
        hovertemplate=say("attention.axioms.hover_broken", language),
        hoverongaps=False,
        **common,
    )


def _add_region(
    figure: go.Figure, axiom: Axiom, low: float, high: float, language: Language
) -> None:
    """Where theory has the axiom met (green), and the whole of the post's claim (dashed)."""
    if axiom in ("D2", "D4"):
        corners = [(low, low), (high, low), (high, high), (low, high), (low, low)]
    elif axiom == "D1":
        corners = [(low, 0.0), (0.0, 0.0), (0.0, high), (low, high), (low, 0.0)]
    else:
        corners = [(low, low), (high, high), (low, high), (low, low)]
    x, y = zip(*corners, strict=True)
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": GREEN, "width": 3},
        name=say("attention.axioms.region.theory", language),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": INK, "width": 2, "dash": "dash"},
        name=say("attention.axioms.region.claim", language),
        hoverinfo="skip",
    )


def _title(axiom: Axiom, language: Language) -> dict[str, Any]:
    name = say(f"attention.axioms.axiom.{axiom}", language)
    return {
        "text": say("attention.axioms.plane_title", language, axiom=name),
        "font": {"size": 14},
        "x": 0.02,
        "yref": "container",
        "y": 0.975,
    }
