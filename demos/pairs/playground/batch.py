"""The playground's pairs: named, scored, labelled; and one look at them by all three losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from demos.frame.errors import InputProblem
from demos.frame.strings import Language
from demos.pairs.playground.playground import (
    Bounds,
    Cosent,
    Factors,
    Floats,
    Loss,
    bounds,
    check_scored,
    cosent,
    cross_entropy,
    factors,
    mean_squared_error,
    relabelled,
    targets_of,
)

MIN_ITEMS, MAX_ITEMS = 2, 12
LOSSES = ("cosent", "cross_entropy", "mse")
MAX_NAME = 120

# Written for this app; cosines as a model might give them. Four of the orders are wrong.
EXAMPLE: tuple[tuple[str, float, float], ...] = (
    ("cat on the sofa / on the couch", 0.85, 3),
    ("password reset / forgotten", 0.62, 3),
    ("kite on the beach / by the sea", 0.74, 2),
    ("guitar in a band / new guitarist", 0.48, 2),
    ("prices raised / lowered", 0.81, 1),
    ("meeting on Friday / bananas", 0.06, 1),
)
CHINESE_EXAMPLE: tuple[tuple[str, float, float], ...] = (
    ("猫在沙发上睡着了 / 睡在沙发上", 0.85, 3),
    ("重置密码 / 忘了密码", 0.62, 3),
    ("在海滩放风筝 / 在海边玩风筝", 0.74, 2),
    ("在乐队弹吉他 / 乐队招吉他手", 0.48, 2),
    ("上调价格 / 下调价格", 0.81, 1),
    ("会议改到星期五 / 香蕉", 0.06, 1),
)
EXAMPLES: dict[Language, tuple[tuple[str, float, float], ...]] = {
    "en": EXAMPLE,
    "zh": CHINESE_EXAMPLE,
}


@dataclass(frozen=True)
class Batch:
    """Named items with scores [n], labels [n], and the scale lambda."""

    names: tuple[str, ...]
    scores: Floats
    labels: Floats
    scale: float

    def rows(self) -> list[list[object]]:
        """Rows [name, score, label] for the editable table."""
        return [
            [name, _plain(score), _plain(label)]
            for name, score, label in zip(self.names, self.scores, self.labels, strict=True)
        ]

    def shifted(self, constant: float) -> Batch:
        """Every score plus one constant."""
        return replace(self, scores=self.scores + constant)

    def relabelled(self) -> Batch:
        """Other labels in the same order."""
        return replace(self, labels=relabelled(self.labels))


@dataclass(frozen=True)
class View:
    """What the three losses say of a batch; None where a target is undefined (equal labels)."""

    batch: Batch
    cosent: Cosent
    bounds: Bounds
    factors: Factors | None
    targets: Floats | None
    cross_entropy: Loss | None
    mse: Loss | None

    def loss(self, name: str) -> Loss | None:
        """One of `LOSSES` by its name."""
        found: Loss | None = getattr(self, name)
        return found


def check_batch(rows: Sequence[Sequence[object]], scale: object) -> Batch:
    """Table rows [name, score, label] as a batch; rows that are blank throughout are passed over.

    Raises:
        InputProblem: too few or too many rows, or a cell that is no finite number.
    """
    cells = [[_text(cell) for cell in [*row, "", "", ""][:3]] for row in rows]
    filled = [row for row in cells if any(row)]
    if not MIN_ITEMS <= len(filled) <= MAX_ITEMS:
        raise InputProblem(
            "pairs.playground.rows", rows=len(filled), least=MIN_ITEMS, most=MAX_ITEMS
        )
    names = tuple(row[0][:MAX_NAME] or f"#{i}" for i, row in enumerate(filled, start=1))
    scores, labels, factor = check_scored([r[1] for r in filled], [r[2] for r in filled], scale)
    return Batch(names, scores, labels, factor)


def view_of(batch: Batch) -> View:
    """All three losses of a batch."""
    found = cosent(batch.scores, batch.labels, batch.scale)
    targets = targets_of(batch.labels)
    return View(
        batch=batch,
        cosent=found,
        bounds=bounds(found.terms),
        factors=factors(batch.scores, batch.labels, batch.scale),
        targets=targets,
        cross_entropy=None if targets is None else cross_entropy(batch.scores, targets),
        mse=None if targets is None else mean_squared_error(batch.scores, targets),
    )


def descend(batch: Batch, loss: str, step: float, count: int) -> list[Batch]:
    """`count` steps of plain gradient descent on the scores themselves, each as a batch.

    Raises:
        InputProblem: the loss is undefined (equal labels), the step is no positive number, or the
            scores grow beyond what is taken.
    """
    if not (math.isfinite(step) and step > 0):
        raise InputProblem("pairs.playground.bad_step")
    path: list[Batch] = []
    for _ in range(count):
        found = view_of(batch).loss(loss)
        if found is None:
            raise InputProblem("pairs.playground.no_targets")
        # As many digits as the table shows: what is shown is what is computed with.
        scores = np.round(batch.scores - step * found.gradient, 6)
        check_scored(scores.tolist(), batch.labels.tolist(), batch.scale)
        batch = replace(batch, scores=scores)
        path.append(batch)
    return path


def _plain(value: float) -> int | float:
    """Whole numbers without a decimal point, others without the noise of binary fractions."""
    return int(value) if value == int(value) else float(f"{value:.12g}")


def _text(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell).strip()
