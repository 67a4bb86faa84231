"""What fields hold at first in Chinese: as declared, and as a page is told."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.frame.first_values import chinese_values, first_value, in_chinese


def held_of(app: gr.Blocks) -> list[Any]:
    """The values of an app's fields, as its configuration holds them."""
    every = [each["props"] for each in app.get_config_file()["components"]]
    return [props["value"] for props in every if "value" in props]


def test_what_is_declared_is_what_a_page_would_hold() -> None:
    cells = {"headers": ["句子"], "data": [["一"], ["二"]]}
    with gr.Blocks() as app:
        text = in_chinese(gr.Textbox("one", elem_id="text"), "一")
        models = in_chinese(gr.Dropdown(["a", "b"], value="a", elem_id="models"), "b")
        several = in_chinese(
            gr.Dropdown(["a", "b"], value=["a"], multiselect=True, elem_id="several"), ["a", "b"]
        )
        table = in_chinese(gr.Dataframe(elem_id="table"), cells)
        other = gr.Textbox("one", elem_id="other")
    with gr.Blocks() as chinese:
        gr.Textbox("一")
        gr.Dropdown(["a", "b"], value="b")
        gr.Dropdown(["a", "b"], value=["a", "b"], multiselect=True)
        gr.Dataframe(cells)
    held = held_of(chinese)
    told = chinese_values([text, models, several, table, other])
    assert told == dict(zip(("text", "models", "several", "table"), held, strict=True))
    assert first_value(models, "zh") == "b"
    assert first_value(models, "en") == "a"
    assert first_value(other, "zh") == "one"
    assert held_of(app)[:2] == ["one", "a"]
