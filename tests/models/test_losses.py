"""CoSENT against the definition in double precision and the check values."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.losses import cosent_loss


def definition(scores: list[float], labels: list[float], scale: float) -> float:
    terms = [
        math.exp(scale * (scores[k] - scores[i]))
        for i in range(len(scores))
        for k in range(len(scores))
        if labels[i] > labels[k]
    ]
    return math.log1p(math.fsum(terms))


@pytest.mark.parametrize(
    ("scores", "value"), [((0.9, 0.1), 1.171101), ((0.1, 0.9), 0.371101), ((2.0, -1.0), 3.048587)]
)
def test_check_values(scores: tuple[float, float], value: float) -> None:
    loss = cosent_loss(torch.tensor(scores, dtype=torch.float64), torch.tensor([0, 1]), 1.0)
    assert math.isclose(loss.item(), value, abs_tol=1e-6)


@given(st.lists(st.tuples(st.floats(-3, 3), st.integers(0, 4)), min_size=1, max_size=30))
def test_equals_the_definition_with_ties(rows: list[tuple[float, int]]) -> None:
    scores, labels = [r[0] for r in rows], [float(r[1]) for r in rows]
    loss = cosent_loss(torch.tensor(scores, dtype=torch.float64), torch.tensor(labels), 2.0)
    assert math.isclose(loss.item(), definition(scores, labels, 2.0), rel_tol=1e-9, abs_tol=1e-12)


def test_equal_labels_give_exactly_zero_and_a_gradient() -> None:
    scores = torch.randn(8, requires_grad=True)
    loss = cosent_loss(scores, torch.ones(8), 20.0)
    loss.backward()
    assert loss.item() == 0.0
    assert scores.grad is not None
    assert not scores.grad.any()


def test_extreme_scores_do_not_overflow() -> None:
    loss = cosent_loss(torch.tensor([1e4, -1e4]), torch.tensor([0.0, 1.0]), 20.0)
    assert torch.isfinite(loss)


def test_a_shift_changes_nothing() -> None:
    scores, labels = torch.randn(16, dtype=torch.float64), torch.arange(16) % 3
    moved = cosent_loss(scores + 5, labels, 20.0)
    assert math.isclose(cosent_loss(scores, labels, 20.0).item(), moved.item(), rel_tol=1e-9)
