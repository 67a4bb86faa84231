"""What a visitor sets in the quanta laboratory, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from demos.frame.errors import InputProblem
from demos.frame.log_slider import as_number
from demos.scaling import quanta
from demos.scaling.quanta import PARITY_EXPONENT, PARITY_TASKS, PYTHIA_EXPONENT, Rule, Spectrum

Kind = Literal["zipf", "mandelbrot", "exponential", "uniform", "lognormal"]
Scaled = Literal["parameters", "data", "steps"]
Learned = Literal["sharp", "smooth"]
Bounds = tuple[float, float]

KINDS: tuple[Kind, ...] = ("zipf", "mandelbrot", "exponential", "uniform", "lognormal")
SCALED: tuple[Scaled, ...] = ("parameters", "data", "steps")
LEARNED: tuple[Learned, ...] = ("sharp", "smooth")
ENDLESS: tuple[Kind, ...] = ("zipf", "mandelbrot", "exponential")  # the others need a number
POWER_LAWS: tuple[Kind, ...] = ("zipf", "mandelbrot")

EXPONENTS: Bounds = (0.05, 3)
SHIFTS: Bounds = (1, 1_000)
RATES: Bounds = (0.001, 1)
SPREADS: Bounds = (0.5, 5)
COUNTS: Bounds = (4, 1_000_000)
THRESHOLDS: Bounds = (1, 100)
WINDOW: Bounds = (1, 1_000_000)

# Which sliders a spectrum has, and their ends; what it does not have stands at its default.
SHAPES: dict[str, Bounds] = {"a": EXPONENTS, "shift": SHIFTS, "rate": RATES, "spread": SPREADS}
SLIDERS: dict[Kind, tuple[str, ...]] = {
    "zipf": ("a",),
    "mandelbrot": ("a", "shift"),
    "exponential": ("rate",),
    "uniform": (),
    "lognormal": ("spread",),
}
_DEFAULTS = {"a": PARITY_EXPONENT, "shift": 30.0, "rate": 0.01, "spread": 2.0}


@dataclass(frozen=True)
class Quanta:
    """How many quanta there are and how often they are used."""

    kind: Kind = "zipf"
    a: float = _DEFAULTS["a"]
    shift: float = _DEFAULTS["shift"]
    rate: float = _DEFAULTS["rate"]
    spread: float = _DEFAULTS["spread"]
    count: int | None = PARITY_TASKS  # None: endlessly many

    @property
    def has_law(self) -> bool:
        """Whether the loss tends to a power law, were there enough of them."""
        return self.kind in POWER_LAWS

    def spectrum(self, count: int | None = None) -> Spectrum:
        """Their use, or that of another number of quanta of this kind."""
        number = self.count if count is None else count
        made: dict[Kind, Callable[[], Spectrum]] = {
            "zipf": lambda: quanta.zipf(self.a, number),
            "mandelbrot": lambda: quanta.zipf_mandelbrot(self.a, self.shift, number),
            "exponential": lambda: quanta.exponential(self.rate, number),
            "uniform": lambda: quanta.uniform(number or PARITY_TASKS),
            "lognormal": lambda: quanta.log_normal(self.spread, number or PARITY_TASKS),
        }
        return made[self.kind]()


@dataclass(frozen=True)
class Learning:
    """What grows, and when a quantum counts as learned."""

    scaled: Scaled = "steps"
    learned: Learned = "sharp"
    threshold: int = 1

    @property
    def rule(self) -> Rule:
        """Of chance for data, which come at random; of gradient descent for steps."""
        if self.learned == "sharp" or self.scaled == "parameters":
            return "sharp"
        return "poisson" if self.scaled == "data" else "gradual"

    def of(self, scaled: Scaled) -> Learning:
        """The same for another scale."""
        return Learning(scaled, self.learned, self.threshold)


@dataclass(frozen=True)
class Window:
    """Where a straight line is fitted: from the learning of one quantum to that of another."""

    first: int = 1
    last: int = 400


@dataclass(frozen=True)
class Setting:
    """All of it."""

    quanta: Quanta = Quanta()
    learning: Learning = Learning()
    window: Window = Window()

    def moved_from(self, other: Setting | None) -> bool:
        """Whether the curves are others, and not the window alone."""
        return other is None or (self.quanta, self.learning) != (other.quanta, other.learning)


PRESETS: dict[str, Setting] = {
    "stairs": Setting(Quanta(a=PARITY_EXPONENT, count=12), Learning("parameters"), Window(1, 11)),
    "pythia": Setting(
        Quanta(a=PYTHIA_EXPONENT, count=None), Learning("parameters"), Window(100, 100_000)
    ),
    "parity": Setting(Quanta(a=PARITY_EXPONENT), Learning("steps", "sharp"), Window(1, 405)),
    "exponential": Setting(
        Quanta("exponential", count=None), Learning("data", "smooth"), Window(10, 300)
    ),
}
DEFAULT = PRESETS["parity"]


def check_quanta(kind: Any, shapes: dict[str, Any], endless: Any, count: Any) -> Quanta:
    """Raises InputProblem for what is outside of the sliders that this spectrum has."""
    chosen = one_of(kind, KINDS)
    values = {name: as_number(shapes[name], *SHAPES[name]) for name in SLIDERS[chosen]}
    number = None if endless and chosen in ENDLESS else whole(count, COUNTS)
    return Quanta(kind=chosen, count=number, **values)


def check_learning(scaled: Any, learned: Any, threshold: Any) -> Learning:
    """Raises InputProblem for what is outside of the sliders."""
    chosen = one_of(scaled, SCALED)
    if chosen == "parameters":  # nothing is seen, a quantum has room or has not
        return Learning(chosen)
    return Learning(chosen, one_of(learned, LEARNED), whole(threshold, THRESHOLDS))


def check_window(first: Any, last: Any) -> Window:
    """Raises InputProblem for a window without a width."""
    window = Window(whole(first, WINDOW), whole(last, WINDOW))
    if window.last <= window.first:
        raise InputProblem("scaling.quanta.window_order")
    return window


def whole(value: Any, bounds: Bounds) -> int:
    """The nearest whole number to where a slider stands; raises InputProblem."""
    return round(as_number(value, *bounds))


def one_of(value: Any, choices: tuple[Any, ...]) -> Any:
    """One of the choices; raises InputProblem."""
    if value not in choices:
        raise InputProblem("scaling.quanta.choice")
    return cast(Any, value)
