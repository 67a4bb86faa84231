"""The HTML that is sent of a page: what is left out, and what is told to its script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import pytest

from app import build_app, launch
from demos.frame.page_source import PageInfo, shape_page
from demos.frame.pages import _info, page_middleware
from demos.frame.texts import TEXTS
from models.registry import Registry

_CONFIG = "window.gradio_config = "


@pytest.fixture(scope="module")
def app(registry: Registry) -> Iterator[gr.Blocks]:
    blocks = build_app(registry)
    launch(blocks, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield blocks
    blocks.close()


def read_config(html: str) -> dict[str, Any]:
    start = html.index(_CONFIG) + len(_CONFIG)
    config, _ = json.JSONDecoder().raw_decode(html[start:])
    return dict(config)


def sent(app: gr.Blocks, page: str) -> tuple[str, str]:
    """A page as Gradio makes it, and as it is sent."""
    html = httpx.get(f"{app.local_url}{page}?deep_link=none").text  # passes our middleware by
    return html, httpx.get(f"{app.local_url}{page}").text


@pytest.mark.parametrize(
    "page", ["", "pairs", "retrieval", "attention", "scaling", "lora", "bayes"]
)
def test_nothing_that_the_page_uses_is_left_out(app: gr.Blocks, page: str) -> None:
    html, shaped = sent(app, page)
    before, after = read_config(html), read_config(shaped)
    unused = {"api_info", "api_info_as_input", "api_info_as_output", "example_inputs"}
    for old, new in zip(before["components"], after["components"], strict=True):
        assert new == {name: value for name, value in old.items() if name not in unused}
    changed = {"components", "page", "pages", "i18n_translations", "deep_link_state"}
    assert {k: v for k, v in before.items() if k not in changed} == {
        k: v for k, v in after.items() if k not in changed
    }
    assert after["page"] == {page: before["page"][page]}
    laid_out = json.dumps(before["components"]).replace('\\\\"', '"')
    for place, language in enumerate(("en", "zh")):
        texts = after["i18n_translations"][language]
        assert texts == {key: TEXTS[key][place] for key in texts}
        for key in TEXTS:
            used = f'"key\\": \\"{key}\\"' in laid_out
            assert (key in texts) or not used


def test_pages_are_small(app: gr.Blocks) -> None:
    import brotli

    assert len(brotli.compress(sent(app, "")[1].encode())) < 20_000
    assert len(brotli.compress(sent(app, "scaling")[1].encode())) < 60_000


def test_what_stands_in_a_script_cannot_end_it() -> None:
    config = {
        "current_page": "",
        "page": {"": {}},
        "pages": [["", "Home", True]],
        "components": [{"props": {"elem_id": "a", "value": "</script><b>&'\u2028"}}],
        "app_id": 2**63,
    }
    html = f"<head></head><script>{_CONFIG}{json.dumps(config)};</script>rest"
    shaped = shape_page(html, PageInfo("", ("A & B", "A"), {}, ("a", "gone"), ()))
    script = shaped[shaped.index("<script>") : shaped.rindex("</script>")]
    assert "</script>" not in script
    assert read_config(shaped)["components"][0]["props"]["value"] == "</script><b>&'\u2028"
    assert "<title>A &amp; B</title>" in shaped
    assert f'"server":"{2**63}"' in shaped
    assert '"fields":["a"]' in shaped
    assert shaped.endswith("</script>rest")


def test_html_without_a_configuration_is_said(app: gr.Blocks) -> None:
    with pytest.raises(ValueError, match="substring"):
        shape_page("<html></html>", _info(app, ""))


def test_every_field_has_a_name_of_its_own(app: gr.Blocks) -> None:
    for page, *_ in app.pages:
        fields = list(_info(app, page).fields)
        assert len(fields) == len(set(fields))
        if page:
            assert len(fields) > 5


def test_the_middleware_knows_every_page(app: gr.Blocks) -> None:
    pages = page_middleware(app).args[0]
    assert pages == {"/", "/pairs", "/retrieval", "/attention", "/scaling", "/lora", "/bayes"}
