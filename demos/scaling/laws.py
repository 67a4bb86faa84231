"""Scaling laws: formula, parameters, prediction and derivatives (kexue.fm/archives/9607).

    power         L = E + A / x^alpha
    chinchilla    L = E + A / N^alpha + B / D^beta                 (Hoffmann et al., 2203.15556)
    tied          the same with beta = alpha
    kaplan        L = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D  (Kaplan et al., 2001.08361)
    broken_power  L = a + b x^-c_0 prod_i (1 + (x/d_i)^(1/f_i))^(-c_i f_i), one break or two
                  (Caballero et al., 2210.14891)
    quanta        L = E + A / (alpha zeta(alpha+1)) ((n+1/2)^-alpha - (n_total+1/2)^-alpha)
                  (Michaud et al., 2303.13506, with finitely many quanta)

Design:

- A law is fitted in *working coordinates*: logarithms of what is positive, E as it is. There the
  laws are smooth and nearly convex, and a box says what is possible.
- Sizes and losses are measured from their own means (a `Frame`): an exponent and its coefficient
  hardly depend on each other then. Every law keeps its form under such a change, so coming back is
  an affine map.
- Derivatives are closed forms, second ones too, because Newton's method on many problems at once
  is what everything else rests on. All laws but Kaplan's are E plus terms exp(s): the derivatives
  of s are all that a law has to say.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from torch import Tensor

Scale = Literal["linear", "log", "log_half"]  # log_half: log(value + 1/2)

EXPONENTS = (1e-3, 5.0)  # the box of an exponent
_COEFFICIENTS = (-16.0, 9.0)  # of log A at the data's centre, in units of their mean loss
_TINY = 1e-300


@dataclass(frozen=True)
class Parameter:
    """One parameter of a law.

    Attributes:
        name: as in the literature; the key in a fit's `parameters`.
        latex: how it is written.
        unit: "loss", "1", a column's name, or a product of them.
        low, high: what is possible at all; a fit's own box is narrower.
        scale: how it becomes a working coordinate.
    """

    name: str
    latex: str
    unit: str
    low: float = 0.0
    high: float = math.inf
    scale: Scale = "log"


@dataclass(frozen=True)
class Frame:
    """Where working coordinates are measured from.

    Attributes:
        centre: of the logarithms of the inputs [k].
        unit: logarithm of the loss that counts as one.
    """

    centre: Tensor
    unit: float

    @property
    def natural(self) -> bool:
        """Whether coordinates are the parameters' own."""
        return not self.unit and not self.centre.any()


@dataclass(frozen=True)
class Expansion:
    """A law near parameter sets.

    Attributes:
        log: log of the predicted loss [b, n].
        slopes: its derivatives by working coordinates [b, p, n].
        bend: from c [b, n] to sum_i c_i (d2 L_i / dw dw') / L_i [b, p, p].
    """

    log: Tensor
    slopes: Tensor
    bend: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Term:
    """A summand exp(log) of a law.

    Attributes:
        log: [b, n].
        places: numbers of the working coordinates that it depends on.
        slopes: derivatives of `log` by them, each broadcasts to [b, n].
        seconds: second derivatives that are not zero, by pairs of places, the lower first.
    """

    log: Tensor
    places: tuple[int, ...]
    slopes: tuple[Tensor, ...]
    seconds: dict[tuple[int, int], Tensor] = field(default_factory=dict)


class Law(ABC):
    """A scaling law. Inputs are positive sizes [n, k] in the order of `inputs`."""

    key: ClassVar[str]
    latex: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]
    inputs: ClassVar[tuple[str, ...]]
    linear: ClassVar[tuple[str, ...]]  # linear given the others; Kaplan's: in L^(1/alpha_D)
    trade: ClassVar[tuple[str, str] | None] = None  # exponents of N and D, where there are both
    sizes_needed: ClassVar[int]  # different values of each input, below which nothing is identified

    # --- for everybody ---------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that data need."""
        return (*self.inputs, "loss")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.parameters)

    def predict(self, theta: Tensor, inputs: Tensor) -> Tensor:
        """Losses [..., n] of parameter sets [..., p] at inputs [n, k], float64."""
        expansion, shape = self._at(theta, inputs)
        return expansion.log.exp().reshape(*shape, -1)

    def gradient(self, theta: Tensor, inputs: Tensor) -> Tensor:
        """Derivatives [..., n, p] of the losses by the parameters."""
        expansion, shape = self._at(theta, inputs)
        by_working = expansion.log.exp()[:, None] * expansion.slopes  # [b, p, n]
        rates = self.working_rates(theta.to(torch.float64).reshape(-1, len(self.parameters)))
        return (by_working * rates[..., None]).mT.reshape(*shape, -1, len(self.parameters))

    def _at(self, theta: Tensor, inputs: Tensor) -> tuple[Expansion, torch.Size]:
        flat = theta.to(torch.float64).reshape(-1, len(self.parameters))  # [b, p]
        logs = self.logs(inputs.to(torch.float64))
        return self.expand(self.to_working(flat), logs), theta.shape[:-1]

    # --- working coordinates ---------------------------------------------------------------------

    def logs(self, inputs: Tensor) -> Tensor:
        """What the law sees of its inputs [n, k]: their logarithms."""
        return inputs.log()

    def to_working(self, theta: Tensor) -> Tensor:
        """Working coordinates [..., p] in the natural frame."""
        columns = theta.unbind(-1)
        return torch.stack(
            [_WORKING[p.scale](column) for p, column in zip(self.parameters, columns, strict=True)],
            dim=-1,
        )

    def from_working(self, working: Tensor) -> Tensor:
        """Parameters [..., p] from working coordinates in the natural frame."""
        columns = working.unbind(-1)
        return torch.stack(
            [_NATURAL[p.scale](column) for p, column in zip(self.parameters, columns, strict=True)],
            dim=-1,
        )

    def working_rates(self, theta: Tensor) -> Tensor:
        """Derivatives [..., p] of each working coordinate by its own parameter."""
        columns = theta.unbind(-1)
        return torch.stack(
            [_RATES[p.scale](column) for p, column in zip(self.parameters, columns, strict=True)],
            dim=-1,
        )

    def frame(self, logs: Tensor, log_loss: Tensor) -> Frame:
        """The frame at the data's own means."""
        return Frame(logs.mean(dim=0), log_loss.mean().item())

    @abstractmethod
    def recentred(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """M [p, p] and v [p]: natural working coordinates are M w + v for w measured in `frame`."""

    @abstractmethod
    def box(self, logs: Tensor, natural: bool) -> tuple[Tensor, Tensor]:
        """Lower and upper ends [p] of the working coordinates for data at logs [n, k].

        In the natural frame coefficients are unbounded: only at the data's centre is it known what
        they can be.
        """

    def canonical(self, working: Tensor) -> Tensor:
        """Of several coordinates [..., p] with the same curve, the ones that are shown."""
        return working

    # --- derivatives and starts ------------------------------------------------------------------

    @abstractmethod
    def expand(self, working: Tensor, logs: Tensor) -> Expansion:
        """Prediction and derivatives at parameter sets [b, p] and logs [n, k] of one frame."""

    @abstractmethod
    def grid(self, logs: Tensor) -> Tensor:
        """Starts [g, q] for the working coordinates that are not `linear`."""

    @abstractmethod
    def basis(self, nonlinear: Tensor, logs: Tensor, log_loss: Tensor) -> Tensor:
        """The linear parameters' columns over the observed loss [g, l, n]: a fit makes them 1."""

    @abstractmethod
    def assemble(self, nonlinear: Tensor, coefficients: Tensor) -> Tensor:
        """Working coordinates [g, p] from the grid's and coefficients [g, l] of the basis."""


_WORKING: dict[Scale, Callable[[Tensor], Tensor]] = {
    "linear": lambda value: value,
    "log": lambda value: value.clamp_min(_TINY).log(),
    "log_half": lambda value: (value + 0.5).log(),
}
_NATURAL: dict[Scale, Callable[[Tensor], Tensor]] = {
    "linear": lambda value: value,
    "log": torch.exp,
    "log_half": lambda value: value.exp() - 0.5,
}
_RATES: dict[Scale, Callable[[Tensor], Tensor]] = {
    "linear": torch.ones_like,
    "log": lambda value: 1 / value.clamp_min(_TINY),
    "log_half": lambda value: 1 / (value + 0.5),
}


# --- laws that are E plus terms ------------------------------------------------------------------


class SumOfTerms(Law):
    """L = E + sum_j exp(s_j); E is the first parameter."""

    @abstractmethod
    def terms(self, working: Tensor, logs: Tensor) -> list[Term]:
        """The terms at parameter sets [b, p]."""

    def expand(self, working: Tensor, logs: Tensor) -> Expansion:
        terms = self.terms(working, logs)
        summands = [term.log.exp() for term in terms]  # each [b, n]
        total = working[:, :1] + sum(summands)
        inverse = 1 / total.clamp_min(_TINY)  # [b, n]
        shares = [summand * inverse for summand in summands]
        slopes = total.new_zeros(*working.shape, total.shape[-1])  # [b, p, n]
        slopes[:, 0] = inverse
        for term, share in zip(terms, shares, strict=True):
            for place, slope in zip(term.places, term.slopes, strict=True):
                slopes[:, place] += share * slope

        def bend(c: Tensor) -> Tensor:
            result = slopes.new_zeros(len(working), working.shape[1], working.shape[1])
            for term, share in zip(terms, shares, strict=True):
                _add_curvature(result, c * share, term)
            return result

        return Expansion(total.clamp_min(_TINY).log(), slopes, bend)


def _add_curvature(result: Tensor, weights: Tensor, term: Term) -> None:
    """Add sum_i w_i (s' s'^T + s'')_i of a term to result [b, p, p], for weights [b, n]."""
    for i, first in enumerate(term.places):
        weighted = weights * term.slopes[i]
        for j, second in enumerate(term.places[: i + 1]):
            low, high = min(first, second), max(first, second)
            sums = _sums(weighted, term.slopes[j])
            if (low, high) in term.seconds:
                sums = sums + _sums(weights, term.seconds[low, high])
            result[:, low, high] += sums
            if low != high:
                result[:, high, low] += sums


def _sums(weights: Tensor, values: Tensor) -> Tensor:
    """sum_i w_i v_i [b] for weights [b, n]; one vector [n] for all is a matrix product."""
    if values.ndim == 1:
        return weights @ values
    return (weights * values).sum(dim=-1)


class PowerTerms(SumOfTerms):
    """L = E + sum_j A_j x_j^-alpha_j: working coordinates E, log A_j, then the exponents."""

    exponents: ClassVar[tuple[int, ...]]  # of each term, its exponent's place

    def terms(self, working: Tensor, logs: Tensor) -> list[Term]:
        ones = torch.ones_like(logs[:, 0])
        return [
            Term(
                working[:, j + 1, None] - working[:, place, None] * logs[:, j],
                (j + 1, place),
                (ones, -logs[:, j]),
            )
            for j, place in enumerate(self.exponents)
        ]

    def recentred(self, frame: Frame) -> tuple[Tensor, Tensor]:
        matrix = torch.eye(len(self.parameters), dtype=torch.float64)
        offset = torch.zeros(len(self.parameters), dtype=torch.float64)
        matrix[0, 0] = math.exp(frame.unit)
        for j, place in enumerate(self.exponents):
            matrix[j + 1, place] = frame.centre[j].item()
            offset[j + 1] = frame.unit
        return matrix, offset

    def box(self, logs: Tensor, natural: bool) -> tuple[Tensor, Tensor]:
        terms = len(self.exponents)
        free = len(self.parameters) - terms - 1
        offset, coefficients = _amplitude_box(natural)
        return _ends([offset, *[coefficients] * terms, *[EXPONENTS] * free])

    def grid(self, logs: Tensor) -> Tensor:
        free = len(self.parameters) - len(self.exponents) - 1
        count = 24 if free == 1 else 12
        values = torch.logspace(-1.6, 0.4, count, dtype=torch.float64)  # .025 to 2.5
        return torch.cartesian_prod(*[values] * free).reshape(-1, free)

    def basis(self, nonlinear: Tensor, logs: Tensor, log_loss: Tensor) -> Tensor:
        shift = len(self.exponents) + 1
        columns = [-log_loss.expand(len(nonlinear), -1)]
        for j, place in enumerate(self.exponents):
            columns.append(-nonlinear[:, place - shift, None] * logs[:, j] - log_loss)
        return torch.stack(columns, dim=1).exp()  # [g, l, n]

    def assemble(self, nonlinear: Tensor, coefficients: Tensor) -> Tensor:
        logs = coefficients[:, 1:].clamp_min(_TINY).log()
        return torch.cat([coefficients[:, :1], logs, nonlinear], dim=1)


def _amplitude_box(natural: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    """Of E and of log A; in the frame of the data E is at most a few times the mean loss."""
    if natural:
        return (0.0, math.inf), (-700.0, 700.0)
    return (0.0, 100.0), _COEFFICIENTS


def _ends(box: Sequence[tuple[float, float]]) -> tuple[Tensor, Tensor]:
    ends = torch.tensor(box, dtype=torch.float64)  # [p, 2]
    return ends[:, 0], ends[:, 1]


_OFFSET = Parameter("E", "E", "loss", scale="linear")


def _exponent(name: str, latex: str) -> Parameter:
    return Parameter(name, latex, "1", *EXPONENTS, scale="linear")


@dataclass(frozen=True)
class Power(PowerTerms):
    """A power law with offset in one variable."""

    key: ClassVar[str] = "power"
    latex: ClassVar[str] = r"L = E + \frac{A}{x^{\alpha}}"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _OFFSET,
        Parameter("A", "A", "loss * x^alpha"),
        _exponent("alpha", r"\alpha"),
    )
    inputs: ClassVar[tuple[str, ...]] = ("x",)
    linear: ClassVar[tuple[str, ...]] = ("E", "A")
    sizes_needed: ClassVar[int] = 3
    exponents: ClassVar[tuple[int, ...]] = (2,)


@dataclass(frozen=True)
class Chinchilla(PowerTerms):
    """The law of Hoffmann et al. (2022) in parameters N and tokens D."""

    key: ClassVar[str] = "chinchilla"
    latex: ClassVar[str] = r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _OFFSET,
        Parameter("A", "A", "loss * N^alpha"),
        Parameter("B", "B", "loss * D^beta"),
        _exponent("alpha", r"\alpha"),
        _exponent("beta", r"\beta"),
    )
    inputs: ClassVar[tuple[str, ...]] = ("N", "D")
    linear: ClassVar[tuple[str, ...]] = ("E", "A", "B")
    sizes_needed: ClassVar[int] = 3
    trade: ClassVar[tuple[str, str] | None] = ("alpha", "beta")
    exponents: ClassVar[tuple[int, ...]] = (3, 4)


@dataclass(frozen=True)
class Tied(PowerTerms):
    """The same with one exponent for both terms."""

    key: ClassVar[str] = "tied"
    latex: ClassVar[str] = r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\alpha}}"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _OFFSET,
        Parameter("A", "A", "loss * N^alpha"),
        Parameter("B", "B", "loss * D^alpha"),
        _exponent("alpha", r"\alpha"),
    )
    inputs: ClassVar[tuple[str, ...]] = ("N", "D")
    linear: ClassVar[tuple[str, ...]] = ("E", "A", "B")
    sizes_needed: ClassVar[int] = 2
    trade: ClassVar[tuple[str, str] | None] = ("alpha", "alpha")
    exponents: ClassVar[tuple[int, ...]] = (3, 3)


class OneTerm(SumOfTerms):
    """L = E + exp(log A + shape): what the broken power law and the quanta share."""

    @abstractmethod
    def shape(self, nonlinear: Tensor, logs: Tensor) -> Term:
        """The term without its coefficient, places counted from the first after it."""

    def terms(self, working: Tensor, logs: Tensor) -> list[Term]:
        shape = self.shape(working[:, 2:], logs)
        places = (1, *(place + 2 for place in shape.places))
        seconds = {(i + 2, j + 2): value for (i, j), value in shape.seconds.items()}
        ones = torch.ones_like(logs[:, 0])
        return [Term(working[:, 1:2] + shape.log, places, (ones, *shape.slopes), seconds)]

    def basis(self, nonlinear: Tensor, logs: Tensor, log_loss: Tensor) -> Tensor:
        shape = self.shape(nonlinear, logs).log
        return torch.stack([-log_loss.expand_as(shape), shape - log_loss], dim=1).exp()

    def assemble(self, nonlinear: Tensor, coefficients: Tensor) -> Tensor:
        logs = coefficients[:, 1:].clamp_min(_TINY).log()
        return torch.cat([coefficients[:, :1], logs, nonlinear], dim=1)


class Broken(OneTerm):
    """Working coordinates a, log b, c_0, then c_i, log d_i, log f_i of each break."""

    breaks: ClassVar[int]

    def shape(self, nonlinear: Tensor, logs: Tensor) -> Term:
        z = logs[:, 0]
        log = -nonlinear[:, :1] * z
        slopes: list[Tensor] = [-z]
        seconds: dict[tuple[int, int], Tensor] = {}
        for i in range(self.breaks):
            change, place, log_width = nonlinear[:, 3 * i + 1 : 3 * i + 4, None].unbind(1)
            width = log_width.exp()  # each [b, 1]
            u = (z - place) / width  # [b, n]
            soft, step = torch.nn.functional.softplus(u, threshold=40.0), u.sigmoid()
            hump = step * (1 - step)
            rest = soft - u * step
            log = log - change * width * soft
            slopes += [-width * soft, change * step, -change * width * rest]
            c, d, f = 3 * i + 1, 3 * i + 2, 3 * i + 3
            seconds |= {
                (c, d): step,
                (c, f): -width * rest,
                (d, d): -change * hump / width,
                (d, f): -change * hump * u,
                (f, f): -change * width * (rest + u.square() * hump),
            }
        return Term(log, tuple(range(nonlinear.shape[1])), tuple(slopes), seconds)

    def recentred(self, frame: Frame) -> tuple[Tensor, Tensor]:
        matrix = torch.eye(len(self.parameters), dtype=torch.float64)
        offset = torch.zeros(len(self.parameters), dtype=torch.float64)
        centre = frame.centre[0].item()
        matrix[0, 0] = math.exp(frame.unit)
        matrix[1, 2] = centre
        offset[1] = frame.unit
        offset[4::3] = centre
        return matrix, offset

    def box(self, logs: Tensor, natural: bool) -> tuple[Tensor, Tensor]:
        offset, coefficient = _amplitude_box(natural)
        low, high = logs.min().item(), logs.max().item()
        each = ((-5.0, 5.0), (low - 1, high + 1), (math.log(0.02), math.log(10.0)))
        return _ends([offset, coefficient, (0.0, EXPONENTS[1]), *each * self.breaks])

    def grid(self, logs: Tensor) -> Tensor:
        low, high = logs.min().item(), logs.max().item()
        engine = torch.quasirandom.SobolEngine(1 + 3 * self.breaks, scramble=True, seed=0)
        drawn = engine.draw(512 if self.breaks == 1 else 4096, dtype=torch.float64)
        columns = [0.02 * 75 ** drawn[:, 0]]  # .02 to 1.5
        for i in range(self.breaks):
            change, place, width = drawn[:, 3 * i + 1 : 3 * i + 4].unbind(1)
            columns += [
                3 * (change - 0.5).abs() * (change - 0.5).sign() + 0.1,  # -1.4 to 1.6
                low + (high - low) * ((i + place) / self.breaks),
                math.log(0.05) + math.log(40) * width,  # a width of .05 to 2
            ]
        return torch.stack(columns, dim=1)


_BREAK_PARAMETERS = tuple(
    (
        Parameter(f"c_{i}", f"c_{i}", "1", -5.0, 5.0, scale="linear"),
        Parameter(f"d_{i}", f"d_{i}", "x"),
        Parameter(f"f_{i}", f"f_{i}", "1", 0.02, 10.0),
    )
    for i in (1, 2)
)
_UNBROKEN_PARAMETERS = (
    Parameter("a", "a", "loss", scale="linear"),
    Parameter("b", "b", "loss * x^c_0"),
    Parameter("c_0", "c_0", "1", 0.0, EXPONENTS[1], scale="linear"),
)


@dataclass(frozen=True)
class BrokenPower(Broken):
    """A smoothly broken power law with one break."""

    key: ClassVar[str] = "broken_power"
    latex: ClassVar[str] = (
        r"L = a + b\,x^{-c_0}\left(1 + \left(\frac{x}{d_1}\right)^{1/f_1}\right)^{-c_1 f_1}"
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (*_UNBROKEN_PARAMETERS, *_BREAK_PARAMETERS[0])
    inputs: ClassVar[tuple[str, ...]] = ("x",)
    linear: ClassVar[tuple[str, ...]] = ("a", "b")
    sizes_needed: ClassVar[int] = 6
    breaks: ClassVar[int] = 1


@dataclass(frozen=True)
class TwiceBrokenPower(Broken):
    """A smoothly broken power law with two breaks, d_1 < d_2."""

    key: ClassVar[str] = "broken_power_2"
    latex: ClassVar[str] = (
        r"L = a + b\,x^{-c_0}\prod_{i=1}^{2}"
        r"\left(1 + \left(\frac{x}{d_i}\right)^{1/f_i}\right)^{-c_i f_i}"
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *_UNBROKEN_PARAMETERS,
        *_BREAK_PARAMETERS[0],
        *_BREAK_PARAMETERS[1],
    )
    inputs: ClassVar[tuple[str, ...]] = ("x",)
    linear: ClassVar[tuple[str, ...]] = ("a", "b")
    sizes_needed: ClassVar[int] = 9
    breaks: ClassVar[int] = 2

    def canonical(self, working: Tensor) -> Tensor:
        first, second = working[..., 3:6], working[..., 6:9]
        swapped = first[..., 1:2] > second[..., 1:2]
        return torch.cat(
            [
                working[..., :3],
                torch.where(swapped, second, first),
                torch.where(swapped, first, second),
            ],
            dim=-1,
        )


@dataclass(frozen=True)
class Quanta(OneTerm):
    """Zipf quanta, the first n learnt, n_total of them in all.

    A learnt quantum has loss E, an unlearnt one E + A, and the frequencies k^(-alpha-1) /
    zeta(alpha+1) beyond n are summed by the integral from n + 1/2 to n_total + 1/2. x is the number
    of quanta learnt. Where x is only proportional to it, the halves are negligible, n_total is
    in units of x, and A contains the factor's power. E and n_total change the curve in the same way
    unless the data come near n_total: with all sizes far below it, fix E or n_total.

    Working coordinates: E, log of A / (alpha zeta(alpha+1)), alpha, log(n_total + 1/2).
    """

    key: ClassVar[str] = "quanta"
    latex: ClassVar[str] = (
        r"L = E + \frac{A}{\alpha\,\zeta(\alpha+1)}\left("
        r"\left(n+\tfrac12\right)^{-\alpha} - \left(n_{\mathrm{total}}+\tfrac12\right)^{-\alpha}"
        r"\right)"
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _OFFSET,
        Parameter("A", "A", "loss"),
        _exponent("alpha", r"\alpha"),
        Parameter("n_total", r"n_{\mathrm{total}}", "x", scale="log_half"),
    )
    inputs: ClassVar[tuple[str, ...]] = ("x",)
    linear: ClassVar[tuple[str, ...]] = ("E", "A")
    sizes_needed: ClassVar[int] = 4

    def logs(self, inputs: Tensor) -> Tensor:
        return (inputs + 0.5).log()

    def terms(self, working: Tensor, logs: Tensor) -> list[Term]:
        (term,) = super().terms(working, logs)
        value, first, second = (each[:, None] for each in log_alpha_zeta(working[:, 2]))
        slopes = (term.slopes[0], term.slopes[1] - first, term.slopes[2])
        seconds = term.seconds | {(2, 2): term.seconds[2, 2] - second}
        return [Term(term.log - value, term.places, slopes, seconds)]

    def shape(self, nonlinear: Tensor, logs: Tensor) -> Term:
        alpha, end = nonlinear[:, :1], nonlinear[:, 1:]
        z = logs[:, 0]
        left = (end - z).clamp_min(1e-12)  # [b, n]
        gap = -torch.expm1(-alpha * left)
        # Beyond n_total nothing is left to learn.
        log = torch.where(end > z, -alpha * z + gap.log(), -math.inf)
        h = (1 - gap) / gap  # 1 / (exp(alpha left) - 1)
        bent = h * (1 + h)
        slopes = (left * h - z, alpha * h)
        seconds = {
            (0, 0): -left.square() * bent,
            (0, 1): h - alpha * left * bent,
            (1, 1): -alpha.square() * bent,
        }
        return Term(log, (0, 1), slopes, seconds)

    def recentred(self, frame: Frame) -> tuple[Tensor, Tensor]:
        matrix = torch.eye(4, dtype=torch.float64)
        offset = torch.zeros(4, dtype=torch.float64)
        centre = frame.centre[0].item()
        matrix[0, 0] = math.exp(frame.unit)
        matrix[1, 2] = centre
        offset[1] = frame.unit
        offset[3] = centre
        return matrix, offset

    def box(self, logs: Tensor, natural: bool) -> tuple[Tensor, Tensor]:
        offset, coefficient = _amplitude_box(natural)
        ends = (logs.min().item() + 1e-3, logs.max().item() + 14.0)  # a million times the largest
        return _ends([offset, coefficient, EXPONENTS, ends])

    def grid(self, logs: Tensor) -> Tensor:
        alphas = torch.logspace(-1.6, 0.4, 16, dtype=torch.float64)
        steps = (-1.0, -0.3, -0.1, 0.02, 0.1, 0.3, 0.7, 1.5, 3.0, 6.0, 12.0)
        ends = logs.max() + torch.tensor(steps, dtype=torch.float64)
        return torch.cartesian_prod(alphas, ends)

    def assemble(self, nonlinear: Tensor, coefficients: Tensor) -> Tensor:
        working = super().assemble(nonlinear, coefficients)
        return working + torch.nn.functional.pad(
            log_alpha_zeta(nonlinear[:, 0])[0][:, None], (1, 2)
        )


_SUMMED = 64  # terms of the zeta function that are summed one by one


def log_alpha_zeta(alpha: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """log(alpha zeta(alpha+1)) and its first two derivatives, each of alpha's shape.

    By Euler-Maclaurin, exact to 1e-13 for alpha up to 10: torch's zeta has no derivative by its
    exponent.
    """
    k = torch.arange(1, _SUMMED, dtype=alpha.dtype, device=alpha.device)
    a = alpha[..., None]
    rates = k.log()
    terms = (-a * rates).exp() / k  # k^(-alpha-1)
    sums = [(terms * rates**power).sum(dim=-1) for power in range(3)]
    # alpha times the sum, and the rest as a polynomial P(alpha) times M^-alpha
    value = alpha * sums[0]
    first = sums[0] - alpha * sums[1]
    second = -2 * sums[1] + alpha * sums[2]
    m, rate = float(_SUMMED), math.log(_SUMMED)
    power = (-alpha * rate).exp()
    cubic = alpha * (alpha + 1) * (alpha + 2) * (alpha + 3)
    p = 1 + alpha / (2 * m) + alpha * (alpha + 1) / (12 * m**2) - cubic / (720 * m**4)
    dp = 1 / (2 * m) + (2 * alpha + 1) / (12 * m**2)
    dp = dp - (4 * alpha**3 + 18 * alpha**2 + 22 * alpha + 6) / (720 * m**4)
    ddp = 1 / (6 * m**2) - (12 * alpha**2 + 36 * alpha + 22) / (720 * m**4)
    value = value + p * power
    first = first + (dp - rate * p) * power
    second = second + (ddp - 2 * rate * dp + rate**2 * p) * power
    ratio = first / value
    return value.log(), ratio, second / value - ratio.square()


# --- Kaplan's ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kaplan(Law):
    """The law of Kaplan et al. (2020) in parameters N and tokens D; it has no offset.

    Working coordinates: log N_c, log D_c, alpha_N, alpha_D. L = exp(alpha_D log(e^X + e^Y)) with
    X = alpha_N / alpha_D log(N_c/N), Y = log(D_c/D). Losses keep their unit.
    """

    key: ClassVar[str] = "kaplan"
    latex: ClassVar[str] = (
        r"L = \left(\left(\frac{N_c}{N}\right)^{\alpha_N/\alpha_D}"
        r" + \frac{D_c}{D}\right)^{\alpha_D}"
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("N_c", "N_c", "N"),
        Parameter("D_c", "D_c", "D"),
        _exponent("alpha_N", r"\alpha_N"),
        _exponent("alpha_D", r"\alpha_D"),
    )
    inputs: ClassVar[tuple[str, ...]] = ("N", "D")
    linear: ClassVar[tuple[str, ...]] = ("N_c", "D_c")
    trade: ClassVar[tuple[str, str] | None] = ("alpha_N", "alpha_D")
    sizes_needed: ClassVar[int] = 2

    def frame(self, logs: Tensor, log_loss: Tensor) -> Frame:
        return Frame(logs.mean(dim=0), 0.0)

    def recentred(self, frame: Frame) -> tuple[Tensor, Tensor]:
        zeros = torch.zeros(2, dtype=torch.float64)
        return torch.eye(4, dtype=torch.float64), torch.cat([frame.centre.cpu(), zeros])

    def box(self, logs: Tensor, natural: bool) -> tuple[Tensor, Tensor]:
        return _ends([(-600.0, 600.0), (-600.0, 600.0), EXPONENTS, EXPONENTS])

    def expand(self, working: Tensor, logs: Tensor) -> Expansion:
        log_nc, log_dc, alpha_n, alpha_d = working[:, :, None].unbind(1)  # each [b, 1]
        ratio = alpha_n / alpha_d
        far = log_nc - logs[:, 0]  # [b, n]
        x, y = ratio * far, log_dc - logs[:, 1]
        inner = torch.logaddexp(x, y)
        of_x, of_y = (x - inner).exp(), (y - inner).exp()  # shares [b, n]
        by_x = torch.stack(  # derivatives of x [b, 4, n]
            [ratio.expand_as(x), torch.zeros_like(x), far / alpha_d, -x / alpha_d], dim=1
        )
        slopes_of_inner = of_x[:, None] * by_x
        slopes_of_inner[:, 1] = of_y
        slopes = alpha_d[..., None] * slopes_of_inner
        slopes[:, 3] += inner

        def bend(c: Tensor) -> Tensor:
            weighted = (c * alpha_d)[:, None]  # [b, 1, n]
            second = (weighted * of_x[:, None] * by_x) @ by_x.mT  # [b, 4, 4]
            second[:, 1, 1] += (weighted[:, 0] * of_y).sum(dim=-1)
            second -= (weighted * slopes_of_inner) @ slopes_of_inner.mT
            mixed = (c[:, None] * slopes_of_inner).sum(dim=-1)  # [b, 4]
            second[:, 3] += mixed
            second[:, :, 3] += mixed
            share = (c * of_x).sum(dim=-1)  # [b]; alpha_d cancels below
            reach = (c * of_x * far).sum(dim=-1)
            for i, j, value in (
                (0, 2, share),
                (0, 3, -share * ratio[:, 0]),
                (2, 3, -reach / alpha_d[:, 0]),
            ):
                second[:, i, j] += value
                second[:, j, i] += value
            second[:, 3, 3] += 2 * reach * ratio[:, 0] / alpha_d[:, 0]
            return second + (c[:, None] * slopes) @ slopes.mT

        return Expansion(alpha_d * inner, slopes, bend)

    def grid(self, logs: Tensor) -> Tensor:
        values = torch.logspace(-1.8, 0.3, 12, dtype=torch.float64)  # .016 to 2
        return torch.cartesian_prod(values, values)

    def basis(self, nonlinear: Tensor, logs: Tensor, log_loss: Tensor) -> Tensor:
        alpha_n, alpha_d = nonlinear[:, :1], nonlinear[:, 1:]
        target = log_loss / alpha_d  # [g, n]
        x, y = -alpha_n / alpha_d * logs[:, 0] - target, -logs[:, 1] - target
        # The largest exponent is taken out: with a small alpha_d these are enormous. `assemble`
        # would have to know it, so both columns are kept within the reach of float64 instead.
        return torch.stack([x, y], dim=1).clamp(-600.0, 600.0).exp()

    def assemble(self, nonlinear: Tensor, coefficients: Tensor) -> Tensor:
        logs = coefficients.clamp_min(_TINY).log()  # [g, 2]
        alpha_n, alpha_d = nonlinear[:, :1], nonlinear[:, 1:]
        return torch.cat([logs[:, :1] * alpha_d / alpha_n, logs[:, 1:], nonlinear], dim=1)


LAWS: dict[str, Law] = {
    law.key: law
    for law in (
        Power(),
        Chinchilla(),
        Kaplan(),
        Tied(),
        BrokenPower(),
        TwiceBrokenPower(),
        Quanta(),
    )
}
