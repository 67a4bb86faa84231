"""A tab that has just been selected: what is sent to it before it is laid out is lost.

Gradio lays out the inside of a tab when it is first selected. A handler of `tab.select` that is
quick would answer earlier than that, and its updates would find no component.
"""

from __future__ import annotations

import json
from typing import Any, cast

import gradio as gr
from gradio.context import Context

_MOST_FRAMES = 600  # ten seconds: whoever has left the tab does not keep it waiting
_FITTED_FRAMES = 40  # two seconds: plotly itself is fetched before the first figure


def when_laid_out(*elem_ids: str) -> str:
    """The `js` of an event that goes on once the elements are there; inputs stay as they are."""
    return f"""async (...values) => {{
        const frame = () => new Promise((go) => setTimeout(go, 16));
        const there = () => {json.dumps(elem_ids)}.every((id) => document.getElementById(id));
        for (let i = 0; i < {_MOST_FRAMES} && !there(); i++) await frame();
        await frame(); await frame();
        return values;
    }}"""


def first_selection(name: str, *there: str) -> gr.State:
    """A state that changes once: when the open tab has been selected and laid out.

    Args:
        name: of the endpoint, `<name>_select`.
        there: element ids that are waited for, such as of something at the panel's end.
    """
    opened = gr.State(False)
    cast(gr.Tab, Context.block).select(
        lambda: True,
        None,
        opened,
        js=when_laid_out(*there),
        api_name=f"{name}_select",
        show_progress="hidden",
        api_visibility="private",
    )
    return opened


def once_open(name: str, *changes: Any) -> Any:
    """A trigger in place of several that a panel hears only when it has been laid out.

    A change that every panel listened to would be an event of the server's for each of them,
    opened or not. What is inside a tab that was never selected is not in the page: there is no
    button to be clicked on.

    Args:
        name: prefix of the button's id.
        changes: triggers, such as `state.change`.
    """
    renew = gr.Button(visible="hidden", elem_id=f"{name}-renew")
    gr.on(
        list(changes),
        None,
        js=f"() => {{ document.getElementById('{name}-renew')?.click(); }}",
        api_name=f"{name.replace('-', '_')}_renew",
        show_progress="hidden",
        api_visibility="private",
    )
    return renew.click


def plots_fitted(elem_id: str) -> str:
    """The `js` of an event that follows a drawing: figures inside the element take its width.

    A figure that is drawn in the moment in which its place appears, or while it is hidden, does
    not know its width and takes plotly's own.
    """
    return f"""async () => {{
        const off = (plot) => {{
            const drawn = plot.querySelector('svg.main-svg');
            return drawn && plot.clientWidth && Math.abs(drawn.clientWidth - plot.clientWidth) > 1;
        }};
        for (let i = 0; i < {_FITTED_FRAMES}; i++) {{
            for (const plot of document.querySelectorAll('#{elem_id} .js-plotly-plot'))
                if (off(plot) && window.Plotly) await window.Plotly.Plots.resize(plot);
            await new Promise((go) => setTimeout(go, 50));
        }}
    }}"""
