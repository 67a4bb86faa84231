"""Tabs as a visitor finds them: in their bar, or behind its dots on a narrow screen."""

from __future__ import annotations

from playwright.sync_api import Page, TimeoutError, expect

_TRIES = 6


def choose_tab(page: Page, tabs: str, key: str, title: str) -> None:
    """Press the tab `key` of the element `tabs`; `title` is what stands in the bar's menu.

    How many tabs fit depends on the fonts of the machine, and is known a while after the page: a
    tab may go behind the dots, or come out from there, while it is looked for.
    """
    bar = page.locator(f"{tabs} > .tab-wrapper")
    tab = bar.locator(f"[data-tab-id={key}]").last
    dots = bar.locator(".overflow-menu > button").first
    hidden = bar.locator(".overflow-dropdown").get_by_text(title, exact=True)
    for _ in range(_TRIES):
        expect(tab.or_(dots).filter(visible=True).first).to_be_visible()
        try:
            if tab.is_visible():
                tab.click(timeout=5_000)
            else:
                dots.click(timeout=5_000)
                hidden.click(timeout=5_000)
            return
        except TimeoutError:
            continue
    raise AssertionError(f"the tab {key} is neither in its bar nor behind the dots")
