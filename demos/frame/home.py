"""The home page: what this is in three sentences, and a link to every page."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from demos.frame.demo import Demo
from demos.frame.strings import link, text


def build_home(demos: Sequence[Demo]) -> None:
    """Lay out the first page: a card for each demo."""
    gr.Markdown(text("home.text"), elem_id="home-text")
    for start in range(0, len(demos), 2):
        with gr.Row(equal_height=True):
            for demo in demos[start : start + 2]:
                _build_card(demo)


def _build_card(demo: Demo) -> None:
    with gr.Column(elem_classes="kl-card", min_width=300):
        gr.Markdown(f"### {text(f'{demo.key}.title')}")
        gr.Markdown(text(f"{demo.key}.summary"))
        links = " · ".join(f"[{post}](https://kexue.fm/archives/{post})" for post in demo.posts)
        gr.Markdown(f"kexue.fm: {links}")
        gr.HTML(
            link(f"./{demo.key}", demo.key, "home.open", ' class="kl-open"'),
            container=False,
            elem_id=f"home-open-{demo.key}",
        )
