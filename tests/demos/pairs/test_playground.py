"""The playground's mathematics against autograd, finite differences and the published values."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from demos.frame.errors import InputProblem
from demos.pairs.playground.batch import EXAMPLE, LOSSES, check_batch, descend, view_of
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
    targets_of,
)
from demos.pairs.playground.results import item_table
from models import losses

ROWS = st.lists(st.tuples(st.floats(-3, 3), st.integers(0, 3)), min_size=2, max_size=12)


def arrays(rows: list[tuple[float, int]]) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = zip(*rows, strict=True)
    return np.array(scores), np.array(labels, dtype=float)


@pytest.mark.parametrize(
    ("scores", "value"), [((0.9, 0.1), 1.171101), ((0.1, 0.9), 0.371101), ((2.0, -1.0), 3.048587)]
)
def test_check_values(scores: tuple[float, float], value: float) -> None:
    assert math.isclose(cosent(scores, [0, 1], 1.0).value, value, abs_tol=1e-6)


@given(ROWS, st.sampled_from([0.5, 1.0, 20.0]))
def test_loss_and_gradient_are_autograds(rows: list[tuple[float, int]], scale: float) -> None:
    scores, labels = arrays(rows)
    tensor = torch.tensor(scores, requires_grad=True)
    expected = losses.cosent_loss(tensor, torch.tensor(labels), scale)
    expected.backward()
    found = cosent(scores, labels, scale)
    assert math.isclose(found.value, expected.item(), rel_tol=1e-9, abs_tol=1e-12)
    assert tensor.grad is not None
    assert np.allclose(found.gradient, tensor.grad.numpy(), atol=1e-9)
    assert math.isclose(found.gradient.sum(), 0, abs_tol=1e-8)


@given(ROWS)
def test_the_other_losses_are_autograds(rows: list[tuple[float, int]]) -> None:
    scores, labels = arrays(rows)
    targets = targets_of(labels)
    if targets is None:
        return
    tensor = torch.tensor(scores, requires_grad=True)
    wanted = torch.tensor(targets)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(tensor, wanted)
    squared = torch.nn.functional.mse_loss(tensor, wanted)
    for peer, ours in (
        (entropy, cross_entropy(scores, targets)),
        (squared, mean_squared_error(scores, targets)),
    ):
        (gradient,) = torch.autograd.grad(peer, tensor)
        assert math.isclose(ours.value, peer.item(), rel_tol=1e-9, abs_tol=1e-12)
        assert np.allclose(ours.gradient, gradient.numpy(), atol=1e-12)


def test_the_gradient_is_that_of_finite_differences() -> None:
    scores, labels = np.array([0.3, -0.2, 0.9, 0.1]), np.array([1, 1, 0, 2])
    step = 1e-6
    numeric = [
        (
            cosent(scores + step * unit, labels, 5).value
            - cosent(scores - step * unit, labels, 5).value
        )
        / (2 * step)
        for unit in np.eye(4)
    ]
    assert np.allclose(cosent(scores, labels, 5).gradient, numeric, atol=1e-6)


def test_equal_labels_give_exactly_zero() -> None:
    found = cosent([1.0, -5.0, 3.0], [2, 2, 2], 20)
    assert found.value == 0.0
    assert not found.gradient.any()
    assert len(found.terms) == 0
    assert targets_of([2, 2, 2]) is None


@pytest.mark.parametrize("size", [1e4, -1e4])
def test_extreme_scores_do_not_overflow(size: float) -> None:
    with np.errstate(over="raise", invalid="raise"):
        found = cosent([size, -size, 0.0], [0, 1, 2], 20)
        entropy = cross_entropy([size, -size], [0, 1])
    assert np.isfinite(found.value)
    assert np.isfinite(found.gradient).all()
    assert np.isfinite(entropy.value)


@given(ROWS, st.floats(-10, 10))
def test_a_shift_moves_only_the_others(rows: list[tuple[float, int]], constant: float) -> None:
    scores, labels = arrays(rows)
    before, after = cosent(scores, labels, 20), cosent(scores + constant, labels, 20)
    assert math.isclose(before.value, after.value, rel_tol=1e-6, abs_tol=1e-9)


def test_shift_and_relabelling_move_cross_entropy_and_squared_error() -> None:
    batch = check_batch(EXAMPLE, 20)
    before = view_of(batch)
    for changed in (batch.shifted(0.5), batch.relabelled()):
        after = view_of(changed)
        assert math.isclose(after.cosent.value, before.cosent.value, rel_tol=1e-9)
        for name in ("cross_entropy", "mse"):
            old, new = before.loss(name), after.loss(name)
            assert old is not None
            assert new is not None
            assert abs(old.value - new.value) > 1e-3


def test_three_labels_become_ten_seven_one_and_back() -> None:
    assert relabelled([3, 2, 1, 3]).tolist() == [10, 7, 1, 10]
    assert relabelled(relabelled([3, 2, 1])).tolist() == [3, 2, 1]
    labels = np.array([0.0, 4.0, 4.0, 2.5, 9.0])
    assert np.array_equal(np.argsort(relabelled(labels)), np.argsort(labels))


@given(ROWS, st.sampled_from([1.0, 20.0]))
def test_the_loss_lies_within_its_bounds(rows: list[tuple[float, int]], scale: float) -> None:
    scores, labels = arrays(rows)
    found = cosent(scores, labels, scale)
    limits = bounds(found.terms)
    assert limits.lower - 1e-9 <= found.value <= limits.upper + 1e-9


@given(st.lists(st.tuples(st.floats(-3, 3), st.integers(0, 1)), min_size=2, max_size=12))
def test_binary_labels_factorise(rows: list[tuple[float, int]]) -> None:
    scores, labels = arrays(rows)
    found = factors(scores, labels, 20)
    if len(set(labels)) < 2:
        assert found is None
    else:
        assert found is not None
        assert math.isclose(found.loss, cosent(scores, labels, 20).value, rel_tol=1e-9)
    assert factors([1, 2, 3], [0, 1, 2], 1) is None


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_steps_lower_the_loss(loss: str) -> None:
    batch = check_batch(EXAMPLE, 20)
    path = descend(batch, loss, 0.005, 10)
    values = [view_of(b).loss(loss).value for b in [batch, *path]]  # type: ignore[union-attr]
    assert values[-1] < values[0]


@pytest.mark.parametrize(
    ("rows", "scale", "sentence"),
    [
        ([["a", "x", 1], ["b", 1, 0]], 20, "Row 1: the score “x”"),
        ([["a", 1, ""], ["b", 1, 0]], 20, "Row 1: the label"),
        ([["a", 1, 1]], 20, "2 to 12"),
        ([["a", 1, 1]] * 13, 20, "2 to 12"),
        ([["a", "nan", 1], ["b", 1, 0]], 20, "the score “nan”"),
        ([["a", 1, 1], ["b", 1, 0]], 0, "The scale"),
        ([["a", 1, 1], ["b", 1, 0]], None, "The scale"),
    ],
)
def test_bad_cells_are_said(rows: list[list[object]], scale: object, sentence: str) -> None:
    with pytest.raises(InputProblem, match=sentence):
        check_batch(rows, scale)


def test_the_endpoint_reports_everything_in_plain_numbers() -> None:
    report = loss_report([0.9, 0.1, 0.5], [0, 1, 1], 1.0)
    assert json.loads(json.dumps(report)) == report
    assert report["loss"] == pytest.approx(math.log1p(math.exp(0.8) + math.exp(0.4)))
    assert len(report["terms"]) == 2
    assert report["factorisation"]["loss"] == pytest.approx(report["loss"])
    assert report["bounds"][0] <= report["loss"] <= report["bounds"][1]
    assert sum(report["gradient"]) == pytest.approx(0)
    assert loss_report([1, 2], [3, 3], 1)["cross_entropy"] is None


@pytest.mark.parametrize(
    ("scores", "labels", "scale", "sentence"),
    [
        ([1.0], [1, 2], 1, "one label for each score"),
        ([float("nan"), 1], [1, 2], 1, "score “nan”"),
        ([float("inf"), 1], [1, 2], 1, "score “inf”"),
        (["1", 2], [1, 2], 1, "is text"),
        ("12", [1, 2], 1, "as lists"),
        ([], [], 1, "as lists"),
        ([1] * (MAX_SCORES + 1), [1] * (MAX_SCORES + 1), 1, "send fewer"),
        ([1, 2], [1, 2], -1, "The scale"),
    ],
)
def test_the_endpoint_refuses_in_a_sentence(
    scores: object, labels: object, scale: object, sentence: str
) -> None:
    with pytest.raises(InputProblem, match=sentence):
        loss_report(scores, labels, scale)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("labels", [(3, 2, 1), (1, 0, 1), (2, 2, 2)])
def test_everything_can_be_shown(language: str, labels: tuple[int, ...]) -> None:
    rows = [["<b>x</b>", score, label] for score, label in zip((0.5, -1, 900), labels, strict=True)]
    batch = check_batch(rows, 20)
    view = view_of(batch)
    shown = [
        terms_figure(view, "exponent", language).to_json(),  # type: ignore[arg-type]
        terms_figure(view, "share", language).to_json(),  # type: ignore[arg-type]
        path_figure(batch, [batch.scores], language).to_json(),  # type: ignore[arg-type]
        loss_html(view, language),  # type: ignore[arg-type]
        comparison_html(view, view, language),  # type: ignore[arg-type]
        *(gradient_figure(view, name, language).to_json() for name in LOSSES),  # type: ignore[arg-type]
    ]
    assert not any("<b>x" in text for text in shown)
    headers, cells = item_table(view, language)  # type: ignore[arg-type]
    assert all(len(row) == len(headers) for row in cells)


def test_terms_of_any_size_have_a_short_form() -> None:
    assert power(0.0) == "1"
    assert power(-20_000).endswith("e-8686")
    assert power(float("nan")) == ""
