"""What is chosen before an experiment begins. Free to read: nothing here imports torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demos.attention.experiment.masks import MaskName
from demos.attention.experiment.tasks import TASKS, Family, Task

MASKS_OF: Mapping[Family, tuple[MaskName, ...]] = {
    "generation": ("causal", "prefix"),
    "masked": ("bidirectional", "half_heads", "alternating"),
}
_SEEDS = 1_000_000
_RANGES: tuple[tuple[str, float, float], ...] = (
    ("layers", 1, 8),
    ("heads", 1, 16),
    ("width", 8, 256),
    ("steps", 1, 100_000),
    ("batch", 1, 1_024),
    ("learning_rate", 0.0, 1.0),
    ("weight_decay", 0.0, 10.0),
    ("warmup", 0.0, 1.0),
    ("evaluations", 1, 1_000),
    ("held_out", 16, 65_536),
)


@dataclass(frozen=True)
class Settings:
    """Everything that decides an experiment's outcome.

    Attributes:
        task: a key of `TASKS`.
        masks: what is compared; none named takes those of the task's family.
        seeds: each decides a start and an order of examples, the same for every mask.
        layers, heads, width: of the transformer.
        steps, batch: updates, and examples in each.
        learning_rate: AdamW's peak; it rises over the share `warmup` of the steps, then falls
            linearly to nought.
        evaluations: times at which the held-out examples are judged, the last at the end.
        held_out: their number.
    """

    task: str = "sort"
    masks: tuple[MaskName, ...] = ()
    seeds: tuple[int, ...] = (0, 1, 2, 3)
    layers: int = 2
    heads: int = 4
    width: int = 48
    steps: int = 1_200
    batch: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 0.01
    warmup: float = 0.05
    evaluations: int = 20
    held_out: int = 256

    def __post_init__(self) -> None:
        """Raises ValueError, in one sentence, for settings that cannot be followed."""
        if self.task not in TASKS:
            raise ValueError(f"no task “{self.task}”: choose one of {', '.join(TASKS)}")
        if not self.masks:
            object.__setattr__(self, "masks", MASKS_OF[self.family])
        for mask in self.masks:
            if mask not in MASKS_OF[self.family]:
                raise ValueError(f"“{mask}” is no mask for a task of the family {self.family}")
        if not self.seeds or len({*self.seeds}) < len(self.seeds):
            raise ValueError("at least one seed is needed, and each once")
        if not all(0 <= seed < _SEEDS for seed in self.seeds):
            raise ValueError(f"a seed is a whole number from nought, below {_SEEDS:,}")
        for name, low, high in _RANGES:
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {getattr(self, name)}, not from {low:g} to {high:g}")
        if self.width % self.heads:
            raise ValueError(f"a width of {self.width} cannot be shared by {self.heads} heads")

    @property
    def family(self) -> Family:
        return self.subject.family

    @property
    def subject(self) -> Task:
        """The task itself."""
        return TASKS[self.task]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Settings:
        """The inverse; lists become tuples again."""
        fixed: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()
        }
        return cls(**fixed)
