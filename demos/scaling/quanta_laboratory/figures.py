"""Draws what `drawing` has computed; computes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.frame.plots import BLUE, GOLD, GREEN, INK, RED, VIOLET, new_figure
from demos.frame.strings import Language, say
from demos.scaling.quanta import PARITY_MEASURED_STEPS, FloatArray, Truncation
from demos.scaling.quanta_laboratory.drawing import FEW, LEAST, Drawn, Errors, Line, theory
from demos.scaling.quanta_laboratory.results import is_parity, short
from demos.scaling.quanta_laboratory.setting import Quanta, Scaled, Setting

_BELOW = 1e-9  # where a loss of nought stands on a logarithmic axis: far under its end
_SHADE = "rgba(128, 97, 173, 0.10)"
# Single quanta in order of use: gold, red, violet.
_STOPS = np.array([(199, 154, 43), (200, 80, 60), (128, 97, 173)], dtype=np.float64)


def law_figure(drawn: Drawn, setting: Setting, line: Line | None, language: Language) -> go.Figure:
    """Loss against scale, and below it the local slope."""
    figure = new_figure(height=600)
    _add_losses(figure, drawn, setting, language)
    _add_slopes(figure, drawn, setting, language)
    if line is not None:
        _add_line(figure, line, language)
    low = max(float(drawn.curve.loss[drawn.curve.loss > 0].min()), LEAST)
    figure.update_layout(
        xaxis=_scale_axis(drawn, setting, language) | {"anchor": "y2"},
        yaxis=_log_axis("loss", np.log10(low) - 0.12, 0.12, language) | {"domain": [0.36, 1.0]},
        yaxis2={
            "title": _title("slope", language),
            "domain": [0.0, 0.28],
            "range": [0.0, _highest_slope(drawn, setting)],
        },
        hovermode="x unified",
        margin={"l": 64, "r": 12, "t": 76, "b": 48},
        dragmode=False,
    )
    return figure


def _add_losses(figure: go.Figure, drawn: Drawn, setting: Setting, language: Language) -> None:
    sharp = setting.learning.rule == "sharp"
    if drawn.few is not None:
        _add(
            figure,
            drawn.few.scale,
            drawn.few.loss,
            say("scaling.quanta.trace.few", language, count=FEW),
            {"color": GOLD, "width": 1.5},
            stairs=True,
        )
    _add(
        figure,
        drawn.curve.scale,
        drawn.curve.loss,
        _count_said(setting.quanta, language),
        {"color": BLUE, "width": 2.5},
        stairs=sharp,
    )
    if drawn.law is not None:
        name = say("scaling.quanta.trace.law", language)
        _add(
            figure, drawn.curve.scale, drawn.law, name, {"color": RED, "width": 1.5, "dash": "dash"}
        )


def _count_said(chosen: Quanta, language: Language) -> str:
    if chosen.count is None:
        return say("scaling.quanta.trace.endless", language)
    return say("scaling.quanta.trace.curve", language, count=chosen.count)


def _add_slopes(figure: go.Figure, drawn: Drawn, setting: Setting, language: Language) -> None:
    """The local slope, and the exponent of endless quanta as a line."""
    figure.add_scatter(
        x=_packed(drawn.curve.scale),
        y=_packed(drawn.slope),
        yaxis="y2",
        name=say("scaling.quanta.trace.slope", language),
        mode="lines",
        line={"color": BLUE, "width": 2},
        showlegend=False,
        hovertemplate="%{y:.3f}",
    )
    exponent = theory(setting.quanta, setting.learning.scaled)
    if exponent is None:
        return
    figure.add_shape(
        type="line",
        x0=0,
        x1=1,
        xref="paper",
        y0=exponent,
        y1=exponent,
        yref="y2",
        line={"color": RED, "width": 1.5, "dash": "dash"},
    )
    figure.add_annotation(
        x=0.005,
        xref="paper",
        xanchor="left",
        y=exponent,
        yref="y2",
        yanchor="bottom",
        text=say("scaling.quanta.trace.theory", language, exponent=f"{exponent:.3f}"),
        showarrow=False,
        font={"size": 11, "color": RED},
    )


def _highest_slope(drawn: Drawn, setting: Setting) -> float:
    """Where the slopes' axis ends: truncation goes beyond any."""
    exponent = theory(setting.quanta, setting.learning.scaled)
    if exponent is not None:
        return 3 * exponent
    there = drawn.slope[np.isfinite(drawn.slope)]
    return min(1.2 * float(there.max()), 4.0) if len(there) else 1.0


def _add_line(figure: go.Figure, line: Line, language: Language) -> None:
    """The straight line over its window, which is shaded."""
    name = say("scaling.quanta.trace.line", language, exponent=f"{line.exponent:.3f}")
    style = {"color": VIOLET, "width": 2.5}
    x = _packed(line.scale)
    common: dict[str, Any] = {"mode": "lines", "line": style, "hoverinfo": "skip"}
    figure.add_scatter(x=x, y=_packed(line.loss), name=name, **common)
    level = np.full(2, line.exponent, dtype=np.float32)
    figure.add_scatter(x=x, y=level, yaxis="y2", showlegend=False, **common)
    figure.add_shape(
        type="rect",
        x0=float(line.scale[0]),
        x1=float(line.scale[1]),
        y0=0,
        y1=1,
        yref="paper",
        fillcolor=_SHADE,
        line={"width": 0},
        layer="below",
    )


def emergence_figure(drawn: Drawn, setting: Setting, language: Language) -> go.Figure:
    """The loss of single quanta, and of all cases, against scale."""
    figure = new_figure(height=600)
    sharp = setting.learning.rule == "sharp"
    for place, (rank, losses) in enumerate(zip(drawn.ranks, drawn.singles, strict=True)):
        _add(
            figure,
            drawn.curve.scale,
            losses,
            f"{rank:,}",
            {"color": _between(place / max(len(drawn.ranks) - 1, 1)), "width": 1.5},
            stairs=sharp,
            hover=say("scaling.quanta.trace.single", language, rank=f"{rank:,}"),
        )
    _add(
        figure,
        drawn.curve.scale,
        drawn.curve.loss,
        say("scaling.quanta.trace.mean", language),
        {"color": BLUE, "width": 3},
        stairs=sharp,
    )
    low = max(float(drawn.curve.loss[drawn.curve.loss > 0].min()), LEAST)
    title = say("scaling.quanta.trace.singles", language)
    figure.update_layout(
        xaxis=_scale_axis(drawn, setting, language),
        yaxis=_log_axis("single", min(np.log10(low), -1.0) - 0.3, 0.12, language),
        hovermode="closest",
        legend={"title": {"text": title, "side": "top", "font": {"size": 12}}},
        margin={"l": 64, "r": 12, "t": 96, "b": 48},
        dragmode=False,
    )
    return figure


def _between(share: float) -> str:
    places = np.linspace(0, 1, len(_STOPS))
    mixed = (round(float(np.interp(share, places, channel))) for channel in _STOPS.T)
    return "rgb({}, {}, {})".format(*mixed)


def errors_figure(errors: Errors, chosen: Quanta, language: Language) -> go.Figure:
    """How far the integrals are from the sum, by the number of learned quanta."""
    figure = new_figure(height=360)
    endless = chosen.count is None
    named = [
        ("half", errors.half, GREEN),
        ("whole_post" if endless else "whole", errors.whole, RED),
    ]
    if not endless:
        named.append(("post", errors.post, GOLD))
    for key, values, colour in named:
        figure.add_scatter(
            x=_packed(errors.n),
            y=_packed(np.maximum(values, 1e-12)),
            name=say(f"scaling.quanta.trace.{key}", language),
            mode="lines",
            line={"color": colour, "width": 2},
            hovertemplate="%{y:.1e}",
        )
    figure.update_layout(
        xaxis={
            "type": "log",
            "dtick": 1,
            "exponentformat": "power",
            "title": _title("learned", language),
            "hoverformat": ",",
        },
        yaxis=_log_axis("error", max(np.log10(errors.half.min()), -9) - 0.2, 1.2, language),
        hovermode="x unified",
        margin={"l": 64, "r": 12, "t": 76, "b": 48},
        dragmode=False,
    )
    return figure


def truncation_figure(truncation: Truncation, setting: Setting, language: Language) -> go.Figure:
    """The exponent that a line from the first quantum on finds, by where it ends."""
    figure = new_figure(height=360)
    scaled: Scaled = setting.learning.scaled
    of_parameters = scaled == "parameters"
    values = truncation.parameters if of_parameters else truncation.data
    exponent = float(getattr(truncation.theory, scaled))
    count = setting.quanta.count or int(truncation.learned[-1])
    figure.add_scatter(
        x=_packed(truncation.learned / count),
        y=_packed(values),
        customdata=truncation.learned.astype(np.int32),
        mode="lines",
        line={"color": BLUE, "width": 2.5},
        showlegend=False,
        hovertemplate="n = %{customdata:,}: %{y:.3f}<extra></extra>",
    )
    marks = [(exponent, "theory", RED)]
    measured = is_parity(setting.quanta) and scaled == "steps"  # it is one of steps
    if measured:
        marks.append((PARITY_MEASURED_STEPS, "measured", GOLD))
    for level, key, colour in marks:
        _mark_level(
            figure,
            level,
            say(f"scaling.quanta.trace.{key}", language, exponent=f"{level:.3g}"),
            colour,
        )
    explained = truncation.explains(PARITY_MEASURED_STEPS) if measured else None
    if explained is not None:
        _mark_point(figure, explained / count, PARITY_MEASURED_STEPS, short(explained))
    top = max(float(values.max()), *(mark[0] for mark in marks))
    figure.update_layout(
        xaxis={"title": _title("share", language), "range": [0, 1.02], "tickformat": ".0%"},
        yaxis={"title": _title(f"fitted_{scaled}", language), "range": [0, 1.12 * top]},
        margin={"l": 64, "r": 12, "t": 28, "b": 48},
        dragmode=False,
    )
    return figure


def _mark_level(figure: go.Figure, level: float, words: str, colour: str) -> None:
    figure.add_hline(y=level, line={"color": colour, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=0.01,
        xref="paper",
        xanchor="left",
        y=level,
        yanchor="bottom",
        text=words,
        showarrow=False,
        font={"size": 11, "color": colour},
    )


def _mark_point(figure: go.Figure, x: float, y: float, words: str) -> None:
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers+text",
        marker={"size": 9, "color": GOLD},
        text=[f"n = {words}"],
        textposition="bottom right",
        textfont={"size": 11, "color": INK},
        showlegend=False,
        hoverinfo="skip",
    )


# --- parts ----------------------------------------------------------------------------------------


def _add(
    figure: go.Figure,
    x: FloatArray,
    y: FloatArray,
    name: str,
    line: dict[str, Any],
    stairs: bool = False,
    hover: str = "",
) -> None:
    """A line of losses; what falls below the axis goes straight down once."""
    shown = np.maximum(y, _BELOW)
    ended = np.flatnonzero(shown <= _BELOW)
    if len(ended):
        shown[ended[0] + 1 :] = np.nan
    figure.add_scatter(
        x=_packed(x),
        y=_packed(shown),
        name=name,
        mode="lines",
        line=line | ({"shape": "hv"} if stairs else {}),
        hovertemplate=f"{hover}: %{{y:.3g}}<extra></extra>" if hover else "%{y:.3g}",
    )


def _scale_axis(drawn: Drawn, setting: Setting, language: Language) -> dict[str, Any]:
    low, high = np.log10(drawn.curve.scale[[0, -1]])
    axis = _log_axis(f"scale_{setting.learning.scaled}", low, high, language)
    return axis | {"hoverformat": ".3~g"}


def _log_axis(name: str, low: float, high: float, language: Language) -> dict[str, Any]:
    return {
        "type": "log",
        "range": [float(low), float(high)],
        "dtick": max(1, round((high - low) / 7)),
        "exponentformat": "power",
        "title": _title(name, language),
    }


def _title(name: str, language: Language) -> dict[str, Any]:
    return {"text": say(f"scaling.quanta.axis.{name}", language), "font": {"size": 12}}


def _packed(values: FloatArray) -> NDArray[np.float32]:
    """As it travels to the page."""
    return np.asarray(values, dtype=np.float32)
