"""Bars of costs, and operations against batch and rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import BLUE, INK, RED, TEAL, new_figure
from demos.frame.strings import Language, say
from demos.lora.cost import WAYS, Way, cost
from demos.lora.cost_calculator.results import ratio
from demos.lora.cost_calculator.setting import Costs, Setting

COLOURS: dict[Way, str] = {"full": BLUE, "cheap": TEAL, "dear": RED}
_WORK = ("forward", "backward", "operations")
_MEMORY = ("intermediates", "trained", "state")
_POINTS = 60
_BATCHES = (1.0, 1e6)


def work_figure(costs: Costs, language: Language) -> go.Figure:
    """Operations forward, backward and together."""
    return _bars(costs, _WORK, 1, "FLOP", language)


def memory_figure(costs: Costs, setting: Setting, language: Language) -> go.Figure:
    """Bytes of intermediates, of what is trained, and of the optimiser's state."""
    return _bars(costs, _MEMORY, setting.nbytes, "B", language)


def _bars(
    costs: Costs, names: Sequence[str], factor: int, unit: str, language: Language
) -> go.Figure:
    figure = new_figure(height=380)
    full = costs["full"]
    for way in WAYS:
        values = [getattr(costs[way], name) for name in names]
        figure.add_bar(
            x=[say(f"lora.cost.bar.{name}", language) for name in names],
            y=np.array(values, dtype=np.float32) * factor,
            name=say(f"lora.cost.short.{way}", language),
            marker={"color": COLOURS[way]},
            text=[
                "" if way == "full" else ratio(value, getattr(full, name))
                for value, name in zip(values, names, strict=True)
            ],
            textposition="outside",
            textfont={"size": 10},
            textangle=0,
            constraintext="none",
            cliponaxis=False,
            hovertemplate=f"%{{y:.3s}}{unit}",
        )
    figure.update_layout(
        barmode="group",
        yaxis={"title": unit, "tickformat": "~s", "rangemode": "tozero"},
        hovermode="x unified",
        margin={"l": 60, "r": 8, "t": 64, "b": 40},
        dragmode=False,
    )
    return figure


def batch_figure(setting: Setting, language: Language) -> go.Figure:
    """Operations of a step relative to full training, against the batch."""
    low, high = np.log10(_BATCHES)
    batches = np.unique(np.round(np.logspace(low, high, _POINTS))).astype(int).tolist()
    figure = _ratios([(setting.r, batch) for batch in batches], batches, setting, language)
    _mark(figure, setting.batch, "batch", setting.batch > 1e3, language)
    return figure.update_layout(xaxis={"title": say("lora.cost.axis.batch", language)})


def rank_figure(setting: Setting, language: Language) -> go.Figure:
    """The same against the rank."""
    most = np.log10(max(min(setting.n, setting.m), 2))
    ranks = np.unique(np.round(np.logspace(0, most, _POINTS))).astype(int).tolist()
    ranks = [rank for rank in ranks if rank <= min(setting.n, setting.m)]
    figure = _ratios([(rank, setting.batch) for rank in ranks], ranks, setting, language)
    _mark(figure, setting.r, "rank", np.log10(setting.r) > most / 2, language)
    return figure.update_layout(xaxis={"title": say("lora.cost.axis.rank", language)})


def _ratios(
    settings: Sequence[tuple[int, int]], x: Sequence[int], setting: Setting, language: Language
) -> go.Figure:
    """Lines over pairs of rank and batch."""
    figure = new_figure(height=340)
    n, m = setting.n, setting.m
    for way in WAYS:
        values = [
            cost(way, n, m, rank, batch).operations / cost("full", n, m, rank, batch).operations
            for rank, batch in settings
        ]
        figure.add_scatter(
            x=np.array(x, dtype=np.float32),
            y=np.array(values, dtype=np.float32),
            name=say(f"lora.cost.short.{way}", language),
            mode="lines+markers" if len(x) == 1 else "lines",
            line={"color": COLOURS[way], "width": 2, "dash": "dash" if way == "full" else "solid"},
            hovertemplate="%{y:.3g}×",
        )
    figure.update_layout(
        xaxis={"type": "log", "dtick": 1, "tickformat": "~s", "hoverformat": ",.0f"},
        yaxis={"type": "log", "title": say("lora.cost.axis.ratio", language), "nticks": 8},
        hovermode="x unified",
        margin={"l": 60, "r": 12, "t": 64, "b": 48},
        dragmode=False,
    )
    return figure


def _mark(figure: go.Figure, x: int, key: str, right: bool, language: Language) -> None:
    """Where the setting stands."""
    line = {"color": INK, "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line=line)
    figure.add_annotation(
        x=float(np.log10(x)),
        y=1,
        yref="paper",
        yanchor="top",
        xanchor="right" if right else "left",
        xshift=-4 if right else 4,
        text=say(f"lora.cost.here.{key}", language, value=f"{x:,}"),
        showarrow=False,
        font={"size": 11},
    )
