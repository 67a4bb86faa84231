"""The plane of S*_{q,p}: where it breaks an axiom, piece by piece; and examples for one (q, p)."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch

from demos.attention.axioms import (
    AXIOMS,
    Counterexample,
    Crowded,
    Plane,
    find_crowded,
    find_violation,
    plane,
)
from demos.attention.sparsity import Axiom, s_star, star_index
from models.registry import Registry
from models.work import Progress

LOW, HIGH, STEPS = 0.1, 10.0, 33  # 1 is the middle one
EXPONENTS: tuple[float, ...] = tuple(
    float(f"{s:.6g}") for s in np.geomspace(LOW, HIGH, STEPS).tolist()
)
KNOWN = ((10.0, 1.0, 0.5), (10.0, 0.9, 0.6))  # Robin Hood between the two poor
_PIECE = 4  # rows at once
_CROWD_TRIALS = 50_000


def searching(registry: Registry) -> Generator[Progress, None, Plane]:
    """The whole plane; the same on every machine."""
    started, parts = time.perf_counter(), []
    for place in range(0, STEPS, _PIECE):
        share = place / STEPS
        yield Progress(place, STEPS, time.perf_counter() - started, share=share)
        parts.append(registry.run(plane, EXPONENTS[place : place + _PIECE], EXPONENTS))
    return Plane(
        EXPONENTS,
        EXPONENTS,
        {axiom: torch.cat([part.worst[axiom] for part in parts]) for axiom in AXIOMS},
        {axiom: torch.cat([part.theory[axiom] for part in parts]) for axiom in AXIOMS},
    )


@dataclass(frozen=True)
class Case:
    """What is known of an axiom at one (q, p).

    Attributes:
        met: whether it is met, by theory.
        short: a violation among short vectors, or None.
        crowded: one among vectors with crowds, looked for where there is no short one, or None.
        known: S*_{q,p} before and after the move of `KNOWN`.
    """

    met: bool
    short: Counterexample | None
    crowded: Crowded | None
    known: tuple[float, float]


def find_case(q: float, p: float, axiom: Axiom) -> Case:
    """Look for a violation of an axiom by S*_{q,p}, for `registry.run`."""
    index = star_index(q, p)
    short = find_violation(index, axiom)
    crowded = None
    if short is None and axiom == "D1":
        crowded = find_crowded(q, p, trials=_CROWD_TRIALS)
    before, after = s_star(torch.tensor(KNOWN, dtype=torch.float64), q, p).tolist()
    return Case(axiom in index.axioms, short, crowded, (before, after))
