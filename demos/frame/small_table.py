"""A small table as HTML, with a line above it and second lines in its cells."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Cell = str | tuple[str, str]  # a second, smaller line below the first


def small_table(caption: str, headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Headers and rows, everything escaped."""
    head = "".join(f"<th>{escape(header)}</th>" for header in headers)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="kl-note">{escape(caption)}</div>'
        f'<div class="kl-table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    return f"<td>{escape(cell[0])}<small>{escape(cell[1])}</small></td>"
