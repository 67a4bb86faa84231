"""Degrees of freedom of a form of dW: the rank of its Jacobian, and the formula.

LoRA's A B has r (n + m) numbers, and A M, M^-1 B are the same matrix for any M [r, r]: there are
r (n + m - r) degrees of freedom. The additive form dW[i, j] = A[i, j mod r] + B[i mod r, j] has as
many: in each of its r x r classes a number may go from rows to columns. It is linear, so its
Jacobian is the same everywhere; its matrices have a rank of 2 r at most, LoRA's of r.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Form = Literal["lora", "additive"]
LARGEST = 24  # of a side, for which a Jacobian [n m, r (n + m)] is decomposed at once


def degrees_of_freedom(n: int, m: int, rank: int) -> int:
    """r (n + m - r) of either form."""
    return rank * (n + m - rank)


def jacobian(form: Form, n: int, m: int, rank: int, seed: int = 0) -> Tensor:
    """d vec(dW) / d (A, B) at normal A [n, r] and B [r, m], [n m, r (n + m)], float64."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(rank * (n + m), generator=generator, dtype=torch.float64)
    columns: Tensor = torch.autograd.functional.jacobian(
        lambda numbers: change(form, numbers, n, m, rank).flatten(), drawn
    )
    return columns


def change(form: Form, numbers: Tensor, n: int, m: int, rank: int) -> Tensor:
    """dW [n, m] of the r (n + m) numbers of A and B.

    For the additive form r has to divide n and m.
    """
    a, b = numbers[: n * rank].reshape(n, rank), numbers[n * rank :].reshape(rank, m)
    if form == "lora":
        return a @ b
    return a.repeat(1, m // rank) + b.repeat(n // rank, 1)


def measured_degrees(form: Form, n: int, m: int, rank: int, seed: int = 0) -> int:
    """The rank of the Jacobian."""
    return int(torch.linalg.matrix_rank(jacobian(form, n, m, rank, seed)))
