"""Steps of many trials at once, as functions of tensors that any device or process can run.

The state goes in and comes out of every call. It is small (a few megabytes), and so a call that
fails or is cancelled leaves the old state whole; tensors kept on the device between calls would
fall back to their first values whenever others need the room.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from demos.attention.experiment.network import Parameters, logits
from demos.attention.experiment.tasks import IGNORED

_BETAS = (0.9, 0.98)
_EPSILON = 1e-8
_CLIP = 1.0
# More of them in one tensor leave the caches (24 at once: 9.2 ms a trial and step, 4: 5.4).
_TRIALS_AT_ONCE = 4


@dataclass(frozen=True)
class State:
    """All trials after so many steps: their parameters and AdamW's two running means."""

    step: int
    parameters: Parameters
    means: Parameters
    squares: Parameters


def start(parameters: Parameters) -> State:
    """Before the first step."""
    return State(
        0,
        parameters,
        {name: torch.zeros_like(tensor) for name, tensor in parameters.items()},
        {name: torch.zeros_like(tensor) for name, tensor in parameters.items()},
    )


def advance(
    state: State, tokens: Tensor, targets: Tensor, masks: Tensor, rates: Tensor, decay: float
) -> tuple[State, Tensor]:
    """Some steps; returns the new state and each step's losses before it [steps, trials].

    Args:
        state: is left as it was.
        tokens, targets: one batch a step and seed [steps, seeds, b, n]; trials are ordered by mask
            and then by seed, and all masks are given the same batches.
        masks: [trials, layers, heads, n, n].
        rates: learning rates [steps].
        decay: AdamW's weight decay, of matrices alone.
    """
    trials, seeds = len(masks), tokens.shape[1]
    ends, losses = [], []
    for first in range(0, trials, _TRIALS_AT_ONCE):
        chosen = torch.arange(first, min(first + _TRIALS_AT_ONCE, trials), device=masks.device)
        read, said = (x[:, chosen % seeds] for x in (tokens, targets))  # [steps, chosen, b, n]
        end, lost = _advance(_part(state, chosen), read, said, masks[chosen], rates, decay)
        ends.append(end)
        losses.append(lost)
    return _joined(ends), torch.cat(losses, dim=1)


def _advance(
    state: State, tokens: Tensor, targets: Tensor, masks: Tensor, rates: Tensor, decay: float
) -> tuple[State, Tensor]:
    """In place; one batch a step and trial [steps, trials, b, n]."""
    losses = []
    for parameter in state.parameters.values():
        parameter.requires_grad_()
    for number, rate in enumerate(rates.tolist()):
        loss = losses_of(state.parameters, tokens[number], targets[number], masks)  # [trials]
        # Trials share no parameter: the sum's gradient is each trial's own.
        gradients = torch.autograd.grad(loss.sum(), list(state.parameters.values()))
        _update(state, gradients, state.step + number + 1, rate, decay)
        losses.append(loss.detach())
    for parameter in state.parameters.values():
        parameter.requires_grad_(False)
    return dataclasses.replace(state, step=state.step + len(rates)), torch.stack(losses)


def _part(state: State, trials: Tensor) -> State:
    """A copy of some trials."""
    tensors = (state.parameters, state.means, state.squares)
    return State(state.step, *({n: t[trials] for n, t in kind.items()} for kind in tensors))


def _joined(parts: Sequence[State]) -> State:
    kinds = ([p.parameters for p in parts], [p.means for p in parts], [p.squares for p in parts])
    joined = ({name: torch.cat([k[name] for k in kind]) for name in kind[0]} for kind in kinds)
    return State(parts[0].step, *joined)


def losses_of(parameters: Parameters, tokens: Tensor, targets: Tensor, masks: Tensor) -> Tensor:
    """Mean cross-entropy in nats of what is asked for [trials], of batches [trials, b, n]; nought
    where nothing is."""
    each = _cross_entropy(logits(parameters, tokens, masks), targets)  # [trials, b, n]
    return each.sum(dim=(1, 2)) / (targets != IGNORED).sum(dim=(1, 2)).clamp(min=1)


@torch.no_grad()
def judge(
    parameters: Parameters, tokens: Tensor, targets: Tensor, masks: Tensor
) -> tuple[Tensor, Tensor]:
    """Summed cross-entropy, and how many tokens are right, of every trial [trials] on the same
    examples [b, n]."""
    trials = len(masks)
    tokens, targets = (x.expand(trials, *x.shape) for x in (tokens, targets))
    scores = logits(parameters, tokens, masks)
    right = (scores.argmax(dim=-1) == targets) & (targets != IGNORED)
    return _cross_entropy(scores, targets).sum(dim=(1, 2)), right.sum(dim=(1, 2))


def _cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    """[trials, b, n]; nought where nothing is asked."""
    flat = functional.cross_entropy(
        scores.flatten(0, 2), targets.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return flat.reshape(targets.shape)


@torch.no_grad()
def _update(
    state: State, gradients: tuple[Tensor, ...], step: int, rate: float, decay: float
) -> None:
    """AdamW in place, each trial's gradient clipped to norm 1 by itself."""
    norms = torch.stack([g.flatten(1).norm(dim=1) for g in gradients]).norm(dim=0)  # [trials]
    shrink = (_CLIP / (norms + _EPSILON)).clamp(max=1.0)
    one, two = _BETAS
    for (name, parameter), gradient in zip(state.parameters.items(), gradients, strict=True):
        mean, square = state.means[name], state.squares[name]
        gradient = gradient * shrink.view(-1, *[1] * (gradient.ndim - 1))
        mean.lerp_(gradient, 1 - one)
        square.mul_(two).addcmul_(gradient, gradient, value=1 - two)
        if parameter.ndim > 2:  # [trials, rows, columns]: gains are not drawn towards nought
            parameter.mul_(1 - rate * decay)
        spread = (square / (1 - two**step)).sqrt_().add_(_EPSILON)
        parameter.addcdiv_(mean, spread, value=-rate / (1 - one**step))
