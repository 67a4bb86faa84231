"""What all panels of the tab share: registry, open indexes, the chooser of the corpus."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from demos.frame.demo import House
from demos.retrieval.shelf import Shelf


@dataclass(frozen=True)
class Desk:
    """`corpus` is the dropdown above all panels; its value is the key that `shelf.open` takes."""

    house: House
    shelf: Shelf
    corpus: gr.Dropdown
