"""Points as tables, sentences and files."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demos.frame.export import write_csv
from demos.frame.labels import cut_to_width
from demos.frame.strings import Language, say
from demos.scaling.data.counting import COLUMNS, STATES
from demos.scaling.data.figures import View, drawn_rows
from demos.scaling.data.mapping import Form
from demos.scaling.loss_file import LossTable
from demos.scaling.published import PUBLISHED
from demos.scaling.raw_table import RawTable
from demos.scaling.simulated import EXAMPLES
from demos.scaling.sources import Bundled, Points, Source, Uploaded

MOST_ROWS = 50  # of the preview
_MOST_COLUMNS, _CELL_WIDTH = 12, 22  # of the file's beginning
_LABEL_WIDTH = 40
_LETTERS = {"alpha": "α", "beta": "β"}


# --- what is known of simulated points -----------------------------------------------------------


def truth_html(source: Source, language: Language) -> str:
    """The law that made the points and its parameters; nothing for a visitor's files."""
    if isinstance(source, Uploaded):
        return ""
    if isinstance(source, Bundled):
        made = EXAMPLES[source.key]
        parameters, noise = made.truth, made.noise
        words = say("scaling.points.truth", language, law=say("scaling.law.chinchilla", language))
    else:
        law = PUBLISHED[source.published]
        parameters, noise = law.parameters, source.noise
        words = say(
            "scaling.points.truth_published",
            language,
            title=law.title,
            source=law.source,
            data=law.data,
        )
    facts = "".join(_fact(name, value) for name, value in parameters.items())
    facts += f"<div><dt>{escape(say('scaling.points.noise_of', language))}</dt>"
    facts += f"<dd>{noise:g}</dd></div>"
    return f'<p class="kl-note">{escape(words)}</p><dl class="kl-facts">{facts}</dl>'


def _fact(name: str, value: float) -> str:
    letter, _, index = name.partition("_")
    written = escape(_LETTERS.get(letter, letter)) + (
        f"<sub>{escape(index)}</sub>" if index else ""
    )
    number = f"{value:.3g}" if value >= 1e6 else f"{value:g}"
    return f"<div><dt>{written}</dt><dd>{number}</dd></div>"


# --- a file's beginning --------------------------------------------------------------------------


def head_html(raw: RawTable, form: Form, language: Language) -> str:
    """The first rows of a file, the columns that were taken for something first."""
    taken = {name: role for role, name in form.columns.items() if name}
    names = [*(name for name in raw.columns if name in taken)]
    names += [name for name in raw.columns if name not in taken]
    places = [list(raw.columns).index(name) for name in names[:_MOST_COLUMNS]]
    heads = "".join(
        f"<th>{_cell(name)}<small>{escape(taken.get(name, ''))}</small></th>"
        for name in names[:_MOST_COLUMNS]
    )
    rows = "".join(
        "<tr>" + "".join(f"<td>{_cell(row[place])}</td>" for place in places) + "</tr>"
        for row in raw.head()
    )
    more = len(names) - _MOST_COLUMNS
    words = say("scaling.points.more_columns", language, count=more)
    rest = f'<div class="kl-note">{escape(words)}</div>' if more > 0 else ""
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="kl-table kl-head">{table}</div>{rest}'


def column_label(name: str) -> str:
    """A column's name as a choice: one short line."""
    return cut_to_width(_plain(name), _LABEL_WIDTH)


def _cell(text: str) -> str:
    return escape(cut_to_width(_plain(text), _CELL_WIDTH)) or "&nbsp;"


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:200])


# --- points --------------------------------------------------------------------------------------


def counts_sentence(view: View, language: Language) -> str:
    """How many points count, and why the others do not."""
    used, outside, left_out = (int((view.states == place).sum()) for place in range(len(STATES)))
    words = say("scaling.points.counts", language, used=used, all=len(view.table))
    if outside:
        words += say("scaling.points.counts_outside", language, count=outside)
    if left_out:
        words += say("scaling.points.counts_left_out", language, count=left_out)
    drawn = len(drawn_rows(view))
    if drawn < len(view.table):
        words += " " + say("scaling.points.thinned", language, drawn=drawn, all=len(view.table))
    return words


def label_of(table: LossTable, place: int, language: Language) -> str:
    """A point by its line and run, as a choice."""
    words = say("scaling.points.line", language, line=int(table.lines[place]))
    if table.runs:
        words += f" · {cut_to_width(table.runs[place], 28)}"
    return words


def preview(view: View, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers and the first rows; everything is text."""
    table = view.table
    headers = [say("scaling.points.column.line", language)]
    headers += [say("scaling.points.column.run", language)] if table.runs else []
    names = [name for name in COLUMNS if name in table.columns]
    headers += [*names, say("scaling.points.column.state", language)]
    rows = []
    for row in range(min(MOST_ROWS, len(table))):
        state = STATES[int(view.states[row])]
        rows.append(
            [
                str(int(table.lines[row])),
                *([cut_to_width(table.runs[row], 60)] if table.runs else []),
                *(f"{table.columns[name][row]:.6g}" for name in names),
                say(f"scaling.points.is.{state}", language),
            ]
        )
    return headers, rows


def points_file(points: Points) -> str:
    """The points that count as CSV, with their lines and runs."""
    used = points.used
    names = [name for name in COLUMNS if name in used.columns]
    headers = ["line", *(["run"] if used.runs else []), *names]
    columns: list[Sequence[object]] = [used.lines.tolist()]
    columns += [used.runs] if used.runs else []
    columns += [used.columns[name].tolist() for name in names]
    return write_csv("scaling-points", headers, zip(*columns, strict=True))
