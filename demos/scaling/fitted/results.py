"""A fit as verdict, table and sentences; computes nothing but what a cell needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import torch

from demos.frame.export import write_csv
from demos.frame.progress import notice_html
from demos.frame.strings import Language, say
from demos.scaling.amounts import amount
from demos.scaling.answers import Answer
from demos.scaling.fitted.curves import Marks, truth_of
from demos.scaling.fitted.intervals import Intervals
from demos.scaling.fitted.reading import Estimate, Prediction, Reading
from demos.scaling.laws import LAWS, Law
from demos.scaling.published import PUBLISHED, PublishedLaw
from demos.scaling.uncertainty import Interval, compute_exponents

_SYMBOLS = {
    "alpha": "α",
    "beta": "β",
    "alpha_N": "α<sub>N</sub>",
    "alpha_D": "α<sub>D</sub>",
    "n_total": "n<sub>total</sub>",
}
_OF = {"a": ("N", "a"), "b": ("D", "b")}


# --- verdict -------------------------------------------------------------------------------------


def verdict_html(answer: Answer, language: Language) -> str:
    """Whether any of it can be believed, and every reason why not."""
    status = answer.verdict.status
    head = escape(say(f"scaling.fitted.verdict.{status}", language))
    reasons = notice_html([r.problem().sentence(language) for r in answer.verdict.reasons])
    return f'<div class="kl-verdict kl-{status}"><b>{head}</b>{reasons}</div>'


# --- table ---------------------------------------------------------------------------------------


def table_html(answer: Answer, intervals: Intervals, language: Language) -> str:
    """Parameters with intervals, beside them what papers have and what made the example."""
    papers = papers_of(answer.law)
    truth = truth_of(answer.question.chosen.source)
    known: Mapping[str, float] = truth[1] if truth and truth[0] == answer.law.key else {}
    heads = [say("scaling.fitted.column.parameter", language)]
    heads += [say("scaling.fitted.column.value", language)]
    heads += [say("scaling.fitted.column.interval", language, level=_percent(answer))]
    heads += [say("scaling.fitted.column.truth", language)] * bool(known)
    heads += [paper.title for paper in papers]
    heads += [say("scaling.fitted.column.unit", language)]
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    rows = _parameter_rows(answer, intervals, papers, known, language)
    rows += _exponent_rows(answer, intervals, papers, bool(known), language)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="kl-table">{table}</div>'


def _parameter_rows(
    answer: Answer,
    intervals: Intervals,
    papers: Sequence[PublishedLaw],
    truth: Mapping[str, float],
    language: Language,
) -> list[list[str]]:
    rows = []
    for parameter in answer.law.parameters:
        name = parameter.name
        row = [symbol_html(name), number(answer.fit.parameters[name])]
        row += [interval_said(intervals.parameters.get(name))]
        row += [number(truth[name])] if truth else []
        row += [_of_paper(paper, name) for paper in papers]
        rows.append([*row, unit_html(parameter.unit, answer.question.x, language)])
    return rows


def _exponent_rows(
    answer: Answer,
    intervals: Intervals,
    papers: Sequence[PublishedLaw],
    known: bool,
    language: Language,
) -> list[list[str]]:
    if answer.law.trade is None:
        return []
    rows = []
    ours = exponents_of(answer.law, answer.fit.parameters)
    truth = truth_of(answer.question.chosen.source)
    for place, (name, (size, power)) in enumerate(_OF.items()):
        row = [f"{size}<sub>opt</sub> ∝ C<sup>{power}</sup>", number(ours[place])]
        row += [interval_said(intervals.exponents.get(name))]
        if known and truth:
            row.append(number(exponents_of(LAWS[truth[0]], truth[1])[place]))
        row += [number(exponents_of(LAWS[p.law], p.parameters)[place]) for p in papers]
        rows.append([*row, "1"])
    return rows


def papers_of(law: Law) -> list[PublishedLaw]:
    """Published fits of the same form."""
    return [paper for paper in PUBLISHED.values() if paper.law == law.key]


def exponents_of(law: Law, parameters: Mapping[str, float]) -> list[float]:
    """a and b that follow from parameters by name."""
    theta = torch.tensor([parameters[name] for name in law.names], dtype=torch.float64)
    found: list[float] = compute_exponents(law, theta).tolist()
    return found


def _of_paper(paper: PublishedLaw, name: str) -> str:
    said = number(paper.parameters[name])
    if name in paper.intervals:
        low, high = paper.intervals[name]
        said += f" <small>{number(low)} – {number(high)}</small>"
    return said


def symbol_html(name: str) -> str:
    """A parameter's name as the literature writes it."""
    if name in _SYMBOLS:
        return f"<i>{_SYMBOLS[name]}</i>"
    stem, _, index = name.partition("_")
    return f"<i>{escape(stem)}</i>" + (f"<sub>{escape(index)}</sub>" if index else "")


def unit_html(unit: str, x: str, language: Language) -> str:
    """A parameter's unit: loss · N^α; x by its column's name."""
    parts = []
    for part in unit.split(" * "):
        base, _, power = part.partition("^")
        word = say("scaling.fitted.unit.loss", language) if base == "loss" else base
        word = escape(x if base == "x" and x else word)
        parts.append(word + (f"<sup>{symbol_html(power)}</sup>" if power else ""))
    return " · ".join(parts)


def number(value: float) -> str:
    """Four digits; powers of ten as people write them."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size and not 1e-3 <= size < 1e6:
        mantissa, exponent = f"{value:.2e}".split("e")
        power = str(int(exponent)).replace("-", "−")
        return f"{mantissa.replace('-', '−')}·10<sup>{power}</sup>"
    return (f"{value:,.0f}" if size >= 1e4 else f"{value:.4g}").replace("-", "−")


def interval_said(interval: Interval | None) -> str:
    """From low to high; a dash where the method has none."""
    if interval is None:
        return "–"
    return f"{number(interval.low)} – {number(interval.high)}"


def facts_html(answer: Answer, language: Language) -> str:
    """How the fit went, and what was asked."""
    known, asked = answer.fit.diagnostics, answer.question
    objective = say(f"scaling.fitted.objective.{asked.objective}", language)
    if asked.objective == "huber_log":
        objective += f", δ = {asked.delta:g}"
    resampling = say(f"scaling.fitted.resampling.{asked.resampling}", language)
    facts = {
        "objective": f"{answer.fit.objective:.6g}",
        "minimised": objective,
        "points": f"{len(answer.fit.residuals):,}",
        "noise": f"{100 * known.noise:.2g} %",
        "explained": f"{100 * known.r_squared:.4g} %",
        "starts": f"{known.reached} / {known.starts}",
        "condition": f"{known.condition_number:.2g}",
        "resampled": f"{len(answer.replicas):,} × {resampling}",
    }
    cells = "".join(
        f"<div><dt>{escape(say(f'scaling.fitted.fact.{key}', language))}</dt>"
        f"<dd>{escape(value)}</dd></div>"
        for key, value in facts.items()
    )
    return f'<dl class="kl-facts">{cells}</dl>'


def _percent(answer: Answer) -> str:
    return f"{100 * answer.question.level:g}"


# --- sentences -----------------------------------------------------------------------------------


def reading_sentences(answer: Answer, reading: Reading, language: Language) -> list[str]:
    """What the fit says."""
    name = answer.question.x
    found = [_floor_said(reading.floor, answer.law, language)]
    kind = "kaplan." if answer.law.key == "kaplan" else "term."
    for size, share in reading.doubling.items():
        key = f"scaling.fitted.doubling.{kind if size != 'x' else ''}{size}"
        times = f"{_times_to_halve(share.value):.3g}"
        found.append(say(key, language, x=name, times=times, **_shares(share)))
    found.append(_largest_said(answer, reading, language))
    return [sentence for sentence in found if sentence]


def _floor_said(floor: Estimate | None, law: Law, language: Language) -> str:
    if floor is None:
        return say("scaling.fitted.no_floor", language)
    symbol = law.names[0]
    if floor.value <= 1e-9:
        return say("scaling.fitted.floor_zero", language, name=symbol)
    values = {"value": f"{floor.value:.4g}", "low": f"{floor.low:.4g}", "high": f"{floor.high:.4g}"}
    return say("scaling.fitted.floor", language, name=symbol, **values)


def _shares(share: Estimate) -> dict[str, str]:
    """A share in percent."""
    values = (share.value, share.low, share.high)
    names = ("share", "low", "high")
    return {name: f"{100 * value:.3g}" for name, value in zip(names, values, strict=True)}


def _times_to_halve(share: float) -> float:
    """How many times larger the input has to be for half of the term: 2^(1 / alpha)."""
    if not 0 < share < 1:
        return math.inf
    return float(2 ** (math.log(0.5) / math.log(1 - share)))


def _largest_said(answer: Answer, reading: Reading, language: Language) -> str:
    largest = reading.largest
    sizes = sizes_said(largest.sizes, answer.question.x)
    said = say("scaling.fitted.largest", language, sizes=sizes, loss=f"{largest.loss:.4g}")
    if largest.terms and answer.fit.parameters["E"] > 0:
        said += say(
            "scaling.fitted.largest_terms",
            language,
            floor=f"{answer.fit.parameters['E']:.4g}",
            n=f"{100 * largest.terms['N']:.0f}",
            d=f"{100 * largest.terms['D']:.0f}",
        )
    gains = [
        say(
            f"scaling.fitted.gain.{'both' if name == 'both' else 'one'}",
            language,
            name=answer.question.x if name == "x" else name,
            gain=f"{gain.value:.3g}",
            low=f"{gain.low:.3g}",
            high=f"{gain.high:.3g}",
        )
        for name, gain in largest.gains.items()
    ]
    joined = say("scaling.fitted.and", language).join(gains)
    return said + say("scaling.fitted.gains", language, gains=joined)


def sizes_said(sizes: dict[str, float], x: str) -> str:
    """N = 70B, D = 1.4T."""
    return ", ".join(f"{x if n == 'x' else n} = {amount(size)}" for n, size in sizes.items())


def prediction_html(answer: Answer, found: Prediction, language: Language) -> str:
    """A loss that was not measured; how far it is from the data stands above it."""
    warnings = "".join(
        f'<div class="kl-note kl-warning">{escape(reason.problem().sentence(language))}</div>'
        for reason in found.far
    )
    said = say(
        "scaling.fitted.predicted",
        language,
        sizes=sizes_said(found.sizes, answer.question.x),
        loss=f"{found.curve.value:.4f}",
        level=_percent(answer),
        low=f"{found.curve.low:.4f}",
        high=f"{found.curve.high:.4f}",
        run_low=f"{found.run.low:.4f}",
        run_high=f"{found.run.high:.4f}",
    )
    return f"{notice_html([said])}{warnings}"


# --- files ---------------------------------------------------------------------------------------


def parameters_file(answer: Answer, intervals: Intervals) -> str:
    """Parameters and exponents of compute with intervals, as CSV."""
    errors = answer.fit.standard_errors
    headers = ["law", "name", "value", "low", "high", "level", "interval", "standard_error", "unit"]
    rows: list[list[object]] = []
    for parameter in answer.law.parameters:
        name = parameter.name
        rows.append(
            [
                answer.law.key,
                name,
                answer.fit.parameters[name],
                *_ends(intervals.parameters.get(name)),
                answer.question.level,
                intervals.method,
                errors[name],
                parameter.unit.replace("x", answer.question.x or "x"),
            ]
        )
    if answer.law.trade is not None:
        method = "bca" if intervals.method == "bca" else "percentile"
        ours = exponents_of(answer.law, answer.fit.parameters)
        for name, value in zip("ab", ours, strict=True):
            ends = _ends(intervals.exponents.get(name))
            level = answer.question.level
            rows.append([answer.law.key, name, value, *ends, level, method, "", "1"])
    return write_csv(f"scaling-{answer.law.key}-parameters", headers, rows)


def _ends(interval: Interval | None) -> tuple[object, object]:
    return ("", "") if interval is None else (interval.low, interval.high)


def predictions_file(
    answer: Answer, marks: Marks, curve: Sequence[Sequence[float]], run: Sequence[Sequence[float]]
) -> str:
    """The points that are drawn with what the law predicts there, as CSV.

    Args:
        curve, run: lower and upper ends [2][n] of the curve's and of a new run's interval.
    """
    names = [answer.question.x if name == "x" else name for name in marks.sizes]
    headers = ["line", "run", *names, "loss", "counts", "predicted", "log_residual"]
    headers += ["curve_low", "curve_high", "run_low", "run_high"]
    rows = (
        [
            int(marks.lines[place]),
            marks.runs[place] if marks.runs else "",
            *(float(values[place]) for values in marks.sizes.values()),
            float(marks.loss[place]),
            int(marks.counts[place]),
            float(marks.predicted[place]),
            float(marks.residual[place]),
            *(ends[place] for ends in (*curve, *run)),
        ]
        for place in range(len(marks.x))
    )
    return write_csv(f"scaling-{answer.law.key}-predictions", headers, rows)
