"""A button that saves a shown figure as SVG: the camera above every figure gives a PNG alone."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.frame.strings import text


def svg_button(plot: str, name: str, key: str = "save_svg") -> gr.Button:
    """A small button, wired: the browser draws the file itself.

    Args:
        plot: the plot's `elem_id`.
        name: of the file, without its ending.
        key: of the button's text.
    """
    button = gr.Button(text(key), size="sm", elem_id=f"{plot}-svg")
    api_name = f"{plot.replace('-', '_')}_svg"
    settings: dict[str, Any] = {"api_name": api_name, "api_visibility": "private"}
    # gradio's plot leaves plotly where a page finds it. On dark paper the file keeps its
    # transparent ground and mid-grey ink, which read on white as well.
    button.click(
        None,
        js=f"""() => {{
          const plot = document.querySelector('#{plot} .js-plotly-plot');
          if (plot && window.Plotly) window.Plotly.downloadImage(plot, {{
            format: 'svg', filename: '{name}',
            width: plot.clientWidth, height: plot.clientHeight}});
        }}""",
        **settings,
    )
    return button
