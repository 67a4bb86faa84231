"""How fast each strategy comes by the best items."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from demos.frame.plots import new_figure
from demos.frame.strings import Language, say
from demos.retrieval.ask.asking import Asked, found_by_calls, known_best
from demos.retrieval.colours import STRATEGY_COLOURS
from demos.retrieval.search import DEFAULT_STRATEGY


def purchases_figure(asked: Asked, language: Language) -> go.Figure:
    """Calls spent against how many of the best ten had been bought; brute force is left out."""
    best = known_best(asked)
    figure = new_figure(height=360)
    for answer in asked.answers:
        if answer.strategy == "brute":
            continue
        found = np.concatenate([[0], found_by_calls(asked, answer, best)])
        name = say(f"retrieval.strategy.{answer.strategy}", language)
        figure.add_scatter(
            x=np.arange(len(found), dtype=np.int32),
            y=found.astype(np.int32),
            mode="lines",
            line={
                "shape": "hv",
                "color": STRATEGY_COLOURS[answer.strategy],
                "width": 3.5 if answer.strategy == DEFAULT_STRATEGY else 2,
            },
            name=name,
            hovertemplate=say("retrieval.ask.hover", language, name=name),
        )
    key = "retrieval.ask.axis_true" if asked.truth is not None else "retrieval.ask.axis_best"
    figure.update_layout(
        xaxis_title=say("retrieval.ask.axis_calls", language),
        yaxis={
            "title": {"text": say(key, language, n=len(best))},
            "range": [-0.3, len(best) + 0.3],
        },
        margin={"t": 84},
    )
    return figure
