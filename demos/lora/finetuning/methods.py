"""The methods that fine-tune a real encoder: their optimisers, and learning rates of their own.

All move the linear layers' weights of the blocks and nothing else, with moments of Adam where they
keep any, without weight decay, dropout or clipping: what differs is how a gradient becomes a step.
"adapter" is LoRA as everyone has it, factors in the model; "lora" is the same as an optimiser of
the full weight, from factors of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from torch import Tensor
from torch.optim import Adam, Optimizer

from demos.frame.errors import InputProblem
from demos.frame.fields import check_known
from demos.lora.optimizers import (
    AdditiveOptimizer,
    GaloreOptimizer,
    LoraOptimizer,
    ProjectedOptimizer,
    RandomProjection,
)
from models.train.settings import TrainingSettings
from models.train.trainer import Steering

MethodName = Literal["full", "adapter", "lora", "lora_plus", "random", "additive", "galore"]
METHODS: tuple[MethodName, ...] = (
    *("full", "adapter", "lora", "lora_plus"),
    *("random", "additive", "galore"),
)
BASE = "all-MiniLM-L6-v2"
SIDES = (384, 1536)  # of its linear layers
RANKS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # all divide both sides, as the additive form needs
PLUS = 16.0  # LoRA+'s ratio, as its authors recommend
EVERY = 20  # steps after which GaLore's directions are taken anew: short runs shall see several

# Peak rates: the best of three or four over 30 steps of 16 of our own pairs (`python -m
# demos.lora.finetuning rates`); "adapter" has that of "lora", being the same mathematics.
RATES: dict[MethodName, float] = {
    "full": 1e-4,
    "adapter": 6e-4,
    "lora": 6e-4,
    "lora_plus": 1e-4,
    "random": 1e-3,
    "additive": 6e-5,
    "galore": 3e-4,
}


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        method: see `METHODS`.
        rate: its peak learning rate.
        rank: of the methods that have one.
        steps, batch_size, seed: the same batches for every method.
        evaluations: how often held-out pairs are scored, beside start and end.
    """

    method: MethodName
    rate: float
    rank: int = 8
    steps: int = 40
    batch_size: int = 32
    seed: int = 0
    evaluations: int = 4

    def settings(self, pairs: int) -> TrainingSettings:
        """For so many training pairs.

        Raises:
            InputProblem: an unknown method, or a rank that does not divide the layers' sides.
        """
        check_known(self.method, METHODS)
        check_rank(self.rank)
        per_epoch = max(1, -(-pairs // self.batch_size))
        return TrainingSettings(
            kind="bi-encoder",
            loss="cosent",
            base=BASE,
            method="lora" if self.method == "adapter" else "weights",
            rank=self.rank,
            learning_rate=self.rate if self.method == "adapter" else 0.0,  # else the optimiser's
            epochs=self.steps,  # at least as many as are needed; `max_steps` bounds them
            max_steps=self.steps,
            batch_size=self.batch_size,
            warmup=0.1,
            weight_decay=0.0,
            dropout=0.0,
            clip=0.0,
            average=0.0,
            evaluations=max(1, round(self.evaluations * per_epoch / self.steps)),
            seed=self.seed,
        )

    def steering(self) -> Steering | None:
        """The optimiser; None where that of the settings is meant."""
        adam = partial(Adam, lr=self.rate)
        if self.method == "adapter":
            return None
        if self.method == "full":
            return Steering(adam, lambda optimizer: optimizer.param_groups)
        if self.method == "random":
            return Steering(
                lambda weights: RandomProjection(weights, self.rate, self.rank, seed=self.seed),
                lambda optimizer: optimizer.param_groups,
            )
        return Steering(self._projected(adam), lambda optimizer: optimizer.inner.param_groups)

    def _projected(self, adam: Callable[..., Optimizer]) -> Callable[[list[Tensor]], Optimizer]:
        made: dict[str, Callable[..., ProjectedOptimizer]] = {
            "lora": LoraOptimizer,
            "lora_plus": LoraOptimizer,
            "additive": AdditiveOptimizer,
            "galore": partial(GaloreOptimizer, every=EVERY),
        }
        inner = self._faster_up if self.method == "lora_plus" else adam
        return lambda weights: made[self.method](weights, inner, self.rank, seed=self.seed)

    def _faster_up(self, groups: list[dict[str, Any]]) -> Optimizer:
        for group in groups:
            group["lr"] = self.rate * (PLUS if group["name"] == "U" else 1.0)
        return Adam(groups)


def check_rank(rank: Any) -> int:
    """A rank that divides the layers' sides; raises InputProblem."""
    if rank not in RANKS:
        raise InputProblem("lora.tuning.rank", ranks=", ".join(str(each) for each in RANKS))
    return int(rank)
