"""Learning curves of all seeds, and where each seed ended."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from demos.attention.colours import MASK_COLOURS
from demos.attention.experiment.masks import MaskName
from demos.attention.experiment.running import Floor, Point, Result, Trial
from demos.attention.experiment.statistics import MEASURES, Measure, values_of
from demos.frame.plots import INK, TEMPLATE, new_figure
from demos.frame.strings import Language, say

Curve = Literal["loss", "accuracy"]
Values = NDArray[np.float32]

_HEIGHT, _FINALS_HEIGHT = 380, 420
_MANY_DECADES = 30.0  # between highest and lowest loss: beyond it a linear axis shows nothing
_FAINT, _BAND = 0.3, 0.13  # opacities


def curves_figure(
    result: Result, curve: Curve, language: Language, best: Floor | None = None
) -> go.Figure:
    """Held-out loss or accuracy over the steps: each mask's mean, its seeds faint, and the band
    between the lowest and the highest seed.

    Args:
        result: finished or not.
        curve: what is drawn.
        best: what could be reached at best, where that is known.
    """
    figure = new_figure(height=_HEIGHT)
    for mask in result.settings.masks:
        _add_mask(figure, result, mask, curve, language)
    if best is not None:
        _add_best(figure, result, getattr(best, curve), language)
    figure.update_layout(
        margin={"l": 60, "r": 22, "t": 56, "b": 46},
        legend={"font": {"size": 12}},
        xaxis={
            "title": say("attention.decoder.axis.step", language),
            "range": [0, 1.01 * result.settings.steps],
        },
        yaxis={
            "title": {"text": say(f"attention.decoder.axis.{curve}", language), "standoff": 12},
            "automargin": True,
        },
        hovermode="closest",
        dragmode=False,
    )
    if curve == "accuracy":
        figure.update_yaxes(tickformat=".0%")
    elif _spans_decades(result):
        figure.update_yaxes(type="log", dtick=1, tickformat="~g")
    return figure


def _spans_decades(result: Result) -> bool:
    losses = [point.loss for point in result.points]
    return bool(losses) and min(losses) > 0 and max(losses) / min(losses) > _MANY_DECADES


def _add_mask(
    figure: go.Figure, result: Result, mask: MaskName, curve: Curve, language: Language
) -> None:
    steps, values = _of_mask(result, mask, lambda point: getattr(point, curve))
    name, colour = _named(mask, language), MASK_COLOURS[mask]
    common = {"legendgroup": mask, "showlegend": False, "mode": "lines"}
    quiet = common | {"line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=steps, y=values.min(axis=0), **quiet)
    band = _faded(colour, _BAND)
    figure.add_scatter(x=steps, y=values.max(axis=0), fill="tonexty", fillcolor=band, **quiet)
    seeds = result.settings.seeds
    figure.add_scatter(
        # One trace for all seeds: a hole parts them.
        x=np.tile(np.append(steps, np.nan), len(seeds)).astype(np.float32),
        y=np.pad(values, ((0, 0), (0, 1)), constant_values=np.nan).ravel(),
        line={"color": colour, "width": 1},
        opacity=_FAINT,
        text=np.repeat([_seed(seed, language) for seed in seeds], len(steps) + 1),
        hovertemplate=f"{name}, %{{text}}<br>%{{x}}: %{{y:{_digits(curve)}}}<extra></extra>",
        **common,
    )
    figure.add_scatter(
        x=steps,
        y=values.mean(axis=0),
        name=name,
        **common | {"showlegend": True},
        line={"color": colour, "width": 2.6},
        hovertemplate=say(
            "attention.decoder.hover_mean", language, mask=name, digits=_digits(curve)
        ),
    )


def _add_best(figure: go.Figure, result: Result, best: float, language: Language) -> None:
    figure.add_scatter(
        x=[0, result.settings.steps],
        y=[best, best],
        name=say("attention.decoder.best", language),
        mode="lines",
        line={"color": INK, "width": 1.4, "dash": "dash"},
        hovertemplate="%{y:.4f}<extra></extra>",
    )


def finals_figure(result: Result, language: Language) -> go.Figure:
    """Where each seed ended: a row of points a mask, faint lines between the same seed's points,
    a bar at the mean; accuracy, loss and mean loss beneath each other."""
    titles = [say(f"attention.decoder.measure.{measure}", language) for measure in MEASURES]
    figure = make_subplots(rows=len(MEASURES), cols=1, vertical_spacing=0.17, subplot_titles=titles)
    masks = result.settings.masks
    for row, measure in enumerate(MEASURES, start=1):
        values = np.array([values_of(result, mask, measure) for mask in masks], dtype=np.float32)
        _add_pairs(figure, values, row)
        for place, mask in enumerate(masks):
            _add_finals(figure, result, mask, values[place], place, measure, row, language)
    figure.update_layout(
        template=TEMPLATE,
        height=_FINALS_HEIGHT + 60 * (len(masks) - 2),
        margin={"l": 12, "r": 20, "t": 40, "b": 30},
        showlegend=False,
        dragmode=False,
    )
    figure.update_annotations(x=0, xanchor="left", font={"size": 13}, yshift=4)
    figure.update_xaxes(automargin=True, nticks=5)
    figure.update_xaxes(tickformat="~%", row=1)
    figure.update_yaxes(
        tickvals=[*range(len(masks))],
        ticktext=[_named(mask, language) for mask in masks],
        range=[len(masks) - 0.5, -0.5],
        automargin=True,
        showgrid=False,
        zeroline=False,
    )
    return figure


def _add_pairs(figure: go.Figure, values: Values, row: int) -> None:
    """A faint line a seed of `values` [masks, seeds]: what is compared, is compared in pairs."""
    masks, seeds = values.shape
    figure.add_scatter(
        x=np.pad(values.T, ((0, 0), (0, 1)), constant_values=np.nan).ravel(),
        y=np.tile(np.append(np.arange(masks), np.nan), seeds).astype(np.float32),
        mode="lines",
        line={"color": _faded(INK, 0.45), "width": 1},
        hoverinfo="skip",
        row=row,
        col=1,
    )


def _add_finals(
    figure: go.Figure,
    result: Result,
    mask: MaskName,
    values: Values,
    place: int,
    measure: Measure,
    row: int,
    language: Language,
) -> None:
    digits, colour = _digits(measure), MASK_COLOURS[mask]
    figure.add_scatter(
        x=values,
        y=np.full(len(values), place, dtype=np.float32),
        mode="markers",
        marker={"color": colour, "size": 9, "opacity": 0.75},
        text=[_seed(seed, language) for seed in result.settings.seeds],
        hovertemplate=f"{_named(mask, language)}, %{{text}}: %{{x:{digits}}}<extra></extra>",
        row=row,
        col=1,
    )
    figure.add_scatter(
        x=values.mean(keepdims=True),
        y=[place],
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 26,
            "line": {"color": colour, "width": 2.6},
        },
        hovertemplate=say(
            "attention.decoder.hover_final", language, mask=_named(mask, language), digits=digits
        ),
        row=row,
        col=1,
    )


def _of_mask(
    result: Result, mask: MaskName, value: Callable[[Point], float]
) -> tuple[NDArray[np.float32], Values]:
    """Steps [evaluations], and the values of every seed at them [seeds, evaluations]."""
    curves = [result.curve(Trial(mask, seed)) for seed in result.settings.seeds]
    steps = np.array([point.step for point in curves[0]], dtype=np.float32)
    return steps, np.array([[value(p) for p in curve] for curve in curves], dtype=np.float32)


def _named(mask: MaskName, language: Language) -> str:
    return escape(say(f"attention.decoder.mask.{mask}", language))


def _seed(seed: int, language: Language) -> str:
    return say("attention.decoder.seed", language, seed=seed)


def _digits(measure: Measure | Curve) -> str:
    """As plotly's format."""
    return ".2%" if measure == "accuracy" else ".4f"


def _faded(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
