"""Models held against labels, and against each other: with raw scores at hand, and none kept."""

from __future__ import annotations

import datetime
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demos.pairs.evaluation.intervals import Resampled, resampled_spearman
from demos.pairs.models import SCORING_KINDS
from demos.pairs.published.benchmarks import BENCHMARKS, TRAINED, Benchmark
from demos.pairs.published.measured import (
    Figure,
    Measured,
    MeasuredSet,
    PairedDifference,
    Question,
    Scorer,
    read_measured,
    write_measured,
)
from models.catalog import ModelCard
from models.errors import ModelError
from models.registry import Registry
from models.statistics import mean_ranks
from models.train.labelled_pairs import LabelledPairs, read_labelled_pairs

Scores = Mapping[str, NDArray[Any]]  # by model, [n] each
_QUESTIONS: dict[str, Question] = {"cross-encoder": "cross_bi", "late-interaction": "late_bi"}


@dataclass(frozen=True)
class Comparison:
    """Two scorers whose difference says something.

    With two `rivals` the one that is better on the pairs is subtracted: chosen afterwards, which
    is in favour of the rival.
    """

    question: Question
    first: Scorer
    rivals: tuple[Scorer, ...]

    @property
    def models(self) -> set[str]:
        """The models whose scores it needs."""
        return {key for scorer in (self.first, *self.rivals) for key in scorer}

    def is_answered_by(self, known: MeasuredSet) -> bool:
        """Whether the difference is among what was measured."""
        return any(
            (self.question, self.first) == (d.question, d.first) and d.second in self.rivals
            for d in known.differences
        )


def comparisons_of(cards: Sequence[ModelCard]) -> tuple[Comparison, ...]:
    """What is asked of models on the same base.

    Cross-encoder minus bi-encoder, late interaction minus bi-encoder, a trained bi-encoder minus
    its untrained base, and the mean of two models' ranks minus the better of the two.
    """
    families: dict[str, list[ModelCard]] = {}
    for card in cards:
        families.setdefault(card.base or card.key, []).append(card)
    return tuple(each for family in families.values() for each in _within(family))


def _within(family: Sequence[ModelCard]) -> list[Comparison]:
    by_kind: dict[str, list[ModelCard]] = {}
    for card in family:
        by_kind.setdefault(card.kind, []).append(card)
    both = by_kind.get("bi-encoder", [])
    untrained = [card.key for card in both if card.base is None]
    trained = [card.key for card in both if card.base is not None]
    bi_encoders = trained or untrained
    found: list[Comparison] = []
    for bi in bi_encoders:
        for kind, question in _QUESTIONS.items():
            for card in by_kind.get(kind, []):
                found.append(Comparison(question, (card.key,), ((bi,),)))
        for card in by_kind.get("cross-encoder", []):
            rivals = ((bi,), (card.key,))
            found.append(Comparison("average_better", (bi, card.key), rivals))
    found += [Comparison("trained_base", (bi,), ((base,),)) for bi in trained for base in untrained]
    return found


def compared(
    cards: Sequence[ModelCard], scores: Scores, labels: ArrayLike, seed: int = 0
) -> tuple[tuple[Figure, ...], tuple[PairedDifference, ...]]:
    """Figures of all models that have scores, and the differences that these answer.

    Args:
        cards: of the models.
        scores: [n] of each model; a model without them is left out.
        labels: [n].
        seed: of the resamples, which all models share.
    """
    versions = {card.key: card.version for card in cards}
    known: dict[Scorer, Resampled] = {}
    for card in cards:
        found = resampled_spearman(scores[card.key], labels, seed) if card.key in scores else None
        if found is not None:
            known[(card.key,)] = found
    differences: list[PairedDifference] = []
    for each in comparisons_of(cards):
        if any((key,) not in known for key in each.models):
            continue
        if each.first not in known:
            average = resampled_spearman(mean_of_ranks(scores, each.first), labels, seed)
            if average is None:
                continue
            known[each.first] = average
        second = max(each.rivals, key=lambda rival: known[rival].value)
        involved = tuple(versions[key] for key in (*each.first, *second))
        gap = known[each.first].minus(known[second])
        differences.append(PairedDifference(each.question, each.first, second, involved, gap))
    figures = (
        Figure(scorer, tuple(versions[key] for key in scorer), found.interval)
        for scorer, found in known.items()
    )
    return tuple(figures), tuple(differences)


def mean_of_ranks(scores: Scores, keys: Scorer) -> NDArray[np.float64]:
    """Several models as one: the mean [n] of their ranks, which knows no units."""
    return np.mean([mean_ranks(scores[key]) for key in keys], axis=0)  # type: ignore[no-any-return]


def measure(
    registry: Registry,
    folder: Path,
    file: Path,
    benchmarks: Sequence[Benchmark] = BENCHMARKS,
    keys: Sequence[str] | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Measure models on our parts and write the figures; what is known is not measured again.

    A model is scored where its figure is missing, or a difference that it has a part in (raw scores
    are not kept, so that the other model of the difference is scored again too). The file is
    written after every model and every set.

    Args:
        registry: with the models.
        folder: of data, in which the sources of `benchmarks` lie.
        file: to be written, or to be completed.
        benchmarks: on which.
        keys: of the models; None takes all that come with the app and score pairs.
        report: is handed a line for each model on each set.

    Raises:
        TrainingError: a set cannot be read; one sentence.
    """
    catalog = registry.catalog
    embedded = [card for card in catalog.of_kind(*SCORING_KINDS) if card.embedded]
    cards = embedded if keys is None else [registry.card(key) for key in keys]
    measured = read_measured(file)
    for benchmark in benchmarks:
        pairs, digest = _reporting(folder, benchmark)
        known = measured.sets.get(benchmark.reporting)
        if known is None or (known.sha256, known.pairs) != (digest, len(pairs)):
            known = MeasuredSet(benchmark.reporting, digest, len(pairs))
        known = known.current(catalog.values())
        scores: dict[str, NDArray[np.float32]] = {}
        for key in _to_score(cards, known):
            try:
                started = time.monotonic()
                scores[key] = registry.score(key, pairs.pairs).numpy()
            except ModelError as problem:
                report(f"{benchmark.reporting:30} {key:24} left out: {problem}")
                continue
            alone = compared([registry.card(key)], scores, pairs.labels)
            known = _with(known, *alone)
            measured = _written(measured, known, registry, file)
            found = known.of(key)
            value = "constant" if found is None else f"{found.value:.4f}"
            seconds = time.monotonic() - started
            report(f"{benchmark.reporting:30} {key:24} {value}  {seconds:.0f} s")
        if scores:
            known = _with(known, *compared(cards, scores, pairs.labels))
            measured = _written(measured, known, registry, file)


def _to_score(cards: Sequence[ModelCard], known: MeasuredSet) -> list[str]:
    missing = {card.key for card in cards if known.of(card.key) is None}
    for each in comparisons_of(cards):
        if not each.is_answered_by(known):
            missing |= each.models
    return [card.key for card in cards if card.key in missing]


def _with(
    known: MeasuredSet, figures: Sequence[Figure], differences: Sequence[PairedDifference]
) -> MeasuredSet:
    """What is measured now in place of what was known of the same."""
    new = {f.scorer for f in figures}
    asked = {d.asked for d in differences}
    old = (f for f in known.figures if f.scorer not in new)
    others = (d for d in known.differences if d.asked not in asked)
    return replace(known, figures=(*old, *figures), differences=(*others, *differences))


def _written(measured: Measured, known: MeasuredSet, registry: Registry, file: Path) -> Measured:
    made = {"date": datetime.date.today().isoformat(), "dtype": registry.status().dtype}
    updated = Measured({**measured.sets, known.source: known}, made)
    write_measured(updated, file)
    return updated


def _reporting(folder: Path, benchmark: Benchmark) -> tuple[LabelledPairs, str]:
    """Our part of a set without pairs that a training saw, and the digest of the whole file."""
    pairs = read_labelled_pairs(str(folder / benchmark.reporting))
    for source in TRAINED:  # a few pairs of one set stand in another too
        if (folder / source.partition("#")[0]).is_file():
            pairs = pairs.without(read_labelled_pairs(str(folder / source)))
    path = folder / benchmark.reporting.partition("#")[0]
    return pairs, hashlib.sha256(path.read_bytes()).hexdigest()
