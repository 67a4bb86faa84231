"""The choice between the app's corpora, where a small Chinese one has been built."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import gradio as gr
import pytest
from playwright.sync_api import Page, expect

from app import launch
from demos.frame.pages import build_pages
from demos.retrieval import RETRIEVAL
from demos.retrieval.desk import lay_out_desk
from demos.retrieval.helpdesk import ENGLISH
from demos.retrieval.helpdesk.__main__ import build
from models.registry import Registry
from tests.browser.conftest import OpenPage
from tests.demos.retrieval.fakes import BI, CROSS, small_chinese

pytestmark = pytest.mark.browser
PAGE = "/retrieval"

ENGLISH_NAME, CHINESE_NAME = "Help desk in English", "Help desk in Chinese"
EXAMPLE = "家里没人见过这个包裹"
ANSWERS = "#retrieval-ask-answers"
QUERY = "#retrieval-ask-query textarea"


@pytest.fixture(scope="module")
def running_app(
    registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[gr.Blocks]:
    """The Retrieval page alone, with the English corpus and a small Chinese one."""
    folder = tmp_path_factory.mktemp("corpora")
    chinese = small_chinese(folder / "zh", BI, CROSS)
    build(registry, chinese, folder / "work")
    with gr.Blocks(analytics_enabled=False) as app:
        pass
    demo = dataclasses.replace(
        RETRIEVAL, toolbar=lambda context: lay_out_desk(context, [ENGLISH, chinese])
    )
    build_pages(app, registry, [demo])
    launch(app, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=None)
    yield app
    app.close()


@pytest.fixture(scope="module")
def app_url(running_app: gr.Blocks) -> str:
    return str(running_app.local_url).rstrip("/")


def choose(page: Page, name: str) -> None:
    page.locator("#retrieval-corpus input").click()
    page.get_by_role("option", name=name).click()


def test_readers_of_chinese_find_the_chinese_corpus(open_page: OpenPage) -> None:
    page = open_page(language="zh-CN")
    expect(page.locator("#retrieval-corpus input")).to_have_value(re.compile("中文客服问题"))
    expect(page.locator(QUERY)).to_have_value(re.compile(EXAMPLE))
    expect(page.locator(f"{ANSWERS} section")).to_have_count(3)
    expect(page.locator(ANSWERS)).to_contain_text("谁替我签的字")
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("语料共 25 个文本")


def test_another_corpus_brings_its_example_and_asks_it(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(f"{ANSWERS} section")).to_have_count(3)
    expect(page.locator(QUERY)).to_have_value(ENGLISH.example)
    choose(page, CHINESE_NAME)
    expect(page.locator(QUERY)).to_have_value(re.compile(EXAMPLE))
    expect(page.locator(ANSWERS)).to_contain_text("谁替我签的字")
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("of 25 texts")
    choose(page, ENGLISH_NAME)
    expect(page.locator(QUERY)).to_have_value(ENGLISH.example)
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("of 1,200 texts")


def test_a_query_of_ones_own_stays(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(f"{ANSWERS} section")).to_have_count(3)
    page.locator(QUERY).fill("Where is my parcel?")
    choose(page, CHINESE_NAME)
    expect(page.locator("#retrieval-corpus input")).to_have_value(re.compile(CHINESE_NAME))
    page.locator("#retrieval-ask-run").click()
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("of 25 texts")
    expect(page.locator(QUERY)).to_have_value("Where is my parcel?")


def test_a_corpus_chosen_on_another_panel_is_the_one_that_is_asked(open_page: OpenPage) -> None:
    page = open_page("/retrieval?panel=indexing")
    choose(page, CHINESE_NAME)
    page.locator("[data-tab-id=retrieval-ask]").last.click()
    expect(page.locator(QUERY)).to_have_value(re.compile(EXAMPLE))
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("of 25 texts")


def test_corpus_and_example_come_back_after_a_reload(open_page: OpenPage) -> None:
    page = open_page(leaves=True)
    expect(page.locator(f"{ANSWERS} section")).to_have_count(3)
    choose(page, CHINESE_NAME)
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("of 25 texts")
    page.wait_for_timeout(3_000)
    page.reload()
    expect(page.locator("#retrieval-corpus input")).to_have_value(re.compile(CHINESE_NAME))
    expect(page.locator(QUERY)).to_have_value(re.compile(EXAMPLE))
    expect(page.locator(ANSWERS)).to_contain_text("谁替我签的字")
