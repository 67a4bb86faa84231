"""A bi-encoder and a cross-encoder as one scorer beside the models."""

from __future__ import annotations

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.pairs.evaluation.endpoint import evaluate
from demos.pairs.example import EXAMPLE
from demos.pairs.mixture import (
    DEFAULT_WEIGHT,
    MIXTURE,
    Mixture,
    check_mixture,
    models_of,
    with_mixture,
)
from demos.pairs.pair_set import check_rows
from demos.pairs.score.endpoint import score_table
from demos.pairs.score.results import model_table, pair_table
from demos.pairs.scoring import ModelScores, scores_of
from models.mixture import mixed
from models.registry import Registry

MODELS = ["cosent-bi", "cosent-cross"]
PAIRS = check_rows(EXAMPLE)


@pytest.fixture(scope="module")
def scored(registry: Registry) -> list[ModelScores]:
    return scores_of(registry, MODELS, PAIRS.pairs)


def test_the_mixture_stands_behind_its_models(scored: list[ModelScores]) -> None:
    *models, mixture = with_mixture(scored, [MIXTURE, *MODELS], 0.3)
    assert models == scored
    expected = mixed(scored[0].scores, scored[1].scores, 0.3)
    np.testing.assert_allclose(mixture.scores, expected, rtol=1e-5, atol=1e-6)
    assert mixture.card.title == "0.3 × CoSENT bi-encoder + 0.7 × CoSENT cross-encoder"
    assert with_mixture(scored, MODELS, 0.3) == scored
    assert with_mixture(scored[:1], [MIXTURE, *MODELS], 0.3) == scored[:1]


def test_its_key_makes_it_again(scored: list[ModelScores]) -> None:
    mixture = with_mixture(scored, [MIXTURE, *MODELS], 0.3)[-1]
    made_of = Mixture.of(mixture.card.key)
    assert made_of == Mixture(*MODELS, 0.3)
    again = made_of.scores({model.card.key: model for model in scored})
    assert again.scores.tolist() == mixture.scores.tolist()
    assert models_of([mixture.card.key, "cosent-cross", MIXTURE]) == MODELS
    assert Mixture.of(MIXTURE) is None
    assert Mixture.of("cosent-bi") is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_have_a_row_and_a_column_for_it(scored: list[ModelScores], language: str) -> None:
    both = with_mixture(scored, [MIXTURE, *MODELS], DEFAULT_WEIGHT)
    headers, rows = model_table(PAIRS, both, language)  # type: ignore[arg-type]
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(headers)}
    assert rows[2][1] != rows[1][1]  # its kind is its own
    headers, rows = pair_table(PAIRS, both, language)  # type: ignore[arg-type]
    assert both[2].card.title in headers


def test_both_kinds_are_needed(registry: Registry) -> None:
    check_mixture(registry, [MIXTURE, *MODELS], 1)
    check_mixture(registry, ["cosent-bi"], None)
    for keys in ([MIXTURE, "cosent-bi"], [MIXTURE, "cosent-cross"], [MIXTURE]):
        with pytest.raises(InputProblem) as caught:
            check_mixture(registry, keys, 0.5)
        assert caught.value.key == "pairs.mixture.needs_both"
    for weight in (-0.1, 1.1, None, True, float("nan")):
        with pytest.raises(InputProblem) as caught:
            check_mixture(registry, [MIXTURE, *MODELS], weight)
        assert caught.value.key == "pairs.mixture.bad_weight"


def test_the_endpoints_mix(registry: Registry, scored: list[ModelScores]) -> None:
    pairs = [list(pair) for pair in PAIRS.pairs]
    table = score_table(registry, pairs, [MIXTURE, *MODELS], 6, 0.25)
    column = table["headers"].index("mixture score")
    expected = mixed(scored[0].scores, scored[1].scores, 0.25)
    assert [row[column] for row in table["data"]] == pytest.approx(expected.tolist(), abs=1e-4)
    assert PAIRS.labels is not None
    report = evaluate(registry, pairs, PAIRS.labels.tolist(), [*MODELS, MIXTURE], 6)
    assert [*report] == [*MODELS, MIXTURE]
    assert -1 <= report[MIXTURE]["spearman"]["value"] <= 1
    for models in ([MIXTURE], [MIXTURE, "cosent-bi"]):
        with pytest.raises(InputProblem):
            score_table(registry, pairs, models, 6)
