"""One theme, light and dark: paper and ink with a seal's red. System fonts: nothing is fetched."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

STYLE_SHEET = Path(__file__).with_name("style.css")

_SEAL = gr.themes.Color(
    c50="#fdf4f1",
    c100="#fae5df",
    c200="#f4c9bd",
    c300="#eba593",
    c400="#dd7862",
    c500="#c8503c",
    c600="#b03f2d",
    c700="#923224",
    c800="#762a20",
    c900="#61271f",
    c950="#34110c",
    name="seal",
)


def build_theme() -> gr.themes.Base:
    """The app's theme."""
    return gr.themes.Base(
        primary_hue=_SEAL,
        secondary_hue=_SEAL,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        font=["system-ui", "-apple-system", "Segoe UI", "Noto Sans", "sans-serif"],
        font_mono=["ui-monospace", "SFMono-Regular", "Consolas", "monospace"],
    ).set(
        body_background_fill="#fbfaf7",
        body_background_fill_dark="#191715",
        block_background_fill="#ffffff",
        block_background_fill_dark="#221f1c",
        block_border_width="1px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="white",
    )
