"""The CoSENT playground as a visitor uses it."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/pairs"


def open_playground(page: Page) -> Page:
    choose_tab(page, "#pairs-tabs", "pairs-playground", "CoSENT 试验台")
    expect(page.locator("#pairs-playground-terms .js-plotly-plot")).to_be_visible()
    return page


def losses(page: Page, row: int) -> Locator:
    """A row of the table before/now/change: 0 CoSENT, 1 cross-entropy, 2 squared error."""
    return page.locator("#pairs-playground-comparison tbody tr").nth(row)


def type_into(page: Page, row: int, column: int, typed: str) -> None:
    page.locator(f"#pairs-playground-table [data-row='{row}'][data-col='{column}']").dblclick()
    expect(page.locator("#pairs-playground-table textarea:focus")).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(
        page.locator(f"#pairs-playground-table [data-row='{row}'][data-col='{column}']")
    ).to_contain_text(typed)


@pytest.mark.slow
def test_shift_and_relabel_leave_cosent_alone(open_page: OpenPage) -> None:
    page = open_playground(open_page())
    expect(losses(page, 0)).to_have_text(re.compile("CoSENT–6.6802–"))
    page.locator("#pairs-playground-shift").click()
    expect(losses(page, 0)).to_have_text("CoSENT6.68026.68020")
    expect(losses(page, 1)).to_have_text(re.compile(r"0\.6949.*\+0\.0"))
    expect(page.locator("#pairs-playground-table")).to_contain_text("1.35")
    page.locator("#pairs-playground-relabel").click()
    expect(page.locator("#pairs-playground-table [data-row='0'][data-col='2']")).to_contain_text(
        "10"
    )
    expect(losses(page, 0)).to_have_text("CoSENT6.68026.68020")
    expect(losses(page, 2)).to_have_text(re.compile("−"))
    page.locator("#pairs-playground-reset").click()
    expect(losses(page, 1)).to_have_text(re.compile("–0.6949–"))


def test_typing_updates_at_once_and_a_bad_cell_is_said(open_page: OpenPage) -> None:
    page = open_playground(open_page(bad_input=True))
    type_into(page, 0, 1, "0.1")
    expect(page.locator("#pairs-playground-loss")).to_contain_text("14.4")
    type_into(page, 1, 1, "oops")
    table = page.locator("#pairs-playground-table")
    expect(table).to_contain_text("the score “oops” is not a number")
    expect(table.locator("[data-row='1'][data-col='1']")).to_contain_text("oops")
    type_into(page, 1, 1, "0.62")
    expect(table).not_to_contain_text("is not a number")
    page.locator("#pairs-playground-preset-logit").click()
    expect(page.locator("#pairs-playground-loss")).to_contain_text("L = 2.6")


@pytest.mark.slow
def test_gradient_steps_and_csv(open_page: OpenPage) -> None:
    page = open_playground(open_page())
    page.locator("#pairs-playground-ten_steps").click()
    expect(losses(page, 0)).to_have_text(re.compile("6.6802.*−"))
    page.locator("#pairs-playground-step").click()
    expect(losses(page, 0)).not_to_have_text(re.compile("6.6802"))
    points = page.evaluate(
        "document.querySelector('#pairs-playground-path .js-plotly-plot').calcdata[0].length"
    )
    assert points == 12
    with page.expect_download() as download:
        page.locator("#pairs-playground-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 7
    assert abs(sum(float(row[4]) for row in rows[1:])) < 1e-9  # CoSENT's gradient


@pytest.mark.slow
def test_chinese_dark_and_narrow(open_page: OpenPage) -> None:
    page = open_playground(open_page(language="zh-CN", theme="dark", width=400))
    expect(page.locator("#pairs-playground-comparison")).to_contain_text("交叉熵")
    expect(page.locator("#pairs-playground-table")).to_contain_text("分数")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.slow
def test_formula_and_sources_are_there(open_page: OpenPage) -> None:
    page = open_playground(open_page())
    page.locator("#pairs-playground-about > button").first.click()
    about = page.locator("#pairs-playground-about")
    expect(about.locator(".katex").first).to_be_visible()
    expect(about.locator(".katex-error")).to_have_count(0)
    for post in ("8847", "9341"):
        expect(about.get_by_role("link", name=re.compile(post))).to_have_attribute(
            "href", f"https://kexue.fm/archives/{post}"
        )
