"""The Pairs tab: an inner tab for each thing one can do with sentence pairs."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from demos.frame.strings import text
from demos.pairs.grid.panel import GridPanel
from demos.pairs.score.panel import ScorePanel
from models.registry import Registry

# A panel lays itself out inside an open `gr.Tab` and wires itself.
PANELS: tuple[tuple[str, Callable[[Registry, gr.Blocks], object]], ...] = (
    ("score", ScorePanel),
    ("grid", GridPanel),
)


def build(registry: Registry, app: gr.Blocks) -> None:
    """Lay out the tab inside an open `gr.Tab` and wire it."""
    gr.Markdown(text("pairs.intro"))
    with gr.Tabs(elem_id="pairs-tabs"):
        for key, panel in PANELS:
            with gr.Tab(text(f"pairs.tab.{key}"), id=f"pairs-{key}", elem_id=f"pairs-tab-{key}"):
                panel(registry, app)
