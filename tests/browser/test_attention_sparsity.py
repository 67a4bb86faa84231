"""Sparsity and the axioms as a visitor uses them."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/attention"

VECTOR = "#attention-axioms-vector :is(input, textarea)"


def open_panel(page: Page, name: str) -> Page:
    """The inner tab, once its last figure is drawn."""
    page.locator(f"#attention-tabs > .tab-wrapper [data-tab-id=attention-{name}]").last.click()
    last = {"sparsity": "#attention-sparsity-csv:enabled", "axioms": "#attention-axioms-plane .bg"}
    # The first to open the axioms waits for their search: long on a busy machine.
    expect(page.locator(last[name]).first).to_be_attached(timeout=120_000)
    return page


# --- sparsity ------------------------------------------------------------------------------------


def test_the_example_is_drawn_on_opening(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "sparsity")
    for name in ("boxes", "heads", "row", "curves"):
        expect(page.locator(f"#attention-sparsity-{name} .js-plotly-plot")).to_be_visible()
    expect(page.locator("#attention-sparsity-note")).to_contain_text("Sinks: [CLS], [SEP]")
    expect(page.locator("#attention-sparsity-table tbody tr")).to_have_count(9)
    expect(page.locator("#attention-sparsity-table .katex")).to_have_count(9)
    expect(page.locator("#attention-sparsity-link")).to_contain_text("the same number")
    expect(page.locator("#attention-sparsity-references")).to_contain_text("softmax(3 N(0, 1))")
    expect(page.locator("#attention-sparsity-cancel")).to_have_count(0)


@pytest.mark.slow
def test_temperature_and_order_are_moved_by_keys(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "sparsity")
    page.locator("#attention-sparsity-temperature input").press("Home")
    expect(page.locator("#attention-sparsity-temperature output")).to_have_text("0.100")
    expect(page.locator("#attention-sparsity-table")).to_contain_text("Now, T = 0.1")
    expect(page.locator("#attention-sparsity-row")).to_contain_text("T = 0.1")
    page.locator("#attention-sparsity-p input").press("End")
    expect(page.locator("#attention-sparsity-link .kl-marked td").first).to_have_text("20")


@pytest.mark.slow
def test_index_and_sinks_are_chosen_and_files_saved(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "sparsity")
    page.locator("#attention-sparsity-sinks label").filter(has_text="left out").click()
    expect(page.locator("#attention-sparsity-row .xtick").first).not_to_contain_text("[CLS]")
    page.locator("#attention-sparsity-index input").click()
    page.get_by_role("option", name="Gini").click()
    expect(page.locator("#attention-sparsity-heads")).to_contain_text("Gini by head")
    with page.expect_download() as download:
        page.locator("#attention-sparsity-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 2 * 6 * 12
    with page.expect_download() as download:
        page.locator("#attention-sparsity-curves-svg").click()
    assert download.value.suggested_filename == "attention-sparsity-curves.svg"


@pytest.mark.slow
def test_another_text_is_drawn_in_the_open_panel(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "sparsity")
    page.locator("#attention-first textarea").fill("<script>alert(1)</script> مرحبا 🙂")
    page.locator("#attention-run").click()
    expect(page.locator("#attention-sparsity-note")).not_to_contain_text("2,304 rows")
    expect(page.locator("#attention-sparsity-row .xtick").nth(1)).to_have_text(re.compile("^<"))
    expect(page.locator("#attention-sparsity-csv:enabled")).to_be_attached()


# --- axioms --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_robin_hood_breaks_the_posts_claim_and_is_undone(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "axioms")
    expect(page.locator("#attention-axioms-board button")).to_have_count(60)
    expect(page.locator("#attention-axioms-progress")).to_contain_text("54 of 54 cells")
    page.locator("#attention-axioms-D1").click()
    expect(page.locator(VECTOR)).to_have_value("10, 0.9, 0.6")
    row = page.locator("#attention-axioms-move tr").filter(has_text="S*(2, 4)")
    expect(row).to_contain_text("0.764253")
    expect(row.locator(".kl-cross")).to_have_count(1)
    page.locator("#attention-axioms-undo").click()
    expect(page.locator(VECTOR)).to_have_value("10, 1, 0.5")
    expect(page.locator("#attention-axioms-move .kl-move")).to_have_count(0)


@pytest.mark.slow
def test_bars_are_dragged_and_moved_by_keys(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "axioms")
    bar = page.locator("#attention-axioms-bars .kl-bar").nth(1)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 20, steps=4)
    page.mouse.up()
    expect(page.locator(VECTOR)).to_have_value("10, 11.5, 0.5")
    third = page.locator("#attention-axioms-bars .kl-bar").nth(2)
    third.press("ArrowUp")
    expect(page.locator(VECTOR)).to_have_value("10, 11.5, 0.6")
    expect(third).to_be_focused()
    third.press("Delete")
    expect(page.locator(VECTOR)).to_have_value("10, 11.5")
    page.locator("#attention-axioms-bars .kl-add").click()
    expect(page.locator(VECTOR)).to_have_value("10, 11.5, 11.5")


@pytest.mark.slow
def test_a_cell_is_clicked_and_its_counterexample_used(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "axioms")
    page.locator("#attention-axioms-board button[data-index=hoyer][data-axiom=D4]").click()
    expect(page.locator("#attention-axioms-cell-case")).to_contain_text("Hoyer breaks D4 Cloning")
    page.locator("#attention-axioms-cell-use").click()
    expect(page.locator(VECTOR)).not_to_have_value("10, 1, 0.5")


@pytest.mark.slow
def test_the_plane_is_walked(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "axioms")
    page.locator("#attention-axioms-find").click()
    case = page.locator("#attention-axioms-plane-case")
    expect(case).to_contain_text("from 0.764550 to 0.764253, which says “sparser”")
    page.locator("#attention-axioms-q input").press("Home")
    expect(page.locator("#attention-axioms-board")).to_contain_text("S*(0.1, 4)")
    page.locator("#attention-axioms-find").click()
    expect(case).to_contain_text("and there is none")


def test_a_bad_vector_is_said_at_its_field_and_kept(open_page: OpenPage) -> None:
    page = open_panel(open_page(bad_input=True, language="zh-CN"), "axioms")
    page.locator(VECTOR).fill("3, 三")
    page.locator(VECTOR).press("Enter")
    expect(page.locator("#attention-axioms-vector")).to_contain_text("「三」不可用")
    expect(page.locator(VECTOR)).to_have_value("3, 三")
    page.locator(VECTOR).fill("3, 3")
    page.locator("#attention-axioms-D1").click()
    expect(page.locator("#attention-axioms-giver")).to_contain_text("无从取起")


@pytest.mark.slow
def test_dark_and_narrow(open_page: OpenPage) -> None:
    page = open_page(theme="dark", width=400)
    for name, title, shown in (
        ("sparsity", "Sparsity", "#attention-sparsity-curves"),
        ("axioms", "Axioms", ".kl-board"),
    ):
        choose_tab(page, "#attention-tabs", f"attention-{name}", title)
        expect(page.locator(shown)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
