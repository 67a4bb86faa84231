"""The Pairs tab as a visitor uses it."""

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


def open_pairs(page: Page) -> Page:
    expect(page.locator("#pairs-plot .js-plotly-plot")).to_be_visible()
    return page


def scored(page: Page, count: int) -> None:
    expect(page.locator("#pairs-progress")).to_contain_text(f"Scored {count:,} pairs")


def paste(page: Page, text: str) -> None:
    box = page.locator("#pairs-paste textarea")
    if not box.is_visible():
        page.locator("#pairs-bring > button").first.click()
    box.fill(text)
    page.locator("#pairs-use-paste").click()


def upload(page: Page, path: Path) -> None:
    if not page.locator("#pairs-file").is_visible():
        page.locator("#pairs-bring > button").first.click()
    page.locator("#pairs-file input[type=file]").set_input_files(path)


def test_the_first_view_is_scored_already(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(page.locator("#home-text")).to_contain_text("Su Jianlin")
    page.locator("#home-open-pairs").click()
    scored(page, 12)
    expect(page.locator("#pairs-scores")).to_contain_text("The cat is asleep on the sofa.")
    expect(page.locator("#pairs-disagreement li")).to_have_count(5)
    expect(page.locator("#pairs-by-model")).to_contain_text("cross-encoder (logit)")
    expect(page.locator("#status")).to_contain_text("float32")


def test_chinese_dark_and_narrow(open_page: OpenPage) -> None:
    page = open_pairs(open_page(language="zh-CN", theme="dark", width=400))
    expect(page.locator("#pairs-score")).to_have_text("打分")
    expect(page.locator("#pairs-progress")).to_contain_text("12 对已打分")
    expect(page.locator("#pairs-table")).to_contain_text("句子 A")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_a_mixture_is_one_more_scorer(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    weight = page.locator("#pairs-mixture-weight input[type=number]")
    expect(weight).not_to_be_visible()
    page.locator("#pairs-models input").click()
    page.get_by_role("option", name="Mixture of the chosen").click()
    weight.fill("0.7")
    weight.press("Tab")
    page.locator("#pairs-score").click()
    title = "0.7 × CoSENT bi-encoder + 0.3 × CoSENT cross-encoder"
    expect(page.locator("#pairs-by-model")).to_contain_text(title)
    expect(page.locator("#pairs-scores")).to_contain_text(title)
    expect(page.locator("#evaluation-table")).to_contain_text(title)
    page.locator("#pairs-y-axis input").click()
    page.get_by_role("option", name="0.7 ×").click()
    expect(page.locator("#pairs-disagreement")).to_contain_text("0.7 ×")


def test_three_pairs_typed(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    page.locator("#pairs-clear").click()
    texts = [("a small dog", "a little dog"), ("it rains", "the sun shines"), ("one", "two")]
    cells = page.locator("#pairs-table [data-row='0'][data-col='0']")
    expect(cells.first).to_have_text("")
    for row, pair in enumerate(texts):
        for column, text in enumerate(pair):
            cell = page.locator(f"#pairs-table [data-row='{row}'][data-col='{column}']")
            cell.dblclick()
            # The editor takes its focus a moment after it appears; nobody types faster than that.
            expect(page.locator("#pairs-table textarea:focus")).to_be_visible()
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            expect(cell).to_contain_text(text)
    page.locator("#pairs-score").click()
    scored(page, 3)
    expect(page.locator("#pairs-scores")).to_contain_text("a little dog")


@pytest.mark.slow
def test_pasted_pairs(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    paste(page, "the first\tthe one before\t1\nthe <b>second</b>\tthe one after\t2\n")
    expect(page.locator("#pairs-read-note")).to_contain_text("2 pasted pairs")
    page.locator("#pairs-score").click()
    scored(page, 2)
    expect(page.locator("#pairs-scores")).to_contain_text("<b>second</b>")


def test_a_thousand_labelled_pairs_and_their_csv(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "gold", "other"])
        writer.writerows([f"item {k}", k % 5, f"thing {k % 5}"] for k in range(1_000))
    page = open_pairs(open_page())
    upload(page, path)
    expect(page.locator("#pairs-read-note")).to_contain_text("Read 1,000 rows")
    page.locator("#pairs-score").click()
    scored(page, 1_000)
    expect(page.locator("#pairs-by-model")).to_contain_text("Spearman")
    with page.expect_download() as download:
        page.locator("#pairs-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1_001
    assert rows[0][:3] == ["Sentence A", "Sentence B", "Label"]


@pytest.mark.slow
def test_columns_can_be_chosen(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "columns.tsv"
    path.write_text("id\tleft\tright\n1\tx one\ty one\n2\tx two\ty two\n")
    page = open_pairs(open_page())
    upload(page, path)
    expect(page.locator("#pairs-table [data-row='1'][data-col='1']")).to_contain_text("y one")
    page.locator("#pairs-column-b input").click()
    page.get_by_role("option", name="#1").click()
    expect(page.locator("#pairs-table [data-row='1'][data-col='1']")).to_contain_text("1")


@pytest.mark.slow
def test_whether_the_first_row_is_a_header_can_be_said(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "header.tsv"
    path.write_text("left\tright\tnote\nx one\ty one\tz one\n")
    page = open_pairs(open_page(bad_input=True))
    upload(page, path)
    header = page.locator("#pairs-header input")
    first, second = (
        page.locator(f"#pairs-table [data-row='{row}'][data-col='0']") for row in range(2)
    )
    expect(second).to_contain_text("x one")
    expect(header).not_to_be_checked()
    header.check()
    expect(first).to_contain_text("x one")
    expect(second).to_have_count(0)
    expect(page.locator("#pairs-read-note")).to_contain_text("Read 1 rows")
    expect(page.locator("#pairs-column-a input")).to_have_value("left")
    page.locator("#pairs-column-a input").click()
    page.get_by_role("option", name="note").click()
    expect(first).to_contain_text("z one")  # the choice of a column keeps the header
    expect(header).to_be_checked()
    header.uncheck()
    expect(first).to_contain_text("left")
    expect(page.locator("#pairs-column-a input")).to_have_value("#1")
    page.locator("#pairs-file button[aria-label='Clear']").click()
    expect(header).not_to_be_visible()
    path.write_text("only\tone\n")
    upload(page, path)
    expect(first).to_contain_text("only")
    expect(page.locator("#pairs-read-note")).to_contain_text("Read 1 rows")
    expect(page.locator("#pairs-column-b input")).to_have_value("#2")
    header.check()
    expect(page.locator("#pairs-header")).to_contain_text("holds no rows")
    expect(first).to_contain_text("only")
    page.locator("#pairs-file button[aria-label='Clear']").click()
    path = tmp_path / "named.jsonl"
    path.write_text('{"left": "x two", "right": "y two"}\n')
    upload(page, path)
    expect(first).to_contain_text("x two")
    expect(page.locator("#pairs-column-a input")).to_have_value("left")
    expect(header).not_to_be_visible()


BAD_FILES = [
    ("binary.csv", b"\x89PNG\r\n\x1a\n" + bytes(99), "not text (it looks like PNG)"),
    ("latin.csv", "caf\u00e9 \u00fcber,stra\u00dfe\n".encode("latin-1"), "unknown encoding"),
    ("one.csv", b"only\none\n", "has one column"),
    ("empty.csv", b"", "holds no rows"),
    ("many.csv", b"c,d\n" * 200_000, "200,000 rows and at most 10,000"),
    ("wrong.xlsx", b"PK\x03\x04" + bytes(99), "not read here"),
]


def test_bad_files_are_said_at_the_field_and_nothing_is_lost(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_pairs(open_page(bad_input=True))
    for name, content, sentence in BAD_FILES:
        path = tmp_path / name
        path.write_bytes(content)
        upload(page, path)
        expect(page.locator("#pairs-file")).to_contain_text(sentence)
        expect(page.locator("#pairs-table")).to_contain_text("The cat is asleep on the sofa.")
        clear = page.locator("#pairs-file button[aria-label='Clear']")
        clear.first.click()  # what is said
        expect(page.locator("#pairs-file")).not_to_contain_text(sentence)
        clear.click()  # the file


BAD_LINES = [
    ("one\t\t1\n", "sentence B is empty"),
    ("one\ttwo\tNaN\nthree\tfour\t1\n", "label “NaN” is not a number"),
    ("word " * 20_000 + "\tshort\n", "100,000 characters"),
    ("only one column", "has one column"),
]


def test_bad_pasted_text_is_said_at_the_field_and_kept(open_page: OpenPage) -> None:
    page = open_pairs(open_page(bad_input=True))
    for pasted, sentence in BAD_LINES:
        paste(page, pasted)
        expect(page.locator("#pairs-paste")).to_contain_text(sentence)
        assert page.locator("#pairs-paste textarea").input_value() == pasted
        expect(page.locator("#pairs-table")).to_contain_text("The cat is asleep on the sofa.")


@pytest.mark.slow
def test_no_model_is_said_at_the_field(open_page: OpenPage) -> None:
    page = open_pairs(open_page(bad_input=True))
    page.locator("#pairs-models button[aria-label='Clear'], #pairs-models .remove-all").click()
    page.locator("#pairs-score").click()
    expect(page.locator("#pairs-models")).to_contain_text("Choose at least one model.")


def test_a_model_that_cannot_be_reached_is_left_out(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    page.locator("#pairs-models input").click()
    page.get_by_role("option", name="bge-small-zh-v1.5").click()
    page.keyboard.press("Escape")
    page.locator("#pairs-score").click()
    expect(page.locator("#pairs-notes")).to_contain_text("bge-small-zh-v1.5 was left out")
    scored(page, 12)


@pytest.mark.slow
def test_cut_text_is_said(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    paste(page, "word " * 1_000 + "\tshort\n" + "a\tb\n")
    page.locator("#pairs-score").click()
    expect(page.locator("#pairs-notes")).to_contain_text("beginning of 1 pairs")


def test_cancel_half_way_and_press_twice(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("".join(f"cancelled sentence {k},another {k}\n" for k in range(8_000)))
    page = open_pairs(open_page())
    upload(page, path)
    expect(page.locator("#pairs-read-note")).to_contain_text("8,000 rows")
    page.locator("#pairs-score").click()
    page.locator("#pairs-score").click()
    expect(page.locator("#pairs-progress [role=progressbar]")).to_be_visible()
    page.locator("#pairs-cancel").click()
    expect(page.locator("#pairs-progress")).to_contain_text("Cancelled")
    time.sleep(4)
    expect(page.locator("#pairs-progress")).to_contain_text("Cancelled")
    expect(page.locator("#status")).to_contain_text("queue 0")
    expect(page.locator("#pairs-table")).to_contain_text("cancelled sentence 0")
    page.locator("#pairs-example-en").click()
    expect(page.locator("#pairs-table")).to_contain_text("The cat is asleep on the sofa.")
    page.locator("#pairs-score").click()
    scored(page, 12)


@pytest.mark.slow
def test_formula_source_and_limits_are_there(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    page.locator("#pairs-about > button").first.click()
    about = page.locator("#pairs-about")
    expect(about.locator(".katex").first).to_be_visible()
    expect(about.get_by_role("link", name=re.compile("8847"))).to_have_attribute(
        "href", "https://kexue.fm/archives/8847"
    )
    expect(about).to_contain_text("Limits")


@pytest.mark.slow
def test_ten_browsers_at_once(open_page: OpenPage) -> None:
    pages = [open_page() for _ in range(10)]
    for number, page in enumerate(pages):
        paste(page, f"visitor {number} asks\tvisitor {number} answers\n")
        expect(page.locator("#pairs-read-note")).to_contain_text("1 pasted pairs")
        page.locator("#pairs-score").click()
    for number, page in enumerate(pages):
        expect(page.locator("#pairs-scores")).to_contain_text(f"visitor {number} answers")
