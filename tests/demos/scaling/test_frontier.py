"""The frontier: closed form against numeric search, published figures, contours, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from demos.frame.errors import InputProblem
from demos.scaling import frontier
from demos.scaling.frontier import closed_frontier, iso_loss, predictor, searched_frontier
from demos.scaling.published import PUBLISHED, published_law

BUDGETS = np.geomspace(1e17, 1e26, 10)
LAWS = {
    **{key: (law.law, law.parameters) for key, law in PUBLISHED.items()},
    "tied": ("tied", {"E": 1.7, "A": 300.0, "B": 900.0, "alpha": 0.31}),
}


@pytest.mark.parametrize("key", LAWS)
@pytest.mark.parametrize("factor", [6.0, 2.0])
def test_the_closed_form_is_where_the_search_ends(key: str, factor: float) -> None:
    law, parameters = LAWS[key]
    closed = closed_frontier(law, parameters, BUDGETS, factor)
    searched = searched_frontier(predictor(law, parameters), BUDGETS, factor)
    np.testing.assert_allclose(searched.parameters, closed.parameters, rtol=1e-5)
    np.testing.assert_allclose(searched.loss, closed.loss, rtol=1e-12)
    np.testing.assert_allclose(searched.a, closed.a, atol=1e-4)
    np.testing.assert_allclose(closed.a + closed.b, 1)
    np.testing.assert_allclose(factor * closed.parameters * closed.tokens, BUDGETS)
    assert not searched.at_edge.any()


def test_scipy_finds_the_same_optimum() -> None:
    law = PUBLISHED["hoffmann-2022"]
    predict = predictor(law.law, law.parameters)
    found = optimize.minimize_scalar(
        lambda x: float(predict(np.exp([x]), 1e21 / (6 * np.exp([x])))[0]),
        bounds=(10, 35),
        method="bounded",
        options={"xatol": 1e-10},
    )
    closed = closed_frontier(law.law, law.parameters, np.array([1e21]))
    assert np.exp(found.x) == pytest.approx(closed.parameters[0], rel=1e-4)


def test_the_published_exponents_and_models() -> None:
    a = {
        key: frontier.optimal_exponents(law.law, law.parameters)[0]
        for key, law in PUBLISHED.items()
    }
    assert a["hoffmann-2022"] == pytest.approx(0.4516, abs=1e-4)  # .46 in the paper
    assert a["besiroglu-2024"] == pytest.approx(0.5139, abs=1e-4)  # .512 in the paper
    assert a["kaplan-2020"] == pytest.approx(0.5754, abs=1e-4)
    # Chinchilla's budget: about 70 B and 20 tokens a parameter by Besiroglu et al.
    law = PUBLISHED["besiroglu-2024"]
    best = closed_frontier(law.law, law.parameters, np.array([5.76e23]))
    assert 15 < best.tokens_per_parameter[0] < 30
    assert 5e10 < best.parameters[0] < 9e10
    # Hoffmann's own parameters contradict his model: about 70 tokens a parameter.
    law = PUBLISHED["hoffmann-2022"]
    best = closed_frontier(law.law, law.parameters, np.array([5.76e23]))
    assert best.tokens_per_parameter[0] > 40


def test_kaplans_predictor_is_his_formula() -> None:
    p = PUBLISHED["kaplan-2020"].parameters
    n, d = np.array([1e6, 1e9]), np.array([1e9, 1e10])
    ratio = p["alpha_N"] / p["alpha_D"]
    expected = ((p["N_c"] / n) ** ratio + p["D_c"] / d) ** p["alpha_D"]
    np.testing.assert_allclose(predictor("kaplan", p)(n, d), expected)


def test_a_whole_bootstrap_goes_in_at_once() -> None:
    alphas = np.array([[0.3], [0.34], [0.4]])  # [r, 1]
    n, d = frontier.hoffmann_optimum(BUDGETS, 406.4, 410.7, alphas, 0.28)
    assert n.shape == d.shape == (3, len(BUDGETS))
    alone = closed_frontier("chinchilla", LAWS["hoffmann-2022"][1], BUDGETS)
    np.testing.assert_allclose(n[1], alone.parameters)


def test_a_law_without_trade_off_ends_at_the_edge() -> None:
    only_size = searched_frontier(lambda n, d: 1 + n**-0.3, BUDGETS)
    assert only_size.at_edge.all()
    assert np.isnan(only_size.a).all()
    np.testing.assert_allclose(only_size.parameters, 1e15, rtol=1e-6)


def test_contours_hold_their_loss() -> None:
    law, parameters = LAWS["besiroglu-2024"]
    predict = predictor(law, parameters)
    n, levels = np.geomspace(1e6, 1e12, 40), np.array([1.7, 2.0, 2.5, 3.0])
    tokens = iso_loss(predict, levels, n)  # [l, m]
    assert np.isnan(tokens[0]).all()  # below E nobody comes
    for level, row in zip(levels[1:], tokens[1:], strict=True):
        reached = ~np.isnan(row)
        assert reached.any()
        np.testing.assert_allclose(predict(n[reached], row[reached]), level, rtol=1e-12)
        short = 1 - (level - parameters["E"] - parameters["A"] / n ** parameters["alpha"] > 0)
        assert (np.isnan(row) == short.astype(bool)).all()


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: published_law("nobody-1900"), "scaling.published.unknown"),
        (lambda: predictor("quanta", {}), "scaling.frontier.no_closed_form"),
        (
            lambda: closed_frontier("tied", {"E": 1, "A": -1, "B": 1, "alpha": 0.3}, BUDGETS),
            "scaling.frontier.parameter",
        ),
        (
            lambda: closed_frontier(*LAWS["tied"], np.array([0.0])),
            "scaling.frontier.budget",
        ),
        (lambda: searched_frontier(lambda n, d: n, BUDGETS, -6.0), "scaling.frontier.budget"),
        (
            lambda: searched_frontier(lambda n, d: n, BUDGETS, bounds=(2.0, 1.0)),
            "scaling.frontier.bounds",
        ),
    ],
)
def test_refusals_are_sentences(make: object, key: str) -> None:
    with pytest.raises(InputProblem) as caught:
        make()  # type: ignore[operator]
    assert caught.value.key == key
    assert str(caught.value).endswith(".")
    assert caught.value.sentence("zh")
