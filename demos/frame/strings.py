"""Every sentence that a visitor reads, in English and Chinese: the texts, and how they are said.

Fixed texts go to the browser through `text(key)` and follow the browser's language. Sentences made on the
server (with numbers in them) are made by `say` in the language that the request names.
"""

from __future__ import annotations

from html import escape
from typing import Literal

import gradio as gr
from gradio.context import Context

from demos.frame.texts import TEXTS
from demos.frame.texts.ground_floor import SENTENCES_ZH
from models.sentences import Sentence

Language = Literal["en", "zh"]

LANGUAGES: tuple[Language, ...] = ("en", "zh")
I18N = gr.I18n(
    **{language: {k: v[i] for k, v in TEXTS.items()} for i, language in enumerate(LANGUAGES)}
)


def text(key: str) -> gr.i18n.I18nData:
    """A fixed text, translated in the browser.

    Raises:
        KeyError: there is no such key.
        RuntimeError: no page is being laid out. A page is sent the translations of what it is laid
            out with and no others: a handler says its texts by `say`.
    """
    TEXTS[key]
    if Context.root_block is None:
        raise RuntimeError(f"text({key!r}) outside of a layout: handlers use say(key, language)")
    return I18N(key)


def say(key: str, language: Language, **values: object) -> str:
    """A text in one language with its values filled in."""
    return TEXTS[key][LANGUAGES.index(language)].format(**values)


def link(address: str, page: str, key: str, attributes: str = "") -> str:
    """A link of HTML to one of our pages, in English; the page's script puts in the Chinese.

    Gradio translates no part of an HTML component.
    """
    english, chinese = map(escape, TEXTS[key])
    start = f'<a href="{address}" data-page="{page}" data-zh="{chinese}"'
    return f"{start}{attributes}>{english}</a>"


def said(sentence: Sentence, language: Language) -> str:
    """A sentence of the ground floor; English where it has not been translated."""
    return sentence.said(SENTENCES_ZH, "；") if language == "zh" else str(sentence)


def language_of(request: gr.Request | None) -> Language:
    """The visitor's language: Chinese if the browser asks for it first, else English."""
    headers = getattr(request, "headers", None) or {}
    wanted = str(headers.get("accept-language", "")).strip().lower()
    return "zh" if wanted.startswith("zh") else "en"
