"""Draws the frontier: contours of the loss over N and D, and tokens a parameter against compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.frame.plots import BLUE, GOLD, GREEN, INK, RED, TEAL, VIOLET, new_figure
from demos.frame.strings import Language, say
from demos.scaling.amounts import flop
from demos.scaling.claims import CLAIMS, Claim
from demos.scaling.optimal.allocation import Ends
from demos.scaling.optimal.view import DRAWN, View

FloatArray = NDArray[np.float64]

BAND = "rgba(200, 80, 60, 0.18)"
STYLES = {
    "kaplan": (GOLD, "dash"),
    "kaplan_law": (GOLD, "dot"),
    "hoffmann_3": (VIOLET, "dashdot"),
    "besiroglu": (GREEN, "dash"),
}
_QUIET = ("kaplan_law",)  # drawn when its name in the legend is pressed
_MOST_POINTS = 900
_MOST_LINES = 8  # of equal compute, and contours through them
_CONTOUR = 48
_ROOM = 5.0  # times, above and below in tokens a parameter
_MARGIN = 1.6  # times, around what is drawn


def contour_figure(view: View, language: Language) -> go.Figure:
    """The plane of N and D: contours, equal compute, runs, and the compute-optimal paths."""
    figure = new_figure(height=560)
    box = _box(view)
    budgets = _decades(view, box)
    _add_contours(figure, view, budgets, box, language)
    _add_compute(figure, view, budgets, box, language)
    _add_runs(figure, view, language)
    for claim in _drawn():
        n, d = claim.optimum(view.line.best.compute, view.factor)
        _add_claim(figure, claim, n, d, language)
    _add_path(figure, view, language)
    figure.update_layout(
        xaxis=_axis(say("scaling.optimal.axis.n", language), box[0]),
        yaxis=_axis(say("scaling.optimal.axis.d", language), box[1]),
        margin={"l": 62, "r": 14, "t": 92, "b": 52},
        dragmode=False,
    )
    return figure


def ratio_figure(view: View, language: Language) -> go.Figure:
    """Tokens a parameter against compute."""
    figure = new_figure(height=560)
    compute = view.line.best.compute
    for claim in _drawn():
        n, d = claim.optimum(compute, view.factor)
        colour, dash = STYLES[claim.key]
        figure.add_scatter(
            x=_small(compute),
            y=_small(d / n),
            name=say(f"scaling.claim.{claim.key}", language),
            mode="lines",
            line={"color": colour, "width": 1.8, "dash": dash},
            visible="legendonly" if claim.key in _QUIET else True,
            hovertemplate="%{x:.3g} FLOP: %{y:.3g}",
            showlegend=False,
        )
    _add_band(figure, compute, view.line.ratio)
    figure.add_scatter(
        x=_small(compute),
        y=_small(view.line.best.tokens_per_parameter),
        name=say("scaling.optimal.this_fit", language),
        mode="lines",
        line={"color": RED, "width": 2.5},
        hovertemplate="%{x:.3g} FLOP: %{y:.3g}",
        showlegend=False,
    )
    _add_asked(figure, view.budgets, view.table.best.tokens_per_parameter, view.table.ratio)
    figure.add_hline(y=20, line={"color": INK, "width": 1, "dash": "dot"})  # the known rule
    figure.update_layout(
        xaxis=_axis(say("scaling.optimal.axis.c", language), (compute[0], compute[-1])),
        yaxis=_ratio_axis(view, language),
        margin={"l": 62, "r": 14, "t": 28, "b": 52},
        dragmode=False,
    )
    return figure


# --- the plane of N and D -----------------------------------------------------------------------


def _box(view: View) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lowest and highest N, and D: runs and the budgets' optima, with a margin."""
    best = view.table.best
    spans = []
    for measured, found in zip(view.points[:2], (best.parameters, best.tokens), strict=True):
        low, high = min(measured.min(), found.min()), max(measured.max(), found.max())
        spans.append((low / _MARGIN, high * _MARGIN))
    return spans[0], spans[1]


def _decades(view: View, box: tuple[tuple[float, float], tuple[float, float]]) -> FloatArray:
    """Round budgets whose lines cross the box well inside it, at most `_MOST_LINES`."""
    low = np.log10(view.factor * box[0][0] * box[1][0])
    high = np.log10(view.factor * box[0][1] * box[1][1])
    step = max(1, int(np.ceil((high - low) / _MOST_LINES)))
    exponents = np.arange(np.ceil(low + 0.2), high - 0.2, step)
    return np.asarray(10.0**exponents)


def _add_contours(
    figure: go.Figure, view: View, budgets: FloatArray, box: Any, language: Language
) -> None:
    """Through the optimum of each round budget: there a contour touches the line of its compute."""
    form = view.fitted.form
    log_n, log_d = form.optimum(budgets, view.factor)
    levels = form.loss(log_n, log_d)[0]
    most = box[0][1] * 1.05, box[1][1] * 1.05
    parts = [(level, form.contour(level, most, _CONTOUR)) for level in levels]
    found = [(level, part) for level, part in parts if part is not None]
    gap = np.full((2, 1), np.nan)
    if not found:
        return
    lines = np.concatenate([np.concatenate([part, gap], axis=1) for _, part in found], axis=1)
    losses = np.concatenate([np.full(_CONTOUR + 1, level) for level, _ in found])
    name = say("scaling.optimal.equal_loss", language)
    figure.add_scatter(
        x=_small(lines[0]),
        y=_small(lines[1]),
        customdata=_small(losses),
        name=name,
        legendrank=905,
        mode="lines",
        line={"color": TEAL, "width": 1.2},
        opacity=0.75,
        hovertemplate=say("scaling.optimal.hover.loss", language) + "<extra></extra>",
    )
    for level, part in found:
        inside = part[:, (part[0] <= box[0][1]) & (part[1] <= box[1][1])]
        if inside.size and inside[1, 0] >= box[1][0]:  # its right end is seen
            right = inside[:, int(inside[0].argmax())]
            _label(figure, right, _loss_said(level, levels), TEAL, "right", "bottom")


def _add_compute(
    figure: go.Figure, view: View, budgets: FloatArray, box: Any, language: Language
) -> None:
    (low_n, high_n), (low_d, high_d) = box
    xs, ys = [], []
    for budget in budgets:
        product = budget / view.factor
        n = np.array([max(low_n, product / high_d), min(high_n, product / low_d)])
        xs += [*n.tolist(), None]
        ys += [*(product / n).tolist(), None]
        _label(figure, (n[0], product / n[0]), flop(float(budget)), INK, "left", "top")
    figure.add_scatter(
        x=xs,
        y=ys,
        name=say("scaling.optimal.equal_compute", language),
        legendrank=906,
        mode="lines",
        line={"color": INK, "width": 1, "dash": "dot"},
        opacity=0.7,
        hoverinfo="skip",
    )


def _label(
    figure: go.Figure, at: Sequence[float] | FloatArray, words: str, colour: str, x: str, y: str
) -> None:
    figure.add_annotation(
        x=float(np.log10(at[0])),
        y=float(np.log10(at[1])),
        text=words,
        showarrow=False,
        xanchor=x,
        yanchor=y,
        xshift=3 if x == "left" else -3,
        yshift=-3 if y == "top" else 1,
        font={"size": 11, "color": colour},
    )


def _loss_said(level: float, levels: FloatArray) -> str:
    """As many digits as tell neighbours apart."""
    apart = float(np.abs(np.diff(levels)).min()) if len(levels) > 1 else 1.0
    return f"{level:.{min(4, max(2, int(np.ceil(-np.log10(max(apart, 1e-4))))))}f}"


def _add_runs(figure: go.Figure, view: View, language: Language) -> None:
    count = view.points.shape[1]
    shown = view.points[:, :: max(1, -(-count // _MOST_POINTS))]
    figure.add_scatter(
        x=_small(shown[0]),
        y=_small(shown[1]),
        customdata=_small(shown[2]),
        name=say("scaling.optimal.runs", language),
        legendrank=904,
        mode="markers",
        marker={"color": BLUE, "size": 5.5, "opacity": 0.75},
        hovertemplate=say("scaling.optimal.hover.run", language) + "<extra></extra>",
    )


def _add_claim(
    figure: go.Figure, claim: Claim, n: FloatArray, d: FloatArray, language: Language
) -> None:
    colour, dash = STYLES[claim.key]
    figure.add_scatter(
        x=_small(n),
        y=_small(d),
        name=say(f"scaling.claim.{claim.key}", language),
        mode="lines",
        line={"color": colour, "width": 1.8, "dash": dash},
        visible="legendonly" if claim.key in _QUIET else True,
        hovertemplate="N %{x:.3g}, D %{y:.3g}",
    )


def _add_path(figure: go.Figure, view: View, language: Language) -> None:
    line, table = view.line, view.table
    if line.parameters is not None:  # across the path, along lines of equal compute
        low, high = (np.maximum(end, 1e-300) for end in line.parameters)
        product = line.best.compute / view.factor
        finite = np.isfinite(high)
        n = np.concatenate([low[finite], high[finite][::-1]])
        d = np.concatenate([product[finite], product[finite][::-1]]) / n
        figure.add_scatter(
            x=_small(n),
            y=_small(d),
            name=_band_name(view, language),
            legendrank=902,
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=BAND,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=_small(line.best.parameters),
        y=_small(line.best.tokens),
        customdata=_small(line.best.compute),
        name=say("scaling.optimal.this_fit", language),
        legendrank=901,
        mode="lines",
        line={"color": RED, "width": 2.5},
        hovertemplate=say("scaling.optimal.hover.path", language) + "<extra></extra>",
    )
    figure.add_scatter(
        x=_small(table.best.parameters),
        y=_small(table.best.tokens),
        customdata=_small(table.best.compute),
        name=say("scaling.optimal.asked", language),
        legendrank=903,
        mode="markers",
        marker={"color": RED, "size": 9, "symbol": "diamond"},
        hovertemplate=say("scaling.optimal.hover.path", language) + "<extra></extra>",
    )


def _band_name(view: View, language: Language) -> str:
    return say("scaling.optimal.band", language, level=f"{100 * view.fitted.level:g}")


# --- tokens a parameter --------------------------------------------------------------------------


def _add_band(figure: go.Figure, x: FloatArray, ends: Ends | None) -> None:
    if ends is None:
        return
    low, high = ends
    finite = np.isfinite(low) & np.isfinite(high) & (low > 0)
    figure.add_scatter(
        x=_small(np.concatenate([x[finite], x[finite][::-1]])),
        y=_small(np.concatenate([low[finite], high[finite][::-1]])),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=BAND,
        hoverinfo="skip",
        showlegend=False,
    )


def _add_asked(figure: go.Figure, x: FloatArray, y: FloatArray, ends: Ends | None) -> None:
    errors: dict[str, Any] = {}
    if ends is not None and all(np.isfinite(end).all() for end in ends):
        arrays = _small(ends[1] - y), _small(y - ends[0])
        errors = {"array": arrays[0], "arrayminus": arrays[1], "thickness": 1.2, "width": 4}
    figure.add_scatter(
        x=_small(x),
        y=_small(y),
        mode="markers",
        marker={"color": RED, "size": 9, "symbol": "diamond"},
        error_y=errors or None,
        hovertemplate="%{x:.3g} FLOP: %{y:.3g}<extra></extra>",
        showlegend=False,
    )


def _ratio_axis(view: View, language: Language) -> dict[str, Any]:
    """Room for ours with its band, and for 20; a paper far from both leaves the figure."""
    ends = [view.line.best.tokens_per_parameter, np.array([20.0])]
    if view.line.ratio is not None:
        ends += [end[np.isfinite(end) & (end > 0)] for end in view.line.ratio]
    seen = np.concatenate(ends)
    low, high = float(seen.min()) / _ROOM, float(seen.max()) * _ROOM
    decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)))
    steps = (1, 2, 5) if len(decades) < 5 else (1,)
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    return {
        "type": "log",
        "title": say("scaling.optimal.axis.ratio", language),
        "range": [float(np.log10(low)), float(np.log10(high))],
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" if tick < 1e4 else flop(tick) for tick in ticks],
    }


def _drawn() -> list[Claim]:
    return [claim for claim in CLAIMS if claim.key in DRAWN]


def _axis(title: str, ends: Sequence[float]) -> dict[str, Any]:
    low, high = np.log10(ends[0]), np.log10(ends[1])
    return {
        "type": "log",
        "title": title,
        "range": [low, high],
        "dtick": max(1, int(np.ceil((high - low) / 7))),
        "exponentformat": "power",
    }


def _small(values: FloatArray) -> NDArray[np.float32]:
    return values.astype(np.float32)
