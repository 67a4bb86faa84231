"""Draws a training and a prediction; computes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from demos.bayes.one_layer.reading import Prediction
from demos.bayes.one_layer.results import SHOWN, residual_name
from demos.bayes.one_layer.training import Trained
from demos.frame.labels import shortened
from demos.frame.plots import BLUE, GOLD, INK, RED, SIGNED, bar_above, new_figure
from demos.frame.strings import Language, say


def losses_figure(trained: Trained, language: Language) -> go.Figure:
    """Losses over the steps: trained positions, held-out ones, and word frequency alone."""
    figure = new_figure(height=360)
    steps = len(trained.losses)
    curves = (
        ("trained", np.arange(steps + 1), [*trained.losses, trained.trained_loss], RED, "solid"),
        ("held_out", trained.judged_at, trained.held_out, BLUE, "solid"),
        ("frequency", (0, steps), (trained.frequency_loss,) * 2, INK, "dot"),
    )
    for key, x, y, colour, dash in curves:
        figure.add_scatter(
            x=np.asarray(x),
            y=np.asarray(y, dtype=np.float32),
            name=say(f"bayes.layer.curve.{key}", language),
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate="%{y:.2f}",
        )
    figure.update_layout(
        xaxis={"title": say("bayes.layer.axis.step", language)},
        yaxis={"title": say("bayes.layer.axis.loss", language), "rangemode": "tozero"},
        hovermode="x unified",
        margin={"l": 52, "r": 12, "t": 96, "b": 48},
        dragmode=False,
    )
    return figure


def weights_figure(prediction: Prediction, language: Language) -> go.Figure:
    """Attention on the words that are looked at, in their order."""
    figure = new_figure(height=420)
    places = list(range(len(prediction.words)))
    figure.add_bar(
        x=places,
        y=prediction.weights.astype(np.float32),
        marker={"color": GOLD},
        customdata=[shortened(word) for word in prediction.words],
        hovertemplate="%{customdata}: %{y:.3f}<extra></extra>",
    )
    figure.update_layout(
        xaxis=_axis(prediction.words) | {"range": [-0.6, len(places) - 0.4]},
        yaxis={"title": say("bayes.layer.axis.weight", language), "rangemode": "tozero"},
        margin={"l": 52, "r": 12, "t": 24, "b": 84},
        dragmode=False,
    )
    return figure


def contributions_figure(prediction: Prediction, language: Language) -> go.Figure:
    """What every source adds to the likeliest words, centred; the 2-gram on the right."""
    best = prediction.best(SHOWN)
    terms = prediction.contributions[:, best].T  # [SHOWN, n + 1]
    largest = float(np.abs(terms).max()) or 1.0
    names = [*prediction.words, residual_name(prediction, language)]
    axis = _axis([*prediction.words, say("bayes.layer.residual_short", language)])
    figure = new_figure(height=420)
    figure.add_heatmap(
        z=terms.astype(np.float32),
        y=[shortened(prediction.vocabulary[number]) for number in best],
        colorscale=SIGNED,
        zmin=-largest,
        zmax=largest,
        xgap=1,
        ygap=1,
        colorbar=bar_above(say("bayes.layer.axis.nats", language)),
        customdata=[[shortened(name, 40) for name in names]] * len(best),
        hovertemplate="%{customdata} → %{y}: %{z:+.2f}<extra></extra>",
    )
    figure.update_layout(
        xaxis=axis | {"showgrid": False, "zeroline": False},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"l": 84, "r": 8, "t": 64, "b": 84},
        dragmode=False,
    )
    return figure


def _axis(words: Sequence[str]) -> dict[str, object]:
    """An axis with a word a place: the same word may stand at several."""
    shown = [shortened(word) for word in words]
    return {"tickvals": list(range(len(shown))), "ticktext": shown, "tickangle": -55}
