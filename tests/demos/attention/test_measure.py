"""A layer's figures against each head measured alone, naively, and at the edges."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from demos.attention import masks, measure, rank, sparsity
from models.attention import Attention, attention_weights
from models.registry import Registry

HEADS, N, D = 4, 40, 8


def layer(heads: int = HEADS, n: int = N, kv: int = 2, sharp: float = 2.0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    queries = sharp * torch.randn(heads, n, D, generator=generator)
    return queries, torch.randn(kv, n, D, generator=generator)


def plain_weights(queries: Tensor, keys: Tensor, causal: bool) -> Tensor:
    """What `models.attention` computes of the same layer [h, n, n], float64."""
    n = queries.shape[1]
    attention = Attention(
        ("a",) * n,
        (0,) * n,
        queries[None].double(),
        keys[None].double(),
        0.3,
        None,
        causal,
        torch.zeros(2, n, 1),
        False,
    )
    return attention_weights(attention, 0)


@pytest.mark.parametrize("causal", [False, True])
def test_figures_are_those_of_each_row_and_head(causal: bool) -> None:
    queries, keys = layer()
    mask = masks.mask("causal", N) if causal else None
    figures = measure.measure_layer(queries, keys, 0.3, None, mask, (1e-2, 1e-6), (0,))
    weights = plain_weights(queries, keys, causal)
    for key, index in sparsity.INDICES.items():
        for head in range(HEADS):
            values = [
                index.measure(weights[head, t, : t + 1] if causal else weights[head, t]).item()
                for t in range(N)
            ]
            assert figures.rows[key][head].tolist() == pytest.approx(values, abs=1e-12), key
            counted = values[1:] if causal else values  # the first row has no choice
            mean = sum(counted) / len(counted)
            assert figures.indices[key][head].item() == pytest.approx(mean, abs=1e-12), key
    expected = rank.measure_rank(weights, (1e-2, 1e-6))
    values = expected.singular_values
    assert torch.allclose(figures.rank.singular_values, values, atol=1e-12)
    assert torch.equal(figures.rank.numerical, expected.numerical)
    assert torch.allclose(figures.rank.log_abs_det, expected.log_abs_det)
    share = weights[:, 1:, 0].mean(dim=-1)
    assert torch.allclose(figures.sink_share, share)
    assert figures.support[0].tolist() == (list(range(1, N + 1)) if causal else [N] * N)


@pytest.mark.parametrize("causal", [False, True])
def test_removed_tokens_leave_no_trace(causal: bool) -> None:
    queries, keys = layer()
    mask = masks.mask("causal", N) if causal else None
    gone = (0, 7, N - 1)
    left = [t for t in range(N) if t not in gone]
    found = measure.measure_layer(queries, keys, 0.3, None, mask, sinks=gone, without=gone)
    smaller = masks.mask("causal", len(left)) if causal else None
    expected = measure.measure_layer(queries[:, left], keys[:, left], 0.3, None, smaller)
    for key, values in expected.rows.items():
        assert torch.allclose(found.rows[key], values, atol=1e-12), key
    assert torch.allclose(found.rank.singular_values, expected.rank.singular_values)
    assert torch.equal(found.thumbnails, expected.thumbnails)
    assert found.positions.tolist() == left
    weights = plain_weights(queries, keys, causal)
    share = weights[:, left][:, :, list(gone)].sum(dim=-1).mean(dim=-1)
    assert torch.allclose(found.sink_share, share)


def test_a_sink_that_takes_everything_is_removed_exactly() -> None:
    queries, keys = layer()
    logits = 0.3 * queries @ keys.repeat_interleave(2, dim=0).mT
    bias = torch.zeros(1, N, N)
    bias[:, :, 0] = 100.0
    found = measure.measure_layer(queries, keys, 0.3, bias, sinks=(0,), without=(0,))
    assert found.sink_share.tolist() == pytest.approx([1.0] * HEADS)
    expected = sparsity.gini(logits[:, 1:, 1:].double().softmax(dim=-1))
    assert torch.allclose(found.rows["gini"], expected, atol=1e-6)


def test_bias_and_mask_may_differ_by_head() -> None:
    queries, keys = layer()
    bias = torch.randn(HEADS, N, N, generator=torch.Generator().manual_seed(1))
    stack = masks.layer_masks("half_heads", N, HEADS)
    together = measure.measure_layer(queries, keys, 0.3, bias, stack)
    for head in range(HEADS):
        one = slice(head, head + 1)
        alone = measure.measure_layer(
            queries[one], keys[head // 2 : head // 2 + 1], 0.3, bias[one], stack[head]
        )
        for key, values in alone.indices.items():
            assert torch.allclose(together.indices[key][one], values)
        assert torch.allclose(together.rank.effective[one], alone.rank.effective)


@pytest.mark.parametrize("entries", [1, 3 * N * N, 1 << 30])
def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch, entries: int) -> None:
    queries, keys = layer()
    expected = measure.measure_layer(queries, keys, 0.3)
    monkeypatch.setattr(measure, "_CPU_ENTRIES", entries)
    found = measure.measure_layer(queries, keys, 0.3)
    assert torch.allclose(found.rank.singular_values, expected.rank.singular_values)
    assert torch.equal(found.rows["effective"], expected.rows["effective"])
    assert found.thumbnails.shape == expected.thumbnails.shape


def test_thumbnails_keep_the_largest_weights() -> None:
    queries, keys = layer(n=200, sharp=8.0)
    found = measure.measure_layer(queries, keys, 0.3)
    weights = plain_weights(queries, keys, False)
    assert found.thumbnails.shape == (HEADS, 64, 64)
    assert found.thumbnails.dtype == torch.uint8
    largest = (255 * weights.amax(dim=(1, 2)).sqrt()).round().tolist()
    assert found.thumbnails.amax(dim=(1, 2)).tolist() == largest
    queries, keys = layer(n=64)
    found = measure.measure_layer(queries, keys, 0.3)
    whole = (255 * plain_weights(queries, keys, False).sqrt()).round().to(torch.uint8)
    assert torch.equal(found.thumbnails, whole)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_short_texts_have_figures(n: int, causal: bool) -> None:
    queries, keys = layer(n=n)
    mask = masks.mask("causal", n) if causal else None
    found = measure.measure_layer(queries, keys, 0.3, None, mask, sinks=(0,))
    for key in sparsity.INDICES:
        assert found.indices[key].isfinite().all()
        assert found.rows[key].shape == (HEADS, n)
    assert found.thumbnails.shape == (HEADS, n, n)
    assert found.sink_share.isfinite().all()
    if n > 1:
        alone = measure.measure_layer(
            queries, keys, 0.3, None, mask, (0.1,), (), tuple(range(1, n))
        )
        assert alone.rank.effective.tolist() == [1.0] * HEADS
        assert alone.indices["s_star_1_2"].tolist() == [1.0] * HEADS


def test_equal_logits_are_one_direction() -> None:
    queries, keys = torch.zeros(2, 16, D), torch.ones(2, 16, D)
    found = measure.measure_layer(queries, keys, 1.0)
    assert found.rank.numerical[:, -1].tolist() == [1, 1]
    assert found.rank.effective.tolist() == pytest.approx([1, 1])
    assert found.indices["entropy"].tolist() == pytest.approx([1, 1])
    causal = measure.measure_layer(queries, keys, 1.0, None, masks.mask("causal", 16))
    assert causal.rank.log_abs_det.tolist() == pytest.approx([-math.lgamma(17)] * 2)


def test_positions_outside_the_text_are_refused() -> None:
    queries, keys = layer()
    for wrong in ({"sinks": (N,)}, {"without": (-1,)}):
        with pytest.raises(ValueError, match="outside"):
            measure.measure_layer(queries, keys, 0.3, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nothing is left"):
        measure.measure_layer(queries, keys, 0.3, without=tuple(range(N)))


def test_the_registry_runs_it(registry: Registry) -> None:
    queries, keys = layer()
    mask = masks.mask("causal", N)
    found = registry.run(measure.measure_layer, queries, keys, 0.3, None, mask, (0.01,), (0,), (0,))
    assert isinstance(found, measure.LayerFigures)
    expected = measure.measure_layer(queries, keys, 0.3, None, mask, (0.01,), (0,), (0,))
    assert torch.allclose(found.rank.effective, expected.rank.effective)
