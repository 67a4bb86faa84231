"""Draws parabolas by budget, and the law of their minima; computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sample_colorscale

from demos.frame.plots import BLUE, GOLD, RED, VIOLET, new_figure
from demos.frame.strings import Language, say
from demos.scaling.amounts import flop
from demos.scaling.budgets.view import View
from demos.scaling.claims import claim
from demos.scaling.isoflop import Parabola

FloatArray = NDArray[np.float64]

BAND = "rgba(200, 80, 60, 0.16)"
GREY = "rgba(128, 128, 128, 0.55)"
# From small budgets to large ones; every colour reads on light and on dark.
_SCALE = ["#c79a2b", "#5b8f4e", "#2f9490", "#3f74b5", "#8061ad"]
_MOST_NAMED = 12  # budgets in the legend
_MOST_POINTS, _MOST_CURVE = 1_100, 800  # drawn in all
_FEWEST_STEPS, _STEPS = 6, 40  # of a curve
_BEYOND = 1.25  # times, at either end of a parabola


def parabolas_figure(view: View, language: Language) -> go.Figure:
    """Loss against size: a colour a budget, the refused ones grey."""
    figure = new_figure(height=560)
    parabolas = view.found.parabolas
    shades = _shades(len(parabolas))
    every = max(1, -(-len(view.n) // _MOST_POINTS))
    steps = int(np.clip(_MOST_CURVE // len(parabolas), _FEWEST_STEPS, _STEPS))
    named = len(parabolas) <= _MOST_NAMED
    _add_left_out(figure, view, every, language)
    for parabola, shade in zip(parabolas, shades, strict=True):
        colour = shade if parabola.refusal is None else GREY
        _add_budget(figure, view, parabola, colour, every, named)
        _add_curve(figure, view, parabola, colour, steps)
    _add_minima(figure, view, language)
    figure.update_layout(
        xaxis=_axis(say("scaling.optimal.axis.n", language), view.n),
        yaxis={
            "title": say("scaling.optimal.column.loss", language),
            "type": "log",
            "tickformat": ".2f",
            "nticks": 8,
            "minor": {"showgrid": False},
        },
        margin={"l": 62, "r": 14, "t": 92, "b": 52},
        dragmode=False,
    )
    return figure


def power_figure(view: View, language: Language) -> go.Figure:
    """Best size against compute: the minima, their law, approach 3, and a paper."""
    figure = new_figure(height=560)
    budgets, seen = view.budgets, [each.parameters for each in view.usable]
    if view.fitted is not None:
        seen += _add_fitted(figure, view, language)
    published = claim("hoffmann_2")
    n, _ = published.optimum(budgets, view.factor)
    seen += n.tolist()
    _add_line(figure, budgets, n, say("scaling.claim.hoffmann_2", language), VIOLET, "dashdot")
    early, _ = claim("kaplan").optimum(budgets, view.factor)
    _add_line(figure, budgets, early, say("scaling.claim.kaplan", language), GOLD, "dash", True)
    if view.found.power is not None:
        n = view.found.power.parameters(budgets)
        seen += n.tolist()
        name = say("scaling.budgets.power", language, a=f"{view.found.power.exponent:.3f}")
        _add_line(figure, budgets, n, name, BLUE, "solid")
    _add_refused(figure, view, language)
    _add_usable(figure, view, language)
    figure.update_layout(
        xaxis=_axis(say("scaling.optimal.axis.c", language), budgets),
        yaxis=_axis(say("scaling.budgets.axis.best", language), np.array(seen)),
        margin={"l": 62, "r": 14, "t": 92, "b": 52},
        dragmode=False,
    )
    return figure


# --- parabolas -----------------------------------------------------------------------------------


def _add_left_out(figure: go.Figure, view: View, every: int, language: Language) -> None:
    rows = view.found.left_out[::every]
    if not len(rows):
        return
    figure.add_scatter(
        x=_small(view.n[rows]),
        y=_small(view.loss[rows]),
        customdata=_small(view.compute[rows]),
        name=say("scaling.budgets.left_out", language),
        mode="markers",
        marker={"color": GREY, "size": 4.5, "symbol": "x-thin-open"},
        hovertemplate="%{customdata:.3g} FLOP<br>N %{x:.3g}: %{y:.4f}<extra></extra>",
    )


def _add_budget(
    figure: go.Figure, view: View, parabola: Parabola, colour: str, every: int, named: bool
) -> None:
    rows = parabola.rows[::every]
    figure.add_scatter(
        x=_small(view.n[rows]),
        y=_small(view.loss[rows]),
        customdata=_small(view.compute[rows]),
        name=flop(parabola.budget),
        legendgroup=flop(parabola.budget),
        mode="markers",
        marker={"color": colour, "size": 6},
        showlegend=named,
        hovertemplate="%{customdata:.3g} FLOP<br>N %{x:.3g}: %{y:.4f}<extra></extra>",
    )


def _add_curve(figure: go.Figure, view: View, parabola: Parabola, colour: str, steps: int) -> None:
    if not np.isfinite(parabola.coefficients).all():
        return
    sizes = view.n[parabola.rows]
    n = np.geomspace(sizes.min() / _BEYOND, sizes.max() * _BEYOND, steps)
    loss = parabola.predict(n)
    figure.add_scatter(
        x=_small(n),
        y=_small(np.where(loss > 0, loss, np.nan)),
        legendgroup=flop(parabola.budget),
        mode="lines",
        line={
            "color": colour,
            "width": 1.6,
            "dash": "solid" if parabola.refusal is None else "dot",
        },
        showlegend=False,
        hoverinfo="skip",
    )


def _add_minima(figure: go.Figure, view: View, language: Language) -> None:
    usable = view.usable
    if not usable:
        return
    figure.add_scatter(
        x=_small([each.parameters for each in usable]),
        y=_small([each.loss for each in usable]),
        customdata=_small([each.budget for each in usable]),
        name=say("scaling.budgets.minimum", language),
        mode="markers",
        marker={"color": RED, "size": 8, "symbol": "diamond"},
        error_x=_errors(usable) | {"color": RED},
        hovertemplate="%{customdata:.3g} FLOP: N %{x:.3g}, %{y:.4f}<extra></extra>",
    )


def _errors(parabolas: Sequence[Parabola]) -> dict[str, Any]:
    """Fieller's intervals: those of usable minima are bounded."""
    best = np.array([each.parameters for each in parabolas])
    ends = np.array([each.interval for each in parabolas])  # [k, 2]
    bounded = np.isfinite(ends).all(axis=1)
    high = np.where(bounded, ends[:, 1] - best, 0.0)
    low = np.where(bounded, best - ends[:, 0], 0.0)
    return {"array": _small(high), "arrayminus": _small(low), "thickness": 1.4, "width": 4}


# --- the law of the minima -----------------------------------------------------------------------


def _add_fitted(figure: go.Figure, view: View, language: Language) -> list[float]:
    """Approach 3 with its band; what its line spans."""
    assert view.fitted is not None
    path = view.fitted.path
    if path.parameters is not None:
        low, high = path.parameters
        seen = np.isfinite(high) & (low > 0)
        x = view.budgets[seen]
        figure.add_scatter(
            x=_small(np.concatenate([x, x[::-1]])),
            y=_small(np.concatenate([low[seen], high[seen][::-1]])),
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=BAND,
            hoverinfo="skip",
            showlegend=False,
        )
    name = say("scaling.budgets.approach_3", language, a=f"{view.fitted.a:.3f}")
    _add_line(figure, view.budgets, path.best.parameters, name, RED, "solid")
    spanned: list[float] = path.best.parameters.tolist()
    return spanned


def _add_line(
    figure: go.Figure,
    x: FloatArray,
    y: FloatArray,
    name: str,
    colour: str,
    dash: str,
    quiet: bool = False,
) -> None:
    figure.add_scatter(
        x=_small(x),
        y=_small(y),
        name=name,
        mode="lines",
        line={"color": colour, "width": 1.8 if dash != "solid" else 2.2, "dash": dash},
        visible="legendonly" if quiet else True,
        hovertemplate="%{x:.3g} FLOP: N %{y:.3g}",
    )


def _add_usable(figure: go.Figure, view: View, language: Language) -> None:
    usable = view.usable
    if not usable:
        return
    figure.add_scatter(
        x=_small([each.budget for each in usable]),
        y=_small([each.parameters for each in usable]),
        name=say("scaling.budgets.minimum", language),
        mode="markers",
        marker={"color": BLUE, "size": 8, "symbol": "diamond"},
        error_y=_errors(usable) | {"color": BLUE},
        hovertemplate="%{x:.3g} FLOP: N %{y:.3g}<extra></extra>",
    )


def _add_refused(figure: go.Figure, view: View, language: Language) -> None:
    refused = [
        each
        for each in view.found.parabolas
        if each.refusal is not None and np.isfinite(each.parameters)
    ]
    if not refused:
        return
    figure.add_scatter(
        x=_small([each.budget for each in refused]),
        y=_small([min(max(each.parameters, 1e-30), 1e30) for each in refused]),
        name=say("scaling.budgets.refused_minimum", language),
        mode="markers",
        marker={"color": GREY, "size": 8, "symbol": "diamond-open"},
        hovertemplate="%{x:.3g} FLOP: N %{y:.3g}<extra></extra>",
    )


def _shades(count: int) -> list[str]:
    """Colours from the smallest budget to the largest."""
    places = [place / max(count - 1, 1) for place in range(count)]
    shades: list[str] = sample_colorscale(_SCALE, places)
    return shades


def _axis(title: str, values: FloatArray) -> dict[str, Any]:
    low, high = float(np.log10(values.min())), float(np.log10(values.max()))
    room = 0.06 * (high - low) + 0.05
    low, high = low - room, high + room
    step: Any = "D2" if high - low < 2.2 else max(1, int(np.ceil((high - low) / 7)))
    return {
        "type": "log",
        "title": title,
        "range": [low, high],
        "dtick": step,
        "exponentformat": "power",
    }


def _small(values: Any) -> NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32)
