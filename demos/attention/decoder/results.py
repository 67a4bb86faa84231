"""What came out, as tables, as sentences, and as rows for a file.

A sentence says what the spread of the seeds carries and no more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from demos.attention.decoder.asked import listed
from demos.attention.experiment.running import Result
from demos.attention.experiment.shipped import Shipped
from demos.attention.experiment.statistics import MEASURES, Measure, Verdict, summaries, verdicts
from demos.frame.progress import duration
from demos.frame.strings import Language, say

Rows = list[list[object]]
_UNKNOWN = "–"


# --- for people -----------------------------------------------------------------------------------


def summary_table(result: Result, language: Language) -> tuple[list[str], Rows]:
    """One row a mask: mean ± spread of each measure over the seeds."""
    headers = [say("attention.decoder.col.mask", language)]
    headers += [say(f"attention.decoder.measure.{measure}", language) for measure in MEASURES]
    columns = [summaries(result, measure) for measure in MEASURES]
    rows: Rows = [
        [
            _mask(of_mask[0].mask, language),
            *(
                _with_spread(measure, each.mean, each.spread)
                for measure, each in zip(MEASURES, of_mask, strict=True)
            ),
        ]
        for of_mask in zip(*columns, strict=True)
    ]
    return headers, rows


def verdict_sentences(result: Result, language: Language) -> list[str]:
    """A sentence a measure, which names every pair of masks."""
    sentences = []
    for measure in MEASURES:
        clauses = [_clause(verdict, language) for verdict in verdicts(result, measure)]
        if clauses:
            name = say(f"attention.decoder.verdict_of.{measure}", language)
            sentences.append(_colon(language).join((name, _joined(clauses, language))))
    return sentences


def _clause(verdict: Verdict, language: Language) -> str:
    unit = "points" if verdict.measure == "accuracy" else "nats"
    gap = _gap(verdict)
    return say(
        f"attention.decoder.verdict.{verdict.key}",
        language,
        first=_mask(verdict.first, language),
        second=_mask(verdict.second, language),
        **gap | {"by": say(f"attention.decoder.{unit}", language, n=gap["by"])},
    )


def overview_table(runs: Sequence[Shipped], language: Language) -> tuple[list[str], Rows]:
    """Every larger run, a row a pair of masks: the paired difference of each measure with its
    interval, and in words only where the interval excludes nought."""
    names = ("task", "layers", "seeds", "pair")
    headers = [say(f"attention.decoder.col.{name}", language) for name in names]
    headers += [say(f"attention.decoder.measure.{measure}", language) for measure in MEASURES]
    rows: Rows = []
    for run in runs:
        settings = run.result.settings
        columns = [verdicts(run.result, measure) for measure in MEASURES]
        for of_pair in zip(*columns, strict=True):
            pair = sorted((of_pair[0].first, of_pair[0].second), key=settings.masks.index)
            rows.append(
                [
                    say(f"attention.decoder.task.{settings.task}", language),
                    settings.layers,
                    len(settings.seeds),
                    say("attention.decoder.pair", language).join(_mask(m, language) for m in pair),
                    *(_cell(verdict, language) for verdict in of_pair),
                ]
            )
    return headers, rows


OVERVIEW_WIDTHS = [110, 75, 75, 190, 225, 225, 225]


def _cell(verdict: Verdict, language: Language) -> str:
    return say(
        f"attention.decoder.cell.{verdict.key}",
        language,
        first=_mask(verdict.first, language),
        **_gap(verdict),
    )


def facts_html(result: Result, language: Language, torch: str, date: str) -> str:
    """What the run was made with."""
    chosen = result.settings
    facts = {
        "task": say(f"attention.decoder.task.{chosen.task}", language),
        "model": say(
            "attention.decoder.fact.model_is",
            language,
            layers=chosen.layers,
            heads=chosen.heads,
            width=chosen.width,
        ),
        "parameters": f"{result.parameters:,}",
        "steps": say(
            "attention.decoder.fact.steps_are", language, steps=chosen.steps, batch=chosen.batch
        ),
        "rate": say(
            "attention.decoder.fact.rate_is",
            language,
            rate=f"{chosen.learning_rate:g}",
            decay=f"{chosen.weight_decay:g}",
        ),
        "held_out": f"{chosen.held_out:,}",
        "seeds": listed(chosen.seeds),
        "torch": torch,
        "date": date,
        "time": duration(result.seconds, language),
    }
    entries = "".join(
        f"<div><dt>{escape(say(f'attention.decoder.fact.{key}', language))}</dt>"
        f"<dd>{escape(value)}</dd></div>"
        for key, value in facts.items()
    )
    return f'<dl class="kl-facts">{entries}</dl>'


# --- for programs ---------------------------------------------------------------------------------


def points_table(result: Result) -> tuple[list[str], Rows]:
    """Every trial at every evaluation, under fixed headers; empty where nothing was measured."""
    headers = ["task", "layers", "mask", "seed", "step", "train_loss", "loss", "accuracy"]
    rows: Rows = [
        [
            result.settings.task,
            result.settings.layers,
            point.trial.mask,
            point.trial.seed,
            point.step,
            "" if math.isnan(point.train_loss) else round(point.train_loss, 6),
            round(point.loss, 6),
            round(point.accuracy, 6),
        ]
        for point in result.points
    ]
    return headers, rows


# --- numbers as people write them -----------------------------------------------------------------


def _with_spread(measure: Measure, mean: float, spread: float) -> str:
    if measure == "accuracy":
        return f"{100 * mean:.2f} % ± {_or_unknown(100 * spread, 2)}"
    return f"{mean:.4f} ± {_or_unknown(spread, 4)}"


def _gap(verdict: Verdict) -> dict[str, str]:
    """Difference and interval, in percentage points or nats; an interval that excludes nought does
    so as it is written, too."""
    scale, digits = (100, 2) if verdict.measure == "accuracy" else (1, 4)
    if verdict.key == "better" and round(scale * verdict.low, digits) == 0:
        digits += 1
    numbers = {"by": verdict.by, "low": verdict.low, "high": verdict.high}
    return {name: _or_unknown(scale * value, digits) for name, value in numbers.items()}


def _or_unknown(value: float, digits: int) -> str:
    if math.isnan(value):
        return _UNKNOWN
    rounded = round(value, digits) or 0.0  # no sign before nought
    return f"{rounded:.{digits}f}".replace("-", "−")


def _mask(mask: str, language: Language) -> str:
    return say(f"attention.decoder.mask.{mask}", language)


def _joined(parts: Sequence[str], language: Language) -> str:
    return ("；" if language == "zh" else "; ").join(parts)


def _colon(language: Language) -> str:
    return "：" if language == "zh" else ": "
