"""The Scaling tab as a visitor uses it: the worked example, a broken file, a point clicked away."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
PAGE = "/scaling"


def open_scaling(page: Page, panel: str) -> Page:
    expect(page.locator("#scaling-progress")).to_contain_text("72 of 72 points")
    page.locator(f"#scaling-tabs > .tab-wrapper [data-tab-id=scaling-{panel}]").last.click()
    return page


def test_the_example_is_fitted_and_a_broken_file_loses_nothing(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_scaling(open_page(bad_input=True), "fit")
    expect(page.locator("#scaling-fit-loss .js-plotly-plot")).to_be_visible()
    expect(page.locator("#scaling-fit-table")).to_contain_text("Besiroglu et al. 2024")
    expect(page.locator("#scaling-fit-reading")).to_contain_text("Doubling")
    broken = tmp_path / "runs.csv"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300))
    page.locator("#scaling-files input[type=file]").set_input_files(broken)
    expect(page.locator("#scaling-files")).to_contain_text("PNG")
    expect(page.locator("#scaling-fit-table")).to_contain_text("Besiroglu et al. 2024")


@pytest.mark.slow
def test_a_point_is_clicked_away_and_fitted_without(open_page: OpenPage) -> None:
    page = open_scaling(open_page(), "data")
    plot = page.locator("#scaling-data-plot .js-plotly-plot")
    expect(plot).to_be_visible()
    # Plotly's own event: where a point lies in pixels is the browser's affair.
    page.locator("#scaling-data-plot .points path").first.click(force=True)
    expect(page.locator("#scaling-difference")).to_contain_text("Fit")
    page.locator("#scaling-fit").click()
    expect(page.locator("#scaling-progress")).to_contain_text("71 of 72 points")


@pytest.mark.slow
def test_all_panels_open_in_chinese_and_dark(open_page: OpenPage) -> None:
    page = open_page(language="zh-CN", theme="dark")
    expect(page.locator("#scaling-progress")).to_contain_text("72")
    for panel, plot in (
        ("fit", "scaling-fit-loss"),
        ("compare", "scaling-compare-lines"),
        ("frontier", "scaling-frontier-plane"),
        ("isoflop", "scaling-isoflop-power"),
        ("plan", "scaling-plan-map"),
    ):
        page.locator(f"#scaling-tabs > .tab-wrapper [data-tab-id=scaling-{panel}]").last.click()
        expect(page.locator(f"#{plot} .js-plotly-plot")).to_be_visible()
