"""The six axioms of sparsity as moves of a vector, checks, and searches for violations.

Hurley & Rickard, arXiv 0811.4706, for x >= 0; what a move has to do to the sparsity:

    D1 Robin Hood     a rich entry gives to a poorer one, without changing places       less
    D2 scaling        x -> c x                                                          same
    D3 rising tide    x -> x + c, unless all entries are equal                          less
    D4 cloning        x -> (x, x)                                                       same
    P1 Bill Gates     an entry that is rich enough already becomes richer               more
    P2 babies         x -> (x, 0)                                                       more

"Less" and "more" are strict. P1 and P2 need a second entry that is not zero: a one-hot vector is as
sparse as it gets. Vectors whose entries differ by less than a thousandth of the largest count as
equal, because no index could tell in float64. "Rich enough" is here: more than all others together.

A value counts as moved if the move exceeds the rounding of a sum of n terms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from demos.attention.sparsity import Axiom, Index, star_index

Effect = Literal["less", "same", "more"]

AXIOMS: tuple[Axiom, ...] = get_args(Axiom)
EXPECTED: dict[Axiom, Effect] = {
    "D1": "less",
    "D2": "same",
    "D3": "less",
    "D4": "same",
    "P1": "more",
    "P2": "more",
}

_LEAST_GAP = 1e-3  # of the largest entry; nearer entries count as equal
_LENGTHS = (2, 3, 4, 6, 10)  # of vectors in the search

# --- moves ---


def robin_hood(x: Tensor, i: int, j: int, amount: float) -> Tensor:
    """D1: entry i gives `amount` to the poorer entry j of x [..., n].

    Raises:
        ValueError: the two would be no more alike than before: amount outside (0, x_i - x_j).
    """
    gap = x[..., i] - x[..., j]  # [...]
    if not amount > 0 or not bool((amount < gap).all()):
        raise ValueError(f"Robin Hood moves less than the difference {gap.tolist()}, not {amount}")
    moved = x.clone()
    moved[..., i] -= amount
    moved[..., j] += amount
    return moved


def scale(x: Tensor, factor: float) -> Tensor:
    """D2: x [..., n] times a factor.

    Raises:
        ValueError: the factor is not above 0.
    """
    if not factor > 0:
        raise ValueError(f"the factor is {factor}; it has to be above 0")
    return x * factor


def raise_all(x: Tensor, amount: float) -> Tensor:
    """D3: every entry of x [..., n] gets the same amount.

    Raises:
        ValueError: the amount is not above 0.
    """
    if not amount > 0:
        raise ValueError(f"the amount is {amount}; it has to be above 0")
    return x + amount


def clone(x: Tensor, copies: int = 2) -> Tensor:
    """D4: x [..., n] side by side with itself [..., copies * n].

    Raises:
        ValueError: less than one copy.
    """
    if copies < 1:
        raise ValueError(f"{copies} copies; at least one is needed")
    return torch.cat([x] * copies, dim=-1)


def make_rich(x: Tensor, i: int, amount: float) -> Tensor:
    """P1: entry i of x [..., n] gets `amount` more.

    Raises:
        ValueError: the amount is not above 0.
    """
    if not amount > 0:
        raise ValueError(f"the amount is {amount}; it has to be above 0")
    moved = x.clone()
    moved[..., i] += amount
    return moved


def add_zeros(x: Tensor, count: int = 1) -> Tensor:
    """P2: zeros at the end of x [..., n]: [..., n + count].

    Raises:
        ValueError: less than one zero.
    """
    if count < 1:
        raise ValueError(f"{count} zeros; at least one is needed")
    return torch.cat([x, x.new_zeros(*x.shape[:-1], count)], dim=-1)


# --- one vector ---


@dataclass(frozen=True)
class Verdict:
    """Whether an index keeps an axiom at one vector, at the worst of many moves.

    Attributes:
        holds: whether it does; True where the axiom says nothing of this vector.
        weakly: whether it at least does not move the wrong way.
        applies: whether the axiom says something of this vector.
        before, after: the index before and after the worst move; equal where none applies.
    """

    holds: bool
    weakly: bool
    applies: bool
    before: float
    after: float


def check(index: Index, axiom: Axiom, x: Tensor) -> Verdict:
    """Try many moves of the kind on x [n] >= 0 and judge by the worst.

    For P1, `before` is the index of the vector in which the entry is rich enough already.

    Raises:
        ValueError: x is no vector of finite entries, none of them negative.
    """
    if x.ndim != 1 or not len(x) or not bool((torch.isfinite(x) & (x >= 0)).all()):
        raise ValueError("x has to be [n], n > 0, of finite entries of which none is negative")
    x = x.to(torch.float64)
    worst = None
    for before, after in _moves(axiom, x):
        values = index.measure(before), index.measure(after)  # [k] each
        judged = _wrong(index, axiom, *values, n=after.shape[-1])
        place = int(judged.wrong.argmax())
        candidate = (judged.wrong[place].item(), judged.rounding[place].item())
        if worst is None or candidate[0] > worst[0]:
            worst = (*candidate, values[0][place].item(), values[1][place].item())
    if worst is None:
        value = index.measure(x).item()
        return Verdict(True, True, False, value, value)
    wrong, rounding, first, second = worst
    holds = wrong <= rounding if EXPECTED[axiom] == "same" else wrong < -rounding
    return Verdict(holds, wrong <= rounding, True, first, second)


def judge(index: Index, axiom: Axiom, x: Tensor, y: Tensor) -> Verdict:
    """Judge one move of the kind, from x [n] >= 0 to y [n']."""
    x, y = x.to(torch.float64), y.to(torch.float64)
    values = index.measure(x)[None], index.measure(y)[None]  # [1] each
    judged = _wrong(index, axiom, *values, n=len(y))
    wrong, rounding = judged.wrong.item(), judged.rounding.item()
    applies = _tells(axiom, x)
    holds = wrong <= rounding if EXPECTED[axiom] == "same" else wrong < -rounding
    return Verdict(
        holds or not applies,
        wrong <= rounding or not applies,
        applies,
        values[0].item(),
        values[1].item(),
    )


def _moves(axiom: Axiom, x: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Vectors before and after moves of one kind, [k, n] and [k, n'] each time."""
    if not _tells(axiom, x):
        return
    largest, total = x.max().item(), x.sum().item()
    if axiom == "D1":
        yield _all_transfers(x)
    elif axiom == "D2":
        for factor in (1e-3, 0.3, 7.0, 1e3):
            yield x[None], scale(x, factor)[None]
    elif axiom == "D3":
        for share in (0.01, 0.3, 1.0, 10.0):
            yield x[None], raise_all(x, share * largest)[None]
    elif axiom == "D4":
        for copies in (2, 3, 5):
            yield x[None], clone(x, copies)[None]
    elif axiom == "P1":
        before = x + total * torch.eye(len(x), dtype=x.dtype, device=x.device)  # [n, n]
        for share in (0.1, 1.0, 10.0):
            yield before, before + share * total * torch.eye(len(x), dtype=x.dtype).to(x.device)
    elif axiom == "P2":
        for count in (1, 3, len(x)):
            yield x[None], add_zeros(x, count)[None]


def _tells(axiom: Axiom, x: Tensor) -> bool:
    """Whether an axiom says something of a vector [n]."""
    largest = x.max().item()
    if axiom in ("D1", "D3"):
        return largest - x.min().item() > _LEAST_GAP * largest
    if axiom in ("P1", "P2"):
        return bool((x > 1e-6 * largest).sum() > 1)
    return True


def _all_transfers(x: Tensor) -> tuple[Tensor, Tensor]:
    gaps = x[:, None] - x  # [n, n]
    rich, poor = (gaps > _LEAST_GAP * x.max()).nonzero(as_tuple=True)  # [k] each
    rich, poor = rich.repeat(3), poor.repeat(3)  # [3k] each
    shares = x.new_tensor([0.02, 0.25, 0.5]).repeat_interleave(len(rich) // 3)  # [3k]
    before = x.expand(len(rich), -1)  # [3k, n]
    return before, _transfer(before, rich, poor, shares * gaps[rich, poor])


def _transfer(x: Tensor, rich: Tensor, poor: Tensor, amounts: Tensor) -> Tensor:
    """Robin Hood in every row of x [k, n] at once."""
    moved = x.clone()
    moved.scatter_add_(1, rich[:, None], -amounts[:, None])
    return moved.scatter_add_(1, poor[:, None], amounts[:, None])


@dataclass(frozen=True)
class _Judged:
    wrong: Tensor  # [k], how far the index moved the wrong way; negative is right
    rounding: Tensor  # [k]


def _wrong(index: Index, axiom: Axiom, before: Tensor, after: Tensor, n: int) -> _Judged:
    sparser = after - before if index.sparse == "high" else before - after  # [k]
    effect = EXPECTED[axiom]
    wrong = {"less": sparser, "same": sparser.abs(), "more": -sparser}[effect]
    # Sums of n terms, and a handful of operations on values of the order of one.
    unit = 2 * (n + 8) * torch.finfo(torch.float64).eps
    rounding = unit * torch.maximum(before.abs(), after.abs()).clamp_min(1.0)
    return _Judged(wrong, rounding)


# --- a search over vectors ---


@dataclass(frozen=True)
class Counterexample:
    """A move at which an index breaks an axiom.

    Attributes:
        index, axiom: which.
        x, y: the vector before and after the move.
        before, after: the index of both.
        opposite: whether it moves the wrong way; else a strict axiom fails because it stays put.
    """

    index: str
    axiom: Axiom
    x: tuple[float, ...]
    y: tuple[float, ...]
    before: float
    after: float
    opposite: bool


def find_violation(
    index: Index, axiom: Axiom, seed: int = 0, trials: int = 10_000
) -> Counterexample | None:
    """The worst violation among random vectors and moves, or None; the same for the same seed.

    A wrong direction is worse than no move. No move is only believed of vectors whose entries are
    of one order of magnitude: elsewhere a true move can be smaller than rounding.
    """
    generator = torch.Generator().manual_seed(seed)
    found: list[Counterexample] = []
    sizes: list[tuple[bool, float]] = []
    for n in _LENGTHS:
        x, even = _random_vectors(n, max(1, trials // len(_LENGTHS)), generator)
        before, after, told = _random_moves(axiom, x, generator)
        values = index.measure(before), index.measure(after)  # [k] each
        judged = _wrong(index, axiom, *values, n=after.shape[-1])
        opposite = (judged.wrong > judged.rounding) & told  # [k]
        still = (judged.wrong.abs() <= judged.rounding) & told & even  # [k]
        if EXPECTED[axiom] == "same":
            still = torch.zeros_like(still)
        # Relative to the value: an index near 1/n moves less than one near 1.
        size = judged.wrong / torch.maximum(*values).clamp_min(1e-12) + 1e3 * opposite  # [k]
        size = torch.where(opposite | still, size, -torch.inf)
        place = int(size.argmax())
        if size[place] > -torch.inf:
            x_tuple, y_tuple = (tuple(v[place].tolist()) for v in (before, after))
            first, second = (v[place].item() for v in values)
            wrong_way = bool(opposite[place])
            found.append(
                Counterexample(index.key, axiom, x_tuple, y_tuple, first, second, wrong_way)
            )
            sizes.append((wrong_way, size[place].item()))
    return found[sizes.index(max(sizes))] if found else None


def _random_vectors(n: int, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Vectors [k, n] of two digits, and which have entries of one order of magnitude only [k].

    A half of them spans three orders, a third has zeros, a fifth is in units of 1e-4, so that an
    index with a threshold is seen on both sides of it.
    """
    even = torch.rand(count, generator=generator) < 0.5  # [k]
    uniform = torch.rand(count, n, generator=generator, dtype=torch.float64)  # [k, n]
    x = torch.where(even[:, None], 0.1 + 0.9 * uniform, 10 ** (-3 * uniform))  # [k, n]
    zero = torch.rand(count, n, generator=generator) < 0.3  # [k, n]
    zero &= (torch.rand(count, generator=generator) < 1 / 3)[:, None]
    zero[:, :2] = False  # two entries are left
    zero = zero[:, torch.randperm(n, generator=generator)]
    units = torch.tensor([1e-4, 1.0, 1.0, 1.0, 10.0], dtype=torch.float64)  # [5]
    unit = units[torch.randint(len(units), (count, 1), generator=generator)]  # [k, 1]
    return _two_digits(x).masked_fill(zero, 0.0) * unit, even


def _two_digits(x: Tensor) -> Tensor:
    """x > 0 cut to two digits: people read what is found."""
    step = 10 ** (x.log10().floor() - 1)
    return (x / step).floor() * step


def _random_moves(
    axiom: Axiom, x: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Vectors before [k, n] and after [k, n'] a move, and of which the axiom says something [k]."""
    count, n = x.shape
    largest = x.amax(dim=-1)  # [k]
    uneven = largest - x.amin(dim=-1) > _LEAST_GAP * largest  # [k]
    everywhere = torch.ones_like(uneven)
    share = torch.rand(count, generator=generator, dtype=torch.float64)  # [k]
    rows = torch.arange(count)
    if axiom == "D1":
        rich = torch.randint(n, (count,), generator=generator)  # [k]
        poor = (rich + torch.randint(1, n, (count,), generator=generator)) % n  # [k]
        gap = x[rows, rich] - x[rows, poor]  # [k]
        rich, poor = torch.where(gap < 0, poor, rich), torch.where(gap < 0, rich, poor)
        told = gap.abs() > 0.1 * x[rows, rich]  # [k]
        amount = _two_digits((0.05 + 0.45 * share) * torch.where(told, gap.abs(), 1.0))  # [k]
        return x, _transfer(x, rich, poor, amount), told
    if axiom == "D2":
        return x, x * _two_digits(10 ** (6 * share - 3))[:, None], everywhere
    if axiom == "D3":
        return x, x + _two_digits(largest * 10 ** (3 * share - 2))[:, None], uneven
    if axiom == "D4":
        return x, clone(x, 2), everywhere
    if axiom == "P1":
        entry = torch.randint(n, (count,), generator=generator)  # [k]
        before = x.clone()
        before[rows, entry] += x.sum(dim=-1)
        after = before.clone()
        after[rows, entry] *= _two_digits(1.1 + 9 * share)
        return before, after, before.amax(dim=-1) < before.sum(dim=-1)
    return x, add_zeros(x, 1), everywhere


# --- the plane of S*_{q,p} ---


@dataclass(frozen=True)
class Plane:
    """Where S*_{q,p} keeps the axioms, taking low values for sparse.

    Attributes:
        qs, ps: exponents [a] and [b].
        worst: by axiom, the largest |log| of a move in the wrong direction [a, b]; 0 is none. On
            the diagonal q = p, where S* = 1, nothing moves the wrong way but nothing moves at all.
        theory: by axiom, whether it is met [a, b], bool: D2 and D4 everywhere; D3, P1, P2 for
            q < p; D1 for q <= 1 <= p, q < p.
    """

    qs: tuple[float, ...]
    ps: tuple[float, ...]
    worst: dict[Axiom, Tensor]
    theory: dict[Axiom, Tensor]


@dataclass(frozen=True)
class _Classes:
    """Vectors as classes of equal entries: a thousand small ones beside two large ones are five."""

    values: Tensor  # [t, c], above 0
    counts: Tensor  # [t, c], at least 1


@dataclass(frozen=True)
class _Shift:
    """By how much a move changes log M_s of each vector, and how exactly that is known."""

    change: Tensor  # [t]
    error: Tensor  # [t]


def plane(qs: Sequence[float], ps: Sequence[float], seed: int = 0, trials: int = 4_000) -> Plane:
    """Search the worst violation of every axiom for every (q, p).

    All pairs share vectors and moves: log S*_{q,p} = log M_q - log M_p, so each exponent is
    computed once.

    Raises:
        ValueError: an exponent that is not above 0 and finite.
    """
    if not all(0 < s < math.inf for s in (*qs, *ps)):
        raise ValueError("exponents have to be above 0 and finite")
    worst: dict[Axiom, Tensor] = {}
    for axiom in AXIOMS:
        generator = torch.Generator().manual_seed(seed)
        classes = _random_classes(trials, generator)
        moves = _ClassMove.draw(classes, generator)
        shifts = {s: _shift(axiom, classes, moves, s) for s in {*qs, *ps}}
        q, p = ([shifts[s] for s in side] for side in (qs, ps))
        change = _stacked(q, "change")[:, None] - _stacked(p, "change")  # [a, b, t]
        error = _stacked(q, "error")[:, None] + _stacked(p, "error")  # [a, b, t]
        wrong = {"less": -change, "same": change.abs(), "more": change}[EXPECTED[axiom]]
        worst[axiom] = torch.where(wrong > error, wrong, 0.0).amax(dim=-1)  # [a, b]
    met = [[star_index(q, p).axioms for p in ps] for q in qs]
    theory = {a: torch.tensor([[a in cell for cell in row] for row in met]) for a in AXIOMS}
    return Plane(tuple(qs), tuple(ps), worst, theory)


@dataclass(frozen=True)
class Crowded:
    """A move of D1 at which S*_{q,p} gets sparser, in a vector with crowds of equal entries.

    Attributes:
        values, counts: the different entries before the move, and how many there are of each.
        rich, poor: an entry of the first value gives to one of the second.
        amount: how much.
        before, after: S*_{q,p}.
    """

    values: tuple[float, ...]
    counts: tuple[int, ...]
    rich: float
    poor: float
    amount: float
    before: float
    after: float


def find_crowded(q: float, p: float, seed: int = 0, trials: int = 4_000) -> Crowded | None:
    """The worst violation of D1 by S*_{q,p} among the vectors of `plane`, or None.

    `find_violation` looks at short vectors, where exponents below 1 or near 1 show none.

    Raises:
        ValueError: an exponent that is not above 0 and finite.
    """
    if not all(0 < s < math.inf for s in (q, p)):
        raise ValueError("exponents have to be above 0 and finite")
    generator = torch.Generator().manual_seed(seed)
    x = _random_classes(trials, generator)
    move = _ClassMove.draw(x, generator)
    at_q, at_p = (_shift("D1", x, move, s) for s in (q, p))
    wrong, error = at_p.change - at_q.change, at_q.error + at_p.error  # [t] each
    place = int(torch.where(wrong > error, wrong, -torch.inf).argmax())
    if wrong[place] <= error[place]:
        return None
    values, counts = x.values[place], x.counts[place]  # [c] each
    means = [((counts * values.pow(s)).sum() / counts.sum()).log() / s for s in (q, p)]
    rich, poor = move.rich[place].item(), move.poor[place].item()
    before = (means[0] - means[1]).exp().item()
    return Crowded(
        tuple(values.tolist()),
        tuple(int(count) for count in counts.tolist()),
        rich,
        poor,
        move.amount[place].item(),
        before,
        before * math.exp(-wrong[place].item()),
    )


def _stacked(shifts: list[_Shift], name: Literal["change", "error"]) -> Tensor:
    return torch.stack([getattr(shift, name) for shift in shifts])


def _random_classes(trials: int, generator: torch.Generator) -> _Classes:
    """Four classes: entries from 1e-9 to 1, up to a million of each.

    Such crowds are needed: with both exponents below 1, D1 fails only where many poor outweigh the
    few rich between whom the move takes place.
    """
    draw = torch.rand(2, trials, 4, generator=generator, dtype=torch.float64)
    values = 10 ** (-9 * draw[0])  # [t, 4]
    near = torch.rand(trials, generator=generator) < 0.5  # [t]
    values[:, 0] = 1.0
    values[:, 1] = torch.where(near, 0.3 + 0.6 * draw[0, :, 1], values[:, 1])
    counts = (10 ** (6 * draw[1])).floor()  # [t, 4]
    counts[:, :2] = torch.where(near[:, None], 1.0, counts[:, :2])
    return _Classes(values, counts)


@dataclass(frozen=True)
class _ClassMove:
    """What the moves of one search draw: an entry of one class, of a poorer one, and a size."""

    rich: Tensor  # [t], the value of one entry
    poor: Tensor  # [t]
    share: Tensor  # [t], between 0 and 1

    @property
    def amount(self) -> Tensor:
        """What Robin Hood moves [t]."""
        return (0.05 + 0.45 * self.share) * (self.rich - self.poor)

    @staticmethod
    def draw(classes: _Classes, generator: torch.Generator) -> _ClassMove:
        trials, kinds = classes.values.shape
        rows = torch.arange(trials)
        first = torch.randint(kinds, (trials,), generator=generator)  # [t]
        first = torch.where(torch.rand(trials, generator=generator) < 0.5, 0, first)
        step = torch.randint(1, kinds, (trials,), generator=generator)  # [t]
        step = torch.where(torch.rand(trials, generator=generator) < 0.5, 1, step)
        pair = classes.values[rows, first], classes.values[rows, (first + step) % kinds]
        share = torch.rand(trials, generator=generator, dtype=torch.float64)  # [t]
        return _ClassMove(torch.maximum(*pair), torch.minimum(*pair), share)


def _shift(axiom: Axiom, x: _Classes, move: _ClassMove, s: float) -> _Shift:
    """The change of log M_s, from the entries that change alone wherever few do."""
    eps = torch.finfo(torch.float64).eps
    powers = x.counts * x.values.pow(s)  # [t, c]
    total = powers.sum(dim=-1)  # [t]
    if axiom == "D1":
        amount = move.amount  # [t]
        ends = move.rich.pow(s) + move.poor.pow(s)  # [t]
        moved = (move.rich - amount).pow(s) + (move.poor + amount).pow(s)  # [t]
        error = 16 * eps * (1 + s) * torch.maximum(ends, moved) / total
        return _Shift(((moved - ends) / total).log1p() / s, error / s)
    size = x.counts.sum(dim=-1)  # [t]
    error = torch.full_like(total, 64 * eps * (1 + 1 / s)) * (1 + size.log())
    if axiom == "D2":
        factor = 10 ** (4 * move.share - 2)  # [t]
        scaled = (x.counts * (x.values * factor[:, None]).pow(s)).sum(dim=-1)  # [t]
        return _Shift((scaled.log() - total.log()) / s - factor.log(), error)
    if axiom == "D3":
        amount = 10 ** (3 * move.share - 2)  # [t]
        raised = (x.counts * (x.values + amount[:, None]).pow(s)).sum(dim=-1)  # [t]
        return _Shift((raised.log() - total.log()) / s, error)
    if axiom == "D4":
        twice = (2 * powers).sum(dim=-1)  # [t]
        return _Shift(((twice / (2 * size)).log() - (total / size).log()) / s, error)
    if axiom == "P1":
        base = (x.counts * x.values).sum(dim=-1)  # [t], an entry richer than all others together
        factor = 1.5 + 8 * move.share  # [t]
        gain = base.pow(s) * (factor.pow(s) - 1) / (total + base.pow(s))  # [t]
        return _Shift(gain.log1p() / s, error)
    zeros = (size * move.share).ceil()  # [t]
    return _Shift(-(zeros / size).log1p() / s, error)
