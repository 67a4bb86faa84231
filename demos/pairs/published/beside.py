"""Published figures and ours, side by side: rows of tables, sentences, differences.

Spearman x 100, as the posts give it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from demos.frame.strings import Language, say
from demos.pairs.evaluation.intervals import Interval
from demos.pairs.published.benchmarks import BY_KEY, Benchmark, SetLanguage, of_language
from demos.pairs.published.measured import (
    QUESTIONS,
    Measured,
    PairedDifference,
    Question,
    Scorer,
    shipped,
)
from demos.pairs.published.tables import (
    CHINESE_BI,
    CHINESE_CROSS,
    ENGLISH_BI,
    ENGLISH_CROSS,
    Published,
)
from models.catalog import CATALOG, Catalog, ModelCard, ModelKind

Rows = list[list[object]]
DASH = "–"
_PUBLISHED: dict[SetLanguage, tuple[tuple[ModelKind, Published], ...]] = {
    "zh": (
        *(("bi-encoder", row) for row in CHINESE_BI),
        *(("cross-encoder", row) for row in CHINESE_CROSS),
    ),
    "en": (
        *(("bi-encoder", row) for row in ENGLISH_BI),
        *(("cross-encoder", row) for row in ENGLISH_CROSS),
    ),
}


@dataclass(frozen=True)
class OnTestSet:
    """What a visitor had scored: one model on one test set."""

    benchmark: str  # its key
    model: str  # key
    title: str
    kind: ModelKind
    pairs: int
    spearman: Interval


@dataclass(frozen=True)
class OwnScorer:
    """One of our models, or the mean of the ranks of two; `reads`: the language of the sets."""

    scorer: Scorer
    title: str
    kind: str  # a model's, or "average"
    reads: bool


def published_of(language: SetLanguage) -> tuple[tuple[ModelKind, Published], ...]:
    """Published rows on the sets of a language, each with the kind of its model."""
    return _PUBLISHED[language]


def reads(card: ModelCard, language: SetLanguage) -> bool:
    """Whether a model says that it reads a language."""
    return bool({language, "multilingual"} & {*card.languages})


def own_scorers(
    measured: Measured, catalog: Catalog, sets: SetLanguage, language: Language
) -> tuple[OwnScorer, ...]:
    """Whatever was measured on the sets of a language; first what reads it, averages last.

    An average is of models that read the language, or it is left out.
    """
    seen: dict[Scorer, None] = {}
    for benchmark in of_language(sets):
        known = measured.sets.get(benchmark.reporting)
        seen |= dict.fromkeys(f.scorer for f in (known.figures if known else ()))
    found = []
    for scorer in seen:
        if any(key not in catalog for key in scorer):
            continue
        cards = [catalog[key] for key in scorer]
        kind = cards[0].kind if len(cards) == 1 else "average"
        readers = all(reads(card, sets) for card in cards)
        if readers or kind != "average":
            found.append(OwnScorer(scorer, _title(scorer, catalog, language), kind, readers))
    order = list(catalog)
    return tuple(
        sorted(found, key=lambda f: (not f.reads, len(f.scorer), order.index(f.scorer[0])))
    )


def known_figures(key: str, language: Language) -> str:
    """A model's Spearman x 100 on our halves of STS-B in the languages it reads; may be empty."""
    if key not in CATALOG:
        return ""
    found = [
        f"{say(f'published.short.{benchmark.language}', language)} {100 * figure.value:.1f}"
        for benchmark in (BY_KEY["stsb_en"], BY_KEY["stsb_zh"])
        if reads(CATALOG[key], benchmark.language)
        and (figure := shipped().of(benchmark.reporting, key)) is not None
    ]
    return " · ".join(found)


def beside_table(
    measured: Measured,
    catalog: Catalog,
    tested: Iterable[OnTestSet],
    sets: SetLanguage,
    language: Language,
) -> tuple[list[str], Rows]:
    """Headers and rows: published ones, ours with their intervals, and what was scored just now."""
    columns = of_language(sets)
    rows = _counts(columns, measured, language)
    rows += [
        [
            row.model,
            _kind(kind, language),
            say("published.pairs.test", language),
            *(f"{row.figures[b.title]:.2f}" if b.title in row.figures else DASH for b in columns),
        ]
        for kind, row in published_of(sets)
    ]
    for own in own_scorers(measured, catalog, sets, language):
        title = own.title
        if not own.reads:
            title = say("published.reads_other", language, model=title)
        cells = [_cell(measured.of(b.reporting, *own.scorer)) for b in columns]
        part = say("published.pairs.ours", language)
        rows.append([title, _kind(own.kind, language), part, *cells])
    rows += _tested_rows(tested, columns, language)
    heads = [say(f"published.{key}", language) for key in ("model", "kind_of_model", "pairs")]
    return [*heads, *(benchmark.title for benchmark in columns)], rows


def _counts(columns: Sequence[Benchmark], measured: Measured, language: Language) -> Rows:
    """How many pairs the sets have: the published figures', and ours."""
    ours = [measured.sets.get(benchmark.reporting) for benchmark in columns]
    counts = {
        "test": [benchmark.test_pairs for benchmark in columns],
        "ours": [known.pairs if known else 0 for known in ours],
    }
    return [
        [
            say("published.count", language),
            "",
            say(f"published.pairs.{part}", language),
            *(f"{count:,}" if count else DASH for count in row),
        ]
        for part, row in counts.items()
    ]


def _tested_rows(
    tested: Iterable[OnTestSet], columns: Sequence[Benchmark], language: Language
) -> Rows:
    by_model: dict[str, dict[str, OnTestSet]] = {}
    for each in tested:
        if BY_KEY[each.benchmark] in columns:
            by_model.setdefault(each.model, {})[each.benchmark] = each
    rows: Rows = []
    for cells in by_model.values():
        model = next(iter(cells.values()))
        part = say("published.pairs.tested", language)
        shown = [_tested_cell(cells.get(benchmark.key)) for benchmark in columns]
        rows.append([model.title, _kind(model.kind, language), part, *shown])
    return rows


def difference_table(
    measured: Measured, catalog: Catalog, sets: SetLanguage, language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: one model minus another, both reading the language, on each of its sets."""
    columns = of_language(sets)
    asked: dict[tuple[Question, Scorer, Scorer], dict[str, PairedDifference]] = {}
    for benchmark, each in _readable(measured, catalog):
        if benchmark in columns:
            asked.setdefault(each.asked, {})[benchmark.key] = each
    rows: Rows = [
        [
            say(f"published.question.{question}", language),
            " − ".join(_title(scorer, catalog, language) for scorer in (first, second) if scorer),
            *(_gap_cell(found.get(benchmark.key)) for benchmark in columns),
        ]
        for (question, first, second), found in sorted(
            asked.items(), key=lambda item: QUESTIONS.index(item[0][0])
        )
    ]
    heads = [say(f"published.{key}", language) for key in ("question", "minus")]
    return [*heads, *(benchmark.title for benchmark in columns)], rows


def verdicts(measured: Measured, catalog: Catalog, language: Language) -> list[str]:
    """A sentence for each cross-encoder: is it better than its bi-encoder, and where?"""
    found: dict[tuple[Scorer, Scorer], list[tuple[Benchmark, PairedDifference]]] = {}
    for benchmark, each in _readable(measured, catalog):
        if each.question == "cross_bi":
            found.setdefault((each.first, each.second), []).append((benchmark, each))
    mark = "；" if language == "zh" else "; "
    return [
        say(
            "published.verdict_of",
            language,
            first=_title(first, catalog, language),
            second=_title(second, catalog, language),
            where=mark.join(_told(benchmark, each, language) for benchmark, each in places),
        )
        for (first, second), places in found.items()
    ]


def told_difference(each: PairedDifference, titles: Mapping[str, str], language: Language) -> str:
    """One difference as a sentence."""
    return say(
        "published.verdict_of",
        language,
        first=_joined(each.first, titles, language),
        second=_joined(each.second, titles, language),
        where=_judged(each, language),
    )


def figure_rows(measured: Measured) -> tuple[list[str], Rows]:
    """Everything that was measured, for programs: a row a figure or difference, unrounded."""
    headers = ["set", "pairs", "question", "models", "minus", "spearman", "low", "high"]
    rows: Rows = []
    for source, known in measured.sets.items():
        for figure in known.figures:
            models = " + ".join(figure.scorer)
            ends = _ends(figure.spearman)
            rows.append([source, known.pairs, "spearman", models, None, *ends])
        for each in known.differences:
            models, second = " + ".join(each.first), " + ".join(each.second)
            ends = _ends(each.difference)
            rows.append([source, known.pairs, each.question, models, second, *ends])
    return headers, rows


def _ends(found: Interval) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def _readable(measured: Measured, catalog: Catalog) -> Iterable[tuple[Benchmark, PairedDifference]]:
    """Differences on sets in a language that all their models read."""
    for benchmark in BY_KEY.values():
        known = measured.sets.get(benchmark.reporting)
        for each in known.differences if known else ():
            keys = (*each.first, *each.second)
            if all(key in catalog and reads(catalog[key], benchmark.language) for key in keys):
                yield benchmark, each


def _told(benchmark: Benchmark, each: PairedDifference, language: Language) -> str:
    return f"{name_of(benchmark, language)} {_judged(each, language)}"


def _judged(each: PairedDifference, language: Language) -> str:
    return f"{_signed(each.difference)} {say(f'published.is_{_judgement(each)}', language)}"


def _judgement(each: PairedDifference) -> str:
    if each.is_within_noise:
        return "noise"
    return "better" if each.difference.value > 0 else "worse"


def _gap_cell(each: PairedDifference | None) -> str:
    if each is None:
        return DASH
    mark = {"noise": "", "better": "▲ ", "worse": "▼ "}[_judgement(each)]
    return mark + _signed(each.difference)


def _signed(found: Interval) -> str:
    low, high = 100 * found.low, 100 * found.high
    return f"{100 * found.value:+.1f} [{low:+.1f}, {high:+.1f}]"


def _cell(found: Interval | None) -> str:
    if found is None:
        return DASH
    return f"{100 * found.value:.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def _tested_cell(found: OnTestSet | None) -> str:
    return DASH if found is None else f"{_cell(found.spearman)} n = {found.pairs:,}"


def name_of(benchmark: Benchmark, language: Language) -> str:
    """What a set is called where sets of both languages stand together."""
    if benchmark.title != "STS-B":  # the one that is there in two languages
        return benchmark.title
    return f"{benchmark.title} {say(f'published.set.{benchmark.language}', language)}"


def _kind(kind: str, language: Language) -> str:
    return say(f"published.model_kind.{kind}", language)


def _title(scorer: Scorer, catalog: Catalog, language: Language) -> str:
    return _joined(scorer, {key: catalog[key].title for key in scorer}, language)


def _joined(scorer: Scorer, titles: Mapping[str, str], language: Language) -> str:
    names = [titles[key] for key in scorer]
    if len(names) == 1:
        return names[0]
    return say("published.average_of", language, models=" + ".join(names))
