"""Laboratory: settings, random draws in pieces, sentences, figures, the panel's handlers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any, cast

import gradio as gr
import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from demos.attention.collapse import residual_share, simulate
from demos.attention.desk import Desk
from demos.attention.example import EXAMPLE
from demos.attention.laboratory import drawing, figures, results
from demos.attention.laboratory import setting as settings
from demos.attention.laboratory.drawing import HEAD_SIZES, NETWORK_SEEDS, WALK, Walk
from demos.attention.laboratory.panel import LaboratoryPanel
from demos.attention.laboratory.setting import COLLAPSING, REFERENCES, VARIANTS, Setting
from demos.attention.masks import MASKS
from demos.attention.rank import crossing, crossover, laboratory
from demos.attention.readings import Asked
from demos.attention.spectra import MEASURED, spectra_figure
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.steps import result_of
from demos.frame.texts import TEXTS
from models.registry import Registry
from tests.demos.attention.fakes import MadeUpRegistry, made_up

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
HERE = cast(Any, MadeUpRegistry(made_up(3)))  # computes at once
SMALL = Setting(32, 4, 0.5, 2)
ALL = [f"{kind}.{name}" for kind, name in MEASURED]


@pytest.fixture(scope="module")
def spectra() -> Any:
    return result_of(drawing.drawing(HERE, SMALL, MEASURED))


@pytest.fixture(scope="module")
def courses() -> Any:
    return result_of(drawing.collapsing(HERE, COLLAPSING, list(VARIANTS.values()), 6))


def walk_of(n: int = 32, d: int = 16) -> Walk:
    return result_of(drawing.walking(HERE, n, d))


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        *((15, 4, 0.2, 3), (513, 4, 0.2, 3), (None, 4, 0.2, 3), ("32", 4, 0.2, 3)),
        *((32, 0, 0.2, 3), (32, 4.5, 0.2, 3), (32, 4, 0.01, 3), (32, 4, "x", 3)),
        (32, 4, 0.2, 0),
    ],
)
def test_what_is_outside_of_the_sliders_is_one_sentence(given: tuple[Any, ...]) -> None:
    with pytest.raises(InputProblem) as caught:
        settings.check_setting(*given)
    assert caught.value.sentence("en") != caught.value.sentence("zh")


def test_what_is_chosen_is_put_in_order() -> None:
    assert settings.check_setting(32, 4, "0.2", 3) == Setting(32, 4, 0.2, 3)
    assert settings.check_curves(ALL[::-1]) == list(MEASURED)
    assert settings.check_collapsing(["causal", "bidirectional"]) == ["bidirectional", "causal"]
    assert [each.key for each in settings.check_variants(["both", "plain"])] == ["plain", "both"]
    for check in (settings.check_curves, settings.check_collapsing, settings.check_variants):
        for nothing in ([], None, ["?"]):
            with pytest.raises(InputProblem):
                check(nothing)


def test_a_logarithmic_slider_stands_on_a_known_setting_roughly() -> None:
    assert results.reference_of(Setting(256, 4, 0.19953, 3)) == REFERENCES[0]
    assert results.reference_of(Setting(256, 4, 0.21, 3)) is None
    assert results.reference_of(Setting(256, 5, 0.2, 3)) is None


# --- random draws -------------------------------------------------------------------------------


def test_pieces_are_the_whole(spectra: Any) -> None:
    for each in spectra:
        whole = laboratory(32, 4, 0.5, (0, 1), (each.mask,), each.kind, 16)[each.mask]
        for name in ("singular_values", "numerical", "effective", "stable", "condition"):
            assert torch.equal(getattr(each.figures, name), getattr(whole, name)), name
        assert torch.equal(each.figures.log_abs_det, whole.log_abs_det)
        assert each.figures.tolerances == whole.tolerances


@pytest.mark.parametrize("reference", REFERENCES)
def test_the_known_settings_are_met(reference: Any) -> None:
    setting = Setting(reference.n, reference.d, reference.scale, 2)
    drawn = result_of(drawing.drawing(HERE, setting, MEASURED[:2]))
    for each, known in zip(drawn, (reference.bidirectional, reference.causal), strict=True):
        assert float(each.figures.effective.mean()) == pytest.approx(known, rel=0.05)
    headers, rows = results.table(drawn, setting, "en")
    assert headers[3] == "Known"
    assert [row[3] for row in rows] == [f"{reference.bidirectional:g}", f"{reference.causal:g}"]


def test_a_walk_crosses_where_the_mathematics_says() -> None:
    walk, whole = walk_of(), crossover(32, 16, WALK)
    assert walk.crossing == pytest.approx(whole.scale)
    assert walk.causal == pytest.approx(whole.causal.tolist())
    never = walk_of(32, 1)
    assert never.crossing is None
    assert never.ahead == "causal"


def test_a_crossing_is_between_two_steps() -> None:
    rising, even = torch.tensor([0.0, 1.0, 3.0]), torch.tensor([2.0, 2.0, 2.0])
    assert crossing((1.0, 2.0, 8.0), rising, even) == pytest.approx(4.0)
    assert crossing((1.0, 2.0, 8.0), even, rising) is None  # it starts ahead


def test_head_sizes_are_walked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_REPORT_SECONDS", -1.0)
    steps = drawing.walking_over_sizes(HERE, 16)
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stop:
            walks = stop.value
            break
    assert [walk.d for walk in walks] == list(HEAD_SIZES)
    assert told[-1].done == told[-1].total == len(told) == len(HEAD_SIZES) * len(WALK)
    headers, rows = results.sizes_table(walks, "en")
    assert {len(row) for row in rows} == {len(headers)}
    assert rows[0][2] == "none: causal ahead"


def test_networks_are_those_of_the_mathematics(courses: Any) -> None:
    assert len(courses) == len(COLLAPSING) * len(VARIANTS)
    for course in courses:
        assert course.shares.shape == (len(NETWORK_SEEDS), 7)
    course = next(
        each for each in courses if (each.mask, each.variant.key) == ("half_heads", "both")
    )
    alone = simulate(64, 64, 4, 6, "half_heads", True, True, 1, 32)
    assert course.shares[1].tolist() == alone.tolist()


def test_attention_alone_collapses_and_the_causal_mask_slows_it(courses: Any) -> None:
    ends = {
        (course.mask, course.variant.key): float(np.median(course.shares[:, -1]))
        for course in courses
    }
    assert ends["bidirectional", "plain"] < 1e-10 < 1e-3 < ends["causal", "plain"]
    assert ends["bidirectional", "both"] > 0.1


def test_a_models_course_is_that_of_its_states() -> None:
    attention = made_up(5)
    attention.states.copy_(torch.randn(attention.states.shape))
    shares = drawing.model_course(cast(Any, MadeUpRegistry(attention)), attention)
    assert shares.tolist() == residual_share(attention.states).tolist()


# --- sentences, figures, files ------------------------------------------------------------------


def test_the_claim_holds_or_is_reversed() -> None:
    walk = walk_of()
    for scale, words in ((0.05, "claim holds"), (3.0, "is reversed")):
        setting = Setting(32, 16, scale, 2)
        drawn = result_of(drawing.drawing(HERE, setting, MEASURED[:2]))
        found = results.findings(drawn, setting, walk, "en")
        assert words in found[0].replace("\n", " ")
        assert f"{walk.crossing:.2f}" in found[1]
        assert "−log 32!" in found[2]
    assert "do not cross" in results.findings(drawn, setting, walk_of(32, 1), "en")[1]


def test_what_cannot_be_resolved_is_said() -> None:
    setting = Setting(128, 64, 5.0, 1)
    drawn = result_of(drawing.drawing(HERE, setting, MEASURED))
    found = results.findings(drawn, setting, None, "en")
    assert "causal" in found[-1]
    assert "condition number at least" in found[-1]
    assert "linear attention," not in found[-1]  # singular, not merely unresolved


@LANGUAGES
def test_everything_is_said_in_both_languages(spectra: Any, courses: Any, language: Any) -> None:
    walk = walk_of()
    said = results.findings(spectra, SMALL, walk, language)
    said += results.about_courses(courses, language)
    said.append(results.about_model(np.array([0.9, 0.5, 0.7]), "m", 12, language))
    assert not any("{" in sentence for sentence in said)
    assert "0.50" in said[-1]
    headers, rows = results.table(spectra, SMALL, language)
    assert {len(row) for row in rows} == {len(headers)}
    assert all(row[3] == "–" for row in rows)
    for figure in (
        spectra_figure(spectra, language),
        figures.crossover_figure(walk, 0.2, language),
        figures.collapse_figure(courses, language),
        figures.model_figure(np.array([0.9, 0.5]), "m", language),
    ):
        json.loads(figure.to_json())
        assert all(trace.y.dtype == np.float32 for trace in figure.data)


def test_the_crossing_is_marked_where_there_is_one() -> None:
    for walk, lines in ((walk_of(), 2), (walk_of(32, 1), 1)):
        assert len(figures.crossover_figure(walk, 0.2, "en").layout.shapes) == lines


def test_files_hold_every_draw(spectra: Any, courses: Any) -> None:
    def lines(path: str) -> int:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return len(list(csv.reader(file)))

    assert lines(results.spectra_file(spectra, SMALL)) == 1 + len(MEASURED) * 2 * 32
    assert lines(results.walks_file([walk_of()])) == 1 + len(WALK)
    assert lines(results.courses_file(courses)) == 1 + len(courses) * 3 * 7


def test_texts_are_complete() -> None:
    assert {f"attention.rank.softmax.{name}" for name in MASKS} <= set(TEXTS)
    assert {f"attention.laboratory.variant.{key}" for key in VARIANTS} <= set(TEXTS)


# --- the panel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panel(registry: Registry) -> Iterator[LaboratoryPanel]:
    with gr.Blocks() as app, gr.Tab():
        desk = Desk(AppContext(registry, app, OwnModels(registry, "secret")))
        with gr.Tab():
            yield LaboratoryPanel(desk)


REQUEST = cast(Any, None)
FIELDS = (32, 4, "0.5", 2, ALL)


def together(steps: Iterator[dict[Any, Any]]) -> dict[Any, Any]:
    updates: dict[Any, Any] = {}
    for each in steps:
        updates |= each
    return updates


def test_a_setting_is_drawn_and_its_walk_is_not_walked_twice(
    panel: LaboratoryPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = together(panel.on_draw(*FIELDS, None, REQUEST))
    walk = drawn[panel.walk]
    assert (walk.n, walk.d) == (32, 4)
    for plot in (panel.spectra, panel.crossover):
        assert isinstance(drawn[plot], go.Figure)
    assert len(drawn[panel.table]["data"]) == len(MEASURED)
    assert drawn[panel.progress] == ""
    assert drawn[panel.cancel]["visible"] is False
    monkeypatch.setattr(drawing, "walking", lambda *_: pytest.fail("walked again"))
    *_, last = panel.on_draw(*FIELDS, walk, REQUEST)
    assert last[panel.walk] == walk
    assert panel.spectra in last


@pytest.mark.parametrize(
    ("place", "value"), [(0, 8), (1, 1_000), (2, "0"), (3, 2.5), (4, []), (4, None)]
)
def test_a_bad_field_is_said_there(panel: LaboratoryPanel, place: int, value: Any) -> None:
    fields: list[Any] = list(FIELDS)
    fields[place] = value
    checks = panel.check_drawing(*fields, None, REQUEST)
    assert [check["is_valid"] for check in checks] == [at != place for at in range(6)]
    with pytest.raises(gr.Error):
        list(panel.on_draw(*fields, None, REQUEST))


def test_one_mask_alone_is_drawn(panel: LaboratoryPanel) -> None:
    drawn = together(panel.on_draw(16, 1, 5.0, 1, ["linear.bidirectional"], None, REQUEST))
    assert drawn[panel.table]["data"][0][0] == "linear attention"


def test_head_sizes_come_on_request(panel: LaboratoryPanel) -> None:
    drawn = together(panel.on_over_sizes(16, REQUEST))
    assert drawn[panel.sizes]["visible"]
    assert len(drawn[panel.sizes]["value"]["data"]) == len(HEAD_SIZES)
    assert [check["is_valid"] for check in panel.check_tokens(7, REQUEST)] == [False]


def test_networks_are_run(panel: LaboratoryPanel) -> None:
    drawn = together(panel.on_networks(["causal"], ["plain", "both"], 4, REQUEST))
    assert isinstance(drawn[panel.networks], go.Figure)
    assert drawn[panel.ends].count("<li>") == 2
    checks = panel.check_networks([], ["plain"], 3, REQUEST)
    assert [check["is_valid"] for check in checks] == [False, True, False]


def test_the_model_beside_them_is_the_one_that_was_read(panel: LaboratoryPanel) -> None:
    asked = Asked("all-MiniLM-L6-v2", EXAMPLE)
    shown = panel.on_model(True, asked, REQUEST)
    assert len(shown[panel.model].data[0].y) == 7
    assert "before the first layer" in shown[panel.about_model]
    for opened, reading in ((False, asked), (True, None)):
        assert panel.model not in panel.on_model(opened, reading, REQUEST)


def test_work_that_is_left_is_stopped(
    panel: LaboratoryPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "_REPORT_SECONDS", -1.0)
    steps = panel.on_over_sizes(16, REQUEST)
    first = next(steps)
    assert first[panel.sizes_cancel]["visible"] is True
    assert "1 of 104" in first[panel.sizes_progress]
    steps.close()
    _, button = panel.on_cancelled(REQUEST)
    assert button["visible"] is False


def test_the_presets_set_what_they_say(panel: LaboratoryPanel) -> None:
    from demos.attention.laboratory.panel import _setter

    assert _setter(REFERENCES[2])(4) == (5, 256, 64, "1")
