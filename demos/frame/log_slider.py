"""A slider whose way is the logarithm of its value: from .1 to 10, with 1 in the middle.

Gradio's own slider is linear, and would show the logarithm where people look for the number.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import gradio as gr

from demos.frame.errors import InputProblem

_STEPS = 200  # both ends are among them
_TEMPLATE = """<label class="kl-log-slider"><span>${{label}}<output></output></span>
<input type="range" min="{low}" max="{high}" step="{step}"{whole}>
<small><i>{ends[0]}</i><i>{ends[1]}</i><i>{ends[2]}</i></small></label>"""
# The template holds no value: it is laid out once, so that a slider on its way is never replaced.
_SCRIPT = """
const range = element.querySelector('input'), output = element.querySelector('output');
const read = () => Math.pow(10, parseFloat(range.value));
const whole = Boolean(range.dataset.whole);
const show = (value) => {
    output.textContent = whole ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
    range.setAttribute('aria-valuetext', output.textContent);
};
const put = () => {
    const value = parseFloat(props.value);
    range.value = Math.log10(value);
    show(value);
};
put();
watch('value', put);
range.addEventListener('input', () => {
    show(read());
    props.value = whole ? String(Math.round(read())) : read().toPrecision(6);
    trigger('input');
});
"""


def log_slider(
    label: Any,
    low: float,
    high: float,
    value: float,
    elem_id: str,
    whole: bool = False,
    visible: bool | Literal["hidden"] = True,
) -> gr.HTML:
    """A slider from low to high, both above 0. Its value is a string: see `as_number`.

    It has the event `input`, which is best heard with `trigger_mode="always_last"`.

    Args:
        label: above it.
        low: its left end.
        high: its right end.
        value: where it stands at first.
        elem_id: the element's id.
        whole: whether it stands at whole numbers alone.
        visible: as Gradio means it; "hidden" keeps it in the page.
    """
    middle = math.sqrt(low * high)
    written = "{:,.0f}" if whole else "{:g}"
    fits = middle == round(middle, 0 if whole else 2)
    ends = (written.format(low), written.format(middle) if fits else "", written.format(high))
    start, end = math.log10(low), math.log10(high)
    return gr.HTML(
        f"{value:.0f}" if whole else f"{value:g}",
        label=label,
        html_template=_TEMPLATE.format(
            low=start,
            high=end,
            step=(end - start) / _STEPS * (1 - 1e-9),  # else rounding may leave out the last one
            ends=ends,
            whole=' data-whole="true"' if whole else "",
        ),
        js_on_load=_SCRIPT,
        elem_id=elem_id,
        container=True,
        min_width=200,
        visible=visible,
    )


def is_log_slider(block: object) -> bool:
    """Whether a component is one of these."""
    return isinstance(block, gr.HTML) and 'class="kl-log-slider"' in str(block.html_template)


def as_number(value: object, low: float, high: float) -> float:
    """The number that such a slider stands at.

    Raises:
        InputProblem: there is none between its ends.
    """
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not low * (1 - 1e-3) <= number <= high * (1 + 1e-3):
        raise InputProblem("slider_range", low=f"{low:g}", high=f"{high:g}")
    return number
