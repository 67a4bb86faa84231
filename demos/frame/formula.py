"""Text with formulas: the one setting of what stands between dollar signs."""

from __future__ import annotations

import gradio as gr

from demos.frame.strings import text

# Two dollars before one: the first delimiter that fits is taken.
DELIMITERS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]


def formula_markdown(key: str) -> gr.Markdown:
    """A text of that key as Markdown with LaTeX formulas."""
    return gr.Markdown(text(key), latex_delimiters=DELIMITERS)
