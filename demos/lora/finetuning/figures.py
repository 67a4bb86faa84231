"""Draws trainings; computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import BLUE, GOLD, GREEN, INK, RED, VIOLET, new_figure
from demos.frame.strings import Language, say
from demos.lora.finetuning.methods import MethodName
from demos.lora.finetuning.results import name_of, spectrum
from demos.lora.finetuning.shipped import Shipped
from demos.lora.finetuning.tuning import Course

COLOURS: dict[MethodName, str] = {
    "full": INK,
    "adapter": VIOLET,
    "lora": RED,
    "lora_plus": "#d98a7c",
    "random": GOLD,
    "additive": BLUE,
    "galore": GREEN,
}
Curve = dict[str, Any]  # of plotly's scatter, beside name and colour
_SMOOTHED = 8  # steps in the running mean of a loss
_SHOWN = 1e-4  # of the largest singular value; what is smaller is not drawn


def losses_figure(courses: Sequence[Course], steps: int, language: Language) -> go.Figure:
    """Running means of the losses."""

    def curve(course: Course) -> Curve:
        losses = np.array(course.losses, dtype=np.float64)
        smooth = [losses[max(0, k + 1 - _SMOOTHED) : k + 1].mean() for k in range(len(losses))]
        return {
            "x": np.arange(1, len(losses) + 1, dtype=np.int32),
            "y": np.array(smooth, dtype=np.float32),
            "mode": "lines",
            "line": {"width": 2},
            "hovertemplate": "%{y:.3f}",
        }

    return _curves(courses, curve, language).update_layout(
        xaxis={"title": say("lora.race.axis.step", language), "range": [0, steps]},
        yaxis={"title": say("lora.tuning.axis.loss", language, steps=_SMOOTHED)},
        hovermode="x unified",
    )


def spearman_figure(courses: Sequence[Course], steps: int, language: Language) -> go.Figure:
    """Held-out Spearman at the start, on the way and at the end."""

    def curve(course: Course) -> Curve:
        return {
            "x": [point.step for point in course.points],
            "y": [point.spearman for point in course.points],
            "line": {"width": 2},
            "marker": {"size": 6},
            "hovertemplate": "%{y:.4f}",
        }

    return _curves(courses, curve, language).update_layout(
        xaxis={"title": say("lora.race.axis.step", language), "range": [-0.5, steps + 0.5]},
        yaxis={"title": say("lora.tuning.axis.spearman", language)},
        hovermode="x unified",
    )


def ranks_figure(courses: Sequence[Course], language: Language) -> go.Figure:
    """Effective rank of dW in every linear layer."""

    def curve(course: Course) -> Curve:
        ranks = course.effective_ranks()
        return {
            "x": np.arange(1, len(ranks) + 1, dtype=np.int32),
            "y": np.array(list(ranks.values()), dtype=np.float32),
            "customdata": list(ranks),
            "hovertemplate": "%{y:.1f} · %{customdata}",
        }

    return _curves(_ended(courses), curve, language).update_layout(
        xaxis={"title": say("lora.tuning.axis.layer", language)},
        yaxis={"title": say("lora.tuning.axis.rank", language), "type": "log"},
    )


def spectrum_figure(courses: Sequence[Course], layer: str, language: Language) -> go.Figure:
    """Singular values of dW in one layer, or over all of them."""

    def curve(course: Course) -> Curve:
        values = spectrum(course, layer)
        shown = values > _SHOWN * values.max()  # below it is rounding
        return {
            "x": np.arange(1, len(values) + 1, dtype=np.int32)[shown],
            "y": values[shown].astype(np.float32),
            "hovertemplate": "%{x}: %{y:.2g}",
        }

    return _curves(_ended(courses), curve, language).update_layout(
        xaxis={"title": say("lora.tuning.axis.index", language), "type": "log", "dtick": 1},
        yaxis={
            "title": say("lora.tuning.axis.value", language),
            "type": "log",
            "dtick": 1,
            "exponentformat": "power",
        },
    )


def _ended(courses: Sequence[Course]) -> list[Course]:
    return [course for course in courses if course.ends]


def _curves(
    courses: Sequence[Course], curve: Callable[[Course], Curve], language: Language
) -> go.Figure:
    """A curve a training, in its method's colour and under its name."""
    figure = new_figure(height=420)
    for course in courses:
        figure.add_scatter(
            name=name_of(course.run.method, language),
            mode="lines+markers",
            line={"width": 1.5},
            marker={"size": 4},
        )
        figure.data[-1].update(curve(course)).update(line={"color": COLOURS[course.run.method]})
    return figure.update_layout(
        margin={"l": 64, "r": 12, "t": 84, "b": 48}, dragmode=False, showlegend=True
    )


def shipped_figure(shipped: Shipped, language: Language) -> go.Figure:
    """What each seed of each method learnt of the second task, and lost of the first."""
    figure = new_figure(height=460)
    first, second = shipped.tasks
    for row in shipped.rows:
        colour, name = COLOURS[row.method], name_of(row.method, language)
        figure.add_scatter(
            x=row.second.values,
            y=row.kept.values,
            name=name,
            legendgroup=row.method,
            mode="markers",
            marker={"color": colour, "size": 7, "opacity": 0.45},
            showlegend=False,
            hovertemplate="%{x:.4f}, %{y:+.4f}",
        )
        figure.add_scatter(
            x=[row.second.mean],
            y=[row.kept.mean],
            name=name,
            legendgroup=row.method,
            mode="markers",
            marker={"color": colour, "size": 14, "symbol": "diamond"},
            hovertemplate="%{x:.4f}, %{y:+.4f}",
        )
    figure.add_hline(y=0, line={"color": INK, "width": 1, "dash": "dot"})
    figure.update_layout(
        xaxis={"title": say("lora.tuning.axis.learnt", language, task=second)},
        yaxis={"title": say("lora.tuning.axis.kept", language, first=first, second=second)},
        margin={"l": 72, "r": 16, "t": 96, "b": 52},
        dragmode=False,
        showlegend=True,
    )
    return figure
