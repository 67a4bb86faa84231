"""Draws a look and a walk; computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from demos.frame.labels import wrapped
from demos.frame.plots import BLUE, GOLD, INK, RED, TEAL, new_figure
from demos.frame.strings import Language, say
from demos.retrieval.cur import SOLVERS
from demos.retrieval.matrix.view import Look, Measured, Walk

_HOVER_CHARACTERS = 160  # of 150 columns: the page stays light
COLOURS = {"truncated": BLUE, "ridge": TEAL, "pinv": RED}
PICTURES = ("exact", "approximation", "error")
# Opaque, so that a cell is the same on light and on dark paper.
_SCORES = ((0.0, "#ece7dc"), (0.5, "#e09f8d"), (1.0, "#8e3223"))
_ERRORS = (
    (0.0, "#274f87"),
    (0.25, "#8fafd4"),
    (0.5, "#f3f0e8"),
    (0.75, "#e09f8d"),
    (1.0, "#8e3223"),
)
# 1, 2, 5 in every decade; plotly itself would write the 2 of .2 and of 20 as a bare 2.
_TICKS = tuple(digit * 10.0**power for power in range(-6, 7) for digit in (1, 2, 5))
_LOG_SCALE = {
    "type": "log",
    "tickvals": _TICKS,
    "ticktext": [f"{tick:.0e}" if tick < 1e-4 else f"{tick:g}" for tick in _TICKS],
}
_MARK = -1.6  # where the marks of anchors stand, in cells outside of the matrix


def heatmap(
    look: Look, picture: str, queries: Sequence[str], items: Sequence[str], language: Language
) -> go.Figure:
    """One of the three pictures; `queries` and `items` are the texts of its rows and columns.

    The texts travel once, as names of the axes' ticks, and not once a cell.
    """
    rows, columns = look.exact.shape
    cells = getattr(look, picture).numpy()
    low, high = _limits(look, picture)
    bar = {"orientation": "h", "y": 0, "yanchor": "top", "ypad": 8, "thickness": 9, "len": 0.9}
    figure = new_figure(height=430)
    figure.add_heatmap(
        z=cells.astype(np.float32),
        zmin=low,
        zmax=high,
        colorscale=[list(stop) for stop in (_ERRORS if picture == "error" else _SCORES)],
        colorbar=bar | {"outlinewidth": 0, "nticks": 5, "tickfont": {"size": 11}},
        hovertemplate=say("retrieval.matrix.hover", language),
    )
    _mark_anchors(figure, look)
    bare = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": ""}
    figure.update_layout(
        xaxis=bare | {"range": [2 * _MARK, columns - 0.5]} | _names(items),
        yaxis=bare | {"range": [rows - 0.5, _MARK - 0.6]} | _names(queries),
        title=_title(say(f"retrieval.matrix.picture.{picture}", language)),
        margin={"l": 26, "r": 6, "t": 58, "b": 8},
        showlegend=False,
        dragmode=False,
    )
    _outline(figure, look)
    _name_blocks(figure, look, language)
    return figure


def _limits(look: Look, picture: str) -> tuple[float, float]:
    """Colours of the exact scores' range in two pictures; errors up to twice their deviation,
    whatever the solver, so that a collapse is seen as one."""
    exact = look.exact.numpy()
    if picture == "error":
        widest = 2 * float(exact.std()) or 1.0
        return -widest, widest
    low, high = np.quantile(exact, (0.005, 0.995))
    return float(low), float(high)


def _names(texts: Sequence[str]) -> dict[str, Any]:
    names = [wrapped(text, _HOVER_CHARACTERS) for text in texts]
    return {"tickvals": list(range(len(texts))), "ticktext": names}


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 14}, "x": 0.03, "yref": "container", "y": 0.97}


def _axis(name: str, language: Language) -> dict[str, Any]:
    return {"text": say(f"retrieval.matrix.axis.{name}", language), "font": {"size": 12}}


def mark_places(look: Look) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns of the anchor items and rows of the anchor queries, in the picture."""
    columns = np.arange(len(look.anchor_items))
    rows = len(look.queries) + np.arange(len(look.anchor_queries))
    return columns, rows


def _mark_anchors(figure: go.Figure, look: Look) -> None:
    """A golden mark over every anchor column, and left of every anchor row."""
    columns, rows = mark_places(look)
    common = {"mode": "markers", "hoverinfo": "skip"}
    figure.add_scatter(
        x=columns,
        y=np.full(len(columns), _MARK),
        marker={"symbol": "line-ns-open", "size": 6, "color": GOLD, "line": {"width": 1.5}},
        **common,
    )
    figure.add_scatter(
        x=np.full(len(rows), 1.5 * _MARK),
        y=rows,
        marker={"symbol": "line-ew-open", "size": 6, "color": GOLD, "line": {"width": 1.5}},
        **common,
    )


def _outline(figure: go.Figure, look: Look) -> None:
    """Lines between the blocks, and a frame around the intersection."""
    rows, columns = look.exact.shape
    left, top = len(look.anchor_items) - 0.5, len(look.queries) - 0.5
    thin = {"color": INK, "width": 1}
    figure.add_shape(type="line", x0=-0.5, x1=columns - 0.5, y0=top, y1=top, line=thin)
    figure.add_shape(type="line", x0=left, x1=left, y0=-0.5, y1=rows - 0.5, line=thin)
    frame = {"color": GOLD, "width": 2.5}
    figure.add_shape(type="rect", x0=-0.5, x1=left, y0=top, y1=rows - 0.5, line=frame)


def _name_blocks(figure: go.Figure, look: Look, language: Language) -> None:
    rows, columns = look.exact.shape
    anchors, queries = len(look.anchor_items), len(look.queries)
    across = (("items", 0, anchors, GOLD), ("others", anchors, columns, INK))
    down = (("queries", 0, queries, INK), ("anchors", queries, rows, GOLD))
    common = {"showarrow": False, "xanchor": "center"}
    for name, start, end, colour in across:
        if end - start > columns // 6:
            figure.add_annotation(
                text=say(f"retrieval.matrix.block.{name}", language),
                **common | {"x": (start + end) / 2, "y": 1, "yref": "paper", "yanchor": "bottom"},
                font={"size": 11, "color": colour},
            )
    for name, start, end, colour in down:
        if end - start > rows // 6:
            figure.add_annotation(
                text=say(f"retrieval.matrix.block.{name}", language),
                textangle=-90,
                **common | {"x": 0, "xref": "paper", "xshift": -12, "y": (start + end) / 2},
                font={"size": 11, "color": colour},
            )


# --- the walk -----------------------------------------------------------------------------------


def curve(walk: Walk, look: Look, k_q: int, what: str, language: Language) -> go.Figure:
    """Recall or relative error ("recall", "error") of all solvers over k_q, and where one is."""
    figure = new_figure(height=370)
    for place, solver in enumerate(SOLVERS):
        name = say(f"retrieval.matrix.solver.{solver}", language)
        line = {"color": COLOURS[solver], "width": 2}
        figure.add_scatter(
            x=walk.k_q,
            y=getattr(walk, what)[place].numpy(),
            name=name,
            mode="lines+markers",
            line=line,
            marker={"size": 5},
            hovertemplate="%{y:.3f}",
        )
        figure.add_scatter(
            x=[k_q],
            y=[getattr(look.measured[place], what)],
            mode="markers",
            marker={"symbol": "diamond", "size": 11 if solver == look.solver else 8}
            | {"color": COLOURS[solver], "line": {"width": 1, "color": "#ffffff"}},
            showlegend=False,
            hoverinfo="skip",
        )
    _square_line(figure, walk, language)
    y = {"title": _axis(what, language)}
    scale = _LOG_SCALE if what == "error" else {"range": [-0.02, 1.04]}
    figure.update_layout(
        xaxis={"title": _axis("k_q", language)},
        yaxis=y | scale,
        title=_title(say(f"retrieval.matrix.curve.{what}", language)),
        hovermode="x unified",
        margin={"l": 56, "r": 10, "t": 84, "b": 48},
        dragmode=False,
    )
    return figure


def _square_line(figure: go.Figure, walk: Walk, language: Language) -> None:
    """Where the intersection is square; drawn after the traces."""
    if walk.k_i > max(walk.k_q):
        return
    figure.add_shape(
        type="line",
        x0=walk.k_i,
        x1=walk.k_i,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": INK, "width": 1.5, "dash": "dash"},
    )
    figure.add_annotation(
        x=walk.k_i,
        y=0.02,
        yref="paper",
        yanchor="bottom",
        xanchor="left",
        xshift=4,
        text=say("retrieval.matrix.square", language, k_i=walk.k_i),
        showarrow=False,
        font={"size": 11},
    )


def spectrum(measured: Measured, language: Language) -> go.Figure:
    """Singular values of the intersection relative to the largest, and the solver's cut."""
    values = (measured.values / measured.values[0].clamp_min(1e-300)).clamp_min(1e-17).numpy()
    cut = measured.strength**0.5 if measured.solver == "ridge" else measured.strength
    kept = values > cut
    places = np.arange(1, len(values) + 1)
    figure = new_figure(height=370)
    colour = COLOURS[measured.solver]
    for name, mask, style in (
        ("kept", kept, {"color": colour}),
        ("dropped", ~kept, {"color": "rgba(0,0,0,0)", "line": {"color": INK, "width": 1.2}}),
    ):
        if mask.any():
            key = f"retrieval.matrix.{name}.{'ridge' if measured.solver == 'ridge' else 'cut'}"
            figure.add_scatter(
                x=places[mask],
                y=values[mask],
                mode="markers",
                name=say(key, language),
                marker={"size": 6} | style,
                hovertemplate="%{x}: %{y:.2e}<extra></extra>",
            )
    low = np.log10(values[values > 1e-16].min()) - 0.4 if (values > 1e-16).any() else -16.0
    _cut_line(figure, measured, cut, low, language)
    figure.update_layout(
        xaxis={"title": _axis("number", language)},
        yaxis={
            "type": "log",
            "range": [min(low, np.log10(cut) - 0.3 if cut > 1e-9 else low), 0.2],
            "title": _axis("value", language),
            "exponentformat": "power",
            "dtick": 1,
        },
        title=_title(say("retrieval.matrix.spectrum", language)),
        margin={"l": 60, "r": 10, "t": 84, "b": 48},
        dragmode=False,
        showlegend=True,
    )
    return figure


def _cut_line(
    figure: go.Figure, measured: Measured, cut: float, low: float, language: Language
) -> None:
    """The cut, or a word at the bottom where it lies far below all values."""
    key = "ridge" if measured.solver == "ridge" else "cut"
    text = say(f"retrieval.matrix.cut.{key}", language, value=f"{measured.strength:.3g}")
    note = {"xref": "paper", "x": 0.01, "xanchor": "left", "showarrow": False}
    if cut <= 1e-9:
        below = say("retrieval.matrix.cut.below", language, cut=text)
        figure.add_annotation(
            **note, text=below, yref="paper", y=0.01, yanchor="bottom", font={"size": 11}
        )
        return
    figure.add_shape(
        type="line",
        xref="paper",
        x0=0,
        x1=1,
        y0=cut,
        y1=cut,
        line={"color": GOLD, "width": 1.5, "dash": "dash"},
    )
    figure.add_annotation(
        **note, text=text, y=float(np.log10(cut)), yanchor="top", font={"size": 11, "color": GOLD}
    )
