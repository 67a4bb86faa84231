"""Models that a visitor trained, in the visitor's own lists and in nobody else's."""

from __future__ import annotations

import gradio as gr

from models.catalog import ModelCard, ModelKind
from models.registry import Registry


class OwnModels:
    """Keeps model choosers up to date for the visitor whose session it is.

    Made once, inside the open `gr.Blocks`. A tab that trains lists `changed` among its outputs
    and yields `tick()` for it; a tab that chooses hands its dropdown to `follow`.
    """

    def __init__(self, registry: Registry, app: gr.Blocks):
        self._registry = registry
        self._ticks = 0
        self.changed = gr.State(0)
        app.unload(self._forget)

    def tick(self) -> int:
        """A value for `changed` that differs from the one before."""
        self._ticks += 1
        return self._ticks

    def cards(self, request: gr.Request | None, *kinds: ModelKind) -> tuple[ModelCard, ...]:
        """What this visitor may choose from."""
        owner = getattr(request, "session_hash", None)
        return self._registry.cards(owner, *kinds)

    def follow(self, chooser: gr.Dropdown, name: str, *kinds: ModelKind) -> None:
        """Renew a chooser's models whenever the visitor's own have changed."""

        def renew(request: gr.Request) -> object:
            return gr.update(choices=[(c.title, c.key) for c in self.cards(request, *kinds)])

        self.changed.change(
            renew,
            None,
            chooser,
            api_name=f"{name}_own_models",
            show_progress="hidden",
            api_visibility="private",
        )

    def _forget(self, request: gr.Request) -> None:
        owner = getattr(request, "session_hash", None)
        if owner is not None:
            self._registry.forget_visitor(owner)
