"""The quanta laboratory as a visitor uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/scaling"

QUANTA = "#scaling-quanta"


def open_quanta(page: Page) -> Page:
    tab = page.locator("#scaling-tabs > .tab-wrapper [data-tab-id=scaling-quanta]").last
    expect(tab).to_be_attached()
    tab.click()
    expect(page.locator(f"{QUANTA}-csv:enabled")).to_be_attached()
    return page


def test_stairs_become_a_power_law_and_other_spectra_do_not(open_page: OpenPage) -> None:
    page = open_quanta(open_page())
    findings = page.locator(f"{QUANTA}-findings")
    expect(findings).to_contain_text("58% more than the theory's 0.286")
    expect(page.locator(f"{QUANTA}-published")).to_contain_text("0.45 with 405 of 500 learned")
    for name in ("law", "emergence", "integral", "truncation"):
        expect(page.locator(f"{QUANTA}-{name} .js-plotly-plot")).to_be_visible()

    page.locator(f"{QUANTA}-preset-exponential").click()
    expect(findings).to_contain_text("no power law")
    expect(page.locator(f"{QUANTA}-rate output")).to_have_text("0.0100")
    expect(page.locator(f"{QUANTA}-a")).to_be_hidden()
    expect(page.locator(f"{QUANTA}-no-integral")).to_contain_text("choose that spectrum")


@pytest.mark.slow
def test_figures_that_were_gone_come_back(open_page: OpenPage) -> None:
    page = open_quanta(open_page())
    findings = page.locator(f"{QUANTA}-findings")
    page.locator(f"{QUANTA}-preset-exponential").click()
    expect(page.locator(f"{QUANTA}-integral .js-plotly-plot")).to_have_count(0)
    page.locator(f"{QUANTA}-preset-stairs").click()
    expect(findings).to_contain_text("There are 12 quanta")
    expect(page.locator(f"{QUANTA}-count output")).to_have_text("12")
    expect(page.locator(f"{QUANTA}-integral .js-plotly-plot")).to_be_visible()
    page.locator(f"{QUANTA}-count input").press("End")
    expect(findings).to_contain_text("There are 1,000,000 quanta")


@pytest.mark.slow
def test_a_window_without_width_is_said_at_its_slider(open_page: OpenPage) -> None:
    page = open_quanta(open_page(bad_input=True))
    page.locator(f"{QUANTA}-last input").press("Home")
    expect(page.locator("body")).to_contain_text("The line has to end after the quantum")
    expect(page.locator(f"{QUANTA}-findings")).to_contain_text("quantum 1 to 405")
    page.locator(f"{QUANTA}-last input").press("End")
    expect(page.locator(f"{QUANTA}-findings")).to_contain_text("quantum 1 to 499")
    with page.expect_download() as download:
        page.locator(f"{QUANTA}-csv").click()
    assert download.value.suggested_filename == "quanta-zipf-steps.csv"


@pytest.mark.slow
def test_the_laboratory_fits_a_phone_in_chinese_and_dark(open_page: OpenPage) -> None:
    page = open_page(language="zh-CN", theme="dark", width=400)
    choose_tab(page, "#scaling-tabs", "scaling-quanta", "量子实验室")
    expect(page.locator(f"{QUANTA}-findings")).to_contain_text("理论值")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
