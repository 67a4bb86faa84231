"""The Pairs tab: an inner tab for each thing one can do with sentence pairs."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from demos.frame.demo import House
from demos.frame.strings import text
from demos.pairs.grid.panel import GridPanel
from demos.pairs.playground.panel import PlaygroundPanel
from demos.pairs.published.panel import PublishedPanel
from demos.pairs.score.panel import ScorePanel
from demos.pairs.training.panel import TrainingPanel

# A panel lays itself out inside an open `gr.Tab` and wires itself.
PANELS: tuple[tuple[str, Callable[[House], object]], ...] = (
    ("score", ScorePanel),
    ("grid", GridPanel),
    ("playground", PlaygroundPanel),
    ("training", TrainingPanel),
    ("published", PublishedPanel),
)


def build(house: House) -> None:
    """Lay out the tab inside an open `gr.Tab` and wire it."""
    gr.Markdown(text("pairs.intro"))
    with gr.Tabs(elem_id="pairs-tabs"):
        for key, panel in PANELS:
            with gr.Tab(text(f"pairs.tab.{key}"), id=f"pairs-{key}", elem_id=f"pairs-tab-{key}"):
                panel(house)
