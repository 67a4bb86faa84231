"""Draws the matrix of one head; computes nothing."""

from __future__ import annotations

from html import escape
from typing import Any, Literal, get_args
from unicodedata import east_asian_width

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.attention.heads.looking import Look
from demos.frame.errors import InputProblem
from demos.frame.labels import cut_to_width
from demos.frame.plots import GRID, INK, new_figure
from demos.frame.strings import Language, say

Scale = Literal["linear", "sqrt", "log"]
SCALES: tuple[Scale, ...] = get_args(Scale)
MOST_LABELS = 48  # tokens that are written along a side; of more every second, third, ... is
_LABEL_WIDTH = 11  # Latin letters
_LETTER = 7  # pixels that a Latin letter may take
_DECADES = 4  # that the logarithmic colours span below the largest weight
_STEPS = 32  # colours of the bar that are told apart
# From clear to full, so that nothing is the paper's own colour, light or dark.
_COLOURS = ((0.0, (200, 80, 60, 0.0)), (0.5, (200, 80, 60, 0.55)), (1.0, (176, 63, 45, 1.0)))


def scale_of(value: object) -> Scale:
    """The colours of a chooser's value; raises InputProblem for those that are not offered."""
    for scale in SCALES:
        if value == scale:
            return scale
    raise InputProblem("attention.heads.unknown")


def matrix(look: Look, scale: Scale, language: Language) -> go.Figure:
    """The weights of a head, the looking tokens downwards; hover names both and the weight."""
    n, blocks = len(look.tokens), _blocks(look)
    largest = float(np.nanmax(look.weights))
    figure = new_figure(height=560)
    figure.add_heatmap(
        z=look.weights,
        zmin=0.0,
        zmax=largest,
        colorscale=_stretched(scale),
        showscale=False,
        hoverongaps=False,
        hovertemplate=say("attention.heads.hover", language),
    )
    figure.add_scatter(  # carries the bar: a heatmap's own would be as uneven as its colours
        x=[None],
        y=[None],
        mode="markers",
        marker={
            "color": [0],
            "cmin": 0,
            "cmax": 1,
            "colorscale": _stretched("linear"),
            "showscale": True,
            "colorbar": _bar(scale, largest) | {"xpad": 24 if blocks else 10},
        },
        hoverinfo="skip",
        showlegend=False,
    )
    names = _names(look)
    axis: dict[str, Any] = {
        "tickvals": list(range(n)),
        "ticktext": names,  # every token once, for hover; what is written are notes beside the axes
        "showticklabels": False,
        "ticks": "",
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
        "showline": True,
        "mirror": True,
        "linecolor": GRID,
    }
    title = say("attention.heads.matrix", language, layer=look.layer + 1, head=look.head + 1)
    room = 12 + _LETTER * max(_width(cut_to_width(t, _LABEL_WIDTH)) for t in look.tokens)
    figure.update_layout(
        xaxis=axis | {"range": [-0.5, n - 0.5], "scaleanchor": "y"},
        yaxis=axis | {"range": [n - 0.5, -0.5]},
        title={"text": title, "font": {"size": 14}, "x": 0.03, "yref": "container", "y": 0.97},
        margin={"l": room, "r": 8, "t": 64 if blocks else 46, "b": room},
        dragmode=False,
    )
    _label(figure, look.tokens)
    _outline(figure, blocks, n, language)
    return figure


def token_label(token: str, width: int = _LABEL_WIDTH) -> str:
    """A token as plotly may write it: short, escaped, and its direction kept to itself."""
    return f"\u2068{escape(cut_to_width(token, width), quote=False)}\u2069"


def _width(text: str) -> int:
    """About as many Latin letters wide."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _names(look: Look) -> list[str]:
    return [
        f"{token_label(token, 40)} · {place + 1}"
        for token, place in zip(look.tokens, look.positions, strict=True)
    ]


def _label(figure: go.Figure, tokens: tuple[str, ...]) -> None:
    """Tokens along the left and the lower side, thinned where there are many."""
    step = -(-len(tokens) // MOST_LABELS)
    size = 11 if len(tokens) // step <= 32 else 9
    common = {"showarrow": False, "font": {"size": size}}
    notes = []
    for place in range(0, len(tokens), step):
        text = token_label(tokens[place])
        left = {"xref": "x domain", "x": 0, "y": place, "xanchor": "right", "yanchor": "middle"}
        below = {"yref": "y domain", "y": 0, "x": place, "xanchor": "center", "yanchor": "top"}
        notes.append(common | left | {"text": text, "xshift": -2})
        notes.append(common | below | {"text": text, "textangle": -90, "yshift": -2})
    figure.update_layout(annotations=notes)


def _blocks(look: Look) -> list[tuple[int, int, int]]:
    """Part, first and last place of each text of a pair; none where there is one text."""
    found = []
    for part in (0, 1):
        places = [place for place, own in enumerate(look.parts) if own == part]
        if places:
            found.append((part, places[0], places[-1]))
    return found if len(found) == 2 else []


def _outline(
    figure: go.Figure, blocks: list[tuple[int, int, int]], n: int, language: Language
) -> None:
    """Lines around the texts of a pair, and their names above and on the right."""
    line = {"color": INK, "width": 1, "dash": "dot"}
    for _, first, last in blocks:
        for edge in (first - 0.5, last + 0.5):
            if 0 < edge < n - 1:
                figure.add_shape(type="line", x0=edge, x1=edge, y0=-0.5, y1=n - 0.5, line=line)
                figure.add_shape(type="line", y0=edge, y1=edge, x0=-0.5, x1=n - 0.5, line=line)
    for part, first, last in blocks:
        text = say(f"attention.heads.part.{part}", language)
        common = {"text": text, "showarrow": False, "font": {"size": 12}}
        middle = (first + last) / 2
        figure.add_annotation(**common, x=middle, yref="y domain", y=1, yanchor="bottom")
        figure.add_annotation(
            **common, y=middle, xref="x domain", x=1, xanchor="left", textangle=90, xshift=2
        )


def _stretched(scale: Scale) -> list[list[object]]:
    """Colours by weight such that equal steps of the scale are equal steps of colour."""
    shares = np.linspace(0, 1, _STEPS + 1)
    places = _weights_at(scale, shares)
    return [
        [float(place), _mixed(float(share))] for place, share in zip(places, shares, strict=True)
    ]


def _weights_at(scale: Scale, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights, as shares of the largest, whose colours are `shares` of the way."""
    if scale == "linear":
        return shares
    if scale == "sqrt":
        return shares**2
    return np.where(shares > 0, 10.0 ** (_DECADES * (shares - 1)), 0.0)


def _mixed(share: float) -> str:
    places = [place for place, _ in _COLOURS]
    channels = np.array([channel for _, channel in _COLOURS])  # [stops, 4]
    red, green, blue, alpha = (np.interp(share, places, values) for values in channels.T)
    return f"rgba({red:.0f},{green:.0f},{blue:.0f},{alpha:.3f})"


def _bar(scale: Scale, largest: float) -> dict[str, Any]:
    """A bar that is even in colour, with the weights that stand there."""
    shares = np.linspace(0, 1, _DECADES + 1)
    weights = largest * _weights_at(scale, shares)
    names = [
        f"{weight:.2g}" if weight >= 1e-3 or weight == 0 else f"{weight:.0e}" for weight in weights
    ]
    if scale == "log":
        names[0] = f"< {largest * 10.0**-_DECADES:.0e}"
    return {
        "orientation": "v",
        "thickness": 9,
        "len": 0.7,
        "outlinewidth": 0,
        "tickvals": shares.tolist(),
        "ticktext": [escape(name, quote=False) for name in names],
        "tickfont": {"size": 11},
    }
