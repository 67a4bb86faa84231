"""Tables, sentences and files of the compute-optimal models; computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.scaling.amounts import amount, exponent, flop, ratio
from demos.scaling.answers import Answer
from demos.scaling.claims import CLAIMS, Claim, Pair
from demos.scaling.frontier import optimal_exponents
from demos.scaling.optimal.allocation import Ends
from demos.scaling.optimal.view import View

FloatArray = NDArray[np.float64]


def refusal_of(answer: Answer, language: Language) -> list[str]:
    """Why no frontier is drawn from an answer; nothing where it is."""
    if answer.law.trade is None:
        law = say(f"scaling.law.{answer.law.key}", language)
        return [say("scaling.optimal.one_variable", language, law=law)]
    if answer.verdict.status != "refused":
        return []
    head = say("scaling.optimal.refused", language)
    return [head, *doubts_of(answer, language)]


def doubts_of(answer: Answer, language: Language) -> list[str]:
    """What there is to say against the fit."""
    return [reason.problem().sentence(language) for reason in answer.verdict.reasons]


def reading(view: View, language: Language) -> list[str]:
    """What the frontier says, in words."""
    a, b = exponents_of(view)
    best, place = view.table.best, int(view.budgets.argmax())
    sentences = [
        say(
            "scaling.optimal.reading.budget",
            language,
            budget=flop(view.budgets[place]),
            n=_with(amount, best.parameters, view.table.parameters, place),
            d=_with(amount, best.tokens, view.table.tokens, place),
            ratio=_with(ratio, best.tokens_per_parameter, view.table.ratio, place),
        ),
        say(
            "scaling.optimal.reading.growth",
            language,
            n=f"{10**a:.2f}",
            d=f"{10**b:.2f}",
            ratio=f"{10 ** (b - a):.2f}",
        ),
    ]
    if "a" in view.exponents:
        low, high = view.exponents["a"].low, view.exponents["a"].high
        key = "equal" if low <= 0.5 <= high else "more_data" if high < 0.5 else "more_size"
        sentences.append(say(f"scaling.optimal.reading.{key}", language, low=exponent(low),
                             high=exponent(high)))  # fmt: skip
    if view.far.any():
        far = ", ".join(flop(budget) for budget in view.budgets[view.far])
        sentences.append(say("scaling.optimal.reading.far", language, budgets=far))
    return sentences


def exponents_of(view: View) -> Pair:
    """a and b of the fit."""
    return optimal_exponents(view.fitted.law, view.fitted.parameters)


# --- tables --------------------------------------------------------------------------------------


def budgets_html(view: View, language: Language) -> str:
    """A row a budget: N, D, tokens a parameter and loss, each with its interval below it."""
    best, table = view.table.best, view.table
    columns: list[tuple[Callable[[float], str], FloatArray, Ends | None]] = [
        (amount, best.parameters, table.parameters),
        (amount, best.tokens, table.tokens),
        (ratio, best.tokens_per_parameter, table.ratio),
        (_loss, best.loss, table.loss),
    ]
    keys = ("budget", "n", "d", "ratio", "loss")
    head = "".join(f"<th>{escape(say(f'scaling.optimal.column.{key}', language))}</th>"
                   for key in keys)  # fmt: skip
    rows = []
    for place, budget in enumerate(view.budgets):
        mark = " *" if view.far[place] else ""
        cells = "".join(_cell(form, values, ends, place) for form, values, ends in columns)
        rows.append(f"<tr><td>{flop(budget)}{mark}</td>{cells}</tr>")
    note = ""
    if view.far.any():
        words = say("scaling.optimal.far_mark", language)
        note = f'<div class="kl-note">{escape(words)}</div>'
    return _table(head, rows) + note


def claims_html(view: View, language: Language) -> str:
    """A row a paper, a column a budget: N, and below it D and tokens a parameter."""
    head = f"<th>{escape(say('scaling.optimal.column.paper', language))}</th>"
    head += "".join(f"<th>{flop(budget)}</th>" for budget in view.budgets)
    best = view.table.best
    rows = [_claim_row(say("scaling.optimal.this_fit", language), "", best.parameters,
                       best.tokens, language, "kl-marked")]  # fmt: skip
    for claim, n, d in view.claims:
        name = say(f"scaling.claim.{claim.key}", language)
        rows.append(_claim_row(name, claim.source, n, d, language))
    return _table(head, rows)


def _claim_row(
    name: str, source: str, n: FloatArray, d: FloatArray, language: Language, kind: str = ""
) -> str:
    cells = "".join(
        f"<td>{amount(size)}<small>"
        + escape(
            say("scaling.optimal.cell", language, d=amount(tokens), ratio=ratio(tokens / size))
        )
        + "</small></td>"
        for size, tokens in zip(n.tolist(), d.tolist(), strict=True)
    )
    return f'<tr class="{kind}"><td title="{escape(source)}">{escape(name)}</td>{cells}</tr>'


def exponents_html(view: View, language: Language) -> str:
    """a and b: of the fit, and of papers as printed and as recomputed from what they print."""
    keys = ("paper", "a_printed", "a_computed", "b_printed", "b_computed", "source")
    head = "".join(f"<th>{escape(say(f'scaling.optimal.column.{key}', language))}</th>"
                   for key in keys)  # fmt: skip
    a, b = exponents_of(view)
    own = [f"<td></td><td>{exponent(value)}{_interval_small(view, name)}</td>"
           for name, value in (("a", a), ("b", b))]  # fmt: skip
    name = say("scaling.optimal.this_fit", language)
    rows = [f'<tr class="kl-marked"><td>{escape(name)}</td>{"".join(own)}<td></td></tr>']
    rows += [claim_exponents_row(claim, language) for claim in CLAIMS]
    return _table(head, rows, "kl-verdicts")


def claim_exponents_row(claim: Claim, language: Language) -> str:
    """One paper's row of that table."""
    cells = ""
    for place in (0, 1):
        printed, interval, computed = "", "", ""
        if claim.printed is not None:
            printed = _printed(claim.printed[place])
        if claim.intervals is not None:
            low, high = claim.intervals[place]
            interval = f"<small>{exponent(low)}–{exponent(high)}</small>"
        if claim.exponents is not None:
            computed = exponent(claim.exponents[place])
        cells += f"<td>{printed}{interval}</td><td>{computed}</td>"
    name = escape(say(f"scaling.claim.{claim.key}", language))
    return f"<tr><td>{name}</td>{cells}<td>{escape(claim.source)}</td></tr>"


def _printed(value: float) -> str:
    """With as many digits as it is printed with, at least two."""
    return exponent(value, 2 if value == round(value, 2) else 3)


def _interval_small(view: View, name: str) -> str:
    if name not in view.exponents:
        return ""
    interval = view.exponents[name]
    return f"<small>{exponent(interval.low)}–{exponent(interval.high)}</small>"


def _cell(form: Callable[[float], str], values: FloatArray, ends: Ends | None, place: int) -> str:
    value = escape(form(float(values[place])))
    if ends is None:
        return f"<td>{value}</td>"
    low, high = (escape(form(float(end[place]))) for end in ends)
    return f"<td>{value}<small>{low}–{high}</small></td>"


def _with(form: Callable[[float], str], values: FloatArray, ends: Ends | None, place: int) -> str:
    value = form(float(values[place]))
    if ends is None:
        return value
    low, high = (form(float(end[place])) for end in ends)
    return f"{value} [{low}–{high}]"


def _table(head: str, rows: Sequence[str], kind: str = "") -> str:
    return (
        f'<div class="kl-table {kind}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _loss(value: float) -> str:
    return f"{value:.4f}"


# --- files ---------------------------------------------------------------------------------------


def budgets_file(view: View) -> str:
    """Everything that the tables hold, a row for each budget and source, as CSV."""
    names = ("n", "d", "tokens_per_parameter", "loss")
    headers = ["source", "compute_flop", "flop_factor"]
    for name in names:
        headers += [name, f"{name}_low", f"{name}_high"]
    best, table = view.table.best, view.table
    columns: list[tuple[FloatArray, Ends | None]] = [
        (best.parameters, table.parameters),
        (best.tokens, table.tokens),
        (best.tokens_per_parameter, table.ratio),
        (best.loss, table.loss),
    ]
    rows: list[list[object]] = []
    for place, budget in enumerate(view.budgets.tolist()):
        row: list[object] = ["this fit", budget, view.factor]
        for values, ends in columns:
            row += [values[place], *((end[place] for end in ends) if ends else ("", ""))]
        rows.append(row)
    for claim, n, d in view.claims:
        name = say(f"scaling.claim.{claim.key}", "en")
        rows += [
            [name, budget, view.factor, size, "", "", tokens, "", "", tokens / size]
            for budget, size, tokens in zip(view.budgets.tolist(), n, d, strict=True)
        ]
    return write_csv("compute-optimal", headers, rows)
