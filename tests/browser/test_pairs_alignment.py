"""Late interaction beside the other kinds, and its alignment, as a visitor sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect

from app import build_app, launch
from demos.pairs import PAIRS
from models.catalog import COSENT_BI, COSENT_CROSS, MINILM, Catalog
from models.registry import Registry
from tests.browser.conftest import OpenPage
from tests.browser.test_pairs import open_pairs, paste
from tests.models import tiny

pytestmark = pytest.mark.browser
PAGE = "/pairs"
TITLE = "Late interaction"
NEGATED = "I like this restaurant.\tI do not like this restaurant.\n"


@pytest.fixture(scope="module")
def app_url() -> Iterator[str]:
    """An app with one model of each kind, on one base."""
    card = tiny.card("late", Path("."), "late-interaction", base=MINILM.key, title=TITLE)
    catalog = Catalog((COSENT_BI, COSENT_CROSS, MINILM, card))
    registry = Registry(catalog, "cpu", dtype=torch.float32)
    app = build_app(registry, (PAIRS,))
    launch(app, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=None)
    yield str(app.local_url).rstrip("/")
    app.close()
    registry.close()


def choose_late(page: Page) -> None:
    page.locator("#pairs-models input").click()
    page.get_by_role("option", name=TITLE).click()
    page.keyboard.press("Escape")


def test_a_negation_is_aligned_beside_what_the_cross_encoder_makes_of_it(
    open_page: OpenPage,
) -> None:
    page = open_pairs(open_page())
    paste(page, NEGATED)
    expect(page.locator("#pairs-read-note")).to_contain_text("1 pasted pairs")
    choose_late(page)
    page.locator("#pairs-score").click()
    by_model = page.locator("#pairs-by-model")
    expect(by_model).to_contain_text("late interaction (mean MaxSim)")
    expect(by_model).to_contain_text("1,536 B")
    page.locator("#attribution-show").click()
    expect(page.locator("#alignment-plot .js-plotly-plot")).to_contain_text("[SEP]")
    expect(page.locator("#attribution-plot .js-plotly-plot")).to_contain_text("B · not")
    matches = page.locator("#alignment-matches")
    expect(matches).to_contain_text("CoSENT cross-encoder lowers its score most for “not” of B")
    expect(matches.locator("tbody tr")).to_have_count(4 + 6)
    expect(matches.locator("tbody tr").nth(1)).to_contain_text("like")


@pytest.mark.slow
def test_without_such_a_model_there_is_no_alignment_and_in_chinese_it_reads(
    open_page: OpenPage,
) -> None:
    page = open_pairs(open_page(language="zh-CN", theme="dark", width=420))
    page.locator("#attribution-show").click()
    expect(page.locator("#attribution-plot .js-plotly-plot")).to_be_visible()
    expect(page.locator("#alignment-plot")).not_to_be_visible()
    choose_late(page)
    page.locator("#pairs-score").click()
    expect(page.locator("#pairs-by-model")).to_contain_text("延迟交互（平均 MaxSim）")
    page.locator("#attribution-show").click()
    expect(page.locator("#alignment-matches")).to_contain_text("两者的均值就是分数")
