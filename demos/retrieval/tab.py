"""The Retrieval tab: a chooser of the corpus above inner tabs for what one can do with it."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from demos.frame.demo import House
from demos.frame.strings import text
from demos.retrieval import helpdesk
from demos.retrieval.ask.panel import AskPanel
from demos.retrieval.compare.panel import ComparePanel
from demos.retrieval.desk import Desk
from demos.retrieval.indexing.panel import IndexingPanel
from demos.retrieval.matrix.panel import MatrixPanel
from demos.retrieval.shelf import Shelf

# A panel lays itself out inside an open `gr.Tab` and wires itself.
PANELS: tuple[tuple[str, Callable[[Desk], object]], ...] = (
    ("ask", AskPanel),
    ("compare", ComparePanel),
    ("matrix", MatrixPanel),
    ("indexing", IndexingPanel),
)


def build(house: House) -> None:
    """Lay out the tab inside an open `gr.Tab` and wire it."""
    gr.Markdown(text("retrieval.intro"))
    corpus = gr.Dropdown(
        [(text("retrieval.helpdesk"), helpdesk.KEY)],
        value=helpdesk.KEY,
        label=text("retrieval.corpus"),
        info=text("retrieval.corpus_hint"),
        elem_id="retrieval-corpus",
    )
    desk = Desk(house, Shelf(house.registry), corpus)
    with gr.Tabs(elem_id="retrieval-tabs"):
        for key, panel in PANELS:
            name = text(f"retrieval.tab.{key}")
            with gr.Tab(name, id=f"retrieval-{key}", elem_id=f"retrieval-tab-{key}"):
                panel(desk)
