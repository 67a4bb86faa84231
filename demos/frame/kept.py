"""Fields that follow a result, after a reload of the page.

What a visitor filled in comes back by the page's script alone (`page.js`), before anything runs.
That cannot be for a field whose choices or bounds only come with a result: a layer of a model, a
token of a text. Such a field is laid out with `elem_classes=FOLLOWS`; what was kept of it is handed
to the handler that makes the result, in a dict by element id, and is put in with the choices.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

FOLLOWS = "kl-follows"
KEPT_ID = "fields-kept"

Kept = dict[str, Any] | None


def kept_fields() -> gr.JSON:
    """The input whose value is that dict: unseen, one of a page, filled by the page's script."""
    return gr.JSON(visible=False, elem_id=KEPT_ID)


def kept_of(kept: Kept, field: Any) -> Any:
    """What was kept of a field, or None; it comes from a browser, and may be anything."""
    return kept.get(field.elem_id) if isinstance(kept, dict) else None


def kept_or(kept: Kept, field: Any, offered: Any, default: Any) -> Any:
    """What was kept of a field where it is among those offered, else a default."""
    value = kept_of(kept, field)
    return value if not isinstance(value, (bool, list, dict)) and value in offered else default


def follows(block: Any) -> bool:
    """Whether a field was laid out as one of these."""
    return FOLLOWS in (getattr(block, "elem_classes", None) or ())
