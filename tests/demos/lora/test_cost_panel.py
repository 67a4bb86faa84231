"""The cost calculator: thresholds, sentences, table, file, endpoint, the panel's handlers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, cast

import gradio as gr
import plotly.graph_objects as go
import pytest

from demos.frame.errors import InputProblem
from demos.lora.cost import LARGEST, cost
from demos.lora.cost_calculator import figures, results, thresholds
from demos.lora.cost_calculator import setting as settings
from demos.lora.cost_calculator.endpoint import lora_cost
from demos.lora.cost_calculator.panel import CostPanel, _setter
from demos.lora.cost_calculator.setting import DEFAULT, PRESETS, Setting

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)


# --- thresholds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "m"), [(24, 24), (30, 12), (8, 100), (1, 1)])
def test_ranks_are_where_counting_finds_them(n: int, m: int) -> None:
    for r in range(1, min(n, m) + 1):
        for batch in (1, 7, 10_000):
            full, cheap = (cost(way, n, m, r, batch) for way in ("full", "cheap"))
            assert (cheap.operations > full.operations) == (r > thresholds.rank_of_full(n, m))
            assert (cheap.trained > full.trained) == (r > thresholds.rank_of_numbers(n, m))
            kept = thresholds.batch_of_intermediates(n, m, r)
            assert (cheap.intermediates > full.intermediates) == (batch > kept)


@pytest.mark.parametrize(("n", "m"), [(24, 24), (30, 12), (8, 100)])
def test_batches_are_where_counting_finds_them(n: int, m: int) -> None:
    found = set()
    for r in (1, 4, min(n, m)):
        step = thresholds.batch_of_step(n, m, r)
        found.add(step is None)
        for batch in (*range(1, 60), 1_000, 100_000):
            cheap, dear = (cost(way, n, m, r, batch) for way in ("cheap", "dear"))
            above = batch > thresholds.batch_of_forward(n, m)
            assert (dear.forward < cheap.forward) == above
            assert (dear.operations < cheap.operations) == (step is not None and batch > step)
    assert found == {True, False}


# --- sentences, table, file -----------------------------------------------------------------------


def said(setting: Setting, language: Any = "en") -> str:
    return "\n".join(results.findings(setting.costs(), setting, language))


def test_the_sentences_follow_the_sizes() -> None:
    words = said(DEFAULT)
    assert "0.68 times the operations" in words
    assert "cannot save more than a third" in words
    assert "nm / 3(n + m) = 205" in words
    assert "nm / (n + m) = 614" in words
    assert "never do at this rank" in words
    assert "246 kB for LoRA and 18.9 MB for full training: 18.6 MB saved" in words
    assert "BERT-base's feed-forward networks in 12 layers, with 24 weights" in words
    slow = said(Setting(64, 64, 20, 1_000))
    assert "At r = 20 LoRA costs more operations" in slow
    assert "at 68.6 in a whole step" in slow
    large = said(Setting(64, 64, 64, 1_000))
    assert "LoRA is larger than what it replaces" in large
    assert "65.5 kB for LoRA and 32.8 kB for full training: 32.8 kB more" in large
    assert "SGD keeps nothing" in said(Setting(64, 64, 4, 8, "sgd"))
    assert "more than full training's gradient of 16.4 kB" in said(Setting(64, 64, 4, 8_192))


@LANGUAGES
@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_is_extrapolated(key: str, language: Any) -> None:
    setting = PRESETS[key].setting()
    words = results.findings(setting.costs(), setting, language)
    assert len(words) == 6
    turned = Setting(setting.m, setting.n, setting.r, setting.batch)
    assert len(results.findings(turned.costs(), turned, language)) == 6
    other = Setting(setting.n + 1, setting.m, setting.r, setting.batch)
    assert len(results.findings(other.costs(), other, language)) == 5


def test_the_extrapolation_counts_llamas_weights() -> None:
    words = said(PRESETS["llama_mlp"].setting())
    trained = 96 * 4_096 * 11_008
    assert f"{trained / 1e9:.3g} G numbers in full ({3 * 2 * trained / 1e9:.3g} GB" in words


def test_amounts_have_three_digits() -> None:
    given = (0, 7, 999, 1_000, 12_345, 999_900, 2.5e9, 4.2e19)
    assert [results.amount(value, "B") for value in given] == [
        *("0 B", "7 B", "999 B", "1 kB", "12.3 kB", "1 MB", "2.5 GB", "42 EB"),
    ]
    assert results.ratio(3, 0) == "–"
    assert results.ratio(12_345, 10) == "1,234.50×"


@LANGUAGES
def test_the_table_holds_every_way_and_its_ratios(language: Any) -> None:
    table = results.table(DEFAULT.costs(), DEFAULT, language)
    assert table.count("<tr>") == 4
    assert table.count("<small>1×</small>") == 6
    assert "<small>1.002×</small>" in table  # the dear way: 1 + r / batch
    assert "19.3 GFLOP" in table
    bare = Setting(8, 8, 2, 4, "sgd")
    assert results.table(bare.costs(), bare, language).count("<small>–</small>") == 3


def test_the_file_holds_plain_numbers() -> None:
    path = results.costs_file(DEFAULT.costs(), DEFAULT)
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["way"] for row in rows] == ["full", "cheap", "dear"]
    assert int(rows[0]["forward"]) == 2 * DEFAULT.batch * DEFAULT.n * DEFAULT.m
    assert rows[1]["bytes_per_number"] == "4"
    assert int(rows[1]["trained"]) == DEFAULT.r * (DEFAULT.n + DEFAULT.m)


# --- figures and endpoint -------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("setting", [DEFAULT, Setting(1, 1, 1, 1, "sgd"), Setting(5, 3, 3, 10**7)])
def test_figures_are_drawn(setting: Setting, language: Any) -> None:
    costs = setting.costs()
    work, memory = (
        figures.work_figure(costs, language),
        figures.memory_figure(costs, setting, language),
    )
    assert [trace.y[2] for trace in work.data] == pytest.approx(
        [each.operations for each in costs.values()]
    )
    assert [trace.y[1] for trace in memory.data] == pytest.approx(
        [setting.nbytes * each.trained for each in costs.values()]
    )
    by_batch = figures.batch_figure(setting, language)
    share = 2 / 3 + setting.r * (setting.n + setting.m) / (setting.n * setting.m)
    assert by_batch.data[1].y == pytest.approx(share)
    by_rank = figures.rank_figure(setting, language)
    assert by_rank.data[2].y == pytest.approx(1 + by_rank.data[2].x / setting.batch)
    assert by_rank.data[2].x[-1] == min(setting.n, setting.m)


def test_the_endpoint_answers_with_three_ways() -> None:
    found = lora_cost(768, 768, 8, 32, "momentum")
    assert set(found) == {"full", "cheap", "dear"}
    for way, each in found.items():
        counted = cost(cast(Any, way), 768, 768, 8, 32, "momentum")
        assert each["operations"] == each["forward"] + each["backward"] == counted.operations
        assert each["state"] == counted.state
    assert lora_cost()["full"]["trained"] == 768 * 3_072


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((768, 768, 800), "A rank of 800 is not possible"),
        ((0, 768, 8), "n has to be a whole number"),
        ((768, 2.5, 8), "m has to be a whole number"),
        ((768, "a", 8), "m has to be a whole number"),
        ((768, 768, 8, LARGEST + 1), "batch has to be"),
        ((768, 768, 8, float("nan")), "batch has to be"),
        ((768, 768, 8, 32, "lion"), "“lion” is no optimiser"),
        ((768, 768, 8, 32, ["sgd"]), "is no optimiser"),
    ],
)
def test_the_endpoint_says_what_is_wrong(given: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(gr.Error, match=sentence):
        lora_cost(*given)


# --- handlers -------------------------------------------------------------------------------------


@pytest.fixture
def panel() -> Iterator[CostPanel]:
    with gr.Blocks(), gr.Tab():
        yield CostPanel(cast(Any, None))


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_passes_and_is_drawn(panel: CostPanel, key: str) -> None:
    setting = PRESETS[key].setting()
    presses, *values = _setter(setting)(0)
    assert presses == 1
    checks = panel.check(*values, None, REQUEST)
    assert len(checks) == len(values) + 1
    assert all(check["is_valid"] for check in checks)
    updates = panel.on_draw(*values, None, REQUEST)
    assert updates[panel.shown] == setting
    for plot in (panel.work, panel.memory, panel.over_batch, panel.over_rank):
        assert isinstance(updates[plot], go.Figure)
    assert updates[panel.csv]["interactive"]
    assert panel.on_draw(*values, setting, REQUEST) == {panel.shown: setting}


def test_bad_values_are_said_at_their_fields(panel: CostPanel) -> None:
    checks = panel.check(None, 2.5, 9_000, "", "lion", "int4", None, REQUEST)
    assert [check["is_valid"] for check in checks] == [*[False, False], False, *[False] * 3, True]
    assert "at most" not in checks[1]["message"]
    assert "whole number from 1 to 10,000,000" in checks[1]["message"]
    assert "int4" in checks[5]["message"]
    only_rank = panel.check(64, 32, 33, 8, "sgd", "bfloat16", None, REQUEST)
    wrong = [place for place, check in enumerate(only_rank) if not check["is_valid"]]
    assert wrong == [2]
    assert "from 1 to 32" in only_rank[2]["message"]
    with pytest.raises(gr.Error, match="from 1 to 32"):
        panel.on_draw(64, 32, 33, 8, "sgd", "bfloat16", None, REQUEST)


def test_precision_halves_the_bytes(panel: CostPanel) -> None:
    with pytest.raises(InputProblem):
        settings.check_setting(8, 8, 2, 4, "adam", "int4")
    tables = [
        panel.on_draw(768, 768, 8, 32, "adam", precision, None, REQUEST)[panel.table]
        for precision in settings.PRECISIONS
    ]
    assert "4.72 MB" in tables[0]
    assert "2.36 MB" in tables[1]
