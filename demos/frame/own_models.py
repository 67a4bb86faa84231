"""Models that a visitor trained, in the visitor's own lists on every page and in nobody else's.

Who a visitor is hangs on a secret that the browser makes and keeps (`gr.BrowserState`): all pages
and tabs of one browser are one visitor, and after a reload it is the same.
"""

from __future__ import annotations

import json
import re
from typing import Any

import gradio as gr

from demos.frame.first_values import first_value
from demos.frame.strings import Language, language_of, say
from models.catalog import ModelCard, ModelKind
from models.registry import Registry

STORAGE_KEY = "kexue-lab-visitor"
_SECRET = re.compile(r"[A-Za-z0-9+/]{32}")  # 24 bytes, which nobody guesses

# Makes the visitor's secret where there is none yet, and takes a choice as it was before a reload.
_AT_LOAD = """(visitor, ...values) => {{
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    const kept = {ids}.map((id, place) => window.kexue?.saved(id) ?? values[place]);
    return [visitor || btoa(String.fromCharCode(...bytes)), ...kept];
}}"""


class OwnModels:
    """Keeps a page's choosers of models up to date for the visitor who looks at it.

    Made once a page, inside the open `gr.Blocks`. A panel that trains lists `changed` among its
    outputs and yields `tick()` for it, and takes `visitor` as an input; a panel that chooses hands
    its dropdown to `follow`; at the end of the page `wire` connects them.

    Args:
        registry: which keeps the models.
        secret: by which browsers encrypt who they are (`browser_secret`).
    """

    def __init__(self, registry: Registry, secret: str):
        self._registry = registry
        self._ticks = 0
        self._choosers: list[tuple[gr.Dropdown, tuple[ModelKind, ...], dict[str, str]]] = []
        self.visitor = gr.BrowserState("", storage_key=STORAGE_KEY, secret=secret)
        self.changed = gr.State(0)

    def tick(self) -> int:
        """A value for `changed` that differs from the one before."""
        self._ticks += 1
        return self._ticks

    def owner(self, visitor: object, request: gr.Request | None) -> str:
        """Whose models these are: the browser's, or where it keeps nothing the session's."""
        if isinstance(visitor, str) and _SECRET.fullmatch(visitor):
            return visitor
        return str(getattr(request, "session_hash", None) or "")

    def cards(
        self, visitor: object, request: gr.Request | None, *kinds: ModelKind
    ) -> tuple[ModelCard, ...]:
        """What this visitor may choose from."""
        return self._registry.cards(self.owner(visitor, request), *kinds)

    def follow(
        self, chooser: gr.Dropdown, *kinds: ModelKind, before: dict[str, str] | None = None
    ) -> None:
        """Offer a visitor's own models of these kinds in a chooser too.

        Args:
            chooser: of models.
            kinds: that it offers.
            before: what stands in front of the models and is none: values, and the keys of their
                texts.
        """
        self._choosers.append((chooser, kinds, before or {}))

    def wire(self, app: gr.Blocks, page: str) -> None:
        """Fill the choosers when the page is opened, and whenever the own models have changed."""
        choosers = [chooser for chooser, *_ in self._choosers]
        # Values unchecked: one of the visitor's own is no choice that the server knows of yet.
        common: dict[str, Any] = {
            "inputs": [self.visitor, *choosers],
            "outputs": [self.visitor, *choosers],
            "preprocess": False,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        js = _AT_LOAD.format(ids=json.dumps([chooser.elem_id for chooser in choosers]))
        app.load(self._on_load, js=js, api_name=f"{page}_visitor", **common)
        if choosers:
            self.changed.change(self._renew, api_name=f"{page}_own_models", **common)

    def _on_load(self, request: gr.Request, visitor: object, *values: Any) -> list[Any]:
        self._registry.visit(self.owner(visitor, request))
        return self._renew(request, visitor, *values)

    def _renew(self, request: gr.Request, visitor: object, *values: Any) -> list[Any]:
        """Choosers with the visitor's own models, and without those that have gone."""
        language = language_of(request)
        updates = [
            _offering(chooser, self.cards(visitor, request, *kinds), before, value, language)
            for (chooser, kinds, before), value in zip(self._choosers, values, strict=True)
        ]
        return [visitor, *updates]


def _offering(
    chooser: gr.Dropdown,
    cards: tuple[ModelCard, ...],
    before: dict[str, str],
    value: Any,
    language: Language,
) -> Any:
    """An update that offers these models and keeps of the choice what is among them."""
    known = {*before, *(card.key for card in cards)}

    def stays(key: object) -> bool:
        return key in known or bool(chooser.allow_custom_value)

    chosen = [key for key in value if stays(key)] if isinstance(value, list) else value
    if not isinstance(value, list) and not stays(value):
        chosen = first_value(chooser, language)
    choices = [*((say(key, language), own) for own, key in before.items())]
    return gr.update(choices=[*choices, *((c.title, c.key) for c in cards)], value=chosen)
