"""What a race is run with, the learning rates of methods, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from demos.frame.errors import InputProblem
from demos.frame.fields import check_known, check_whole
from demos.lora.fields import check_number, check_seed
from demos.lora.landscape import TARGETS, TargetKind
from demos.lora.optimizers import check_rank

MethodName = Literal[
    "full", "lora", "lora_plus", "symmetric", "random", "additive", "galore", "flora"
]
METHODS: tuple[MethodName, ...] = (
    *("full", "lora", "lora_plus", "symmetric"),
    *("random", "additive", "galore", "flora"),
)
Inner = Literal["sgd", "momentum", "adam"]
INNERS: tuple[Inner, ...] = ("sgd", "momentum", "adam")

SIDES, RANKS, STEPS, CONDITIONS = (4, 128), (1, 64), (20, 1_000), (1.0, 100.0)
RATES = (1e-6, 1e3)
PLUS = 4.0  # LoRA+'s ratio of the rate of B, which begins at zero, to that of A
EVERY = 20  # steps after which GaLore's directions are taken anew
MOMENTUM = 0.9
_REACH = 4.0  # Adam's rates: that all steps together go so many times as far as a mean entry lies


@dataclass(frozen=True)
class Setting:
    """A race.

    Attributes:
        n, m: sides of W, as in Y = X W.
        rank: of every method that has one.
        target, target_rank: see `landscape.target`.
        condition: largest over smallest variance of the inputs.
        inner: the optimiser of the coordinates; the random projection has none and stays SGD.
        steps: of each method.
        methods: who takes part, in the order of `METHODS`.
        rates: learning rates that the visitor has chosen; the others are `own_rate`.
        seed: of the target, the inputs and everything random.
    """

    n: int = 48
    m: int = 32
    rank: int = 4
    target: TargetKind = "low_rank"
    target_rank: int = 4
    condition: float = 10.0
    inner: Inner = "sgd"
    steps: int = 300
    methods: tuple[MethodName, ...] = METHODS
    rates: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    def rate(self, method: MethodName) -> float:
        """The learning rate of a method: the visitor's, else its own."""
        return self.rates.get(method) or own_rate(method, self)


def own_rate(method: MethodName, setting: Setting) -> float:
    """A learning rate that suits a method, from sizes alone.

    The curvature of the loss in W is at most 1 (the inputs' variance is), the wanted change has
    spectral norm 1 and entries of about sqrt(1 / max(n, m)). Of SGD:

    - full, GaLore: half of the curvature's inverse;
    - LoRA and its kin: as well, for at the end the factors have norms of about 1;
    - additive: half of r / (n + m), for a row's offset has the curvature of m / r entries;
    - random projection: what contracts an isotropic error fastest, 1 / (2 + (n + m + 2) / (2 r));
      Flora likewise, 1 / (1 + (n + 1) / r).

    Momentum .9 takes a tenth of each that has moments. Adam moves every coordinate by about its
    rate a step: the rate is what reaches the wanted entries in a quarter of the steps.
    """
    n, m, r = setting.n, setting.m, setting.rank
    sgd: dict[MethodName, float] = {
        "full": 0.5,
        "galore": 0.5,
        "lora": 0.5,
        "lora_plus": 0.25,
        "symmetric": 0.25,
        "additive": 0.5 * r / (n + m),
        "random": 1 / (2 + (n + m + 2) / (2 * r)),
        "flora": 1 / (1 + (n + 1) / r),
    }
    # Moments of Flora start anew with its directions, here at every step.
    plain = ("random", "flora") if setting.inner == "momentum" else ("random",)
    if setting.inner == "sgd" or method in plain:
        return sgd[method]
    if setting.inner == "momentum":
        return (1 - MOMENTUM) * sgd[method]
    entry = 1 / math.sqrt(max(n, m))
    adam: dict[MethodName, float] = {
        "full": entry,
        "additive": entry / math.sqrt(r),
        "lora": 2 * math.sqrt(entry),  # two factors share the way
        "symmetric": 2 * math.sqrt(entry),
        "lora_plus": math.sqrt(entry),
        "galore": 1.0,
        "flora": entry,
    }
    return _REACH * adam[method] / setting.steps


def check_setting(
    *,
    n: Any,
    m: Any,
    rank: Any,
    target: Any,
    target_rank: Any,
    condition: Any,
    inner: Any,
    steps: Any,
    methods: Any,
    rates: Mapping[str, Any],
    seed: Any,
) -> Setting:
    """Everything as a `Setting`; raises InputProblem for what cannot be raced."""
    n, m = check_whole("n", n, SIDES), check_whole("m", m, SIDES)
    chosen = check_methods(methods)
    rank = check_form_rank(rank, n, m, chosen)
    check_known(target, TARGETS)
    wanted = check_target_rank(target, target_rank, n, m)
    check_known(inner, INNERS)
    return Setting(
        *(n, m, rank, target, wanted),
        condition=check_condition(condition),
        inner=inner,
        steps=check_whole("steps", steps, STEPS),
        methods=chosen,
        rates=check_rates(rates),
        seed=check_seed(seed),
    )


def check_form_rank(rank: Any, n: int, m: int, methods: Sequence[str]) -> int:
    """The rank of the methods, as each of them can have it; raises InputProblem."""
    known = check_whole("r", rank, RANKS)
    check_rank(known, n, m)
    if "additive" in methods:
        _check_divides(known, n, m)
    return known


def check_target_rank(target: TargetKind, rank: Any, n: int, m: int) -> int:
    """The rank of the wanted change, where it has one; raises InputProblem."""
    if target in ("decaying", "flat"):
        return 1
    wanted = check_whole("k", rank, (1, min(n, m)))
    if target == "offsets":
        _check_divides(wanted, n, m)
    return wanted


def check_condition(condition: Any) -> float:
    """The ratio of the inputs' variances; raises InputProblem."""
    return check_number("lora.race.condition_bounds", condition, CONDITIONS)


def _check_divides(rank: int, n: int, m: int) -> None:
    if n % rank or m % rank:
        raise InputProblem("lora.race.divides", rank=rank, n=n, m=m, ranks=common_divisors(n, m))


def check_methods(methods: Sequence[str] | None) -> tuple[MethodName, ...]:
    """The chosen methods in their order; raises InputProblem for none or a strange one."""
    for name in methods or ():
        check_known(name, METHODS)
    chosen = tuple(name for name in METHODS if name in (methods or ()))
    if not chosen:
        raise InputProblem("lora.race.no_method")
    return chosen


def check_rates(rates: Mapping[str, Any]) -> dict[str, float]:
    """Learning rates by method; "" and None are the method's own. Raises InputProblem."""
    for name in rates:
        check_known(name, METHODS)
    given = {name: rate for name, rate in rates.items() if str(rate or "").strip()}
    return {
        name: check_number("lora.race.rate", rate, RATES, method=name)
        for name, rate in given.items()
    }


def common_divisors(n: int, m: int) -> str:
    """Ranks that the additive form can have, as a list in words."""
    common = math.gcd(n, m)
    return ", ".join(str(each) for each in range(1, common + 1) if common % each == 0)
