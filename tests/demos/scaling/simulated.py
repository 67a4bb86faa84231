"""Losses from known parameters, and Chinchilla's points."""

from __future__ import annotations

import csv
from pathlib import Path

import torch
from torch import Tensor

from demos.scaling.laws import LAWS

TRUTH: dict[str, dict[str, float]] = {
    "power": {"E": 1.7, "A": 20.0, "alpha": 0.3},
    "chinchilla": {"E": 1.8172, "A": 477.8, "B": 2143.0, "alpha": 0.3473, "beta": 0.3672},
    "tied": {"E": 1.8, "A": 480.0, "B": 1500.0, "alpha": 0.35},
    "kaplan": {"N_c": 8.8e13, "D_c": 5.4e13, "alpha_N": 0.076, "alpha_D": 0.095},
    "broken_power": {"a": 0.5, "b": 10.0, "c_0": 0.1, "c_1": 0.3, "d_1": 1e5, "f_1": 0.3},
    "broken_power_2": {
        "a": 0.5,
        "b": 10.0,
        "c_0": 0.1,
        "c_1": 0.3,
        "d_1": 3e4,
        "f_1": 0.3,
        "c_2": -0.25,
        "d_2": 5e6,
        "f_2": 0.3,
    },
    "quanta": {"E": 0.3, "A": 4.0, "alpha": 0.4, "n_total": 500.0},
}


def theta_of(key: str) -> Tensor:
    """The true parameters [p]."""
    return torch.tensor(list(TRUTH[key].values()), dtype=torch.float64)


def sizes(key: str, n: int, seed: int = 0) -> dict[str, Tensor]:
    """Sizes as columns [n]."""
    generator = torch.Generator().manual_seed(seed)

    def spread(low: float, high: float) -> Tensor:
        drawn = torch.rand(n, generator=generator, dtype=torch.float64)
        return 10 ** (low + (high - low) * drawn)

    if LAWS[key].inputs == ("N", "D"):
        return {"N": spread(7.5, 10.5), "D": spread(9, 12)}
    if key == "quanta":
        return {"x": torch.linspace(1, 600, n, dtype=torch.float64)}
    return {"x": torch.logspace(3, 8.5, n, dtype=torch.float64)}


def simulate(key: str, n: int, noise: float, seed: int = 0) -> dict[str, Tensor]:
    """Columns with losses that differ from the law by a normal factor."""
    columns = sizes(key, n)
    inputs = torch.stack([columns[name] for name in LAWS[key].inputs], dim=1)
    generator = torch.Generator().manual_seed(1000 + seed)
    errors = noise * torch.randn(n, generator=generator, dtype=torch.float64)
    return {**columns, "loss": LAWS[key].predict(theta_of(key), inputs) * errors.exp()}


def chinchilla(data_folder: Path, drop: int = 5) -> dict[str, list[float]]:
    """Epoch's reading of Hoffmann et al.'s figure, without the highest losses."""
    with (data_folder / "scaling" / "chinchilla.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: float(row["loss"]))
    rows = rows[: len(rows) - drop]
    size = [float(row["Model Size"]) for row in rows]
    tokens = [float(row["Training FLOP"]) / 6 / n for row, n in zip(rows, size, strict=True)]
    return {"N": size, "D": tokens, "loss": [float(row["loss"]) for row in rows]}
