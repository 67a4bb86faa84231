"""The real app in a thread, a real browser, and a page that fails on anything amiss.

A module names the page that its tests open, `PAGE = "/lora"`; else it is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app import build_app, launch
from models.registry import Registry
from tests.browser.chromium import ARGUMENTS, find_chromium

expect.set_options(timeout=30_000)  # a busy two-core machine
OpenPage = Callable[..., Page]
# Gradio's own, when a page is left while it listens.
LEFT = ("AbortError: signal is aborted", "Unexpected error Connection errored out")


@pytest.fixture(scope="session")
def running_app(registry: Registry) -> Iterator[gr.Blocks]:
    """The app, served from here."""
    app = build_app(registry)
    launch(app, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=None)
    yield app
    app.close()


@pytest.fixture(scope="session")
def app_url(running_app: gr.Blocks) -> str:
    """The address of the running app."""
    return str(running_app.local_url).rstrip("/")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: `make chromium` installs one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, app_url: str, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open the app as a visitor with a language, a theme and a width.

    The test fails at its end on a console error, an exception in the page, or a request to
    another host. A validator answers 422, which Chromium reports as a console error: those are
    allowed where the test says that it types something bad, and what Gradio says of answers that
    nobody waits for where it leaves a page.
    """
    problems: list[str] = []
    pages: list[Page] = []

    def open_(
        path: str | None = None,
        language: str = "en-US",
        theme: str = "light",
        width: int = 1280,
        bad_input: bool = False,
        leaves: bool = False,
    ) -> Page:
        context = browser.new_context(locale=language, viewport={"width": width, "height": 900})
        page = context.new_page()
        page.set_default_timeout(60_000)

        def on_console(message: object) -> None:
            said = str(message.text)  # type: ignore[attr-defined]
            meant = (bad_input and "422" in said) or (leaves and said.startswith(LEFT))
            if message.type == "error" and not meant:  # type: ignore[attr-defined]
                problems.append(f"console: {said}")

        def on_request(sent: object) -> None:
            url = sent.url  # type: ignore[attr-defined]
            if not url.startswith((app_url, app_url.replace("http", "ws"), "data:", "blob:")):
                problems.append(f"request to another host: {url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on("request", on_request)
        address = app_url + (path or getattr(request.module, "PAGE", "/"))
        page.goto(f"{address}{'&' if '?' in address else '?'}__theme={theme}")
        pages.append(page)
        return page

    yield open_
    for page in pages:
        page.context.close()
    assert not problems
