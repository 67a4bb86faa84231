"""Tables, sentences and files of the parabolas; computes nothing."""

from __future__ import annotations

import math
from html import escape

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.scaling.amounts import amount, exponent, flop, ratio
from demos.scaling.budgets.view import View
from demos.scaling.claims import claim
from demos.scaling.isoflop import Parabola
from demos.scaling.optimal.results import claim_exponents_row

_PAPERS = ("hoffmann_2", "hoffmann_1", "hoffmann_3", "kaplan", "besiroglu")


def reading(view: View, language: Language) -> list[str]:
    """What the parabolas say, in words."""
    found = view.found
    sentences = [
        say(
            "scaling.budgets.reading.counts",
            language,
            usable=len(view.usable),
            budgets=len(found.parabolas),
            left_out=len(found.left_out),
        )
    ]
    if math.isfinite(found.noise):
        sentences.append(
            say("scaling.budgets.reading.noise", language, noise=f"{100 * found.noise:.2g}")
        )
    if found.power is None:
        if found.refusal is not None:
            sentences.append(found.refusal.sentence(language))
    elif math.isfinite(found.power.interval[0]):
        low, high = found.power.interval
        sentences.append(
            say(
                "scaling.budgets.reading.power",
                language,
                a=exponent(found.power.exponent),
                low=exponent(low),
                high=exponent(high),
                b=exponent(1 - found.power.exponent),
            )
        )
    else:
        only = exponent(found.power.exponent)
        sentences.append(say("scaling.budgets.reading.two", language, a=only))
    return sentences + _beside(view, language)


def _beside(view: View, language: Language) -> list[str]:
    """Approach 3 on the same points."""
    if view.fitted is None:
        return [say("scaling.budgets.reading.no_fit", language)]
    interval = view.fitted.interval
    return [
        say(
            "scaling.budgets.reading.fitted",
            language,
            a=exponent(view.fitted.a),
            low=exponent(interval.low),
            high=exponent(interval.high),
        )
    ]


def parabolas_html(view: View, language: Language) -> str:
    """A row a budget; a refused one is grey, with the reason."""
    keys = ("budget", "runs", "n", "d", "ratio", "loss", "verdict")
    head = "".join(f"<th>{escape(say(_column(key), language))}</th>" for key in keys)
    rows = [_row(view, parabola, language) for parabola in view.found.parabolas]
    return (
        f'<div class="kl-table kl-verdicts"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _column(key: str) -> str:
    own = ("runs", "verdict")
    return f"scaling.budgets.column.{key}" if key in own else f"scaling.optimal.column.{key}"


def _row(view: View, parabola: Parabola, language: Language) -> str:
    budget, runs = flop(parabola.budget), len(parabola.rows)
    if parabola.refusal is not None:
        reason = escape(parabola.refusal.sentence(language))
        cells = f"<td>{budget}</td><td>{runs}</td>" + "<td>–</td>" * 4 + f"<td>{reason}</td>"
        return f'<tr class="kl-refused">{cells}</tr>'
    low, high = parabola.interval
    product = parabola.budget / view.factor
    interval_n = f"<small>{amount(low)}–{amount(high)}</small>"
    interval_d = f"<small>{amount(product / high)}–{amount(product / low)}</small>"
    ratios = f"<small>{ratio(product / high**2)}–{ratio(product / low**2)}</small>"
    counts = escape(say("scaling.budgets.counts", language))
    return (
        f"<tr><td>{budget}</td><td>{runs}</td>"
        f"<td>{amount(parabola.parameters)}{interval_n}</td>"
        f"<td>{amount(parabola.tokens)}{interval_d}</td>"
        f"<td>{ratio(parabola.tokens / parabola.parameters)}{ratios}</td>"
        f"<td>{parabola.loss:.4f}</td><td>{counts}</td></tr>"
    )


def exponents_html(view: View, language: Language) -> str:
    """a and b: of the parabolas, of the fitted law, and of papers."""
    keys = ("paper", "a_printed", "a_computed", "b_printed", "b_computed", "source")
    head = "".join(f"<th>{escape(say(_column(key), language))}</th>" for key in keys)
    rows = []
    if view.found.power is not None:
        low, high = view.found.power.interval
        name = say("scaling.budgets.this_power", language)
        rows.append(_own_row(name, view.found.power.exponent, low, high))
    if view.fitted is not None:
        interval = view.fitted.interval
        name = say("scaling.budgets.this_fit", language)
        rows.append(_own_row(name, view.fitted.a, interval.low, interval.high))
    rows += [claim_exponents_row(claim(key), language) for key in _PAPERS]
    return (
        f'<div class="kl-table kl-verdicts"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _own_row(name: str, a: float, low: float, high: float) -> str:
    cells = ""
    for value, ends in ((a, (low, high)), (1 - a, (1 - high, 1 - low))):
        known = math.isfinite(ends[0])
        interval = f"<small>{exponent(ends[0])}–{exponent(ends[1])}</small>" if known else ""
        cells += f"<td></td><td>{exponent(value)}{interval}</td>"
    return f'<tr class="kl-marked"><td>{escape(name)}</td>{cells}<td></td></tr>'


def parabolas_file(view: View) -> str:
    """Every budget as CSV."""
    headers = ["compute_flop", "runs", "n_opt", "n_low", "n_high", "d_opt", "loss", "c_0", "c_1",
               "c_2", "centre_ln_n", "refused"]  # fmt: skip
    rows = [
        [
            each.budget,
            len(each.rows),
            *(_known(value) for value in (each.parameters, *each.interval, each.tokens, each.loss)),
            *(_known(value) for value in (*each.coefficients, each.centre)),
            "" if each.refusal is None else each.refusal.sentence("en"),
        ]
        for each in view.found.parabolas
    ]
    return write_csv("isoflop", headers, rows)


def _known(value: float) -> float | str:
    return value if math.isfinite(value) else ""
