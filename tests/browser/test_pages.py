"""Pages, their addresses, and what comes back after a reload, as a visitor uses them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from demos import DEMOS
from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser


def open_tab_of(page: Page, tabs: str) -> str | None:
    bar = page.locator(f"#{tabs} > .tab-wrapper")
    return bar.locator("[role=tab][aria-selected=true]").first.get_attribute("data-tab-id")


def test_the_bar_leads_to_every_page(open_page: OpenPage) -> None:
    page = open_page("/", leaves=True)
    for place, demo in enumerate(DEMOS, start=1):
        page.locator("#pages a").nth(place).click()
        expect(page).to_have_url(re.compile(rf"/{demo.key}\?__theme=light"))
        expect(page.locator("#pages a[aria-current=page]")).to_have_count(1)
        expect(page.locator("#pages a").nth(place)).to_have_attribute("aria-current", "page")
        expect(page.locator(f"#{demo.key}-tabs")).to_be_visible()
        expect(page).to_have_title(re.compile(r".+ · .+ · Kexue Lab"))
    page.locator("#pages a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#home-text")).to_contain_text("Su Jianlin")
    expect(page).to_have_title("Kexue Lab")


def test_pages_fit_a_phone_in_chinese_and_dark(open_page: OpenPage) -> None:
    page = open_page("/lora", language="zh-CN", theme="dark", width=400)
    expect(page.locator("#pages a").first).to_have_text("首页")
    expect(page).to_have_title("矩阵竞赛 · LoRA · Kexue Lab")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.evaluate("document.documentElement.lang").startswith("zh")


def test_the_open_panel_is_part_of_the_address(open_page: OpenPage) -> None:
    page = open_page("/lora?panel=cost", leaves=True)
    expect(page.locator("#lora-cost-table")).to_be_visible()
    expect(page).to_have_title("What it costs · LoRA · Kexue Lab")
    page.reload()
    expect(page.locator("#lora-cost-table")).to_be_visible()
    choose_tab(page, "#lora-tabs", "lora-gradients", "The gradient")
    expect(page).to_have_url(re.compile(r"panel=gradients"))
    expect(page).to_have_title("The gradient · LoRA · Kexue Lab")
    page.go_back()
    expect(page).to_have_url(re.compile(r"panel=cost"))
    expect(page.locator("#lora-cost-table")).to_be_visible()
    assert open_tab_of(page, "lora-tabs") == "lora-cost"
    expect(page).to_have_title("What it costs · LoRA · Kexue Lab")
    page.go_forward()
    expect(page.locator("#lora-gradients-run, #lora-gradients-findings").first).to_be_visible()
    assert open_tab_of(page, "lora-tabs") == "lora-gradients"


def test_a_panel_that_there_is_not_is_the_first(open_page: OpenPage) -> None:
    page = open_page("/lora?panel=<script>alert(1)</script>")
    expect(page.locator("#lora-race-findings li").first).to_be_visible()
    assert open_tab_of(page, "lora-tabs") == "lora-race"


# --- what was filled in ------------------------------------------------------------------------


def reload(page: Page) -> None:
    """As a visitor does, who looks up from the keyboard before."""
    page.wait_for_timeout(700)
    page.reload()


def test_what_was_typed_and_chosen_comes_back(open_page: OpenPage) -> None:
    page = open_page("/attention", leaves=True)
    expect(page.locator("#attention-progress")).to_contain_text("tokens")
    first = page.locator("#attention-first textarea")
    first.fill("Nobody had seen the ferry since noon.")
    page.locator("#attention-model input").click()
    page.get_by_role("option", name=re.compile("CoSENT.*cross", re.I)).click()
    second = page.locator("#attention-second textarea")
    second.fill("The ferry was gone.")
    reload(page)
    expect(first).to_have_value("Nobody had seen the ferry since noon.")
    expect(second).to_have_value("The ferry was gone.")
    expect(page.locator("#page-note")).to_contain_text("What you had filled in here is back.")
    expect(page.locator("#attention-progress")).to_contain_text("cross")
    page.locator("#page-note button").click()
    expect(first).to_have_value(re.compile("^The keys to the old cabinet"))
    expect(page.locator("#page-note")).to_be_hidden()
    expect(second).to_be_hidden()


def test_fields_of_panels_that_are_not_open_come_back_too(open_page: OpenPage) -> None:
    page = open_page("/lora?panel=cost", leaves=True)
    size = page.locator("#lora-cost-n input")
    size.fill("640")
    size.blur()
    choose_tab(page, "#lora-tabs", "lora-gradients", "The gradient")
    reload(page)
    expect(page.locator("#page-note")).to_contain_text("is back")
    choose_tab(page, "#lora-tabs", "lora-cost", "What it costs")
    expect(size).to_have_value("640")
    expect(page.locator("#lora-cost-table")).to_contain_text("1.97 M")  # 640 x 3,072


def test_what_is_too_large_to_be_kept_is_said(open_page: OpenPage) -> None:
    page = open_page("/attention", leaves=True)
    first = page.locator("#attention-first textarea")
    first.fill("A very long text. " * 30_000)
    expect(page.locator("#page-note")).to_contain_text("too large to be kept")
    first.fill("A short text.")
    expect(page.locator("#page-note")).to_be_hidden()
    reload(page)
    expect(first).to_have_value("A short text.")


# --- who a visitor is ----------------------------------------------------------------------------


def train_a_model(page: Page) -> None:
    """As few steps as the slider allows, and the name of what came of it."""
    steps = page.locator("#training-steps input[type=number]")
    steps.fill(steps.get_attribute("min") or "10")
    steps.press("Tab")
    page.locator("#training-train").click()
    expect(page.locator("#training-progress")).to_contain_text("Done", timeout=120_000)


def offered(page: Page, chooser: str) -> list[str]:
    page.locator(f"{chooser} input").click()
    return page.get_by_role("option").all_inner_texts()


def test_an_own_model_is_on_every_page_of_this_browser_and_of_no_other(
    open_page: OpenPage,
) -> None:
    page = open_page("/pairs?panel=training", leaves=True)
    train_a_model(page)
    page.reload()
    choose_tab(page, "#pairs-tabs", "pairs-grid", "Grid")
    page.wait_for_timeout(1_000)
    assert any("My bi-encoder" in option for option in offered(page, "#pairs-grid-models"))
    page.locator("#pages a").nth(3).click()
    expect(page.locator("#attention-progress")).to_contain_text("tokens")
    assert any("My bi-encoder" in option for option in offered(page, "#attention-model"))
    page.get_by_role("option", name=re.compile("My bi-encoder")).click()
    page.locator("#attention-run").click()
    expect(page.locator("#attention-progress")).to_contain_text("My bi-encoder")
    page.wait_for_timeout(700)
    page.reload()
    expect(page.locator("#attention-model input")).to_have_value(re.compile("My bi-encoder"))
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator("#attention-progress")).to_contain_text("tokens")
    assert any("My bi-encoder" in option for option in offered(second, "#attention-model"))
    other = open_page("/attention")
    expect(other.locator("#attention-progress")).to_contain_text("tokens")
    assert not any("My" in option for option in offered(other, "#attention-model"))
