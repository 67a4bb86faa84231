"""A small table of numbers as HTML, with a line above it; on a narrow screen it scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def small_table(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Headers and rows, everything escaped."""
    head = "".join(f"<th>{escape(header)}</th>" for header in headers)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="kl-note">{escape(caption)}</div>'
        f'<div class="kl-table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
