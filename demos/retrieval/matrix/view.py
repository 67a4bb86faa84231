"""What the panel shows, as numbers: a matrix in two parts, its approximation, the walk over k_q.

    pool      [p, n]  rows that can be anchor queries; the first k_q of them are
    queries   [q, n]  rows that are predicted from their anchor columns, and measured

Functions here take and give tensors, and run where the registry runs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.retrieval import anchors as choose
from demos.retrieval import cur
from demos.retrieval.search import Index

STRATEGIES = ("random", "kmeans", "qr", "leverage", "greedy")
TOP, RETRIEVED = 10, 100  # recall of the exact top 10 in the approximation's top 100
SHOWN_QUERIES, SHOWN_ANCHOR_QUERIES, SHOWN_ITEMS = 20, 40, 150
MADE_UP_ROWS, MADE_UP_ITEMS, MADE_UP_RANK, MADE_UP_NOISE = 600, 5_000, 60, 0.1

_LEAST_ROWS = 8  # fewer rows are no matrix to look at
_MEASURED = 160  # rows: the walk shall answer within seconds
_CANDIDATES = 2_000  # items that a strategy chooses among
_CANDIDATE_ROWS = 200
_COMPARED_ITEMS = 600  # by which strengths are compared
_STEPS = (0.1, 0.25, 0.5, 0.7, 0.85, 0.93, 1.0, 1.07, 1.15, 1.35, 1.6, 2.0, 2.6, 3.2)  # k_q / k_i


@dataclass(frozen=True)
class Matrix:
    """Scores to look at.

    Attributes:
        pool: rows that can be anchor queries [p, n].
        queries: rows to predict [q, n].
        item_vectors: bi-encoder vectors [n, d]; for made-up scores their columns in the pool.
    """

    pool: Tensor
    queries: Tensor
    item_vectors: Tensor

    @property
    def items(self) -> int:
        return self.pool.shape[1]


@dataclass(frozen=True)
class Settings:
    """How the intersection is inverted; `rcond` and `ridge` None: by cross-validation."""

    k_q: int
    solver: cur.Solver = "truncated"
    rcond: float | None = None
    ridge: float | None = None


@dataclass(frozen=True)
class Measured:
    """One solver at one k_q.

    Attributes:
        chosen: whether cross-validation chose the strength.
        values: singular values of the intersection [r], descending.
        recall: mean share of a query's exact top 10 in the top 100 of the approximation.
        error: |approximation - exact| over |exact - its mean|; 1 is as good as that mean.
    """

    solver: cur.Solver
    strength: float
    chosen: bool
    rank: int
    condition_number: float
    values: Tensor
    recall: float
    error: float


@dataclass(frozen=True)
class Walk:
    """All solvers over k_q, with the anchor items fixed: recall and error [solvers, m]."""

    k_i: int
    k_q: tuple[int, ...]
    recall: Tensor
    error: Tensor
    strength: Tensor


@dataclass(frozen=True)
class Look:
    """The cells that are drawn, [rows, columns].

    Rows are `queries` (numbers among the rows to predict), below them `anchor_queries` (among the
    pool's); columns are `anchor_items`, right of them `other_items`.
    """

    queries: Tensor
    anchor_queries: Tensor
    anchor_items: Tensor
    other_items: Tensor
    exact: Tensor
    approximation: Tensor
    measured: tuple[Measured, ...]  # at this k_q, in the order of `cur.SOLVERS`
    solver: cur.Solver

    @property
    def columns(self) -> Tensor:
        """Items left to right [columns]."""
        return torch.cat([self.anchor_items, self.other_items])

    @property
    def error(self) -> Tensor:
        return self.approximation - self.exact

    @property
    def now(self) -> Measured:
        """The chosen solver."""
        return self.measured[cur.SOLVERS.index(self.solver)]


@dataclass(frozen=True)
class Check:
    """One line of the published-like check: recall over a few draws of the anchor items."""

    k_q: int
    solver: cur.Solver
    published: float
    recalls: tuple[float, ...]


# --- matrices -----------------------------------------------------------------------------------


def corpus_matrix(index: Index, exact: Tensor | None) -> Matrix:
    """Anchor queries and half of the held-out ones [q, n] as the pool, the other half to predict.

    Without held-out queries the last quarter of the anchor queries is left out of the fit.

    Raises:
        InputProblem: too few rows.
    """
    known = index.anchor_scores  # [k_q, n]
    rows = len(known) + (0 if exact is None else len(exact))
    if rows < _LEAST_ROWS:
        raise InputProblem("retrieval.matrix.too_few", rows=rows, least=_LEAST_ROWS)
    if exact is None or len(exact) < 2:
        kept = _kept(len(known))
        return Matrix(known[:kept], known[kept:], index.item_vectors)
    pool = torch.cat([known, exact[0::2].to(known.dtype)])  # [p, n]
    return Matrix(pool, exact[1::2].to(known.dtype), index.item_vectors)


def split_texts(
    anchor_texts: Sequence[str], held_out: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts of the pool's rows and of the rows to predict, as `corpus_matrix` splits them."""
    if len(held_out) < 2:
        kept = _kept(len(anchor_texts))
        return tuple(anchor_texts[:kept]), tuple(anchor_texts[kept:])
    return (*anchor_texts, *held_out[0::2]), tuple(held_out[1::2])


def _kept(anchor_queries: int) -> int:
    """How many of them stay in the pool where the others have to be predicted."""
    return anchor_queries - max(2, anchor_queries // 4)


def made_up_matrix(seed: int = 0) -> Matrix:
    """600 x 5,000 scores of rank 60 with unit variance, and noise of .1; half of the rows are the
    pool, every fifth of the others is predicted."""
    generator = torch.Generator().manual_seed(seed)
    left = torch.randn(MADE_UP_ROWS, MADE_UP_RANK, generator=generator)  # [600, 60]
    right = torch.randn(MADE_UP_RANK, MADE_UP_ITEMS, generator=generator)  # [60, 5000]
    noise = torch.randn(MADE_UP_ROWS, MADE_UP_ITEMS, generator=generator)  # [600, 5000]
    scores = left @ right / MADE_UP_RANK**0.5 + MADE_UP_NOISE * noise
    half = MADE_UP_ROWS // 2
    return Matrix(scores[:half], scores[half::5], scores[:half].mT.contiguous())


# --- anchors ------------------------------------------------------------------------------------


def choose_anchors(matrix: Matrix, strategy: str, k_i: int, seed: int = 0) -> Tensor:
    """Numbers of distinct anchor items [k_i].

    From the whole pool, whatever k_q is: on the walk one thing changes at a time. Beyond a few
    thousand items an even sample of them is chosen from.
    """
    n = matrix.items
    if strategy == "random":
        return choose.random_anchors(n, k_i, seed)
    candidates = _spread(n, max(k_i, _CANDIDATES), matrix.pool.device)  # [m]
    if strategy == "kmeans":
        found = choose.kmeans_medoids(matrix.item_vectors[candidates], k_i, seed)
    else:
        scores = matrix.pool[:_CANDIDATE_ROWS, candidates]  # [rows, m]
        by = {
            "qr": choose.pivoted_qr,
            "leverage": choose.leverage_scores,
            "greedy": choose.greedy_l2,
        }[strategy]
        found = by(scores, k_i)
    return candidates.cpu()[found.cpu()]


def _spread(n: int, count: int, device: torch.device | None = None) -> Tensor:
    """At most `count` numbers below n, evenly spread."""
    count = min(n, count)
    return (torch.arange(count, device=device) * n) // max(count, 1)


# --- the approximation --------------------------------------------------------------------------


def measure(
    matrix: Matrix, items: Tensor, k_q: int, solver: cur.Solver, strength: float | None = None
) -> Measured:
    """Fit on the first `k_q` rows of the pool with anchor items [k_i], measure on the queries."""
    return _measured(matrix, items, k_q, solver, strength)[0]


def walk(matrix: Matrix, items: Tensor, rcond: float | None, ridge: float | None) -> Walk:
    """Every solver at numbers of anchor queries around the number of anchor items [k_i]."""
    k_i, most = len(items), len(matrix.pool)
    steps = {min(max(2, round(k_i * step)), most) for step in _STEPS} | {most}
    if k_i <= most:
        steps.add(k_i)
    k_q = tuple(sorted(steps))
    strengths = {"truncated": rcond, "ridge": ridge}
    results = [
        [measure(matrix, items, count, solver, strengths.get(solver)) for count in k_q]
        for solver in cur.SOLVERS
    ]
    recall, error, strength = (
        torch.tensor(
            [[getattr(each, name) for each in row] for row in results], dtype=torch.float64
        )
        for name in ("recall", "error", "strength")
    )
    return Walk(k_i, k_q, recall, error, strength)


def look(matrix: Matrix, items: Tensor, settings: Settings) -> Look:
    """The cells to draw and what the solvers reach, for anchor items [k_i]."""
    strengths = {"truncated": settings.rcond, "ridge": settings.ridge}
    fitted = [
        _measured(matrix, items, settings.k_q, solver, strengths.get(solver))
        for solver in cur.SOLVERS
    ]
    index = fitted[cur.SOLVERS.index(settings.solver)][1]
    device = matrix.pool.device
    queries = _spread(len(matrix.queries), SHOWN_QUERIES, device)
    anchor_queries = _spread(settings.k_q, SHOWN_ANCHOR_QUERIES, device)
    shown = items.to(device)[_spread(len(items), SHOWN_ITEMS // 2, device)].sort().values
    others = _others(matrix.queries[queries], items.to(device), SHOWN_ITEMS - len(shown))
    columns = torch.cat([shown, others])
    rows = torch.cat([matrix.queries[queries], matrix.pool[anchor_queries]])  # [rows, n]
    vectors = index.item_vectors[:, columns]  # [k_i, columns]
    approximation = rows[:, index.anchor_items].to(vectors.dtype) @ vectors
    return Look(
        queries.cpu(),
        anchor_queries.cpu(),
        shown.cpu(),
        others.cpu(),
        rows[:, columns].to(torch.float32).cpu(),
        approximation.to(torch.float32).cpu(),
        tuple(each for each, _ in fitted),
        settings.solver,
    )


def _others(queries: Tensor, items: Tensor, count: int) -> Tensor:
    """Items that are no anchors: the best of the queries shown [q, n], filled up evenly, in order.

    Without the best of them there would hardly be a high score to be seen.
    """
    free = torch.ones(queries.shape[1], dtype=torch.bool, device=queries.device)
    free[items] = False
    left = free.nonzero().squeeze(1)  # [free]
    best = left[queries[:, left].topk(min(3, len(left)), dim=1).indices].flatten().unique()
    best = best[_spread(len(best), count // 2, best.device)]
    free[best] = False
    rest = free.nonzero().squeeze(1)
    rest = rest[_spread(len(rest), count - len(best), rest.device)]
    return torch.cat([best, rest]).sort().values


def _measured(
    matrix: Matrix, items: Tensor, k_q: int, solver: cur.Solver, strength: float | None
) -> tuple[Measured, cur.CurIndex]:
    items = items.to(matrix.pool.device)
    known = matrix.pool[:k_q]  # [k_q, n]
    chosen = strength is None and solver != "pinv"
    if chosen:
        strength = _choose_strength(known, items, solver)
    index = cur.fit(known, items, solver, strength, strength)
    exact = matrix.queries[_spread(len(matrix.queries), _MEASURED, known.device)]  # [q, n]
    approximation = index.approximate(exact[:, items])  # [q, n]
    spread = (exact - exact.mean()).norm().item()
    measured = Measured(
        solver,
        index.strength,
        chosen,
        index.rank,
        index.condition_number,
        index.singular_values.cpu(),
        _recall(exact, approximation),
        (approximation - exact).norm().item() / spread if spread else 0.0,
    )
    return measured, index


def _choose_strength(known: Tensor, items: Tensor, solver: cur.Solver) -> float:
    """By cross-validation on the anchor items and a sample of the others: the same choice as on
    all of them in a fraction of the time."""
    sampled = known[:, _spread(known.shape[1], _COMPARED_ITEMS, known.device)]
    scores = torch.cat([known[:, items], sampled], dim=1)  # [k_q, k_i + m]
    places = torch.arange(len(items), device=known.device)
    return cur.choose_strength(scores.to(torch.float64), places, solver)


def _recall(exact: Tensor, approximation: Tensor) -> float:
    """Mean share of the exact top 10 among the approximation's top 100; both [q, n]."""
    n = exact.shape[1]
    top = exact.topk(min(TOP, n), dim=1).indices  # [q, 10]
    found = torch.zeros_like(exact, dtype=torch.bool)
    found.scatter_(1, approximation.topk(min(RETRIEVED, n), dim=1).indices, True)
    return found.gather(1, top).to(torch.float64).mean().item()


# --- the published-like check -------------------------------------------------------------------

_PUBLISHED: tuple[tuple[int, cur.Solver, float | None, float], ...] = (
    (90, "pinv", None, 0.885),
    (100, "pinv", None, 0.247),
    (110, "pinv", None, 0.873),
    (200, "pinv", None, 0.998),
    (100, "truncated", 0.05, 0.979),
    (100, "ridge", None, 0.992),
)
CHECK_ANCHORS, _CHECK_DRAWS = 100, 3


def check_made_up(matrix: Matrix) -> tuple[Check, ...]:
    """The known numbers beside ours, for a few draws of 100 random anchor items."""
    draws = [choose_anchors(matrix, "random", CHECK_ANCHORS, seed) for seed in range(_CHECK_DRAWS)]
    return tuple(
        Check(
            k_q,
            solver,
            published,
            tuple(measure(matrix, items, k_q, solver, strength).recall for items in draws),
        )
        for k_q, solver, strength, published in _PUBLISHED
    )
