"""Our own comparison over seeds: what was run, and what its figures are worth. In numpy."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.train.settings import EncoderKind, LossName

FILE = Path(__file__).with_name("comparison.json")
# Two-sided 95 % points of Student's t by degrees of freedom, 1 to 9.
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


@dataclass(frozen=True)
class Curves:
    """One loss over its seeds: Spearman [seeds, evaluations] after the same `steps`."""

    kind: EncoderKind
    data: str
    loss: LossName
    seeds: tuple[int, ...]
    steps: NDArray[np.int64]
    spearman: NDArray[np.float64]

    @property
    def last(self) -> NDArray[np.float64]:
        """Spearman at the end of each seed, [seeds]."""
        return self.spearman[:, -1]


@dataclass(frozen=True)
class Difference:
    """A loss's final Spearman minus CoSENT's, paired by seed, with a 95 % interval."""

    mean: float
    half_width: float

    @property
    def is_within_noise(self) -> bool:
        return abs(self.mean) <= self.half_width


def read_comparison(path: Path = FILE) -> tuple[tuple[Curves, ...], dict[str, Any]]:
    """The runs by kind, data and loss, CoSENT first, and their setting; nothing without a file."""
    if not path.is_file():
        return (), {}
    content = json.loads(path.read_text(encoding="utf-8"))
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for run in content["runs"]:
        groups.setdefault((run["kind"], run["data"], run["loss"]), []).append(run)
    found = [_curves(runs) for runs in groups.values()]
    found.sort(key=lambda c: (c.kind, c.data != "stsb", c.loss != "cosent", c.loss))
    return tuple(found), content["setting"] | {"made": content["made"]}


def difference(curves: Curves, cosent: Curves) -> Difference | None:
    """How a loss differs from CoSENT at the end; None with fewer than two common seeds."""
    common = sorted(set(curves.seeds) & set(cosent.seeds))
    if len(common) < 2:
        return None
    gaps = np.array(
        [curves.last[curves.seeds.index(s)] - cosent.last[cosent.seeds.index(s)] for s in common]
    )
    spread = float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    factor = _STUDENT[min(len(gaps) - 1, len(_STUDENT)) - 1]
    return Difference(float(gaps.mean()), factor * spread)


def groups_of(curves: Sequence[Curves]) -> dict[tuple[EncoderKind, str], list[Curves]]:
    """Curves that may be compared: of one kind on one data set."""
    found: dict[tuple[EncoderKind, str], list[Curves]] = {}
    for each in curves:
        found.setdefault((each.kind, each.data), []).append(each)
    return found


def _curves(runs: list[dict[str, Any]]) -> Curves:
    runs = sorted(runs, key=lambda run: int(run["seed"]))
    return Curves(
        kind=runs[0]["kind"],
        data=runs[0]["data"],
        loss=runs[0]["loss"],
        seeds=tuple(run["seed"] for run in runs),
        steps=np.array(runs[0]["steps"]),
        spearman=np.array([run["spearman"] for run in runs], dtype=np.float64),
    )
