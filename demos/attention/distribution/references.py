"""Vectors whose indices are known, measured anew beside the known figures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from demos.attention.sparsity import INDICES

SIZE, DRAWS = 50_000, 9
SHOWN = ("s_star_1_2", "gini", "hoyer")


@dataclass(frozen=True)
class Reference:
    """One kind of vector.

    Attributes:
        key: its name in texts.
        known: S*_{1,2}, Gini and Hoyer as they are written elsewhere.
        limit: the same for infinitely many entries, in closed form.
        measured: ours, the median of some draws.
        spread: smallest and largest of the draws, an index each.
    """

    key: str
    known: tuple[float, ...]
    limit: tuple[float, ...]
    measured: tuple[float, ...]
    spread: tuple[tuple[float, float], ...]


_KNOWN: dict[str, tuple[float, float, float]] = {
    "one_hot": (0.1, 0.99, 1.0),
    "uniform": (1.0, 0.0, 0.0),
    "half_normal": (0.7979, 0.414, 0.203),
    "exponential": (0.707, 0.50, 0.29),
    "softmax": (0.605, 0.52, 0.40),
    "softmax_3": (0.046, 0.96, 0.96),
}


def _lognormal(deviation: float) -> tuple[float, float, float]:
    """softmax(s N) is a log-normal sample made to sum to one."""
    star = math.exp(-(deviation**2) / 2)
    return star, math.erf(deviation / 2), 1 - star


_LIMITS: dict[str, tuple[float, float, float]] = {
    "one_hot": (0.1, 0.99, 1.0),  # of 100 entries: exact
    "uniform": (1.0, 0.0, 0.0),
    "half_normal": (math.sqrt(2 / math.pi), math.sqrt(2) - 1, 1 - math.sqrt(2 / math.pi)),
    "exponential": (math.sqrt(0.5), 0.5, 1 - math.sqrt(0.5)),
    "softmax": _lognormal(1.0),
    "softmax_3": _lognormal(3.0),
}


def measure_references(seed: int = 0) -> tuple[Reference, ...]:
    """All of them, for `registry.run`; the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    normal = torch.randn(DRAWS, SIZE, generator=generator, dtype=torch.float64)
    uniform = torch.rand(DRAWS, SIZE, generator=generator, dtype=torch.float64)
    vectors = {
        "one_hot": torch.eye(1, 100, dtype=torch.float64),
        "uniform": torch.ones(1, 100, dtype=torch.float64),
        "half_normal": normal.abs(),
        "exponential": -uniform.clamp_min(1e-300).log(),
        "softmax": normal.softmax(dim=-1),
        "softmax_3": (3 * normal).softmax(dim=-1),
    }
    found = []
    for key, x in vectors.items():
        values = [INDICES[index].measure(x) for index in SHOWN]  # [draws] each
        found.append(
            Reference(
                key,
                _KNOWN[key],
                _LIMITS[key],
                tuple(float(value.median()) for value in values),
                tuple((float(value.min()), float(value.max())) for value in values),
            )
        )
    return tuple(found)
