"""The LoRA tab: inner tabs for what one can learn about low-rank steps."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from demos.frame.demo import House
from demos.frame.strings import text
from demos.lora.cost_calculator.panel import CostPanel
from demos.lora.finetuning.panel import FinetuningPanel
from demos.lora.gradient_views.panel import GradientsPanel
from demos.lora.matrix_race.panel import RacePanel

# A panel lays itself out inside an open `gr.Tab` and wires itself.
PANELS: tuple[tuple[str, Callable[[House], object]], ...] = (
    ("race", RacePanel),
    ("gradients", GradientsPanel),
    ("tuning", FinetuningPanel),
    ("cost", CostPanel),
)


def build(house: House) -> None:
    """Lay out the tab inside an open `gr.Tab` and wire it."""
    gr.Markdown(text("lora.intro"))
    with gr.Tabs(elem_id="lora-tabs"):
        for key, panel in PANELS:
            name = text(f"lora.tab.{key}")
            with gr.Tab(name, id=f"lora-{key}", elem_id=f"lora-tab-{key}"):
                panel(house)
