"""The registry's status line: device, loaded models, queue; the reason stands in its tooltip."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from demos.frame.strings import Language, language_of, said, say
from models.registry import Registry, RegistryStatus

_REFRESH_SECONDS = 4.0


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


def build_status_line(registry: Registry, app: gr.Blocks) -> None:
    """Lay out the line and keep it fresh. Runs beside the queue: it never waits for compute."""

    def refresh(request: gr.Request) -> str:
        return status_html(registry.status(), language_of(request))

    line = gr.HTML(elem_id="status", container=False)
    settings: dict[str, Any] = {
        "outputs": line,
        "queue": False,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    app.load(refresh, api_name="status_load", **settings)
    gr.Timer(_REFRESH_SECONDS).tick(refresh, api_name="status_tick", **settings)


def _line(text: str, detail: str, busy: bool) -> str:
    dot = '<i class="busy"></i>' if busy else "<i></i>"
    return f'<div class="kl-status" title="{escape(detail)}">{dot}{escape(text)}</div>'
