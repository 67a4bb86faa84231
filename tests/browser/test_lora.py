"""The LoRA tab as a visitor uses it: the worked example, another change, a rank that cannot be."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/lora"


def open_panel(page: Page, key: str, title: str) -> Page:
    choose_tab(page, "#lora-tabs", f"lora-{key}", title)
    return page


def open_race(page: Page, panel: str = "Matrix race") -> Page:
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
    page = open_race(open_page(language="zh-CN", theme="dark", width=400), "矩阵竞赛")
    expect(page.locator("#lora-race-findings")).to_contain_text("秩 4")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_gradient_and_the_cost_answer_what_is_typed(open_page: OpenPage) -> None:
    page = open_panel(open_page(bad_input=True), "gradients", "The gradient")
    findings = page.locator("#lora-gradients-findings")
    expect(findings).to_contain_text("is 2G to")
    expect(page.locator("#lora-gradients-mean .js-plotly-plot")).to_be_visible()
    seed = page.locator("#lora-gradients-seed input")
    seed.fill("-1")
    seed.blur()
    expect(page.locator("#lora-gradients-seed")).to_contain_text("seed")
    expect(findings).to_contain_text("is 2G to")
    expect(seed).to_have_value("-1")
    choose_tab(page, "#lora-tabs", "lora-cost", "What it costs")
    page.locator("#lora-cost-preset-ffn_7b, [id^=lora-cost-preset]").last.click()
    expect(page.locator("#lora-cost-findings")).to_contain_text("times the operations")
    rank = page.locator("#lora-cost-r input")
    rank.fill("0")
    rank.blur()
    expect(page.locator("#lora-cost-r")).to_contain_text("whole number")
    expect(rank).to_have_value("0")


@pytest.mark.slow
def test_a_fine_tuning_is_cancelled_and_another_seen_to_its_end(open_page: OpenPage) -> None:
    page = open_panel(open_page(bad_input=True), "tuning", "Fine-tuning")
    expect(page.locator("#lora-tuning-shipped-plot .js-plotly-plot")).to_be_visible()
    expect(page.locator("#lora-tuning-shipped-findings")).to_contain_text("Spearman on SICK")
    page.locator("#lora-tuning-run").click()
    expect(page.locator("#lora-tuning-losses .js-plotly-plot")).to_be_visible(timeout=120_000)
    page.locator("#lora-tuning-cancel").click()
    expect(page.locator("#lora-tuning-cancel")).to_be_hidden()
    page.wait_for_timeout(2_000)  # Gradio can lose a click within a second of a cancel
    steps = page.locator("#lora-tuning-steps input[type=number]")
    steps.fill("10")
    steps.blur()
    page.locator("#lora-tuning-options > button").click()
    rate = page.locator("#lora-tuning-rate-full input, #lora-tuning-rate-full textarea")
    rate.fill("quick")
    page.locator("#lora-tuning-run").click()
    expect(page.locator("#lora-tuning-rate-full")).to_contain_text("number")
    rate.fill("")
    page.locator("#lora-tuning-run").click()
    expect(page.locator("#lora-tuning-findings")).to_contain_text("highest", timeout=240_000)
    expect(page.locator("#lora-tuning-spectrum .js-plotly-plot")).to_be_visible()
    page.locator("#lora-tuning-layer input").click()
    page.get_by_role("option", name="encoder.layer.0.attention.self.query").click()
    expect(page.locator("#lora-tuning-layer input")).to_have_value(
        "encoder.layer.0.attention.self.query"
    )
    with page.expect_download() as download:
        page.locator("#lora-tuning-csv").click()
    assert download.value.suggested_filename == "lora-tuning.csv"
