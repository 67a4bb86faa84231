"""The training panel's choosers, on two tiny bases of which one reads Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest
import torch

from demos.frame.demo import AppContext
from demos.frame.own_models import OwnModels
from demos.pairs.training.panel import TrainingPanel
from models.catalog import CATALOG, Catalog, FolderSource, ModelCard, PackageSource
from models.registry import Registry
from models.train.bundled import BUNDLED_FILES, bundled_pairs
from models.train.session import training_bases
from models.train.settings import LOSSES
from tests.models import tiny

NO_PACKAGE = PackageSource("kexue_lab_no_such_package", "", "none")  # embedded, by its card
VISITOR = "A1+/" * 8


def request(language: str = "en") -> gr.Request:
    found = SimpleNamespace(session_hash="session", headers={"accept-language": language})
    return cast(gr.Request, found)


def embedded(key: str, folder: Path, languages: tuple[str, ...]) -> ModelCard:
    sources = (NO_PACKAGE, FolderSource(str(folder)))
    return tiny.card(key, folder, sources=sources, languages=languages, max_length=32)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    first = tiny.write_bi_encoder(tmp_path_factory.mktemp("first"))
    second = tiny.write_bi_encoder(tmp_path_factory.mktemp("second"), seed=1)
    cards = (
        embedded("first", first, ("en",)),
        embedded("second", second, ("en", "zh", "multilingual")),
        tiny.card("of the hub", first),
        tiny.card("cross", first, "cross-encoder", sources=(NO_PACKAGE,)),
    )
    found = Registry(Catalog(cards), device="cpu", dtype=torch.float32)
    yield found
    found.close()


@pytest.fixture(scope="module")
def context(registry: Registry) -> AppContext:
    with gr.Blocks() as app:
        return AppContext(registry, app, OwnModels(registry, "secret"))


@pytest.fixture(scope="module")
def panel(context: AppContext) -> TrainingPanel:
    with context.app, gr.Tabs(), gr.Tab():
        return TrainingPanel(context)


def train(panel: TrainingPanel, kind: str, base: str, example: str) -> dict[Any, Any]:
    """Three steps as the page asks for them; the last update."""
    chosen = (None, example, base, kind, "cosent", 3, 1e-3, 4, 0, "", [], VISITOR)
    assert all(answer["is_valid"] for answer in panel.check_inputs(*chosen, request()))
    *_, last = panel.on_train(*chosen, request())
    return cast("dict[Any, Any]", last)


def test_whole_models_that_come_with_the_app_are_bases(registry: Registry) -> None:
    assert [card.key for card in training_bases(registry.catalog)] == ["first", "second"]
    real = training_bases(CATALOG)
    assert real[0].key == "all-MiniLM-L6-v2"
    assert all(card.base is None and card.kind == "bi-encoder" for card in real)


def test_every_kind_with_a_loss_is_offered(panel: TrainingPanel) -> None:
    assert [kind for _, kind in panel.kind.choices] == list(LOSSES)
    assert [key for _, key in panel.base.choices] == ["first", "second"]
    assert [name for _, name in panel.example.choices] == ["en"]


def test_the_example_pairs_are_those_that_the_base_reads(panel: TrainingPanel) -> None:
    example, _, _ = panel.on_base("bi-encoder", "second", "en", VISITOR, request())
    assert ([name for _, name in example["choices"]], example["value"]) == (["en", "zh"], "en")
    example, _, _ = panel.on_base("bi-encoder", "first", "zh", VISITOR, request("zh-CN"))
    assert (example["choices"], example["value"]) == ([("英文（自带）", "en")], "en")


def test_a_visitor_who_reads_chinese_finds_chinese_pairs(panel: TrainingPanel) -> None:
    opened = panel.on_open("bi-encoder", "second", None, VISITOR, request("zh-CN,zh;q=0.9"))
    assert opened[1]["value"] == "zh"
    kept = {"training-example": "en"}  # as it was chosen before a reload
    opened = panel.on_open("bi-encoder", "second", kept, VISITOR, request("zh"))
    assert opened[1]["value"] == "en"
    assert panel.on_open("bi-encoder", "second", None, VISITOR, request())[1]["value"] == "en"


@pytest.mark.parametrize("kind", LOSSES)
def test_every_kind_is_trained_on_either_base(panel: TrainingPanel, kind: str) -> None:
    last = train(panel, kind, "second", "zh")
    (row,) = last[panel.table]["data"]
    assert row[:2] == ["#1", "second"]
    assert "Chinese, ours" in row
    title = last[panel.runs][0].model
    assert title.startswith(f"My {kind} (CoSENT, second)")
    assert "My " not in str(panel._starts(kind, "first", VISITOR, request()))  # type: ignore[arg-type]
    assert title in dict(panel._starts(kind, "second", VISITOR, request()))  # type: ignore[arg-type]
    train(panel, kind, "first", "en")
    assert "second" not in str(panel._starts(kind, "first", VISITOR, request()))  # type: ignore[arg-type]


def test_the_validator_answers_for_every_input(panel: TrainingPanel, context: AppContext) -> None:
    chosen = ("nowhere.csv", "en", "first", "bi-encoder", "cosent", 3, None, 4, 0, "", [], VISITOR)
    answers = panel.check_inputs(*chosen, request())
    (run,) = (f for f in context.app.fns.values() if f.api_name == "training_run")
    assert len(answers) == len(run.inputs)
    wrong = [run.inputs[place] for place, a in enumerate(answers) if not a["is_valid"]]
    assert wrong == [panel.file, panel.rate]


@pytest.mark.parametrize("language", BUNDLED_FILES)
def test_our_pairs_are_graded_evenly_and_never_twice(language: str) -> None:
    pairs = bundled_pairs(language)
    assert 400 <= len(pairs) <= 2_000
    sentences = [sentence for pair in pairs.pairs for sentence in pair]
    assert len(set(sentences)) == len(sentences)  # so that no held-out sentence is trained on
    whole = np.bincount(pairs.labels[pairs.labels % 1 == 0].astype(int))
    assert len(whole) == 6
    assert whole.min() > 0.9 * whole.max()
    letters = [c for sentence in sentences for c in sentence if c.isalpha()]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in letters) / len(letters)
    assert chinese > 0.98 if language == "zh" else chinese == 0
