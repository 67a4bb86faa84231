"""Draws where a prediction comes from; computes nothing."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from demos.bayes.sources.reading import Found
from demos.frame.labels import shortened
from demos.frame.plots import BLUE, GOLD, RED, SIGNED, bar_above, new_figure
from demos.frame.strings import Language, say

_LABELS = 32  # tokens that are written; of more every second, third, ... is
_LABEL_WIDTH = 12


def heat_figure(found: Found, language: Language) -> go.Figure:
    """What comes straight from each token to each candidate, against the vocabulary's mean."""
    n = len(found.names)
    largest = float(np.abs(found.tokens).max()) or 1.0
    labels = [token_label(name) for name in found.names]
    step = -(-n // _LABELS)
    candidates = [token_label(name) for name in found.candidates]
    figure = new_figure(height=460)
    figure.add_heatmap(
        z=found.tokens,
        colorscale=SIGNED,
        zmin=-largest,
        zmax=largest,
        xgap=1 if n <= 64 else 0,
        ygap=1,
        colorbar=bar_above(say("bayes.sources.axis.logit", language)),
        customdata=[
            [f"{place + 1} · {label} → {candidate}" for place, label in enumerate(labels)]
            for candidate in candidates
        ],
        hovertemplate="%{customdata}: %{z:+.3f}<extra></extra>",
    )
    figure.update_layout(
        xaxis={
            "tickvals": list(range(0, n, step)),
            "ticktext": labels[::step],
            "tickangle": -90,
            "tickfont": {"size": 11},
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "tickvals": list(range(len(candidates))),
            "ticktext": candidates,
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
        },
        margin={"l": 84, "r": 8, "t": 64, "b": 92},
        dragmode=False,
    )
    return figure


def layers_figure(found: Found, candidate: int, language: Language) -> go.Figure:
    """A candidate's logit layer by layer, before the first one the embedding; totals in names."""
    embedding, attention, mlp, _ = found.totals[candidate].tolist()
    layers = np.arange(1, found.mlp.shape[1] + 1)
    figure = new_figure(height=400)
    for key, x, y, total, colour in (
        ("embedding", np.zeros(1), found.embedding[candidate : candidate + 1], embedding, GOLD),
        ("attention", layers, found.attention[candidate], attention, RED),
        ("mlp", layers, found.mlp[candidate], mlp, BLUE),
    ):
        figure.add_bar(
            x=x,
            y=y,
            name=say(f"bayes.sources.bar.{key}", language, total=f"{total:+.2f}"),
            marker={"color": colour},
            hovertemplate="%{x}: %{y:+.3f}<extra></extra>",
        )
    figure.update_layout(
        barmode="relative",
        xaxis={"title": say("bayes.sources.axis.layer", language), "showgrid": False},
        yaxis={"title": say("bayes.sources.axis.logit", language)},
        margin={"l": 52, "r": 12, "t": 84, "b": 48},
        dragmode=False,
    )
    return figure


def token_label(name: str) -> str:
    """A token as plotly may write it: short, escaped, and its direction kept to itself."""
    return f"\u2068{shortened(name, _LABEL_WIDTH)}\u2069"
