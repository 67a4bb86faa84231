"""How sparse a row of weights is: indices measured over the entries it may use.

Of x >= 0 with n entries, in power means M_p = (mean of x^p)^(1/p) (kexue.fm/archives/9595; axioms:
Hurley & Rickard, arXiv 0811.4706):

    S*_{q,p} = n^(1/p - 1/q) l_q / l_p = M_q / M_p      S0 = M_1 / max = S*_{1,inf}
    S_{1,p}  = (l1 / n) / l_p                           S*_{1,2} = 1 / sqrt(1 + Var x / (E x)^2)

The post forgets the root of the last one. Everything is computed in float64 from x / max(x), and
products of powers through logarithms: neither x = 1e20 nor p = 1000 overflows.

A row's support is the set of entries it may use: row t of a causal matrix has t + 1 of them, not n.
What lies outside counts as absent, not as zero. Three kinds of row have no value by the formulas:

- All entries zero: measured as any other row of equal entries, that is, as not sparse at all (the
  limit of c (1, ..., 1) for c to 0). `share_below` alone sees the zeros.
- One entry: equal to all others and the only one that is not zero. Equality wins: S* = S0 = 1,
  Gini = Hoyer = 0, entropy 0 but entropy / log n = 1.
- An empty support: measured as a single zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from torch import Tensor

Axiom = Literal["D1", "D2", "D3", "D4", "P1", "P2"]
Direction = Literal["low", "high"]

EPSILON = 1e-3  # what `share_below` of `INDICES` calls next to nothing
_NEAR_ONE = 1e-3  # |p - 1| below which Renyi's formula cancels too much


@dataclass(frozen=True)
class Rows:
    """Rows made ready for every index; what several indices need is computed once.

    Attributes:
        magnitudes: |x| [..., n], float64, 0 outside the support.
        shape: x / max(x) [..., n]; 0 outside the support, 1 inside where all of x is 0.
        support: which entries count [..., n], none empty; None is all.
        count: entries in the support [...], float64, at least 1.
    """

    magnitudes: Tensor
    shape: Tensor
    support: Tensor | None
    count: Tensor

    @staticmethod
    def of(x: Tensor, support: Tensor | None = None) -> Rows:
        """Rows [..., n] over their support, a mask that broadcasts to [..., n].

        Raises:
            ValueError: x has no entries, or the support does not broadcast to it.
        """
        if x.ndim == 0 or x.shape[-1] == 0:
            raise ValueError(f"x has to be [..., n] with n > 0: it is {list(x.shape)}")
        magnitudes = x.detach().to(torch.float64).abs()  # [..., n]
        n = x.shape[-1]
        if support is None:
            count = magnitudes.new_full(x.shape[:-1], n)  # [...]
            inside = torch.ones((), dtype=torch.float64, device=x.device)
        else:
            _check_support(support, x)
            magnitudes = magnitudes.masked_fill(~support, 0.0)
            # A row that may use nothing is given its first entry, which now is 0.
            first = torch.arange(x.shape[-1], device=x.device) == 0  # [n]
            support = support | (first & ~support.any(dim=-1, keepdim=True))
            count = support.sum(dim=-1, dtype=torch.float64).expand(x.shape[:-1])
            inside = support.to(torch.float64)
        peak = magnitudes.amax(dim=-1, keepdim=True)  # [..., 1]
        # x / max and not x * (1 / max): the inverse of a subnormal number is infinite.
        shape = torch.where(peak > 0, magnitudes / peak, inside)
        return Rows(magnitudes, shape, support, count)

    @cached_property
    def total(self) -> Tensor:
        """Sum of `shape` [...], between 1 and n."""
        return self.shape.sum(dim=-1)

    @cached_property
    def squares(self) -> Tensor:
        """Sum of the squares of `shape` [...], between 1 and n."""
        return self.shape.square().sum(dim=-1)

    @cached_property
    def entropy(self) -> Tensor:
        """Shannon's entropy of x / sum(x) [...], in nats."""
        terms: Tensor = torch.special.entr(self.shape).sum(dim=-1)  # [...]
        return (terms / self.total + self.total.log()).clamp_min(0.0)

    @cached_property
    def gini(self) -> Tensor:
        """Gini's coefficient [...]."""
        n = self.shape.shape[-1]
        ordered = _ascending(self.shape)  # [..., n]
        places = torch.arange(1, n + 1, dtype=torch.float64, device=ordered.device)  # [n]
        # What is outside the support is 0 and stands first: it only moves the others up.
        weighted = ordered @ places - (n - self.count) * self.total  # [...]
        gini = 2 * weighted / (self.count * self.total) - (self.count + 1) / self.count
        return gini.clamp_min(0.0)

    def power_sum(self, p: float) -> Tensor:
        """Sum of `shape` ** p [...]: at least 1, so its logarithm is safe."""
        if p == 1:
            return self.total
        return self.squares if p == 2 else self.shape.pow(p).sum(dim=-1)

    def log_power_mean(self, p: float) -> Tensor:
        """log M_p of `shape` [...]; p = inf is its maximum, 1."""
        if p == math.inf:
            return torch.zeros_like(self.count)
        return (self.power_sum(p) / self.count).log() / p


def _check_support(support: Tensor, x: Tensor) -> None:
    try:
        support.expand(x.shape)
    except RuntimeError as error:
        raise ValueError(
            f"support {list(support.shape)} does not broadcast to x {list(x.shape)}"
        ) from error


def _ascending(x: Tensor) -> Tensor:
    if x.device.type == "cpu":
        # numpy sorts with AVX-512 and keeps no places: .7 ms against torch's 9 for 512 x 512.
        return torch.from_numpy(np.sort(x.numpy(), axis=-1))
    return x.sort(dim=-1).values


# --- the indices ---


def s_star(x: Tensor, q: float = 1.0, p: float = 2.0, support: Tensor | None = None) -> Tensor:
    """S*_{q,p} [...] of x [..., n]: for q < p between n^(1/p - 1/q) (one-hot) and 1 (all equal).

    Raises:
        ValueError: q or p is not above 0 (inf is).
    """
    _check_exponents(q, p)
    return _star(Rows.of(x, support), q, p)


def s0(x: Tensor, support: Tensor | None = None) -> Tensor:
    """mean / max [...] of x [..., n]: between 1/n (one-hot) and 1 (all equal)."""
    return _s0(Rows.of(x, support))


def s1p(x: Tensor, p: float = 2.0, support: Tensor | None = None) -> Tensor:
    """S_{1,p} = (l1 / n) / l_p [...] of x [..., n]: between 1/n (one-hot) and n^(-1/p) (all equal).

    Raises:
        ValueError: p is not above 0.
    """
    _check_exponents(1.0, p)
    return _s1p(Rows.of(x, support), p)


def gini(x: Tensor, support: Tensor | None = None) -> Tensor:
    """Gini's coefficient [...] of x [..., n]: between 0 (all equal) and 1 - 1/n (one-hot)."""
    return Rows.of(x, support).gini


def hoyer(x: Tensor, support: Tensor | None = None) -> Tensor:
    """(sqrt n - l1/l2) / (sqrt n - 1) [...] of x [..., n]: from 0 (all equal) to 1 (one-hot)."""
    return _hoyer(Rows.of(x, support))


def renyi_entropy(x: Tensor, p: float = 2.0, support: Tensor | None = None) -> Tensor:
    """Renyi's entropy H_p of x / sum(x) [...], in nats; p = 1 is Shannon's, 0 log of the non-zero.

    For a distribution S*_{1,p} = (exp(H_p) / n)^((p-1)/p).

    Raises:
        ValueError: p is below 0.
    """
    if not p >= 0:
        raise ValueError(f"p is {p}; it has to be nought or more")
    return _renyi(Rows.of(x, support), p)


def effective_count(x: Tensor, support: Tensor | None = None) -> Tensor:
    """exp of Shannon's entropy of x / sum(x) [...]: as many equal entries would have as much."""
    return Rows.of(x, support).entropy.exp()


def share_below(x: Tensor, eps: float = EPSILON, support: Tensor | None = None) -> Tensor:
    """Share of the entries with |x| <= eps [...], eps in the units of x [..., n]."""
    return _share_below(Rows.of(x, support), eps)


def _check_exponents(q: float, p: float) -> None:
    if not (q > 0 and p > 0):
        raise ValueError(f"q and p are {q} and {p}; both have to be above 0")


def _star(rows: Rows, q: float, p: float) -> Tensor:
    if q == p:
        return torch.ones_like(rows.count)
    return (rows.log_power_mean(q) - rows.log_power_mean(p)).exp()


def _s0(rows: Rows) -> Tensor:
    return rows.total / rows.count


def _s1p(rows: Rows, p: float) -> Tensor:
    if p == math.inf:
        return _s0(rows)
    return rows.total / rows.count / rows.power_sum(p).pow(1 / p)


def _hoyer(rows: Rows) -> Tensor:
    root = rows.count.sqrt()  # [...]
    missing = root - rows.total / rows.squares.sqrt()  # [...]
    return torch.where(rows.count > 1, missing / (root - 1), 0.0).clamp(0.0, 1.0)


def _renyi(rows: Rows, p: float) -> Tensor:
    if p == 1:
        return rows.entropy
    if p == 0:
        return (rows.shape > 0).sum(dim=-1, dtype=torch.float64).log()
    if p == math.inf:
        return rows.total.log()
    if abs(p - 1) < _NEAR_ONE:
        shares = rows.shape / rows.total[..., None]  # [..., n]
        logs = shares.clamp_min(torch.finfo(torch.float64).tiny).log()  # [..., n]
        excess = (shares * ((p - 1) * logs).expm1()).sum(dim=-1)  # [...], sum of x^p less 1
        return (excess.log1p() / (1 - p)).clamp_min(0.0)
    return ((rows.power_sum(p).log() - p * rows.total.log()) / (1 - p)).clamp_min(0.0)


def _normalised_entropy(rows: Rows) -> Tensor:
    return torch.where(rows.count > 1, rows.entropy / rows.count.clamp_min(2.0).log(), 1.0)


def _share_below(rows: Rows, eps: float) -> Tensor:
    small = rows.magnitudes <= eps  # [..., n]
    if rows.support is not None:
        small = small & rows.support
    return small.sum(dim=-1, dtype=torch.float64) / rows.count


# --- the table of them ---


@dataclass(frozen=True)
class Index:
    """A measure of sparsity and what is known of it.

    Attributes:
        key: its name in tables.
        function: of rows [..., n] to values [...].
        sparse: whether a low or a high value means a sparse row.
        axioms: those it meets in their strict form.
        formula: LaTeX.
    """

    key: str
    function: Callable[[Rows], Tensor]
    sparse: Direction
    axioms: frozenset[Axiom]
    formula: str

    def measure(self, x: Tensor, support: Tensor | None = None) -> Tensor:
        """Values [...] of rows x [..., n] over their support, float64."""
        return self.function(Rows.of(x, support))


_ALL: frozenset[Axiom] = frozenset(("D1", "D2", "D3", "D4", "P1", "P2"))


def star_index(q: float, p: float) -> Index:
    """S*_{q,p} as an index; low is sparse, as q < p means it.

    The post has all axioms for any q < p. D1 asks for a concave (or linear) and a convex (or
    linear) power, so q <= 1 <= p; p = inf meets it only weakly.

    Raises:
        ValueError: q or p is not above 0.
    """
    _check_exponents(q, p)
    axioms: set[Axiom] = {"D2", "D4"}
    if q < p:
        axioms |= {"D3", "P1", "P2"}
    if q <= 1 <= p < math.inf and q < p:
        axioms.add("D1")
    name = rf"S^*_{{{q:g},{p:g}}}"
    formula = rf"{name} = n^{{1/{p:g}-1/{q:g}}}\,\frac{{\|x\|_{{{q:g}}}}}{{\|x\|_{{{p:g}}}}}"
    return Index(
        f"s_star_{q:g}_{p:g}", lambda rows: _star(rows, q, p), "low", frozenset(axioms), formula
    )


def share_index(eps: float) -> Index:
    """The share of entries of at most eps as an index: it meets D4 alone.

    It scales with x (D2), and within either side of eps nothing moves it.
    """
    formula = rf"\frac{{1}}{{n}}\,\#\{{i : x_i \le {eps:g}\}}"
    return Index(
        "share_below", lambda rows: _share_below(rows, eps), "high", frozenset(("D4",)), formula
    )


INDICES: dict[str, Index] = {
    index.key: index
    for index in (
        replace(star_index(1, 2), formula=r"S^*_{1,2} = \frac{\|x\|_1}{\sqrt{n}\,\|x\|_2}"),
        Index("s0", _s0, "low", _ALL - {"D1"}, r"S_0 = \frac{\frac{1}{n}\|x\|_1}{\|x\|_\infty}"),
        Index(
            "s_1_2",
            lambda rows: _s1p(rows, 2.0),
            "low",
            _ALL - {"D4"},
            r"S_{1,2} = \frac{\frac{1}{n}\|x\|_1}{\|x\|_2}",
        ),
        Index(
            "gini",
            lambda rows: rows.gini,
            "high",
            _ALL,
            r"G = \frac{2\sum_k k\,x_{(k)}}{n\|x\|_1} - \frac{n+1}{n}",
        ),
        Index(
            "hoyer",
            _hoyer,
            "high",
            _ALL - {"D4"},
            r"\frac{\sqrt{n}-\|x\|_1/\|x\|_2}{\sqrt{n}-1}",
        ),
        Index(
            "participation",
            lambda rows: _renyi(rows, 2.0).exp() / rows.count,
            "low",
            _ALL,
            r"\frac{e^{H_2}}{n} = \frac{\|x\|_1^2}{n\|x\|_2^2}",
        ),
        Index(
            "effective",
            lambda rows: rows.entropy.exp() / rows.count,
            "low",
            _ALL,
            r"\frac{e^{H}}{n},\quad H = -\sum_i x_i\log x_i",
        ),
        Index("entropy", _normalised_entropy, "low", _ALL - {"D4"}, r"\frac{H}{\log n}"),
        share_index(EPSILON),
    )
}


def measure_all(
    x: Tensor, support: Tensor | None = None, indices: Mapping[str, Index] | None = None
) -> dict[str, Tensor]:
    """Every index [...] of rows x [..., n]: one sort and one logarithm for all of them."""
    rows = Rows.of(x, support)
    chosen = INDICES if indices is None else indices
    return {key: index.function(rows) for key, index in chosen.items()}
