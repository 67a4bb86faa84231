"""Rank and the laboratory as a visitor uses them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/attention"

RANK, LABORATORY = "#attention-rank", "#attention-laboratory"


def open_panel(page: Page, name: str) -> Page:
    page.locator(f"#attention-tabs > .tab-wrapper [data-tab-id=attention-{name}]").last.click()
    return page


def open_rank(page: Page) -> Page:
    """Rank, with the sliders at the head with which the example begins."""
    open_panel(page, "rank")
    expect(page.locator(f"{RANK}-csv-all:enabled")).to_be_attached()
    expect(page.locator(f"{RANK}-layer input[type=range]")).to_have_attribute("max", "6")
    return page


def open_laboratory(page: Page) -> Page:
    open_panel(page, "laboratory")
    for name in ("walk", "networks"):
        expect(page.locator(f"{LABORATORY}-csv-{name}:enabled")).to_be_attached()
    return page


def number(page: Page, slider: str, value: int) -> None:
    field = page.locator(f"{slider} input[type=number]")
    field.fill(str(value))
    field.press("Tab")


def read_csv(path: Path | str) -> list[list[str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


# --- rank ----------------------------------------------------------------------------------------


def test_the_example_is_drawn_on_opening(open_page: OpenPage) -> None:
    page = open_rank(open_page())
    for name in ("spectra", "heads"):
        expect(page.locator(f"{RANK}-{name} .js-plotly-plot")).to_be_visible()
    notes = page.locator(f"{RANK}-notes")
    expect(notes).to_contain_text("a what-if, not a model trained so")
    expect(notes).to_contain_text(re.compile(r"the causal mask has the larger in \d+ of 72"))
    expect(page.locator(f"{RANK}-table")).to_contain_text("linear attention, causal")
    expect(page.locator(f"{RANK}-cancel")).to_have_count(0)


@pytest.mark.slow
def test_a_head_is_chosen_without_sinks_and_files_are_saved(open_page: OpenPage) -> None:
    page = open_rank(open_page())
    number(page, f"{RANK}-layer", 6)
    expect(page.locator(f"{RANK}-notes")).to_contain_text("Layer 6, head")
    number(page, f"{RANK}-head", 12)
    expect(page.locator(f"{RANK}-notes")).to_contain_text("Layer 6, head 12")
    page.locator(f"{RANK}-sinks input").click()
    expect(page.locator(f"{RANK}-notes")).to_contain_text("Left out: 2 sink tokens")
    expect(page.locator(f"{RANK}-notes")).to_contain_text("of full rank 30")
    with page.expect_download() as download:
        page.locator(f"{RANK}-csv-all").click()
    assert len(read_csv(download.value.path())) == 1 + 2 * 6 * 12
    with page.expect_download() as download:
        page.locator(f"{RANK}-spectra-svg").click()
    assert download.value.suggested_filename == "attention-spectra.svg"


@pytest.mark.slow
def test_another_text_is_drawn_in_the_open_panel(open_page: OpenPage) -> None:
    page = open_rank(open_page())
    page.locator("#attention-first textarea").fill("<script>alert(1)</script> مرحبا 🙂")
    page.locator("#attention-run").click()
    expect(page.locator(f"{RANK}-notes")).not_to_contain_text("of full rank 32")
    expect(page.locator(f"{RANK}-notes")).to_contain_text("of full rank")
    expect(page.locator(f"{RANK}-table")).to_contain_text("linear attention, causal")


# --- laboratory ----------------------------------------------------------------------------------


def test_the_laboratory_is_drawn_on_opening(open_page: OpenPage) -> None:
    page = open_laboratory(open_page())
    for name in ("spectra", "crossover", "networks", "model"):
        expect(page.locator(f"{LABORATORY}-{name} .js-plotly-plot")).to_be_visible()
    expect(page.locator(f"{LABORATORY}-findings")).to_contain_text("claim holds in effect")
    expect(page.locator(f"{LABORATORY}-crossover")).to_contain_text("crossing 0.76")
    expect(page.locator(f"{LABORATORY}-about-model")).to_contain_text("all-MiniLM-L6-v2")


@pytest.mark.slow
def test_a_button_sets_a_known_setting_and_the_claim_turns_round(open_page: OpenPage) -> None:
    page = open_laboratory(open_page())
    page.locator(f"{LABORATORY}-preset-2").click()
    expect(page.locator(f"{LABORATORY}-findings")).to_contain_text("claim is reversed")
    expect(page.locator(f"{LABORATORY}-d input[type=number]")).to_have_value("64")
    expect(page.locator(f"{LABORATORY}-scale output")).to_have_text("1.00")
    expect(page.locator(f"{LABORATORY}-table")).to_contain_text("158")
    number(page, f"{LABORATORY}-n", 16)
    expect(page.locator(f"{LABORATORY}-findings")).to_contain_text("At n = 16, d = 64")
    page.locator(f"{LABORATORY}-over-sizes").click()
    expect(page.locator(f"{LABORATORY}-sizes")).to_contain_text("none: causal ahead")


@pytest.mark.slow
def test_no_mask_is_said_at_its_field_and_nothing_is_lost(open_page: OpenPage) -> None:
    page = open_laboratory(open_page(bad_input=True))
    masks = page.locator(f"{LABORATORY}-masks")
    for name in ("bidirectional", "causal"):
        masks.locator("label").filter(has_text=name).click()
    expect(masks).to_contain_text("Choose at least one mask.")
    expect(page.locator(f"{LABORATORY}-networks .js-plotly-plot")).to_be_visible()


@pytest.mark.slow
def test_both_panels_fit_a_phone_in_chinese_and_dark(open_page: OpenPage) -> None:
    page = open_page(language="zh-CN", theme="dark", width=400)
    for key, name, said in (
        ("rank", "秩", f"{RANK}-notes"),
        ("laboratory", "实验室", f"{LABORATORY}-findings"),
    ):
        choose_tab(page, "#attention-tabs", f"attention-{key}", name)
        expect(page.locator(said)).to_contain_text("有效秩")
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
