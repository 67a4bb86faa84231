"""Published figures and ours as dots with intervals, set by set and model by model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import plotly.graph_objects as go

from demos.frame.plots import INK, PALETTE, new_figure
from demos.frame.strings import Language, say
from demos.pairs.evaluation.intervals import Interval
from demos.pairs.published.benchmarks import Benchmark, SetLanguage, of_language
from demos.pairs.published.beside import OnTestSet, own_scorers, published_of
from demos.pairs.published.measured import Measured
from models.catalog import Catalog

_SYMBOLS = {
    "bi-encoder": "circle",
    "cross-encoder": "diamond",
    "late-interaction": "square",
    "average": "x",
}
_KINDS = ("bi-encoder", "cross-encoder")  # of published models
_LINE, _GAP = 19, 0.8  # pixels a line, lines between two sets


@dataclass
class _Dots:
    """One model's figures over the sets, a line each."""

    name: str
    symbol: str
    color: str
    values: list[float] = field(default_factory=list)
    lines: list[float] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    hover: list[str] = field(default_factory=list)


def beside_figure(
    measured: Measured,
    catalog: Catalog,
    tested: Iterable[OnTestSet],
    sets: SetLanguage,
    language: Language,
) -> go.Figure:
    """Ours that read the language, on our parts; published ones and those scored just now, on test
    sets."""
    benchmarks, last = of_language(sets), tuple(tested)
    ours = [own for own in own_scorers(measured, catalog, sets, language) if own.reads]
    colors = {own.scorer: PALETTE[i % len(PALETTE)] for i, own in enumerate(ours)}
    dots = {own.scorer: _Dots(own.title, _SYMBOLS[own.kind], colors[own.scorer]) for own in ours}
    tests = {
        each.model: _Dots(
            say("published.tested_dots", language, model=each.title),
            "star",
            colors.get((each.model,), INK),
        )
        for each in last
        if any(each.benchmark == b.key for b in benchmarks)
    }
    marks = {
        kind: _Dots(_published_name(kind, language), _SYMBOLS[kind] + "-open", INK)
        for kind in _KINDS
    }
    line, places = 0.0, []
    for benchmark in benchmarks:
        first = line
        for kind in _KINDS:
            line = _mark(marks[kind], kind, benchmark, line)
        for own in ours:
            found = measured.of(benchmark.reporting, *own.scorer)
            if found is not None:
                line = _add(dots[own.scorer], found, line)
        for each in last:
            if each.benchmark == benchmark.key:
                line = _add(tests[each.model], each.spearman, line)
        if line > first:
            places.append((benchmark, (first + line - 1) / 2))
            line += _GAP
    return _drawn([*marks.values(), *dots.values(), *tests.values()], places, line, language)


def _published_name(kind: str, language: Language) -> str:
    name = say(f"published.model_kind.{kind}", language)
    return say("published.published_dots", language, kind=name)


def _mark(dots: _Dots, kind: str, benchmark: Benchmark, line: float) -> float:
    """Published figures of a kind on one line; the next free one."""
    found = [
        (row.figures[benchmark.title], row.model)
        for each, row in published_of(benchmark.language)
        if each == kind and benchmark.title in row.figures
    ]
    for value, model in found:
        dots.values.append(value)
        dots.lines.append(line)
        dots.hover.append(model)
    return line + bool(found)


def _add(dots: _Dots, found: Interval, line: float) -> float:
    dots.values.append(100 * found.value)
    dots.lines.append(line)
    dots.intervals.append(found)
    dots.hover.append(f"{100 * found.low:.1f} … {100 * found.high:.1f}")
    return line + 1


def _drawn(
    everything: Sequence[_Dots],
    places: Sequence[tuple[Benchmark, float]],
    lines: float,
    language: Language,
) -> go.Figure:
    shown = [dots for dots in everything if dots.values]
    legend = 48 + 20 * len(shown)  # on a narrow page each name has a line of its own
    figure = new_figure(height=round(legend + 60 + _LINE * lines))
    for dots in shown:
        figure.add_scatter(
            x=dots.values,
            y=dots.lines,
            mode="markers",
            name=escape(dots.name),
            marker={
                "symbol": dots.symbol,
                "size": 12 if dots.symbol == "star" else 9,
                "color": dots.color,
                "line": {"width": 2, "color": dots.color},
            },
            error_x=_whiskers(dots),
            text=[escape(hover) for hover in dots.hover],
            hovertemplate="%{x:.1f} · %{text}<extra>%{fullData.name}</extra>",
        )
    figure.update_yaxes(
        tickvals=[place for _, place in places],
        ticktext=[benchmark.title for benchmark, _ in places],
        range=[lines, -1],
        automargin=True,
        showgrid=False,
        zeroline=False,
    )
    figure.update_xaxes(title_text=say("published.spearman_100", language))
    figure.update_layout(margin={"t": legend})
    return figure


def _whiskers(dots: _Dots) -> dict[str, object] | None:
    if not dots.intervals:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (found.high - found.value) for found in dots.intervals],
        "arrayminus": [100 * (found.value - found.low) for found in dots.intervals],
        "color": dots.color,
        "thickness": 1.4,
    }
