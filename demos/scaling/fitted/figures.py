"""Draws a fit: points and curves, and the residuals below; computes nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.frame.labels import shortened
from demos.frame.plots import BLUE, GOLD, INK, PALETTE, RED, TEAL, new_figure
from demos.frame.strings import Language, say
from demos.scaling.amounts import amount
from demos.scaling.answers import Answer
from demos.scaling.fitted.curves import Beside, Curve, Drawing, Marks, View, round_ticks

FloatArray = NDArray[np.float64]

_SCALE = (BLUE, TEAL, GOLD, RED)  # from the smallest held size to the largest
_ANOTHER = ("dot", "dashdot")  # of published laws
_MARGINS = {"l": 60, "r": 14, "t": 92, "b": 48}
_RUNS_TOLD_APART = len(PALETTE)


def loss_figure(
    drawing: Drawing, marks: Marks, view: View, answer: Answer, language: Language
) -> go.Figure:
    """Loss against size, both logarithmic; dashed beyond the data."""
    figure = new_figure(height=500)
    hues = _Hues(drawing, marks)
    for curve in drawing.curves:
        _add_curve(figure, curve, drawing, hues.of(curve.held), language)
    if drawing.best is not None:
        _add_best(figure, drawing.best, language)
    for place, beside in enumerate(drawing.beside):
        _add_beside(figure, beside, place, drawing, language)
    hover = _hovers(marks, answer, language)
    _add_points(figure, marks, marks.loss, hues.points(marks, view), hover, language)
    figure.update_layout(
        xaxis=_size_axis(drawing.axis, answer, language),
        yaxis=_loss_axis(drawing, marks, language),
        margin=_MARGINS,
        dragmode=False,
        hovermode="closest",
    )
    return figure


def residual_figure(
    drawing: Drawing, marks: Marks, view: View, answer: Answer, language: Language
) -> go.Figure:
    """ln of measured over predicted loss against size; Huber's delta as a strip."""
    figure = new_figure(height=300)
    figure.add_hline(y=0, line={"color": INK, "width": 1})
    if answer.fit.objective_name == "huber_log":
        delta = answer.fit.delta
        figure.add_hrect(
            y0=-delta, y1=delta, fillcolor="rgba(128, 128, 128, 0.22)", line_width=0, layer="below"
        )
        figure.add_annotation(
            xref="paper",
            x=1,
            xanchor="right",
            y=delta,
            yanchor="bottom",
            text=say("scaling.fitted.delta_mark", language, delta=f"{delta:g}"),
            showarrow=False,
            font={"size": 11, "color": INK},
        )
    hover = _hovers(marks, answer, language)
    colours = _Hues(drawing, marks).points(marks, view)
    _add_points(figure, marks, marks.residual, colours, hover, language)
    figure.update_traces(showlegend=False)
    figure.update_layout(
        xaxis=_size_axis(drawing.axis, answer, language),
        yaxis={
            "title": _title(say("scaling.fitted.axis.residual", language)),
            "tickformat": ".3~f",
        },
        margin=_MARGINS | {"t": 16},
        dragmode=False,
        hovermode="closest",
    )
    return figure


# --- colours -------------------------------------------------------------------------------------


class _Hues:
    """From blue for the smallest held size to red for the largest."""

    def __init__(self, drawing: Drawing, marks: Marks):
        held = [] if marks.other is None else [marks.other.min(), marks.other.max()]
        self._low, self._high = (math.log(each) for each in held) if held else (0.0, 0.0)
        self._alone = marks.other is None

    def of(self, held: float | None) -> str:
        if held is None or self._high <= self._low:
            return RED if self._alone else BLUE
        return _mixed((math.log(held) - self._low) / (self._high - self._low))

    def points(self, marks: Marks, view: View) -> list[str]:
        """A colour for each point."""
        if view.colour == "run" and marks.runs is not None:
            names = {name: place for place, name in enumerate(dict.fromkeys(marks.runs))}
            return [PALETTE[names[name] % _RUNS_TOLD_APART] for name in marks.runs]
        if marks.other is None:
            return [BLUE] * len(marks.x)
        return [self.of(float(held)) for held in marks.other]


def _mixed(share: float) -> str:
    """A colour of the scale, between its neighbours."""
    place = min(max(share, 0.0), 1.0) * (len(_SCALE) - 1)
    first = min(int(place), len(_SCALE) - 2)
    part = place - first
    ends = [[int(c[at : at + 2], 16) for at in (1, 3, 5)] for c in _SCALE[first : first + 2]]
    mixed = [round(low + part * (high - low)) for low, high in zip(*ends, strict=True)]
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _faint(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


# --- lines ---------------------------------------------------------------------------------------


def _add_curve(
    figure: go.Figure, curve: Curve, drawing: Drawing, colour: str, language: Language
) -> None:
    if curve.low is not None and curve.high is not None:
        figure.add_scatter(
            x=_packed(np.concatenate([curve.x, curve.x[::-1]])),
            y=_packed(np.concatenate([curve.high, curve.low[::-1]])),
            fill="toself",
            fillcolor=_faint(colour, 0.15),
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
    if curve.held is None:
        name = say("scaling.fitted.the_law", language)
    else:
        name = f"{drawing.other} = {amount(curve.held)}"
    end = drawing.span[1]
    for part, dash, shown in ((curve.x <= end, "solid", True), (curve.x >= end, "dash", False)):
        if part.sum() < 2:
            continue
        figure.add_scatter(
            x=_packed(curve.x[part]),
            y=_packed(curve.loss[part]),
            name=name,
            legendgroup=name,
            showlegend=shown or not (curve.x <= end).any(),
            mode="lines",
            line={"color": colour, "width": 2.2, "dash": dash},
            hovertemplate=f"{name}<br>%{{x:.3s}} → %{{y:.4f}}<extra></extra>",
        )


def _add_best(figure: go.Figure, best: Curve, language: Language) -> None:
    figure.add_scatter(
        x=_packed(best.x),
        y=_packed(best.loss),
        name=say("scaling.fitted.best", language),
        mode="lines",
        line={"color": INK, "width": 2, "dash": "dot"},
        hovertemplate="C %{x:.3e} → %{y:.4f}<extra></extra>",
    )


def _add_beside(
    figure: go.Figure, beside: Beside, place: int, drawing: Drawing, language: Language
) -> None:
    title = beside.title or say("scaling.fitted.truth", language)
    name = f"{title} ({drawing.other} = {amount(beside.curve.held or 0)})"
    figure.add_scatter(
        x=_packed(beside.curve.x),
        y=_packed(beside.curve.loss),
        name=name,
        mode="lines",
        line={
            "color": INK,
            "width": 1.3,
            "dash": _ANOTHER[place % 2] if beside.title else "solid",
        },
        hovertemplate=f"{name}<br>%{{y:.4f}}<extra></extra>",
    )


# --- points --------------------------------------------------------------------------------------


def _add_points(
    figure: go.Figure,
    marks: Marks,
    y: FloatArray,
    colours: list[str],
    hover: list[str],
    language: Language,
) -> None:
    if not marks.counts.all():
        aside = ~marks.counts
        figure.add_scatter(
            x=_packed(marks.x[aside]),
            y=_packed(y[aside]),
            name=say("scaling.fitted.left_out", language),
            mode="markers",
            marker={"symbol": "circle-open", "size": 7, "color": INK, "opacity": 0.45},
            hovertext=[text for text, out in zip(hover, aside, strict=True) if out],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    counts = marks.counts
    figure.add_scatter(
        x=_packed(marks.x[counts]),
        y=_packed(y[counts]),
        name=say("scaling.fitted.points", language),
        mode="markers",
        marker={
            "size": 7 if len(marks.x) <= 300 else 5,
            "opacity": 0.85,
            "color": [c for c, keep in zip(colours, counts, strict=True) if keep],
        },
        hovertext=[text for text, keep in zip(hover, counts, strict=True) if keep],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    if marks.outlier.any():
        figure.add_scatter(
            x=_packed(marks.x[marks.outlier]),
            y=_packed(y[marks.outlier]),
            name=say("scaling.fitted.outliers", language),
            mode="markers",
            marker={"symbol": "circle-open", "size": 15, "color": RED, "line": {"width": 2}},
            hoverinfo="skip",
        )


def _hovers(marks: Marks, answer: Answer, language: Language) -> list[str]:
    """Run, line, sizes, loss; the column's name for the x of a law in one variable."""
    names = {"x": answer.question.x}
    columns = [(names.get(name, name), values) for name, values in marks.sizes.items()]
    found = []
    for place in range(len(marks.x)):
        sizes = ", ".join(f"{name} {amount(float(values[place]))}" for name, values in columns)
        where = say("scaling.fitted.line", language, line=f"{int(marks.lines[place]):,}")
        head = f"{shortened(marks.runs[place], 40)} · {where}" if marks.runs else where
        law = say(
            "scaling.fitted.hover",
            language,
            loss=f"{marks.loss[place]:.4g}",
            predicted=f"{marks.predicted[place]:.4g}",
            residual=f"{marks.residual[place]:+.4f}".replace("-", "−"),
        )
        found.append(f"{head}<br>{sizes}<br>{law}")
    return found


# --- axes ----------------------------------------------------------------------------------------


def _size_axis(axis: str, answer: Answer, language: Language) -> dict[str, Any]:
    name = answer.question.x if axis == "x" else axis
    return {
        "type": "log",
        "title": _title(say(f"scaling.fitted.axis.{name}", language)),
        "exponentformat": "power",
        "dtick": 1,
        "minor": {"ticks": "outside", "ticklen": 3, "tickcolor": "rgba(128, 128, 128, 0.4)"},
    }


def _loss_axis(drawing: Drawing, marks: Marks, language: Language) -> dict[str, Any]:
    """What is measured, and the curves down to their ends; far above the points nothing is."""
    lows = [curve.loss.min() for curve in drawing.curves]
    low = 0.985 * min(marks.loss.min(), *lows)
    high = 1.03 * marks.loss.max()
    ticks = round_ticks(low, high)
    fixed = {"tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]} if ticks else {}
    return {
        "type": "log",
        "range": [math.log10(low), math.log10(high)],
        "title": _title(say("scaling.fitted.axis.loss", language)),
        **fixed,
    }


def _title(words: str) -> dict[str, Any]:
    return {"text": words, "font": {"size": 12}}


def _packed(values: FloatArray) -> NDArray[np.float32]:
    return np.clip(values, -3e38, 3e38).astype(np.float32)
