"""Indices of rows and heads as tables, sentences and a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from demos.attention.distribution.figures import COLOURS
from demos.attention.distribution.references import SHOWN, SIZE, Reference
from demos.attention.distribution.row import Heated, Link, Row
from demos.attention.index_names import index_name
from demos.attention.readings import Asked, Measured
from demos.attention.sparsity import INDICES
from demos.frame.export import write_csv
from demos.frame.strings import Language, say


def what_is_measured(
    counted: Measured, sinks: Sequence[int], tokens: Sequence[str], causal: bool, language: Language
) -> str:
    """The sentence over the figures: which rows, over which entries, and what the sinks are."""
    rows = sum(int((layer.support > 1).sum()) for layer in counted.layers)
    mask = say(f"attention.sparsity.mask.{'causal' if causal else 'both'}", language)
    named = ", ".join(tokens[place] for place in sinks)
    key = "measured" if sinks else "measured_no_sinks"
    return say(
        f"attention.sparsity.{key}", language, rows=rows, mask=mask, sinks=named, n=len(tokens)
    )


def index_table(heated: Heated, language: Language) -> str:
    """Every index of the row, as Markdown with formulas: at T = 1, at the chosen T, which way."""
    names = ("index", "usual", "now", "sparse", "formula")
    headers = [
        say(f"attention.sparsity.column.{name}", language, t=f"{heated.temperature:.3g}")
        for name in names
    ]
    lines = [" | ".join(headers), "|".join([":--", "--:", "--:", ":--", ":--"])]
    for key, index in INDICES.items():
        swatch = f'<i class="kl-line kl-line-{index.sparse}" style="color:{COLOURS[key]}"></i>'
        # A bar would end the cell.
        formula = index.formula.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        cells = [
            f"{swatch}{index_name(key, language)}",
            f"{heated.usual[key]:.4f}",
            f"**{heated.now[key]:.4f}**",
            say(f"attention.sparsity.sparse.{index.sparse}", language),
            f"${formula}$",
        ]
        lines.append(" | ".join(cells))
    return "\n".join(f"| {line} |" for line in lines)


def link_html(row: Row, heated: Heated, language: Language) -> str:
    """Renyi's link for the chosen p and for some others, and the two identities of p = 2."""
    names = ("p", "entropy", "share", "linked", "direct")
    headers = [say(f"attention.sparsity.link.{name}", language) for name in names]
    rows = [_link_cells(link) for link in heated.links]
    table = table_html(headers, rows, marked={0})
    star, participation = heated.now["s_star_1_2"], heated.now["participation"]
    values = {
        "n": len(row.keys),
        "star": f"{star:.6f}",
        "square": f"{star**2:.6f}",
        "participation": f"{participation:.6f}",
        "rooted": f"{1 / math.sqrt(1 + heated.variation):.6f}",
        "rootless": f"{1 / (1 + heated.variation):.6f}",
    }
    lines = "".join(
        f"<p>{escape(say(f'attention.sparsity.{name}', language, **values))}</p>"
        for name in ("squared", "root")
    )
    return f'{table}<div class="kl-identities">{lines}</div>'


def _link_cells(link: Link) -> list[str]:
    p = "∞" if link.p == math.inf else f"{link.p:.3g}"
    numbers = (link.entropy, link.share, link.linked, link.direct)
    return [p, *(f"{number:.6f}" for number in numbers)]


def reference_html(references: Sequence[Reference], language: Language) -> str:
    """Known figures, ours, and the limit of many entries: three columns an index."""
    kinds = ("known", "ours", "limit")
    first = say("attention.sparsity.reference.vector", language)
    head = "".join(f'<th colspan="3">{escape(index_name(index, language))}</th>' for index in SHOWN)
    names = [say(f"attention.sparsity.reference.{kind}", language) for kind in kinds]
    second = "".join(f"<th>{escape(name)}</th>" for name in names * len(SHOWN))
    body = "".join(_reference_row(reference, language) for reference in references)
    note = escape(say("attention.sparsity.reference.note", language, size=SIZE))
    return (
        f'<div class="kl-table"><table><thead><tr><th rowspan="2">{escape(first)}</th>{head}</tr>'
        f'<tr class="kl-second">{second}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<div class="kl-note">{note}</div>'
    )


def _reference_row(reference: Reference, language: Language) -> str:
    name = escape(say(f"attention.sparsity.vector.{reference.key}", language))
    cells = ""
    for place in range(len(SHOWN)):
        low, high = reference.spread[place]
        span = escape(f"{low:.4f} – {high:.4f}")
        cells += (
            f"<td>{reference.known[place]:g}</td>"
            f'<td title="{span}"><b>{reference.measured[place]:.4f}</b></td>'
            f"<td>{reference.limit[place]:.4f}</td>"
        )
    return f"<tr><td>{name}</td>{cells}</tr>"


def table_html(
    headers: Sequence[str], rows: Sequence[Sequence[str]], marked: set[int] | None = None
) -> str:
    """A plain table; its cells are text. Rows in `marked` stand out."""
    head = "".join(f"<th>{escape(header)}</th>" for header in headers)
    body = ""
    for place, row in enumerate(rows):
        kind = ' class="kl-marked"' if place in (marked or set()) else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row)
        body += f"<tr{kind}>{cells}</tr>"
    return (
        f'<div class="kl-table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def heads_file(asked: Asked, counted: Measured, left_out: Measured | None) -> str:
    """A line a head as CSV: the mean of every index, with the sinks and without."""
    lines = [
        [asked.model, name, layer + 1, head + 1]
        + [float(figures.indices[key][head]) for key in INDICES]
        + [float(figures.sink_share[head])]
        for name, measured in (("counted", counted), ("left out", left_out))
        if measured is not None
        for layer, figures in enumerate(measured.layers)
        for head in range(len(figures.sink_share))
    ]
    headers = ["model", "sinks", "layer", "head", *INDICES, "sink_share"]
    return write_csv("attention-sparsity", headers, lines)
