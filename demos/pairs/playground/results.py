"""The playground's items as a table."""

from __future__ import annotations

from demos.frame.strings import Language, say
from demos.pairs.playground.batch import LOSSES, View

Rows = list[list[object]]


def item_table(view: View, language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: name, score, label, target, and each loss's gradient."""
    headers = [say(f"pairs.playground.{key}", language) for key in ("name", "score", "label")]
    headers.append(say("pairs.playground.target", language))
    for name in LOSSES:
        loss = say(f"pairs.playground.{name}", language)
        headers.append(say("pairs.playground.gradient_of", language, loss=loss))
    rows: Rows = []
    for index, row in enumerate(view.batch.rows()):
        target = "" if view.targets is None else float(view.targets[index])
        found = [view.loss(name) for name in LOSSES]
        rows.append([*row, target, *("" if f is None else float(f.gradient[index]) for f in found)])
    return headers, rows
