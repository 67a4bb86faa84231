"""Runs a race: the optimisers of `optimizers.py` on the landscape of `landscape.py`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import SGD, Adam, Optimizer

from demos.frame.steps import Run, directly
from demos.lora import landscape
from demos.lora.matrix_race.setting import EVERY, MOMENTUM, PLUS, MethodName, Setting
from demos.lora.optimizers import (
    AdditiveOptimizer,
    FloraOptimizer,
    GaloreOptimizer,
    LoraOptimizer,
    RandomProjection,
)
from models.train.tuning import optimizer_bytes
from models.work import Progress

DIVERGED = 1e4  # times the loss at the start: it will not come back
_SNAPSHOTS = 24  # of singular values, denser at the start

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """How a method went.

    Attributes:
        method, rate: who, and its learning rate.
        shares: energy left after each step, 1 at the start, [steps done + 1].
        snapshots: steps at which singular values were taken.
        values: singular values of dW then, [snapshots, min(n, m)].
        change: dW at the end [n, m].
        floor: the least share that the method's form can leave.
        state_bytes: kept by the optimiser beside the weight.
        diverged_at: the step at which it was stopped, or None.
    """

    method: MethodName
    rate: float
    shares: Floats
    snapshots: tuple[int, ...]
    values: Floats
    change: Floats
    floor: float
    state_bytes: int
    diverged_at: int | None

    @property
    def left(self) -> float:
        """The share of energy that is left at the end."""
        return float(self.shares[-1])


@dataclass(frozen=True)
class Race:
    """All courses and what was wanted: T [n, m] and the inputs' variances [n]."""

    setting: Setting
    wanted: Floats
    scales: Floats
    courses: tuple[Course, ...]
    seconds: float

    @property
    def wanted_values(self) -> Floats:
        """Singular values of T, falling."""
        return np.asarray(np.linalg.svd(self.wanted, compute_uv=False), dtype=np.float64)

    def course(self, method: str) -> Course | None:
        """A method's course, where it took part."""
        return next((each for each in self.courses if each.method == method), None)


def racing(setting: Setting, run: Run = directly) -> Generator[Progress, None, Race]:
    """Run the methods one after the other.

    Args:
        setting: see `Setting`.
        run: runs a function of tensors where tensors are computed, such as `Registry.run`.

    Raises:
        InputProblem: a target that there is not (see `landscape.target`).
    """
    began = time.perf_counter()
    s = setting
    wanted = landscape.target(s.target, s.n, s.m, s.target_rank, s.seed)  # [n, m]
    scales = landscape.input_scales(s.n, s.condition)  # [n]
    courses: list[Course] = []
    for number, method in enumerate(s.methods):
        seconds = time.perf_counter() - began
        yield Progress(number, len(s.methods), seconds, share=number / len(s.methods))
        courses.append(_course(s, method, *run(race_one, wanted, scales, s, method)))
    seconds = time.perf_counter() - began
    return Race(s, wanted.numpy(), scales.numpy(), tuple(courses), seconds)


Track = tuple[Tensor, Tensor, Tensor, float, int]


def race_one(wanted: Tensor, scales: Tensor, setting: Setting, method: MethodName) -> Track:
    """One method from start to end, or until it diverges.

    Args:
        wanted: T [n, m], float64.
        scales: s [n].

    Returns:
        shares [steps done + 1], singular values [snapshots taken, min(n, m)], dW [n, m], the
        method's floor, bytes of its state.
    """
    weight = torch.zeros_like(wanted.T)  # [m, n]: torch's layout; here W0 = 0
    optimizer, start = _enter(method, weight, setting)
    floor = _floor(method, wanted, scales, setting.rank, start)
    due = set(snapshot_steps(setting.steps))
    shares: list[Tensor] = []
    values: list[Tensor] = []
    for step in range(setting.steps + 1):
        error = weight.T - wanted  # [n, m]
        shares.append(landscape.energy(weight.T, wanted, scales))
        if not float(shares[-1]) < DIVERGED:
            break
        if step in due:
            values.append(torch.linalg.svdvals(weight))
        if step < setting.steps:
            weight.grad = (scales[:, None] * error).T
            optimizer.step()
    kept = optimizer_bytes(optimizer)
    return torch.stack(shares), torch.stack(values), weight.T.contiguous(), floor, kept


def snapshot_steps(steps: int) -> tuple[int, ...]:
    """Steps at which singular values are taken: the first, the last, and in equal ratios."""
    ratios = np.geomspace(1, steps, _SNAPSHOTS)
    return tuple(sorted({0, *(round(each) for each in ratios)}))


def _enter(method: MethodName, weight: Tensor, setting: Setting) -> tuple[Any, Tensor | None]:
    """The optimiser of a method, and A0 B0 [n, m] where it starts symmetrically."""
    rate, rank, seed = setting.rate(method), setting.rank, setting.seed + 1
    inner = _inner(setting.inner, rate)
    if method == "full":
        return inner([{"params": [weight], "name": "whole"}]), None
    if method == "random":
        return RandomProjection([weight], rate, rank, seed=seed), None
    if method == "symmetric":
        factors = _symmetric(weight, rank, seed)
        start = factors[0] @ factors[1]  # [m, n]
        weight.sub_(start)  # the optimiser adds it again: W0 - A0 B0 + A0 B0
        return LoraOptimizer([weight], inner, rank, factors=[factors]), start.T
    if method == "lora_plus":
        return LoraOptimizer([weight], _inner(setting.inner, rate, {"U": PLUS}), rank, seed), None
    made: Callable[..., Optimizer] = {
        "lora": LoraOptimizer,
        "additive": AdditiveOptimizer,
        "galore": GaloreOptimizer,
        "flora": FloraOptimizer,
    }[method]
    return made([weight], inner, rank, seed=seed, **_every(method)), None


def _every(method: MethodName) -> dict[str, int]:
    return {"galore": {"every": EVERY}, "flora": {"every": 1}}.get(method, {})


def _inner(
    name: str, rate: float, ratios: dict[str, float] | None = None
) -> Callable[[list[dict[str, Any]]], Optimizer]:
    """Makes an optimiser of groups of coordinates; `ratios` multiply the rate of some."""

    def make(groups: list[dict[str, Any]]) -> Optimizer:
        for group in groups:
            group["lr"] = rate * (ratios or {}).get(group["name"], 1.0)
        if name == "adam":
            return Adam(groups, lr=rate)
        return SGD(groups, lr=rate, momentum=MOMENTUM if name == "momentum" else 0.0)

    return make


def _symmetric(weight: Tensor, rank: int, seed: int) -> tuple[Tensor, Tensor]:
    """Two small random factors U [m, r] and V [r, n]."""
    generator = torch.Generator().manual_seed(seed)
    rows, columns = weight.shape
    drawn = torch.randn(rank, rows + columns, generator=generator, dtype=torch.float64)
    drawn = (drawn / math.sqrt(3 * max(rows, columns))).to(weight)
    return drawn[:, :rows].T.contiguous(), drawn[:, rows:].contiguous()


def _floor(
    method: MethodName, wanted: Tensor, scales: Tensor, rank: int, start: Tensor | None
) -> float:
    if method in ("lora", "lora_plus", "symmetric"):
        return landscape.low_rank_floor(wanted, scales, rank, start)
    return landscape.additive_floor(wanted, scales, rank) if method == "additive" else 0.0


def _course(
    setting: Setting,
    method: MethodName,
    shares: Tensor,
    values: Tensor,
    change: Tensor,
    floor: float,
    state_bytes: int,
) -> Course:
    """Cut where it left the numbers."""
    known = shares.numpy()
    lost = np.flatnonzero(~(known < DIVERGED))
    diverged_at = int(lost[0]) if len(lost) else None
    if diverged_at is not None:
        known = known[:diverged_at]
    snapshots = snapshot_steps(setting.steps)[: len(values)]
    kept = len([step for step in snapshots if step < len(known)])
    return Course(
        method,
        setting.rate(method),
        known,
        snapshots[:kept],
        values.numpy()[:kept],
        change.numpy(),
        floor,
        state_bytes,
        diverged_at,
    )
