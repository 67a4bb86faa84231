"""Moves, the board and counterexamples as pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from demos.attention.axiom_board.bars import bars_html
from demos.attention.axiom_board.board import Found, Pressed, Verdicts, indices_with
from demos.attention.axiom_board.plane import KNOWN, Case
from demos.attention.axiom_board.vector import as_text
from demos.attention.axioms import AXIOMS, EXPECTED, Counterexample, Crowded, Verdict
from demos.attention.index_names import index_name
from demos.attention.sparsity import INDICES, Axiom, Direction
from demos.frame.strings import Language, say


def _said(key: str, language: Language, **values: object) -> str:
    return escape(say(f"attention.axioms.{key}", language, **values))


# --- the move that was made ---------------------------------------------------------------------


def move_html(pressed: Pressed, language: Language) -> str:
    """Before and after, and what each index makes of it."""
    sentence = _said(f"did.{pressed.axiom}", language, **_named(pressed))
    wanted = _said(f"wanted.{EXPECTED[pressed.axiom]}", language)
    pictures = before_after(pressed.x, pressed.y, language)
    headers = "".join(
        f"<th>{_said(f'column.{name}', language)}</th>"
        for name in ("index", "before", "after", "moved", "as_wanted")
    )
    rows = "".join(
        _move_row(key, verdict, pressed.axiom, language)
        for key, verdict in pressed.verdicts.items()
    )
    return (
        f'<div class="kl-move"><div><p>{sentence} <b>{wanted}</b></p>{pictures}</div>'
        f'<div class="kl-table"><table><thead><tr>{headers}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div>"
    )


def _named(pressed: Pressed) -> dict[str, str]:
    """What the sentence of a move names; an entry is named by its value."""
    names = {"amount": f"{pressed.amount:.4g}"}
    if pressed.ends:
        names["rich"] = f"{pressed.x[pressed.ends[0]]:.4g}"
        names["poor"] = f"{pressed.x[pressed.ends[-1]]:.4g}"
    return names


def before_after(x: Sequence[float], y: Sequence[float], language: Language) -> str:
    """Two rows of bars of one scale, what changed in another colour."""
    largest = max(*x, *y)
    changed = [i for i, entry in enumerate(y) if i >= len(x) or entry != x[i]]
    gone = [i for i in changed if i < len(x)]
    parts = (("before", x, gone if len(gone) < len(x) else []), ("after", y, changed))
    return '<div class="kl-pair">{}</div>'.format(
        "".join(
            f"<figure>{bars_html(vector, language, marked=marked, largest=largest)}"
            f"<figcaption>{_said(name, language)}</figcaption></figure>"
            for name, vector, marked in parts
        )
    )


def _move_row(key: str, verdict: Verdict, axiom: Axiom, language: Language) -> str:
    sparse = _direction(key)
    change = verdict.after - verdict.before
    still = _is_still(verdict, axiom)
    sparser = (change > 0) == (sparse == "high")
    way = "same" if still else "more" if sparser else "less"
    return (
        f"<tr><td>{escape(index_name(key, language))}</td><td>{verdict.before:.6f}</td>"
        f"<td>{verdict.after:.6f}</td><td>{_said(f'way.{way}', language)}</td>"
        f"<td>{_mark(verdict, language)}</td></tr>"
    )


def _is_still(verdict: Verdict, axiom: Axiom) -> bool:
    """Whether the index stays put, as far as rounding lets one tell."""
    if verdict.applies:
        return verdict.weakly and (verdict.holds == (EXPECTED[axiom] == "same"))
    return abs(verdict.after - verdict.before) < 1e-12


def _direction(key: str) -> Direction:
    return INDICES[key].sparse if key in INDICES else "low"


def _mark(verdict: Verdict, language: Language) -> str:
    """A tick, a cross, an equals sign where a strict axiom sees no move, a dot where it is mute."""
    kind, sign = _kind(verdict)
    return f'<b class="kl-mark kl-{kind}" title="{_said(f"mark.{kind}", language)}">{sign}</b>'


def _kind(verdict: Verdict) -> tuple[str, str]:
    if not verdict.applies:
        return "mute", "·"
    if verdict.holds:
        return "tick", "✓"
    return ("still", "=") if verdict.weakly else ("cross", "✗")


# --- the board ----------------------------------------------------------------------------------


def board_html(verdicts: Verdicts, q: float, p: float, language: Language) -> str:
    """Indices down, axioms across: a sign for the vector at hand, a shade for all vectors."""
    head = f"<th>{_said('column.index', language)}</th><th>{_said('column.value', language)}</th>"
    for axiom in AXIOMS:
        wanted = _said(f"wanted_short.{EXPECTED[axiom]}", language)
        head += f"<th>{_said(f'axiom.{axiom}', language)}<small>{wanted}</small></th>"
    rows = ""
    for key, index in indices_with(q, p).items():
        name = escape(index_name(key, language))
        value = verdicts[key]["D2"].before  # the vector itself, before it is scaled
        cells = "".join(
            _board_cell(key, axiom, axiom in index.axioms, verdicts[key][axiom], language)
            for axiom in AXIOMS
        )
        low = _said(f"sparse.{index.sparse}", language)
        rows += f"<tr><td>{name}<small>{low}</small></td><td>{value:.4f}</td>{cells}</tr>"
    return (
        f'<div class="kl-table kl-board"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{_legend(language)}"
    )


def _board_cell(key: str, axiom: Axiom, always: bool, verdict: Verdict, language: Language) -> str:
    kind, sign = _kind(verdict)
    shade = "always" if always else "broken"
    here = _said(f"mark.{kind}", language)
    there = _said(f"shade.{shade}", language)
    values = f"{verdict.before:.6g} → {verdict.after:.6g}" if verdict.applies else ""
    title = f"{here} {values} · {there}"
    return (
        f'<td class="kl-{shade}"><button data-index="{escape(key)}" data-axiom="{axiom}"'
        f' title="{title}" aria-label="{title}">'
        f'<b class="kl-mark kl-{kind}">{sign}</b></button></td>'
    )


def _legend(language: Language) -> str:
    signs = "".join(
        f'<span><b class="kl-mark kl-{kind}">{sign}</b> {_said(f"mark.{kind}", language)}</span>'
        for kind, sign in (("tick", "✓"), ("cross", "✗"), ("still", "="), ("mute", "·"))
    )
    shades = "".join(
        f'<span><i class="kl-{shade}"></i> {_said(f"shade.{shade}", language)}</span>'
        for shade in ("always", "broken")
    )
    return f'<div class="kl-legend">{signs}{shades}</div>'


BOARD_SCRIPT = """
element.addEventListener('click', (event) => {
    const cell = event.target.closest('button[data-axiom]');
    if (cell) trigger('select', {index: cell.dataset.index, axiom: cell.dataset.axiom});
});
"""


def agreement(found: Mapping[str, Found], language: Language) -> str:
    """Whether the search agrees with what is known of each index."""
    cells = [
        (found[key][axiom] is None) == (axiom in index.axioms)
        for key, index in INDICES.items()
        for axiom in AXIOMS
    ]
    return say("attention.axioms.agreement", language, agree=sum(cells), cells=len(cells))


# --- counterexamples ----------------------------------------------------------------------------


def search_html(
    key: str, axiom: Axiom, always: bool, found: Counterexample | None, language: Language
) -> str:
    """What the search found for one index and one axiom."""
    names = {"index": index_name(key, language), "axiom": _plain(axiom, language)}
    if found is None:
        kind = "none_possible" if always else "none_found"
        return f'<div class="kl-case"><p>{_said(kind, language, **names)}</p></div>'
    return f'<div class="kl-case">{_found(found, names, language)}</div>'


def case_html(case: Case, q: float, p: float, axiom: Axiom, language: Language) -> str:
    """What is known of an axiom at one (q, p): a counterexample if any, and the known move."""
    names = {"index": f"S*({q:.3g}, {p:.3g})", "axiom": _plain(axiom, language)}
    if case.short is not None:
        body = _found(case.short, names, language)
    elif case.crowded is not None:
        body = _crowded(case.crowded, names, language)
    else:
        kind = "none_possible" if case.met else "none_near"
        body = f"<p>{_said(kind, language, **names)}</p>"
    known = ""
    if axiom == "D1":
        before, after = case.known
        way = "same" if abs(after - before) < 1e-12 else "less" if after > before else "more"
        known = "<p>{}</p>".format(
            _said(
                "known_move",
                language,
                index=names["index"],
                x=as_text(KNOWN[0]),
                y=as_text(KNOWN[1]),
                before=f"{before:.6f}",
                after=f"{after:.6f}",
                way=say(f"attention.axioms.way.{way}", language),
            )
        )
    return f'<div class="kl-case">{body}{known}</div>'


def _plain(axiom: Axiom, language: Language) -> str:
    return say(f"attention.axioms.axiom.{axiom}", language)


def _found(found: Counterexample, names: Mapping[str, str], language: Language) -> str:
    key = "found_opposite" if found.opposite else "found_still"
    wanted = say(f"attention.axioms.wanted_short.{EXPECTED[found.axiom]}", language)
    sentence = _said(
        key,
        language,
        **names,
        wanted=wanted,
        before=f"{found.before:.6f}",
        after=f"{found.after:.6f}",
    )
    vectors = escape(f"({as_text(found.x)}) → ({as_text(found.y)})")
    pictures = before_after(found.x, found.y, language)
    return f"<p>{sentence}</p><p><code>{vectors}</code></p>{pictures}"


def _crowded(found: Crowded, names: Mapping[str, str], language: Language) -> str:
    crowd = ", ".join(
        f"{count:,} × {value:.3g}" for value, count in zip(found.values, found.counts, strict=True)
    )
    return "<p>{}</p>".format(
        _said(
            "found_crowded",
            language,
            **names,
            crowd=crowd,
            rich=f"{found.rich:.3g}",
            poor=f"{found.poor:.3g}",
            amount=f"{found.amount:.3g}",
            before=f"{found.before:.6f}",
            after=f"{found.after:.6f}",
        )
    )
