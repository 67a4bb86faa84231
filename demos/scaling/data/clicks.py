"""A click on a point of a figure: gradio's plot has no such event, plotly's own graph has one."""

from __future__ import annotations

import json


def click_script(plot: str) -> str:
    """The script of a `gr.HTML` that has the event `click` with the clicked point's `place`.

    The place is the first entry of the point's `customdata`. Gradio draws a figure anew when its
    value changes, and a graph that is drawn anew has forgotten who listened: so it is asked again
    after every change of the page inside the plot.

    Args:
        plot: the plot's `elem_id`.
    """
    return f"""
const selector = '#' + {json.dumps(plot)};
const told = (event) => {{
    const data = event.points && event.points[0] && event.points[0].customdata;
    if (data) trigger('click', {{place: data[0]}});
}};
let watched = null;
const listen = () => {{
    const graph = watched.querySelector('.js-plotly-plot');
    if (!graph || !graph.on) return;
    graph.removeListener('plotly_click', told);
    graph.on('plotly_click', told);
}};
const observer = new MutationObserver(listen);
const watch_plot = () => {{
    if (!element.isConnected) {{ observer.disconnect(); return clearInterval(timer); }}
    const now = document.querySelector(selector);
    if (now === watched) return;
    observer.disconnect();
    watched = now;
    if (!now) return;
    observer.observe(now, {{childList: true, subtree: true}});
    listen();
}};
const timer = setInterval(watch_plot, 500);
watch_plot();
"""
