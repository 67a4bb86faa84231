"""Which Chromium the tests drive; `python -m tests.browser.chromium` fails if there is none."""

from __future__ import annotations

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--no-first-run",
]


def find_chromium() -> str | None:
    """The path of a Chromium: named by the environment, the system's, or Playwright's own."""
    named = os.environ.get("KEXUE_LAB_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if os.path.exists(own) else None


if __name__ == "__main__":
    path = find_chromium()
    if path is None:
        sys.exit("No Chromium was found: install it, or name it in KEXUE_LAB_CHROMIUM.")
    print(path)
