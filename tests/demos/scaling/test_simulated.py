"""Bundled runs: the same for everybody, and what their descriptions say."""

from __future__ import annotations

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.scaling import simulated
from demos.scaling.compare import scale_of
from demos.scaling.frontier import predictor
from demos.scaling.isoflop import isoflop
from demos.scaling.published import PUBLISHED


@pytest.mark.parametrize("key", simulated.EXAMPLES)
def test_an_example_is_its_law_and_its_noise(key: str) -> None:
    table, again = simulated.example(key), simulated.example(key)
    for name, column in table.columns.items():
        assert (column == again.columns[name]).all()
        assert (column > 0).all()
    made = simulated.EXAMPLES[key]
    n, d = table.columns["N"], table.columns["D"]
    residuals = np.log(table.columns["loss"] / predictor("chinchilla", made.truth)(n, d))
    if key == "outlier":
        assert residuals[-1] == pytest.approx(np.log(1.3), abs=0.03)
        residuals = residuals[:-1]
    assert residuals.std() == pytest.approx(made.noise, rel=0.35)
    assert abs(residuals.mean()) < 4 * made.noise / np.sqrt(len(residuals))
    np.testing.assert_allclose(table.columns["C"], 6 * n * d)
    assert [note.key for note in table.notes] == [f"scaling.example.{key}"]
    assert table.notes[0].sentence("zh")


def test_the_first_runs_never_change() -> None:
    loss = simulated.example("isoflop").columns["loss"]
    np.testing.assert_allclose(loss[:3], FIRST, rtol=1e-12)


FIRST = [3.3172488498159174, 3.147379698623479, 3.067003787675872]


def test_the_isoflop_example_has_nine_parabolas() -> None:
    columns = simulated.example("isoflop").columns
    found = isoflop(columns["N"], columns["C"], columns["loss"])
    assert len(found.parabolas) == 9
    assert all(parabola.refusal is None for parabola in found.parabolas)
    assert found.power is not None
    assert found.power.interval[0] < 0.5139 < found.power.interval[1]


def test_the_others_are_what_they_say() -> None:
    limited = simulated.example("data-limited").columns
    truth = simulated.TRUTH
    by_size = truth["A"] / limited["N"] ** truth["alpha"]
    by_data = truth["B"] / limited["D"] ** truth["beta"]
    assert (by_size < 0.35 * by_data).all()
    ray = simulated.example("one-ray").columns
    np.testing.assert_allclose(ray["D"] / ray["N"], 20)
    outlier = simulated.example("outlier").columns
    assert scale_of(outlier).argmax() == len(outlier["N"]) - 1
    histories = simulated.example("histories")
    assert histories.runs is not None
    assert len(set(histories.runs)) == 6
    assert len(histories) == 240


def test_published_laws_can_be_simulated_from() -> None:
    for key in PUBLISHED:
        table = simulated.simulate_published(key, 4, 5, noise=0.0)
        assert len(table) == 20
        columns = table.columns
        found = isoflop(columns["N"], columns["C"], columns["loss"])
        assert found.power is not None


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: simulated.example("none"), "scaling.simulated.unknown"),
        (lambda: simulated.simulate_published("none"), "scaling.published.unknown"),
        (lambda: simulated.simulate_published("kaplan-2020", 0), "scaling.simulated.sizes"),
        (lambda: simulated.simulate_published("kaplan-2020", noise=2.0), "scaling.simulated.noise"),
        (
            lambda: simulated.simulate("chinchilla", simulated.TRUTH, np.ones(2), np.ones(3)),
            "scaling.simulated.sizes",
        ),
        (
            lambda: simulated.simulate("chinchilla", simulated.TRUTH, np.zeros(2), np.ones(2)),
            "scaling.simulated.sizes",
        ),
    ],
)
def test_refusals_are_sentences(make: object, key: str) -> None:
    with pytest.raises(InputProblem) as caught:
        make()  # type: ignore[operator]
    assert caught.value.key == key
    assert str(caught.value).endswith(".")
    assert caught.value.sentence("zh")
