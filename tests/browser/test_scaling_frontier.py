"""The compute-optimal panel as a visitor uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
PAGE = "/scaling"

FRONTIER = "#scaling-frontier"


def test_a_budget_is_answered_and_a_slip_is_said(open_page: OpenPage) -> None:
    page = open_page(bad_input=True)
    expect(page.locator("#scaling-progress")).to_contain_text("72 of 72 points")
    page.locator("#scaling-tabs > .tab-wrapper [data-tab-id=scaling-frontier]").last.click()
    for name in ("plane", "ratio"):
        expect(page.locator(f"{FRONTIER}-{name} .js-plotly-plot")).to_be_visible()
    page.locator(f"{FRONTIER}-budgets textarea, {FRONTIER}-budgets input").first.fill("1e22")
    page.locator(f"{FRONTIER}-apply").click()
    expect(page.locator(f"{FRONTIER}-reading")).to_contain_text("For 1e22 FLOP the law wants")
    page.locator(f"{FRONTIER}-budgets textarea, {FRONTIER}-budgets input").first.fill("a lot")
    page.locator(f"{FRONTIER}-apply").click()
    expect(page.locator("body")).to_contain_text("a lot”")
    expect(page.locator(f"{FRONTIER}-reading")).to_contain_text("For 1e22 FLOP the law wants")
