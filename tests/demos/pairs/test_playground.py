"""CoSENT in numpy against its definition, torch's autograd, finite differences and itself."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logsumexp

from demos.frame.errors import InputProblem
from demos.pairs.playground.batch import (
    EXAMPLE,
    LOSSES,
    MAX_ITEMS,
    Batch,
    check_batch,
    descend,
    view_of,
)
from demos.pairs.playground.endpoint import MAX_SCORES, loss_report
from demos.pairs.playground.figures import gradient_figure, path_figure, power, terms_figure
from demos.pairs.playground.notes import comparison_html, loss_html
from demos.pairs.playground.playground import (
    bounds,
    cosent,
    cross_entropy,
    factors,
    mean_squared_error,
    relabelled,
    softplus,
    targets_of,
)
from demos.pairs.playground.results import batch_table
from models.losses import cosent_loss as torch_cosent

ITEMS = st.lists(st.tuples(st.floats(-3, 3), st.integers(0, 4)), min_size=2, max_size=12)
SCALES = st.sampled_from([0.5, 1.0, 5.0, 20.0])


def split(items: list[tuple[float, int]]) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = zip(*items, strict=True)
    return np.array(scores, dtype=float), np.array(labels, dtype=float)


def definition(scores: np.ndarray, labels: np.ndarray, scale: float) -> float:
    exponents = [0.0]
    for i in range(len(scores)):
        for j in range(len(scores)):
            if labels[i] > labels[j]:
                exponents.append(scale * (scores[j] - scores[i]))
    return float(logsumexp(exponents))


# --- the loss ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "value"), [((0.9, 0.1), 1.171101), ((0.1, 0.9), 0.371101), ((2.0, -1.0), 3.048587)]
)
def test_check_values(scores: tuple[float, float], value: float) -> None:
    assert cosent(scores, (0, 1), 1.0).value == pytest.approx(value, abs=1e-6)


@given(ITEMS, SCALES)
def test_equals_the_definition_with_ties(items: list[tuple[float, int]], scale: float) -> None:
    scores, labels = split(items)
    expected = definition(scores, labels, scale)
    assert cosent(scores, labels, scale).value == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(ITEMS, SCALES)
def test_loss_and_gradient_equal_torch(items: list[tuple[float, int]], scale: float) -> None:
    scores, labels = split(items)
    tensor = torch.tensor(scores, requires_grad=True)
    loss = torch_cosent(tensor, torch.tensor(labels), scale)
    loss.backward()
    found = cosent(scores, labels, scale)
    assert found.value == pytest.approx(loss.item(), rel=1e-10, abs=1e-12)
    assert tensor.grad is not None
    np.testing.assert_allclose(found.gradient, tensor.grad.numpy(), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_gradients_equal_finite_differences(loss: str, scale: float) -> None:
    batch = check_batch(EXAMPLE, scale)
    found = view_of(batch).loss(loss)
    assert found is not None
    width = 1e-6
    for item in range(len(batch.scores)):
        step = np.zeros(len(batch.scores))
        step[item] = width
        up, down = (
            view_of(Batch(batch.names, batch.scores + s, batch.labels, scale)).loss(loss)
            for s in (step, -step)
        )
        assert up is not None
        assert down is not None
        slope = (up.value - down.value) / (2 * width)
        assert found.gradient[item] == pytest.approx(slope, rel=1e-5, abs=1e-7)


@given(ITEMS, SCALES)
def test_terms_make_up_the_loss_and_its_gradient(
    items: list[tuple[float, int]], scale: float
) -> None:
    found = cosent(*split(items), scale)
    terms = found.terms
    assert terms.shares.sum() == pytest.approx(-math.expm1(-found.value), abs=1e-12)
    assert found.gradient.sum() == pytest.approx(0, abs=1e-10)
    labels = split(items)[1]
    assert (labels[terms.higher] > labels[terms.lower]).all()


def test_equal_labels_give_exactly_zero() -> None:
    found = cosent([5.0, -3.0, 0.1], [2, 2, 2], 20.0)
    assert found.value == 0.0
    assert not found.gradient.any()
    assert len(found.terms) == 0
    assert bounds(found.terms).lower == bounds(found.terms).upper == 0.0
    assert factors([5.0, -3.0], [2, 2], 20.0) is None
    assert targets_of([2, 2]) is None


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(("scale", "loss"), [(20.0, 400_000.0), (1.0, 20_000.0)])
def test_extreme_scores_in_the_wrong_order(scale: float, loss: float) -> None:
    view = view_of(check_batch([["a", 1e4, 0], ["b", -1e4, 1]], scale))
    assert view.cosent.value == loss
    assert view.cosent.gradient.tolist() == [scale, -scale]
    assert view.cross_entropy is not None
    assert view.cross_entropy.value == pytest.approx(1e4)
    assert view.cross_entropy.gradient.tolist() == [0.5, -0.5]


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_extreme_scores_in_the_right_order() -> None:
    view = view_of(check_batch([["a", -1e4, 0], ["b", 1e4, 1]], 20))
    assert view.cosent.value == 0.0
    assert not view.cosent.gradient.any()
    assert view.factors is not None
    assert view.factors.loss == 0.0
    for colouring in ("exponent", "share"):
        assert "Infinity" not in terms_figure(view, colouring, "en").to_json()


def test_a_small_loss_keeps_its_digits() -> None:
    assert cosent([0.0, 40.0], [0, 1], 1.0).value == pytest.approx(math.exp(-40), rel=1e-12)


@given(ITEMS, SCALES, st.floats(-5, 5))
def test_a_shift_changes_cosent_by_nothing(
    items: list[tuple[float, int]], scale: float, constant: float
) -> None:
    scores, labels = split(items)
    here, there = cosent(scores, labels, scale), cosent(scores + constant, labels, scale)
    assert there.value == pytest.approx(here.value, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(there.gradient, here.gradient, atol=1e-9)


def test_a_shift_moves_the_other_losses() -> None:
    before = view_of(check_batch(EXAMPLE, 20))
    after = view_of(before.batch.shifted(0.5))
    for name in ("cross_entropy", "mse"):
        old, new = before.loss(name), after.loss(name)
        assert old is not None
        assert new is not None
        assert abs(new.value - old.value) > 0.01


@given(ITEMS, SCALES)
def test_other_labels_in_the_same_order_change_cosent_by_exactly_nothing(
    items: list[tuple[float, int]], scale: float
) -> None:
    scores, labels = split(items)
    here, there = cosent(scores, labels, scale), cosent(scores, relabelled(labels), scale)
    assert there.value == here.value
    assert there.gradient.tolist() == here.gradient.tolist()


def test_relabelling() -> None:
    assert relabelled([3, 2, 1, 3]).tolist() == [10, 7, 1, 10]
    assert relabelled([10, 7, 1]).tolist() == [3, 2, 1]
    assert relabelled([0.5, -2]).tolist() == [10, 1]
    assert relabelled([4, 4]).tolist() == [1, 1]
    many = relabelled(np.arange(MAX_ITEMS))
    assert (np.diff(many) > 0).all()


def test_relabelling_moves_the_other_losses_only_with_graded_labels() -> None:
    graded = view_of(check_batch(EXAMPLE, 20))
    other = view_of(graded.batch.relabelled())
    assert other.cosent.value == graded.cosent.value
    assert graded.mse is not None
    assert other.mse is not None
    assert other.mse.value != pytest.approx(graded.mse.value, rel=1e-3)
    binary = view_of(check_batch([["a", 0.3, 0], ["b", 0.2, 1]], 20))
    same = view_of(binary.batch.relabelled())
    assert binary.mse is not None
    assert same.mse is not None
    assert same.mse.value == binary.mse.value


@given(ITEMS, SCALES)
def test_bounds(items: list[tuple[float, int]], scale: float) -> None:
    found = cosent(*split(items), scale)
    between = bounds(found.terms)
    assert between.lower <= found.value + 1e-9
    assert found.value <= between.upper + 1e-9


def test_bounds_need_the_zero() -> None:
    """Where every order is right, the bound without the 0 would be below the loss."""
    found = cosent([0.0, 10.0], [0, 1], 1.0)
    assert found.value > float(found.terms.exponents.max()) + math.log(2)
    assert bounds(found.terms).lower == 0.0


@given(st.lists(st.tuples(st.floats(-3, 3), st.booleans()), min_size=2, max_size=12), SCALES)
def test_the_factorisation_for_two_labels(items: list[tuple[float, bool]], scale: float) -> None:
    scores, labels = np.array([s for s, _ in items]), np.array([float(y) for _, y in items])
    found = factors(scores, labels, scale)
    if len(set(labels)) < 2:
        assert found is None
        return
    assert found is not None
    assert found.loss == pytest.approx(cosent(scores, labels, scale).value, rel=1e-10, abs=1e-12)
    assert found.negatives == pytest.approx(float(logsumexp(scale * scores[labels == 0])))


def test_three_labels_do_not_factorise() -> None:
    assert factors([1, 2, 3], [1, 2, 3], 1.0) is None


# --- the other two losses ------------------------------------------------------------------------


def test_cross_entropy_and_squared_error_equal_torch() -> None:
    scores, labels = split([(0.3, 3), (-2.0, 2), (40.0, 1), (-40.0, 1)])
    targets = targets_of(labels)
    assert targets is not None
    assert targets.tolist() == [1, 0.5, 0, 0]
    for ours, theirs in (
        (cross_entropy, torch.nn.functional.binary_cross_entropy_with_logits),
        (mean_squared_error, torch.nn.functional.mse_loss),
    ):
        tensor = torch.tensor(scores, requires_grad=True)
        loss = theirs(tensor, torch.tensor(targets))
        loss.backward()
        found = ours(scores, targets)
        assert found.value == pytest.approx(loss.item(), rel=1e-12)
        assert tensor.grad is not None
        np.testing.assert_allclose(found.gradient, tensor.grad.numpy(), rtol=1e-9, atol=1e-15)


def test_softplus_and_sigmoid_of_any_size() -> None:
    assert softplus(1e6) == 1e6
    assert softplus(-1e6) == 0.0
    found = cross_entropy([0.7, -0.7], [0, 0])
    np.testing.assert_allclose(found.gradient * 2, expit([0.7, -0.7]), rtol=1e-14)


# --- the batch -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "scale", "key"),
    [
        ([], 20, "rows"),
        ([["a", 1, 1]], 20, "rows"),
        ([["a", 1, 1]] * (MAX_ITEMS + 1), 20, "rows"),
        ([["a", "x", 1], ["b", 1, 1]], 20, "bad_score"),
        ([["a", "", 1], ["b", 1, 1]], 20, "bad_score"),
        ([["a", "nan", 1], ["b", 1, 1]], 20, "bad_score"),
        ([["a", "1e7", 1], ["b", 1, 1]], 20, "bad_score"),
        ([["a", 1, "inf"], ["b", 1, 1]], 20, "bad_label"),
        ([["a", 1, None], ["b", 1, 1]], 20, "bad_label"),
        ([["a", 1, 1], ["b", 1, 1]], 0, "bad_scale"),
        ([["a", 1, 1], ["b", 1, 1]], None, "bad_scale"),
        ([["a", 1, 1], ["b", 1, 1]], math.nan, "bad_scale"),
    ],
)
def test_bad_rows_get_a_sentence(rows: list[list[object]], scale: object, key: str) -> None:
    with pytest.raises(InputProblem) as problem:
        check_batch(rows, scale)
    assert problem.value.key == f"pairs.playground.{key}"
    assert str(problem.value)
    assert problem.value.sentence("zh")


def test_blank_rows_are_passed_over_and_names_may_be_missing() -> None:
    batch = check_batch([["a", "0.5", "1"], ["", None, float("nan")], ["", "1", "2"]], "20")
    assert batch.names == ("a", "#2")
    assert batch.rows() == [["a", 0.5, 1], ["#2", 1, 2]]


def test_cosent_descent_sorts_the_example() -> None:
    path = descend(check_batch(EXAMPLE, 20), "cosent", 0.005, 60)
    losses = [view_of(batch).cosent.value for batch in path]
    assert losses[-1] < 0.1 < 1 < losses[0]
    ordered = path[-1].scores[np.argsort(-path[-1].labels, kind="stable")]
    assert min(ordered[:2]) > max(ordered[2:4])
    assert min(ordered[2:4]) > max(ordered[4:])
    assert path[-1].scores.sum() == pytest.approx(sum(s for _, s, _ in EXAMPLE), abs=1e-3)


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_the_others_descend_too(loss: str) -> None:
    batch = check_batch(EXAMPLE, 20)
    before, after = (view_of(b).loss(loss) for b in (batch, descend(batch, loss, 0.5, 50)[-1]))
    assert before is not None
    assert after is not None
    assert after.value < 0.9 * before.value


def test_steps_that_cannot_be_taken() -> None:
    tied = check_batch([["a", 1, 1], ["b", 2, 1]], 20)
    assert descend(tied, "cosent", 1.0, 3)[-1].scores.tolist() == [1, 2]
    with pytest.raises(InputProblem) as problem:
        descend(tied, "mse", 1.0, 1)
    assert problem.value.key == "pairs.playground.no_targets"
    for step in (0.0, -1.0, math.nan):
        with pytest.raises(InputProblem) as problem:
            descend(tied, "cosent", step, 1)
        assert problem.value.key == "pairs.playground.bad_step"
    with pytest.raises(InputProblem):  # squared error with so long a step grows without end
        descend(check_batch(EXAMPLE, 20), "mse", 100.0, 10)


# --- what is shown -------------------------------------------------------------------------------


def test_text_from_visitors_is_shown_as_text() -> None:
    script = "<script>alert(1)</script>"
    view = view_of(check_batch([[script, 0.5, 1], ["%{x} b", 0.7, 0]], 20))
    figures = [gradient_figure(view, loss, "en") for loss in LOSSES]
    figures += [
        terms_figure(view, "share", "en"),
        path_figure(view.batch, [view.batch.scores], "en"),
    ]
    assert not any(
        "<script" in json.dumps(figure.to_plotly_json(), default=list) for figure in figures
    )
    assert "<script" not in loss_html(view, "en") + comparison_html(view, view, "en")


def test_equal_labels_are_drawn_as_a_sentence() -> None:
    view = view_of(check_batch([["a", 0.5, 1], ["b", 0.7, 1]], 20))
    assert "labels are equal" in terms_figure(view, "share", "en").layout.annotations[0].text
    assert "labels are equal" in gradient_figure(view, "mse", "en").layout.annotations[0].text
    assert gradient_figure(view, "cosent", "en").data[0].x.tolist() == [0, 0]
    assert comparison_html(view, view, "en").count("–") == 6
    assert batch_table(view, "en")[1][0][3:] == ["", 0.0, "", ""]


@pytest.mark.parametrize(
    ("exponent", "shown"),
    [
        (math.nan, ""),
        (0.0, "1"),
        (math.log(735), "735"),
        (1e4, "8.8e+4342"),
        (-20.0, "2.1e-9"),
        (math.log(10) * 500, "1.0e+500"),
    ],
)
def test_terms_of_any_size_in_a_few_characters(exponent: float, shown: str) -> None:
    assert power(exponent) == shown


def test_the_comparison_says_what_stayed() -> None:
    before = view_of(check_batch(EXAMPLE, 20))
    shown = comparison_html(before, view_of(before.batch.shifted(0.5)), "en")
    assert shown.count(">0</td>") == 1
    assert shown.count(">+") == 2


def test_the_terms_cover_higher_against_lower_labels() -> None:
    figure = terms_figure(view_of(check_batch(EXAMPLE, 20)), "exponent", "en")
    z = np.array(figure.data[0].z, dtype=float)
    assert z.shape == (4, 4)  # the lowest label has no row, the highest no column
    assert np.isfinite(z).sum() == 12
    assert abs(figure.data[0].zmin) == figure.data[0].zmax == pytest.approx(np.nanmax(abs(z)))


# --- the endpoint --------------------------------------------------------------------------------


def test_the_endpoint_reports_everything() -> None:
    report = json.loads(json.dumps(loss_report([0.9, 0.1], [0, 1], 1)))
    assert report["loss"] == pytest.approx(1.171101, abs=1e-6)
    assert sum(report["gradient"]) == pytest.approx(0)
    (term,) = report["terms"]
    assert (term["higher"], term["lower"]) == (1, 0)
    assert term["exponent"] == pytest.approx(0.8)
    assert report["bounds"][0] <= report["loss"] <= report["bounds"][1]
    assert report["factorisation"]["loss"] == pytest.approx(report["loss"])
    assert report["targets"] == [0, 1]
    assert report["mse"]["loss"] == pytest.approx(0.81)
    assert len(report["cross_entropy"]["gradient"]) == 2


def test_the_endpoint_of_equal_labels_and_of_one_score() -> None:
    for scores in ([0.9, 0.1], [3.0]):
        report = loss_report(scores, [1] * len(scores), 20)
        assert report["loss"] == 0.0
        assert report["cross_entropy"] is report["mse"] is report["targets"] is None
        assert report["factorisation"] is None
        json.dumps(report)


@pytest.mark.parametrize(
    ("scores", "labels", "scale", "key"),
    [
        (None, [1], 1, "lists"),
        ([], [], 1, "lists"),
        ("0.9", [1], 1, "lists"),
        ([0.1, 0.2], [1], 1, "lengths"),
        ([math.nan, 1], [0, 1], 1, "bad_score"),
        ([math.inf, 1], [0, 1], 1, "bad_score"),
        ([10**400, 1], [0, 1], 1, "bad_score"),
        ([True, 1], [0, 1], 1, "bad_score"),
        ([[1], 1], [0, 1], 1, "bad_score"),
        ([0.5, 1], [0, None], 1, "bad_label"),
        (["0.5", 1], [0, 1], 1, "not_number"),
        ([0.5, 1], [0, 1], -1, "bad_scale"),
        ([0.5, 1], [0, 1], "x", "bad_scale"),
        ([0.5] * (MAX_SCORES + 1), [1] * (MAX_SCORES + 1), 1, "too_many"),
    ],
)
def test_the_endpoint_refuses_in_one_sentence(
    scores: object, labels: object, scale: object, key: str
) -> None:
    with pytest.raises(InputProblem) as problem:
        loss_report(scores, labels, scale)
    assert problem.value.key == f"pairs.playground.{key}"
    assert str(problem.value).count(". ") == 0
