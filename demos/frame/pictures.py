"""Figures as files. Plotly's own button writes PNG; this one writes SVG, in the browser."""

from __future__ import annotations

import json
from typing import cast

import gradio as gr

from demos.frame.strings import text


def svg_button(plot_id: str, name: str) -> gr.Button:
    """A button that writes the figure shown in the gr.Plot of that id as name.svg."""
    button = gr.Button(cast(str, text("save_svg")), size="sm", elem_id=f"{plot_id}-svg")
    place, options = json.dumps(f"#{plot_id} .js-plotly-plot"), json.dumps({"format": "svg"})
    # Plotly puts itself there once Gradio has drawn the first figure.
    script = f"""() => {{
        const plot = document.querySelector({place});
        if (plot && window.Plotly)
            window.Plotly.downloadImage(plot, {{...{options}, filename: {json.dumps(name)}}});
    }}"""
    button.click(
        None, js=script, api_name=f"{plot_id.replace('-', '_')}_svg", api_visibility="private"
    )
    return button
