"""The decoder-only experiment as a visitor uses it."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from demos.attention.decoder import panel
from demos.attention.experiment.running import experiment
from demos.attention.experiment.settings import Settings
from demos.frame.steps import Run
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
PAGE = "/attention"

PROGRESS = "#attention-decoder-progress"


def open_panel(page: Page) -> Page:
    page.locator("#attention-tabs > .tab-wrapper [data-tab-id=attention-decoder]").last.click()
    expect(page.locator("#attention-decoder-card .kl-masks figure")).to_have_count(2)
    return page


def number(page: Page, name: str, value: object) -> None:
    field = page.locator(f"#attention-decoder-{name} input[type=number]")
    field.fill(str(value))
    field.press("Tab")


def smallest(page: Page, steps: int = 100) -> None:
    """The fields of a run that takes seconds."""
    number(page, "seeds", 2)
    number(page, "layers", 1)
    number(page, "steps", steps)
    expect(page.locator("#attention-decoder-estimate")).to_contain_text(f"{steps:,} steps: about")


def test_the_larger_run_is_shown_on_opening(open_page: OpenPage) -> None:
    page = open_panel(open_page())
    for figure in ("loss", "accuracy", "finals"):
        expect(page.locator(f"#attention-decoder-larger-{figure} .js-plotly-plot")).to_be_visible()
    expect(page.locator("#attention-decoder-larger-table")).to_contain_text("±")
    expect(page.locator("#attention-decoder-larger-verdicts li")).to_have_count(3)
    expect(page.locator("#attention-decoder-larger-facts")).to_contain_text("59,856")
    expect(page.locator("#attention-decoder-own")).not_to_be_visible()


@pytest.mark.slow
def test_another_family_brings_its_tasks_and_masks(open_page: OpenPage) -> None:
    page = open_panel(open_page(language="zh-CN"))
    page.locator("#attention-decoder-family label").nth(1).click()
    expect(page.locator("#attention-decoder-card .kl-masks figure")).to_have_count(3)
    expect(page.locator("#attention-decoder-task label")).to_have_count(3)
    expect(page.locator("#attention-decoder-masks input:checked")).to_have_count(3)
    expect(page.locator("#attention-decoder-estimate")).to_contain_text("12 个模型")
    page.locator("#attention-decoder-task label").nth(2).click()
    expect(page.locator("#attention-decoder-card h4").first).to_contain_text("隐马尔可夫")


@pytest.mark.slow
def test_a_run_grows_ends_in_verdicts_and_a_file(open_page: OpenPage) -> None:
    page = open_panel(open_page())
    smallest(page)
    page.locator("#attention-decoder-run").click()
    expect(page.locator("#attention-decoder-own-loss .js-plotly-plot")).to_be_visible()
    expect(page.locator(PROGRESS)).to_contain_text("Done: 100 steps", timeout=120_000)
    expect(page.locator("#attention-decoder-own-verdicts li")).to_have_count(3)
    expect(page.locator("#attention-decoder-own-finals .js-plotly-plot")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#attention-decoder-own-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 4 * 21


def test_a_cancel_keeps_the_curves_of_the_one_run(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []

    def counted(settings: Settings, run: Run) -> object:
        begun.append(settings)
        return experiment(settings, run)

    monkeypatch.setattr(panel, "experiment", counted)
    page = open_panel(open_page())
    smallest(page, 3_000)
    page.locator("#attention-decoder-run").click()
    expect(page.locator(f"{PROGRESS} .kl-progress")).to_contain_text("Sort, 4 models, steps")
    page.locator("#attention-decoder-run").click()  # ignored while one runs
    expect(page.locator("#attention-decoder-own-loss .js-plotly-plot")).to_be_visible()
    page.locator("#attention-decoder-cancel").click()
    expect(page.locator(PROGRESS)).to_contain_text(re.compile(r"Cancelled at step [\d,]+ of 3,000"))
    expect(page.locator("#attention-decoder-own-loss .js-plotly-plot")).to_be_visible()
    expect(page.locator("#attention-decoder-own-finals")).not_to_be_visible()
    expect(page.locator("#attention-decoder-own-csv")).to_be_enabled()
    expect(page.locator("#attention-decoder-cancel")).to_be_disabled()
    assert len(begun) == 1


@pytest.mark.slow
def test_bad_fields_are_said_where_they_are(open_page: OpenPage) -> None:
    page = open_panel(open_page(bad_input=True))
    page.locator("#attention-decoder-masks label").first.click()
    number(page, "rate", 5)
    page.locator("#attention-decoder-run").click()
    expect(page.locator("#attention-decoder-masks")).to_contain_text("choose at least two")
    expect(page.locator("#attention-decoder-rate")).to_contain_text("between 0.0001 and 0.03")
    expect(page.locator("#attention-decoder-own")).not_to_be_visible()
