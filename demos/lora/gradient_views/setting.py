"""What is looked at in the gradient views, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demos.frame.fields import check_known, check_whole
from demos.frame.log_slider import as_number
from demos.lora.directions import KINDS, GradientKind
from demos.lora.fields import check_seed
from demos.lora.optimizers import check_rank

SIDES, RANKS, SAMPLES, ETAS = (4, 64), (1, 16), (10, 10_000), (0.01, 10.0)
POINTS = ("start", "middle")  # where LoRA stands: B = 0, or both factors random


@dataclass(frozen=True)
class Setting:
    """Views of one gradient.

    Attributes:
        n, m: its sides.
        rank: r of LoRA and of the random projections.
        kind, gradient_rank: see `directions.gradient`.
        point: "start" where B = 0, "middle" where it is random.
        eta: the learning rate of the SGD step, for its second order.
        samples: random projections in the mean.
        seed: of everything random.
    """

    n: int = 32
    m: int = 24
    rank: int = 4
    kind: GradientKind = "regression"
    gradient_rank: int = 3
    point: str = "middle"
    eta: float = 1.0
    samples: int = 2_000
    seed: int = 0


def check_setting(
    n: Any,
    m: Any,
    rank: Any,
    kind: Any,
    gradient_rank: Any,
    point: Any,
    eta: Any,
    samples: Any,
    seed: Any,
) -> Setting:
    """Everything as a `Setting`; raises InputProblem for what cannot be looked at."""
    n, m = check_whole("n", n, SIDES), check_whole("m", m, SIDES)
    rank = check_whole("r", rank, RANKS)
    check_rank(rank, n, m)
    check_known(kind, KINDS)
    check_known(point, POINTS)
    return Setting(
        *(n, m, rank, kind),
        check_gradient_rank(kind, gradient_rank, n, m),
        point,
        as_number(eta, *ETAS),
        check_whole("K", samples, SAMPLES),
        check_seed(seed),
    )


def check_gradient_rank(kind: Any, rank: Any, n: int, m: int) -> int:
    """The rank of G's pattern, which a random one does not have; raises InputProblem."""
    return 1 if kind == "random" else check_whole("k", rank, (1, min(n, m)))
