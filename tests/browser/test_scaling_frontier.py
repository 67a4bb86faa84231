"""Compute-optimal and IsoFLOP as a visitor uses them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

FRONTIER, ISOFLOP = "#scaling-frontier", "#scaling-isoflop"


def open_panel(page: Page, name: str) -> None:
    tab = page.locator(f"#scaling-tabs > .tab-wrapper [data-tab-id=scaling-{name}]").last
    tab.click()
    expect(page.locator(f"#scaling-{name}-csv:enabled")).to_be_attached()


def test_minima_and_the_frontier_are_drawn_and_budgets_typed(open_page: OpenPage) -> None:
    page = open_page(bad_input=True)
    page.locator("#tabs > .tab-wrapper [data-tab-id=scaling]").last.click()
    open_panel(page, "isoflop")
    expect(page.locator(f"{ISOFLOP}-reading")).to_contain_text("9 of 9 budgets")
    expect(page.locator(f"{ISOFLOP}-power .js-plotly-plot")).to_be_visible()
    open_panel(page, "frontier")
    expect(page.locator(f"{FRONTIER}-plane .js-plotly-plot")).to_be_visible()
    expect(page.locator(f"{FRONTIER}-claims")).to_contain_text("40.3B")
    budgets = page.locator(f"{FRONTIER}-budgets")
    budgets.locator("textarea, input").fill("1e3 PF-days")
    page.locator(f"{FRONTIER}-apply").click()
    expect(page.locator(f"{FRONTIER}-table")).to_contain_text("8.64e22")
    budgets.locator("textarea, input").fill("a lot")
    page.locator(f"{FRONTIER}-apply").click()
    expect(budgets).to_contain_text("“a lot” is not understood")
    expect(page.locator(f"{FRONTIER}-table")).to_contain_text("8.64e22")
