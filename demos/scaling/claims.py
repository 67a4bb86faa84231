"""What papers say is compute-optimal: exponents as printed, and N and D for a budget.

`published` holds laws of the loss; this module holds answers to "how large a model for this
budget", which not every paper derives from such a law:

- Kaplan et al. read theirs off a frontier of runs that were stopped early, with N without
  embeddings: a = .73. Their L(N, D) has its optimum at .58, their L(N, S) at .68.
- Hoffmann et al. have three: envelopes of training curves, IsoFLOP parabolas, and a fitted law. The
  law's printed parameters are rounded, and the rounding alone moves the optimum for 5.76e23 FLOP
  from 40e9 parameters, which the paper says, to 32e9. The unrounded ones are in the paper's source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.scaling.frontier import closed_frontier, optimal_exponents
from demos.scaling.published import PUBLISHED, PublishedLaw

FloatArray = NDArray[np.float64]
Pair = tuple[float, float]

PF_DAY = 8.64e19  # FLOP
_ALPHA_N, _ALPHA_S, _ALPHA_B = 0.076, 0.76, 0.21  # Kaplan et al., table 5

UNROUNDED = PublishedLaw(
    key="hoffmann-2022-unrounded",
    title="Hoffmann et al. 2022, unrounded",
    law="chinchilla",
    parameters={"A": 406.4, "B": 410.7, "E": 1.6934, "alpha": 0.3392, "beta": 0.2849},
    data="MassiveText, N 4.4e7 to 1.6e10",
    source="source text of arXiv 2203.15556, as told in arXiv 2404.10102",
)


@dataclass(frozen=True)
class Power:
    """N = parameters (C / compute)^a; D likewise where the paper has its own, else C / (factor N).

    Attributes:
        compute: C in FLOP.
        parameters, tokens: N and D there.
    """

    compute: float
    parameters: float
    tokens: float | None = None


@dataclass(frozen=True)
class Claim:
    """A paper's answer.

    Attributes:
        key: "scaling.claim.<key>" is its name.
        source: where it stands.
        printed: a and b as the paper gives them; None where it does not.
        intervals: of a and b as printed, 10th to 90th percentile.
        law: the law that it follows from.
        power: where its path lies, if it follows from no law.
        recomputed: a and b that follow from other figures of the paper, where there is no law.
    """

    key: str
    source: str
    printed: Pair | None = None
    intervals: tuple[Pair, Pair] | None = None
    law: PublishedLaw | None = None
    power: Power | None = None
    recomputed: Pair | None = None

    @property
    def exponents(self) -> Pair | None:
        """a and b recomputed from what the paper prints."""
        if self.law is not None:
            return optimal_exponents(self.law.law, self.law.parameters)
        return self.recomputed

    def optimum(self, compute: FloatArray, factor: float) -> tuple[FloatArray, FloatArray]:
        """N and D [m] for budgets [m] in FLOP.

        Raises:
            InputProblem: budgets or a factor that are not above 0.
        """
        if self.law is not None:
            best = closed_frontier(self.law.law, self.law.parameters, compute, factor)
            return best.parameters, best.tokens
        assert self.power is not None
        assert self.printed is not None
        times = np.asarray(compute, dtype=np.float64) / self.power.compute
        n = self.power.parameters * times ** self.printed[0]
        if self.power.tokens is not None:
            return n, self.power.tokens * times ** self.printed[1]
        return n, compute / (factor * n)


def batch_limited_exponents() -> Pair:
    """a and b that follow from Kaplan's L(N, S) at the critical batch size (their B.7 and B.9)."""
    of_compute = 1 / (1 / _ALPHA_N + 1 / _ALPHA_S + 1 / _ALPHA_B)
    return of_compute / _ALPHA_N, 1 - of_compute / _ALPHA_N


CLAIMS: tuple[Claim, ...] = (
    Claim(
        key="kaplan",
        source="arXiv 2001.08361, table 6",
        printed=(0.73, 0.27),
        power=Power(PF_DAY, 1.3e9, 2e10),
        recomputed=batch_limited_exponents(),
    ),
    Claim(
        key="kaplan_law",
        source="arXiv 2001.08361, equation 1.5, table 2",
        law=PUBLISHED["kaplan-2020"],
    ),
    Claim(
        key="hoffmann_1",
        source="arXiv 2203.15556, tables 2 and 3",
        printed=(0.50, 0.50),
        intervals=((0.488, 0.502), (0.501, 0.512)),
        power=Power(1.21e20, 1e9),
    ),
    Claim(
        key="hoffmann_2",
        source="arXiv 2203.15556, tables 2 and A3",
        printed=(0.49, 0.51),
        intervals=((0.462, 0.534), (0.483, 0.529)),
        power=Power(1.20e20, 1e9),
    ),
    Claim(
        key="hoffmann_3",
        source="arXiv 2203.15556, table 2, equation 10",
        printed=(0.46, 0.54),
        intervals=((0.454, 0.455), (0.542, 0.543)),
        law=PUBLISHED["hoffmann-2022"],
    ),
    Claim(
        key="hoffmann_3_unrounded",
        source=UNROUNDED.source,
        printed=(0.46, 0.54),
        intervals=((0.454, 0.455), (0.542, 0.543)),
        law=UNROUNDED,
    ),
    Claim(
        key="besiroglu",
        source="arXiv 2404.10102; printed first with A 482.01, B 2085.43, alpha .3478, beta .3658",
        printed=(0.513, 0.487),
        law=PUBLISHED["besiroglu-2024"],
    ),
)


def claim(key: str) -> Claim:
    """A claim by its key; raises KeyError."""
    return {each.key: each for each in CLAIMS}[key]
