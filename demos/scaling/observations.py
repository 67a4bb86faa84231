"""Measured losses as a law wants them, and why some cannot be fitted at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.scaling.laws import LAWS, Law

Severity = Literal["refused", "doubted"]
Columns = Mapping[str, Sequence[float] | np.ndarray | Tensor]

SPARE_POINTS = 2  # beyond the number of parameters


@dataclass(frozen=True)
class Reason:
    """Why a fit is refused or doubted: the key of a sentence and the values it names."""

    key: str
    severity: Severity
    values: dict[str, Any]

    def problem(self) -> InputProblem:
        """The same as an exception; its `sentence(language)` is what people read."""
        return InputProblem(self.key, **self.values)


@dataclass(frozen=True)
class Observations:
    """Points of a law.

    Attributes:
        names: of the inputs.
        inputs: positive sizes [n, k], float64.
        loss: positive losses [n], float64.
    """

    names: tuple[str, ...]
    inputs: Tensor
    loss: Tensor

    def __len__(self) -> int:
        return len(self.loss)

    def rows(self, chosen: Tensor) -> Observations:
        """Some of the points, by number or mask."""
        return Observations(self.names, self.inputs[chosen], self.loss[chosen])


def law_named(law: str | Law) -> Law:
    """A law by its key.

    Raises:
        InputProblem: there is none of that name.
    """
    if isinstance(law, Law):
        return law
    if law not in LAWS:
        raise InputProblem("scaling.check.unknown_law", law=law, laws=", ".join(LAWS))
    return LAWS[law]


def observe(law: str | Law, data: Columns | Observations) -> Observations:
    """The columns that a law needs, as numbers.

    Args:
        law: a law or its key.
        data: columns by name, all of one length; others than the law's are ignored.

    Raises:
        InputProblem: a column is absent, of another length, no column of numbers, or holds values
            that are not finite and positive: sizes and losses have logarithms.
    """
    law = law_named(law)
    if isinstance(data, Observations):
        data = {**_columns_of(data), "loss": data.loss}
    columns = {name: _column(data, name) for name in law.columns}
    length = len(columns["loss"])
    for name, values in columns.items():
        if len(values) != length:
            raise InputProblem(
                "scaling.check.lengths", column=name, length=len(values), loss_length=length
            )
    for name, values in columns.items():
        _refuse_values(name, values)
    inputs = torch.stack([columns[name] for name in law.inputs], dim=1)  # [n, k]
    return Observations(law.inputs, inputs, columns["loss"])


def inputs_of(law: Law, data: Columns | Tensor) -> Tensor:
    """Sizes [m, k] to predict at, from columns or as they are.

    Raises:
        InputProblem: as `observe`.
    """
    if isinstance(data, Tensor):
        data = dict(zip(law.inputs, data.reshape(-1, len(law.inputs)).unbind(1), strict=True))
    columns = [_column(data, name) for name in law.inputs]
    for name, values in zip(law.inputs, columns, strict=True):
        _refuse_values(name, values)
        if len(values) != len(columns[0]):
            raise InputProblem(
                "scaling.check.lengths",
                column=name,
                length=len(values),
                loss_length=len(columns[0]),
            )
    return torch.stack(columns, dim=1)


def _columns_of(observations: Observations) -> dict[str, Tensor]:
    return dict(zip(observations.names, observations.inputs.unbind(1), strict=True))


def _column(data: Columns, name: str) -> Tensor:
    if name not in data:
        raise InputProblem(
            "scaling.check.no_column", column=name, columns=", ".join(map(str, data))
        )
    try:
        values = torch.as_tensor(np.asarray(data[name], dtype=np.float64).copy())
    except (TypeError, ValueError):
        raise InputProblem("scaling.check.no_numbers", column=name) from None
    return values.reshape(-1)


def _refuse_values(name: str, values: Tensor) -> None:
    for key, bad in (
        ("scaling.check.not_finite", ~values.isfinite()),
        ("scaling.check.not_positive", values <= 0),
    ):
        if bad.any():
            row = int(bad.nonzero()[0]) + 1
            raise InputProblem(key, column=name, count=int(bad.sum()), row=row)


# --- before a fit --------------------------------------------------------------------------------


def data_reasons(law: Law, observations: Observations, fixed: int = 0) -> list[Reason]:
    """Why these points cannot carry the law, or only badly; the worst first.

    Args:
        law: the law.
        observations: its points.
        fixed: how many of its parameters are given.
    """
    reasons = []
    points, wanted = len(observations), len(law.parameters) - fixed + SPARE_POINTS
    if points < wanted:
        parameters = len(law.parameters) - fixed
        values: dict[str, Any] = {"points": points, "wanted": wanted, "parameters": parameters}
        reasons.append(Reason("scaling.check.too_few_points", "refused", values))
    for name, column in zip(observations.names, observations.inputs.unbind(1), strict=True):
        sizes = len(column.unique())
        needed = max(2, law.sizes_needed - (fixed if len(law.inputs) == 1 else 0))
        values = {"column": name, "sizes": sizes, "needed": needed}
        if points and sizes == 1:
            reasons.append(Reason("scaling.check.one_size", "refused", values))
        elif points and sizes < needed:
            reasons.append(Reason("scaling.check.too_few_sizes", "refused", values))
        elif points and column.max() / column.min() < 4:
            times = (column.max() / column.min()).item()
            reasons.append(
                Reason("scaling.check.narrow_range", "doubted", {"column": name, "times": times})
            )
    if points and observations.loss.max() == observations.loss.min():
        reasons.append(
            Reason("scaling.check.same_losses", "refused", {"loss": observations.loss[0].item()})
        )
    return sorted(reasons, key=lambda reason: reason.severity != "refused")
