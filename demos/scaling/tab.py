"""The Scaling tab: points and law above inner tabs for what one can learn from them."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from demos.frame.demo import House
from demos.frame.strings import text
from demos.scaling.budgets.panel import IsoFlopPanel
from demos.scaling.comparison.panel import ComparePanel
from demos.scaling.data.panel import DataPanel
from demos.scaling.desk import Desk
from demos.scaling.fitted.panel import FitPanel
from demos.scaling.optimal.panel import FrontierPanel
from demos.scaling.planning.panel import PlanPanel
from demos.scaling.quanta_laboratory.panel import QuantaPanel

# A panel lays itself out inside an open `gr.Tab` and wires itself.
PANELS: tuple[tuple[str, Callable[[Desk], object]], ...] = (
    ("data", DataPanel),
    ("fit", FitPanel),
    ("compare", ComparePanel),
    ("frontier", FrontierPanel),
    ("isoflop", IsoFlopPanel),
    ("plan", PlanPanel),
    ("quanta", QuantaPanel),
)


def build(house: House) -> None:
    """Lay out the tab inside an open `gr.Tab` and wire it."""
    gr.Markdown(text("scaling.intro"))
    desk = Desk(house)
    with gr.Tabs(elem_id="scaling-tabs"):
        for key, panel in PANELS:
            name = text(f"scaling.tab.{key}")
            with gr.Tab(name, id=f"scaling-{key}", elem_id=f"scaling-tab-{key}"):
                panel(desk)
