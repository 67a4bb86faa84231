"""Fine-tuning's panel on a tiny encoder; the comparison that comes with the app, as it is read."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest
import torch

from demos.frame.demo import AppContext
from demos.frame.own_models import OwnModels
from demos.lora.finetuning import figures, results, shipped
from demos.lora.finetuning.methods import BASE, METHODS, RATES, Run
from demos.lora.finetuning.panel import FinetuningPanel
from demos.lora.finetuning.tuning import Course, Point
from models.catalog import Catalog
from models.registry import Registry
from tests.models import tiny

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FinetuningPanel]:
    """The panel inside an app of its own, over a tiny encoder under the name of the real one."""
    base = tiny.write_bi_encoder(tmp_path_factory.mktemp("base"))
    catalog = Catalog((tiny.card(BASE, base, max_length=32),))
    registry = Registry(catalog, device="cpu", dtype=torch.float32)
    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        yield FinetuningPanel(AppContext(registry, app, OwnModels(registry, "secret")))
    registry.close()


def given(**changed: Any) -> list[Any]:
    fields = {"methods": ["lora", "random"], "steps": 10, "rank": 4, "seed": 0}
    return [*(fields | dict.fromkeys(METHODS, "") | changed).values(), REQUEST]


def test_curves_grow_and_a_table_comes_at_the_end(panel: FinetuningPanel) -> None:
    *meanwhile, last = panel.on_run(*given())
    assert all(update[panel.cancel]["visible"] for update in meanwhile)
    named = [row[0] for row in last[panel.table]["data"]]
    assert named == ["LoRA as an optimiser", "random projection"]
    assert last[panel.cancel]["visible"] is False
    with open(last[panel.csv]["value"], encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["step", "lora", "random"]
    assert len(rows) == 11
    assert all("" not in row for row in rows)
    courses = last[panel.courses]
    drawn = panel.on_layer("encoder.layer.0.intermediate.dense", courses, REQUEST)
    assert [trace.name for trace in drawn.data] == named
    assert len(drawn.data[0].x) <= 4 < len(drawn.data[1].x)  # a rank of 4, and of 2 x 4 at most


def test_a_visitors_rate_is_taken(panel: FinetuningPanel) -> None:
    *_, last = panel.on_run(*given(methods=["full"], full="0.0005"))
    assert float(last[panel.table]["data"][0][1]) == 0.0005


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"methods": []}, 0),
        ({"steps": 5}, 1),
        ({"rank": 7}, 2),
        ({"seed": -1}, 3),
        ({"galore": "quick"}, 10),
        ({"full": "2"}, 4),
    ],
)
def test_a_sentence_stands_at_its_field(
    panel: FinetuningPanel, changed: dict[str, Any], place: int
) -> None:
    problems = panel.check(*given(**changed))
    assert [n for n, problem in enumerate(problems) if not problem["is_valid"]] == [place]


@LANGUAGES
def test_a_divergence_is_said_in_words(language: Any) -> None:
    course = Course(Run("lora", 0.5), [3.0, 9.0], [Point(0, 0, 0.8)], diverged=True)
    (said,) = results.findings([course], language)
    assert "0.05" in said
    assert results.table([course], language)[1][0][3] in ("diverged", "发散")
    for figure in (
        figures.losses_figure([course], 10, language),
        figures.spearman_figure([course], 10, language),
        figures.ranks_figure([course], language),
    ):
        json.loads(figure.to_json())


def document(kept: dict[str, float]) -> dict[str, Any]:
    """A file of two seeds; `kept` is what each method's first task loses or wins by the second."""
    courses = [
        {
            "run": vars(Run(method, RATES[method], seed=seed)),  # type: ignore[arg-type]
            "points": [[0, 0, 0.8]],
            "spearman": [[0.85, 0.3], [0.85 + change + 0.001 * seed, 0.4]],
            "state_bytes": 1_000,
            "effective_ranks": {"a": 2.0, "b": 4.0},
            "diverged": False,
        }
        for seed in (0, 1)
        for method, change in kept.items()
    ]
    made = {"date": "2026-01-02", "machine": "2 threads", "tasks": ["A", "B"]}
    return made | {"pairs": 100, "held_out": 50, "courses": courses}


@pytest.mark.parametrize(
    ("full", "lora", "said"),
    [
        (-0.05, 0.0, "forgets less"),
        (0.05, -0.01, "forgets more"),
        (-0.0005, 0.0, "overlap"),
        (0.05, 0.0, "Nothing is forgotten"),
    ],
)
def test_what_the_seeds_say_of_forgetting(
    full: float, lora: float, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shipped.json"
    file.write_text(json.dumps(document({"full": full, "lora": lora})))
    monkeypatch.setattr(shipped, "_FILE", file)
    known = shipped.shipped.__wrapped__()
    assert known is not None
    assert [row.method for row in known.rows] == ["full", "lora"]
    assert known.rows[0].first.mean == pytest.approx(0.85)
    assert known.rows[0].kept.least == pytest.approx(full)
    assert known.rows[0].kept.most == pytest.approx(full + 0.001)
    json.loads(figures.shipped_figure(known, "zh").to_json())
    assert known.rows[0].effective_rank == pytest.approx(3)
    _, above, forgotten, _ = results.shipped_findings(known, "en")
    assert "full, LoRA as an optimiser" in above
    assert said in forgotten
    headers, rows = results.shipped_table(known, "zh")
    assert all(len(row) == len(headers) for row in rows)


def test_a_copy_without_the_comparison_says_so(
    panel: FinetuningPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "_FILE", tmp_path / "none.json")
    assert shipped.shipped.__wrapped__() is None
