"""Answers from contexts and the question set as a visitor uses them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tabs import choose_tab

pytestmark = pytest.mark.browser
PAGE = "/bayes"
A_MODEL_READS = 150_000  # milliseconds: on a busy machine, the first time loaded


def open_extension(page: Page, panel: str = "Answer from contexts") -> Page:
    choose_tab(page, "#bayes-tabs", "bayes-extension", panel)
    return page


def cancel(page: Page) -> None:
    page.locator("#bayes-extension-cancel").click()
    expect(page.locator("#bayes-extension-progress")).to_contain_text("ancelled")
    page.wait_for_timeout(2_000)  # a click at once after a cancel can be lost


def test_an_example_is_cancelled_another_answered_and_a_token_looked_at(
    open_page: OpenPage,
) -> None:
    page = open_extension(open_page(bad_input=True))
    expect(page.locator("#bayes-extension-cancel")).to_be_visible(timeout=A_MODEL_READS)
    cancel(page)
    page.locator("#bayes-extension-example-coupled").click()
    findings = page.locator("#bayes-extension-findings")
    expect(findings).to_contain_text("tokens come from context", timeout=A_MODEL_READS)
    expect(page.locator("#bayes-extension-answers")).to_contain_text("NBCE")
    page.locator("#bayes-extension-answers [data-answer='0'][data-step='1']").click()
    candidates = page.locator("#bayes-extension-candidates")
    expect(candidates).to_contain_text("NBCE, token 2")
    expect(candidates).to_contain_text("no context")
    page.locator("#bayes-extension-board td [data-step='2']").first.click()
    expect(candidates).to_contain_text("NBCE, token 3")
    with page.expect_download() as download:
        page.locator("#bayes-extension-jsonl").click()
    assert download.value.suggested_filename == "nbce-trace.jsonl"
    question = page.locator("#bayes-extension-question textarea")
    question.fill(" ")
    page.locator("#bayes-extension-run").click()
    expect(page.locator("#bayes-extension-question")).to_contain_text("Write a question first")
    expect(findings).to_contain_text("tokens come from context")


@pytest.mark.slow
def test_a_file_becomes_contexts_and_a_hundred_are_refused(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_extension(open_page(bad_input=True))
    expect(page.locator("#bayes-extension-cancel")).to_be_visible(timeout=A_MODEL_READS)
    cancel(page)
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"%PDF-1.7\x00\x01")
    file = page.locator("#bayes-extension-file input[type=file]")
    file.set_input_files(broken)
    expect(page.locator("#bayes-extension-file")).to_contain_text("PDF")
    contexts = page.locator("#bayes-extension-contexts textarea")
    expect(contexts).to_have_value(re.compile("The Harrow Lighthouse"))
    many = tmp_path / "many.txt"
    many.write_text("\n\n".join(f"Passage {i}." for i in range(100)))
    page.locator("#bayes-extension-file button[aria-label='Clear']").first.click()
    page.locator("#bayes-extension-file button[aria-label='Clear']").last.click()
    file.set_input_files(many)
    expect(contexts).to_have_value(re.compile("Passage 99"))
    page.locator("#bayes-extension-run").click()
    expect(page.locator("#bayes-extension-contexts")).to_contain_text("100 contexts")


@pytest.mark.slow
def test_our_run_of_the_questions_fits_a_phone_in_chinese(open_page: OpenPage) -> None:
    page = open_page(language="zh-CN", theme="dark", width=400)
    choose_tab(page, "#bayes-tabs", "bayes-questions", "问题集")
    expect(page.locator("#bayes-questions-findings")).to_contain_text("24 个问题")
    expect(page.locator("#bayes-questions-means .js-plotly-plot")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
