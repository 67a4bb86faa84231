"""Takes the README's pictures of the running app: `make screenshots`.

`python -m tests.screenshots retrieval-ask pairs-light` takes these two alone.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app import build_app, launch
from models.registry import Registry
from tests.browser.chromium import ARGUMENTS, find_chromium

FOLDER = Path(__file__).resolve().parents[1] / ".github" / "pictures"
CORPUS = tuple(
    f"{who} {what}."
    for who in ("The night train", "Our ferry", "The first bus", "Her flight", "The last tram")
    for what in (
        "was cancelled because of the snow",
        "arrives ten minutes late",
        "has no seats left",
        "stops at every village",
        "costs less on Mondays",
        "lost my suitcase",
        "leaves from another platform",
        "takes bicycles after nine",
    )
)


@dataclass(frozen=True)
class View:
    """One picture: which panel of which page, for whom, and how large.

    Attributes:
        scroll_to: what stands at the top of the picture; "" for the top of the page.
    """

    name: str
    tab: str
    panel: str
    language: str = "en-US"
    theme: str = "light"
    width: int = 1280
    height: int = 1290
    scroll_to: str = ""


INNER = "#retrieval-tabs"
BELOW_THE_TEXT = "#attention-tabs"
BELOW_THE_POINTS = "#scaling-tabs"
VIEWS = (
    View("pairs-light", "pairs", "score"),
    View("pairs-dark-zh", "pairs", "playground", "zh-CN", "dark"),
    View("pairs-narrow", "pairs", "score", width=400, height=900),
    View("pairs-train", "pairs", "training", height=900),
    View("pairs-published", "pairs", "published", theme="dark"),
    View("retrieval-ask", "retrieval", "ask", height=1345, scroll_to=INNER),
    View("retrieval-compare", "retrieval", "compare", theme="dark", height=1160, scroll_to=INNER),
    View("retrieval-matrix-zh", "retrieval", "matrix", "zh-CN", height=1420, scroll_to=INNER),
    View(
        *("retrieval-own-narrow", "retrieval", "indexing"),
        width=400,
        height=1090,
        scroll_to="#retrieval-corpus",
    ),
    View("attention-heads", "attention", "heads", height=1290),
    View("attention-axioms", "attention", "axioms", height=1250, scroll_to=BELOW_THE_TEXT),
    View("attention-rank-zh", "attention", "rank", "zh-CN", "dark", scroll_to=BELOW_THE_TEXT),
    View("attention-decoder", "attention", "decoder", height=1300, scroll_to=BELOW_THE_TEXT),
    View(
        *("attention-narrow", "attention", "heads"),
        width=400,
        height=1090,
        scroll_to="#attention-heads-overview",
    ),
    View("scaling-fit-zh", "scaling", "fit", "zh-CN", "dark", scroll_to=BELOW_THE_POINTS),
    View("scaling-frontier-zh", "scaling", "frontier", "zh-CN", "dark", scroll_to=BELOW_THE_POINTS),
    View("scaling-isoflop-zh", "scaling", "isoflop", "zh-CN", "dark", scroll_to=BELOW_THE_POINTS),
    View("scaling-plan", "scaling", "plan", height=1180, scroll_to=BELOW_THE_POINTS),
    View("lora-race", "lora", "race", height=1420, scroll_to="#lora-race-findings"),
    View("lora-gradients-zh", "lora", "gradients", "zh-CN", "dark", scroll_to="#lora-tabs"),
    View("lora-tuning", "lora", "tuning", height=1010, scroll_to="#lora-tuning-shipped-findings"),
    View("bayes-answers", "bayes", "extension", height=1290, scroll_to="#bayes-extension-run"),
    View("bayes-questions-zh", "bayes", "questions", "zh-CN", "dark", 1280, 1180, "#bayes-tabs"),
    View("bayes-routes", "bayes", "routes", height=1180, scroll_to="#bayes-tabs"),
    View("bayes-sources", "bayes", "sources", height=1180, scroll_to="#bayes-tabs"),
)


def wait_for_example(page: Page, tab: str) -> None:
    """Wait until the example of a page is drawn."""
    drawn = {
        "pairs": "#pairs-plot .js-plotly-plot",
        "retrieval": "#retrieval-ask-plot .js-plotly-plot",
        "attention": "#attention-heads-matrix .js-plotly-plot",
        "scaling": "#scaling-data-plot .js-plotly-plot",
        "lora": "#lora-race-courses .js-plotly-plot",
        "bayes": "#bayes-extension-findings li",
    }[tab]
    page.wait_for_selector(drawn, timeout=120_000)
    page.wait_for_timeout(1_500)


def open_panel(page: Page, tab: str, panel: str) -> None:
    """Open a panel, on a narrow screen behind the dots, and do there what the picture shows."""
    inner = page.locator(f"#{tab}-tabs > .tab-wrapper [data-tab-id={tab}-{panel}]").last
    if inner.is_visible():
        inner.click()
    else:
        page.locator(f"#{tab}-tabs .overflow-menu > button").first.click()
        page.locator(f"#{tab}-tabs .overflow-dropdown button").last.click()
    page.wait_for_timeout(3_000)
    if panel == "training":
        lay_two_trainings_over_each_other(page)
    elif panel == "indexing":
        build_an_index(page)
    elif panel == "compare":
        page.wait_for_selector("#retrieval-compare-cost-plot .js-plotly-plot", timeout=120_000)
    elif panel == "matrix":
        page.wait_for_selector("#retrieval-matrix-recall .js-plotly-plot", timeout=60_000)
    page.wait_for_timeout(1_500)


def lay_two_trainings_over_each_other(page: Page) -> None:
    page.locator("#training-kind label").nth(1).click()
    page.wait_for_timeout(2_000)
    for loss in ("CoSENT", "cross-entropy"):
        page.locator("#training-loss input").click()
        page.get_by_role("option", name=loss).click()
        page.locator("#training-train").click()
        page.wait_for_timeout(3_000)
        page.locator("#training-progress").get_by_text("Done").wait_for(timeout=300_000)
    page.wait_for_timeout(1_500)


def build_an_index(page: Page) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journeys.txt"
        path.write_text("\n".join(CORPUS))
        page.locator("#retrieval-indexing-file input[type=file]").set_input_files(path)
        page.locator("#retrieval-indexing-note").get_by_text("cross-encoder calls").wait_for()
        page.locator("#retrieval-indexing-build").click()
        page.locator("#retrieval-indexing-progress").get_by_text("is built").wait_for()
        page.wait_for_timeout(1_000)


def take(browser: Browser, address: str, view: View) -> None:
    """Take one picture, of a visitor who comes for the first time."""
    context = browser.new_context(
        locale=view.language, viewport={"width": view.width, "height": view.height}
    )
    page = context.new_page()
    page.goto(f"{address}{view.tab}?__theme={view.theme}")
    wait_for_example(page, view.tab)
    if view.panel not in ("score", "ask", "heads", "race", "extension"):  # these are open already
        open_panel(page, view.tab, view.panel)
    if view.scroll_to:
        page.locator(view.scroll_to).evaluate("e => scrollBy(0, e.getBoundingClientRect().y - 20)")
    page.screenshot(path=FOLDER / f"{view.name}.png")
    context.close()


def chosen(names: Sequence[str]) -> list[View]:
    """The views of these names, in their order; all where there are none."""
    known = {view.name: view for view in VIEWS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"There is no picture {', '.join(unknown)}: known are {', '.join(known)}.")
    return [known[name] for name in names] or list(VIEWS)


def main(names: Sequence[str]) -> None:
    views = chosen(names)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as indexes, sync_playwright() as playwright:
        os.environ["KEXUE_LAB_INDEXES"] = indexes  # what is built for a picture does not stay
        registry = Registry()
        app = build_app(registry)
        launch(app, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for view in views:
            take(browser, app.local_url, view)
        browser.close()
        app.close()
        registry.close()


if __name__ == "__main__":
    main(sys.argv[1:])
