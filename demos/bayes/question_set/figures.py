"""Means of every way, with their intervals."""

from __future__ import annotations

import plotly.graph_objects as go

from demos.bayes.question_set.results import MEASURES, way_name
from demos.bayes.question_set.running import Outcome
from demos.frame.plots import BLUE, GOLD, GREEN, new_figure
from demos.frame.strings import Language, say

_COLOURS = {"exact": GREEN, "f1": BLUE, "holds": GOLD}


def means_figure(outcome: Outcome, language: Language) -> go.Figure:
    """A row for every way, a point with its interval for every measure."""
    ways = outcome.setting.ways
    figure = new_figure(height=130 + 56 * len(ways))
    for place, measure in enumerate(MEASURES):
        means = [getattr(outcome.means(way), measure) for way in ways]
        figure.add_trace(
            go.Scatter(
                x=[mean.value for mean in means],
                y=[row + 0.22 * (place - 1) for row in range(len(ways))],
                error_x={
                    "array": [mean.high - mean.value for mean in means],
                    "arrayminus": [mean.value - mean.low for mean in means],
                    "thickness": 1.5,
                    "width": 3,
                },
                mode="markers",
                marker={"size": 9, "color": _COLOURS[measure]},
                name=say(f"bayes.questions.measure.{measure}", language),
                customdata=[
                    [way_name(way, language), m.low, m.high]
                    for way, m in zip(ways, means, strict=True)
                ],
                hovertemplate="%{customdata[0]}: %{x:.3f}"
                " [%{customdata[1]:.3f}, %{customdata[2]:.3f}]<extra></extra>",
            )
        )
    figure.update_yaxes(
        tickvals=list(range(len(ways))),
        ticktext=[way_name(way, language) for way in ways],
        autorange="reversed",
        automargin=True,
    )
    figure.update_xaxes(range=[-0.02, 1.02], title=say("bayes.questions.axis", language))
    return figure
