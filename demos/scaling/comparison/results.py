"""Comparisons as tables, sentences and files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.scaling.comparison.contest import Comparison, Entry, Nested
from demos.scaling.comparison.figures import COLOURS, law_name
from demos.scaling.comparison.judging import (
    Preference,
    by_criterion,
    by_held_out,
    simplest,
    weights,
)

_COLUMNS = ("law", "free", "objective", "rmse", "aicc", "delta", "weight", "rms", "bias", "verdict")
_SMALL_P = 0.05
_CHANCE = 2.0  # times the scatter of the fitted points: errors that need no explanation


# --- sentences -----------------------------------------------------------------------------------


def findings(comparison: Comparison, language: Language) -> list[str]:
    """Which law the points prefer, by both measures, and whether these agree."""
    names = _names(comparison, language)
    criterion, held = by_criterion(comparison.entries), by_held_out(comparison.entries)
    found = []
    if criterion is not None:
        found.append(_about_criterion(criterion, comparison, names, language))
    if held is not None:
        found.append(_about_held_out(held, comparison, names, language))
    if criterion is not None and held is not None:
        found.append(_about_both(criterion, held, names, language))
    if not comparison.held_out.any():
        found.append(say("scaling.compare.one_scale", language))
    if not found:
        found.append(say("scaling.comparison.nothing", language))
    if len({bool(entry.x) for entry in comparison.fitted}) == 2:
        x = next(entry.x for entry in comparison.fitted if entry.x)
        found.append(say("scaling.comparison.same_losses", language, x=x))
    return found


def _about_criterion(
    preference: Preference, comparison: Comparison, names: dict[str, str], language: Language
) -> str:
    best = names[preference.best]
    if preference.rivals:
        others = _listed([names[law] for law in preference.rivals], language)
        least = names[simplest(preference.leaders, comparison)]
        return say(
            "scaling.comparison.undecided", language, best=best, others=others, simplest=least
        )
    weight = _weight(weights(comparison.entries)[preference.best])
    words = say(f"scaling.comparison.{preference.grade}", language, best=best, weight=weight)
    entry = next(each for each in comparison.entries if each.law == preference.best)
    if entry.verdict is not None and entry.verdict.status == "refused":
        words += say("scaling.comparison.though_refused", language)
    return words


def _about_held_out(
    preference: Preference, comparison: Comparison, names: dict[str, str], language: Language
) -> str:
    entry = next(each for each in comparison.extrapolated if each.law == preference.best)
    if entry.held is None or entry.held.fit is None:
        raise ValueError(f"{entry.law} was not extrapolated")
    scatter = float(np.sqrt((entry.held.fit.residuals.numpy() ** 2).mean()))
    within = entry.held.rms <= _CHANCE * max(scatter, 1e-12)
    words = say(
        "scaling.comparison.held_out",
        language,
        count=len(entry.held.errors),
        reach=f"{entry.held.reach:.3g}",
        best=names[preference.best],
        rms=f"{100 * entry.held.rms:.2g}",
    )
    if preference.rivals:
        others = _listed([names[law] for law in preference.rivals], language)
        words += say("scaling.comparison.held_out_rivals", language, others=others)
    key = "within_scatter" if within else "beyond_scatter"
    times = f"{entry.held.rms / max(scatter, 1e-12):.2g}"
    return words + say(f"scaling.comparison.{key}", language, times=times)


def _about_both(
    criterion: Preference, held: Preference, names: dict[str, str], language: Language
) -> str:
    common = [law for law in criterion.leaders if law in held.leaders]
    if not common:
        return say(
            "scaling.comparison.disagree",
            language,
            criterion=_listed([names[law] for law in criterion.leaders], language),
            held=_listed([names[law] for law in held.leaders], language),
        )
    both = _listed([names[law] for law in common], language)
    decided = len(common) == 1
    return say(
        "scaling.comparison.agree" if decided else "scaling.comparison.agree_undecided",
        language,
        laws=both,
    )


# --- tables --------------------------------------------------------------------------------------


def table_html(comparison: Comparison, language: Language) -> str:
    """Every law with its criteria, its error on the held-out points and its verdict."""
    heads = "".join(
        f'<th title="{escape(say(f"scaling.comparison.hint.{key}", language))}">'
        f"{escape(say(f'scaling.comparison.column.{key}', language))}</th>"
        for key in _COLUMNS
    )
    preferred = by_criterion(comparison.entries)
    leaders = preferred.leaders if preferred else ()
    known = weights(comparison.entries)
    best = min((e.criteria.aicc for e in comparison.fitted if e.criteria), default=math.nan)
    ordered = sorted(comparison.entries, key=_aicc)
    rows = "".join(_row(entry, known, best, entry.law in leaders, language) for entry in ordered)
    return (
        '<div class="kl-table" tabindex="0"><table><thead><tr>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _aicc(entry: Entry) -> float:
    return entry.criteria.aicc if entry.criteria is not None else math.inf


def _row(
    entry: Entry, known: dict[str, float], best: float, leads: bool, language: Language
) -> str:
    name = _swatch(entry) + escape(law_name(entry, language))
    if entry.fit is None or entry.criteria is None or entry.verdict is None:
        reason = entry.refusal.sentence(language) if entry.refusal else ""
        return (
            f'<tr><td>{name}</td><td class="kl-reason" colspan="{len(_COLUMNS) - 1}">'
            f"{escape(reason)}</td></tr>"
        )
    cells = [
        f"{entry.criteria.free - 1}",
        f"{entry.fit.objective:.4g}",
        _percent(entry.fit.diagnostics.rmse),
        _figure(entry.criteria.aicc),
        _figure(entry.criteria.aicc - best if entry.criteria.aicc != best else 0.0),
        _weight(known[entry.law]),
        *_held_cells(entry),
        say(f"scaling.comparison.verdict.{entry.verdict.status}", language),
    ]
    marked = ' class="kl-marked"' if leads else ""
    return f"<tr{marked}><td>{name}</td>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>"


def _held_cells(entry: Entry) -> list[str]:
    if entry.held is None or entry.held.fit is None:
        return ["–", "–"]
    return [_percent(entry.held.rms), _signed_percent(entry.held.bias)]


def reasons_html(comparison: Comparison, language: Language) -> str:
    """Why laws are doubted or refused, folded away; why one cannot be extrapolated too."""
    parts = []
    for entry in comparison.fitted:
        sentences = [
            reason.problem().sentence(language)
            for reason in (entry.verdict.reasons if entry.verdict else ())
        ]
        if entry.held is not None and entry.held.refusal is not None:
            why = entry.held.refusal.sentence(language)
            sentences.append(say("scaling.comparison.not_extrapolated", language, reason=why))
        if sentences:
            lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
            name = escape(law_name(entry, language))
            parts.append(f"<dt>{_swatch(entry)}{name}</dt><dd><ul>{lines}</ul></dd>")
    if not parts:
        return ""
    summary = escape(say("scaling.comparison.reasons", language, count=len(parts)))
    return (
        f'<details class="kl-reasons"><summary>{summary}</summary><dl>{"".join(parts)}</dl>'
        "</details>"
    )


def nested_html(comparison: Comparison, language: Language) -> str:
    """Likelihood-ratio tests of the laws that contain one another."""
    if not comparison.nested:
        return ""
    keys = ("pair", "statistic", "freedom", "p", "reading")
    heads = "".join(
        f"<th>{escape(say(f'scaling.comparison.nested.{key}', language))}</th>" for key in keys
    )
    names = _names(comparison, language)
    rows = "".join(_nested_row(each, names, language) for each in comparison.nested)
    return (
        '<div class="kl-table kl-nested" tabindex="0"><table><thead><tr>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _nested_row(nested: Nested, names: dict[str, str], language: Language) -> str:
    ratio = nested.ratio
    smaller, larger = names[nested.smaller], names[nested.larger]
    pair = say("scaling.comparison.nested.in", language, smaller=smaller, larger=larger)
    kind = "worth" if ratio.p_value < _SMALL_P else "not_worth"
    reading = say(f"scaling.comparison.nested.{kind}", language, smaller=smaller, larger=larger)
    if ratio.validity != "regular":
        reading += say(f"scaling.comparison.nested.{ratio.validity}.{kind}", language)
    cells = [f"{ratio.statistic:.2f}", str(ratio.freedom), _p_value(ratio.p_value)]
    middle = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><td>{escape(pair)}</td>{middle}<td class="kl-reason">{escape(reading)}</td></tr>'


# --- files ---------------------------------------------------------------------------------------


def table_file(comparison: Comparison) -> str:
    """The table of laws as CSV, parameters at the end."""
    known = weights(comparison.entries)
    headers = ["law", "x", "points", "free_parameters", "objective", "rmse_log_loss"]
    headers += ["log_likelihood", "aic", "aicc", "bic", "akaike_weight"]
    headers += ["held_out_points", "held_out_rms", "held_out_bias", "verdict", "parameters"]
    rows = [_file_row(entry, known) for entry in comparison.entries]
    return write_csv("scaling-laws-compared", headers, rows)


def _file_row(entry: Entry, known: dict[str, float]) -> Sequence[object]:
    if entry.fit is None or entry.criteria is None or entry.verdict is None:
        reason = str(entry.refusal) if entry.refusal else ""
        return [entry.law, entry.x, *[""] * 12, f"refused: {reason}", ""]
    found, held = entry.criteria, entry.held
    errors: list[object] = ["", "", ""]
    if held is not None and held.fit is not None:
        errors = [len(held.errors), held.rms, held.bias]
    parameters = "; ".join(f"{name}={value:.8g}" for name, value in entry.fit.parameters.items())
    return [
        *(entry.law, entry.x, found.points, found.free - 1, entry.fit.objective),
        *(entry.fit.diagnostics.rmse, found.log_likelihood, found.aic, found.aicc, found.bic),
        *(known[entry.law], *errors, entry.verdict.status, parameters),
    ]


def held_out_file(comparison: Comparison) -> str:
    """Held-out points with what every law said of them."""
    entries = comparison.extrapolated
    headers = ["scale", "loss", *[entry.law for entry in entries]]
    scale = comparison.scale[comparison.held_out]
    loss = comparison.loss[comparison.held_out]
    predicted = [entry.held.predicted for entry in entries if entry.held is not None]
    return write_csv(
        "scaling-held-out",
        headers,
        zip(scale.tolist(), loss.tolist(), *map(list, predicted), strict=True),
    )


# --- words ---------------------------------------------------------------------------------------


def _names(comparison: Comparison, language: Language) -> dict[str, str]:
    return {entry.law: law_name(entry, language) for entry in comparison.entries}


def _listed(names: Sequence[str], language: Language) -> str:
    """One, two or more names in a sentence."""
    if len(names) == 1:
        return names[0]
    head = say("scaling.comparison.comma", language).join(names[:-1])
    return say("scaling.comparison.and", language, head=head, last=names[-1])


def _swatch(entry: Entry) -> str:
    return f'<i class="kl-swatch" style="background:{COLOURS[entry.law]}"></i>'


def _figure(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return "–" if math.isnan(value) else f"{value:.1f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"


def _signed_percent(share: float) -> str:
    return f"{100 * share:+.2g} %".replace("-", "−")


def _weight(weight: float) -> str:
    if weight < 0.001:
        return "< .001"
    return "> .999" if weight > 0.999 else f"{weight:.3f}".lstrip("0")


def _p_value(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0") if p < 0.9995 else "1"
