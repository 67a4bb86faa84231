"""Evaluation, attribution, grid, playground, training, published tables, as visitors use them."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_pairs import open_pairs, paste, scored

pytestmark = pytest.mark.browser
PAGE = "/pairs"

PANELS = {"score": 0, "grid": 1, "playground": 2, "training": 3, "published": 4}


def open_panel(page: Page, name: str) -> Page:
    page.locator("#pairs-tabs").get_by_role("tab").nth(PANELS[name]).click()
    return page


def choose(page: Page, chooser: str, option: str) -> None:
    page.locator(f"{chooser} input").click()
    page.get_by_role("option", name=option).click()


# --- labels ---


@pytest.mark.slow
def test_labels_are_held_against_the_scores(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    scored(page, 12)
    expect(page.locator("#evaluation-table")).to_contain_text("λ = 20")
    expect(page.locator("#evaluation-intervals .js-plotly-plot")).to_be_visible()
    expect(page.locator("#evaluation-notes")).to_contain_text("1,000 resamples")
    paste(page, "one\ttwo\nthree\tfour\nfive\tsix\n")
    expect(page.locator("#pairs-read-note")).to_contain_text("3 pasted pairs")
    page.locator("#pairs-score").click()
    scored(page, 3)
    expect(page.locator("#evaluation")).not_to_be_visible()


@pytest.mark.slow
def test_binary_labels_show_their_ceiling_and_another_cut(open_page: OpenPage) -> None:
    page = open_pairs(open_page(bad_input=True))
    paste(page, "a cat\ta cat\t1\na dog\ta plane\t0\nsnow\train\t0\ntea\tcup of tea\t1\n")
    expect(page.locator("#pairs-read-note")).to_contain_text("4 pasted pairs")
    page.locator("#pairs-score").click()
    scored(page, 4)
    expect(page.locator("#evaluation-notes")).to_contain_text("cannot exceed")
    cut = page.locator("#evaluation-cut input")
    expect(cut).to_have_value("0.5")
    cut.fill("7")
    cut.press("Enter")
    expect(page.locator("#evaluation-cut")).to_contain_text("has to lie above 0 and at most at 1")
    expect(page.locator("#evaluation-table")).to_contain_text("[")


def test_each_word_is_left_out(open_page: OpenPage) -> None:
    page = open_pairs(open_page())
    scored(page, 12)
    page.locator("#pairs-scores").get_by_text("The company raised its prices.").first.click()
    expect(page.locator("#attribution-pair input")).to_have_value(re.compile("^5. The company"))
    page.locator("#attribution-show").click()
    expect(page.locator("#attribution-plot .js-plotly-plot")).to_contain_text("lowered")
    with page.expect_download() as download:
        page.locator("#attribution-csv").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 10


# --- training ---


def train(page: Page, steps: int) -> None:
    number = page.locator("#training-steps input[type=number]")
    number.fill(str(steps))
    number.press("Enter")
    page.locator("#training-train").click()


def test_a_model_is_trained_scored_and_downloaded_and_nobody_else_sees_it(
    open_page: OpenPage,
) -> None:
    page, other = open_panel(open_page(), "training"), open_pairs(open_page())
    train(page, 10)
    expect(page.locator("#training-progress")).to_contain_text("Done", timeout=120_000)
    expect(page.locator("#training-runs")).to_contain_text("finished")
    expect(page.locator("#training-plot .js-plotly-plot")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#training-adapter").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "adapter/adapter_model.safetensors" in archive.namelist()
    page.locator("#training-whole").click()
    with page.expect_download() as download:
        page.locator("#training-whole-file").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"model/modules.json", "model/model.safetensors"} <= set(archive.namelist())
    page.locator("#pairs-tabs").get_by_role("tab").nth(0).click()
    choose(page, "#pairs-models", "My bi-encoder (CoSENT) #1")
    page.keyboard.press("Escape")
    page.locator("#pairs-score").click()
    expect(page.locator("#pairs-by-model")).to_contain_text("My bi-encoder (CoSENT) #1")
    other.locator("#pairs-models input").click()
    expect(other.get_by_role("option", name="all-mpnet-base-v2")).to_be_visible()
    expect(other.get_by_role("option", name=re.compile("^My "))).to_have_count(0)
    expect(other.locator("#status")).not_to_contain_text("My ")


@pytest.mark.slow
def test_two_runs_are_laid_over_each_other(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "training")
    page.locator("#training-more > button").first.click()
    page.locator("#training-kind label").nth(1).click()
    expect(page.locator("#training-rate input")).to_have_value("0.001")  # and with it the losses
    for loss in ("CoSENT", "cross-entropy"):
        choose(page, "#training-loss", loss)
        train(page, 10)
        # The progress line may still say "Done" of the run before.
        expect(page.locator("#training-runs")).to_contain_text(loss, timeout=120_000)
        expect(page.locator("#training-progress")).to_contain_text("Done", timeout=120_000)
    legend = page.locator("#training-plot .legendtext")
    expect(legend).to_have_count(2)
    expect(legend.nth(1)).to_contain_text("cross-entropy")


@pytest.mark.slow
def test_others_wait_in_line_and_a_cancel_lets_them_go_on(open_page: OpenPage) -> None:
    first, second = (open_panel(open_page(), "training") for _ in range(2))
    train(first, 400)
    expect(first.locator("#training-progress [role=progressbar]")).to_be_visible()
    train(second, 10)
    expect(second.locator("#training-progress")).to_contain_text("before yours: 1")
    first.locator("#training-cancel").click()
    expect(first.locator("#training-progress")).to_contain_text("Cancelled")
    expect(first.locator("#training-runs")).to_contain_text("cancelled")
    expect(second.locator("#training-progress")).to_contain_text("Done", timeout=120_000)


NOT_TO_BE_TRAINED_ON = [
    ("one,two\n" * 30, "no labels"),
    ("sentence1,sentence2,score\n" + "a,b,1\n" * 30, "All labels"),
    ("sentence1,sentence2,score\n" + "a,b,1\nc,d,2\n" * 3, "20 to 2,000"),
]


def test_data_that_cannot_be_trained_on_are_said_at_the_file(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_panel(open_page(bad_input=True), "training")
    for number, (content, sentence) in enumerate(NOT_TO_BE_TRAINED_ON):
        path = tmp_path / f"pairs-{number}.csv"
        path.write_text(content)
        page.locator("#training-file input[type=file]").set_input_files(path)
        expect(page.locator("#training-file")).to_contain_text(sentence)
        page.locator("#training-train").click()
        expect(page.locator("#training-file")).to_contain_text(sentence)
        clear = page.locator("#training-file button[aria-label='Clear']")
        expect(clear).to_have_count(2)  # what is said comes anew with every press
        clear.first.click()  # what is said
        expect(page.locator("#training-file")).not_to_contain_text(sentence)
        clear.click()  # the file


# --- published ---

STSB = "".join(f"a text {i}\ta text {i if i % 2 else i + 40}\t{i % 2}\n" for i in range(30))


def test_a_test_set_is_scored_beside_the_published_figures(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_panel(open_page(bad_input=True), "published")
    expect(page.locator("#published-beside-zh")).to_contain_text("79.31")
    expect(page.locator("#published-beside-en-plot .js-plotly-plot")).to_contain_text("published")
    page.locator("#published-test-set input").click()
    page.get_by_role("option", name="STS-B (English)").click()
    page.locator("#published-test-run").click()
    expect(page.locator("#published-test-file")).to_contain_text("bring the file itself")
    (tmp_path / "STS-B.test.data").write_text(STSB)
    page.locator("#published-test-file input[type=file]").set_input_files(
        tmp_path / "STS-B.test.data"
    )
    expect(page.locator("#published-test-file")).to_contain_text("STS-B.test")
    page.locator("#published-test-run").click()
    said = page.locator("#published-test-progress")
    expect(said).to_contain_text("30 pairs scored")
    expect(said).to_contain_text("the published figures are of other pairs")
    expect(said).to_contain_text("CoSENT cross-encoder minus CoSENT bi-encoder")
    expect(page.locator("#published-beside-en")).to_contain_text("n = 30")
    expect(page.locator("#published-test-cancel")).not_to_be_visible()


def test_published_tables_and_the_probe_set(open_page: OpenPage) -> None:
    page = open_panel(open_page(), "published")
    expect(page.locator("#published-bi")).to_contain_text("78.69")
    expect(page.locator("#published-cross")).to_contain_text("68.14")
    expect(page.locator("#published-gaps .js-plotly-plot")).to_contain_text("repeated run")
    page.locator("#published-run").click()
    expect(page.locator("#published-probe-plot .js-plotly-plot")).to_contain_text("roles swapped")
    expect(page.locator("#published-probe")).to_contain_text("%")
