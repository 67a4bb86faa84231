"""The Attention tab's overview of heads, and two models side by side, as a visitor uses them."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
PAGE = "/attention"

OVERVIEW = "#attention-heads-overview"
TITLE = "#attention-heads-matrix .gtitle"


def open_tab(page: Page) -> Page:
    """The tab, with its example measured and drawn."""
    expect(page.locator(f"{OVERVIEW} button")).to_have_count(72)
    expect(page.locator("#attention-heads-matrix .heatmaplayer")).to_be_attached()
    return page


def open_side_by_side(page: Page) -> Page:
    open_tab(page)
    page.locator("#attention-tabs > .tab-wrapper [data-tab-id=attention-sidebyside]").last.click()
    return page


def head(page: Page, layer: int, number: int) -> Locator:
    return page.locator(f"{OVERVIEW} button[data-layer='{layer}'][data-head='{number}']")


def read(page: Page, text: str) -> None:
    page.locator("#attention-first textarea").fill(text)
    page.locator("#attention-run").click()


def test_the_sparsest_head_of_the_example_is_shown(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    chosen = page.locator(f"{OVERVIEW} button[aria-pressed=true]")
    expect(chosen).to_have_count(1)
    label = chosen.get_attribute("aria-label") or ""
    place = re.match(r"Layer (\d+), head (\d+)", label)
    assert place is not None
    expect(page.locator("#attention-heads-notice")).to_contain_text(
        f"The sparsest head is {place[1]}.{place[2]}"
    )
    expect(page.locator(TITLE)).to_contain_text(place[0])
    expect(page.locator("#attention-heads-table")).to_contain_text("Gini coefficient")


def test_a_head_is_chosen_by_click_by_keys_and_by_number(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    head(page, 5, 2).click()
    expect(page.locator(TITLE)).to_contain_text("Layer 5, head 2")
    expect(head(page, 5, 2)).to_have_attribute("aria-pressed", "true")
    head(page, 5, 2).press("ArrowUp")
    expect(head(page, 4, 2)).to_be_focused()
    head(page, 4, 2).press("Enter")
    expect(page.locator(TITLE)).to_contain_text("Layer 4, head 2")
    expect(page.locator("#attention-heads-layer input")).to_have_value("4")
    page.locator("#attention-heads-head input").click()
    page.get_by_role("option", name="9", exact=True).click()
    expect(page.locator(TITLE)).to_contain_text("Layer 4, head 9")
    expect(head(page, 4, 9)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"{OVERVIEW} button[aria-pressed=true]")).to_have_count(1)


@pytest.mark.slow
def test_sinks_are_left_out_and_another_figure_colours(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    expect(page.locator("#attention-heads-matrix")).to_contain_text("[CLS]")
    page.locator("#attention-heads-without input").check()
    expect(page.locator("#attention-heads-progress")).to_contain_text(
        "Left out as sinks: [CLS], [SEP] (2 of 32 tokens)"
    )
    expect(page.locator("#attention-heads-matrix")).not_to_contain_text("[CLS]")
    page.locator("#attention-heads-figure input").click()
    page.get_by_role("option", name="Weight on the previous token").click()
    expect(page.locator(f"{OVERVIEW} .kl-scale")).to_contain_text("previous token")


def test_tokens_that_look_like_markup_are_text(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    read(page, '<script>alert(1)</script> <img src=x onerror=alert(2)> שלום 😀 "&amp;"')
    expect(page.locator("#attention-heads-matrix")).to_contain_text("##rro")
    labels = page.locator("#attention-heads-matrix .annotation-text").all_text_contents()
    texts = [re.sub("[\u2068\u2069]", "", label) for label in labels]
    assert {"<", ">", "&", '"', ";"} <= set(texts)
    assert page.locator("#attention-heads-matrix img").count() == 0


@pytest.mark.slow
def test_a_pair_has_blocks_and_a_long_text_is_cut(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    page.locator("#attention-model input").click()
    page.get_by_role("option", name="CoSENT cross-encoder").click()
    expect(page.locator("#attention-second textarea")).to_be_visible()
    read(page, "The keys are on the table.")
    expect(page.locator("#attention-heads-blocks")).to_contain_text("tokens of A keep")
    read(page, "a very long text " * 600)
    expect(page.locator("#attention-progress")).to_contain_text("its first 256 tokens")
    expect(page.locator("#attention-heads-notice")).to_contain_text("of 256 tokens")


@pytest.mark.slow
def test_files_are_saved(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    with page.expect_download() as table:
        page.locator("#attention-heads-csv").click()
    with open(table.value.path(), encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 72
    with page.expect_download() as arrays:
        page.locator("#attention-heads-npz").click()
    with np.load(arrays.value.path()) as kept:
        assert kept["weights"].shape[0] == 12
    with page.expect_download() as picture:
        page.locator("#attention-heads-matrix-svg").click()
    assert picture.value.suggested_filename == "attention-head.svg"
    assert "<svg" in picture.value.path().read_text("utf-8")


def test_two_models_are_compared_on_opening(open_page: OpenPage) -> None:
    page = open_side_by_side(open_page())
    for side in ("left", "right"):
        expect(page.locator(f"#attention-sidebyside-plot-{side} .scatterlayer")).to_be_attached()
    progress = page.locator("#attention-sidebyside-progress")
    expect(progress).to_contain_text("A and B in a row as one text")
    expect(progress).to_contain_text("A and B as a pair")
    expect(page.locator("#attention-sidebyside-notice")).to_contain_text("to the other")
    expect(page.locator("#attention-sidebyside-table")).to_contain_text("On the other text")


@pytest.mark.slow
def test_a_missing_second_text_is_said_at_its_field(open_page: OpenPage) -> None:
    page = open_side_by_side(open_page(bad_input=True))
    expect(page.locator("#attention-sidebyside-notice")).to_contain_text("to the other")
    page.locator("#attention-sidebyside-second textarea").fill(" ")
    page.locator("#attention-sidebyside-run").click()
    expect(page.locator("#attention-sidebyside-second")).to_contain_text("There is no text")
    page.locator("#attention-sidebyside-other input").click()
    page.get_by_role("option", name="CoSENT bi-encoder").click()
    expect(page.locator("#attention-sidebyside-second")).to_be_hidden()
    page.locator("#attention-sidebyside-run").click()
    expect(page.locator("#attention-sidebyside-progress")).to_contain_text(
        "CoSENT bi-encoder: the text"
    )


@pytest.mark.slow
def test_heads_in_chinese_dark_and_narrow(open_page: OpenPage) -> None:
    page = open_tab(open_page(language="zh-CN", theme="dark", width=400))
    expect(page.locator("#attention-heads-notice")).to_contain_text("最稀疏的头是")
    expect(page.locator(TITLE)).to_contain_text("行看列")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
