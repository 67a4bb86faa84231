"""Tabs as a visitor finds them: in their bar, or behind its dots on a narrow screen."""

from __future__ import annotations

from playwright.sync_api import Page, TimeoutError, expect


def choose_tab(page: Page, tabs: str, key: str, title: str) -> None:
    """Press the tab `key` of the element `tabs`; `title` is what stands in the bar's menu.

    How many tabs fit depends on the fonts of the machine, and is known a while after the page.
    """
    bar = page.locator(f"{tabs} > .tab-wrapper")
    tab = bar.locator(f"[data-tab-id={key}]").last
    dots = bar.locator(".overflow-menu > button").first
    expect(tab.or_(dots).filter(visible=True).first).to_be_visible()
    if tab.is_visible():
        try:
            tab.click(timeout=5_000)
            return
        except TimeoutError:  # it went behind the dots meanwhile
            pass
    dots.click()
    bar.locator(".overflow-dropdown").get_by_text(title, exact=True).click()
