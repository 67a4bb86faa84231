"""What low-rank methods make of a gradient: directions, means, sizes (kexue.fm/archives/9590).

Row convention of the post: G = dL/dW [n, m], W = W0 + A B with A [n, r], B [r, m].

    LoRA      G B^T B + A A^T G, the first order of an SGD step of A and B
    exactly   dW = -eta (G B^T B + A A^T G) + eta^2 G B^T A^T G
    random    (G V^T V + U U^T G) / r with U [n, r], V [r, m] standard normal

E V^T V = E U U^T = r I, so the mean of the random direction is 2 G, not G as the post has it. Its
relative variance is (n + m + 2) / (4 r): E |G (v^T v - I)|^2 = (m + 1) |G|^2 for v normal, likewise
n + 1 from the left, the two are uncorrelated, and |2 G|^2 = 4 |G|^2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

GradientKind = Literal["random", "low_rank", "regression"]
KINDS: tuple[GradientKind, ...] = ("random", "low_rank", "regression")
_EXAMPLES = 64  # of the regression
_NOISE = 0.3  # of its outputs
_AT_ONCE = 1 << 22  # normal numbers that are drawn at once
_COUNTS = 1e-9  # of the largest singular value: smaller ones are not counted as rank


def gradient(kind: GradientKind, n: int, m: int, rank: int, seed: int) -> Tensor:
    """A gradient G [n, m], float64, of Frobenius norm 1.

    Args:
        kind: "random" has independent normal entries; "low_rank" is a product of normal factors of
            `rank`; "regression" is X^T (X W - Y) / b at W = 0 of 64 examples whose outputs follow a
            weight of `rank`, with noise.
        seed: of the draws.
    """
    normal = _normal(seed)
    if kind == "random":
        made = normal(n, m)
    elif kind == "low_rank":
        made = normal(n, rank) @ normal(rank, m)
    else:
        inputs = normal(_EXAMPLES, n)  # [b, n]
        outputs = inputs @ normal(n, rank) @ normal(rank, m) / math.sqrt(n * rank)  # [b, m]
        outputs = outputs + _NOISE * normal(_EXAMPLES, m)
        made = -inputs.T @ outputs / _EXAMPLES
    scaled: Tensor = made / made.norm()
    return scaled


def factors(n: int, m: int, rank: int, at_start: bool, seed: int) -> tuple[Tensor, Tensor]:
    """A [n, r] as peft draws it, and B [r, m]: zero at the start, else of the same kind as A."""
    generator = torch.Generator().manual_seed(seed)
    drawn = 2 * torch.rand(n + m, rank, generator=generator, dtype=torch.float64) - 1
    a = drawn[:n] / math.sqrt(n)
    b = (drawn[n:] / math.sqrt(m)).T
    return a, torch.zeros_like(b) if at_start else b


def lora_direction(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """G B^T B + A A^T G, [n, m]."""
    direction: Tensor = g @ b.T @ b + a @ (a.T @ g)
    return direction


def second_order(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """G B^T A^T G, which an SGD step of the factors adds with eta squared, [n, m]."""
    added: Tensor = (g @ b.T) @ (a.T @ g)
    return added


def random_direction(g: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """(G V^T V + U U^T G) / r, [n, m], of U [n, r] and V [r, m]."""
    direction: Tensor = (g @ v.T @ v + u @ (u.T @ g)) / u.shape[1]
    return direction


@dataclass(frozen=True)
class Means:
    """Means of more and more random directions.

    Attributes:
        counts: how many samples [c], rising.
        errors: |mean - 2 G| / |2 G| of each count [c].
        theory: their root mean square, sqrt((n + m + 2) / (4 r K)) [c].
        first, last: one sample and the mean of all [n, m].
    """

    counts: Tensor
    errors: Tensor
    theory: Tensor
    first: Tensor
    last: Tensor


def running_means(g: Tensor, rank: int, counts: Sequence[int], seed: int) -> Means:
    """Means of the first K samples of the random direction, K in `counts`.

    The mean needs the sums of V^T V and U U^T alone: samples are not kept.
    """
    n, m = g.shape
    normal = _normal(seed)
    left, right = g.new_zeros(n, n), g.new_zeros(m, m)  # sums of U U^T and V^T V
    done, errors, first = 0, [], g
    for count in counts:
        while done < count:
            more = min(count - done, max(1, _AT_ONCE // (rank * (n + m))))
            drawn = normal(more * rank, n + m).to(g)
            u, v = drawn[:, :n], drawn[:, n:]
            left += u.T @ u
            right += v.T @ v
            if done == 0:
                first = random_direction(g, u[:rank].T, v[:rank])
            done += more
        mean = (g @ right + left @ g) / (rank * done)
        errors.append((mean - 2 * g).norm() / (2 * g).norm())
    known = torch.tensor(list(counts), dtype=torch.float64)
    theory = ((n + m + 2) / (4 * rank * known)).sqrt()
    return Means(known, torch.stack(errors), theory, first, mean)


def cosine(direction: Tensor, g: Tensor) -> float:
    """Between a direction and G; its square is the share of G's energy along it."""
    return float((direction * g).sum() / (direction.norm() * g.norm()))


def visible_share(g: Tensor, a: Tensor, b: Tensor) -> float:
    """The share of G's energy that any small step of A and B can see: that in the tangent space.

    The complement is (I - P_A) G (I - P_B), with projections on the columns of A and rows of B.
    """
    unseen = g - _project(a, g)
    unseen = unseen - _project(b.T, unseen.T).T
    return float(1 - unseen.square().sum() / g.square().sum())


def rank_of(matrix: Tensor) -> int:
    """How many singular values are more than rounding."""
    values = torch.linalg.svdvals(matrix)
    return int((values > _COUNTS * values[0]).sum()) if values[0] > 0 else 0


def _project(columns: Tensor, matrix: Tensor) -> Tensor:
    """On the span of columns [n, r], which may all be nought."""
    if not columns.any():
        return torch.zeros_like(matrix)
    basis, _ = torch.linalg.qr(columns)
    projected: Tensor = basis @ (basis.T @ matrix)
    return projected


def _normal(seed: int) -> Callable[..., Tensor]:
    """Draws standard normal numbers of a shape, float64."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    return draw
