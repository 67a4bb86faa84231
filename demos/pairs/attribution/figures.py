"""The change that each token makes, one chart a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from demos.frame.labels import shortened
from demos.frame.plots import BLUE, INK, RED, TEMPLATE
from demos.frame.strings import Language, say
from demos.pairs.attribution.leave_one_out import Variants
from models.catalog import ModelKind

_ROW, _GAP, _TOP, _BOTTOM = 24, 84, 84, 52  # pixels; a title has two lines


@dataclass(frozen=True)
class Moved:
    """A model's score of the pair and the change by each token [n]."""

    title: str
    score: float
    changes: NDArray[np.float64]
    kind: ModelKind


def moved_figure(variants: Variants, moved: Sequence[Moved], language: Language) -> go.Figure:
    """Bars by token in reading order, sentence A above sentence B; each model has its own scale."""
    rows = len(moved)
    count = len(variants.tokens)
    inner = rows * count * _ROW + (rows - 1) * _GAP
    figure = make_subplots(
        rows=rows,
        cols=1,
        subplot_titles=[f"{escape(m.title)}<br>{m.score:.4f}" for m in moved],
        vertical_spacing=_GAP / inner,
    )
    labels = [f"{'AB'[token.side]} · {shortened(token.text)}" for token in variants.tokens]
    for row, model in enumerate(moved, start=1):
        figure.add_bar(
            x=model.changes,
            y=list(range(count)),
            orientation="h",
            marker={"color": [BLUE if value >= 0 else RED for value in model.changes]},
            text=[f"{value:+.3f}" for value in model.changes],
            textposition="outside",
            textfont={"size": 11, "color": INK},
            cliponaxis=False,
            customdata=[escape(token.text) for token in variants.tokens],
            hovertemplate="%{customdata}: %{x:+.4f}<extra></extra>",
            showlegend=False,
            row=row,
            col=1,
        )
        most = float(np.abs(model.changes).max()) or 1.0
        figure.update_xaxes(range=[-1.35 * most, 1.35 * most], nticks=5, row=row, col=1)
    figure.update_yaxes(
        tickvals=list(range(count)),
        ticktext=labels,
        tickfont={"size": 12},
        range=[count - 0.5, -0.5],
        automargin=True,
        showgrid=False,
    )
    title = say("attribution.axis", language)
    figure.update_xaxes(title_text=title, title_font={"size": 12}, row=rows, col=1)
    figure.update_layout(
        template=TEMPLATE,
        height=inner + _TOP + _BOTTOM,
        margin={"t": _TOP, "b": _BOTTOM},
        dragmode=False,
    )
    figure.update_annotations(font={"size": 13})  # the titles
    return figure
