"""Figures of other corpora: our first reading, and what papers print. Nothing here is computed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

MEASURED = Path(__file__).parent / "measured.json"


@dataclass(frozen=True)
class Printed:
    """One figure of elsewhere.

    Attributes:
        source: "first" (our first reading) or "second_hand" (as other papers quote it).
        corpus: its name.
        setting: the strategy as it was run there; a key below `retrieval.compare.printed`.
        strategy: the nearest strategy of this app.
        budget: calls a query; None where it is not said.
        recalls: Top-k-recall by k. For `second_hand` the one value is HitRate@100.
    """

    source: str
    corpus: str
    setting: str
    strategy: str
    budget: int | None
    recalls: dict[int, float]


def _first(setting: str, strategy: str, *rows: tuple[int, float, float, float]) -> list[Printed]:
    return [
        Printed(
            "first", "STS", setting, strategy, row[0], dict(zip((1, 10, 50), row[1:], strict=True))
        )
        for row in rows
    ]


PRINTED: tuple[Printed, ...] = (
    *_first("rerank", "rerank", (50, 0.615, 0.550, 0.374), (100, 0.640, 0.610, 0.491)),
    *_first("rerank", "rerank", (200, 0.655, 0.670, 0.599)),
    *_first("anncur", "anncur", (50, 0.485, 0.436, 0.294), (100, 0.660, 0.596, 0.454)),
    *_first("anncur_square", "anncur", (200, 0.235, 0.198, 0.128)),
    *_first("adacur", "adacur", (50, 0.960, 0.757, 0.473), (100, 0.980, 0.841, 0.647)),
    *_first("adacur", "adacur", (200, 0.995, 0.905, 0.787)),
    *_first("linear", "bayes", (50, 0.980, 0.875, 0.577), (100, 0.995, 0.941, 0.796)),
    *_first("linear", "bayes", (200, 0.995, 0.973, 0.918)),
    *_first("linear_20", "bayes", (50, 0.970, 0.834, 0.518), (100, 0.980, 0.908, 0.717)),
    Printed("second_hand", "Yugioh", "random", "anncur", None, {100: 0.472}),
    Printed("second_hand", "Yugioh", "greedy", "anncur", None, {100: 0.562}),
    Printed("second_hand", "MS MARCO QA", "random", "anncur", None, {100: 0.552}),
    Printed("second_hand", "MS MARCO QA", "greedy", "anncur", None, {100: 0.570}),
)


@dataclass(frozen=True)
class OwnFigure:
    """One strategy on a corpus at a budget, measured beforehand.

    Attributes:
        strategy: of `STRATEGIES`, or "alone" or "half" for what no strategy is: see `relevance`.
        recalls: Top-k-recall by k; none for those two.
        cross_encoder: which scored; empty where it was not written down.
        ndcg: nDCG@10 against labels, or None where there are none.
    """

    corpus: str
    strategy: str
    budget: int
    recalls: dict[int, float]
    cross_encoder: str = ""
    ndcg: float | None = None


def read_measured(path: Path = MEASURED) -> list[OwnFigure]:
    """Our own figures of several corpora; none where the file is not there."""
    if not path.is_file():
        return []
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [
        OwnFigure(
            entry["corpus"],
            entry["strategy"],
            int(entry["budget"]),
            {int(k): float(value) for k, value in entry["recalls"].items()},
            entry.get("cross_encoder", ""),
            entry.get("ndcg"),
        )
        for entry in entries
    ]
