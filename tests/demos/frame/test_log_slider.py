from typing import Any

import gradio as gr
import pytest

from demos.frame.errors import InputProblem
from demos.frame.log_slider import as_number, log_slider


def test_the_slider_holds_its_value_as_text() -> None:
    with gr.Blocks() as app:
        slider = log_slider("T", 0.1, 10, 2.5, "here")
    assert slider.value == "2.5"
    assert "${value}" not in slider.html_template  # laid out once
    assert [as_number(end, 0.1, 10) for end in ("0.1", "10", "2.5")] == [0.1, 10.0, 2.5]
    assert app.blocks


@pytest.mark.parametrize("value", ["", None, "x", "nan", "inf", "0", "-1", "10.1", "0.09", [1]])
def test_what_is_not_on_the_slider_is_refused(value: Any) -> None:
    with pytest.raises(InputProblem, match=r"between 0\.1 and 10"):
        as_number(value, 0.1, 10)


def test_a_slider_of_whole_numbers_writes_them_out() -> None:
    with gr.Blocks():
        slider = log_slider("K", 1, 1_000_000, 500, "here", whole=True, visible="hidden")
    assert slider.value == "500"
    assert "<i>1</i><i>1,000</i><i>1,000,000</i>" in slider.html_template
    assert 'data-whole="true"' in slider.html_template
    assert slider.visible == "hidden"
