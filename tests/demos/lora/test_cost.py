"""Costs against torch's own counter of operations, and the state against the optimisers' own."""

from __future__ import annotations

import functools

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from demos.frame.errors import InputProblem
from demos.lora.cost import WAYS, cost
from demos.lora.optimizers import LoraOptimizer


def counted(way: str, n: int, m: int, r: int, batch: int) -> tuple[int, int]:
    """Operations forward and backward, as torch counts them."""
    x = torch.randn(batch, n, requires_grad=True)
    w = torch.randn(n, m, requires_grad=way == "full")
    a, b = torch.randn(n, r, requires_grad=True), torch.randn(r, m, requires_grad=True)
    with FlopCounterMode(display=False) as forward:
        y = {
            "full": lambda: x @ w,
            "cheap": lambda: x @ w + (x @ a) @ b,
            "dear": lambda: x @ (w + a @ b),
        }[way]()
    with FlopCounterMode(display=False) as backward:
        y.backward(torch.randn_like(y))
    return forward.get_total_flops(), backward.get_total_flops()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sizes", [(8, 8, 2, 4), (30, 7, 3, 50), (7, 30, 7, 1), (64, 48, 1, 16)])
def test_operations_are_those_that_torch_counts(way, sizes) -> None:
    found = cost(way, *sizes)
    assert (found.forward, found.backward) == counted(way, *sizes)
    assert found.operations == sum(counted(way, *sizes))


def test_state_is_that_of_the_optimiser() -> None:
    n, m, r = 12, 8, 3
    weight = torch.randn(m, n).double().requires_grad_()
    optimizer = LoraOptimizer([weight], functools.partial(torch.optim.Adam, lr=0.1), rank=r)
    weight.grad = torch.randn(m, n).double()
    optimizer.step()
    found = cost("cheap", n, m, r, 4)
    counters = 2 * 4  # torch's step of each factor, float32
    assert optimizer.state_bytes() == 8 * (found.trained + found.state) + counters


def test_the_cheap_way_is_cheap_where_the_batch_is_small_or_the_rank() -> None:
    cheap, dear = (cost(way, 768, 768, 8, 32) for way in ("cheap", "dear"))
    assert cheap.operations < dear.operations
    assert cheap.intermediates < dear.intermediates / 1_000
    # With more rows than the weight has sides, gathering the product first costs less than X A.
    many = [cost(way, 64, 64, 64, 100_000).operations for way in ("cheap", "dear")]
    assert many[1] < many[0]


@pytest.mark.parametrize(
    "given",
    [
        ("best", 8, 8, 2, 4),
        ("cheap", 0, 8, 2, 4),
        ("cheap", 8, 8.5, 2, 4),
        ("cheap", 8, 8, 9, 4),
        ("dear", 8, 8, 2, True),
        ("full", 8, 10**9, 2, 4),
        ("full", 8, 8, 2, 4, "lion"),
    ],
)
def test_sizes_that_mean_nothing_are_one_sentence(given) -> None:
    with pytest.raises(InputProblem) as problem:
        cost(*given)
    assert problem.value.sentence("en") != problem.value.sentence("zh")


def test_the_rank_is_no_part_of_full_training() -> None:
    assert cost("full", 8, 8, 100, 4) == cost("full", 8, 8, 1, 4)
