"""What every index does at the vector at hand, and what a move does to it; for `registry.run`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from demos.attention.axiom_board.vector import MOST_ENTRIES
from demos.attention.axioms import (
    AXIOMS,
    Counterexample,
    Verdict,
    add_zeros,
    check,
    clone,
    find_violation,
    judge,
    make_rich,
    raise_all,
    robin_hood,
    scale,
)
from demos.attention.sparsity import INDICES, Axiom, Index, star_index
from demos.frame.errors import InputProblem

Giver = Literal["richest", "second"]
GIVERS: tuple[Giver, ...] = ("richest", "second")
FACTOR = 2.0

Verdicts = dict[str, dict[Axiom, Verdict]]
Found = dict[Axiom, "Counterexample | None"]


def indices_with(q: float, p: float) -> dict[str, Index]:
    """The indices of the board: those of the table, and S*_{q,p} of the plane."""
    star = star_index(q, p)
    return {**INDICES, star.key: star}


def judge_vector(vector: tuple[float, ...], q: float, p: float) -> Verdicts:
    """Each index under each axiom at one vector, by the worst of many moves."""
    x = torch.tensor(vector, dtype=torch.float64)
    return {
        key: {axiom: check(index, axiom, x) for axiom in AXIOMS}
        for key, index in indices_with(q, p).items()
    }


@dataclass(frozen=True)
class Pressed:
    """A button's move and what the indices make of it.

    Attributes:
        axiom: whose move.
        x, y: the vector before and after.
        amount: what was given, added or multiplied with.
        ends: places of giver and taker, or of the entry that changed; empty where all do.
        verdicts: by key of the index.
    """

    axiom: Axiom
    x: tuple[float, ...]
    y: tuple[float, ...]
    amount: float
    ends: tuple[int, ...]
    verdicts: dict[str, Verdict]


def check_move(axiom: Axiom, vector: tuple[float, ...], giver: Giver) -> None:
    """Raises InputProblem where a button can do nothing: nobody is richer, or no room is left."""
    ordered = sorted(vector, reverse=True)
    rich = ordered[min(GIVERS.index(giver), len(ordered) - 1)]
    if axiom == "D1" and not rich > ordered[-1]:
        raise InputProblem("attention.axioms.no_gap")
    after = {"D4": 2 * len(vector), "P2": len(vector) + 1}.get(axiom, 0)
    if after > MOST_ENTRIES:
        raise InputProblem("attention.axioms.too_many", count=after, most=MOST_ENTRIES)


def press(
    axiom: Axiom, vector: tuple[float, ...], share: float, giver: Giver, q: float, p: float
) -> Pressed:
    """Make one move.

    Args:
        share: of the difference, that Robin Hood moves; of the largest entry, that the tide adds.
        giver: from whom Robin Hood takes; the poorest receives.

    Raises:
        InputProblem: as `check_move`.
    """
    check_move(axiom, vector, giver)
    x = torch.tensor(vector, dtype=torch.float64)
    y, amount, ends = _moved(axiom, x, share, giver)
    verdicts = {key: judge(index, axiom, x, y) for key, index in indices_with(q, p).items()}
    return Pressed(axiom, vector, tuple(y.tolist()), amount, ends, verdicts)


def _moved(
    axiom: Axiom, x: Tensor, share: float, giver: Giver
) -> tuple[Tensor, float, tuple[int, ...]]:
    order = x.argsort(descending=True, stable=True).tolist()
    largest, total = x.max().item(), x.sum().item()
    if axiom == "D1":
        rich, poor = order[min(GIVERS.index(giver), len(order) - 1)], order[-1]
        amount = share * (x[rich] - x[poor]).item()
        return robin_hood(x, rich, poor, amount), amount, (rich, poor)
    if axiom == "D2":
        return scale(x, FACTOR), FACTOR, ()
    if axiom == "D3":
        amount = share * largest or share
        return raise_all(x, amount), amount, ()
    if axiom == "D4":
        return clone(x), 2, ()
    if axiom == "P1":
        amount = total or 1.0
        return make_rich(x, order[0], amount), amount, (order[0],)
    return add_zeros(x), 1, ()


def search_index(key: str) -> Found:
    """The worst violation of each axiom among random vectors, for one index of the table."""
    return {axiom: find_violation(INDICES[key], axiom) for axiom in AXIOMS}
