"""The grid of two lists as a visitor uses it."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
PAGE = "/pairs"


def open_grid(page: Page) -> Page:
    page.locator("#pairs-tabs > .tab-wrapper [data-tab-id=pairs-grid]").last.click()
    expect(page.locator("#pairs-grid-plot-2 .js-plotly-plot")).to_be_visible()
    return page


def write(page: Page, a: str, b: str) -> None:
    page.locator("#pairs-grid-a textarea").fill(a)
    page.locator("#pairs-grid-b textarea").fill(b)


def test_the_example_is_scored_on_first_opening(open_page: OpenPage) -> None:
    page = open_grid(open_page())
    expect(page.locator("#pairs-grid-progress")).to_contain_text("Scored 6 × 8 = 48 pairs")
    expect(page.locator("#pairs-grid-cost")).to_contain_text("6 + 8 texts")
    expect(page.locator("#pairs-grid-cost")).to_contain_text("6 × 8 pairs")
    expect(page.locator("#pairs-grid-best")).to_contain_text("A cat is sleeping on the couch.")
    expect(page.locator("#pairs-grid-plot-3")).to_have_count(0)


def test_own_lists_hover_and_csv(open_page: OpenPage) -> None:
    page = open_grid(open_page())
    write(page, "the <b>bold</b> cat\n\nrain\n", "a brave cat\nsnow\nice")
    page.locator("#pairs-grid-run").click()
    expect(page.locator("#pairs-grid-progress")).to_contain_text("Scored 2 × 3 = 6 pairs")
    plot = page.locator("#pairs-grid-plot-1")
    plot.scroll_into_view_if_needed()
    box = plot.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 6, box["y"] + box["height"] / 4)
    hover = plot.locator(".hoverlayer")
    expect(hover).to_contain_text("A: the <b>bold</b> cat")
    expect(hover).to_contain_text("B: a brave cat")
    expect(hover).to_contain_text("cosine")
    with page.expect_download() as download:
        page.locator("#pairs-grid-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 6
    assert rows[1][:2] == ["the <b>bold</b> cat", "a brave cat"]


@pytest.mark.slow
def test_what_a_visitor_made_outlives_another_tab(open_page: OpenPage) -> None:
    page = open_grid(open_page())
    write(page, "one", "two")
    page.locator("#pairs-grid-run").click()
    expect(page.locator("#pairs-grid-progress")).to_contain_text("Scored 1 × 1 = 1 pairs")
    page.locator("#pairs-tabs > .tab-wrapper [data-tab-id=pairs-score]").last.click()
    expect(page.locator("#pairs-score")).to_be_visible()
    page.locator("#pairs-tabs > .tab-wrapper [data-tab-id=pairs-grid]").last.click()
    page.wait_for_timeout(1_500)
    expect(page.locator("#pairs-grid-progress")).to_contain_text("Scored 1 × 1 = 1 pairs")
    expect(page.locator("#pairs-grid-a textarea")).to_have_value("one")


@pytest.mark.slow
def test_chinese_dark_and_narrow(open_page: OpenPage) -> None:
    page = open_grid(open_page(language="zh-CN", theme="dark", width=400))
    expect(page.locator("#pairs-grid-progress")).to_contain_text("6 × 8 = 48")
    expect(page.locator("#pairs-grid-run")).to_have_text("给网格打分")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_bad_lists_are_said_at_their_field_and_kept(open_page: OpenPage) -> None:
    page = open_grid(open_page(bad_input=True))
    many = "\n".join(f"sentence {k}" for k in range(201))
    write(page, many, "")
    page.locator("#pairs-grid-run").click()
    expect(page.locator("#pairs-grid-a")).to_contain_text("201 sentences and at most 200")
    expect(page.locator("#pairs-grid-b")).to_contain_text("List B is empty")
    assert page.locator("#pairs-grid-a textarea").input_value() == many


@pytest.mark.slow
def test_two_columns_uploaded(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "lists.tsv"
    path.write_text("query\tpassage\nfirst\tone\nsecond\t\n")
    page = open_grid(open_page())
    page.locator("#pairs-grid-bring > button").first.click()
    page.locator("#pairs-grid-file input[type=file]").set_input_files(path)
    expect(page.locator("#pairs-grid-read-note")).to_contain_text("2 sentences for A and 1 for B")
    expect(page.locator("#pairs-grid-a textarea")).to_have_value("first\nsecond")


@pytest.mark.slow
def test_cancel(open_page: OpenPage) -> None:
    page = open_grid(open_page())
    write(
        page,
        "\n".join(f"a cancelled grid, row {k}" for k in range(150)),
        "\n".join(f"a cancelled grid, column {k}" for k in range(150)),
    )
    page.locator("#pairs-grid-run").click()
    expect(page.locator("#pairs-grid-progress [role=progressbar]")).to_be_visible()
    page.locator("#pairs-grid-cancel").click()
    expect(page.locator("#pairs-grid-progress")).to_contain_text("Cancelled")
    time.sleep(4)
    expect(page.locator("#pairs-grid-progress")).to_contain_text("Cancelled")
    expect(page.locator("#status")).to_contain_text("queue 0")
    page.locator("#pairs-grid-example-en").click()
    expect(page.locator("#pairs-grid-a textarea")).to_have_value(re.compile("The cat is asleep"))
    page.locator("#pairs-grid-run").click()
    expect(page.locator("#pairs-grid-progress")).to_contain_text("Scored 6 × 8 = 48 pairs")
