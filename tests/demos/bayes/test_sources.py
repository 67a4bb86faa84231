"""Sources of a prediction: what is asked, parts, words, figures, file, the panel's handlers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

from demos.bayes.sources import figures, reading, results
from demos.bayes.sources import panel as panels
from demos.bayes.sources.panel import SourcesPanel
from demos.bayes.sources.reading import CANDIDATES, Found, taking_apart
from demos.bayes.sources.setting import Asked, check_asked
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from models.catalog import Catalog
from models.registry import Registry
from tests.models import tiny
from tests.models.test_decoding import SIZES, WINDOW

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)
TEXT = "a b c 7 d <b> a"  # 9 tokens
TEMPLATE = "{% for message in messages %}{{ '1 2 ' + message['content'] + ' 3' }}{% endfor %}"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    torch.manual_seed(2)
    sizes: Any = SIZES | {"vocab_size": len(tiny.WORDS)}
    cards = []
    for key, peer in (
        ("lm", LlamaForCausalLM(LlamaConfig(**sizes))),
        ("mistral", MistralForCausalLM(MistralConfig(**sizes))),
    ):
        folder = tmp_path_factory.mktemp(key)
        tiny.write_tokenizer(folder, WINDOW)
        file = folder / "tokenizer_config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"chat_template": TEMPLATE}))
        peer.save_pretrained(folder)
        cards.append(tiny.card(key, folder, "causal-lm"))
    found = Registry(Catalog(tuple(cards)), device="cpu", dtype=torch.float32)
    yield found
    found.close()


@pytest.fixture(scope="module")
def found(registry: Registry) -> Found:
    return taking_apart(registry, Asked("lm", TEXT))


@pytest.fixture
def panel(registry: Registry) -> SourcesPanel:
    """The panel inside an app of its own."""
    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        return SourcesPanel(AppContext(registry, app, OwnModels(registry, "secret")))


# --- what is read ---------------------------------------------------------------------------------


def test_differences_of_parts_are_differences_of_log_probabilities(found: Found) -> None:
    whole = found.totals[:, 3]
    logs = np.log(found.probabilities)
    assert np.allclose(whole - whole[0], logs - logs[0], atol=1e-4)
    assert np.allclose(found.attention.sum(axis=1), found.tokens.sum(axis=1), atol=1e-4)
    assert found.gap < 1e-4
    assert found.names[:4] == ("a", "b", "c", "7")
    assert len(found.candidates) == CANDIDATES
    assert found.dropped == 0


def test_a_message_stands_in_the_chat_format(registry: Registry) -> None:
    chat = taking_apart(registry, Asked("lm", "a b", "chat"))
    assert chat.names == ("1", "2", "a", "b", "3")


@pytest.mark.parametrize(("mode", "front", "extra"), [("raw", (), 0), ("chat", ("1", "2"), 1)])
def test_a_long_text_loses_its_beginning_but_not_the_format(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, mode: str, front: tuple[str], extra: int
) -> None:
    monkeypatch.setattr(reading, "MOST_TOKENS", 8)
    long = taking_apart(registry, Asked("lm", " ".join(str(10 + n) for n in range(20)), mode))
    assert len(long.names) == 8
    assert long.names[: len(front)] == front
    assert long.names[7 - extra] == "29"
    assert long.dropped == 20 + extra - 8 + len(front)


# --- words, table, figures, file ------------------------------------------------------------------


@LANGUAGES
def test_words_table_and_figures(found: Found, language: Any) -> None:
    for candidate in (0, CANDIDATES - 1):
        assert len(results.findings(found, candidate, language)) >= 3
        bars = figures.layers_figure(found, candidate, language).data
        assert sum(float(np.sum(bar.y)) for bar in bars) == pytest.approx(
            found.totals[candidate, 3], abs=1e-4
        )
    table = results.table(found, language)
    assert table.count("<tr>") == CANDIDATES + 1
    assert table.count("<td>") == 6 * CANDIDATES
    heat = figures.heat_figure(found, language)
    assert heat.data[0].z.shape == found.tokens.shape
    assert "<" not in figures.token_label("<b>")  # a visitor's text is no markup


def test_what_sixteen_bits_leave_is_said(found: Found) -> None:
    rough = results.findings(replace(found, gap=0.8), 0, "en")[-1]
    assert "differ by up to 0.8" in rough


def test_labels_are_thinned_where_there_are_many(found: Found) -> None:
    n = 100
    many = replace(found, names=("a",) * n, tokens=np.zeros((CANDIDATES, n), dtype=np.float32))
    assert len(figures.heat_figure(many, "en").layout.xaxis.ticktext) <= 32


def test_the_file_adds_up(found: Found) -> None:
    with open(results.file(found), encoding="utf-8-sig") as file:
        headers, *rows = csv.reader(file)
    assert headers[2:] == list(found.candidates)
    parts = np.array(
        [[float(c) for c in row[2:]] for row in rows if row[0] in ("embedding", "token")]
    )
    mlps = np.array([[float(c) for c in row[2:]] for row in rows if row[0] == "mlp of layer"])
    assert np.allclose(parts.sum(axis=0) + mlps.sum(axis=0), found.totals[:, 3], atol=1e-4)


# --- the panel ------------------------------------------------------------------------------------


def test_the_panel_reads_and_keeps(panel: SourcesPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert panel.model.value == "lm"
    first, last = panel.on_read("lm", TEXT, "raw", None, None, REQUEST)
    assert first[panel.cancel]["visible"]
    assert "The parts add up to" in last[panel.findings]
    assert "9 tokens read" in last[panel.progress]
    monkeypatch.setattr(panels, "taking_apart", None)  # it is known now
    (again,) = panel.on_read("lm", f" {TEXT}\n", "raw", None, None, REQUEST)
    assert again[panel.shown] is last[panel.shown]
    looked = panel.on_look(last[panel.shown], 3, REQUEST)
    assert last[panel.shown].candidates[3] in looked[panel.findings]


def test_what_is_no_candidate_changes_nothing(panel: SourcesPanel, found: Found) -> None:
    for shown, candidate in ((None, 0), (found, 99), (found, "x"), (found, None)):
        assert set(panel.on_look(shown, candidate, REQUEST)) == {panel.layers}


def test_a_cut_is_said(panel: SourcesPanel, found: Found) -> None:
    assert "first 5 tokens were cut off" in panel._done(replace(found, dropped=5), "en")


def test_another_architecture_is_said(panel: SourcesPanel) -> None:
    seen: list[dict[Any, Any]] = []
    with pytest.raises(gr.Error, match="mistral"):
        seen.extend(panel.on_read("mistral", TEXT, "raw", None, None, REQUEST))
    assert seen[0][panel.cancel]["visible"]
    assert not seen[-1][panel.cancel]["visible"]


@pytest.mark.parametrize(
    ("given", "place"),
    [(("no-such", TEXT, "raw"), 0), (("lm", "  \n", "raw"), 1), (("lm", TEXT, "loud"), 2)],
)
def test_a_sentence_stands_at_its_field(
    panel: SourcesPanel, given: tuple[str, str, str], place: int
) -> None:
    problems = panel.check(*given, None, None, REQUEST)
    assert [n for n, problem in enumerate(problems) if not problem["is_valid"]] == [place]


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(InputProblem, match="Write a text"):
        check_asked("lm", None, "raw")
    with pytest.raises(InputProblem, match="At most 20,000"):
        check_asked("lm", "a" * 20_001, "raw")
    with pytest.raises(InputProblem, match="no “loud”"):
        check_asked("lm", "a", "loud")
