"""What a fit says, as numbers: what doubling a size brings, and a loss that was not measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.scaling.answers import Answer
from demos.scaling.cells import parse_number
from demos.scaling.checks import judge
from demos.scaling.observations import Reason
from demos.scaling.uncertainty import band, prediction_band

FloatArray = NDArray[np.float64]

_LARGEST_SIZE = 1e40


@dataclass(frozen=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Largest:
    """The largest run, and what one would gain there.

    Attributes:
        sizes: of it.
        loss: predicted.
        terms: how the reducible loss divides, by input; empty where the law has no such terms.
        gains: by how much the loss falls when an input is doubled; "both" for both of two.
    """

    sizes: dict[str, float]
    loss: float
    terms: dict[str, float]
    gains: dict[str, Estimate]


@dataclass(frozen=True)
class Reading:
    """What a fit says.

    Attributes:
        floor: the loss that no size gets below; None where the law has none.
        doubling: the share by which doubling an input lowers what it can lower, by input. In N and
            D: its own term, whatever the other is; in one variable: the reducible loss at the
            largest size.
        largest: see there.
    """

    floor: Estimate | None
    doubling: dict[str, Estimate]
    largest: Largest


@dataclass(frozen=True)
class Prediction:
    """A loss that was not measured.

    Attributes:
        sizes: at which.
        curve: with the interval of the law's curve.
        run: with that of a single new run.
        far: sentences about how far it is from the data.
    """

    sizes: dict[str, float]
    curve: Estimate
    run: Estimate
    far: tuple[Reason, ...]


def reading_of(answer: Answer) -> Reading:
    """What a fit says, with the intervals of its question's level."""
    law = answer.law
    has_floor = law.names[0] in ("E", "a")
    floor = None
    if has_floor:
        interval = answer.intervals[law.names[0]]
        floor = Estimate(answer.fit.parameters[law.names[0]], interval.low, interval.high)
    return Reading(floor, _doubling(answer), _largest(answer))


def _doubling(answer: Answer) -> dict[str, Estimate]:
    law = answer.law
    if law.trade is not None:
        places = [law.names.index(name) for name in law.trade]

        def shares(theta: Tensor) -> Tensor:
            return 1 - torch.exp2(-theta[..., places])

        return dict(zip(law.inputs, _estimates(answer, shares), strict=True))
    last = float(answer.columns["x"].max())
    sizes = torch.tensor([[last], [2 * last]], dtype=torch.float64)

    def share(theta: Tensor) -> Tensor:
        reducible = law.predict(theta, sizes) - theta[..., :1]  # [..., 2]
        return 1 - reducible[..., 1:] / reducible[..., :1]

    return {"x": _estimates(answer, share)[0]}


def _largest(answer: Answer) -> Largest:
    law, largest = answer.law, _largest_sizes(answer)
    at = torch.tensor([list(largest.values())], dtype=torch.float64)  # [1, k]
    count = len(law.inputs)
    doubled = [at * (1 + torch.eye(count, dtype=torch.float64)[i]) for i in range(count)]
    names = list(law.inputs)
    if count > 1:
        doubled, names = [*doubled, 2 * at], [*names, "both"]
    sizes = torch.cat([at, *doubled])

    def gains(theta: Tensor) -> Tensor:
        losses = law.predict(theta, sizes)
        return losses[..., :1] - losses[..., 1:]

    return Largest(
        largest,
        answer.fit.predict(at).item(),
        _terms(answer, list(largest.values())),
        dict(zip(names, _estimates(answer, gains), strict=True)),
    )


def _terms(answer: Answer, sizes: Sequence[float]) -> dict[str, float]:
    """Shares of the reducible loss of Hoffmann's law, or with tied exponents."""
    given = answer.fit.parameters
    if answer.law.key not in ("chinchilla", "tied"):
        return {}
    beta = given.get("beta", given["alpha"])
    of_n = math.exp(math.log(max(given["A"], 1e-300)) - given["alpha"] * math.log(sizes[0]))
    of_d = math.exp(math.log(max(given["B"], 1e-300)) - beta * math.log(sizes[1]))
    total = of_n + of_d
    return {"N": of_n / total, "D": of_d / total}


def _estimates(answer: Answer, quantity: Callable[[Tensor], Tensor]) -> list[Estimate]:
    """Values [k] of a function of the parameters, with their intervals."""
    found = band(answer.replicas, quantity, answer.question.level)
    values = quantity(answer.fit.theta)
    return [
        Estimate(*each)
        for each in zip(values.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
    ]


# --- a loss that was not measured ----------------------------------------------------------------


def read_size(cell: object) -> float:
    """A size as people write it: 70B, 1.4e12, 3亿.

    Raises:
        InputProblem: it is none, or not above 0.
    """
    number = parse_number(str(cell or "").strip())
    if number is None or not math.isfinite(number) or not 0 < number <= _LARGEST_SIZE:
        raise InputProblem("scaling.fitted.bad_size")
    return number


def default_sizes(answer: Answer) -> dict[str, float]:
    """Ten times the largest run, to two digits."""
    largest = _largest_sizes(answer)
    return {name: float(f"{10 * size:.1e}") for name, size in largest.items()}


def _largest_sizes(answer: Answer) -> dict[str, float]:
    columns = {name: answer.columns[name] for name in answer.law.inputs}
    place = int(np.sum([np.log(column) for column in columns.values()], axis=0).argmax())
    return {name: float(column[place]) for name, column in columns.items()}


def predicted(answer: Answer, sizes: Mapping[str, float]) -> Prediction:
    """The loss at sizes by the law's inputs."""
    at = {name: [sizes[name]] for name in answer.law.inputs}
    loss = answer.fit.predict(at).item()
    ends = {}
    for kind in ("curve", "observation"):
        found = prediction_band(answer.replicas, at, answer.question.level, kind)
        ends[kind] = Estimate(loss, found.low.item(), found.high.item())
    known = judge(answer.fit, at=at)
    far = tuple(reason for reason in known.reasons if reason.key == "scaling.check.far")
    return Prediction(
        {name: values[0] for name, values in at.items()}, ends["curve"], ends["observation"], far
    )
