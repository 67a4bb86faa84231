"""Optimisers that move a full weight as low-rank methods would (kexue.fm/archives/9590).

The post's view: LoRA needs no change of the model. With W = W0 + s U V and G = dL/dW,

    dL/dU = s G V^T,    dL/dV = s U^T G

so an optimiser that is given G can keep U and V itself, step them, and add s (U' V' - U V) to W.
Its path is that of LoRA by parametrisation, to rounding. Everything here is written for torch's
weights [out, in]; the post's W [n, m] is their transpose, its A is V^T and its B is U^T.

Each optimiser is made of small *coordinates* (the factors of LoRA, the rows and columns of the
additive form, the projected gradient of GaLore and Flora). They are stepped by one of torch's own
optimisers, so moments are kept of the projections alone, and there is as much state as they need.
Parameters with other than two dimensions are stepped by the inner optimiser as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer

from demos.frame.errors import InputProblem

Inner = Callable[[list[dict[str, Any]]], Optimizer]  # of parameter groups, such as torch's SGD


class ProjectedOptimizer(Optimizer):
    """Steps coordinates with an inner optimiser and moves the weights accordingly.

    Args:
        params: weights [out, in], and whatever else is to be trained.
        inner: makes the optimiser of the coordinates out of groups {"params", "name"}; a group's
            "lr" may be set there.
        rank: of the projection.
        seed: of everything random.

    Raises:
        InputProblem: a rank below 1 or above the smaller side of a weight.
    """

    names: ClassVar[tuple[str, ...]]  # of the coordinates of one weight

    def __init__(
        self, params: Iterable[Tensor], inner: Inner, rank: int = 4, seed: int = 0, **options: Any
    ):
        super().__init__(params, {"rank": rank, **options})
        self._generator = torch.Generator().manual_seed(seed)
        self._weights = [p for group in self.param_groups for p in group["params"]]
        groups: dict[str, list[Tensor]] = {name: [] for name in (*self.names, "whole")}
        for weight in self._weights:
            if weight.ndim != 2:
                groups["whole"].append(weight)
                continue
            check_rank(rank, *weight.shape)
            coordinates = self._begin(weight, rank)
            self.state[weight]["coordinates"] = coordinates
            for name, coordinate in zip(self.names, coordinates, strict=True):
                groups[name].append(coordinate)
        self.inner = inner([{"params": each, "name": n} for n, each in groups.items() if each])

    def _begin(self, weight: Tensor, rank: int) -> tuple[Tensor, ...]:
        """Coordinates of a weight."""
        raise NotImplementedError

    def _pull(self, weight: Tensor, gradient: Tensor) -> tuple[Tensor, ...]:
        """The gradient of the coordinates."""
        raise NotImplementedError

    def _change(self, weight: Tensor, before: tuple[Tensor, ...]) -> Tensor:
        """What to add to the weight [out, in], the coordinates having been stepped."""
        raise NotImplementedError

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:  # type: ignore[override]
        """One step of every weight that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        moved: list[tuple[Tensor, tuple[Tensor, ...]]] = []
        for weight in self._weights:
            if weight.ndim != 2:
                continue
            coordinates: tuple[Tensor, ...] = self.state[weight]["coordinates"]
            for coordinate in coordinates:
                coordinate.grad = None
            if weight.grad is None:
                continue
            pulled = self._pull(weight, weight.grad)
            for coordinate, gradient in zip(coordinates, pulled, strict=True):
                coordinate.grad = gradient
            moved.append((weight, tuple(each.clone() for each in coordinates)))
        self.inner.step()
        for weight, before in moved:
            weight.add_(self._change(weight, before))
        return loss

    def state_bytes(self) -> int:
        """Of everything that is kept between two steps beside the weights: coordinates, what they
        are projected with, and the inner optimiser's moments (its step counters too)."""
        kept = [tensor for state in self.state.values() for tensor in _tensors(state)]
        kept += [tensor for state in self.inner.state.values() for tensor in _tensors(state)]
        return sum(tensor.numel() * tensor.element_size() for tensor in kept)

    def _normal(self, *shape: int, like: Tensor) -> Tensor:
        drawn = torch.randn(*shape, generator=self._generator, dtype=torch.float64)
        return drawn.to(dtype=like.dtype, device=like.device)


class LoraOptimizer(ProjectedOptimizer):
    """LoRA: U [out, r] from zero, V [r, in] as peft draws it, or both as given.

    Args:
        scaling: s = alpha / r of peft.
        factors: U and V of each weight in turn, instead of drawn ones; copied. The weight is W0
            alone where U is not zero: what s U V is at the start is added to it.
    """

    names = ("U", "V")

    def __init__(
        self,
        params: Iterable[Tensor],
        inner: Inner,
        rank: int = 4,
        seed: int = 0,
        scaling: float = 1.0,
        factors: Iterable[tuple[Tensor, Tensor]] | None = None,
    ):
        self._scaling = scaling
        self._factors = None if factors is None else iter(factors)
        super().__init__(params, inner, rank, seed)

    def _begin(self, weight: Tensor, rank: int) -> tuple[Tensor, ...]:
        rows, columns = weight.shape
        if self._factors is not None:
            u, v = (factor.detach().clone() for factor in next(self._factors))  # [out, r], [r, in]
            if u.shape[1] != rank or (u.shape[0], v.shape) != (rows, (rank, columns)):
                raise InputProblem("lora.factors", rows=rows, columns=columns, rank=rank)
            with torch.no_grad():
                weight.add_(self._scaling * (u @ v))
            return u, v
        # kaiming_uniform with a = sqrt(5), as torch's and peft's layers: uniform in 1 / sqrt(in).
        bound = 1 / math.sqrt(columns)
        drawn = torch.rand(rank, columns, generator=self._generator, dtype=torch.float64)
        v = ((2 * drawn - 1) * bound).to(weight)  # [r, in]
        return weight.new_zeros(rows, rank), v

    def _pull(self, weight: Tensor, gradient: Tensor) -> tuple[Tensor, ...]:
        u, v = self.state[weight]["coordinates"]
        return self._scaling * (gradient @ v.T), self._scaling * (u.T @ gradient)

    def _change(self, weight: Tensor, before: tuple[Tensor, ...]) -> Tensor:
        u, v = self.state[weight]["coordinates"]
        old_u, old_v = before
        # U' V' - U V = dU V' + U dV: small differences of large products lose digits.
        change: Tensor = self._scaling * ((u - old_u) @ v + old_u @ (v - old_v))
        return change


class AdditiveOptimizer(ProjectedOptimizer):
    """The post's additive form: dW[i, j] = A[i, j mod r] + B[i mod r, j]; r = 1 is a row offset and
    a column offset. Its gradients are block sums of G. A [out, r], B [r, in], both from zero.

    Raises:
        InputProblem: also where r does not divide both sides of a weight.
    """

    names = ("A", "B")

    def _begin(self, weight: Tensor, rank: int) -> tuple[Tensor, ...]:
        rows, columns = weight.shape
        if rows % rank or columns % rank:
            raise InputProblem("lora.divides", rank=rank, rows=rows, columns=columns)
        return weight.new_zeros(rows, rank), weight.new_zeros(rank, columns)

    def _pull(self, weight: Tensor, gradient: Tensor) -> tuple[Tensor, ...]:
        rows, columns = gradient.shape
        rank = self.state[weight]["coordinates"][0].shape[1]
        by_rows = gradient.reshape(rows, columns // rank, rank).sum(dim=1)  # [out, r]
        by_columns = gradient.reshape(rows // rank, rank, columns).sum(dim=0)  # [r, in]
        return by_rows, by_columns

    def _change(self, weight: Tensor, before: tuple[Tensor, ...]) -> Tensor:
        a, b = (
            now - old for now, old in zip(self.state[weight]["coordinates"], before, strict=True)
        )
        rows, columns = weight.shape
        rank = a.shape[1]
        change: Tensor = a.repeat(1, columns // rank) + b.repeat(rows // rank, 1)
        return change


class RandomProjection(Optimizer):
    """The post's guess: the gradient through fresh random vectors, without any state.

        dW = -lr (G V^T V + U U^T G) / r,    U [out, r], V [r, in] standard normal

    Its mean is that of SGD at twice the learning rate, -2 lr G (the post says G); with r = 1 the
    relative variance of a sample is (out + in + 2) / 4, and 1 / r of that with r.

    Args:
        params: weights [out, in]; others are stepped by SGD.
        lr: the learning rate.
        rank: how many directions each step.
        every: steps for which the same directions stay.
        seed: of the directions.

    Raises:
        InputProblem: a rank or a number of steps below 1.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float, rank: int = 1, every: int = 1, seed: int = 0
    ):
        if rank < 1 or every < 1:
            raise InputProblem("lora.rank", rank=min(rank, every), most=1)
        super().__init__(params, {"lr": lr, "rank": rank, "every": every})
        self._generator = torch.Generator().manual_seed(seed)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:  # type: ignore[override]
        """One step of every weight that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, group)
        return loss

    def _move(self, weight: Tensor, group: dict[str, Any]) -> None:
        gradient = weight.grad
        assert gradient is not None
        if weight.ndim != 2:
            weight.add_(gradient, alpha=-group["lr"])
            return
        state, rank = self.state[weight], group["rank"]
        if state.get("steps", 0) % group["every"] == 0:
            rows, columns = weight.shape
            drawn = torch.randn(
                rank, rows + columns, generator=self._generator, dtype=torch.float64
            ).to(weight)
            # Directions that stay for several steps are state; those of one step are not.
            state["u"], state["v"] = drawn[:, :rows].T, drawn[:, rows:]  # [out, r], [r, in]
        u, v = state["u"], state["v"]
        weight.add_(gradient @ v.T @ v + u @ (u.T @ gradient), alpha=-group["lr"] / rank)
        state["steps"] = state.get("steps", 0) + 1
        if group["every"] == 1:
            del state["u"], state["v"]

    def state_bytes(self) -> int:
        """Directions that are kept for further steps."""
        kept = [tensor for state in self.state.values() for tensor in _tensors(state)]
        return sum(tensor.numel() * tensor.element_size() for tensor in kept)


class GaloreOptimizer(ProjectedOptimizer):
    """GaLore (Zhao et al. 2024, arXiv 2403.03507): moments of the gradient's leading directions.

    The shorter side is projected: R = P^T G with P [out, r] the leading left singular vectors of G
    at every `every`-th step (or G P with right ones); the inner step of R, taken back, moves W. The
    moments stay when P changes, as in the paper.
    """

    names = ("R",)

    def __init__(
        self, params: Iterable[Tensor], inner: Inner, rank: int = 4, every: int = 200, seed: int = 0
    ):
        super().__init__(params, inner, rank, seed, every=every)

    def _begin(self, weight: Tensor, rank: int) -> tuple[Tensor, ...]:
        rows, columns = weight.shape
        return (
            weight.new_zeros(rank, columns) if rows <= columns else weight.new_zeros(rows, rank),
        )

    def _pull(self, weight: Tensor, gradient: Tensor) -> tuple[Tensor, ...]:
        state = self.state[weight]
        coordinate = state["coordinates"][0]
        left = weight.shape[0] <= weight.shape[1]
        rank = coordinate.shape[0 if left else 1]
        if state.get("steps", 0) % self.param_groups[0]["every"] == 0:
            u, _, v = torch.linalg.svd(gradient, full_matrices=False)
            state["basis"] = u[:, :rank].contiguous() if left else v[:rank].contiguous()
        state["steps"] = state.get("steps", 0) + 1
        basis = state["basis"]  # [out, r] or [r, in]
        return (basis.T @ gradient if left else gradient @ basis.T,)

    def _change(self, weight: Tensor, before: tuple[Tensor, ...]) -> Tensor:
        state = self.state[weight]
        step = state["coordinates"][0] - before[0]
        state["coordinates"][0].zero_()  # only its steps count; at zero they keep their digits
        basis = state["basis"]
        left = weight.shape[0] <= weight.shape[1]
        change: Tensor = basis @ step if left else step @ basis
        return change


class FloraOptimizer(ProjectedOptimizer):
    """Flora (Hao et al. 2024, arXiv 2402.03293): as GaLore with random projections.

    P [r, in] / sqrt r is drawn anew every `every` steps. The inner optimiser's moments start anew
    with it, where the paper carries momentum over.
    """

    names = ("R",)

    def __init__(
        self, params: Iterable[Tensor], inner: Inner, rank: int = 4, every: int = 1, seed: int = 0
    ):
        super().__init__(params, inner, rank, seed, every=every)

    def _begin(self, weight: Tensor, rank: int) -> tuple[Tensor, ...]:
        return (weight.new_zeros(weight.shape[0], rank),)

    def _pull(self, weight: Tensor, gradient: Tensor) -> tuple[Tensor, ...]:
        state = self.state[weight]
        coordinate = state["coordinates"][0]
        rank = coordinate.shape[1]
        if state.get("steps", 0) % self.param_groups[0]["every"] == 0:
            state["basis"] = self._normal(rank, weight.shape[1], like=weight) / math.sqrt(rank)
            self.inner.state.pop(coordinate, None)
        state["steps"] = state.get("steps", 0) + 1
        return (gradient @ state["basis"].T,)  # [out, r]

    def _change(self, weight: Tensor, before: tuple[Tensor, ...]) -> Tensor:
        state = self.state[weight]
        step = state["coordinates"][0] - before[0]
        state["coordinates"][0].zero_()
        change: Tensor = step @ state["basis"]
        return change


def check_rank(rank: int, rows: int, columns: int) -> None:
    """Raises InputProblem for a rank that a matrix cannot have."""
    most = min(rows, columns)
    if not 1 <= rank <= most:
        raise InputProblem("lora.rank", rank=rank, most=most)


def _tensors(state: dict[str, Any]) -> list[Tensor]:
    """Tensors of an optimiser's state, in tuples too."""
    found: list[Tensor] = []
    for value in state.values():
        parts = value if isinstance(value, tuple) else (value,)
        found += [part for part in parts if isinstance(part, Tensor)]
    return found
