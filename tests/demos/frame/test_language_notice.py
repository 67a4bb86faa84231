"""What is said where no chosen model reads a text, and what is chosen instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from demos.frame.language_notice import LanguageNotice, models_notice
from models.catalog import CATALOG, Catalog
from models.registry import Registry

KINDS = ("bi-encoder", "cross-encoder")
CHINESE = "那只猫在沙发上睡着了。"
RUSSIAN = "Кошка спит на диване."


@pytest.fixture(scope="module")
def registry() -> Registry:
    english = [CATALOG["cosent-bi"], CATALOG["cosent-cross"]]
    chinese = [
        replace(card, key=f"{card.key}-zh", title=f"{card.title} (zh)", languages=("zh", "en"))
        for card in english
    ]
    base = replace(english[0], key="base", title="base", languages=("multilingual",))
    return Registry(Catalog((*english, base, *chinese)))


def notice(registry: Registry, several: bool = True) -> LanguageNotice:
    with gr.Blocks():
        chooser = gr.Dropdown(list(registry.catalog), multiselect=several, elem_id="models")
        return models_notice(registry, chooser, KINDS, ("cosent-bi-zh",), "run")


def told(registry: Registry, texts: list[str], *keys: str, language: Any = "en") -> list[Any]:
    """The line, the button's words or None, and what it chooses."""
    made = notice(registry)
    updates = made.updates(texts, list(keys), language)
    button = updates[made.choose]
    words = button["value"] if button["visible"] else None
    return [updates[made.line], words, updates[made.better]]


def test_nothing_is_said_of_what_is_read(registry: Registry) -> None:
    assert told(registry, ["A cat."], "cosent-bi") == ["", None, None]
    assert told(registry, [CHINESE, "A cat."], "cosent-bi-zh") == ["", None, None]
    assert told(registry, [CHINESE, RUSSIAN], "base") == ["", None, None]
    assert told(registry, [CHINESE], "owner/name") == ["", None, None]  # which says nothing itself


def test_models_of_the_same_kinds_are_offered(registry: Registry) -> None:
    line, words, better = told(registry, [CHINESE, "A cat.", "42"], "cosent-bi", "cosent-cross")
    assert "In Chinese, which CoSENT bi-encoder and CoSENT cross-encoder" in line
    assert "1 of 3 texts" in line
    assert words == "Choose CoSENT bi-encoder (zh) and CoSENT cross-encoder (zh)"
    assert better == ["cosent-bi-zh", "cosent-cross-zh"]
    line, words, better = told(registry, [CHINESE], "cosent-cross", language="zh")
    assert "文本是中文，而 CoSENT cross-encoder 没有学过" in line
    assert words == "改用 CoSENT cross-encoder (zh)"
    assert better == ["cosent-cross-zh"]
    line, _, better = told(registry, [CHINESE, RUSSIAN], "cosent-bi-zh", "cosent-cross-zh")
    assert "In another script, which" in line
    assert "1 of 2 texts" in line
    assert better == ["base"]


def test_it_is_enough_that_one_model_reads_a_text(registry: Registry) -> None:
    line, words, better = told(registry, [CHINESE], "cosent-bi", "cosent-bi-zh")
    assert "which CoSENT bi-encoder did not learn" in line
    assert (words, better) == (None, None)


def test_names_are_no_html(registry: Registry) -> None:
    card = replace(CATALOG["cosent-bi"], title="<b>own</b>")
    made = notice(Registry(Catalog((card,))))
    assert "<b>" not in made.updates([CHINESE], [card.key], "en")[made.line]


def test_an_example_keeps_a_choice_that_reads_it(registry: Registry) -> None:
    made = notice(registry)
    assert made.fitting([CHINESE], ["cosent-bi", "base"]) == ["cosent-bi", "base"]
    assert made.fitting([CHINESE], ["owner/name"]) == ["owner/name"]
    assert made.fitting([CHINESE], ["cosent-bi"]) == ["cosent-bi-zh"]
    assert made.fitting([CHINESE], []) == ["cosent-bi-zh", "cosent-cross-zh"]
    assert made.fitting([CHINESE], None) == ["cosent-bi-zh", "cosent-cross-zh"]
    one = notice(registry, several=False)
    assert one.fitting([CHINESE], "cosent-cross") == "cosent-cross-zh"
    assert one.fitting(["A cat."], "cosent-cross-zh") == "cosent-cross-zh"


def test_where_nothing_reads_a_text_nothing_is_offered() -> None:
    made = notice(Registry(Catalog((CATALOG["cosent-bi"],))))
    updates = made.updates([CHINESE], ["cosent-bi"], "en")
    assert "Chinese" in updates[made.line]
    assert updates[made.choose]["visible"] is False
    assert made.fitting([CHINESE], ["cosent-bi"]) == ["cosent-bi"]
