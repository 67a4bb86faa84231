import dataclasses
import subprocess
import sys

import pytest

from models.catalog import CATALOG, Catalog, HubSource, hub_card
from models.errors import UnknownModelError


def test_reading_the_catalog_loads_neither_torch_nor_weights() -> None:
    code = (
        "import sys, models.catalog as c; assert len(c.CATALOG) > 5; print('torch' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("all-minilm-l6", "all-MiniLM-L6-v2"),
        ("bge-small-zh", "bge-small-zh-v1.5"),
        ("qwen3-embeding", "Qwen3-Embedding-0.6B"),
    ],
)
def test_an_unknown_key_suggests_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(UnknownModelError, match=f"did you mean “{meant}”"):
        CATALOG[typed]


def test_every_hub_source_is_pinned_to_a_commit() -> None:
    for card in CATALOG.values():
        for source in card.sources:
            if isinstance(source, HubSource):
                assert source.revision is not None
                assert len(source.revision) == 40


# Models of the hub whose own weights have been read by this code, brought by other ways.
TRIED = ("all-mpnet-base-v2", "multilingual-e5-small")


def test_models_whose_weights_were_never_here_are_marked() -> None:
    for card in CATALOG.values():
        assert card.untried == (not card.embedded and card.key not in TRIED), card.key


def test_what_people_use_now_is_offered() -> None:
    cross = {card.key: card for card in CATALOG.of_kind("cross-encoder")}
    assert {"ettin-reranker-17m-v1", "ettin-reranker-32m-v1", "ModernCE-base-sts"} <= {*cross}
    moderate = [c for c in cross.values() if "zh" in c.languages and c.parameters < 150_000_000]
    assert "mmarco-mMiniLMv2-L12-H384-v1" in [card.key for card in moderate]
    chinese = [c.key for c in CATALOG.of_kind("bi-encoder") if c.languages == ("zh",)]
    assert "gte-base-zh" in chinese


def test_embedded_weights_carry_a_digest() -> None:
    keys = [card.key for card in CATALOG.embedded()]
    assert keys == [
        "cosent-bi",
        "cosent-cross",
        "cosent-late",
        "cosent-bi-zh",
        "all-MiniLM-L6-v2",
        "multilingual-e5-small",
        "SmolLM2-135M-Instruct",
    ]
    for card in CATALOG.embedded():
        assert card.sha256


def test_a_prompt_is_part_of_what_a_model_computes() -> None:
    card = CATALOG["all-MiniLM-L6-v2"]
    versions = {dataclasses.replace(card, prompt=p).version for p in (None, "", "query: ")}
    assert len(versions) == 3


def test_adapters_name_a_base_that_exists() -> None:
    for card in CATALOG.values():
        if card.adapter is not None:
            assert card.base in CATALOG


def test_two_cards_with_one_key_are_refused() -> None:
    card = CATALOG["all-MiniLM-L6-v2"]
    with pytest.raises(ValueError, match="same key"):
        Catalog((card, card))


@pytest.mark.parametrize("bad", ["name", "a/b/c", "../x/y", "a/..", "/abs", "owner/na me"])
def test_a_bad_hub_id_is_refused(bad: str) -> None:
    with pytest.raises(UnknownModelError):
        hub_card(bad, "bi-encoder")


def test_keys_without_weights_at_hand_are_passed_over() -> None:
    keys = ("cosent-cross", "no-such-model", "all-mpnet-base-v2", "cosent-bi")
    assert CATALOG.embedded_among(keys) == ["cosent-cross", "cosent-bi"]
