"""Intervals, reliability and precision-recall of several models."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import INK, PALETTE, new_figure
from demos.frame.strings import Language, say
from demos.pairs.evaluation.report import Report

_ROW_HEIGHT = 62
_WRAP = 22  # characters of a model's name before it is broken


def intervals_figure(reports: Sequence[Report], language: Language) -> go.Figure:
    """Spearman (filled) and Pearson (open) with 95 % intervals, and the ceiling if there is one."""
    figure = new_figure(height=150 + _ROW_HEIGHT * len(reports))
    names = [_wrapped(report.title) for report in reports]
    for key, symbol, shift in (("spearman", "circle", 0.14), ("pearson", "circle-open", -0.14)):
        found = [getattr(r.correlations, key) if r.correlations else None for r in reports]
        kept = [(i, interval) for i, interval in enumerate(found) if interval is not None]
        figure.add_scatter(
            x=[interval.value for _, interval in kept],
            y=[i + shift for i, _ in kept],
            mode="markers",
            name=say(f"evaluation.{key}", language),
            marker={
                "symbol": symbol,
                "size": 11,
                "color": [PALETTE[i % len(PALETTE)] for i, _ in kept],
                "line": {"width": 2},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [interval.high - interval.value for _, interval in kept],
                "arrayminus": [interval.value - interval.low for _, interval in kept],
                "color": INK,
                "thickness": 1.4,
            },
            hovertemplate="%{x:.4f}<extra></extra>",
        )
    limit = next((r.ceiling for r in reports if r.ceiling is not None), None)
    if limit is not None:
        label = say("evaluation.ceiling_line", language, value=f"{limit:.3f}")
        figure.add_vline(x=limit, line={"dash": "dash", "color": INK}, annotation_text=label)
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, automargin=True)
    figure.update_xaxes(title_text=say("evaluation.correlation", language))
    figure.update_layout(margin={"t": 84, "b": 64})
    return figure


def reliability_figure(reports: Sequence[Report], language: Language) -> go.Figure:
    """Calibrated probability against the share that is alike; the diagonal is perfect."""
    figure = new_figure(height=380)
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "color": INK, "width": 1},
        showlegend=False,
        hoverinfo="skip",
    )
    for color, report in zip(_colors(reports), reports, strict=True):
        if report.decisions is None:
            continue
        found = report.decisions.reliability
        figure.add_scatter(
            x=found.predicted,
            y=found.observed,
            mode="lines+markers",
            name=escape(report.title),
            line={"color": color},
            marker={"size": 7},
            customdata=found.counts,
            hovertemplate=say("evaluation.reliability_hover", language) + "<extra></extra>",
        )
    sizes = [r.decisions.reliability.counts.mean() for r in reports if r.decisions is not None]
    title = say("evaluation.predicted", language, count=round(sizes[0])) if sizes else None
    figure.update_xaxes(title_text=title, range=[-0.03, 1.03])
    figure.update_yaxes(title_text=say("evaluation.observed", language), range=[-0.03, 1.03])
    figure.update_layout(margin={"t": 84, "b": 64})
    return figure


def precision_recall_figure(reports: Sequence[Report], language: Language) -> go.Figure:
    """Precision against recall over all thresholds; the area below is the average precision."""
    figure = new_figure(height=380)
    for color, report in zip(_colors(reports), reports, strict=True):
        if report.decisions is None:
            continue
        recall, precision = report.decisions.recall, report.decisions.precision
        shown = np.unique(np.linspace(0, len(recall) - 1, min(len(recall), 800)).astype(int))
        figure.add_scatter(
            x=np.r_[0.0, recall[shown]],
            y=np.r_[precision[0], precision[shown]],
            mode="lines+markers" if len(recall) < 40 else "lines",
            name=escape(report.title),
            line={"color": color, "shape": "vh"},
            hovertemplate="%{x:.3f}, %{y:.3f}<extra></extra>",
        )
    figure.update_xaxes(title_text=say("evaluation.recall", language), range=[-0.03, 1.03])
    figure.update_yaxes(title_text=say("evaluation.precision", language), range=[-0.03, 1.03])
    figure.update_layout(margin={"t": 84, "b": 64})
    return figure


def _colors(reports: Sequence[Report]) -> list[str]:
    return [PALETTE[i % len(PALETTE)] for i in range(len(reports))]


def _wrapped(name: str) -> str:
    words, lines = name.split(" "), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > _WRAP:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(escape(line) for line in lines)
