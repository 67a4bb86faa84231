"""Which models the tab offers, and a check of what was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from demos.frame.errors import InputProblem
from demos.frame.strings import Language
from models.catalog import Catalog, ModelKind
from models.registry import Registry

DEFAULT_MODELS = ("cosent-bi", "cosent-cross")
CHINESE_MODELS = ("cosent-bi-zh", "cosent-cross-zh", "multilingual-e5-small")
PREFERRED_MODELS = (*DEFAULT_MODELS, *CHINESE_MODELS)
MAX_MODELS = 6
SCORING_KINDS: tuple[ModelKind, ...] = ("bi-encoder", "late-interaction", "cross-encoder")


def default_models(catalog: Catalog, language: Language) -> list[str]:
    """What is chosen at first: models of the visitor's language that come with the app."""
    chinese = catalog.embedded_among(CHINESE_MODELS) if language == "zh" else []
    return (chinese or list(DEFAULT_MODELS))[: len(DEFAULT_MODELS)]


def check_models(registry: Registry, keys: Sequence[str], most: int = MAX_MODELS) -> None:
    """Raise the sentence for no model, too many, or an unknown one."""
    if not keys:
        raise InputProblem("pairs.no_model")
    if len(keys) > most:
        raise InputProblem("pairs.too_many_models", limit=most)
    for key in keys:
        if "/" not in key or not registry.allow_hub_ids:
            registry.card(key)
