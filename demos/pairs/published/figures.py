"""Published gaps and their noise, the ceiling of binary labels, our curves, the probe's ranks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from demos.frame.plots import GRID, PALETTE, TEMPLATE, new_figure
from demos.frame.strings import Language, say
from demos.pairs.examples.data import ProbePair
from demos.pairs.published.probe import Probed, kinds_of
from demos.pairs.published.summary import Curves
from demos.pairs.published.tables import BI_ENCODERS, CROSS_ENCODERS, NOISE
from models.train.session import LOSS_NAMES


def gaps_figure(language: Language) -> go.Figure:
    """CoSENT minus its baseline on each data set; inside the band a gap may be noise.

    Bi-encoders and cross-encoders have axes of their own: their gaps differ tenfold.
    """
    titles = [say(f"published.gaps_{kind}", language) for kind in ("bi", "cross")]
    figure = make_subplots(rows=2, cols=1, subplot_titles=titles, vertical_spacing=0.16)
    for row, comparisons in enumerate((BI_ENCODERS, CROSS_ENCODERS), start=1):
        for color, comparison in zip(PALETTE, comparisons, strict=False):
            names, values = zip(*comparison.gaps(), strict=True)
            figure.add_scatter(
                x=list(names),
                y=list(values),
                mode="markers",
                name=comparison.cosent.model.split(" ")[0],
                legendgroup=color,
                showlegend=row == 1,
                marker={"size": 11, "color": color},
                hovertemplate="%{x}: %{y:+.2f}<extra></extra>",
                row=row,
                col=1,
            )
        # After the points: a band is not drawn into an axis that holds nothing yet.
        band = {"fillcolor": GRID, "line_width": 0, "layer": "below"}
        figure.add_hrect(y0=-NOISE, y1=NOISE, row=row, col=1, **band)
    figure.update_yaxes(title_text=say("published.gap", language), title_font={"size": 12})
    figure.update_yaxes(range=[-1.6, 1.6], row=2, col=1)
    note = say("published.noise_band", language, noise=NOISE)
    figure.update_xaxes(title_text=note, title_font={"size": 12}, row=2, col=1)
    figure.update_layout(template=TEMPLATE, height=560, margin={"t": 96})
    figure.update_layout(legend={"y": 1.07})
    return figure


def ceiling_figure(language: Language) -> go.Figure:
    """The highest Spearman that binary labels allow, by the share of the higher one."""
    share = np.linspace(0, 1, 101)
    figure = new_figure(height=300)
    figure.add_scatter(
        x=share,
        y=np.sqrt(3 * share * (1 - share)),
        mode="lines",
        line={"color": PALETTE[0]},
        hovertemplate="p = %{x:.2f}: %{y:.3f}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(title_text=say("published.positive_share", language))
    figure.update_yaxes(title_text=say("published.highest", language), range=[0, 1])
    return figure


def curves_figure(curves: Sequence[Curves], language: Language) -> go.Figure:
    """Mean over seeds with the band from the lowest to the highest, one colour a loss."""
    figure = new_figure(height=400)
    for color, each in zip(PALETTE, curves, strict=False):
        low, high = each.spearman.min(axis=0), each.spearman.max(axis=0)
        group = each.loss
        figure.add_scatter(
            x=np.concatenate([each.steps, each.steps[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            mode="lines",
            line={"width": 0, "color": color},
            opacity=0.25,
            legendgroup=group,
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=each.steps,
            y=each.spearman.mean(axis=0),
            mode="lines+markers",
            name=LOSS_NAMES[each.loss],
            legendgroup=group,
            line={"color": color, "width": 2},
            hovertemplate="%{x}: %{y:.4f}<extra></extra>",
        )
    figure.update_xaxes(title_text=say("training.axis_step", language))
    figure.update_yaxes(title_text=say("training.axis_spearman", language))
    figure.update_layout(margin={"t": 84})
    return figure


def probe_figure(
    probe: Sequence[ProbePair], models: Sequence[Probed], language: Language
) -> go.Figure:
    """Each pair's rank by kind: where a model puts negated pairs, swapped roles, and so on."""
    kinds = kinds_of(probe)
    figure = new_figure(height=120 + 46 * len(kinds))
    place = {kind: index for index, kind in enumerate(kinds)}
    offsets = (np.arange(len(models)) - (len(models) - 1) / 2) * 0.22
    for color, model, offset in zip(PALETTE, models, offsets, strict=False):
        figure.add_scatter(
            x=model.ranks,
            y=[place[pair.kind] + offset for pair in probe],
            mode="markers",
            name=escape(model.title),
            marker={"color": color, "size": 8, "opacity": 0.8},
            text=[f"{escape(p.sentence1)}<br>{escape(p.sentence2)}" for p in probe],
            hovertemplate="%{text}<br>%{x:g}<extra></extra>",
        )
    figure.update_yaxes(
        tickvals=list(range(len(kinds))),
        ticktext=[say(f"published.kind.{kind}", language) for kind in kinds],
        range=[len(kinds) - 0.5, -0.5],
        automargin=True,
    )
    figure.update_xaxes(title_text=say("published.rank", language))
    figure.update_layout(margin={"t": 84})
    return figure
