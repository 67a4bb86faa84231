"""The one progress bar: a line of text and a bar, as HTML that a generator handler yields."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from demos.frame.strings import Language, language_of, say, text
from models.work import Progress

IDLE = ""


def progress_html(what: str, progress: Progress, language: Language) -> str:
    """A bar with what is being done, how much of it, and the time left once it can be judged."""
    words = say("progress.count", language, what=what, done=progress.done, total=progress.total)
    left = progress.seconds_left
    if left is not None and left > 2:
        words += say("progress.left", language, time=duration(left, language))
    return (
        f'<div class="kl-progress" role="progressbar" aria-valuenow="{progress.share:.0%}">'
        f'<span>{escape(words)}</span><div><i style="width:{progress.share:.1%}"></i></div></div>'
    )


def note_html(words: str, kind: str = "note") -> str:
    """A quiet line of text in the same place (`kind` is "note" or "warning")."""
    return f'<div class="kl-note kl-{kind}">{escape(words)}</div>' if words else ""


def progress_line(name: str) -> tuple[gr.HTML, gr.Button]:
    """A place for progress, and beside it a button to cancel that is seen while there is any."""
    with gr.Row(elem_classes="kl-progress-line"):
        with gr.Column(scale=8, min_width=200):
            progress = gr.HTML(elem_id=f"{name}-progress")
        with gr.Column(scale=1, min_width=110):
            cancel = gr.Button(text("cancel"), visible=False, size="sm", elem_id=f"{name}-cancel")
    return progress, cancel


def notice_html(sentences: Sequence[str]) -> str:
    """What was found, a line for each sentence."""
    lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="kl-notice">{lines}</ul>' if lines else ""


def say_cancelled(request: gr.Request) -> tuple[str, Any]:
    """What a Cancel button's event shows: the note for the progress line, and a button at rest."""
    note = note_html(say("progress.cancelled", language_of(request)))
    return note, gr.update(interactive=False)


def duration(seconds: float, language: Language) -> str:
    """A time as people say it; what took no time at all is one millisecond."""
    if seconds < 1:
        return say("time.milliseconds", language, n=max(round(seconds * 1e3), 1))
    if seconds < 10:
        return say("time.seconds", language, n=round(seconds, 1))
    if seconds < 90:
        return say("time.seconds", language, n=round(seconds))
    return say("time.minutes", language, n=round(seconds / 60))
