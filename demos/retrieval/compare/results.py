"""What was measured, as tables for people, tables for programs, and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from demos.frame.strings import Language, say
from demos.retrieval.compare.comparison import Comparison, Gap, difference, gaps
from demos.retrieval.compare.published import OwnFigure, Printed
from demos.retrieval.evaluation import (
    KS,
    Interval,
    Measured,
    Values,
    bootstrap,
    break_even,
    index_calls,
)
from demos.retrieval.search import STRATEGIES

Rows = list[list[object]]
_UNKNOWN = "–"

# --- for people -----------------------------------------------------------------------------------


def main_table(comparison: Comparison, k: int, language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: a strategy at a budget, with intervals, and its paired difference to the
    best baseline at that budget."""
    labelled = any(each.ndcg is not None for each in comparison.measured)
    headers = [
        say("retrieval.compare.strategy", language),
        say("retrieval.compare.budget", language),
        say("retrieval.compare.calls", language),
        *(say("retrieval.compare.top", language, k=each) for each in KS),
        say("retrieval.compare.gap", language, k=k),
    ]
    headers += ["nDCG@10", "MRR"] if labelled else []
    headers.append(say("retrieval.compare.algebra", language))
    rows: Rows = []
    for each in comparison.measured:
        row: list[object] = [
            say(f"retrieval.strategy.{each.strategy}", language),
            each.budget,
            each.calls,
            *(_recall_cell(each, top) for top in KS),
            _gap_cell(comparison, each, k, language),
        ]
        row += [_mean_cell(each.ndcg), _mean_cell(each.reciprocal_rank)] if labelled else []
        row.append(f"{each.seconds * 1e3:.{1 if each.seconds > 1e-3 else 2}f}")
        rows.append(row)
    return headers, rows


def table_widths(labelled: bool) -> list[int]:
    """Pixels of the columns of `main_table`."""
    return [203, 56, 60, *[126] * len(KS), 160, *([104, 62] if labelled else []), 80]


def _recall_cell(each: Measured, k: int) -> str:
    if k not in each.recalls:
        return _UNKNOWN
    return _with_interval(bootstrap(each.recalls[k]))


def _with_interval(interval: Interval, sign: str = "") -> str:
    low, high = (_short(value, 2, sign) for value in (interval.low, interval.high))
    return f"{_short(interval.mean, 3, sign)} [{low}, {high}]"


def _short(value: float, digits: int, sign: str = "") -> str:
    """A share without its leading nought, as in statistics; a rounded nought has no sign."""
    rounded = round(value, digits)
    if rounded == 0:
        return f"{0:.{digits}f}".removeprefix("0")
    return f"{rounded:{sign}.{digits}f}".replace("0.", ".", 1).replace("-", "−")


def _mean_cell(values: Values | None) -> str:
    mean = math.nan if values is None else bootstrap(values).mean
    return _UNKNOWN if math.isnan(mean) else f"{mean:.3f}"


def _gap_cell(comparison: Comparison, each: Measured, k: int, language: Language) -> str:
    rival = comparison.best_baseline(each.budget, k)
    if rival is each:
        return say("retrieval.compare.is_best", language)
    gap = None if rival is None else difference(each, rival, k)
    return _UNKNOWN if gap is None else _with_interval(gap, "+")


def verdicts(comparison: Comparison, k: int, language: Language) -> list[str]:
    """Where ours wins and where it does not: at the chosen k with numbers, and over all k.

    Sentences in Markdown; empty where ours or every baseline was not chosen.
    """
    chosen = gaps(comparison, k)
    if not chosen:
        return []
    sentences = []
    for verdict in ("better", "noise", "worse"):
        some = [gap for gap in chosen if gap.verdict == verdict]
        if some:
            cases = _joined((_case(gap, language) for gap in some), language)
            sentences.append(
                say(f"retrieval.compare.verdict.{verdict}", language, k=k, cases=cases)
            )
    sentences += _over_all(comparison, language)
    by_label = gaps(comparison, "ndcg")
    if by_label:
        cases = _joined((_case(gap, language) for gap in by_label), language)
        sentences.append(say("retrieval.compare.verdict.labels", language, cases=cases))
    return sentences


def _over_all(comparison: Comparison, language: Language) -> list[str]:
    """A sentence that counts all k and budgets, and names those where ours does not win."""
    cells = [gap for k in KS for gap in gaps(comparison, k)]
    count = {v: sum(gap.verdict == v for gap in cells) for v in ("better", "noise", "worse")}
    sentences = [say("retrieval.compare.verdict.all", language, total=len(cells), **count)]
    for verdict in ("worse", "noise"):
        places = [f"Top-{gap.aim} @ {gap.budget:,}" for gap in cells if gap.verdict == verdict]
        if places:
            sentences.append(
                say(
                    f"retrieval.compare.verdict.places.{verdict}",
                    language,
                    places=_joined(places, language),
                )
            )
    return sentences


def _case(gap: Gap, language: Language) -> str:
    return say(
        "retrieval.compare.case",
        language,
        budget=gap.budget,
        gap=_with_interval(gap.interval, "+"),
        rival=say(f"retrieval.strategy.{gap.rival}", language),
    )


def _joined(parts: Iterable[str], language: Language) -> str:
    return ("；" if language == "zh" else "; ").join(parts)


def orders_table(comparison: Comparison, language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: the bi-encoder's shortlists in four orders, against the labels."""
    keys = ("order", "bi_weight", "order_ndcg", "order_gain", "order_verdict")
    headers = [say(f"retrieval.compare.{key}", language) for key in keys]
    rows: Rows = []
    for each in comparison.orders:
        alone = each.way == "alone"
        rows.append(
            [
                say(f"retrieval.compare.order.{each.way}", language),
                " / ".join(f"{weight:g}" for weight in each.weights),
                _with_interval(each.mean),
                _UNKNOWN if alone else _with_interval(each.gain, "+"),
                "" if alone else say(f"retrieval.compare.order_is.{each.verdict}", language),
            ]
        )
    return headers, rows


ORDERS_WIDTHS = [330, 110, 170, 190, 150]


def orders_verdict(comparison: Comparison, scorer: str, language: Language) -> list[str]:
    """Whether re-ranking helps against the labels, in a sentence; empty without labels.

    Args:
        scorer: the cross-encoder's title.
    """
    return [
        say(
            f"retrieval.compare.verdict.rerank.{each.verdict}",
            language,
            scorer=scorer,
            gap=_with_interval(each.gain, "+"),
        )
        for each in comparison.orders
        if each.way == "reranked"
    ]


def break_evens(comparison: Comparison, language: Language) -> str:
    """The break-even of every budget in one sentence."""
    cases = [
        say(
            "retrieval.compare.break_even_case",
            language,
            budget=budget,
            queries=break_even(comparison.anchors, comparison.size, budget),
        )
        for budget in comparison.settings.budgets
    ]
    return say(
        "retrieval.compare.break_evens",
        language,
        anchors=comparison.anchors,
        n=comparison.size,
        calls=index_calls(comparison.anchors, comparison.size),
        cases=_joined(cases, language),
    )


# --- for programs ---------------------------------------------------------------------------------


def plain_table(comparison: Comparison) -> tuple[list[str], Rows]:
    """The table as numbers under fixed headers; None for what is not known."""
    headers = ["strategy", "budget", "calls"]
    headers += [f"recall@{k}{end}" for k in KS for end in ("", "_low", "_high")]
    headers += ["ndcg@10", "mrr", "algebra_ms"]
    rows: Rows = []
    for each in comparison.measured:
        row: list[object] = [each.strategy, each.budget, each.calls]
        for k in KS:
            row += _numbers(each.recalls.get(k))
        row += [_numbers(each.ndcg)[0], _numbers(each.reciprocal_rank)[0]]
        rows.append([*row, round(each.seconds * 1e3, 4)])
    return headers, rows


def query_table(comparison: Comparison) -> tuple[list[str], Rows]:
    """Every query at every strategy and budget: its recalls, nDCG@10 and reciprocal rank."""
    headers = ["query", "strategy", "budget", *(f"recall@{k}" for k in KS)]
    headers += ["ndcg@10", "reciprocal_rank"]
    nothing = np.full(len(comparison.queries.texts), np.nan)
    rows: Rows = []
    for each in comparison.measured:
        columns = [each.recalls.get(k, nothing) for k in KS]
        columns += [
            nothing if values is None else values for values in (each.ndcg, each.reciprocal_rank)
        ]
        for text, *values in zip(comparison.queries.texts, *columns, strict=True):
            cells = ["" if math.isnan(value) else round(float(value), 6) for value in values]
            rows.append([text, each.strategy, each.budget, *cells])
    return headers, rows


def _numbers(values: Values | None) -> list[float | None]:
    """Mean, low and high."""
    if values is None:
        return [None, None, None]
    found = bootstrap(values)
    numbers = (found.mean, found.low, found.high)
    return [None if math.isnan(value) else round(value, 6) for value in numbers]


# --- figures of elsewhere -------------------------------------------------------------------------


def printed_table(
    printed: Sequence[Printed], comparison: Comparison | None, language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: figures of other corpora, and beside them this app's nearest strategy at
    the same budget on the corpus that was measured."""
    keys = ("source", "corpus", "strategy", "budget")
    headers = [say(f"retrieval.compare.{key}", language) for key in keys]
    for where in ("there", "here"):
        headers += [f"{say(f'retrieval.compare.{where}', language)} Top-{k}" for k in KS]
    rows: Rows = []
    for each in printed:
        rows.append(
            [
                say(f"retrieval.compare.source.{each.source}", language),
                each.corpus,
                say(f"retrieval.compare.printed.{each.setting}", language),
                _UNKNOWN if each.budget is None else each.budget,
                *(_figure(each.recalls.get(k)) for k in KS),
                *(_figure(_here(comparison, each, k)) for k in KS),
            ]
        )
    return headers, rows


PRINTED_WIDTHS = [170, 115, 260, 80, *[95] * (2 * len(KS))]


def _here(comparison: Comparison | None, printed: Printed, k: int) -> float | None:
    for each in () if comparison is None or printed.budget is None else comparison.measured:
        if (each.strategy, each.budget) == (printed.strategy, printed.budget) and k in each.recalls:
            return float(each.recalls[k].mean())
    return None


def measured_table(figures: Sequence[OwnFigure], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: our own figures of several corpora."""
    keys = ("corpus", "cross_encoder", "strategy", "budget")
    headers = [say(f"retrieval.compare.{key}", language) for key in keys]
    headers += [say("retrieval.compare.top", language, k=k) for k in KS]
    rows: Rows = [
        [
            each.corpus,
            each.cross_encoder or _UNKNOWN,
            _way(each.strategy, language),
            each.budget,
            *(_figure(each.recalls.get(k)) for k in KS),
            _figure(each.ndcg),
        ]
        for each in figures
    ]
    return [*headers, "nDCG@10"], rows


def _way(key: str, language: Language) -> str:
    """The name of a strategy, or of an order that is none."""
    named = key in STRATEGIES
    return say(f"retrieval.{'strategy' if named else 'compare.order'}.{key}", language)


MEASURED_WIDTHS = [170, 130, 220, 70, *[80] * len(KS), 90]


def _figure(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.3f}"
