"""Takes the README's pictures of the running app: `make screenshots`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app import build_app, launch
from models.registry import Registry
from tests.browser.chromium import ARGUMENTS, find_chromium

FOLDER = Path(__file__).resolve().parents[1] / ".github" / "pictures"
VIEWS = (
    ("pairs-light", "en-US", "light", 1280, 1290),
    ("pairs-dark-zh", "zh-CN", "dark", 1280, 1290),
    ("pairs-narrow", "en-US", "light", 400, 900),
)


def open_pairs(page: Page, address: str, theme: str) -> None:
    """Open the Pairs tab and wait until its example is drawn."""
    page.goto(f"{address}?__theme={theme}")
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector("#pairs-plot .js-plotly-plot", timeout=60_000)
    page.wait_for_timeout(1_500)


def main() -> None:
    registry = Registry()
    app = build_app(registry)
    launch(app, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for name, language, theme, width, height in VIEWS:
            context = browser.new_context(
                locale=language, viewport={"width": width, "height": height}
            )
            page = context.new_page()
            open_pairs(page, app.local_url, theme)
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
    app.close()
    registry.close()


if __name__ == "__main__":
    main()
