"""Loss and held-out Spearman of one training, or of two laid over each other."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from demos.frame.plots import PALETTE, TEMPLATE
from demos.frame.strings import Language, say
from demos.pairs.training.runs import Run, smoothed

_HEIGHT = 520


def curves_figure(runs: Sequence[Run], language: Language) -> go.Figure:
    """Held-out Spearman above, training loss below, over the same steps."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.09)
    for color, run in zip(PALETTE, runs, strict=False):
        name, group = escape(run.name), str(run.number)
        steps, values = zip(*run.evaluations, strict=True) if run.evaluations else ((), ())
        figure.add_scatter(
            x=steps,
            y=values,
            mode="lines+markers",
            name=name,
            legendgroup=group,
            line={"color": color, "width": 2},
            hovertemplate="%{x}: %{y:.4f}<extra></extra>",
            row=1,
            col=1,
        )
        places = list(range(1, len(run.losses) + 1))
        for y, width, opacity in ((run.losses, 1, 0.3), (smoothed(run.losses), 2, 1.0)):
            figure.add_scatter(
                x=places,
                y=y,
                mode="lines",
                name=name,
                legendgroup=group,
                showlegend=False,
                opacity=opacity,
                line={"color": color, "width": width},
                hovertemplate="%{x}: %{y:.4f}<extra></extra>",
                row=2,
                col=1,
            )
    margin = {"l": 64, "r": 16, "t": 84, "b": 48}  # the legend stands under the panel's own title
    figure.update_layout(template=TEMPLATE, height=_HEIGHT, margin=margin)
    figure.update_yaxes(automargin=True, title_standoff=12)
    figure.update_yaxes(title_text=say("training.axis_spearman", language), row=1, col=1)
    figure.update_yaxes(title_text=say("training.axis_loss", language), row=2, col=1)
    figure.update_xaxes(title_text=say("training.axis_step", language), row=2, col=1)
    return figure
