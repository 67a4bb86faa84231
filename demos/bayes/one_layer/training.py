"""Trains the layer in short pieces: the state goes in and comes out of every call."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from demos.bayes.one_layer.corpus import Corpus, bundled_corpus, frequency_loss
from demos.bayes.one_layer.layer import Parameters, initial_parameters, logits
from demos.bayes.one_layer.setting import Setting
from demos.frame.steps import Run, directly
from models.work import Progress

PIECE = 20  # steps a call, a fraction of a second: other requests go between, a cancel is felt
_RATE, _WARM_UP = 0.01, 0.1  # the highest learning rate; the share of steps until it is reached
_DECAY = 1.0  # of the weights, a step at rate 1
_BETAS, _EPSILON = (0.9, 0.98), 1e-8

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class State:
    """After so many steps: weights and Adam's two running means."""

    step: int
    parameters: Parameters
    means: Parameters
    squares: Parameters


@dataclass(frozen=True)
class Trained:
    """A trained layer.

    Attributes:
        parameters: see `layer`, float32.
        vocabulary: its words [V].
        losses: before each step, mean cross-entropy of the trained positions in nats [steps].
        judged_at: steps done when the held-out positions were judged.
        held_out: their losses then.
        trained_loss: of the trained positions at the end.
        frequency_loss: of the held-out ones by word frequency alone.
        right: shares of trained and of held-out positions whose word is the likeliest, at the end.
        positions: how many are trained, how many held out.
    """

    setting: Setting
    parameters: Parameters
    vocabulary: tuple[str, ...]
    losses: Floats
    judged_at: tuple[int, ...]
    held_out: tuple[float, ...]
    trained_loss: float
    frequency_loss: float
    right: tuple[float, float]
    positions: tuple[int, int]
    seconds: float


def training(setting: Setting, run: Run = directly) -> Generator[Progress, None, Trained]:
    """Train on the bundled passages; closing the generator ends it.

    What comes out depends on the setting alone.
    """
    began = time.perf_counter()
    corpus = bundled_corpus()
    apart = corpus.held_out(setting.seed)
    data, kept = _data(corpus, ~apart), _data(corpus, apart)
    size = len(corpus.vocabulary)
    state: State = run(start, initial_parameters(size, setting.dimension, setting.seed))
    losses: list[Floats] = []
    judged_at, held_out = [0], [run(judge, state.parameters, *kept)[0]]
    while state.step < setting.steps:
        seconds, share = time.perf_counter() - began, state.step / setting.steps
        yield Progress(state.step, setting.steps, seconds, share=share)
        rates = rates_of(setting.steps)[state.step : state.step + PIECE]
        state, lost = run(advance, state, *data, rates)
        losses.append(lost.numpy().astype(np.float64))
        judged_at.append(state.step)
        held_out.append(run(judge, state.parameters, *kept)[0])
    trained_loss, trained_right = run(judge, state.parameters, *data)
    return Trained(
        *(setting, state.parameters, corpus.vocabulary, np.concatenate(losses)),
        *(tuple(judged_at), tuple(held_out), trained_loss, frequency_loss(corpus, apart)),
        right=(trained_right, run(judge, state.parameters, *kept)[1]),
        positions=(int((~apart).sum()), int(apart.sum())),
        seconds=time.perf_counter() - began,
    )


def rates_of(steps: int) -> list[float]:
    """Learning rates: up to the highest, then down to nought in a line."""
    rising = max(1, round(_WARM_UP * steps))
    return [
        _RATE * min((step + 1) / rising, (steps - step) / max(1, steps - rising))
        for step in range(steps)
    ]


def start(parameters: Parameters) -> State:
    """Before the first step."""
    nought = {name: torch.zeros_like(tensor) for name, tensor in parameters.items()}
    return State(0, parameters, nought, dict(nought))


def advance(
    state: State, windows: Tensor, lengths: Tensor, targets: Tensor, rates: list[float]
) -> tuple[State, Tensor]:
    """A few AdamW steps on all positions; returns the new state and the loss before each [steps].

    Args:
        state: is left as it was.
        windows, lengths, targets: positions [b, WINDOW], [b], [b].
        rates: a learning rate a step.
    """
    found = {name: tensor.clone() for name, tensor in state.parameters.items()}
    means, squares, losses = dict(state.means), dict(state.squares), []
    one, two = _BETAS
    for number, rate in enumerate(rates, start=state.step + 1):
        for tensor in found.values():
            tensor.requires_grad_()
        loss = functional.cross_entropy(logits(found, windows, lengths), targets)
        gradients = torch.autograd.grad(loss, list(found.values()))
        losses.append(loss.detach())
        for (name, tensor), gradient in zip(list(found.items()), gradients, strict=True):
            means[name] = one * means[name] + (1 - one) * gradient
            squares[name] = two * squares[name] + (1 - two) * gradient**2
            spread = (squares[name] / (1 - two**number)).sqrt() + _EPSILON
            shrunk = (1 - rate * _DECAY) * tensor.detach()
            found[name] = shrunk - rate / (1 - one**number) * means[name] / spread
    return State(state.step + len(rates), found, means, squares), torch.stack(losses)


def judge(
    parameters: Parameters, windows: Tensor, lengths: Tensor, targets: Tensor
) -> tuple[float, float]:
    """Mean cross-entropy in nats, and the share of words that are the likeliest."""
    found = logits(parameters, windows, lengths)  # [b, V]
    right = (found.argmax(dim=-1) == targets).double().mean()
    return float(functional.cross_entropy(found, targets)), float(right)


def _data(corpus: Corpus, chosen: NDArray[np.bool_]) -> tuple[Tensor, Tensor, Tensor]:
    arrays = corpus.windows[chosen], corpus.lengths[chosen], corpus.targets[chosen]
    windows, lengths, targets = (torch.from_numpy(array) for array in arrays)
    return windows, lengths, targets
