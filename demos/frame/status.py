"""The registry's status line: device, loaded models, queue; the reason stands in its tooltip."""

from __future__ import annotations

from html import escape
from typing import cast

import gradio as gr
from gradio.context import Context

from demos.frame.strings import Language, language_of, said, say
from models.registry import Registry, RegistryStatus

# What is heard of the server, or not, is said by the page's script (`page.js`).
_REFRESH = """
const refresh = async () => {
  if (!element.isConnected) return clearInterval(timer);
  if (document.hidden) return;
  try {
    const [app, line] = await server.status_line();
    props.value = line;
    window.kexue?.heard(app);
  } catch { window.kexue?.heard(null); }
};
const timer = setInterval(refresh, 4000);
refresh();
"""


def status_html(status: RegistryStatus, language: Language) -> str:
    """One line for people; details on hover."""
    if status.device == "starting":
        return _line(say("status.starting", language), "", busy=True)
    if status.device == "failed":
        return _line(say("status.failed", language), said(status.reason, language), busy=True)
    names = ", ".join(model.key for model in status.models) or say("status.no_model", language)
    line = say(
        "status.ready",
        language,
        device=status.device,
        dtype=status.dtype,
        models=names if len(status.models) < 3 else f"{len(status.models)}",
        megabytes=f"{status.nbytes / 1e6:.0f}",
        queue=status.queue_length,
    )
    detail = say(
        "status.detail",
        language,
        reason=said(status.reason, language),
        names=names,
        calls=status.calls,
        hits=status.cache_hits,
    )
    return _line(line, detail, busy=status.queue_length > 0)


def computed_on(registry: Registry, language: Language) -> str:
    """Where something was computed, and why there: the sentence under a result."""
    status = registry.status()
    return say(
        "status.computed_on",
        language,
        device=status.device,
        dtype=status.dtype,
        reason=said(status.reason, language),
    )


def build_status_line(registry: Registry) -> None:
    """Lay out the line, which keeps itself fresh.

    Not by an event of a timer: every event that ends, whatever it is of, takes what validators said
    away from all fields of the page.
    """

    app = cast(gr.Blocks, Context.root_block)

    def status_line(_: object, request: gr.Request) -> tuple[str, str]:
        return str(app.app_id), status_html(registry.status(), language_of(request))

    gr.HTML(
        elem_id="status",
        container=False,
        padding=False,
        js_on_load=_REFRESH,
        server_functions=[status_line],
    )


def _line(text: str, detail: str, busy: bool) -> str:
    dot = '<i class="busy"></i>' if busy else "<i></i>"
    return f'<div class="kl-status" title="{escape(detail)}">{dot}{escape(text)}</div>'
