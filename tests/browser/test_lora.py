"""The LoRA tab as a visitor uses it: the worked example, another change, a rank that cannot be."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
TAB = "lora"


def open_race(page: Page, tab: str = "LoRA", panel: str = "Matrix race") -> Page:
    choose_tab(page, "#tabs", "lora", tab)
    choose_tab(page, "#lora-tabs", "lora-race", panel)
    expect(page.locator("#lora-race-courses .js-plotly-plot")).to_be_visible()
    return page


def test_a_race_another_change_and_a_rank_that_cannot_be(open_page: OpenPage) -> None:
    page = open_race(open_page(bad_input=True))
    findings = page.locator("#lora-race-findings")
    expect(findings).to_contain_text("rank 4 is enough for this change")
    page.locator("#lora-race-preset-offsets").click()
    expect(findings).to_contain_text("made of offsets alone")
    rank = page.locator("#lora-race-rank input[type=number]")
    rank.fill("40")
    rank.blur()
    page.locator("#lora-race-run").click()
    expect(page.locator("#lora-race-rank")).to_contain_text("choose one from 1 to 32")
    expect(findings).to_contain_text("made of offsets alone")
    expect(rank).to_have_value("40")


@pytest.mark.slow
def test_a_divergence_is_said_and_another_method_looked_at(open_page: OpenPage) -> None:
    page = open_race(open_page())
    page.locator("#lora-race-options > button").click()
    page.locator("#lora-race-rate-lora input, #lora-race-rate-lora textarea").fill("40")
    page.locator("#lora-race-run").click()
    expect(page.locator("#lora-race-findings")).to_contain_text("LoRA diverged at step")
    page.locator("#lora-race-looked-at label").filter(has_text="GaLore").click()
    expect(page.locator("#lora-race-values .js-plotly-plot")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#lora-race-csv-values").click()
    assert download.value.suggested_filename == "lora-race-galore-singular-values.csv"


@pytest.mark.slow
def test_the_race_fits_a_phone_in_chinese_and_dark(open_page: OpenPage) -> None:
    page = open_race(open_page(language="zh-CN", theme="dark", width=400), "LoRA", "矩阵竞赛")
    expect(page.locator("#lora-race-findings")).to_contain_text("秩 4")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
