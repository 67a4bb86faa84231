"""The Retrieval tab as a visitor uses it."""

from __future__ import annotations

import csv
import re
import threading
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demos.retrieval.indexing import panel
from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/retrieval"

QUERY = "The parcel is marked as delivered"
TOO_FEW = "The number of different texts is 1 and a search needs at least 20"
ANSWERS = "#retrieval-ask-answers .kl-answers"


def open_tab(page: Page) -> Page:
    """The tab, with its example shown."""
    expect(page.locator(f"{ANSWERS} section")).to_have_count(3)
    return page


def open_panel(page: Page, name: str) -> Page:
    open_tab(page)
    page.locator(f"#retrieval-tabs > .tab-wrapper [data-tab-id=retrieval-{name}]").last.click()
    return page


def tick(page: Page, strategy: str) -> None:
    page.locator("#retrieval-ask-strategies label").filter(has_text=strategy).click()


def ask(page: Page, query: str) -> None:
    page.locator("#retrieval-ask-query textarea").fill(query)
    page.locator("#retrieval-ask-run").click()


def number(page: Page, slider: str, value: int) -> None:
    field = page.locator(f"{slider} input[type=number]")
    field.fill(str(value))
    field.press("Tab")


# --- Ask -----------------------------------------------------------------------------------------


def test_the_example_is_asked_on_opening(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    expect(page.locator(f"{ANSWERS} li")).to_have_count(30)
    expect(page.locator(f"{ANSWERS} h4").first).to_contain_text("BayesCUR")
    expect(page.locator("#retrieval-ask-query textarea")).to_have_value(re.compile(QUERY))
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("100 calls a strategy")
    expect(page.locator("#retrieval-ask-plot .js-plotly-plot")).to_be_visible()
    expect(page.locator("#retrieval-ask-cost")).to_contain_text("Of the best 10 known")


@pytest.mark.slow
def test_brute_force_tells_the_truth_and_the_csv_holds_it(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    tick(page, "ADACUR")
    tick(page, "Brute force")
    page.locator("#retrieval-ask-run").click()
    expect(page.locator("#retrieval-ask-cost")).to_contain_text("Of the true top 10")
    expect(page.locator("#retrieval-ask-cost")).to_contain_text("10 / 10")
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("in the true top ten")
    expect(page.locator(f"{ANSWERS} h4").last).to_contain_text("Brute force")
    with page.expect_download() as download:
        page.locator("#retrieval-ask-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 100 + 100 + 1_200


def test_the_bi_encoder_is_mixed_into_the_order(open_page: OpenPage) -> None:
    page = open_tab(open_page())
    before = page.locator("#retrieval-ask-answers").inner_text()
    number(page, "#retrieval-ask-weight", 1)
    page.locator("#retrieval-ask-run").click()
    progress = page.locator("#retrieval-ask-progress")
    expect(progress).to_contain_text("Ordered by 1.00 × the bi-encoder’s cosine")
    expect(progress).to_contain_text("Scored by")
    assert page.locator("#retrieval-ask-answers").inner_text() != before
    expect(page.locator("#retrieval-ask-cost")).to_contain_text("Late scores")


def test_another_cross_encoder_is_refused_where_anchors_are_needed(open_page: OpenPage) -> None:
    page = open_tab(open_page(bad_input=True))
    chooser = page.locator("#retrieval-ask-scorer")
    chooser.locator("input").click()
    page.get_by_role("option", name="ms-marco-MiniLM-L6-v2").click()
    page.locator("#retrieval-ask-run").click()
    expect(chooser).to_contain_text("The index holds anchor scores of")


def test_an_empty_query_is_said_at_its_field_and_all_is_kept(open_page: OpenPage) -> None:
    page = open_tab(open_page(bad_input=True))
    ask(page, "  ")
    expect(page.locator("#retrieval-ask-query")).to_contain_text("There is no query: write one.")
    expect(page.locator(f"{ANSWERS} li")).to_have_count(30)
    expect(page.locator("#retrieval-ask-strategies input:checked")).to_have_count(3)
    ask(page, "<script>how do I pay?</script>")
    expect(page.locator("#retrieval-ask-query")).not_to_contain_text("There is no query")
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("100 calls a strategy")


@pytest.mark.slow
def test_no_strategy_is_said_at_its_field(open_page: OpenPage) -> None:
    page = open_tab(open_page(bad_input=True))
    for name in ("BayesCUR", "re-rank", "ADACUR"):
        tick(page, name)
    page.locator("#retrieval-ask-run").click()
    expect(page.locator("#retrieval-ask-strategies")).to_contain_text("No strategy is chosen")


# --- the panels beside it ------------------------------------------------------------------------


def test_the_comparison_is_drawn_on_opening(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "compare")
    expect(page.locator("#retrieval-compare-recall-plot .js-plotly-plot")).to_be_visible()
    expect(page.locator("#retrieval-compare-cost-plot .js-plotly-plot")).to_be_visible(
        timeout=120_000  # 24 comparisons of 240 queries come first
    )
    expect(page.locator("#retrieval-compare-table")).to_contain_text("BayesCUR")
    expect(page.locator("#retrieval-compare-progress")).to_contain_text("240")


def test_the_matrix_is_drawn_on_opening(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "matrix")
    for name in ("exact", "approximation", "error", "recall"):
        expect(page.locator(f"#retrieval-matrix-{name} .js-plotly-plot")).to_be_visible()
    expect(page.locator("#retrieval-matrix-summary")).to_contain_text("anchor queries")


# --- a corpus of one's own -----------------------------------------------------------------------


def upload(page: Page, path: Path) -> None:
    page.locator("#retrieval-indexing-file input[type=file]").set_input_files(path)


def a_text_file(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.slow
def test_too_few_lines_are_said_at_the_file(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_panel(open_page(bad_input=True), "indexing")
    page.locator("#retrieval-indexing-build").click()
    expect(page.locator("#retrieval-indexing-file")).to_contain_text("There are no texts yet")
    upload(page, a_text_file(tmp_path / "one.txt", ["a single line"]))
    expect(page.locator("#retrieval-indexing-file")).to_contain_text(TOO_FEW)


def test_what_build_says_outlives_the_reading_of_the_file(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, columns_of = threading.Event(), panel.columns_of

    def slowly(path: str | Path) -> tuple[list[str], str | None]:
        read.wait(30)
        return columns_of(path)

    monkeypatch.setattr(panel, "columns_of", slowly)
    page = open_panel(open_page(bad_input=True), "indexing")
    upload(page, a_text_file(tmp_path / "one.txt", ["a single line"]))
    expect(page.locator("#retrieval-indexing-file")).to_contain_text("one")
    page.locator("#retrieval-indexing-build").click()
    expect(page.locator("#retrieval-indexing-file")).to_contain_text(TOO_FEW)
    with page.expect_response(lambda response: response.status == 422):  # of the look at the file
        read.set()
    expect(page.locator("#retrieval-indexing-file")).to_contain_text(TOO_FEW)


def test_what_is_said_at_a_field_outlives_the_status_line(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_panel(open_page(bad_input=True), "indexing")
    upload(page, a_text_file(tmp_path / "many.txt", [f"text {i}" for i in range(40)]))
    expect(page.locator("#retrieval-indexing-note")).to_contain_text("800 cross-encoder calls")
    page.locator("#retrieval-indexing-file button[aria-label='Clear']").click()
    expect(page.locator("#retrieval-indexing-note")).to_have_text("")
    hub = page.locator("#retrieval-indexing-hub")
    hub.locator("input, textarea").fill("nonsense")
    hub.locator("input, textarea").press("Enter")
    expect(hub).to_contain_text("not “nonsense”")
    for _ in range(2):
        with page.expect_response("**/component_server/"):
            pass
    expect(hub).to_contain_text("not “nonsense”", timeout=500)


def test_a_corpus_is_read_built_and_asked(open_page: OpenPage, tmp_path: Path) -> None:
    lines = [f"The train to platform {i} is late." for i in range(36)]
    path = a_text_file(
        tmp_path / "trains.txt", [*lines, "", "  ", lines[0], "Where is my umbrella?"]
    )
    page = open_panel(open_page(), "indexing")
    upload(page, path)
    note = page.locator("#retrieval-indexing-note")
    expect(note).to_contain_text("Read 37 different texts from “trains.txt”")
    expect(note).to_contain_text("2 empty ones were left out")
    expect(note).to_contain_text("1 repeated ones were left out")
    expect(note).to_contain_text("20 × 37 = 740 cross-encoder calls")
    page.locator("#retrieval-indexing-build").click()
    expect(page.locator("#retrieval-indexing-progress")).to_contain_text("The index is built")
    expect(page.locator("#retrieval-corpus input")).to_have_value(re.compile("^trains.txt · 37"))
    with page.expect_download() as download:
        page.locator("#retrieval-indexing-download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "retrieval-index/index.json" in archive.namelist()
    page.locator("#retrieval-tabs > .tab-wrapper [data-tab-id=retrieval-ask]").last.click()
    tick(page, "Brute force")
    ask(page, "Somebody took my umbrella")
    expect(page.locator("#retrieval-ask-progress")).to_contain_text("of 37 texts")
    expect(page.locator(f"{ANSWERS} li").first).to_contain_text("Where is my umbrella?")


@pytest.mark.slow
def test_long_documents_are_said_and_split(open_page: OpenPage, tmp_path: Path) -> None:
    filler = " ".join(f"This sentence about topic {i} fills the page." for i in range(50))
    lines = [f"Report {i}. {filler}" for i in range(22)]
    lines[4] += " Somebody lost an umbrella in the tram."
    page = open_panel(open_page(), "indexing")
    upload(page, a_text_file(tmp_path / "reports.txt", lines))
    note = page.locator("#retrieval-indexing-note")
    expect(note).to_contain_text("22 of the 22 texts are read only in part")
    page.get_by_role("button", name="Long documents").click()
    page.locator("#retrieval-indexing-passages input").check()
    expect(note).to_contain_text("passages, each an item of its own")
    expect(note).not_to_contain_text("read only in part")
    number(page, "#retrieval-indexing-anchors", 5)
    page.locator("#retrieval-indexing-build").click()
    expect(page.locator("#retrieval-indexing-progress")).to_contain_text("The index is built")
    page.locator("#retrieval-tabs > .tab-wrapper [data-tab-id=retrieval-ask]").last.click()
    tick(page, "Brute force")
    ask(page, "Who has lost an umbrella?")
    first = page.locator(f"{ANSWERS} section").last.locator("li").first
    expect(first).to_contain_text("umbrella in the tram")
    expect(first).to_contain_text("of document 5")


def test_a_cancelled_build_is_kept_and_finished(open_page: OpenPage, tmp_path: Path) -> None:
    lines = [f"Invoice {i} names {i % 7} items, and the customer asks why." for i in range(300)]
    page = open_panel(open_page(), "indexing")
    number(page, "#retrieval-indexing-anchors", 5)
    upload(page, a_text_file(tmp_path / "invoices.txt", lines))
    expect(page.locator("#retrieval-indexing-note")).to_contain_text("1,500 cross-encoder calls")
    page.locator("#retrieval-indexing-build").click()
    progress = page.locator("#retrieval-indexing-progress")
    expect(progress).to_contain_text(re.compile(r"pairs: ([3-9]\d\d|1,\d{3}) of"))
    page.locator("#retrieval-indexing-cancel").click()
    expect(progress).to_contain_text(re.compile(r"Cancelled. [1,]*\d{3} of 1,500 calls"))
    expect(page.locator("#retrieval-indexing-cancel")).to_be_disabled()
    for _ in range(5):  # a click right after a cancel can be lost: see ARCHITECTURE.md
        page.locator("#retrieval-indexing-build").click()
        page.wait_for_timeout(2_000)
        if "Cancelled" not in progress.inner_text():
            break
    expect(progress).to_contain_text("The index is built", timeout=180_000)
    expect(page.locator("#retrieval-corpus input")).to_have_value(re.compile("^invoices.txt · 300"))


@pytest.mark.slow
def test_a_build_without_texts_is_refused_in_the_visitors_language(open_page: OpenPage) -> None:
    page = open_panel(open_page(language="zh-CN", bad_input=True), "indexing")
    page.locator("#retrieval-indexing-build").click()
    expect(page.locator("#retrieval-indexing-file")).to_contain_text("还没有文本")


def test_chinese_dark_and_narrow(open_page: OpenPage) -> None:
    page = open_tab(open_page(language="zh-CN", theme="dark", width=400))
    expect(page.locator("#retrieval-ask-run")).to_have_text("检索")
    expect(page.locator("#retrieval-ask-cost")).to_contain_text("已知最佳 10 个")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    choose_tab(page, "#retrieval-tabs", "retrieval-indexing", "你的语料库")
    expect(page.locator("#retrieval-indexing-build")).to_have_text("构建索引")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
