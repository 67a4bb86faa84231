"""What a person waits for in a browser: each page against a page of one button, in the same run.

And a class that opens one page at once, all browsers on the machine that also serves.
"""

from __future__ import annotations

import gzip
import os
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import brotli
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import replay
from tests.bench.encoders import Rows
from tests.bench.startup import server
from tests.browser.chromium import ARGUMENTS, find_chromium

RUNS = 7
CLASS = int(os.environ.get("KEXUE_LAB_BROWSERS", "30"))
CLASS_SECONDS = 5.0  # within which they come
PORT, BUTTON_PORT = 7_895, 7_896
_WARM_SECONDS = 8.0  # models are loaded behind the first page
_PATIENCE = 120_000  # milliseconds

# A page, and what has to be seen of it.
PAGES = {
    "": "#home-text h2",
    "pairs": "#pairs-score",
    "retrieval": "#retrieval-ask-run",
    "attention": "#attention-run",
    "scaling": "#scaling-fit",
    "lora": "#lora-race-run",
    "bayes": "#bayes-extension-run",
}
_ONE_BUTTON = """
import os
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio as gr
with gr.Blocks() as app:
    gr.Button("One", elem_id="one")
app.launch(server_port={port}, ssr_mode=False, quiet=True, _frontend=False)
"""
# Notes when the element has been painted, and when the first event was sent to the server.
_WATCH = """
window.noted = {{}};
const send = window.fetch;
window.fetch = (what, ...rest) => {{
  if (String(what.url || what).includes("queue/join")) noted.asked ??= performance.now();
  return send.call(window, what, ...rest);
}};
const look = () => {{
  const height = document.querySelector({selector!r})?.getBoundingClientRect().height;
  if (!height || !({also})) return requestAnimationFrame(look);
  requestAnimationFrame(() => setTimeout(() => {{
    noted.seen = performance.now();
    noted.at = Date.now();
  }}));
}};
look();
"""


def pages() -> Rows:
    """Milliseconds until a page can be seen and its example is asked for; bytes on the wire."""
    with _served() as (url, button), _chromium() as browser:
        times: dict[str, list[tuple[float, float]]] = {}
        for _ in range(RUNS):
            times.setdefault("one button", []).append(_open(browser, button, "#one"))
            for page, selector in PAGES.items():
                times.setdefault(f"/{page}", []).append(_open(browser, f"{url}/{page}", selector))
        unit = statistics.median(seen for seen, _ in times["one button"])
        for name, found in times.items():
            seen, asked = (statistics.median(column) for column in zip(*found, strict=True))
            example = f"; example asked for {asked:.0f} ms, {asked / unit:.2f}x" if asked else ""
            yield f"{name}: visible", f"{seen:.0f} ms, {seen / unit:.2f}x{example}"
        for page in PAGES:
            yield f"/{page}: bytes of the page", _bytes(f"{url}/{page}")


def a_class() -> Rows:
    """Seconds from the first of many visitors of /pairs until the last has the scores.

    As the requests of browsers elsewhere, and as browsers on the two cores that also serve, where
    they are compared with as many browsers that open a page of one button.
    """
    scores = "/12/.test(document.querySelector('#pairs-progress')?.textContent)"
    with _served() as (url, button), _chromium() as browser:
        visit = replay.record(browser, f"{url}/pairs")
        done = sorted(replay.send_again(visit, CLASS, CLASS_SECONDS))
        yield f"{CLASS} visitors' requests: half, all answered after", _halves(done)
        for name, address, selector, also in (
            ("one button", button, "#one", "true"),
            ("/pairs and its scores", f"{url}/pairs", "#pairs-progress", scores),
        ):
            done = _browsers(browser, address, selector, also)
            yield f"{CLASS} browsers here, {name}: half, all after", _halves(done)


def _browsers(browser: Browser, address: str, selector: str, also: str) -> list[float]:
    began, opened = time.time(), []
    for number in range(CLASS):
        time.sleep(max(began + number * CLASS_SECONDS / CLASS - time.time(), 0.0))
        opened.append(_start(browser, address, selector, also))
    done = sorted(_noted(page)["at"] / 1e3 - began for page in opened)
    for page in opened:
        page.context.close()
    return done


def _halves(done: list[float]) -> str:
    return f"{done[len(done) // 2]:.1f} s, {done[-1]:.1f} s"


def _open(browser: Browser, url: str, selector: str) -> tuple[float, float]:
    """Milliseconds until it is seen, and until an event was sent (0: none)."""
    page = _start(browser, url, selector)
    noted = _noted(page)
    page.wait_for_timeout(700)
    asked = page.evaluate("noted.asked ?? 0")
    page.context.close()
    return noted["seen"], asked


def _start(browser: Browser, url: str, selector: str, also: str = "true") -> Page:
    """Open a page as a visitor who comes for the first time."""
    page = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(_WATCH.format(selector=selector, also=also))
    page.goto(url, wait_until="commit", timeout=_PATIENCE)
    return page


def _noted(page: Page) -> dict[str, float]:
    page.wait_for_function("window.noted?.seen", timeout=_PATIENCE)
    return dict(page.evaluate("noted"))


def _bytes(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        whole = answer.read()
    sizes = len(brotli.compress(whole, quality=6)), len(gzip.compress(whole, 6))
    sent = []
    for encoding in ("br", "gzip"):
        request = urllib.request.Request(url, headers={"Accept-Encoding": encoding})
        with urllib.request.urlopen(request) as answer:
            sent.append(len(answer.read()))
    assert [abs(a - b) < 100 for a, b in zip(sent, sizes, strict=True)] == [True, True]
    return f"{sent[0] / 1e3:.1f} kB (brotli), {sent[1] / 1e3:.1f} kB (gzip)"


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _served() -> Iterator[tuple[str, str]]:
    """Addresses of the app and of a page of one button, each a process."""
    one_button = _ONE_BUTTON.format(port=BUTTON_PORT)
    with server("app.py", port=PORT) as app, server("-c", one_button, port=BUTTON_PORT) as button:
        time.sleep(_WARM_SECONDS)
        yield app[0], button[0]
