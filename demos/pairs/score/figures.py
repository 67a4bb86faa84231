"""The Pairs tab's figure: one model's scores against another's."""

from __future__ import annotations

import textwrap
from html import escape

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import BLUE, INK, RED, new_figure
from demos.frame.strings import Language, say
from demos.pairs.agreement import Disagreement, descending_ranks
from demos.pairs.pair_set import PairSet
from demos.pairs.scoring import ModelScores

_MAX_HOVER_TEXTS = 2_000
_HOVER_CHARACTERS = 90
_OFFSETS = (
    (22, 22),
    (-22, -22),
    (22, -22),
    (-22, 22),
)  # neighbours' numbers part in four directions


def agreement_figure(
    pair_set: PairSet,
    x: ModelScores,
    y: ModelScores,
    disagreements: list[Disagreement],
    language: Language,
) -> go.Figure:
    """Scatter of scores; the pairs of greatest rank disagreement are numbered and drawn in red."""
    figure = new_figure(height=440)
    marked = np.zeros(len(pair_set), dtype=bool)
    marked[[d.index for d in disagreements]] = True
    hover = _hover_texts(pair_set, x, y, language)
    for chosen, color, size in ((~marked, BLUE, 9), (marked, RED, 12)):
        indices = np.flatnonzero(chosen)
        # SVG is sharper; WebGL carries more points.
        draw = figure.add_scattergl if len(pair_set) > _MAX_HOVER_TEXTS else figure.add_scatter
        draw(
            x=x.scores[indices],
            y=y.scores[indices],
            mode="markers",
            marker={"color": color, "size": size if len(pair_set) < 2_000 else 5, "opacity": 0.75},
            text=[hover[i] for i in indices] if hover else None,
            hovertemplate="%{text}<extra></extra>" if hover else None,
            showlegend=False,
        )
    for number, d in enumerate(disagreements, start=1):
        figure.add_annotation(
            x=float(x.scores[d.index]),
            y=float(y.scores[d.index]),
            text=str(number),
            ax=_OFFSETS[number % 4][0],
            ay=_OFFSETS[number % 4][1],
            arrowwidth=1,
            arrowcolor=RED,
            arrowhead=0,
            standoff=4,
            font={"color": RED, "size": 14},
        )
    figure.update_xaxes(title_text=escape(x.card.title), title_font={"color": INK})
    figure.update_yaxes(title_text=escape(y.card.title), title_font={"color": INK})
    return figure


def _hover_texts(
    pair_set: PairSet, x: ModelScores, y: ModelScores, language: Language
) -> list[str]:
    if len(pair_set) > _MAX_HOVER_TEXTS:
        return []  # the figure would outweigh the page
    rank_x, rank_y = descending_ranks(x.scores), descending_ranks(y.scores)
    texts = []
    for index, pair in enumerate(pair_set.pairs):
        sentences = "<br>".join(_shortened(sentence) for sentence in pair)
        ranks = say(
            "pairs.ranked",
            language,
            x=escape(x.card.title),
            y=escape(y.card.title),
            rank_x=f"{rank_x[index]:g}",
            rank_y=f"{rank_y[index]:g}",
        )
        texts.append(f"{sentences}<br>{ranks}")
    return texts


def _shortened(sentence: str) -> str:
    short = textwrap.shorten(sentence[: 2 * _HOVER_CHARACTERS], _HOVER_CHARACTERS, placeholder="…")
    return escape(short if short != "…" else sentence[:_HOVER_CHARACTERS] + "…")
