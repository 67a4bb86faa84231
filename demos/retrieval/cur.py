"""CUR approximation of a score matrix from a few of its rows and columns (kexue.fm/archives/9336).

    H = S[V, :]       [k_q, n]    scores of the anchor queries, bought once
    A = H[:, U]       [k_q, k_i]  the intersection with the anchor items
    E = A^+ H         [k_i, n]    one vector an item
    s = c E           [n]         from a new query's exact scores c of the anchor items

All of it hangs on A^+. With k_q near k_i the intersection is nearly square, its smallest singular
values are noise, and their inverses are what is seen in s: the result collapses. `fit` knows three
solvers:

- "pinv", with the rcond 1e-15 of the published code: inverts everything. Shown, not recommended.
- "truncated": drops singular values below rcond times the largest.
- "ridge": (A'A + lambda I)^-1 A', which shrinks them smoothly.

Where rcond or ridge is not given, it is chosen by cross-validation on the anchor queries: groups of
them are left out in turn, their rows are predicted from their own anchor columns, and the strength
with the least squared error wins. A strength at which the result collapses has a huge error there
too, so it is never chosen. A matrix of low rank is recovered exactly if the anchor queries that are
not left out still have its rank: from exactly as many queries nobody can tell rank from noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Solver = Literal["truncated", "ridge", "pinv"]
SOLVERS: tuple[Solver, ...] = ("truncated", "ridge", "pinv")

PUBLISHED_RCOND = 1e-15  # numpy's default, which the published code uses
# Candidates, relative to the largest singular value (ridge: to its square).
_RCONDS = (1e-7, 1e-3, 3e-3, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3)
_RIDGES = (1e-12, 1e-7, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
_FOLDS = 5
_SAMPLED_ITEMS = 4_096  # enough to compare strengths by


@dataclass(frozen=True)
class CurIndex:
    """What is kept for the items.

    Attributes:
        anchor_items: [k_i], their numbers.
        item_vectors: E [k_i, n]; column k is item k.
        singular_values: of the intersection [min(k_q, k_i)], descending.
        solver: how the intersection was inverted.
        strength: the rcond or ridge used, relative as in `fit`.
        chosen: whether cross-validation chose it.
    """

    anchor_items: Tensor
    item_vectors: Tensor
    singular_values: Tensor
    solver: Solver
    strength: float
    chosen: bool

    @property
    def condition_number(self) -> float:
        """Largest over smallest singular value of the intersection; inf if it is singular."""
        smallest = self.singular_values[-1].item()
        return self.singular_values[0].item() / smallest if smallest else float("inf")

    @property
    def rank(self) -> int:
        """Singular values that the solver keeps; for "ridge", the effective number of them."""
        s = self.singular_values / self.singular_values[0].clamp_min(
            torch.finfo(torch.float64).tiny
        )
        if self.solver == "ridge":
            shrunk = s.square() / (s.square() + self.strength).clamp_min(1e-300)
            return round(shrunk.sum().item())
        return int((s > self.strength).sum())

    def approximate(self, c: Tensor) -> Tensor:
        """Approximate scores [..., n] from exact scores `c` [..., k_i] of the anchor items."""
        return c.to(self.item_vectors.dtype) @ self.item_vectors


def fit(
    anchor_scores: Tensor,
    anchor_items: Tensor,
    solver: Solver = "truncated",
    rcond: float | None = None,
    ridge: float | None = None,
) -> CurIndex:
    """Item vectors from the anchor queries' scores.

    Args:
        anchor_scores: H [k_q, n].
        anchor_items: numbers of the anchor items [k_i], distinct.
        solver: see the module.
        rcond: for "truncated" and "pinv", relative to the largest singular value.
        ridge: for "ridge", lambda relative to the square of the largest singular value.

    Raises:
        ValueError: shapes that do not fit, scores that are no numbers, repeated or absent items, a
            negative strength.
    """
    scores = anchor_scores.to(torch.float64)
    _check(scores, anchor_items, solver)
    intersection = scores[:, anchor_items]  # [k_q, k_i]
    strength = {"pinv": rcond if rcond is not None else PUBLISHED_RCOND}.get(
        solver, ridge if solver == "ridge" else rcond
    )
    chosen = strength is None
    if strength is not None and not strength >= 0:
        raise ValueError(f"rcond or ridge is {strength}; it has to be nought or more")
    if strength is None:
        strength = choose_strength(scores, anchor_items, solver)
    left, values, right = torch.linalg.svd(intersection, full_matrices=False)
    weights = _inverted(values, solver, strength)  # [r]
    vectors = right.mT @ (weights[:, None] * (left.mT @ scores))  # [k_i, n]
    return CurIndex(anchor_items, vectors, values, solver, strength, chosen)


def choose_strength(scores: Tensor, anchor_items: Tensor, solver: Solver) -> float:
    """The rcond or ridge of least cross-validated squared error on left-out anchor queries.

    With fewer than four anchor queries there is nothing to leave out: a middle one is taken.
    """
    candidates = _RIDGES if solver == "ridge" else _RCONDS
    count, n = scores.shape
    if count < 4:
        return candidates[len(candidates) // 2]
    step = max(1, n // _SAMPLED_ITEMS)
    sampled = scores[:, ::step]  # [k_q, m]
    errors = torch.zeros(len(candidates), dtype=torch.float64)
    for fold in range(min(_FOLDS, count)):
        out = torch.arange(count, device=scores.device) % _FOLDS == fold
        left, values, right = torch.linalg.svd(scores[~out][:, anchor_items], full_matrices=False)
        known = scores[out][:, anchor_items] @ right.mT  # [f, r]
        rows = left.mT @ sampled[~out]  # [r, m]
        for place, strength in enumerate(candidates):
            predicted = (known * _inverted(values, solver, strength)) @ rows  # [f, m]
            errors[place] += (predicted - sampled[out]).square().sum().item()
    # Of strengths that do equally well the weakest: without noise all small ones are exact.
    tolerance = errors.min() * (1 + 1e-6) + 1e-18 * sampled.square().sum().item()
    return candidates[int((errors <= tolerance).nonzero()[0])]


def _inverted(values: Tensor, solver: Solver, strength: float) -> Tensor:
    largest = values[0] if len(values) else values.new_zeros(())
    if solver == "ridge":
        # A zero matrix has no scale: any positive number leaves its inverse zero.
        return values / (values.square() + strength * largest.square()).clamp_min(1e-300)
    kept = values > strength * largest
    return torch.where(kept, 1 / values.clamp_min(1e-300), torch.zeros_like(values))


def _check(scores: Tensor, anchor_items: Tensor, solver: str) -> None:
    if solver not in SOLVERS:
        raise ValueError(f"solver is {solver!r}; it has to be one of {', '.join(SOLVERS)}")
    if scores.ndim != 2 or anchor_items.ndim != 1 or not len(anchor_items) or not len(scores):
        raise ValueError(
            f"anchor_scores has to be [k_q, n] and anchor_items [k_i], none of them empty: they are"
            f" {list(scores.shape)} and {list(anchor_items.shape)}"
        )
    if not torch.isfinite(scores).all():
        raise ValueError("anchor_scores holds values that are no numbers")
    if anchor_items.min() < 0 or anchor_items.max() >= scores.shape[1]:
        raise ValueError(f"anchor_items names items outside 0 to {scores.shape[1] - 1}")
    if len(anchor_items.unique()) != len(anchor_items):
        raise ValueError("anchor_items names an item twice")
