"""Quanta laboratory: settings, curves, straight lines, sentences, figures, the panel's handlers."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, cast

import gradio as gr
import numpy as np
import plotly.graph_objects as go
import pytest

from demos.frame.errors import InputProblem
from demos.scaling import quanta
from demos.scaling.quanta_laboratory import drawing, figures, results
from demos.scaling.quanta_laboratory import setting as settings
from demos.scaling.quanta_laboratory.panel import QuantaPanel, _setter
from demos.scaling.quanta_laboratory.setting import (
    DEFAULT,
    KINDS,
    LEARNED,
    PRESETS,
    SCALED,
    Learning,
    Quanta,
    Setting,
    Window,
)

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)
PARITY, PYTHIA = PRESETS["parity"], PRESETS["pythia"]
EVERY = [
    Setting(Quanta(kind, count=count), Learning(scaled, learned, 3), Window(2, 60))
    for kind, scaled in product(KINDS, SCALED)
    for learned, count in (("sharp", 40), ("smooth", 100_000))
]
ENDLESS = [
    Setting(Quanta(kind, count=None), Learning(scaled, learned, 2), Window(5, 50))
    for kind, scaled, learned in product(settings.ENDLESS, ("data", "steps"), LEARNED)
]


# --- settings -------------------------------------------------------------------------------------


def test_hidden_sliders_are_not_looked_at() -> None:
    shapes = {"a": "x", "shift": None, "rate": "0.02", "spread": ""}
    assert settings.check_quanta("exponential", shapes, True, "?") == Quanta(
        "exponential", rate=0.02, count=None
    )
    assert settings.check_quanta("uniform", shapes, True, "300.4").count == 300
    assert settings.check_learning("parameters", None, None) == Learning("parameters")


@pytest.mark.parametrize(
    "given",
    [
        ("zipf", {"a": "9"}, False, "500"),
        ("zipf", {"a": ""}, False, "500"),
        ("zipf", {"a": "0.4"}, False, "3"),
        ("zipf", {"a": "0.4"}, False, "1e7"),
        ("other", {}, False, "500"),
        ("lognormal", {"spread": "nan"}, True, "500"),
    ],
)
def test_what_is_outside_of_the_sliders_is_one_sentence(given: tuple[Any, ...]) -> None:
    with pytest.raises(InputProblem) as caught:
        settings.check_quanta(*given)
    assert str(caught.value).endswith(".")
    assert caught.value.sentence("zh")


def test_learning_and_window_are_checked() -> None:
    for given in (("x", "sharp", "1"), ("data", "x", "1"), ("data", "sharp", "101")):
        with pytest.raises(InputProblem):
            settings.check_learning(*given)
    for window in (("5", "5"), ("6", "5"), ("0", "5"), ("1", "")):
        with pytest.raises(InputProblem):
            settings.check_window(*window)


def test_the_rule_follows_what_grows() -> None:
    smooth = Learning("data", "smooth", 2)
    assert [smooth.of(scaled).rule for scaled in SCALED] == ["sharp", "poisson", "gradual"]


# --- curves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", [Quanta(a=0.3, count=None), Quanta("mandelbrot", 0.5, 20.0)])
def test_the_power_law_is_what_the_curve_tends_to(chosen: Quanta) -> None:
    endless = replace(chosen, count=None)
    for scaled, learned, threshold in product(SCALED, LEARNED, (1, 5)):
        learning = Learning(scaled, learned, threshold)
        scale = np.array([1e8, 1e10])
        law = drawing.power_law(endless, learning, scale)
        if scaled == "parameters":
            curve = quanta.parameters_curve(endless.spectrum(), scale)
        else:
            curve = quanta.data_curve(endless.spectrum(), scale, threshold, learning.rule)
        np.testing.assert_allclose(law, curve.loss, rtol=2e-3)


@pytest.mark.parametrize("setting", [*EVERY, *ENDLESS, *PRESETS.values()])
def test_every_setting_is_drawn(setting: Setting) -> None:
    drawn = drawing.draw(setting.quanta, setting.learning)
    curve = drawn.curve
    assert (np.diff(curve.scale) > 0).all()
    assert len(curve.scale) * (len(drawn.ranks) + 1) <= 2_000
    assert (np.diff(curve.loss) <= 1e-12).all()
    assert curve.loss[0] > 0.5
    assert drawn.singles.shape == (len(drawn.ranks), len(curve.scale))
    assert drawn.slope.shape == curve.scale.shape
    assert (drawn.law is not None) == (setting.quanta.kind in settings.POWER_LAWS)
    lines = drawing.lines(setting)
    for scaled in SCALED:
        at_once = setting.quanta.kind == "uniform" and scaled != "parameters"
        assert (lines[scaled] is None) == at_once
    line = lines[setting.learning.scaled]
    assert json.loads(figures.law_figure(drawn, setting, line, "zh").to_json())
    for language in ("en", "zh"):
        assert all(results.findings(drawn, setting, line, cast(Any, language)))


def test_stairs_have_their_corners_where_quanta_are_learned() -> None:
    setting = PRESETS["stairs"]
    drawn = drawing.draw(setting.quanta, setting.learning)
    assert set(range(1, 13)) <= set(drawn.curve.scale.tolist())
    assert drawn.curve.loss[-1] == 0
    assert drawn.few is None  # twelve are few already
    assert drawn.ranks == (1, 3, 10)


def test_a_few_quanta_are_drawn_where_they_are_seen() -> None:
    few = drawing.draw(PARITY.quanta, PARITY.learning).few
    assert few is not None
    assert few.learned.tolist() == list(range(drawing.FEW + 1))
    exponential = PRESETS["exponential"]
    assert drawing.draw(exponential.quanta, exponential.learning).few is None


def test_truncation_is_seen_in_the_slope_and_endless_quanta_keep_theirs() -> None:
    finite = drawing.draw(PARITY.quanta, PARITY.learning)
    known = finite.slope[np.isfinite(finite.slope)]
    assert known[-1] > 3 * quanta.exponents(0.4).steps
    endless = drawing.draw(replace(PARITY.quanta, count=None), PARITY.learning)
    known = endless.slope[np.isfinite(endless.slope)][-60:]
    np.testing.assert_allclose(known, quanta.exponents(0.4).steps, rtol=0.01)


def test_single_quanta_are_the_mean_when_weighted_by_use() -> None:
    chosen, learning = Quanta(count=30), Learning("data", "smooth", 4)
    drawn = drawing.draw(chosen, learning)
    spectrum = chosen.spectrum()
    every = quanta.emergence(spectrum, drawn.curve.scale, range(1, 31), 4)
    np.testing.assert_allclose(spectrum.frequency @ every, drawn.curve.loss, rtol=1e-9)
    np.testing.assert_allclose(drawn.singles, every[[0, 2, 9, 29]])


def test_how_suddenly_a_quantum_is_learned() -> None:
    gradual = math.log(10) / math.log(10 / 9)
    assert drawing.drop_factor(Learning("steps", "smooth", 7)) == pytest.approx(gradual, rel=1e-3)
    assert drawing.drop_factor(Learning("data", "smooth", 1)) == pytest.approx(gradual, rel=1e-3)
    assert drawing.drop_factor(Learning("data", "smooth", 100)) < 1.4
    assert drawing.drop_factor(Learning("data", "sharp", 100)) == 1


# --- straight lines -------------------------------------------------------------------------------


def test_the_line_of_the_preset_finds_what_was_measured_for_sparse_parity() -> None:
    window = quanta.truncation_window(quanta.PARITY_EXPONENT, quanta.PARITY_TASKS)
    learned = window.explains(quanta.PARITY_MEASURED_STEPS)
    assert learned == PARITY.window.last
    lines = drawing.lines(PARITY)
    by_end = dict(zip(window.learned.tolist(), window.data.tolist(), strict=True))
    assert lines["steps"] is not None
    assert lines["steps"].exponent == pytest.approx(by_end[405], rel=1e-3)
    assert lines["steps"].exponent == pytest.approx(0.45, abs=2e-3)


def test_the_line_of_the_preset_finds_pythias_exponents() -> None:
    lines = drawing.lines(PYTHIA)
    found = [line.exponent for line in lines.values() if line is not None]
    np.testing.assert_allclose(found, [0.083, 0.0766, 0.0766], rtol=5e-3)


def test_a_line_runs_through_the_curve() -> None:
    smooth = replace(PARITY, learning=Learning("data", "smooth", 2), window=Window(5, 50))
    line = drawing.lines(smooth)["data"]
    assert line is not None
    assert line.scale[1] / line.scale[0] == pytest.approx(10**1.4, rel=1e-6)
    fall = -math.log(line.loss[1] / line.loss[0]) / math.log(line.scale[1] / line.scale[0])
    assert fall == pytest.approx(line.exponent)


def test_a_window_beyond_the_last_quantum_has_no_line() -> None:
    beyond = Setting(Quanta(count=12), Learning("data"), Window(12, 900))
    lines = drawing.lines(beyond)
    assert set(lines.values()) == {None}
    drawn = drawing.draw(beyond.quanta, beyond.learning)
    assert results.findings(drawn, beyond, None, "en")[0].startswith("No straight line")
    assert "from quantum 12 to 12" in results.exponents_table(lines, beyond, "en")


# --- formulas and truncation ----------------------------------------------------------------------


def test_the_integral_from_one_half_is_nearest() -> None:
    errors = drawing.errors(PARITY.quanta)
    assert errors is not None
    assert (errors.half < errors.whole / 10).all()
    assert (errors.whole <= errors.post).all()
    assert errors.post[-1] > 1  # endlessly many are summed where one is left
    endless = drawing.errors(replace(PARITY.quanta, count=None))
    assert endless is not None
    np.testing.assert_allclose(endless.post, endless.whole)
    assert drawing.errors(Quanta("uniform")) is None


@pytest.mark.parametrize("count", [4, 500, 20_000, 1_000_000])
def test_truncation_of_few_and_of_many(count: int) -> None:
    truncation = drawing.truncation(Quanta(count=count))
    assert truncation is not None
    assert len(truncation.learned) <= 1_000
    for scaled in SCALED:
        setting = Setting(Quanta(count=count), Learning(scaled))
        figure = figures.truncation_figure(truncation, setting, "en")
        assert ("n = 405" in figure.to_json()) == (count == 500 and scaled == "steps")
    assert drawing.truncation(Quanta(count=None)) is None
    assert drawing.truncation(Quanta("mandelbrot")) is None


# --- tables, sentences, files ---------------------------------------------------------------------


@LANGUAGES
def test_published_rows_stand_beside_ours(language: Any) -> None:
    table = results.published_table(language)
    for said in ("0.0766", "0.2857", "≈ 0.45", "405"):
        assert said in table
    assert table.count("0.0766") == 2


@LANGUAGES
def test_the_table_of_exponents_marks_what_is_drawn(language: Any) -> None:
    table = results.exponents_table(drawing.lines(PARITY), PARITY, language)
    assert table.count("kl-marked") == 1
    for said in ("a = 0.400", "a/(a+1) = 0.286", "0.451", "+57", "2.9 … 12,956"):
        assert said in table
    bare = results.exponents_table(dict.fromkeys(SCALED), Setting(Quanta("uniform")), language)
    assert bare.count("<td>–</td>") == 12


def test_the_sentences_say_what_is_seen() -> None:
    def said(setting: Setting) -> str:
        drawn = drawing.draw(setting.quanta, setting.learning)
        line = drawing.lines(setting)[setting.learning.scaled]
        return " ".join(results.findings(drawn, setting, line, "en"))

    assert "58% more than the theory's 0.286" in said(PARITY)
    assert "There are 500 quanta" in said(PARITY)
    assert "the theory says 0.083" in said(PYTHIA)
    assert "no power law" in said(PRESETS["exponential"])
    early = replace(PYTHIA, window=Window(1, 4))
    assert "less than the theory's" in said(early)
    alike = Setting(Quanta("uniform"), Learning("data", "smooth"))
    assert "learned at the same scale" in said(alike)
    assert "All quanta are learned around D = 500" in said(alike)


def test_numbers_in_sentences() -> None:
    numbers = (0.123, 2.9, 8511.2, 1_000_000, 1.25e9)
    assert [results.short(value) for value in numbers] == [
        *("0.123", "2.9", "8,511", "1,000,000", "1.2 × 10⁹"),
    ]


def test_the_file_holds_every_curve() -> None:
    exponential = PRESETS["exponential"]
    for setting in (PARITY, exponential):
        drawn = drawing.draw(setting.quanta, setting.learning)
        path = results.curves_file(drawn, setting)
        with open(path, encoding="utf-8-sig", newline="") as file:
            headers, *rows = list(csv.reader(file))
        assert headers[:5] == ["scale", "loss", "learned_quanta", "local_slope", "power_law"]
        assert headers[5:] == [f"loss_of_quantum_{rank}" for rank in drawn.ranks]
        assert len(rows) == len(drawn.curve.scale)
        assert (rows[0][4] == "") == (setting is exponential)
        assert "nan" not in {cell for row in rows for cell in row}


# --- figures --------------------------------------------------------------------------------------


@LANGUAGES
def test_figures_travel_as_float32_and_are_small(language: Any) -> None:
    drawn = drawing.draw(PARITY.quanta, PARITY.learning)
    errors = drawing.errors(PARITY.quanta)
    assert errors is not None
    for figure in (
        figures.law_figure(drawn, PARITY, drawing.lines(PARITY)["steps"], language),
        figures.emergence_figure(drawn, PARITY, language),
        figures.errors_figure(errors, PARITY.quanta, language),
    ):
        assert all(np.asarray(trace.y).dtype == np.float32 for trace in figure.data)
        assert len(figure.to_json()) < 80_000


def test_a_loss_of_nought_goes_straight_down_once() -> None:
    setting = PRESETS["stairs"]
    drawn = drawing.draw(setting.quanta, setting.learning)
    curve = np.asarray(figures.law_figure(drawn, setting, None, "en").data[0].y)
    assert (curve[np.isfinite(curve)] > 0).all()
    assert (curve[np.isfinite(curve)] < 1e-8).sum() == 1


# --- handlers -------------------------------------------------------------------------------------


@pytest.fixture
def panel() -> Iterator[QuantaPanel]:
    with gr.Blocks(), gr.Tab():
        yield QuantaPanel(cast(Any, None))


def values_of(setting: Setting) -> list[Any]:
    return list(_setter(setting)(0)[1:])


def drawn_by(panel: QuantaPanel, setting: Setting, shown: Setting | None = None) -> dict[Any, Any]:
    return cast(dict[Any, Any], panel.on_draw(*values_of(setting), shown, REQUEST))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_passes_and_is_drawn(panel: QuantaPanel, name: str) -> None:
    preset = PRESETS[name]
    given = [each if isinstance(each, (str, bool)) else "500" for each in values_of(preset)]
    checks = panel.check(*given, None, REQUEST)
    assert all(check["is_valid"] for check in checks)
    assert len(checks) == len(given) + 1
    updates = panel.on_draw(*given, None, REQUEST)
    assert updates[panel.shown] == preset
    assert isinstance(updates[panel.law], go.Figure)
    assert isinstance(updates[panel.emergence], go.Figure)
    seen = {key: updates[slider]["visible"] for key, slider in panel.shapes.items()}
    assert {key for key, visible in seen.items() if visible is True} == set(
        settings.SLIDERS[preset.quanta.kind]
    )
    assert updates[panel.count]["visible"] == ("hidden" if preset.quanta.count is None else True)


def test_only_what_changed_is_drawn(panel: QuantaPanel) -> None:
    assert set(drawn_by(panel, DEFAULT, DEFAULT)) == {panel.shown}
    moved = replace(DEFAULT, window=Window(3, 80))
    updates = drawn_by(panel, moved, DEFAULT)
    assert set(updates) == {panel.shown, panel.findings, panel.law, panel.exponents}
    assert set(panel.on_details(moved, DEFAULT, REQUEST)) == {panel.detailed}
    smooth = replace(DEFAULT, learning=Learning("steps", "smooth", 4))
    assert panel.emergence in drawn_by(panel, smooth, DEFAULT)
    assert set(panel.on_details(smooth, DEFAULT, REQUEST)) == {panel.detailed, panel.csv}


def test_curves_are_computed_once(panel: QuantaPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn_by(panel, DEFAULT)
    monkeypatch.setattr(drawing, "draw", lambda *given: pytest.fail("computed again"))
    drawn_by(panel, replace(DEFAULT, window=Window(1, 50)), DEFAULT)
    panel.on_details(DEFAULT, None, REQUEST)


def test_details_are_shown_or_said_to_be_missing(panel: QuantaPanel) -> None:
    updates = panel.on_details(DEFAULT, None, REQUEST)
    assert "0.0766" in updates[panel.published]
    for plot, button in (panel.integral, panel.truncation):
        assert isinstance(updates[plot]["value"], go.Figure)
        assert updates[plot]["visible"]
        assert updates[button]["visible"]
    other = panel.on_details(PRESETS["exponential"], DEFAULT, REQUEST)
    assert panel.published not in other
    for plot, button in (panel.integral, panel.truncation):
        assert not other[plot]["visible"]
        assert not other[button]["visible"]
    assert "Zipf" in other[panel.no_integral]
    assert "finite number" in other[panel.no_truncation]
    assert set(panel.on_details(None, None, REQUEST)) == {panel.detailed}


def test_bad_values_are_said_at_their_fields(panel: QuantaPanel) -> None:
    given = values_of(DEFAULT)
    given[1], given[6], given[9], given[11] = "77", "2", "", "1"
    checks = panel.check(*given, None, REQUEST)
    wrong = [place for place, check in enumerate(checks) if not check["is_valid"]]
    assert wrong == [1, 6, 9, 11]
    assert "has to end after" in checks[11]["message"]
    with pytest.raises(gr.Error, match=r"between 0\.05 and 3"):
        panel.on_draw(*given, None, REQUEST)
    odd = panel.check(["zipf"], *given[1:7], ["x"], {}, *given[9:], None, REQUEST)
    assert [odd[place]["is_valid"] for place in (0, 7, 8)] == [False, False, False]
