"""The larger runs that come with the app, as JSON: written by `python -m` of this package."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demos.attention.experiment.running import Point, Result, Trial
from demos.attention.experiment.settings import Settings
from demos.attention.experiment.tasks import TASKS

SHIPPED = Path(__file__).parent / "shipped.json"

# The size of the live default with more seeds and steps, then twice as deep: a conclusion that
# holds at one depth alone is none.
PLAN: tuple[Settings, ...] = (
    *(Settings(task=key, seeds=tuple(range(8)), steps=2_000, held_out=512) for key in TASKS),
    *(
        Settings(task=key, seeds=tuple(range(6)), steps=2_000, held_out=512, layers=4)
        for key in TASKS
    ),
)

_DIGITS = 5


@dataclass(frozen=True)
class Shipped:
    """One finished experiment with where it comes from: torch's version, and the day."""

    result: Result
    torch: str
    date: str


def read_shipped(path: Path = SHIPPED) -> list[Shipped]:
    """What has been measured, in the plan's order; nothing where the file is not there."""
    if not path.is_file():
        return []
    return [_shipped(entry) for entry in json.loads(path.read_text(encoding="utf-8"))["runs"]]


def write_shipped(runs: Sequence[Shipped], path: Path = SHIPPED) -> None:
    """Write all of it; whoever reads meanwhile sees the old file."""
    lines = ",\n".join(json.dumps(_entry(run), separators=(",", ":")) for run in runs)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(f'{{"runs":[\n{lines}\n]}}\n', encoding="utf-8")
    os.replace(temporary, path)


def _entry(run: Shipped) -> dict[str, Any]:
    result, masks = run.result, run.result.settings.masks
    curves = {
        mask: {
            str(seed): [_row(point) for point in result.curve(Trial(mask, seed))]
            for seed in result.settings.seeds
        }
        for mask in masks
    }
    return {
        "settings": result.settings.as_dict(),
        "parameters": result.parameters,
        "seconds": round(result.seconds, 1),
        "torch": run.torch,
        "date": run.date,
        "columns": ["step", "train_loss", "loss", "accuracy"],
        "curves": curves,
    }


def _row(point: Point) -> list[float | None]:
    trained = None if math.isnan(point.train_loss) else round(point.train_loss, _DIGITS)
    return [point.step, trained, round(point.loss, _DIGITS), round(point.accuracy, _DIGITS)]


def _shipped(entry: dict[str, Any]) -> Shipped:
    settings = Settings.from_dict(entry["settings"])
    columns = [
        _points(Trial(mask, seed), entry["curves"][mask][str(seed)])
        for mask in settings.masks
        for seed in settings.seeds
    ]
    points = tuple(point for row in zip(*columns, strict=True) for point in row)
    result = Result(settings, entry["parameters"], points, entry["seconds"])
    return Shipped(result, entry["torch"], entry["date"])


def _points(trial: Trial, rows: list[list[float | None]]) -> list[Point]:
    return [
        Point(
            int(step or 0), trial, math.nan if trained is None else trained, loss or 0.0, acc or 0.0
        )
        for step, trained, loss, acc in rows
    ]
