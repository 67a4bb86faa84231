"""The rank of attention: exact, numerical, effective (kexue.fm/archives/9529, corrected).

The post argues that bidirectional attention is of low rank and causal attention of full rank, its
determinant being the product of a positive diagonal. That is true in exact arithmetic, and there
bidirectional softmax is of full rank too, unless logits coincide. What differs is how much of the
rank carries weight, and that depends on the logits: `laboratory` and `crossover` show where causal
attention is ahead and where it falls behind.

With singular values s_1 >= ... >= s_n:

    numerical rank   how many s_k > tolerance * s_1
    effective rank   exp(H(s / sum s))                     Roy & Vetterli 2007
    stable rank      ||A||_F^2 / ||A||_2^2 = sum s^2 / s_1^2
    log|det|         sum log s;   condition number  s_1 / s_n

An SVD knows s_k up to about n * 2e-16 * s_1. What is below is rounding: a numerical rank with a
smaller tolerance counts it, the condition number is then a lower bound, and log|det| is noise
unless the matrix is triangular, where the diagonal gives it exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from demos.attention.masks import MaskName, apply, linear_attention, mask
from demos.attention.sparsity import effective_count

DEFAULT_TOLERANCES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)

_CHUNK_ENTRIES = 1 << 22  # 32 MB of float64 at once

Kind = Literal["softmax", "linear"]
Relation = Literal["equal", "generic", "at most"]
Reason = Literal["triangular", "exponential", "blocks", "factors"]


def singular_values(a: Tensor) -> Tensor:
    """Singular values [..., n] of matrices [..., n, n], descending, float64.

    No detour by A A^T, which is half as dear: it loses everything below 1e-8 * s_1.

    Raises:
        ValueError: matrices that are not square, or hold values that are no numbers.
    """
    if a.ndim < 2 or a.shape[-1] != a.shape[-2] or a.shape[-1] == 0:
        raise ValueError(f"a has to be [..., n, n] with n > 0: it is {list(a.shape)}")
    n = a.shape[-1]
    flat = a.reshape(-1, n, n)
    at_once = max(1, _CHUNK_ENTRIES // n**2)
    values = a.new_empty(len(flat), n, dtype=torch.float64)  # [m, n]
    for start in range(0, len(flat), at_once):
        chunk = flat[start : start + at_once].to(torch.float64)  # [c, n, n]
        if not torch.isfinite(torch.stack(chunk.aminmax())).all():
            raise ValueError("a holds values that are no numbers")
        values[start : start + at_once] = torch.linalg.svdvals(chunk)
    return values.reshape(a.shape[:-1])


def numerical_rank(values: Tensor, tolerances: Sequence[float]) -> Tensor:
    """Singular values above each tolerance times the largest [..., t], of values [..., n]."""
    cuts = values.new_tensor(tolerances) * values[..., :1]  # [..., t]
    return (values[..., None, :] > cuts[..., None]).sum(dim=-1)


def effective_rank(values: Tensor) -> Tensor:
    """exp of the entropy of the normalised singular values [...]; 0 of a zero matrix."""
    return torch.where(values[..., 0] > 0, effective_count(values), 0.0)


def stable_rank(values: Tensor) -> Tensor:
    """||A||_F^2 / ||A||_2^2 [...] from singular values [..., n]; 0 of a zero matrix."""
    largest = values[..., :1]  # [..., 1]
    ratios = torch.where(largest > 0, values / largest, 0.0)  # [..., n]
    return ratios.square().sum(dim=-1)


def log_abs_det(values: Tensor) -> Tensor:
    """log|det A| [...] from singular values [..., n]; -inf of a singular matrix."""
    return values.log().sum(dim=-1)


def condition_number(values: Tensor) -> Tensor:
    """Largest over smallest singular value [...]; inf of a singular matrix."""
    smallest = values[..., -1]  # [...]
    return torch.where(smallest > 0, values[..., 0] / smallest, torch.inf)


@dataclass(frozen=True)
class RankFigures:
    """What one SVD says of matrices [..., n, n].

    Attributes:
        singular_values: [..., n], descending.
        tolerances: of the numerical rank, relative to the largest singular value [t].
        numerical: rank at each tolerance [..., t], int64.
        effective: exp of the singular values' entropy [...].
        stable: ||A||_F^2 / ||A||_2^2 [...].
        log_abs_det: [...]; from the diagonal where the matrix is triangular.
        condition: [...]; a lower bound where not resolved.
        resolved: whether the smallest singular value is more than rounding [...], bool.
    """

    singular_values: Tensor
    tolerances: tuple[float, ...]
    numerical: Tensor
    effective: Tensor
    stable: Tensor
    log_abs_det: Tensor
    condition: Tensor
    resolved: Tensor


def measure_rank(a: Tensor, tolerances: Sequence[float] = DEFAULT_TOLERANCES) -> RankFigures:
    """Every figure of matrices a [..., n, n] from one SVD; raises like `singular_values`."""
    values = singular_values(a)  # [..., n]
    rounding = a.shape[-1] * torch.finfo(torch.float64).eps
    diagonal = a.diagonal(dim1=-2, dim2=-1).to(torch.float64).abs()  # [..., n]
    return RankFigures(
        singular_values=values,
        tolerances=tuple(tolerances),
        numerical=numerical_rank(values, tolerances),
        effective=effective_rank(values),
        stable=stable_rank(values),
        log_abs_det=torch.where(_triangular(a), log_abs_det(diagonal), log_abs_det(values)),
        condition=condition_number(values),
        resolved=values[..., -1] > rounding * values[..., 0],
    )


def _triangular(a: Tensor) -> Tensor:
    lower = a.triu(1).abs().amax(dim=(-2, -1)) == 0  # [...]
    return lower | (a.tril(-1).abs().amax(dim=(-2, -1)) == 0)


@dataclass(frozen=True)
class ExactRank:
    """The rank in exact arithmetic, as far as it is known.

    Attributes:
        rank: the number.
        relation: "equal", "generic" (equal, unless queries or keys coincide by chance), "at most".
        reason: "triangular": a positive diagonal. "exponential": exp of products of distinct
            queries and keys is generically regular, whatever d. "factors": a product through d
            features. "blocks": a triangular block has full rank, the block of the prefix its own.
    """

    rank: int
    relation: Relation
    reason: Reason


def exact_rank(kind: Kind, name: MaskName, n: int, d: int, prefix: int = 0) -> ExactRank:
    """The rank of one head's weights [n, n] with head size d and finite logits.

    Raises:
        ValueError: an unknown kind, n or d below 1, a prefix longer than the text.
    """
    if kind not in ("softmax", "linear") or n < 1 or d < 1 or not 0 <= prefix <= n:
        raise ValueError(f"no rank for {kind!r} attention, n {n}, d {d}, prefix {prefix}")
    together = {"bidirectional": n, "prefix": prefix}.get(name, 0)
    if together < 2:
        return ExactRank(n, "equal", "triangular")
    if kind == "softmax":
        return ExactRank(n, "generic", "exponential" if together == n else "blocks")
    rank = n - together + min(together, d)
    return ExactRank(rank, "at most", "factors" if together == n else "blocks")


# --- the random laboratory ---


def random_queries_keys(
    n: int, d: int, scale: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Gaussian queries and keys [n, d], float64, whose products have the standard deviation scale.

    Raises:
        ValueError: n or d below 1, or a scale that is negative or no number.
    """
    if n < 1 or d < 1 or not 0 <= scale < math.inf:
        raise ValueError(f"n {n}, d {d}, scale {scale}: n and d from 1, scale from 0")
    factor = math.sqrt(scale) * d**-0.25
    queries, keys = (
        factor * torch.randn(n, d, generator=generator, dtype=torch.float64) for _ in range(2)
    )
    return queries, keys


def random_logits(n: int, d: int, scale: float, generator: torch.Generator) -> Tensor:
    """Logits [n, n] of rank min(n, d) and standard deviation scale, float64."""
    queries, keys = random_queries_keys(n, d, scale, generator)
    return queries @ keys.mT


def laboratory(
    n: int,
    d: int,
    logit_scale: float,
    seeds: Sequence[int] = (0, 1, 2),
    masks: Sequence[MaskName] = ("bidirectional", "causal"),
    kind: Kind = "softmax",
    prefix: int = 0,
    tolerances: Sequence[float] = DEFAULT_TOLERANCES,
) -> dict[MaskName, RankFigures]:
    """Rank figures of random attention by mask, each with a leading dimension of seeds.

    All masks of one seed share its queries and keys. One head in layer 0 is drawn, so half_heads
    and alternating show a causal one: a backward one has the same figures in distribution.
    """
    drawn = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        drawn.append(random_queries_keys(n, d, logit_scale, generator))
    queries, keys = (torch.stack(side) for side in zip(*drawn, strict=True))  # [s, n, d] each
    figures = {}
    for name in masks:
        allowed = mask(name, n, prefix=prefix)  # [n, n]
        if kind == "linear":
            weights = linear_attention(queries, keys, allowed)  # [s, n, n]
        else:
            weights = apply(queries @ keys.mT, allowed)  # [s, n, n]
        figures[name] = measure_rank(weights, tolerances)
    return figures


@dataclass(frozen=True)
class Crossover:
    """Effective rank against the sharpness of the logits.

    Attributes:
        scales: standard deviations of the logits [k], ascending.
        bidirectional, causal: effective rank, mean over seeds [k].
        scale: where bidirectional overtakes causal, between two scales by the logarithm; None if it
            does not within them.
    """

    scales: tuple[float, ...]
    bidirectional: Tensor
    causal: Tensor
    scale: float | None


def crossover(n: int, d: int, scales: Sequence[float], seeds: Sequence[int] = (0, 1)) -> Crossover:
    """The logit scale at which bidirectional attention overtakes causal in effective rank.

    Raises:
        ValueError: as `random_queries_keys`, or a scale of 0, which has no logarithm.
    """
    ordered = tuple(sorted(scales))
    if not ordered or ordered[0] <= 0:
        raise ValueError("scales have to be above 0, and at least one")
    means = []
    for scale in ordered:
        figures = laboratory(n, d, scale, seeds, tolerances=())
        means.append([figures[name].effective.mean() for name in ("bidirectional", "causal")])
    bidirectional, causal = (torch.stack(side) for side in zip(*means, strict=True))  # [k] each
    return Crossover(ordered, bidirectional, causal, crossing(ordered, bidirectional, causal))


def crossing(scales: Sequence[float], bidirectional: Tensor, causal: Tensor) -> float | None:
    """Where the first of two curves [k] over ascending scales overtakes the second, or None."""
    lead = (bidirectional - causal).tolist()
    for place in range(1, len(lead)):
        before, after = lead[place - 1], lead[place]
        if before <= 0 < after:
            low, high = math.log(scales[place - 1]), math.log(scales[place])
            return math.exp(low + (high - low) * before / (before - after))
    return None
