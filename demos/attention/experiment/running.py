"""An experiment from settings to curves: all masks and seeds of a task, a few steps a call."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.attention.experiment.masks import MASKS, MaskName
from demos.attention.experiment.network import Parameters, Shape, initial_parameters
from demos.attention.experiment.settings import Settings
from demos.attention.experiment.tasks import HIDDEN_MARKOV, IGNORED, Batch, examples
from demos.attention.experiment.training import State, advance, judge, start
from demos.frame.steps import Run, directly
from models.work import Progress

CALL_SECONDS = 0.3  # of computing at once: other visitors' requests go between, a cancel is felt
_JUDGED_AT_ONCE = 64
_HELD_OUT_STREAM = 2**31  # far above every seed


@dataclass(frozen=True)
class Trial:
    """One model: a mask and a seed."""

    mask: MaskName
    seed: int


@dataclass(frozen=True)
class Point:
    """A trial at one evaluation.

    Attributes:
        step: updates so far.
        trial: whose.
        train_loss: mean over the steps since the last evaluation, in nats a token asked for; at
            step nought NaN.
        loss: on the held-out examples.
        accuracy: share of held-out tokens asked for that are right. In the generation family each
            is asked for after the right ones before it.
    """

    step: int
    trial: Trial
    train_loss: float
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Result:
    """A finished experiment: `points` in rising order of steps, then as `trials_of` has them."""

    settings: Settings
    parameters: int
    points: tuple[Point, ...]
    seconds: float

    def curve(self, trial: Trial) -> list[Point]:
        """A trial's points in rising order of steps."""
        return [point for point in self.points if point.trial == trial]

    def final(self, mask: MaskName) -> list[Point]:
        """The last point of each seed, in the settings' order."""
        return [self.curve(Trial(mask, seed))[-1] for seed in self.settings.seeds]


@dataclass(frozen=True)
class Step:
    """How far it is; `points` holds one of each trial after an evaluation, else nothing."""

    progress: Progress
    points: tuple[Point, ...]


def trials_of(settings: Settings) -> tuple[Trial, ...]:
    """By mask, then by seed: the order of the leading dimension of all tensors."""
    return tuple(Trial(mask, seed) for mask in settings.masks for seed in settings.seeds)


def experiment(settings: Settings, run: Run = directly) -> Generator[Step, None, Result]:
    """Train all trials; closing the generator ends it.

    What comes out depends on the settings alone, not on how many steps a call has.

    Args:
        settings: see `Settings`.
        run: runs a function of tensors where tensors are computed, such as `Registry.run`.

    Raises:
        FloatingPointError: a loss is no longer a number; the learning rate is too high.
    """
    began = time.perf_counter()
    plan = _Plan.of(settings)
    state: State = run(start, plan.parameters)
    points: list[Point] = []
    recent: list[NDArray[np.float64]] = []  # losses since the last evaluation, [steps, trials] each
    pace = 0.0  # seconds a step
    due = _evaluation_steps(settings)
    while True:
        fresh: tuple[Point, ...] = ()
        if state.step == due[0]:
            due = due[1:]
            fresh = _evaluate(plan, state, recent, run)
            points += fresh
            recent = []
        done, seconds = state.step, time.perf_counter() - began
        yield Step(Progress(done, settings.steps, seconds, share=done / settings.steps), fresh)
        if not due:
            return Result(settings, plan.shape.parameters, tuple(points), seconds)
        count = min(due[0] - done, max(1, int(CALL_SECONDS / pace)) if pace else 1)
        called = time.perf_counter()
        state, losses = run(advance, state, *plan.batches(done, count))
        pace = (time.perf_counter() - called) / count
        recent.append(_finite(losses, done))


@dataclass(frozen=True)
class Floor:
    """What a model that knew the language could reach on the held-out examples."""

    loss: float
    accuracy: float


def floor(settings: Settings) -> Floor | None:
    """The Bayes-optimal figures, where they can be computed: for the hidden Markov chain."""
    if settings.task != "hidden_markov":
        return None
    batch = _held_out(settings)
    asked = batch.targets != IGNORED  # [count, n]
    posterior = HIDDEN_MARKOV.posterior(batch.tokens)[asked]  # [asked, symbols]
    targets = batch.targets[asked]
    chances = posterior[np.arange(len(targets)), targets]
    right = posterior.argmax(axis=1) == targets
    return Floor(float(-np.log(chances).mean()), float(right.mean()))


def _held_out(settings: Settings) -> Batch:
    stream = np.random.default_rng(_HELD_OUT_STREAM)
    return examples(settings.subject, stream, settings.held_out, held_out=True)


@dataclass(frozen=True)
class _Plan:
    """What an experiment needs beside its state."""

    settings: Settings
    shape: Shape
    parameters: Parameters  # at the start
    masks: Tensor  # [trials, layers, heads, n, n]
    held_out: Batch

    @classmethod
    def of(cls, settings: Settings) -> _Plan:
        task, trials = settings.subject, trials_of(settings)
        shape = Shape(task.symbols, task.length, settings.width, settings.layers)
        size = (settings.layers, settings.heads, task.length, task.prefix)
        masks = np.stack([MASKS[trial.mask](*size) for trial in trials])
        starts = initial_parameters(shape, [trial.seed for trial in trials])
        return cls(settings, shape, starts, torch.from_numpy(masks), _held_out(settings))

    def batches(self, step: int, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor, float]:
        """`advance`'s arguments for `count` steps after `step`; drawn from seed and step alone."""
        steps = range(step, step + count)
        drawn = [[self._batch(seed, at) for seed in self.settings.seeds] for at in steps]
        # both [count, seeds, b, n]
        tokens = np.array([[batch.tokens for batch in row] for row in drawn])
        targets = np.array([[batch.targets for batch in row] for row in drawn])
        rates = np.array([_rate(self.settings, at) for at in steps])
        return (
            torch.from_numpy(tokens),
            torch.from_numpy(targets),
            self.masks,
            torch.from_numpy(rates),
            self.settings.weight_decay,
        )

    def _batch(self, seed: int, step: int) -> Batch:
        random = np.random.default_rng((seed, 0, step))
        return examples(self.settings.subject, random, self.settings.batch)


def _rate(settings: Settings, step: int) -> float:
    """Up to the peak, then linearly to nought."""
    rising = settings.warmup * settings.steps
    left = (settings.steps - step) / max(1.0, settings.steps - rising)
    return settings.learning_rate * min((step + 1) / (rising + 1), left)


def _evaluation_steps(settings: Settings) -> list[int]:
    places = np.linspace(0, settings.steps, settings.evaluations + 1)
    return sorted({round(place) for place in places.tolist()})


def _evaluate(
    plan: _Plan, state: State, recent: Iterable[NDArray[np.float64]], run: Run
) -> tuple[Point, ...]:
    held_out, trials = plan.held_out, trials_of(plan.settings)
    losses = np.zeros(len(trials))
    right = np.zeros(len(trials))
    for first in range(0, len(held_out.tokens), _JUDGED_AT_ONCE):
        part = slice(first, first + _JUDGED_AT_ONCE)
        read = [torch.from_numpy(x[part]) for x in (held_out.tokens, held_out.targets)]
        summed, correct = run(judge, state.parameters, *read, plan.masks)
        losses += summed.numpy()
        right += correct.numpy()
    asked = (held_out.targets != IGNORED).sum()
    before = [*recent]
    trained = np.concatenate(before).mean(axis=0) if before else np.full(len(trials), math.nan)
    rows = zip(trials, trained.tolist(), (losses / asked).tolist(), strict=True)
    shares = (right / asked).tolist()
    return tuple(
        Point(state.step, trial, train_loss, loss, share)
        for (trial, train_loss, loss), share in zip(rows, shares, strict=True)
    )


def _finite(losses: Tensor, step: int) -> NDArray[np.float64]:
    values = losses.numpy().astype(np.float64)
    if not np.isfinite(values).all():
        raise FloatingPointError(f"the loss is no number after step {step}")
    return values
