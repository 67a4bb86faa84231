"""Which models are chosen at first."""

from __future__ import annotations

from dataclasses import replace

from demos.pairs.models import DEFAULT_MODELS, default_models
from models.catalog import CATALOG, Catalog

ENGLISH = (CATALOG["cosent-bi"], CATALOG["cosent-cross"])
CHINESE = tuple(replace(card, key=f"{card.key}-zh") for card in ENGLISH)
BASE = replace(ENGLISH[0], key="multilingual-e5-small")


def test_the_models_of_the_language_are_chosen_as_far_as_they_are_here() -> None:
    every = Catalog((*ENGLISH, BASE, *CHINESE))
    assert default_models(every, "en") == list(DEFAULT_MODELS)
    assert default_models(every, "zh") == ["cosent-bi-zh", "cosent-cross-zh"]
    assert default_models(Catalog((*ENGLISH, BASE, CHINESE[0])), "zh") == [
        "cosent-bi-zh",
        "multilingual-e5-small",
    ]
    assert default_models(Catalog((*ENGLISH, BASE)), "zh") == ["multilingual-e5-small"]
    assert default_models(Catalog(ENGLISH), "zh") == list(DEFAULT_MODELS)
