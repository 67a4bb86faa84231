"""Ways to choose anchor items (columns) or anchor queries (rows) of a score matrix.

Each returns distinct numbers [k], the most important first where there is an order. Matrices have
one column a candidate; for anchor queries hand in the transpose or the texts' vectors.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

_LLOYD_ROUNDS = 25
_CLUSTERED = 1 << 16  # vectors that k-means looks at; of more, as many at random
_BLOCK_NUMBERS = 1 << 22  # of a block of distances
_NOTHING = 1e-24  # squared length of what rounding leaves over, relative to the longest column


def random_anchors(n: int, k: int, seed: int = 0) -> Tensor:
    """`k` of `n` at random, all equally likely: the paper's choice."""
    _check(n, k)
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))[:k]


def kmeans_medoids(vectors: Tensor, k: int, seed: int = 0) -> Tensor:
    """The texts nearest to the centres of k-means: one from each region of the vectors [n, d].

    k-means++ start and Lloyd's rounds, on a sample where there are very many. A cluster whose
    medoid is taken already gives the nearest free one.
    """
    n = len(vectors)
    _check(n, k)
    every = vectors.to(torch.float32)  # [n, d]
    most = max(_CLUSTERED, k)
    x = every if n <= most else every[random_anchors(n, most, seed).to(every.device)]
    centres = x[_spread_start(x, k, seed)]  # [k, d]
    for _ in range(_LLOYD_ROUNDS):
        owner = _squared_distances(x, centres).argmin(dim=1)  # [n]
        sums = torch.zeros_like(centres).index_add_(0, owner, x)  # [k, d]
        sizes = torch.bincount(owner, minlength=k)[:, None]  # [k, 1]
        moved = torch.where(sizes > 0, sums / sizes.clamp_min(1), centres)
        if torch.allclose(moved, centres, atol=1e-6):
            break
        centres = moved
    chosen: list[int] = []
    taken = torch.zeros(n, device=every.device)
    for some in centres.split(max(1, _BLOCK_NUMBERS // n)):
        for distances in _squared_distances(some, every):  # [n], of one cluster
            best = int((distances + taken).argmin())
            chosen.append(best)
            taken[best] = torch.inf
    return torch.tensor(chosen)


def pivoted_qr(scores: Tensor, k: int) -> Tensor:
    """Column pivots of a QR decomposition of `scores` [rows, n]: each is the column with most left
    over when the columns before it are projected out.

    Past the matrix's rank nothing is left over; the remaining ones are taken in order.
    """
    return _pursue(scores, k, lambda rest, norms: norms)


def leverage_scores(scores: Tensor, k: int, rank: int | None = None) -> Tensor:
    """The `k` columns of most leverage: sums of squared entries of the leading `rank` right
    singular vectors of `scores` [rows, n] (default rank: half of the rows, at most k).
    """
    rows, n = scores.shape
    _check(n, k)
    wanted = rank if rank is not None else max(1, min(k, rows // 2))
    _, values, right = torch.linalg.svd(scores.to(torch.float64), full_matrices=False)  # [r, n]
    right = right[values > 1e-12 * values[0]]  # the vectors past the matrix's rank are arbitrary
    leverage: Tensor = right[:wanted].square().sum(dim=0)  # [n]
    return leverage.topk(k).indices.cpu()


def greedy_l2(scores: Tensor, k: int) -> Tensor:
    """Each next column is the one that lowers the squared error of the whole matrix most.

    Greedy column subset selection (Farahat et al. 2011): with R what is left over, the gain of
    column j is |R' R_j|^2 / |R_j|^2. Pivoted QR looks at |R_j| alone.
    """
    # |R' R_j|^2 = R_j' (R R') R_j: rows x rows, and not n x n.
    return _pursue(
        scores, k, lambda rest, norms: (rest * ((rest @ rest.mT) @ rest)).sum(dim=0) / norms
    )


def bi_encoder_neighbours(query: Tensor, vectors: Tensor, k: int) -> Tensor:
    """The `k` items [n, d] nearest to a query [d] by the bi-encoder: anchors of that query alone.

    For queries [q, d] the result is [q, k].
    """
    _check(len(vectors), k)
    return (query @ vectors.mT).topk(k).indices


def _pursue(scores: Tensor, k: int, gain: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Columns [k], one after another: that of most gain, which is then projected out of the rest.

    Args:
        gain: of what is left over [rows, n] and its squared column norms [n], a number a column
            [n]; columns with nothing left over have none.
    """
    n = scores.shape[1]
    _check(n, k)
    rest = scores.to(torch.float64).clone()  # [rows, n]
    floor = _NOTHING * rest.square().sum(dim=0).max().clamp_min(1e-276)
    free = torch.ones(n, dtype=torch.bool, device=scores.device)
    chosen = []
    for _ in range(k):
        norms = rest.square().sum(dim=0)  # [n]
        gains = torch.where(norms > floor, gain(rest, norms.clamp_min(floor)), 0.0)  # [n]
        best = int(torch.where(free, gains, -1.0).argmax())
        chosen.append(best)
        free[best] = False
        rest = _without(rest, rest[:, best])
    return torch.tensor(chosen)


def _without(rest: Tensor, column: Tensor) -> Tensor:
    """Project a column out of all."""
    norm = column.square().sum()
    if norm <= 1e-24 * rest.square().sum().clamp_min(1e-300):
        return rest
    direction = column / norm.sqrt()  # [rows]
    return rest - direction[:, None] * (direction @ rest)


def _spread_start(x: Tensor, k: int, seed: int) -> list[int]:
    """k-means++: each next centre with a chance that grows with its distance from the others."""
    generator = torch.Generator().manual_seed(seed)
    chosen = [int(torch.randint(len(x), (1,), generator=generator))]
    nearest = _squared_distances(x, x[chosen]).squeeze(1).cpu()  # [n]
    while len(chosen) < k:
        weights = nearest.clamp_min(0)
        weights[chosen] = 0
        if not weights.sum() > 0:  # all others are copies of these
            taken = set(chosen)
            chosen += [i for i in range(len(x)) if i not in taken][: k - len(chosen)]
            break
        chosen.append(int(torch.multinomial(weights, 1, generator=generator)))
        nearest = torch.minimum(nearest, _squared_distances(x, x[chosen[-1:]]).squeeze(1).cpu())
    return chosen


def _squared_distances(x: Tensor, y: Tensor) -> Tensor:
    squares = x.square().sum(1)[:, None] - 2 * x @ y.mT + y.square().sum(1)
    return squares.clamp_min(0)  # [n, k]


def _check(n: int, k: int) -> None:
    if not 0 < k <= n:
        raise ValueError(
            f"{k} anchors of {n} candidates: at least one is needed, and no more than {n}"
        )
