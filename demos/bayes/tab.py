"""The naive Bayes tab: inner tabs for many contexts at once, and for attention itself."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from demos.bayes.extension.panel import ExtensionPanel
from demos.bayes.one_layer.panel import LayerPanel
from demos.bayes.question_set.panel import QuestionsPanel
from demos.bayes.sources.panel import SourcesPanel
from demos.bayes.two_routes.panel import RoutesPanel
from demos.frame.demo import House
from demos.frame.strings import text

# A panel lays itself out inside an open `gr.Tab` and wires itself.
PANELS: tuple[tuple[str, Callable[[House], object]], ...] = (
    ("extension", ExtensionPanel),
    ("questions", QuestionsPanel),
    ("routes", RoutesPanel),
    ("layer", LayerPanel),
    ("sources", SourcesPanel),
)


def build(house: House) -> None:
    """Lay out the tab inside an open `gr.Tab` and wire it."""
    gr.Markdown(text("bayes.intro"))
    with gr.Tabs(elem_id="bayes-tabs"):
        for key, panel in PANELS:
            name = text(f"bayes.tab.{key}")
            with gr.Tab(name, id=f"bayes-{key}", elem_id=f"bayes-tab-{key}"):
                panel(house)
