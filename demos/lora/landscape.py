"""A landscape one can see: the change dW that is wanted, and how close each form can come to it.

Row convention of the post (kexue.fm/archives/9590): Y = X W, W = W0 + dW with dW [n, m]. For inputs
with covariance S = diag(s), s [n], and outputs of a weight W0 + T, the expected squared error is

    L(dW) = 1/2 sum_ij s_i (dW_ij - T_ij)^2,    G = dL/dW = S (dW - T).

Shares of energy are L(dW) / L(0): 1 at the start, 0 where T is reached. Floors are exact:

    LoRA       the singular values of S^(1/2) T beyond the r-th (Eckart and Young 1936)
    symmetric  the same of T + A0 B0, from which its start A0 B0 has been taken away
    additive   what is left by means of rows and columns (a two-way layout) in each of r x r classes
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from demos.frame.errors import InputProblem

TargetKind = Literal["low_rank", "decaying", "flat", "offsets"]
TARGETS: tuple[TargetKind, ...] = ("low_rank", "decaying", "flat", "offsets")


def target(kind: TargetKind, n: int, m: int, rank: int, seed: int) -> Tensor:
    """A change T [n, m] of spectral norm 1, float64.

    Args:
        kind: "low_rank" has `rank` equal singular values; "decaying" has 1, 1/2, 1/3, ...; "flat"
            has all equal; "offsets" is T[i, j] = a[i, j mod rank] + b[i mod rank, j], with rank 1
            an offset of each row and one of each column.
        seed: of its directions.

    Raises:
        InputProblem: a rank that the matrix cannot have or, for offsets, that does not divide
            both sides.
    """
    least = min(n, m)
    if not 1 <= rank <= least:
        raise InputProblem("lora.rank", rank=rank, most=least)
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    if kind == "offsets":
        if n % rank or m % rank:
            raise InputProblem("lora.divides", rank=rank, rows=n, columns=m)
        offsets = normal(n, rank).repeat(1, m // rank) + normal(rank, m).repeat(n // rank, 1)
        norm: Tensor = torch.linalg.matrix_norm(offsets, ord=2)
        return offsets / norm  # [n, m]
    left, _ = torch.linalg.qr(normal(n, least))  # [n, least]
    right, _ = torch.linalg.qr(normal(m, least))  # [m, least]
    places = torch.arange(1, least + 1, dtype=torch.float64)
    values = {
        "low_rank": (places <= rank).double(),
        "decaying": 1 / places,
        "flat": torch.ones_like(places),
    }[kind]
    made: Tensor = left * values @ right.T
    return made  # [n, m]


def input_scales(n: int, condition: float) -> Tensor:
    """s [n]: variances of the inputs from 1 down to 1 / condition, in equal ratios."""
    return torch.logspace(0, -1, n, base=condition, dtype=torch.float64)


def energy(change: Tensor, wanted: Tensor, scales: Tensor) -> Tensor:
    """L(dW) / L(0) of a change [n, m]."""
    weights = scales[:, None]
    left: Tensor = (weights * (change - wanted) ** 2).sum() / (weights * wanted**2).sum()
    return left


def low_rank_floor(wanted: Tensor, scales: Tensor, rank: int, start: Tensor | None = None) -> float:
    """The least share of energy that a dW of a rank leaves.

    Args:
        wanted: T [n, m].
        scales: s [n].
        rank: of A B.
        start: A0 B0 [n, m] of the symmetric start, where dW = A B - A0 B0.
    """
    reached = wanted if start is None else wanted + start
    root = scales.sqrt()[:, None]
    values = torch.linalg.svdvals(root * reached)  # [min(n, m)]
    return float((values[rank:] ** 2).sum() / (root * wanted).square().sum())


def additive_projection(wanted: Tensor, scales: Tensor, rank: int) -> Tensor:
    """The best dW[i, j] = A[i, j mod r] + B[i mod r, j], [n, m].

    A[i, q] and B[p, j] meet in the entries with i mod r = p and j mod r = q alone: r x r layouts of
    rows and columns, each fitted by its row means and its weighted column means.

    Raises:
        InputProblem: r does not divide both sides.
    """
    n, m = wanted.shape
    if n % rank or m % rank:
        raise InputProblem("lora.divides", rank=rank, rows=n, columns=m)
    classes = wanted.reshape(n // rank, rank, m // rank, rank)  # [i // r, p, j // r, q]
    weights = scales.reshape(n // rank, rank, 1, 1)
    weights = weights / weights.sum(dim=0, keepdim=True)
    rows = classes.mean(dim=2, keepdim=True)
    columns = (weights * classes).sum(dim=0, keepdim=True)
    middle = (weights * rows).sum(dim=0, keepdim=True)
    fitted: Tensor = (rows + columns - middle).reshape(n, m)
    return fitted


def additive_floor(wanted: Tensor, scales: Tensor, rank: int) -> float:
    """The least share of energy that an additive dW leaves."""
    return float(energy(additive_projection(wanted, scales, rank), wanted, scales))
