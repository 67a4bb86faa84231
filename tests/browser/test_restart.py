"""A server that is killed and started again while a page is open."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROJECT = Path(__file__).resolve().parents[2]
PORT = 7_893
ADDRESS = f"http://127.0.0.1:{PORT}"
PATIENCE = 120.0  # seconds


class Server:
    """The app as its own process."""

    def __init__(self) -> None:
        environment = os.environ | {"GRADIO_SERVER_PORT": str(PORT)}
        self.process = subprocess.Popen([sys.executable, "app.py"], cwd=PROJECT, env=environment)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(ADDRESS)
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise TimeoutError(ADDRESS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    started: list[Server] = [Server()]
    yield started
    for server in started:
        server.kill()


def test_the_page_says_so_and_goes_on_after_a_reload(
    browser: Browser, servers: list[Server]
) -> None:
    page = browser.new_context(locale="en-US").new_page()
    page.goto(f"{ADDRESS}/attention")
    progress, note = page.locator("#attention-progress"), page.locator("#page-note")
    expect(progress).to_contain_text("tokens", timeout=PATIENCE * 1e3)
    text = page.locator("#attention-first textarea")
    text.fill("Typed before the server was killed.")
    page.wait_for_timeout(700)
    servers[0].kill()
    expect(note).to_contain_text("The server does not answer")
    expect(text).to_have_value("Typed before the server was killed.")
    servers.append(Server())
    expect(note).to_contain_text("The server was started anew")
    note.locator("button").click()
    expect(note).to_contain_text("What you had filled in here is back")
    expect(text).to_have_value("Typed before the server was killed.")
    expect(progress).to_contain_text("tokens", timeout=PATIENCE * 1e3)
    page.context.close()
