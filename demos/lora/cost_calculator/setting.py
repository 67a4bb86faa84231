"""What a visitor sets in the cost calculator, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demos.frame.errors import InputProblem
from demos.frame.fields import check_whole
from demos.lora.cost import LARGEST, MOMENTS, WAYS, Cost, Way, cost

OPTIMIZERS = tuple(MOMENTS)
PRECISIONS = {"float32": 4, "bfloat16": 2}  # bytes a number
SIZES = ("n", "m", "r", "batch")

Costs = dict[Way, Cost]


@dataclass(frozen=True)
class Setting:
    """One layer and how it is trained."""

    n: int
    m: int
    r: int
    batch: int
    optimizer: str = "adam"
    precision: str = "float32"

    @property
    def nbytes(self) -> int:
        """Of a number."""
        return PRECISIONS[self.precision]

    def costs(self) -> Costs:
        """Of all three ways."""
        return {way: cost(way, self.n, self.m, self.r, self.batch, self.optimizer) for way in WAYS}


@dataclass(frozen=True)
class Known:
    """A layer of a known model, and how many weights of this shape the model has."""

    n: int
    m: int
    weights: int
    r: int
    batch: int  # rows: sentences or texts times tokens
    precision: str

    def fits(self, setting: Setting) -> bool:
        """Whether it is this shape, either way round."""
        return {setting.n, setting.m} == {self.n, self.m}

    def setting(self) -> Setting:
        """As its button sets it."""
        return Setting(self.n, self.m, self.r, self.batch, "adam", self.precision)


# MiniLM-L6: query, key, value and output of 6 layers; BERT-base: both products of 12 feed-forward
# networks; LLaMA 7B: four of 32 attentions, three of 32 gated feed-forward networks.
PRESETS: dict[str, Known] = {
    "minilm": Known(384, 384, 24, 8, 2_048, "float32"),
    "bert": Known(768, 3_072, 24, 8, 4_096, "float32"),
    "llama_attention": Known(4_096, 4_096, 128, 16, 8_192, "bfloat16"),
    "llama_mlp": Known(4_096, 11_008, 96, 16, 8_192, "bfloat16"),
}
DEFAULT = PRESETS["bert"].setting()


def whole(name: str, value: Any) -> int:
    """A size of the layer or a batch; raises InputProblem."""
    return check_whole(name, value, (1, LARGEST))


def check_setting(
    n: Any, m: Any, r: Any, batch: Any, optimizer: Any, precision: Any = "float32"
) -> Setting:
    """Raises InputProblem for sizes, ranks and choices that are not possible."""
    n, m, r, batch = (
        whole(name, value) for name, value in zip(SIZES, (n, m, r, batch), strict=True)
    )
    if precision not in PRECISIONS:
        names = ", ".join(PRECISIONS)
        raise InputProblem("lora.cost.no_precision", name=str(precision)[:40], names=names)
    if not isinstance(optimizer, str):
        raise InputProblem("lora.optimizer", name=str(optimizer)[:40], names=", ".join(OPTIMIZERS))
    setting = Setting(n, m, r, batch, optimizer, precision)
    setting.costs()
    return setting


def check_rank(n: Any, m: Any, r: Any) -> None:
    """Raises InputProblem for a rank that the weight cannot have, or a size that is none."""
    rank = whole("r", r)
    sides = [side for side in (n, m) if isinstance(side, (int, float)) and side >= 1]
    if sides and rank > min(sides):
        raise InputProblem("lora.rank", rank=rank, most=int(min(sides)))
