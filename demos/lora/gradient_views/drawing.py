"""Computes what the gradient views show, through the registry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from demos.frame.steps import Run, directly
from demos.lora import degrees, directions
from demos.lora.gradient_views.setting import Setting

_CURVE = 30  # counts at which the running mean is compared

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Direction:
    """A direction beside G.

    Attributes:
        key: "gradient", "lora", "sample" or "mean".
        matrix: [n, m].
        cosine: to G; its square is the share of G's energy along it.
        rank: of the matrix.
        length: Frobenius norm relative to G's.
    """

    key: str
    matrix: Floats
    cosine: float
    rank: int
    length: float


@dataclass(frozen=True)
class Views:
    """Everything that is shown.

    Attributes:
        directions: G, LoRA's, one random sample, the mean of all.
        visible: the share of G's energy that any small step of A and B can see.
        second: size of the second order of an SGD step relative to the first, at eta = 1.
        counts, errors, theory: see `directions.Means`.
        degrees: degrees of freedom by formula, and by the Jacobian's rank of LoRA and of the
            additive form; None where the matrix is too large or the form does not exist.
    """

    setting: Setting
    directions: tuple[Direction, ...]
    visible: float
    second: float
    counts: Floats
    errors: Floats
    theory: Floats
    degrees: tuple[int, int | None, int | None]


def looking(setting: Setting, run: Run = directly) -> Views:
    """Compute the views; a fraction of a second."""
    matrices, visible, second, means = run(_look, setting)
    named = zip(("gradient", "lora", "sample", "mean"), matrices, strict=True)
    return Views(
        setting,
        tuple(_direction(key, matrix, matrices[0]) for key, matrix in named),
        visible,
        second,
        means.counts.numpy(),
        means.errors.numpy(),
        means.theory.numpy(),
        run(_degrees, setting),
    )


def counts_of(samples: int) -> list[int]:
    """Counts from 1 to all, in equal ratios."""
    return sorted({round(each) for each in np.geomspace(1, samples, _CURVE)})


def _look(setting: Setting) -> tuple[list[Tensor], float, float, directions.Means]:
    s = setting
    g = directions.gradient(s.kind, s.n, s.m, s.gradient_rank, s.seed)  # [n, m]
    a, b = directions.factors(s.n, s.m, s.rank, s.point == "start", s.seed + 1)
    lora = directions.lora_direction(g, a, b)
    second = float(directions.second_order(g, a, b).norm() / lora.norm())
    means = directions.running_means(g, s.rank, counts_of(s.samples), s.seed + 2)
    visible = directions.visible_share(g, a, b)
    return [g, lora, means.first, means.last], visible, second, means


def _direction(key: str, matrix: Tensor, g: Tensor) -> Direction:
    return Direction(
        key,
        matrix.numpy(),
        directions.cosine(matrix, g),
        directions.rank_of(matrix),
        float(matrix.norm() / g.norm()),
    )


def _degrees(setting: Setting) -> tuple[int, int | None, int | None]:
    n, m, rank = setting.n, setting.m, setting.rank
    formula = degrees.degrees_of_freedom(n, m, rank)
    if max(n, m) > degrees.LARGEST:
        return formula, None, None
    divides = n % rank == 0 and m % rank == 0
    return (
        formula,
        degrees.measured_degrees("lora", n, m, rank),
        degrees.measured_degrees("additive", n, m, rank) if divides else None,
    )
