"""The playground's batch as a table: scores, labels, targets, and all gradients."""

from __future__ import annotations

from demos.frame.strings import Language, say
from demos.pairs.playground.batch import LOSSES, View


def batch_table(view: View, language: Language) -> tuple[list[str], list[list[object]]]:
    """Headers and rows [name, score, label, target, a gradient of each loss]; "" if undefined."""
    batch = view.batch
    count = len(batch.names)
    headers = [say(f"pairs.playground.{key}", language) for key in ("name", "score", "label")]
    headers.append(say("pairs.playground.target", language))
    columns: list[list[object]] = [
        list(batch.names),
        list(batch.scores.tolist()),
        list(batch.labels.tolist()),
        [""] * count if view.targets is None else view.targets.tolist(),
    ]
    for name in LOSSES:
        loss = view.loss(name)
        title = say(f"pairs.playground.{name}", language)
        headers.append(say("pairs.playground.gradient_of", language, loss=title))
        columns.append([""] * count if loss is None else loss.gradient.tolist())
    return headers, [list(row) for row in zip(*columns, strict=True)]
