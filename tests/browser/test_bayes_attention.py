"""The naive Bayes tab's panels about attention, as a visitor uses them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/bayes"
MEANWHILE = 120_000  # milliseconds: the first panel's example is answered beside these


def open_panel(page: Page, key: str, title: str) -> Page:
    choose_tab(page, "#bayes-tabs", f"bayes-{key}", title)
    return page


def test_both_routes_agree_and_a_trained_layer_is_asked(open_page: OpenPage) -> None:
    page = open_panel(open_page(bad_input=True), "routes", "Attention is naive Bayes")
    findings = page.locator("#bayes-routes-findings")
    expect(findings).to_contain_text("Both routes agree", timeout=MEANWHILE)
    expect(page.locator("#bayes-routes-rules .js-plotly-plot")).to_be_visible()
    beta = page.locator("#bayes-routes-beta input[type=number]")
    beta.fill("2")
    beta.blur()
    expect(findings).to_contain_text("At β = 2 the generalised rule", timeout=MEANWHILE)
    page.locator("#bayes-routes-residual input").check()
    expect(findings).to_contain_text("a 2-gram that says “wife”", timeout=MEANWHILE)
    choose_tab(page, "#bayes-tabs", "bayes-layer", "A trained layer")
    expect(page.locator("#bayes-layer-learnt")).to_contain_text(
        "It has memorised", timeout=MEANWHILE
    )
    findings = page.locator("#bayes-layer-findings")
    expect(findings).to_contain_text("“caraway” comes next", timeout=MEANWHILE)
    beginning = page.locator("#bayes-layer-beginning textarea, #bayes-layer-beginning input")
    beginning.fill("the zebra")
    page.locator("#bayes-layer-ask").click()
    expect(page.locator("#bayes-layer-beginning")).to_contain_text("do not have: zebra")
    expect(findings).to_contain_text("“caraway” comes next", timeout=MEANWHILE)
    expect(beginning).to_have_value("the zebra")
    page.locator("#bayes-layer-example-1").click()
    expect(findings).to_contain_text("“vienna” comes next", timeout=MEANWHILE)


@pytest.mark.slow
def test_another_layer_is_trained_and_downloaded(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "layer", "A trained layer")
    expect(page.locator("#bayes-layer-learnt")).to_contain_text(
        "It has memorised", timeout=MEANWHILE
    )
    page.locator("#bayes-layer-options > button").click()
    seed = page.locator("#bayes-layer-seed input")
    seed.fill("3")
    seed.blur()
    steps = page.locator("#bayes-layer-steps input[type=number]")
    steps.fill("1000")
    steps.blur()
    page.locator("#bayes-layer-train").click()
    page.locator("#bayes-layer-cancel").click()
    expect(page.locator("#bayes-layer-progress")).to_contain_text("Cancelled")
    page.wait_for_timeout(2_000)  # Gradio can lose a click within a second of a cancel
    steps.fill("40")
    steps.blur()
    page.locator("#bayes-layer-train").click()
    expect(page.locator("#bayes-layer-progress")).to_contain_text("Trained in")
    with page.expect_download() as download:
        page.locator("#bayes-layer-csv-losses").click()
    assert download.value.suggested_filename == "bayes-one-layer-losses.csv"


@pytest.mark.slow
def test_a_prediction_is_taken_apart_and_another_candidate_looked_at(open_page: OpenPage) -> None:
    page = open_panel(open_page(bad_input=True), "sources", "Sources of a prediction")
    findings = page.locator("#bayes-sources-findings")
    expect(findings).to_contain_text("▁bed", timeout=90_000)
    expect(page.locator("#bayes-sources-heat .js-plotly-plot")).to_be_visible()
    page.locator("#bayes-sources-candidate label").filter(has_text="▁table").click()
    expect(findings).to_contain_text("“▁table” has")
    page.locator("#bayes-sources-example-1").click()
    expect(findings).to_contain_text("“▁Mary” has")
    text = page.locator("#bayes-sources-text textarea")
    text.fill("  ")
    page.locator("#bayes-sources-run").click()
    expect(page.locator("#bayes-sources-text")).to_contain_text("Write a text first")
    with page.expect_download() as download:
        page.locator("#bayes-sources-csv").click()
    assert download.value.suggested_filename == "bayes-sources.csv"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "title"),
    [("routes", "注意力即朴素贝叶斯"), ("layer", "训练出的一层"), ("sources", "预测的来源")],
)
def test_panels_fit_a_phone_in_chinese_and_dark(open_page: OpenPage, key: str, title: str) -> None:
    page = open_page(language="zh-CN", theme="dark", width=400)
    open_panel(page, key, title)
    expect(page.locator(f"#bayes-{key}-findings")).to_contain_text("舍入误差", timeout=90_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
