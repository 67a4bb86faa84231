"""Buttons that put a worked example in: one for each language, to be chosen by anybody."""

from __future__ import annotations

import gradio as gr

from demos.frame.strings import LANGUAGES, Language, text


def example_buttons(name: str) -> dict[Language, gr.Button]:
    """A button by language; `name` begins their element ids, `<name>-example-zh`."""
    return {
        language: gr.Button(
            text(f"languages.example.{language}"),
            size="sm",
            min_width=120,
            elem_id=f"{name}-example-{language}",
        )
        for language in LANGUAGES
    }
