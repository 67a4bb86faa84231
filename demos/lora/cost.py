"""What a step of training one layer costs: operations, intermediates, optimiser state.

Row convention of the post (kexue.fm/archives/9590): Y = X W with X [b, n], W [n, m]; A [n, r],
B [r, m].

    full     Y = X W                     G = X^T dY is made
    cheap    Y = X W0 + (X A) B          nothing larger than [b, r] beside the layer's own
    dear     Y = X (W0 + A B)            W0 + A B and G, both [n, m], are made

The backward pass includes dX, which the layer before needs. A multiplication with its addition
counts as two operations, as torch's own counter has it; elementwise work is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from demos.frame.errors import InputProblem

Way = Literal["full", "cheap", "dear"]
WAYS: tuple[Way, ...] = ("full", "cheap", "dear")
LARGEST = 10**7  # of a side or a batch: beyond it it is a slip of the keyboard

MOMENTS = {"sgd": 0, "momentum": 1, "adam": 2}  # numbers kept for each trained one


@dataclass(frozen=True)
class Cost:
    """Of one step.

    Attributes:
        forward, backward: operations.
        intermediates: numbers that are made and kept beside X, Y, their gradients and W0.
        trained: numbers that are trained.
        state: numbers that the optimiser keeps.
    """

    forward: int
    backward: int
    intermediates: int
    trained: int
    state: int

    @property
    def operations(self) -> int:
        """Forward and backward."""
        return self.forward + self.backward


def cost(way: Way, n: int, m: int, r: int, batch: int, optimizer: str = "adam") -> Cost:
    """The cost of one step of one layer.

    Args:
        way: see the module.
        n, m: the weight's sides.
        r: the rank; no part of "full".
        batch: rows of X.
        optimizer: "sgd", "momentum" or "adam".

    Raises:
        InputProblem: a size that is no whole number from 1 on, a rank that the weight cannot have,
            an unknown way or optimiser.
    """
    _check(way, n, m, r, batch, optimizer)
    whole = 2 * batch * n * m  # X W, or one of its two backward products
    if way == "full":
        trained = n * m
        return Cost(whole, 2 * whole, n * m, trained, MOMENTS[optimizer] * trained)
    trained = r * (n + m)
    state = MOMENTS[optimizer] * trained
    if way == "cheap":
        side = 2 * batch * r * (n + m)  # X A and (X A) B; likewise backwards, twice
        # Kept: X A [b, r] for B's gradient, dY B^T [b, r] for A's and for dX.
        return Cost(whole + side, whole + 2 * side, 2 * batch * r, trained, state)
    product = 2 * n * m * r  # A B, and G B^T and A^T G
    return Cost(whole + product, 2 * whole + 2 * product, 2 * n * m, trained, state)


def _check(way: str, n: int, m: int, r: int, batch: int, optimizer: str) -> None:
    if way not in WAYS:
        raise InputProblem("lora.way", way=str(way)[:40], ways=", ".join(WAYS))
    if optimizer not in MOMENTS:
        raise InputProblem("lora.optimizer", name=str(optimizer)[:40], names=", ".join(MOMENTS))
    for name, value in (("n", n), ("m", m), ("r", r), ("batch", batch)):
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 1 <= value <= LARGEST:
            raise InputProblem("field.whole", name=name, least=1, most=f"{LARGEST:,}")
    if way != "full" and r > min(n, m):
        raise InputProblem("lora.rank", rank=r, most=min(n, m))
