"""What a visitor finds whose browser asks for Chinese, and what anybody is told of a text's
language."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demos.pairs.grid.example import CHINESE_EXAMPLE_A, EXAMPLE_A
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
GRID = "/pairs?panel=grid"


def stored(page: Page) -> str | None:
    kept: str | None = page.evaluate("sessionStorage.getItem('kexue-lab:/pairs')")
    return kept


def test_first_values_are_in_the_visitors_language(open_page: OpenPage) -> None:
    lines = open_page(GRID).locator("#pairs-grid-a textarea")
    expect(lines).to_have_value("\n".join(EXAMPLE_A))
    lines = open_page(GRID, language="zh-CN").locator("#pairs-grid-a textarea")
    expect(lines).to_have_value("\n".join(CHINESE_EXAMPLE_A))


def test_a_first_value_is_nothing_that_was_filled_in(open_page: OpenPage) -> None:
    page = open_page(GRID, language="zh-CN", leaves=True)
    expect(page.locator("#pairs-grid-progress")).to_contain_text("6 × 8 = 48")
    second = page.locator("#pairs-grid-b textarea")
    second.fill("一句话")
    page.wait_for_timeout(3_000)
    assert "pairs-grid-b" in str(stored(page))
    assert "pairs-grid-a" not in str(stored(page))
    page.reload()
    expect(page.locator("#page-note")).to_contain_text("恢复")
    expect(second).to_have_value("一句话")
    expect(page.locator("#pairs-grid-a textarea")).to_have_value("\n".join(CHINESE_EXAMPLE_A))


def test_a_reload_of_first_values_says_nothing(open_page: OpenPage) -> None:
    page = open_page(GRID, language="zh-CN", leaves=True)
    expect(page.locator("#pairs-grid-progress")).to_contain_text("6 × 8 = 48")
    page.locator("#pairs-grid-a textarea").click()
    page.locator("#pairs-grid-run").click()
    page.wait_for_timeout(3_000)
    page.reload()
    expect(page.locator("#pairs-grid-progress")).to_contain_text("6 × 8 = 48")
    expect(page.locator("#page-note")).to_be_empty()
    assert stored(page) is None or "pairs-grid" not in str(stored(page))
