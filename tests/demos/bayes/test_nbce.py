"""The rule of combination against a double-precision reference written from the author's code."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from demos.bayes.nbce import POOLINGS, combine, nucleus

FLOAT = NDArray[np.float64]


def random_logits(rows: int, size: int = 200, seed: int = 0, spread: float = 3.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return spread * torch.randn(rows, size, generator=generator, dtype=torch.float64)


def log_softmax(x: FLOAT) -> FLOAT:
    top = x.max(axis=-1, keepdims=True)
    return x - top - np.log(np.exp(x - top).sum(axis=-1, keepdims=True))


def cut_to_nucleus(row: FLOAT, top_p: float) -> FLOAT:
    """One row, token by token, from the likeliest."""
    out, held = np.full_like(row, -np.inf), 0.0
    for index in np.argsort(-row, kind="stable"):
        if held >= top_p:
            break
        out[index] = row[index]
        held += math.exp(row[index])
    return out


def by_the_author(
    logits: FLOAT, beta: float, eta: float, top_p: float, previous: int | None
) -> tuple[FLOAT, int, FLOAT]:
    rows = log_softmax(logits)
    rows = np.stack([cut_to_nucleus(row, top_p) for row in rows])
    entropies = -(np.exp(rows) * np.clip(rows, -100, 0)).sum(axis=-1)
    used = entropies.copy()
    if previous is not None:
        used[previous] -= eta
    k = int(used[1:].argmin()) + 1
    with np.errstate(invalid="ignore"):
        merged = np.where(rows[0] > -100, (1 + beta) * rows[k] - beta * rows[0], rows[k])
    return log_softmax(merged), k, entropies


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("beta", "previous"), [(0.25, None), (0.25, 2), (0.0, 1), (1.5, 3)])
def test_the_authors_rule(seed: int, beta: float, previous: int | None) -> None:
    logits = random_logits(5, seed=seed)
    got = combine(logits, beta, 0.1, 0.95, previous)
    log_probs, chosen, entropies = by_the_author(logits.numpy(), beta, 0.1, 0.95, previous)
    assert got.chosen == chosen
    np.testing.assert_allclose(got.entropies.numpy(), entropies, rtol=1e-12)
    np.testing.assert_allclose(got.log_probs.numpy(), log_probs, rtol=1e-9)


def test_float32_agrees_on_a_vocabulary_of_fifty_thousand() -> None:
    logits = random_logits(9, 49_152, spread=4.0)
    single, double = combine(logits.float()), combine(logits)
    assert single.chosen == double.chosen
    both = torch.isfinite(double.log_probs) & torch.isfinite(single.log_probs)
    torch.testing.assert_close(
        single.log_probs[both].double(), double.log_probs[both], atol=1e-3, rtol=0
    )


@pytest.mark.parametrize("pooling", POOLINGS)
def test_the_order_of_contexts_does_not_matter(pooling: str) -> None:
    logits = random_logits(6, seed=3)
    order = [0, 4, 2, 5, 1, 3]
    one = combine(logits, pooling=pooling)  # type: ignore[arg-type]
    other = combine(logits[order], pooling=pooling)  # type: ignore[arg-type]
    assert order[other.chosen] == one.chosen
    torch.testing.assert_close(one.log_probs, other.log_probs, atol=1e-12, rtol=0)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_beta_of_minus_one_leaves_the_empty_context(pooling: str) -> None:
    logits = random_logits(4, seed=1)
    got = combine(logits, beta=-1.0, top_p=1.0, pooling=pooling)  # type: ignore[arg-type]
    torch.testing.assert_close(got.log_probs, torch.log_softmax(logits[0], -1))


@pytest.mark.parametrize("pooling", POOLINGS)
def test_one_context_without_beta_is_the_model_itself(pooling: str) -> None:
    logits = random_logits(2, seed=2)
    got = combine(logits, beta=0.0, top_p=1.0, pooling=pooling)  # type: ignore[arg-type]
    torch.testing.assert_close(got.log_probs, torch.log_softmax(logits[1], -1))
    assert got.chosen == 1


def test_ties_go_to_the_first_context_or_to_the_one_before() -> None:
    logits = torch.cat([random_logits(1), random_logits(1, seed=5).expand(3, -1)])
    assert combine(logits).chosen == 1
    assert combine(logits, previous=3).chosen == 3
    assert combine(logits, eta=0.0, previous=3).chosen == 1


def test_the_discount_keeps_a_context_that_is_hardly_worse() -> None:
    sharp, sharper = torch.tensor([4.0, 1.0, 0.0]), torch.tensor([4.1, 1.0, 0.0])
    logits = torch.stack([torch.zeros(3), sharp, sharper]).double()
    assert combine(logits, top_p=1.0).chosen == 2
    assert combine(logits, top_p=1.0, previous=1).chosen == 1


def test_tokens_that_the_empty_context_cuts_off_keep_what_the_context_says() -> None:
    likely = math.log(0.5)
    logits = torch.tensor([[0.0, -math.inf, -math.inf], [likely, likely, -math.inf]]).double()
    got = combine(logits, beta=0.25, top_p=1.0)
    expected = torch.tensor([1.25 * likely, likely, -math.inf]).double()
    torch.testing.assert_close(got.log_probs, torch.log_softmax(expected, -1))
    assert not torch.isnan(got.log_probs).any()


def test_any_row_can_be_the_empty_one_which_then_stands_alone() -> None:
    logits = random_logits(3, seed=4)
    logits[0] *= 5
    got = combine(logits, variant="any_row")
    assert got.chosen == 0
    torch.testing.assert_close(got.log_probs, torch.log_softmax(logits[0], -1))
    assert combine(logits).chosen != 0


def test_any_row_knows_no_discount() -> None:
    logits = random_logits(4, seed=6)
    assert (
        combine(logits, eta=50.0, previous=1, variant="any_row").chosen
        == combine(logits, variant="any_row").chosen
    )


def test_the_mean_is_of_log_probabilities() -> None:
    logits = random_logits(4, seed=7)
    got = combine(logits, beta=0.0, top_p=1.0, pooling="mean")
    mean = torch.log_softmax(logits, -1)[1:].mean(dim=0)
    torch.testing.assert_close(got.log_probs, torch.log_softmax(mean, -1))


@pytest.mark.parametrize("size", [40, 5_000])
def test_a_nucleus_is_the_fewest_that_hold_enough(size: int) -> None:
    log_probs = torch.log_softmax(random_logits(3, size, spread=0.5 if size > 100 else 3.0), -1)
    got = nucleus(log_probs, 0.9).numpy()
    expected = np.stack([cut_to_nucleus(row, 0.9) for row in log_probs.numpy()])
    np.testing.assert_array_equal(np.isfinite(got), np.isfinite(expected))


def test_a_nucleus_agrees_with_transformers() -> None:
    from transformers import TopPLogitsWarper

    log_probs = torch.log_softmax(random_logits(4, 1_000, seed=9), -1)
    theirs = TopPLogitsWarper(0.95)(torch.zeros(4, 1, dtype=torch.long), log_probs)
    torch.testing.assert_close(nucleus(log_probs, 0.95), theirs)


@pytest.mark.parametrize(
    "changed", [{"top_p": 0.0}, {"beta": math.nan}, {"pooling": "sum"}, {"variant": "mine"}]
)
def test_what_cannot_be_combined_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no such|top_p"):
        combine(random_logits(3), **changed)  # type: ignore[arg-type]


def test_there_has_to_be_a_context() -> None:
    with pytest.raises(ValueError, match="at least one context"):
        combine(random_logits(1))


def test_a_token_outside_every_nucleus_is_credited_to_who_says_most_of_it() -> None:
    rows = torch.full((4, 12), 0.001)
    for row, favourite in enumerate((0, 1, 2, 3)):
        rows[row, favourite] = 0.9
    rows[1:, 9] = torch.tensor([0.02, 0.02, 0.04])
    found = combine(rows.log(), top_p=0.5, pooling="mean")
    assert int(found.log_probs.argmax()) == 9
    assert found.chosen == 3
