"""Which column is what: guessed from names, in English and Chinese, and from cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.scaling.cells import is_empty, parse_number, unit_value

Role = Literal["N", "D", "C", "loss", "run", "step"]
ROLES: tuple[Role, ...] = ("N", "D", "C", "loss", "run", "step")
LossKind = Literal["loss", "perplexity"]

_NAMES: dict[Role, tuple[str, ...]] = {
    "N": (
        *("n", "params", "param", "parameters", "parameter", "n params", "num params", "nparams"),
        *("num parameters", "n parameters", "number of parameters", "parameter count"),
        *("param count", "params count", "model size", "size", "model params", "model parameters"),
        *("total params", "total parameters", "non embedding params", "non embedding parameters"),
        *("active params", "activated params", "参数量", "参数", "参数数量", "参数个数"),
        *("参数规模", "模型大小", "模型规模", "模型参数"),
    ),
    "D": (
        *("d", "tokens", "token", "n tokens", "num tokens", "number of tokens", "total tokens"),
        *("train tokens", "training tokens", "tokens seen", "seen tokens", "tokens processed"),
        *("consumed tokens", "token count", "dataset size", "data size", "data", "dataset tokens"),
        *("samples", "n samples", "num samples", "number of samples", "consumed samples"),
        *("train samples", "training samples", "examples", "n examples", "words", "training data"),
        *("数据量", "训练数据量", "数据规模", "词元", "词元数", "训练词元数", "训练词元"),
        *("token数", "tokens数", "训练token数", "训练tokens数", "样本数", "样本量"),
    ),
    "C": (
        *("c", "flops", "compute", "training flops", "train flops"),
        *("total flops", "training compute", "train compute"),
        *("total compute", "compute budget", "flop budget", "flops budget", "budget", "pf days"),
        *("pfdays", "petaflop s days", "算力", "计算量", "训练算力", "训练计算量", "总计算量"),
        *("总算力", "浮点运算量", "浮点运算次数"),
    ),
    "loss": (
        *("val loss", "valid loss", "validation loss", "eval loss", "test loss", "dev loss"),
        *("验证损失", "测试损失", "评估损失", "val ppl", "test ppl", "valid ppl", "eval ppl"),
        *("validation perplexity", "test perplexity"),
        *("loss", "l", "final loss", "lm loss", "cross entropy", "cross entropy loss", "ce loss"),
        *("ce", "nll", "损失", "最终损失", "损失值", "交叉熵", "bpb", "bits per byte"),
        *("bits per token", "bits per character", "bpc", "perplexity", "ppl", "困惑度"),
        *("train loss", "training loss", "训练损失", "train ppl"),
    ),
    "run": (
        *("run", "run name", "run id", "name", "experiment", "experiment name", "exp", "trial"),
        *("model", "model name", "config", "实验", "实验名", "实验名称", "运行", "模型"),
        *("模型名", "模型名称", "名称"),
    ),
    "step": (
        *("step", "steps", "global step", "training step", "training steps", "train step"),
        *("train steps", "trainer global step", "n steps", "num steps", "iteration", "iterations"),
        *("iter", "iters", "update", "updates", "num updates", "步", "步数", "训练步数"),
        *("训练步", "迭代", "迭代次数", "迭代步数"),
    ),
}
# Words that make another thing of a name that would fit: batch size, tokens per parameter.
_OTHER = frozenset(
    (
        *("batch", "vocab", "vocabulary", "lr", "rate", "learning", "context", "seq", "sequence"),
        *("hidden", "time", "wall", "per", "std", "stderr", "sd", "se", "error", "grad", "norm"),
        *("ratio", "epoch", "color", "colour", "log", "log10", "ln", "min", "max", "delta"),
        *("diff", "aux", "optimal", "embedding", "layer", "layers", "head", "heads", "width"),
        *("depth", "seed", "gpu", "gpus", "hours", "date", "version", "type"),
        *("range", "irreducible", "reducible", "exponent"),
    )
)
_TENSORBOARD = frozenset(("wall time", "step", "value"))
_BRACKETS = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]")
_SAMPLED = 200  # cells that are looked at
_NUMBERS_SHARE = 0.5  # of them, that have to be numbers


@dataclass(frozen=True)
class Roles:
    """Which column is what.

    Attributes:
        columns: names by role.
        units: what one stands for, by role; 1 where absent.
        loss_kind: a perplexity's logarithm is the loss.
    """

    columns: Mapping[Role, str] = field(default_factory=dict)
    units: Mapping[Role, float] = field(default_factory=dict)
    loss_kind: LossKind = "loss"


def normalise(name: str) -> tuple[str, float | None]:
    """A column's name as plain words, and the unit that it carries: "params_(M)" -> params, 1e6."""
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    bracket = _BRACKETS.search(text)
    unit = unit_value(bracket[1].removeprefix("in ")) if bracket else None
    plain = _BRACKETS.sub(" ", text).lower()
    words = re.sub(r"[\s_\-./\\:|#,]+", " ", plain).split()
    while len(words) > 1 and words[-1] in ("in", "count", "nats"):
        words.pop()
    if unit is None and len(words) > 1 and not words[-1].endswith(("flop", "flops")):
        last = unit_value(words[-1])
        if last not in (None, 1.0):
            unit = last
            words.pop()
            if words[-1] == "in":
                words.pop()
    flop = unit_value(words[-1]) if words and words[-1].endswith(("flop", "flops")) else None
    if flop is not None:  # "total EFLOPs" names column and unit in one word
        unit = unit or flop
        words[-1] = "flops"
    joined = " ".join(words)
    if joined in ("pf days", "pfdays", "petaflop s days"):
        unit = unit_value("pf-days")
    return joined, unit


def score(name: str, role: Role) -> float:
    """How well a column's name fits a role: 0 not at all, 100 exactly."""
    plain, _ = normalise(name)
    names = _NAMES[role]
    if plain in names:
        # Within a role, names that stand first are better; one letter alone is weaker than a word.
        return (90.0 if len(plain) == 1 else 100.0) - names.index(plain) / 100
    words = plain.split()
    if _OTHER & set(words):
        return 0.0
    best = 0.0
    for place, known in enumerate(names):
        if len(known) == 1:
            continue
        chinese = any("\u4e00" <= character <= "\u9fff" for character in known)
        inside = known in plain if chinese else f" {known} " in f" {plain} "
        if inside:
            extra = len(words) - len(known.split())
            best = max(best, 50.0 + len(known) / 10 - 5 * extra - place / 100)
    return best


class KnownNames:
    """What a header's cell is recognised by; handed to the reader of tables."""

    def __contains__(self, cell: object) -> bool:
        if not isinstance(cell, str) or parse_number(cell) is not None:
            return False
        exact = any(score(cell, role) >= 80 for role in ROLES)
        return exact or any(score(cell, role) > 0 for role in ROLES if role != "run")


def guess_roles(columns: Mapping[str, Sequence[str] | NDArray[np.float64]]) -> Roles:
    """Guess which column is what, each column once, from names and from whether there are numbers.

    Args:
        columns: cells by name.
    """
    ranked = sorted(
        (
            (-score(name, role), order, name, role)
            for order, name in enumerate(columns)
            for role in ROLES
            if score(name, role) > 0
        ),
    )
    chosen: dict[Role, str] = {}
    for _, _, name, role in ranked:
        fits = role == "run" or _holds_numbers(columns[name])
        if role not in chosen and name not in chosen.values() and fits:
            chosen[role] = name
    plain = {normalise(name)[0]: name for name in columns}
    if plain.keys() - {"run"} == _TENSORBOARD:
        chosen["loss"] = plain["value"]
    return with_units(chosen)


def with_units(columns: Mapping[Role, str]) -> Roles:
    """Roles with the units that the columns' names carry."""
    units: dict[Role, float] = {}
    for role, name in columns.items():
        unit = normalise(name)[1]
        if role in ("N", "D", "C", "step") and unit is not None and unit != 1:
            units[role] = unit
    loss = normalise(columns["loss"])[0] if "loss" in columns else ""
    perplexity = any(word in loss for word in ("perplexity", "ppl", "困惑度"))
    return Roles(dict(columns), units, "perplexity" if perplexity else "loss")


def _holds_numbers(cells: Sequence[str] | NDArray[np.float64]) -> bool:
    if isinstance(cells, np.ndarray):
        return True
    sample = [cell for cell in cells[:: max(1, len(cells) // _SAMPLED)] if not is_empty(cell)]
    numbers = sum(
        parse_number(cell) is not None or parse_number(cell, decimal_comma=True) is not None
        for cell in sample
    )
    return numbers > 0 and numbers >= _NUMBERS_SHARE * len(sample)


def size_in_name(name: str) -> float | None:
    """The parameters that a run's name tells: "gpt-124M-b" -> 1.24e8; None: none or several."""
    found = re.findall(r"(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)\s*([KMBT])(?![A-Za-z0-9])", name, re.I)
    values = {float(number) * (unit_value(letter) or 1) for number, letter in found}
    return values.pop() if len(values) == 1 else None
