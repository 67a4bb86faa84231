"""What the two routes are shown with, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.frame.errors import InputProblem
from demos.frame.fields import SEEDS, check_known, check_number, check_whole

KINDS = ("words", "random")  # skip-grams made by hand, or random vectors
DIMENSIONS, BETAS, WEIGHTS = (1, 16), (0.0, 5.0), (0.0, 1.0)
TOKENS = ("At", "dawn", "the", "fisherman", "rowed", "his")
CANDIDATES = (
    *("boat", "net", "oars", "fish", "house"),
    *("coffee", "wife", "book", "piano", "river"),
)


@dataclass(frozen=True)
class Setting:
    """One comparison.

    Attributes:
        weights: of the earlier tokens, not yet brought to a sum of 1; one at least is positive.
        residual: whether the last token's own vector is added, a 2-gram prior.
        beta: of the generalised rule.
        kind: "words" or "random".
        dimension: d of the vectors; those of words are exact from 7 on.
        seed: of random vectors.
    """

    weights: tuple[float, ...] = (0.05, 0.15, 0.05, 0.3, 0.35, 0.1)
    residual: bool = False
    beta: float = 0.0
    kind: str = "words"
    dimension: int = 8
    seed: int = 0

    @property
    def shares(self) -> tuple[float, ...]:
        """The weights, brought to a sum of 1: what attention's softmax would give."""
        whole = sum(self.weights)
        return tuple(weight / whole for weight in self.weights)


def check_setting(
    weights: Sequence[Any], residual: Any, beta: Any, kind: Any, dimension: Any, seed: Any
) -> Setting:
    """Everything as a `Setting`; raises InputProblem for what cannot be compared."""
    check_known(kind, KINDS)
    return Setting(
        check_weights(weights),
        bool(residual),
        check_number("β", beta, BETAS),
        kind,
        check_whole("d", dimension, DIMENSIONS),
        check_whole("seed", seed, SEEDS),
    )


def check_weights(weights: Sequence[Any]) -> tuple[float, ...]:
    """Weights of the earlier tokens; raises InputProblem where none is left."""
    found = tuple(check_weight(number, weight) for number, weight in enumerate(weights))
    if not sum(found) > 0:
        raise InputProblem("bayes.routes.no_weight")
    return found


def check_weight(number: int, weight: Any) -> float:
    """One weight; raises InputProblem."""
    return check_number(TOKENS[number], weight, WEIGHTS)
