"""Steps, evaluations and the best weights so far; reproducible from the seed on a CPU.

Design:
- `run` hands every short piece of computing to `execute`: a script computes at once, the registry
  on the device's thread, where other visitors' batches pass between two pieces.
- The order of a step's pairs follows from seed and epoch, and the trainer keeps a random state of
  its own: neither other work nor a restart changes what it does.
- What is evaluated and kept is the running average of the weights: with small data single steps
  make the held-out figure jump (measured: by .03 Spearman within half an epoch).
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.device import Device
from models.errors import TrainingError
from models.statistics import pearson, spearman
from models.tokenizer import Pair
from models.train.events import Evaluated, StepDone
from models.train.labelled_pairs import LabelledPairs
from models.train.low_rank import load_adapter
from models.train.objectives import count_classes, make_objective
from models.train.settings import TrainingSettings
from models.train.trainee import Trainee

ResultT = TypeVar("ResultT")
Execute = Callable[[Callable[[], Any]], Any]

_EVALUATION_PAIRS = 64  # scored in one piece
_AVERAGE_START = 10  # steps in which the average forgets faster, so that the start is not in it


Batch = tuple[int, NDArray[np.int64]]  # number of the training set, indices of its pairs


def _at_once(piece: Callable[[], ResultT]) -> ResultT:
    return piece()


@dataclass(frozen=True)
class Steering:
    """An optimiser that the caller makes.

    Attributes:
        make: of all that is trained.
        groups: its groups with the peak rates as "lr", which rise and fall.
    """

    make: Callable[[list[Tensor]], torch.optim.Optimizer]
    groups: Callable[[Any], list[dict[str, Any]]]


class Trainer:
    """One training: made, run to its end or stopped, then `use_best`.

    Args:
        settings: see `TrainingSettings`.
        train: training sets; every batch comes from one, for labels of two are not comparable.
        held_out: pairs that choose the best weights and are never trained on.
        folder, max_length: the base's files and its limit in tokens, where the settings say none.
        device: where it computes.
        start: an adapter's folder to go on from, of the same kind, base and rank.
        steering: an optimiser of the caller's, in place of AdamW and its rates.
        weights: of all that is trained, to begin with, by name; None is the base's, or `start`'s.
        prompt: the base's (see `models.layout.prompt_of`).

    Raises:
        TrainingError: the data cannot be learnt from.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        train: Sequence[LabelledPairs],
        held_out: LabelledPairs,
        folder: Path,
        max_length: int | None,
        device: Device,
        start: Path | None = None,
        steering: Steering | None = None,
        weights: Mapping[str, Tensor] | None = None,
        prompt: str = "",
    ):
        if not train or min(len(data) for data in train) < 2 or len(held_out) < 2:
            raise TrainingError("At least two pairs to train on and two to test on are needed.")
        self.settings, self.train, self.held_out = settings, tuple(train), held_out
        self._device = device
        self._objective = make_objective(settings, train)
        with torch.random.fork_rng(devices=self._random_devices()):
            torch.manual_seed(settings.seed)
            classes = count_classes(train) if settings.loss == "softmax" else 0
            self.trainee = Trainee(folder, max_length, settings, device, classes, prompt)
            self.random_states = self._random_states()
        self.parameters = {
            name: p for name, p in self.trainee.named_parameters() if p.requires_grad
        }
        if start is not None:
            load_adapter(self.trainee, start)
        if weights is not None:
            self._load(weights)
        self._steering = steering
        self.optimizer = self._make_optimizer()
        self._peaks = [group["lr"] for group in self._rated_groups()]
        self.seconds: list[float] = []  # of computing, a step
        self.average = {name: p.detach().clone() for name, p in self.parameters.items()}
        self.best: dict[str, Tensor] = {}
        self.curve: list[Evaluated] = []
        self.losses: list[float] = []
        self._batches_of_epoch: tuple[int, list[Batch]] = (-1, [])
        self._per_epoch = len(self._batches(0))
        self.total_steps = settings.steps(self._per_epoch)

    @property
    def step(self) -> int:
        """Steps done."""
        return len(self.losses)

    @property
    def best_evaluation(self) -> Evaluated | None:
        """The evaluation whose weights are kept."""
        return next((e for e in reversed(self.curve) if e.is_best), None)

    def run(self, execute: Execute = _at_once) -> Iterator[StepDone | Evaluated]:
        """Train to the end, or until patience is out, from wherever it stands.

        Raises:
            TrainingError: the loss is no longer a number.
        """
        if not self.curve:
            yield self._evaluate(execute)
        while self.step < self.total_steps and not self._out_of_patience():
            loss = execute(self._advance)
            if not math.isfinite(loss):
                raise TrainingError(
                    "The loss was no number at step {step}: choose a lower learning rate.",
                    step=self.step + 1,
                )
            self.losses.append(loss)
            yield StepDone(self.step, self.total_steps, loss)
            if self._is_evaluation_due():
                yield self._evaluate(execute)

    def use_best(self) -> None:
        """Put the best averaged weights into the trainee."""
        self._load(self.best or self.average)
        self.trainee.eval()

    # --- a step --------------------------------------------------------------------------------

    def _advance(self) -> float:
        began = time.perf_counter()
        number, indices = self._batch(self.step)
        data = self.train[number]
        pairs = [data.pairs[index] for index in indices]
        labels = self._device.to_device(torch.from_numpy(data.labels[indices]))  # [B]
        self._set_rates()
        self.trainee.train()
        with self._own_random():
            if self.settings.swap:
                pairs = _swapped(pairs)
            loss = self._objective(self.trainee, pairs, labels, number)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
        if self.settings.clip:
            nn.utils.clip_grad_norm_(self.parameters.values(), self.settings.clip)
        value = loss.item()
        if math.isfinite(value):
            self.optimizer.step()
            self._update_average()
        self.seconds.append(time.perf_counter() - began)
        return value

    def _make_optimizer(self) -> torch.optim.Optimizer:
        if self._steering is not None:
            return self._steering.make(list(self.parameters.values()))
        encoder = [p for name, p in self.parameters.items() if name.startswith("encoder.")]
        head = [p for name, p in self.parameters.items() if not name.startswith("encoder.")]
        rates = (self.settings.learning_rate, self.settings.head_learning_rate)
        groups = [
            {"params": parameters, "lr": rate}
            for parameters, rate in zip((encoder, head), rates, strict=True)
            if parameters
        ]
        return torch.optim.AdamW(groups, weight_decay=self.settings.weight_decay, fused=True)

    def _rated_groups(self) -> list[dict[str, Any]]:
        """Groups whose learning rate rises and falls."""
        if self._steering is not None:
            return self._steering.groups(self.optimizer)
        return self.optimizer.param_groups

    def _set_rates(self) -> None:
        """Up to the peak, then linearly to 0."""
        rising = self.settings.warmup * self.total_steps
        left = (self.total_steps - self.step) / max(1.0, self.total_steps - rising)
        factor = min((self.step + 1) / (rising + 1), left)
        for group, peak in zip(self._rated_groups(), self._peaks, strict=True):
            group["lr"] = peak * factor

    @torch.no_grad()
    def _update_average(self) -> None:
        done = self.step + 1
        decay = min(self.settings.average, done / (done + _AVERAGE_START))
        for name, parameter in self.parameters.items():
            self.average[name].lerp_(parameter, 1 - decay)

    # --- batches -------------------------------------------------------------------------------

    def _batch(self, step: int) -> Batch:
        epoch, place = divmod(step, self._per_epoch)
        if self._batches_of_epoch[0] != epoch:
            self._batches_of_epoch = (epoch, self._batches(epoch))
        return self._batches_of_epoch[1][place]

    def _batches(self, epoch: int) -> list[Batch]:
        """Each training set in an order drawn anew, its batches among those of the others."""
        random = np.random.default_rng((self.settings.seed, epoch))
        size, batches = self.settings.batch_size, list[Batch]()
        for number, data in enumerate(self.train):
            order = random.permutation(len(data))
            parts = [order[start : start + size] for start in range(0, len(order), size)]
            # A last batch of a few pairs would weigh as much as a full one.
            kept = [p for p in parts if len(p) >= min(len(data), size) / 2]
            batches += [(number, part) for part in kept]
        return [batches[place] for place in random.permutation(len(batches))]

    # --- evaluation ----------------------------------------------------------------------------

    def _is_evaluation_due(self) -> bool:
        every = max(1, self._per_epoch // self.settings.evaluations)
        return self.step % every == 0 or self.step == self.total_steps

    def _evaluate(self, execute: Execute) -> Evaluated:
        current = execute(self._show_average)
        scores = self.scores(self.held_out.pairs, execute)
        execute(lambda: self._load(current))
        return self._judge(scores)

    def scores(self, pairs: Sequence[Pair], execute: Execute = _at_once) -> NDArray[np.float32]:
        """Scores of pairs by the trainee as it is, [n]."""
        scores = np.empty(len(pairs), dtype=np.float32)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
        for start in range(0, len(order), _EVALUATION_PAIRS):
            chosen = order[start : start + _EVALUATION_PAIRS]
            piece = functools.partial(self._score, [pairs[i] for i in chosen])
            scores[chosen] = execute(piece)
        return scores

    def _judge(self, scores: NDArray[np.float32]) -> Evaluated:
        rank, linear = (f(scores, self.held_out.labels) for f in (spearman, pearson))
        before = max((e.spearman for e in self.curve), default=-math.inf)
        # A base that is trained on has to be beaten; a new head's first figure is chance.
        is_best = rank > before or not self.curve
        if is_best:
            self.best = {name: tensor.clone() for name, tensor in self.average.items()}
        self.curve.append(Evaluated(self.step, self.total_steps, rank, linear, is_best))
        return self.curve[-1]

    def _out_of_patience(self) -> bool:
        best = self.best_evaluation
        if self.settings.patience is None or best is None:
            return False
        return len(self.curve) - 1 - self.curve.index(best) >= self.settings.patience

    @torch.inference_mode()
    def _score(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        self.trainee.eval()
        scores: NDArray[np.float32] = self.trainee.scores(pairs).cpu().numpy()
        return scores

    @torch.no_grad()
    def _show_average(self) -> dict[str, Tensor]:
        """Put the average into the trainee; returns what was there."""
        current = {name: p.detach().clone() for name, p in self.parameters.items()}
        self._load(self.average)
        return current

    @torch.no_grad()
    def _load(self, weights: Mapping[str, Tensor]) -> None:
        for name, parameter in self.parameters.items():
            parameter.copy_(weights[name])

    # --- randomness ----------------------------------------------------------------------------

    @contextmanager
    def _own_random(self) -> Iterator[None]:
        with torch.random.fork_rng(devices=self._random_devices()):
            torch.set_rng_state(self.random_states[0])
            if len(self.random_states) > 1:
                torch.cuda.set_rng_state(self.random_states[1], self._device.choice.device)
            yield
            self.random_states = self._random_states()

    def _random_states(self) -> list[Tensor]:
        states = [torch.get_rng_state()]
        if self._device.is_cuda:
            states.append(torch.cuda.get_rng_state(self._device.choice.device))
        return states

    def _random_devices(self) -> list[int]:
        if not self._device.is_cuda:
            return []
        index = self._device.choice.device.index
        return [torch.cuda.current_device() if index is None else index]


def _swapped(pairs: Sequence[Pair]) -> list[Pair]:
    turned = torch.rand(len(pairs)) < 0.5
    return [
        (second, first) if turn else (first, second)
        for (first, second), turn in zip(pairs, turned.tolist(), strict=True)
    ]
