"""The trained layer: words, training, its prediction taken apart, the panel's handlers."""

from __future__ import annotations

import csv
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest
import torch

from demos.bayes.one_layer import figures, results
from demos.bayes.one_layer import panel as panels
from demos.bayes.one_layer.corpus import WINDOW, bundled_corpus, corpus_of, words_of
from demos.bayes.one_layer.layer import initial_parameters, logits
from demos.bayes.one_layer.panel import BEGINNINGS, LayerPanel
from demos.bayes.one_layer.reading import Prediction, predicting
from demos.bayes.one_layer.setting import Setting, check_beginning, check_setting
from demos.bayes.one_layer.training import (
    State,
    Trained,
    advance,
    judge,
    rates_of,
    start,
    training,
)
from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem
from demos.frame.own_models import OwnModels
from demos.frame.steps import result_of
from models.registry import Registry

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REQUEST = cast(Any, None)
SMALL = Setting(dimension=12, steps=60, seed=1)
LONG = words_of(
    "The blue ferry crosses the river every twenty minutes. A ticket costs three crowns, and"
)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return result_of(training(SMALL))


@pytest.fixture(scope="module", params=[("the",), words_of(BEGINNINGS[0]), LONG])
def prediction(trained: Trained, request: pytest.FixtureRequest) -> Prediction:
    return predicting(trained, request.param)


@pytest.fixture(scope="module")
def panel(registry: Registry) -> LayerPanel:
    """The panel inside an app of its own."""
    with gr.Blocks() as app, gr.Tabs(), gr.Tab():
        return LayerPanel(AppContext(registry, app, OwnModels(registry, "secret")))


# --- words ----------------------------------------------------------------------------------------


def test_words_keep_hyphens_times_and_apostrophes() -> None:
    found = words_of("The town's train, at 22:40 — thirty-four. It’s")
    assert found == ("the", "town's", "train", ",", "at", "22:40", "—", "thirty-four", ".", "it's")


def test_windows_stay_within_their_passage() -> None:
    corpus = corpus_of("a b c\n\nd " + "e " * 20)
    words = corpus.vocabulary
    read = [
        [words[i] for i in window[WINDOW - n :]]
        for window, n in zip(corpus.windows, corpus.lengths, strict=True)
    ]
    assert read[:4] == [["a"], ["a", "b"], ["d"], ["d", "e"]]
    assert [words[i] for i in corpus.targets[:3]] == ["b", "c", "e"]
    assert corpus.lengths.max() == WINDOW
    assert words[0] == "e"


def test_the_beginnings_are_in_the_vocabulary() -> None:
    corpus = bundled_corpus()
    for beginning in BEGINNINGS:
        assert check_beginning(beginning, corpus.vocabulary) == words_of(beginning)
    held_out = corpus.held_out(3)
    assert held_out.sum() == round(0.15 * len(held_out))
    assert not (held_out == corpus.held_out(4)).all()


# --- training -------------------------------------------------------------------------------------


def test_training_lowers_the_loss_and_depends_on_the_setting_alone(trained: Trained) -> None:
    assert len(trained.losses) == SMALL.steps
    assert trained.trained_loss < trained.losses[0] - 1
    assert trained.judged_at == (0, 20, 40, 60)
    again = result_of(training(SMALL))  # threads may add in another order
    np.testing.assert_allclose(again.losses, trained.losses, rtol=1e-3)


def test_pieces_of_any_size_come_to_the_same_and_leave_the_state() -> None:
    corpus = bundled_corpus()
    data = [torch.from_numpy(a[:50]) for a in (corpus.windows, corpus.lengths, corpus.targets)]
    first = start(initial_parameters(len(corpus.vocabulary), 8, 0))
    before = {name: tensor.clone() for name, tensor in first.parameters.items()}
    rates = rates_of(6)
    whole, losses = advance(first, *data, rates)
    state: State = first
    for piece in (rates[:1], rates[1:4], rates[4:]):
        state, _ = advance(state, *data, piece)
    for name, tensor in whole.parameters.items():
        torch.testing.assert_close(state.parameters[name], tensor)
        assert torch.equal(first.parameters[name], before[name])
    assert losses.shape == (6,)
    assert judge(first.parameters, *data)[0] == pytest.approx(float(losses[0]), rel=1e-5)


def test_adamw_agrees_with_torchs() -> None:
    corpus = bundled_corpus()
    data = [torch.from_numpy(a[:50]) for a in (corpus.windows, corpus.lengths, corpus.targets)]
    parameters = initial_parameters(len(corpus.vocabulary), 8, 0)
    theirs = {name: tensor.clone().requires_grad_() for name, tensor in parameters.items()}
    optimizer = torch.optim.AdamW(
        theirs.values(), lr=0.01, betas=(0.9, 0.98), eps=1e-8, weight_decay=1.0
    )
    for _ in range(3):
        optimizer.zero_grad()
        found = logits(theirs, data[0], data[1])
        torch.nn.functional.cross_entropy(found, data[2]).backward()
        optimizer.step()
    ours, _ = advance(start(parameters), *data, [0.01] * 3)
    for name, tensor in theirs.items():
        torch.testing.assert_close(ours.parameters[name], tensor.detach(), atol=1e-5, rtol=1e-4)


# --- a prediction ---------------------------------------------------------------------------------


def test_the_product_of_the_factors_is_the_layer(trained: Trained, prediction: Prediction) -> None:
    """Against the layer's own forward pass, in float64."""
    ids = [trained.vocabulary.index(word) for word in prediction.words]
    window = torch.tensor([[0] * (WINDOW - len(ids)) + ids])
    exact = {name: tensor.double() for name, tensor in trained.parameters.items()}
    own = logits(exact, window, torch.tensor([len(ids)]))[0].log_softmax(dim=-1)
    assert np.allclose(prediction.averaged, own.numpy(), atol=1e-12)
    factors = np.exp(prediction.weights @ prediction.skip_grams + prediction.residual)
    assert np.allclose(np.exp(prediction.product), factors / factors.sum(), atol=1e-14)
    assert prediction.gap < 1e-13
    assert prediction.weights.sum() == pytest.approx(1)


def test_contributions_and_a_constant_are_the_log_probability(prediction: Prediction) -> None:
    terms = prediction.contributions
    assert np.allclose(terms.mean(axis=1), 0, atol=1e-12)
    assert np.allclose(terms.sum(axis=0) + prediction.constant, prediction.averaged, atol=1e-11)


def test_only_the_last_words_are_seen(trained: Trained) -> None:
    long = predicting(trained, LONG)
    assert (len(long.words), long.dropped) == (WINDOW, len(LONG) - WINDOW)
    assert np.array_equal(long.averaged, predicting(trained, LONG[-WINDOW:]).averaged)
    assert len(results.findings(long, "en")) == 4


@LANGUAGES
def test_words_tables_and_figures(trained: Trained, prediction: Prediction, language: Any) -> None:
    assert len(results.training_findings(trained, language)) == 2
    assert len(results.findings(prediction, language)) >= 3
    assert results.candidates_table(prediction, language).count("<tr>") == results.SHOWN + 1
    headers, rows = results.sources_table(prediction, language)
    assert all(len(row) == len(headers) for row in rows)
    heat = figures.contributions_figure(prediction, language)
    assert heat.data[0].z.shape == (results.SHOWN, len(prediction.words) + 1)
    assert len(figures.weights_figure(prediction, language).data[0].y) == len(prediction.words)
    assert len(figures.losses_figure(trained, language).data) == 3


def test_a_short_training_has_not_memorised() -> None:
    short = result_of(training(Setting(dimension=8, steps=20)))
    assert "It has memorised" not in results.training_findings(short, "en")[1]


def test_the_files_hold_prediction_and_losses(trained: Trained, prediction: Prediction) -> None:
    with open(results.file(prediction), encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) == len(trained.vocabulary) + 1
    values = [float(cell) for cell in rows[1][1:]]
    assert values[1] == pytest.approx(np.exp(prediction.averaged.max()))
    assert np.exp(sum(values[2:])) == pytest.approx(values[1])
    with open(results.losses_file(trained), encoding="utf-8-sig") as file:
        losses = list(csv.DictReader(file))
    assert [int(row["step"]) for row in losses if row["held_out"]] == [0, 20, 40, 60]


# --- settings and handlers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((3, 100, 0), "d has to be a whole number from 4 to 96"),
        ((8, 5_000, 0), "steps has to be"),
        ((8, 100, -1), "seed has to be"),
    ],
)
def test_what_cannot_be_trained_is_said(given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(InputProblem, match=said):
        check_setting(*given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "Write a text first"),
        (None, "Write a text first"),
        ("the zebra and the Gnu", "do not have: zebra, gnu"),
        ("the " * 900, "At most 2,000"),
    ],
)
def test_what_is_no_beginning_is_said(panel: LayerPanel, given: Any, said: str) -> None:
    trained, beginning = panel.check_asking(SMALL, given, REQUEST)
    assert trained["is_valid"]
    assert said in beginning["message"]


def test_the_panel_trains_once_and_answers(
    panel: LayerPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = (SMALL.dimension, SMALL.steps, SMALL.seed)
    assert all(check["is_valid"] for check in panel.check_training(*given, REQUEST))
    first, *_, last = panel.on_train(*given, REQUEST)
    assert "kl-progress" in first[panel.progress]
    assert last[panel.trained] == SMALL
    assert "memorised" in last[panel.learnt]
    monkeypatch.setattr(panels, "training", None)  # it is known now
    (again,) = panel.on_train(*given, REQUEST)
    assert again[panel.learnt] == last[panel.learnt]
    updates = panel.on_ask(SMALL, BEGINNINGS[1], REQUEST)
    assert "rounding" in updates[panel.findings]
    assert updates[panel.candidates].count("<tr>") == results.SHOWN + 1


def test_without_a_layer_it_is_said(panel: LayerPanel) -> None:
    assert "press Train" in panel.on_ask(None, "the", REQUEST)[panel.findings]


def test_a_layer_that_was_let_go_is_trained_again(panel: LayerPanel, trained: Trained) -> None:
    panel.kept.drop(SMALL)
    updates = panel.on_ask(SMALL, "the ferry", REQUEST)
    assert updates[panel.csv]["interactive"]
    assert panel.kept.get(SMALL) is not None


@pytest.mark.parametrize(("given", "place"), [((2, 60, 0), 0), ((8, 1, 0), 1), ((8, 60, "x"), 2)])
def test_a_sentence_stands_at_its_field(
    panel: LayerPanel, given: tuple[Any, ...], place: int
) -> None:
    problems = panel.check_training(*given, REQUEST)
    assert [n for n, problem in enumerate(problems) if not problem["is_valid"]] == [place]
