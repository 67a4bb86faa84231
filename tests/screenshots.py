"""Takes the README's pictures of the running app: `make screenshots`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app import build_app, launch
from models.registry import Registry
from tests.browser.chromium import ARGUMENTS, find_chromium

FOLDER = Path(__file__).resolve().parents[1] / ".github" / "pictures"
VIEWS = (  # name, language, theme, width, height, inner tab
    ("pairs-light", "en-US", "light", 1280, 1290, 0),
    ("pairs-dark-zh", "zh-CN", "dark", 1280, 1290, 2),
    ("pairs-narrow", "en-US", "light", 400, 900, 0),
    ("pairs-train", "en-US", "light", 1280, 900, 3),
    ("pairs-published", "en-US", "dark", 1280, 1290, 4),
)


def open_pairs(page: Page, address: str, theme: str) -> None:
    """Open the Pairs tab and wait until its example is drawn."""
    page.goto(f"{address}?__theme={theme}")
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector("#pairs-plot .js-plotly-plot", timeout=60_000)
    page.wait_for_timeout(1_500)


def open_panel(page: Page, number: int) -> None:
    """Open an inner tab; on the Train panel two short trainings are laid over each other."""
    page.locator("#pairs-tabs").get_by_role("tab").nth(number).click()
    page.wait_for_timeout(3_000)
    if number == 3:
        page.locator("#training-kind label").nth(1).click()
        page.wait_for_timeout(2_000)
        for loss in ("CoSENT", "cross-entropy"):
            page.locator("#training-loss input").click()
            page.get_by_role("option", name=loss).click()
            page.locator("#training-train").click()
            page.wait_for_timeout(3_000)
            page.locator("#training-progress").get_by_text("Done").wait_for(timeout=300_000)
        page.wait_for_timeout(1_500)


def main() -> None:
    registry = Registry()
    app = build_app(registry)
    launch(app, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for name, language, theme, width, height, panel in VIEWS:
            context = browser.new_context(
                locale=language, viewport={"width": width, "height": height}
            )
            page = context.new_page()
            open_pairs(page, app.local_url, theme)
            if panel:
                open_panel(page, panel)
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
    app.close()
    registry.close()


if __name__ == "__main__":
    main()
