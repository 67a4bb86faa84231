"""A law and a fit of our own, by least squares, for tests of what builds on fits."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from demos.frame.errors import InputProblem

FREE = {"chinchilla": ("E", "A", "B", "alpha", "beta"), "tied": ("E", "A", "B", "alpha")}


@dataclass(frozen=True)
class LawDouble:
    """Hoffmann's law, or with tied exponents."""

    key: str = "chinchilla"
    inputs: tuple[str, ...] = ("N", "D")

    @property
    def names(self) -> tuple[str, ...]:
        return FREE[self.key]

    def predict(self, theta: Tensor, inputs: Tensor) -> Tensor:
        e, a, b, alpha = theta[:4]
        beta = theta[4] if len(theta) > 4 else alpha
        return e + a * inputs[:, 0] ** -alpha + b * inputs[:, 1] ** -beta

    def gradient(self, theta: Tensor, inputs: Tensor) -> Tensor:
        a, b, alpha = theta[1:4]
        beta = theta[4] if len(theta) > 4 else alpha
        by_n, by_d = inputs[:, 0] ** -alpha, inputs[:, 1] ** -beta
        slopes = [-a * by_n * inputs[:, 0].log(), -b * by_d * inputs[:, 1].log()]
        last = slopes if len(theta) > 4 else [slopes[0] + slopes[1]]
        return torch.stack([torch.ones_like(by_n), by_n, by_d, *last], dim=1)


@dataclass(frozen=True)
class ObservationsDouble:
    inputs: Tensor
    loss: Tensor


@dataclass(frozen=True)
class FitDouble:
    law: LawDouble
    observations: ObservationsDouble
    parameters: Mapping[str, float]
    covariance: Tensor
    residuals: Tensor
    objective_name: str = "log_squares"
    delta: float = 1e-3
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def theta(self) -> Tensor:
        return torch.tensor(list(self.parameters.values()), dtype=torch.float64)

    def predict(self, data: Mapping[str, np.ndarray]) -> Tensor:
        inputs = torch.stack([torch.as_tensor(data[name]) for name in self.law.inputs], dim=1)
        return self.law.predict(self.theta, inputs)


def fit_double(
    columns: Mapping[str, np.ndarray], start: Mapping[str, float], key: str = "chinchilla"
) -> FitDouble:
    """Gauss and Newton on ln L from a start near the optimum."""
    law = LawDouble(key)
    inputs = torch.stack([torch.as_tensor(columns[name]) for name in law.inputs], dim=1)
    loss = torch.as_tensor(columns["loss"])
    theta = torch.tensor([start[name] for name in law.names], dtype=torch.float64)
    for _ in range(40):
        predicted = law.predict(theta, inputs)
        jacobian = law.gradient(theta, inputs) / predicted[:, None]
        scale = jacobian.norm(dim=0)
        step = torch.linalg.lstsq(jacobian / scale, (loss / predicted).log()[:, None]).solution
        theta = theta + 0.7 * step[:, 0] / scale
    residuals = loss.log() - law.predict(theta, inputs).log()
    variance = residuals.square().sum() / max(len(loss) - len(theta), 1)
    whitened = torch.linalg.inv((jacobian / scale).T @ (jacobian / scale)) / scale / scale[:, None]
    return FitDouble(
        law,
        ObservationsDouble(inputs, loss),
        dict(zip(law.names, theta.tolist(), strict=True)),
        variance * whitened,
        residuals,
    )


def fitting_double(
    columns: Mapping[str, np.ndarray], start: Mapping[str, float], key: str = "chinchilla"
) -> Generator[Any, None, FitDouble]:
    """The same with progress, and a refusal of few points."""
    yield 0.5
    if len(columns["loss"]) < len(FREE[key]) + 2:
        raise InputProblem("scaling.compare.one_scale")
    yield 1.0
    return fit_double(columns, start, key)
