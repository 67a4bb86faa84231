"""The decoder-only experiment as a panel: what is checked, drawn, said, and kept on a cancel."""

from __future__ import annotations

import csv
import dataclasses
import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from demos.attention.decoder import asked, panel, results
from demos.attention.decoder.card import card_html
from demos.attention.decoder.endpoint import make_attention_decoder
from demos.attention.decoder.figures import curves_figure, finals_figure
from demos.attention.decoder.live import Live
from demos.attention.decoder.panel import DecoderPanel
from demos.attention.desk import Desk
from demos.attention.experiment.masks import MaskName
from demos.attention.experiment.running import Point, Result, Trial, experiment, floor
from demos.attention.experiment.settings import Settings
from demos.attention.experiment.shipped import Shipped, read_shipped, write_shipped
from demos.attention.experiment.tasks import TASKS
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.strings import Language
from demos.frame.texts import TEXTS
from models.registry import Registry

LANGUAGES: tuple[Language, ...] = ("en", "zh")
REQUEST = gr.Request()
# masks, seeds, first seed, layers, steps, rate: the smallest run that the app takes
SMALL = (["causal", "prefix"], 2, 5, 1, 100, 3e-3)


def made_up(task: str = "brackets", seeds: int = 3) -> Result:
    """A result in which each mask learns more slowly than the one before it, with every seed."""
    settings = Settings(task=task, seeds=tuple(range(seeds)))
    random = np.random.default_rng(0)
    points = [
        Point(
            step,
            Trial(mask, seed),
            math.nan if step == 0 else 1.0,
            (1 + place) / (1 + step) + 1e-4 * random.random(),
            step / 2_000,
        )
        for step in (0, 600, 1_200)
        for place, mask in enumerate(settings.masks)
        for seed in settings.seeds
    ]
    return Result(settings, 1_234, tuple(points), 61.0)


def shipped(*made: Result) -> list[Shipped]:
    return [Shipped(result, "2.13.0", "2026-01-02") for result in made]


# --- what is checked -----------------------------------------------------------------------------


def wish(**change: Any) -> asked.Wish:
    return dataclasses.replace(asked.Wish("sort", *SMALL), **change)


def test_a_wish_becomes_settings() -> None:
    settings = asked.settings_of(wish(masks=["prefix", "causal"]))
    assert settings.masks == ("causal", "prefix")
    assert settings.seeds == (5, 6)
    assert (settings.layers, settings.steps, settings.learning_rate) == (1, 100, 3e-3)
    assert asked.settings_of(wish(steps=200.0)).steps == 200


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"task": "<script>"}, "bad_task"),
        ({"task": None}, "bad_task"),
        ({"task": ["sort"]}, "bad_task"),
        ({"masks": []}, "one_mask"),
        ({"masks": None}, "one_mask"),
        ({"masks": ["causal", "causal"]}, "one_mask"),
        ({"masks": ["causal", "alternating"]}, "bad_mask"),
        ({"count": 1}, "bad_whole"),
        ({"count": 2.5}, "bad_whole"),
        ({"count": True}, "bad_whole"),
        ({"first_seed": -1}, "bad_whole"),
        ({"first_seed": None}, "bad_whole"),
        ({"layers": 5}, "bad_whole"),
        ({"steps": math.nan}, "bad_whole"),
        ({"steps": math.inf}, "bad_whole"),
        ({"rate": 0}, "bad_rate"),
        ({"rate": 1}, "bad_rate"),
        ({"rate": "1e-3"}, "bad_rate"),
    ],
)
def test_bad_wishes_are_refused_in_a_sentence(change: dict[str, Any], key: str) -> None:
    with pytest.raises(InputProblem) as problem:
        asked.settings_of(wish(**change))
    assert problem.value.key == f"attention.decoder.{key}"
    for language in LANGUAGES:
        assert problem.value.sentence(language)


@pytest.mark.parametrize("task", TASKS)
def test_the_default_takes_less_than_two_minutes(task: str) -> None:
    settings = Settings(task=task)
    assert 10 < asked.expected_seconds(settings) < 120
    asked.check_time(settings)


def test_what_takes_too_long_is_refused() -> None:
    largest = Settings(task="brackets", seeds=tuple(range(6)), layers=4, steps=3_000)
    with pytest.raises(InputProblem, match=r"about 1\d min, and at most 5 are given"):
        asked.check_time(largest)


# --- what is drawn -------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_shows_the_task_and_its_masks(task: str, language: Language) -> None:
    html = card_html(task, language)
    masks = Settings(task=task).masks
    assert html.count("<figure>") == len(masks)
    for mask in masks:
        assert TEXTS[f"attention.decoder.mask.{mask}"][LANGUAGES.index(language)] in html
    words = TEXTS["attention.decoder.input"][LANGUAGES.index(language)]
    assert (f">{words}<" in html) == (TASKS[task].family == "generation")
    counts = html.count('class="kl-counts"')
    if TASKS[task].family == "generation":
        assert counts == TASKS[task].length + 1 - TASKS[task].prefix
    else:
        assert 4 <= counts <= 6


def test_the_example_of_sorting_is_sorted() -> None:
    html = card_html("sort", "en")
    said = [int(n) for n in re.findall(r'kl-counts">(\d+)', html)]
    given = [int(n) for n in re.findall(r'<i class="">(\d+)', html)]
    assert said == sorted(given)


@pytest.mark.parametrize("curve", ["loss", "accuracy"])
def test_curves_show_every_seed_and_the_band_around_them(curve: Any) -> None:
    result = made_up()
    figure = curves_figure(result, curve, "en")
    assert [t.name for t in figure.data if t.showlegend is not False] == [
        "Bidirectional",
        "Half / half",
        "Alternating",
    ]
    low, high, seeds, mean = figure.data[:4]
    values = np.asarray(seeds.y).reshape(3, -1)[:, :-1]
    np.testing.assert_allclose(low.y, values.min(axis=0))
    np.testing.assert_allclose(high.y, values.max(axis=0))
    np.testing.assert_allclose(mean.y, values.mean(axis=0), rtol=1e-6)
    assert high.fill == "tonexty"
    assert (figure.layout.yaxis.type == "log") == (curve == "loss")
    assert all(np.asarray(trace.y).dtype == np.float32 for trace in figure.data)


def test_curves_grow_and_what_can_be_known_is_a_line() -> None:
    result = made_up("hidden_markov")
    begun = dataclasses.replace(result, points=result.points[:9])
    best = floor(result.settings)
    assert best is not None
    figure = curves_figure(begun, "accuracy", "en", best)
    assert figure.data[-1].line.dash == "dash"
    assert figure.data[-1].y[0] == best.accuracy
    assert figure.layout.xaxis.range[1] >= result.settings.steps  # the axis waits for the rest
    assert len(figure.data[3].x) == 1


def test_nothing_is_drawn_of_no_points() -> None:
    none = dataclasses.replace(made_up(), points=())
    assert results.points_table(none)[1] == []


def test_finals_show_a_point_a_seed() -> None:
    result = made_up(seeds=4)
    figure = finals_figure(result, "zh")
    points = [t for t in figure.data if t.mode == "markers" and len(t.x) == 4]
    assert len(points) == 3 * 3
    lines = [t for t in figure.data if t.mode == "lines"]
    assert [len(line.x) for line in lines] == [4 * 4] * 3  # three masks and a hole, four seeds
    assert list(figure.layout.yaxis.ticktext) == ["双向", "各半", "交替"]


# --- what is said --------------------------------------------------------------------------------


def test_the_table_gives_mean_and_spread() -> None:
    headers, rows = results.summary_table(made_up(), "en")
    assert len(headers) == 4
    assert [row[0] for row in rows] == ["Bidirectional", "Half / half", "Alternating"]
    assert rows[0][1] == "60.00 % ± 0.00"
    assert re.fullmatch(r"0\.\d{4} ± 0\.\d{4}", str(rows[0][2]))


def test_sentences_say_what_the_spread_carries() -> None:
    accuracy, _, speed = results.verdict_sentences(made_up(), "en")
    assert accuracy.startswith("Final accuracy: no difference between")
    assert accuracy.count("beyond the spread of the seeds (difference 0.00 points") == 3
    assert speed.startswith("Speed (mean loss on the way): Bidirectional is better than Half")
    assert re.search(r"by 0\.\d{4} nats \(interval 0\.\d{4} to 0\.\d{4}\)", speed)
    assert all("优" in s or "没有超出" in s for s in results.verdict_sentences(made_up(), "zh"))


def test_an_interval_that_excludes_nought_is_written_so() -> None:
    settings = Settings(task="sort", seeds=tuple(range(4)))
    points = tuple(
        Point(10, Trial(mask, seed), 0.0, 1.0, 0.9 + gain + 1e-6 * seed * gain)
        for mask, gain in (("causal", 3e-5), ("prefix", 0.0))
        for seed in settings.seeds
    )
    result = Result(settings, 1, points, 1.0)  # type: ignore[arg-type]
    accuracy, *_ = results.verdict_sentences(result, "en")
    assert "Causal is better than Prefix by 0.003 points (interval 0.003 to 0.003)" in accuracy


def test_one_seed_is_said_to_say_nothing() -> None:
    sentences = results.verdict_sentences(made_up(seeds=1), "en")
    assert all("one seed says nothing of its spread" in sentence for sentence in sentences)
    assert "±" in str(results.summary_table(made_up(seeds=1), "en")[1][0][1])
    assert "nan" not in str(results.summary_table(made_up(seeds=1), "en"))


def test_one_mask_is_compared_with_nothing() -> None:
    masks: tuple[MaskName, ...] = ("causal",)
    chosen = Settings(task="sort", masks=masks, seeds=(0, 1))
    points = tuple(Point(10, Trial("causal", s), 1.0, 1.0, 0.5) for s in (0, 1))
    assert results.verdict_sentences(Result(chosen, 1, points, 1.0), "en") == []


def test_all_runs_stand_in_one_table() -> None:
    headers, rows = results.overview_table(shipped(made_up("sort"), made_up("brackets")), "en")
    assert len(headers) == len(results.OVERVIEW_WIDTHS) == len(rows[0])
    assert [row[0] for row in rows] == ["Sort"] + ["Brackets"] * 3
    assert rows[0][3] == "Causal – Prefix"
    assert str(rows[0][4]).startswith("no difference")
    assert str(rows[0][6]).startswith("Causal by")
    assert results.overview_table([], "zh")[1] == []


def test_the_configuration_is_told_whole() -> None:
    html = results.facts_html(made_up("sort"), "en", "2.13.0", "2026-01-02")
    for word in ("1,234", "0, 1, 2", "2.13.0", "2026-01-02", "0.003", "1,200", "256", "width 48"):
        assert word in html


# --- the panel -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(registry: Registry) -> Iterator[DecoderPanel]:
    with gr.Blocks() as app, gr.Tab("Attention"):
        desk = Desk(AppContext(registry, app, OwnModels(registry, "secret")))
        with gr.Tab("Decoder"):
            yield DecoderPanel(desk)


def set_shipped(
    monkeypatch: pytest.MonkeyPatch, folder: Path, runs: list[Shipped]
) -> list[Shipped]:
    path = folder / "shipped.json"
    write_shipped(runs, path)
    monkeypatch.setattr(panel, "read_shipped", lambda: read_shipped(path))
    return runs


def open_it(made: DecoderPanel, task: str = "sort") -> dict[Any, Any]:
    kept = {"attention-decoder-task": task}
    return made.on_open(False, TASKS[task].family, 4, 0, 2, 1_200, kept, REQUEST)


def test_opening_shows_the_larger_run(
    made: DecoderPanel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = made_up("sort")
    deep = dataclasses.replace(deep, settings=dataclasses.replace(deep.settings, layers=4))
    set_shipped(monkeypatch, tmp_path, shipped(made_up("sort"), deep))
    updates = open_it(made)
    assert updates[made.opened] is True
    assert updates[made.larger.box]["visible"]
    assert updates[made.none] == ""
    assert [layers for _, layers in updates[made.size]["choices"]] == [2, 4]
    assert updates[made.size]["value"] == 2
    assert "about 55 s on two idle cores. Seeds: 0, 1, 2, 3." in updates[made.estimate]
    assert len(updates[made.all]["data"]) == 2
    deeper = made.on_size("sort", 4, REQUEST)
    assert "4 layers" in deeper[made.larger.facts]
    assert made.on_size("sort", 99, REQUEST)[made.larger.facts] == updates[made.larger.facts]
    assert made.on_open(True, *[None] * 6, REQUEST) == {made.opened: True}


def test_a_task_without_a_larger_run_says_so(
    made: DecoderPanel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_shipped(monkeypatch, tmp_path, shipped(made_up("sort")))
    updates = made.on_family("masked", REQUEST)
    assert updates[made.task]["value"] == "brackets"
    assert updates[made.masks]["value"] == ["bidirectional", "half_heads", "alternating"]
    assert "no larger run of this task" in updates[made.none]
    assert not updates[made.larger.box]["visible"]
    assert not updates[made.size]["visible"]
    monkeypatch.setattr(panel, "read_shipped", lambda: read_shipped(tmp_path / "none.json"))
    assert "no larger run" in open_it(made)[made.none]


def test_every_shipped_run_can_be_shown(made: DecoderPanel) -> None:
    for run in read_shipped():
        chosen = run.result.settings
        updates = made.on_size(chosen.task, chosen.layers, REQUEST)
        assert run.torch in updates[made.larger.facts]
        assert updates[made.larger.ends]["visible"]


def test_a_row_of_all_runs_opens_its_run(
    made: DecoderPanel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_shipped(monkeypatch, tmp_path, shipped(made_up("sort"), made_up("brackets")))
    for row, task in ((0, "sort"), (1, "brackets"), (3, "brackets")):
        updates = made.on_all(SimpleNamespace(index=[row, 2]), REQUEST)  # type: ignore[arg-type]
        assert updates[made.task]["value"] == task
        assert updates[made.family] == TASKS[task].family
    updates = made.on_all(SimpleNamespace(index=[9, 0]), REQUEST)  # type: ignore[arg-type]
    assert made.task not in updates


def test_bad_fields_are_said_where_they_are(made: DecoderPanel) -> None:
    def problems(*fields: Any) -> list[bool]:
        return [not answer["is_valid"] for answer in made.check(*fields, REQUEST)]

    assert problems("sort", *SMALL) == [False] * 7
    bad = problems("sort", ["causal"], 9, -1, 0, 7, 1.0)
    assert bad == [False, *[True] * 6]
    masks = list(Settings(task="brackets").masks)
    assert problems("brackets", masks, 6, 0, 4, 3_000, 3e-3) == [*[False] * 5, True, False]
    assert problems("chess", *SMALL)[0]


def test_the_cost_is_told_before_it_starts(made: DecoderPanel) -> None:
    said = made.on_cost("sort", *SMALL[:5], REQUEST)
    assert "4 models, 100 steps" in said
    assert "Seeds: 5, 6." in said
    masks = ["bidirectional", "alternating"]
    assert "sees the left side alone" in made.on_cost("brackets", masks, 2, 0, 1, 100, REQUEST)
    assert made.on_cost("brackets", *SMALL[:5], REQUEST) == ""


def test_a_run_shows_curves_on_the_way_and_verdicts_at_its_end(made: DecoderPanel) -> None:
    updates = list(made.on_run("sort", *SMALL, REQUEST))
    assert updates[0][made.cancel]["interactive"]
    assert updates[0][made.own.box]["visible"]
    plot = made.own.plots["loss"]
    drawn = [u for u in updates[1:] if plot in u]
    assert len(drawn) == 21 + 1  # each evaluation, and the end
    assert "Sort, 4 models, steps: 0 of 100" in updates[1][made.progress]
    last = updates[-1]
    assert last[made.live].outcome == "finished"
    assert not last[made.cancel]["interactive"]
    assert last[made.own.ends]["visible"]
    assert len(last[made.own.table]["data"]) == 2
    assert "Final accuracy" in last[made.own.verdicts]
    assert "5, 6" in last[made.own.facts]
    with open(last[made.own.csv]["value"], encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 21
    assert rows[0]["train_loss"] == ""
    assert {row["seed"] for row in rows} == {"5", "6"}


def test_what_was_measured_stays_on_a_cancel(made: DecoderPanel) -> None:
    running = made.on_run("sort", *SMALL, REQUEST)
    live = next(running)[made.live]
    while len(live.points) < 8:
        live = next(running)[made.live]
    running.close()
    updates = made.on_cancelled(live, REQUEST)
    assert f"Cancelled at step {live.done} of 100" in updates[made.progress]
    assert "no verdict" in updates[made.progress]
    assert not updates[made.own.ends]["visible"]
    assert updates[made.own.csv]["interactive"]
    assert updates[made.own.plots["loss"]] is not None
    assert updates[made.live].outcome == "cancelled"
    # Nothing runs any more: a second press changes nothing.
    assert set(made.on_cancelled(updates[made.live], REQUEST)) == {made.cancel}
    assert set(made.on_cancelled(None, REQUEST)) == {made.cancel}


def test_a_cancel_before_anything_was_measured(made: DecoderPanel) -> None:
    updates = made.on_cancelled(Live(Settings()), REQUEST)
    assert "Cancelled at step 0" in updates[made.progress]
    assert not updates[made.own.box]["visible"]


def test_a_rate_that_breaks_it_is_said_and_the_curves_stay(
    made: DecoderPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(settings: Settings, run: Any) -> Any:
        steps = experiment(settings, run)
        yield next(steps)
        raise FloatingPointError

    monkeypatch.setattr(panel, "experiment", breaks)
    *_, last = made.on_run("sort", *SMALL, REQUEST)
    assert "choose a lower learning rate" in last[made.progress]
    assert last[made.live].outcome == "diverged"
    assert last[made.own.box]["visible"]


def test_a_device_that_fails_leaves_the_curves_and_one_sentence(
    made: DecoderPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(settings: Settings, run: Any) -> Any:
        steps = experiment(settings, run)
        yield next(steps)
        raise RuntimeError("secret")

    monkeypatch.setattr(panel, "experiment", breaks)
    running = made.on_run("sort", *SMALL, REQUEST)
    seen: list[Any] = []
    with pytest.raises(gr.Error, match="Something went wrong on our side") as error:
        seen.extend(running)  # keeps what came before the error
    assert "secret" not in str(error.value)
    assert seen[-1][made.live].outcome == "failed"
    assert seen[-1][made.own.csv]["interactive"]


# --- the endpoint --------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_endpoint_gives_curves_and_verdicts(registry: Registry) -> None:
    run = make_attention_decoder(registry)
    given = run("sort", [], 2, 0, 1, 100, 3e-3)
    again = run("sort", ["prefix", "causal"], 2, 0, 1, 100, 3e-3)
    assert given["curves"] == again["curves"]
    assert given["columns"] == ["step", "train_loss", "loss", "accuracy"]
    first, *_, last = given["curves"]["causal"]["0"]
    assert (first[0], first[1], last[0]) == (0, None, 100)
    assert {v["measure"] for v in given["verdicts"]} == {"accuracy", "loss", "mean_loss"}
    assert given["settings"]["seeds"] == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("chess",), "no such task"),
        (("sort", ["alternating", "causal"]), "does not belong to this task"),
        (("sort", ["causal"]), "at least two"),
        (("sort", [], 1), "from 2 to 6"),
        (("sort", [], 6, 0, 4, 3_000), "at most 5 are given"),
        (("sort", [], 2, 0, 1, 100, 1.0), "between 0.0001 and 0.03"),
    ],
)
def test_the_endpoint_says_what_is_wrong(
    registry: Registry, arguments: tuple[Any, ...], sentence: str
) -> None:
    with pytest.raises(gr.Error, match=sentence):
        make_attention_decoder(registry)(*arguments)
