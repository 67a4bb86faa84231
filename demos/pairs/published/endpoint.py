"""The endpoint `published_measure`: a test set and models in, figures beside published ones out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from demos.frame.errors import visible_errors
from demos.pairs.evaluation.endpoint import check_labels
from demos.pairs.evaluation.intervals import Interval, ceiling
from demos.pairs.models import MAX_MODELS
from demos.pairs.pair_set import PairSet, check_rows
from demos.pairs.published.benchmarks import (
    MAX_PAIRS,
    check_benchmark,
    check_test_labels,
    read_test_set,
)
from demos.pairs.published.beside import published_of
from demos.pairs.published.measuring import compared
from demos.pairs.score.endpoint import check_shape
from models.registry import Registry

PublishedMeasure = Callable[[str, list[list[str]], list[float], list[str]], dict[str, Any]]


def make_published_measure(registry: Registry) -> PublishedMeasure:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def published_measure(
        name: str, pairs: list[list[str]], labels: list[float], models: list[str]
    ) -> dict[str, Any]:
        """Score a published test set and stand the figures beside those of the posts.

        Args:
            name: of the set: "atec", "bq", "lcqmc", "pawsx", "stsb_zh" or "stsb_en".
            pairs: its [sentence A, sentence B]; an empty list fetches it from the hub.
            labels: a number for each pair; higher means more alike.
            models: model keys, for example ["cosent-bi", "cosent-cross"].

        Returns:
            `pairs` (how many), `published_pairs` (how many the published figures are of),
            `published` (Spearman by model and kind), `ceiling` of Spearman for binary labels,
            `spearman` by our model with a 95 % bootstrap interval (null where scores are constant),
            and `differences` of models on one base, on the same resamples of the pairs.
        """
        return measured_set(registry, name, pairs, labels, models)

    return published_measure


def measured_set(
    registry: Registry, name: str, pairs: Any, labels: Any, models: Any
) -> dict[str, Any]:
    """`published_measure` without Gradio. Raises InputProblem or ModelError."""
    benchmark = check_benchmark(name)
    check_shape(pairs or [], models, MAX_MODELS)
    if pairs:
        check_labels(labels, len(pairs))
        checked = check_rows(pairs, MAX_PAIRS).pairs
        check_test_labels(labels, benchmark.title)
        found = PairSet(checked, np.array(labels, dtype=np.float64))
    else:
        found = read_test_set(benchmark, None)
    assert found.labels is not None
    keys = list(dict.fromkeys(models))
    scores = {key: registry.score(key, found.pairs).numpy() for key in keys}
    cards = [registry.card(key) for key in keys]
    figures, differences = compared(cards, scores, found.labels)
    known = {"+".join(figure.scorer): _interval(figure.spearman) for figure in figures}
    return {
        "pairs": len(found),
        "published_pairs": benchmark.test_pairs,
        "published": [
            {"model": row.model, "kind": kind, "spearman": row.figures[benchmark.title] / 100}
            for kind, row in published_of(benchmark.language)
            if benchmark.title in row.figures
        ],
        "ceiling": ceiling(found.labels),
        "spearman": {key: known.get(key) for key in keys} | known,
        "differences": [
            {
                "question": each.question,
                "first": list(each.first),
                "second": list(each.second),
                **_interval(each.difference),
            }
            for each in differences
        ],
    }


def _interval(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}
