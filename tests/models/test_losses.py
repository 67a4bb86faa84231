"""Losses against definitions in double precision, against the peer, and at the edges."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from models.losses import (
    angle_loss,
    cosent_loss,
    cosine_regression,
    cross_entropy,
    mean_squared_error,
    softmax_features,
    softmax_loss,
    unit_labels,
)


def definition(scores: list[float], labels: list[float], scale: float) -> float:
    terms = [
        math.exp(scale * (scores[k] - scores[i]))
        for i in range(len(scores))
        for k in range(len(scores))
        if labels[i] > labels[k]
    ]
    return math.log1p(math.fsum(terms))


def gradient(loss: Tensor, scores: Tensor) -> Tensor:
    (found,) = torch.autograd.grad(loss, scores)
    return found


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


def of_the_peer(scores: Tensor, labels: Tensor, scale: float) -> Tensor:
    """The B x B form of sentence-transformers' CoSENTLoss, from its own source."""
    from sentence_transformers.sentence_transformer.losses import CoSENTLoss

    # The loss asks for cosines: unit vectors in the plane have any.
    angle = torch.arccos(scores)
    u = torch.stack([torch.ones_like(angle), torch.zeros_like(angle)], dim=1)
    v = torch.stack([angle.cos(), angle.sin()], dim=1)
    return CoSENTLoss(model=None, scale=scale).compute_loss_from_embeddings([u, v], labels)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "grades", [2, 6, 10_000], ids=["binary", "graded with ties", "all different"]
)
def test_loss_and_gradient_equal_the_peers(grades: int) -> None:
    torch.manual_seed(grades)
    scores = (torch.rand(64, dtype=torch.float64) * 1.9 - 0.95).requires_grad_()
    labels = torch.randint(grades, (64,)).double()
    ours, theirs = cosent_loss(scores, labels, 20.0), of_the_peer(scores, labels, 20.0)
    assert math.isclose(ours.item(), theirs.item(), rel_tol=1e-6)
    assert torch.allclose(gradient(ours, scores), gradient(theirs, scores), atol=1e-6)


def test_single_precision_is_as_good_as_its_input() -> None:
    torch.manual_seed(0)
    scores, labels = torch.rand(512) * 2 - 1, torch.randint(6, (512,))
    exact = definition(scores.tolist(), labels.tolist(), 20.0)
    assert math.isclose(cosent_loss(scores, labels, 20.0).item(), exact, rel_tol=1e-6)


def test_half_precision_is_summed_in_single() -> None:
    scores, labels = torch.rand(512).bfloat16(), torch.randint(6, (512,))
    loss = cosent_loss(scores, labels, 20.0)
    assert loss.dtype == torch.float32
    exact = definition(scores.tolist(), labels.tolist(), 20.0)
    assert math.isclose(loss.item(), exact, rel_tol=1e-5)


def test_the_gradient_is_that_of_finite_differences() -> None:
    torch.manual_seed(1)
    scores = torch.randn(9, dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([0, 0, 1, 2, 2, 2, 3, 3, 1])
    assert torch.autograd.gradcheck(lambda s: cosent_loss(s, labels, 3.0), scores)


def test_equal_labels_give_exactly_zero_and_a_gradient() -> None:
    scores = torch.randn(8, requires_grad=True)
    loss = cosent_loss(scores, torch.ones(8), 20.0)
    loss.backward()
    assert loss.item() == 0.0
    assert scores.grad is not None
    assert not scores.grad.any()


@pytest.mark.parametrize("gap", [1e4, -1e4])
def test_extreme_scores_do_not_overflow(gap: float) -> None:
    scores = torch.tensor([gap, -gap, 0.0], requires_grad=True)
    loss = cosent_loss(scores, torch.tensor([0.0, 1.0, 2.0]), 20.0)
    assert torch.isfinite(loss)
    assert gradient(loss, scores).isfinite().all()


def test_a_shift_changes_nothing() -> None:
    scores, labels = torch.randn(16, dtype=torch.float64), torch.arange(16) % 3
    moved = cosent_loss(scores + 5, labels, 20.0)
    assert math.isclose(cosent_loss(scores, labels, 20.0).item(), moved.item(), rel_tol=1e-9)
    shifted = cross_entropy(scores + 5, labels / 2)
    assert not math.isclose(cross_entropy(scores, labels / 2).item(), shifted.item(), rel_tol=0.1)


def test_only_the_order_of_labels_matters() -> None:
    scores, labels = torch.randn(12), torch.tensor([1, 2, 3] * 4)
    renamed = torch.tensor([1, 7, 10])[labels - 1]
    assert torch.equal(cosent_loss(scores, labels, 1.0), cosent_loss(scores, renamed, 1.0))


def test_binary_labels_factorise() -> None:
    torch.manual_seed(2)
    scores, labels = torch.randn(40, dtype=torch.float64), torch.randint(2, (40,))
    negatives, positives = scores[labels == 0], scores[labels == 1]
    product = torch.logsumexp(3 * negatives, 0) + torch.logsumexp(-3 * positives, 0)
    expected = torch.nn.functional.softplus(product)
    assert math.isclose(cosent_loss(scores, labels, 3.0).item(), expected.item(), rel_tol=1e-9)


def test_lies_between_its_bounds() -> None:
    torch.manual_seed(3)
    scores, labels = torch.randn(30, dtype=torch.float64), torch.randint(4, (30,))
    ordered = labels[:, None] > labels[None, :]
    worst = (scores[None, :] - scores[:, None])[ordered].max().item()
    loss = cosent_loss(scores, labels, 20.0).item()
    assert 20 * worst <= loss <= 20 * worst + math.log1p(int(ordered.sum()))


def test_angle_equals_the_peers() -> None:
    from sentence_transformers.sentence_transformer.losses import AnglELoss

    torch.manual_seed(4)
    u, v = torch.randn(2, 24, 16, dtype=torch.float64).requires_grad_()
    labels = torch.randint(5, (24,)).double()
    peer = AnglELoss(model=None).compute_loss_from_embeddings([u, v], labels)  # type: ignore[arg-type]
    ours = angle_loss(u, v, labels)
    assert math.isclose(ours.item(), peer.item(), rel_tol=1e-6)
    assert torch.allclose(gradient(ours, u), gradient(peer, u), atol=1e-6)


def test_the_losses_of_values_by_hand() -> None:
    scores, targets = torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0])
    sigmoid = 1 / (1 + math.exp(-2))
    assert math.isclose(
        cross_entropy(scores, targets).item(), (math.log(2) - math.log(sigmoid)) / 2, rel_tol=1e-6
    )
    assert math.isclose(
        mean_squared_error(scores, targets).item(), (0.25 + (1 - sigmoid) ** 2) / 2, rel_tol=1e-6
    )
    assert math.isclose(
        cosine_regression(torch.tensor([0.5, -1.0]), targets).item(), (0.25 + 4) / 2, rel_tol=1e-6
    )


def test_sentence_bert_sees_both_vectors_and_their_distance() -> None:
    u, v = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, -1.0]])
    assert softmax_features(u, v).tolist() == [[1, 2, 3, -1, 2, 3]]
    assert math.isclose(
        softmax_loss(torch.zeros(1, 6), torch.tensor([3])).item(), math.log(6), rel_tol=1e-6
    )


def test_labels_are_brought_to_the_unit_range() -> None:
    assert unit_labels(torch.tensor([1.0, 3.0, 5.0, 9.0]), 1, 5).tolist() == [0, 0.5, 1, 1]
    with pytest.raises(ValueError, match="no range"):
        unit_labels(torch.ones(3), 1, 1)
