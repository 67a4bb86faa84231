"""What a wing of the house is: a key, a way to build its tab, and the posts it stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from demos.frame.own_models import OwnModels
from models.registry import Registry


@dataclass(frozen=True)
class House:
    """What every tab is built into: the app, its registry, and each visitor's own models."""

    registry: Registry
    app: gr.Blocks
    own_models: OwnModels


@dataclass(frozen=True)
class Demo:
    """One tab.

    `key` is the tab's id and the prefix of its element ids, endpoints and strings (`<key>.title`,
    `<key>.summary`). `build` lays the tab out inside an open `gr.Tab`, wires it to the registry,
    and hangs its worked example on the app's load event.
    """

    key: str
    build: Callable[[House], None]
    posts: tuple[str, ...]
