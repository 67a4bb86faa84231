"""What we measured on pairs that chose nothing: `measured.json`, as it is written and read.

Raw scores are not kept. A figure belongs to a version of a model and to a digest of the file it
was measured on: with another of either it is of no use, and is not shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from demos.pairs.evaluation.intervals import Interval
from models.catalog import CATALOG, ModelCard

FILE = Path(__file__).with_name("measured.json")
_DECIMALS = 5

Scorer = tuple[str, ...]  # the key of one model; of several, the mean of their ranks
Question = Literal["cross_bi", "late_bi", "trained_base", "average_better"]
QUESTIONS: tuple[Question, ...] = get_args(Question)


@dataclass(frozen=True)
class Figure:
    """Spearman of a scorer with the labels of a set; `versions` of its models."""

    scorer: Scorer
    versions: tuple[str, ...]
    spearman: Interval


@dataclass(frozen=True)
class PairedDifference:
    """Spearman of `first` minus that of `second`, on the same resamples of the pairs.

    `versions` are those of the models of `first`, then of `second`.
    """

    question: Question
    first: Scorer
    second: Scorer
    versions: tuple[str, ...]
    difference: Interval

    @property
    def asked(self) -> tuple[Question, Scorer, Scorer]:
        """What was asked; of an average's rivals it is not asked which one is better."""
        return self.question, self.first, () if self.question == "average_better" else self.second

    @property
    def is_within_noise(self) -> bool:
        """Whether the interval holds 0."""
        return self.difference.low <= 0 <= self.difference.high


@dataclass(frozen=True)
class MeasuredSet:
    """All figures on one set: a part of a file with this digest, and how many pairs it has."""

    source: str
    sha256: str
    pairs: int
    figures: tuple[Figure, ...] = ()
    differences: tuple[PairedDifference, ...] = ()

    def of(self, *scorer: str) -> Interval | None:
        """A scorer's Spearman."""
        return next((f.spearman for f in self.figures if f.scorer == scorer), None)

    def current(self, cards: Iterable[ModelCard]) -> MeasuredSet:
        """Without what was measured with models of other versions than these, or with others."""
        versions = {card.key: card.version for card in cards}

        def holds(keys: Scorer, measured: tuple[str, ...]) -> bool:
            return tuple(versions.get(key) for key in keys) == measured

        return replace(
            self,
            figures=tuple(f for f in self.figures if holds(f.scorer, f.versions)),
            differences=tuple(
                d for d in self.differences if holds((*d.first, *d.second), d.versions)
            ),
        )


@dataclass(frozen=True)
class Measured:
    """The file: sets by the name of their source, and how they were measured."""

    sets: Mapping[str, MeasuredSet] = field(default_factory=dict)
    made: Mapping[str, Any] = field(default_factory=dict)

    def of(self, source: str, *scorer: str) -> Interval | None:
        """A scorer's Spearman on a set."""
        known = self.sets.get(source)
        return None if known is None else known.of(*scorer)

    def current(self, cards: Iterable[ModelCard]) -> Measured:
        """See `MeasuredSet.current`."""
        known = tuple(cards)
        return replace(self, sets={name: s.current(known) for name, s in self.sets.items()})


@cache
def shipped() -> Measured:
    """What was measured of the models of this app, as they are in it now."""
    return read_measured(FILE).current(CATALOG.values())


def read_measured(path: Path) -> Measured:
    """Read such a file; nothing where there is none."""
    if not path.is_file():
        return Measured()
    document = json.loads(path.read_text(encoding="utf-8"))
    return Measured({each["source"]: _set(each) for each in document["sets"]}, document["made"])


def write_measured(measured: Measured, path: Path) -> None:
    """Write it, a line a figure; a process that is killed leaves the old file whole."""
    sets = ",\n".join(_set_json(each) for each in measured.sets.values())
    document = f'{{"made": {json.dumps(dict(measured.made))}, "sets": [\n{sets}\n]}}\n'
    beside = path.with_name(path.name + ".part")
    beside.write_text(document, encoding="utf-8")
    beside.replace(path)


def _set(each: dict[str, Any]) -> MeasuredSet:
    figures = [
        Figure(tuple(f["models"]), tuple(f["versions"]), Interval(*f["spearman"]))
        for f in each["figures"]
    ]
    differences = [
        PairedDifference(
            d["question"],
            tuple(d["first"]),
            tuple(d["second"]),
            tuple(d["versions"]),
            Interval(*d["difference"]),
        )
        for d in each["differences"]
    ]
    return MeasuredSet(
        each["source"], each["sha256"], each["pairs"], tuple(figures), tuple(differences)
    )


def _set_json(each: MeasuredSet) -> str:
    figures = [
        {"models": f.scorer, "versions": f.versions, "spearman": _numbers(f.spearman)}
        for f in each.figures
    ]
    differences = [
        {
            "question": d.question,
            "first": d.first,
            "second": d.second,
            "versions": d.versions,
            "difference": _numbers(d.difference),
        }
        for d in each.differences
    ]
    about = {"source": each.source, "pairs": each.pairs, "sha256": each.sha256}
    return (
        f'{json.dumps(about)[:-1]}, "figures": [{_lines(figures)}],'
        f'\n "differences": [{_lines(differences)}]}}'
    )


def _lines(rows: list[dict[str, Any]]) -> str:
    return ",".join(f"\n  {json.dumps(row)}" for row in rows)


def _numbers(found: Interval) -> list[float]:
    return [round(number, _DECIMALS) for number in (found.value, found.low, found.high)]
