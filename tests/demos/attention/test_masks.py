"""Masks by their definitions, and weights under them."""

from __future__ import annotations

import pytest
import torch

from demos.attention import masks
from models.attention import Attention, attention_weights


def rows(mask: torch.Tensor) -> list[str]:
    return ["".join("#" if seen else "." for seen in row) for row in mask.tolist()]


def test_the_masks_are_those_of_the_models() -> None:
    assert rows(masks.mask("bidirectional", 3)) == ["###", "###", "###"]
    assert rows(masks.mask("causal", 3)) == ["#..", "##.", "###"]
    assert rows(masks.mask("backward", 3)) == ["###", ".##", "..#"]
    assert rows(masks.mask("prefix", 4, prefix=2)) == ["##..", "##..", "###.", "####"]


@pytest.mark.parametrize("name", masks.MASKS)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_everyone_sees_itself(name: masks.MaskName, n: int) -> None:
    for layer in range(3):
        stack = masks.layer_masks(name, n, 3, layer, prefix=min(2, n))
        assert stack.shape == (3, n, n)
        assert stack.dtype == torch.bool
        assert stack.diagonal(dim1=1, dim2=2).all()
        for head in range(3):
            one = masks.mask(name, n, head, 3, layer, min(2, n))
            assert torch.equal(stack[head], one)


def test_halves_and_layers_take_turns() -> None:
    causal, backward = masks.mask("causal", 5), masks.mask("backward", 5)
    halves = masks.layer_masks("half_heads", 5, 5)
    assert [torch.equal(one, causal) for one in halves] == [True, True, True, False, False]
    assert torch.equal(halves[4], backward)
    for layer in range(4):
        expected = backward if layer % 2 else causal
        assert torch.equal(masks.mask("alternating", 5, layer=layer), expected)


def test_a_prefix_stands_between_the_two() -> None:
    for m in (0, 1):
        assert torch.equal(masks.mask("prefix", 6, prefix=m), masks.mask("causal", 6))
    assert torch.equal(masks.mask("prefix", 6, prefix=6), masks.mask("bidirectional", 6))


def test_what_is_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="mask is"):
        masks.mask("diagonal", 3)  # type: ignore[arg-type]
    for bad in ({"head": 2, "heads": 2}, {"head": -1}, {"prefix": 4}, {"prefix": -1}):
        with pytest.raises(ValueError, match="out of range"):
            masks.mask("prefix", 3, **bad)


@pytest.mark.parametrize("name", masks.MASKS)
def test_weights_are_a_softmax_over_the_allowed(name: masks.MaskName) -> None:
    logits = 3 * torch.randn(2, 6, 6, generator=torch.Generator().manual_seed(0))
    mask = masks.mask(name, 6, prefix=3)
    weights = masks.apply(logits, mask)
    exponentials = logits.exp() * mask
    expected = exponentials / exponentials.sum(dim=-1, keepdim=True)
    assert torch.allclose(weights, expected, atol=1e-6)
    assert torch.equal(weights > 0, mask.expand(2, 6, 6))
    none = masks.apply(logits, None)
    assert torch.equal(none, logits.softmax(dim=-1))


def test_a_row_that_may_look_at_nothing_is_zero() -> None:
    mask = torch.tensor([[True, False], [False, False]])
    weights = masks.apply(torch.randn(2, 2), mask)
    assert weights.tolist() == [[1, 0], [0, 0]]


def test_the_causal_weights_are_the_models() -> None:
    generator = torch.Generator().manual_seed(0)
    queries, keys = (torch.randn(2, heads, 7, 4, generator=generator) for heads in (4, 2))
    states = torch.zeros(3, 7, 16)
    tokens, parts = ("a",) * 7, (0,) * 7
    attention = Attention(tokens, parts, queries, keys, 0.5, None, True, states, False)
    logits = 0.5 * queries[1] @ keys[1].repeat_interleave(2, dim=0).mT
    expected = masks.apply(logits, masks.mask("causal", 7))
    assert torch.allclose(attention_weights(attention, 1), expected)


def test_linear_attention_by_its_running_sums() -> None:
    generator = torch.Generator().manual_seed(0)
    queries, keys, values = (
        torch.randn(3, 9, 4, generator=generator, dtype=torch.float64) for _ in range(3)
    )

    def features(x: torch.Tensor) -> torch.Tensor:
        return torch.where(x > 0, x + 1, x.exp())

    kv = (features(keys)[..., None] * values[..., None, :]).cumsum(dim=1)  # [3, 9, 4, 4]
    top = (features(queries)[..., None, :] @ kv)[..., 0, :]
    bottom = (features(queries) * features(keys).cumsum(dim=1)).sum(dim=-1, keepdim=True)
    weights = masks.linear_attention(queries, keys, masks.mask("causal", 9))
    assert torch.allclose(weights @ values, top / bottom)
    totals = masks.linear_attention(queries, keys).sum(dim=-1)
    assert torch.allclose(totals, torch.ones_like(totals))
    one = masks.linear_attention(queries[0], keys[0])
    assert torch.allclose(one, masks.linear_attention(queries, keys)[0])
