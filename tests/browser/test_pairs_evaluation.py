"""Labels held against scores, and what moved a score, as a visitor sees them."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_pairs import open_pairs, paste, scored

pytestmark = pytest.mark.browser
PAGE = "/pairs"


def plot(page: Page, name: str) -> Locator:
    return page.locator(f"#{name} .js-plotly-plot")


def score_pasted(page: Page, text: str, count: int) -> None:
    paste(page, text)
    expect(page.locator("#pairs-read-note")).to_contain_text(f"{count} pasted pairs")
    page.locator("#pairs-score").click()
    scored(page, count)


def test_the_example_is_evaluated_and_another_cut_is_taken(open_page: OpenPage) -> None:
    page = open_pairs(open_page(bad_input=True))
    for name in ("evaluation-intervals", "evaluation-reliability", "evaluation-curve"):
        expect(plot(page, name)).to_be_visible()
    cut = page.locator("#evaluation-cut input")
    expect(cut).to_have_value("2.5")
    table = page.locator("#evaluation-table")
    before = table.inner_text()
    cut.fill("2")
    cut.press("Enter")
    expect(table).not_to_have_text(before, use_inner_text=True)
    cut.fill("9")
    cut.press("Enter")
    expect(page.locator("#evaluation-cut")).to_contain_text("has to lie above 0 and at most at 5")
    expect(cut).to_have_value("9")


@pytest.mark.slow
def test_it_is_there_only_with_labels_and_its_numbers_download(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    expect(page.locator("#evaluation")).to_be_visible()
    score_pasted(page, "one\tone\ntwo\ttwo\nthree\tfour\n", 3)
    expect(page.locator("#evaluation")).not_to_be_visible()
    score_pasted(page, "one\tone\t1\ntwo\ttwo\t1\nthree\tfour\t0\nfive\train\t0\n", 4)
    expect(page.locator("#evaluation-notes")).to_contain_text("Spearman cannot exceed 0.894")
    with page.expect_download() as download:
        page.locator("#evaluation-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        headers, *rows = csv.reader(file)
    assert len(rows) == 2
    low, value, high = (
        float(rows[0][headers.index(f"Spearman{end}")]) for end in (", 95 % low", "", ", 95 % high")
    )
    assert low <= value <= high


@pytest.mark.slow
def test_equal_labels_say_why_there_is_a_dash(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    score_pasted(page, "one\tone\t3\ntwo\ttwo\t3\nthree\tfour\t3\n", 3)
    expect(page.locator("#evaluation-notes")).to_contain_text("All labels are equal")
    expect(page.locator("#evaluation-table")).to_contain_text("–")


def test_a_clicked_row_is_explained_word_by_word(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    page.locator("#pairs-scores [data-row='5'][data-col='0']").first.click()
    expect(page.locator("#attribution-pair input")).to_have_value(
        "6. I like this restaurant. / I do not like this restaurant."
    )
    page.locator("#attribution-show").click()
    expect(plot(page, "attribution-plot")).to_contain_text("B · not")
    expect(page.locator("#attribution-progress")).to_contain_text("I do not like this restaurant.")
    with page.expect_download() as download:
        page.locator("#attribution-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        headers, *rows = csv.reader(file)
    assert headers[:2] == ["Sentence", "Word"]
    moved = {(side, word): float(change) for side, word, change, *_ in rows}
    assert moved["B", "not"] < 0 < moved["A", "restaurant."]


@pytest.mark.slow
def test_two_single_words_are_refused_at_the_field(open_page: OpenPage) -> None:
    page = open_pairs(open_page(bad_input=True))
    score_pasted(page, "hello\tgoodbye\nfine weather\train\n", 2)
    page.locator("#attribution-show").click()
    expect(page.locator("#attribution-pair")).to_contain_text("Both sentences are one word")


@pytest.mark.slow
def test_narrow_dark_and_chinese(open_page: OpenPage) -> None:
    page = open_pairs(open_page(language="zh-CN", theme="dark", width=400))
    page.locator("#attribution-show").click()
    expect(plot(page, "attribution-plot")).to_be_visible()
    expect(page.locator("#evaluation-notes")).to_contain_text("百分位自助法")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
