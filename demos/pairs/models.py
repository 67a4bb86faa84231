"""Which models the tab offers, and a check of what was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from demos.frame.errors import InputProblem
from models.catalog import ModelKind
from models.registry import Registry

DEFAULT_MODELS = ("cosent-bi", "cosent-cross")
MAX_MODELS = 6
SCORING_KINDS: tuple[ModelKind, ...] = ("bi-encoder", "late-interaction", "cross-encoder")


def check_models(registry: Registry, keys: Sequence[str], most: int = MAX_MODELS) -> None:
    """Raise the sentence for no model, too many, or an unknown one."""
    if not keys:
        raise InputProblem("pairs.no_model")
    if len(keys) > most:
        raise InputProblem("pairs.too_many_models", limit=most)
    for key in keys:
        if "/" not in key or not registry.allow_hub_ids:
            registry.card(key)
