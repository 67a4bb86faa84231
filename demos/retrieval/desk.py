"""What all panels of the page share: registry, open indexes, the chooser of the corpus."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.strings import text
from demos.retrieval import helpdesk
from demos.retrieval.shelf import Shelf


@dataclass(frozen=True)
class Desk:
    """`corpus` is the dropdown above all panels; its value is the key that `shelf.open` takes."""

    context: AppContext
    shelf: Shelf
    corpus: gr.Dropdown


def lay_out_desk(context: AppContext) -> Desk:
    """The chooser of the corpus, which stands above the panels."""
    corpus = gr.Dropdown(
        [(text("retrieval.helpdesk"), helpdesk.KEY)],
        value=helpdesk.KEY,
        label=text("retrieval.corpus"),
        info=text("retrieval.corpus_hint"),
        elem_id="retrieval-corpus",
    )
    return Desk(context, Shelf(context.registry), corpus)
