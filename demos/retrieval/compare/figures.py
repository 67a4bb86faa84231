"""The two figures: what a budget finds, and what it costs."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import BLUE, INK, RED, new_figure
from demos.frame.strings import Language, say
from demos.retrieval.colours import STRATEGY_COLOURS
from demos.retrieval.compare.comparison import Comparison
from demos.retrieval.evaluation import Measured, bootstrap, break_even, index_calls
from demos.retrieval.search import DEFAULT_STRATEGY

_DASHES = {"anncur": "dot", "cur": "dash", "rerank": "dashdot", "late": "longdash"}
_SYMBOLS = {
    "bayes": "circle",
    "rerank": "square",
    "late": "star",
    "adacur": "diamond",
    "axn": "triangle-up",
}
_ASIDE = 0.008  # decades between the error bars of two strategies at one budget
_HEIGHT = 440
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}


def recall_figure(comparison: Comparison, k: int, language: Language) -> go.Figure:
    """Top-k-recall against the budget, a line a strategy, bars of the 95 % interval.

    Strategies stand a hair beside each other, so that their bars can be told apart.
    """
    figure = new_figure(height=_HEIGHT)
    strategies = comparison.settings.strategies
    for place, key in reversed([*enumerate(strategies)]):  # ours is drawn last, above the others
        lines = [m for m in comparison.measured if m.strategy == key and k in m.recalls]
        if lines:
            aside = 10 ** (_ASIDE * (place - (len(strategies) - 1) / 2))
            _add_strategy(figure, key, lines, k, aside, language)
    budgets = comparison.settings.budgets
    figure.update_layout(
        margin={"l": 52, "r": 12, "t": 84, "b": 48},
        legend=_LEGEND | {"traceorder": "reversed"},
        xaxis={
            "type": "log",
            "title": say("retrieval.compare.budget_axis", language),
            "tickvals": list(budgets),
            "ticktext": [f"{budget:,}" for budget in budgets],
            "minor": {"ticks": ""},
            "range": [np.log10(budgets[0]) - 0.06, np.log10(budgets[-1]) + 0.06],
        },
        yaxis={
            "title": say("retrieval.compare.recall_axis", language, k=k),
            "rangemode": "tozero",
            "tickformat": ".1f",
        },
        hovermode="closest",
        dragmode=False,
    )
    return figure


def _add_strategy(
    figure: go.Figure, key: str, lines: list[Measured], k: int, aside: float, language: Language
) -> None:
    intervals = [bootstrap(each.recalls[k]) for each in lines]
    means = [each.mean for each in intervals]
    ours = key == DEFAULT_STRATEGY
    figure.add_scatter(
        x=[each.budget * aside for each in lines],
        y=means,
        name=escape(say(f"retrieval.strategy.{key}", language)),
        mode="lines+markers",
        line={
            "color": STRATEGY_COLOURS[key],
            "width": 4 if ours else 1.8,
            "dash": _DASHES.get(key, "solid"),
        },
        marker={"size": 10 if ours else 7, "symbol": _SYMBOLS.get(key, "circle")},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [each.high - each.mean for each in intervals],
            "arrayminus": [each.mean - each.low for each in intervals],
            "thickness": 1.2,
            "width": 3,
        },
        customdata=[
            [each.budget, i.low, i.high, each.calls]
            for each, i in zip(lines, intervals, strict=True)
        ],
        hovertemplate=say("retrieval.compare.recall_hover", language, k=k),
    )


def cost_figure(size: int, anchors: int, budget: int, language: Language) -> go.Figure:
    """Cross-encoder calls in all against the number of queries; the break-even is marked.

    Args:
        size, anchors: items and anchor queries.
        budget: calls a query.
    """
    even = break_even(anchors, size, budget)
    last = 10 ** np.ceil(np.log10(20 * max(even or anchors, 5)))
    queries = np.unique(np.geomspace(1, last, 60).round())  # [points]
    costs: dict[str, Any] = {
        "brute": (queries * size, INK, "dash", 2.0),
        "rerank": (queries * budget, BLUE, "dashdot", 2.0),
        "index": (index_calls(anchors, size) + queries * budget, RED, "solid", 3.5),
    }
    figure = new_figure(height=_HEIGHT)
    for name, (calls, colour, dash, width) in costs.items():
        figure.add_scatter(
            x=queries,
            y=calls,
            name=say(f"retrieval.compare.cost.{name}", language, budget=budget),
            mode="lines",
            line={"color": colour, "dash": dash, "width": width},
            hovertemplate=say("retrieval.compare.cost_hover", language),
        )
    if even is not None:
        _mark_break_even(figure, even, even * size, language)
    decades = range(int(np.log10(last)) + 1)
    figure.update_layout(
        margin={"l": 60, "r": 12, "t": 84, "b": 48},
        legend=_LEGEND,
        xaxis={
            "type": "log",
            "title": say("retrieval.compare.queries_axis", language),
            "tickvals": [10**power for power in decades],
            "ticktext": [f"{10**power:,}" for power in decades],
        },
        yaxis={
            "type": "log",
            "title": say("retrieval.compare.calls_axis", language),
            "dtick": 1,
            "exponentformat": "SI",
        },
        hovermode="closest",
        dragmode=False,
    )
    return figure


def _mark_break_even(figure: go.Figure, even: int, calls: int, language: Language) -> None:
    figure.add_scatter(
        x=[even],
        y=[calls],
        mode="markers",
        marker={"size": 11, "color": RED, "line": {"width": 2, "color": "#ffffff"}},
        showlegend=False,
        hoverinfo="skip",
    )
    figure.add_vline(x=even, line={"color": RED, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=np.log10(even),
        y=0.03,
        yref="paper",
        text=say("retrieval.compare.break_even_mark", language, queries=even),
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        align="left",
        xshift=6,
        font={"color": RED, "size": 12.5},
    )
