"""A page's HTML as it is sent: less of Gradio's configuration, and our script ahead of Gradio's."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from demos.frame.kept import KEPT_ID
from demos.frame.texts import TEXTS

MAX_KEPT_CHARACTERS = 500_000  # of what was filled in on a page, for a reload

_SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8").rstrip().rstrip(";")
_CONFIG = "window.gradio_config = "
_TRANSLATED = re.compile(r'translation_metadata\W+key\W+([^"\\]+)')
# Of every component; the documents of the API are made of `gradio_api_info`.
_UNUSED = ("api_info", "api_info_as_input", "api_info_as_output", "example_inputs")
_SAID = ("restored", "restored.do", "large", "silent", "restarted", "restarted.do")

Names = tuple[str, str]  # English, Chinese


@dataclass(frozen=True)
class PageInfo:
    """What is known of a page when it is laid out.

    Attributes:
        key: "" for the first page.
        title: the document's.
        panels: titles of the panels by key.
        fields: element ids of what a visitor fills in.
        follows: those of them that follow a result (`kept.py`).
        chinese: what some of them hold at first in Chinese (`first_values.py`).
    """

    key: str
    title: Names
    panels: Mapping[str, Names]
    fields: Iterable[str]
    follows: Iterable[str]
    chinese: Mapping[str, Any] = field(default_factory=dict)


def shape_page(html: str, page: PageInfo) -> str:
    """What is sent of the HTML that Gradio makes of a page.

    Raises:
        ValueError: it holds no configuration where Gradio 6.31 puts it.
    """
    start = html.index(_CONFIG) + len(_CONFIG)
    config, length = json.JSONDecoder().raw_decode(html[start:])
    rest = html[start + length :].removeprefix(";")
    script = f"{_json(_slim(config))};\n({_SCRIPT})({_json(_told(config, page))});"
    title = escape(f"{page.title[0]}")
    head = html[:start].replace("<head>", f"<head><title>{title}</title>", 1)
    return head + script + rest


def _slim(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration without other pages, and without what the page does not use."""
    page = config["current_page"]
    config["page"] = {page: config["page"][page]}
    config["pages"] = [entry for entry in config["pages"] if entry[0] == page]  # no bar of Gradio's
    for component in config["components"]:
        for name in _UNUSED:
            component.pop(name, None)
    said = set(_TRANSLATED.findall(_json(config["components"])))
    config["i18n_translations"] = {
        language: {key: words for key, words in texts.items() if key in said}
        for language, texts in (config.get("i18n_translations") or {}).items()
    }
    return config


def _told(config: dict[str, Any], page: PageInfo) -> dict[str, Any]:
    """What the page's script is handed."""
    components = {c["props"].get("elem_id"): c for c in config["components"]}
    fields = [name for name in page.fields if name in components]
    chinese = {name: value for name, value in page.chinese.items() if name in components}
    at_first = [(name, components[name]["props"].get("value")) for name in fields]
    return {
        "page": page.key,
        "server": str(config["app_id"]),  # as a number it would be rounded in the browser
        "title": page.title,
        "panels": page.panels,
        "fields": fields,
        "follows": [name for name in page.follows if name in components],
        "chinese": chinese,
        "kept": KEPT_ID,
        # What was kept of other fields, or of other defaults, does not come back.
        "version": hashlib.sha256(_json([at_first, chinese]).encode()).hexdigest()[:16],
        "sentences": {key: TEXTS[f"page.{key}"] for key in _SAID},
        "maxCharacters": MAX_KEPT_CHARACTERS,
    }


def _json(value: Any) -> str:
    """JSON that can stand in a script of HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&'\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
