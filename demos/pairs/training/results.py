"""Trainings as tables: one row a run, one row a step."""

from __future__ import annotations

import math
from collections.abc import Sequence

from demos.frame.progress import duration
from demos.frame.strings import Language, say
from demos.pairs.training.runs import Run
from models.train.session import LOSS_NAMES

Rows = list[list[object]]


def run_table(runs: Sequence[Run], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: what was trained, on what, and Spearman on the held-out pairs."""
    keys = (
        "run",
        "base",
        "kind",
        "loss",
        "data",
        "pairs",
        "steps",
        "before",
        "best",
        "time",
        "outcome",
    )
    rows: Rows = [
        [
            f"#{run.number}",
            run.settings.base,
            say(f"training.{run.settings.kind.split('-')[0]}", language),
            LOSS_NAMES[run.settings.loss],
            run.data,
            f"{run.trained_on} + {run.held_out}",
            len(run.losses),
            _decimals(run.before),
            _decimals(run.best),
            duration(run.seconds, language),
            say(f"training.outcome.{run.outcome}", language),
        ]
        for run in runs
    ]
    return [say(f"training.column.{key}", language) for key in keys], rows


def curve_table(runs: Sequence[Run], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: run, step, loss, Spearman where it was evaluated."""
    keys = ("run", "step", "loss_value", "spearman")
    rows: Rows = []
    for run in runs:
        evaluated = dict(run.evaluations)
        for step, loss in enumerate([None, *run.losses]):
            rows.append([run.name, step, "" if loss is None else loss, evaluated.get(step, "")])
    return [say(f"training.column.{key}", language) for key in keys], rows


def _decimals(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"
