"""What is said beside the figures: the loss in numbers, and the three losses before and after."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demos.frame.strings import Language, say
from demos.pairs.playground.batch import LOSSES, View
from demos.pairs.playground.figures import number

_CELL = (
    "padding:4px 10px;border:0;border-bottom:1px solid var(--border-color-primary);"
    "text-align:{side}"
)
_ROW = '<tr style="border:0">'  # against Gradio's own borders of tables in HTML


def loss_html(view: View, language: Language) -> str:
    """The loss, between its bounds, and as the product of two sums where labels are binary."""
    terms, bounds = view.cosent.terms, view.bounds
    wrong = int((terms.exponents > 0).sum())
    rows = [
        ("pairs.playground.row.terms", f"{len(terms)}"),
        ("pairs.playground.row.wrong", f"{wrong}"),
        (
            "pairs.playground.row.bounds",
            f"{number(bounds.lower)} ≤ {number(view.cosent.value)} ≤ {number(bounds.upper)}",
        ),
    ]
    if view.factors is not None:
        found = view.factors
        rows.append(
            (
                "pairs.playground.row.factors",
                f"softplus({number(found.negatives)} + {number(found.positives)})"
                f" = {number(found.loss)}",
            )
        )
    loss = f'<b style="font-size:26px">{number(view.cosent.value)}</b>'
    cells = [[say(key, language), value] for key, value in rows]
    return f'<div style="font-size:15px">L = {loss}</div>' + _table([], cells)


def comparison_html(before: View | None, after: View, language: Language) -> str:
    """The three losses, before and after the last button; only the present ones without it."""
    headers = ["", *(say(f"pairs.playground.{key}", language) for key in ("before", "after"))]
    headers.append(say("pairs.playground.change", language))
    rows = []
    for name in LOSSES:
        old, new = before.loss(name) if before else None, after.loss(name)
        change = "–" if old is None or new is None else _change(new.value - old.value, old.value)
        rows.append(
            [
                say(f"pairs.playground.{name}", language),
                "–" if old is None else number(old.value),
                "–" if new is None else number(new.value),
                change,
            ]
        )
    return _table(headers, rows)


def _change(difference: float, old: float) -> str:
    """The difference; what is within rounding is none."""
    if abs(difference) <= 1e-9 * max(1.0, abs(old)):
        return "0"
    return ("+" if difference > 0 else "−") + number(abs(difference))


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        sides = ["left", *["right"] * (len(cells) - 1)]
        return "".join(
            f'<{tag} style="{_CELL.format(side=side)}">{escape(cell)}</{tag}>'
            for cell, side in zip(cells, sides, strict=True)
        )

    head = f"<thead>{_ROW}{line(headers, 'th')}</tr></thead>" if headers else ""
    body = "".join(f"{_ROW}{line(row, 'td')}</tr>" for row in rows)
    style = "width:100%;border:0;border-collapse:collapse;font-size:14px"
    return f'<table style="{style}">{head}<tbody>{body}</tbody></table>'
