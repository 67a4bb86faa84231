"""What a demo is, and what its page and panels are laid out into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from demos.frame.kept import kept_fields
from demos.frame.own_models import OwnModels
from models.registry import Registry


@dataclass(frozen=True)
class AppContext:
    """What every page is built into; made inside the open page.

    Attributes:
        registry: of the app.
        app: all pages.
        own_models: each visitor's.
        kept: what a reload brought back of fields that follow a result: an input of handlers.
    """

    registry: Registry
    app: gr.Blocks
    own_models: OwnModels
    kept: gr.JSON = field(default_factory=kept_fields)


@dataclass(frozen=True)
class Demo:
    """One page.

    Attributes:
        key: the page's address and the prefix of its element ids, endpoints and strings
            (`<key>.title`, `<key>.summary`, `<key>.intro`, `<key>.tab.<panel>`).
        posts: numbers of the posts it stands on.
        panels: by key, in order; each lays itself out inside an open `gr.Tab` and wires itself.
        toolbar: lays out what stands above the panels and makes what each of them is handed; the
            context itself where there is no such thing.
    """

    key: str
    posts: tuple[str, ...]
    panels: Mapping[str, Callable[[Any], object]]
    toolbar: Callable[[AppContext], Any] = lambda context: context
