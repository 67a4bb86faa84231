"""The Attention tab: model and text above inner tabs for what one can do with them."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from demos.attention.axiom_board.panel import AxiomsPanel
from demos.attention.decoder.panel import DecoderPanel
from demos.attention.desk import Desk
from demos.attention.distribution.panel import SparsityPanel
from demos.attention.heads.panel import HeadsPanel
from demos.attention.laboratory.panel import LaboratoryPanel
from demos.attention.sidebyside.panel import SideBySidePanel
from demos.attention.spectrum.panel import SpectrumPanel
from demos.frame.demo import House
from demos.frame.strings import text

# A panel lays itself out inside an open `gr.Tab` and wires itself.
PANELS: tuple[tuple[str, Callable[[Desk], object]], ...] = (
    ("heads", HeadsPanel),
    ("sidebyside", SideBySidePanel),
    ("sparsity", SparsityPanel),
    ("axioms", AxiomsPanel),
    ("rank", SpectrumPanel),
    ("laboratory", LaboratoryPanel),
    ("decoder", DecoderPanel),
)


def build(house: House) -> None:
    """Lay out the tab inside an open `gr.Tab` and wire it."""
    gr.Markdown(text("attention.intro"))
    desk = Desk(house)
    with gr.Tabs(elem_id="attention-tabs"):
        for key, panel in PANELS:
            name = text(f"attention.tab.{key}")
            with gr.Tab(name, id=f"attention-{key}", elem_id=f"attention-tab-{key}"):
                panel(desk)
