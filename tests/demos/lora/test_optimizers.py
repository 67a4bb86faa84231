"""LoRA as an optimiser against peft's LoRA; its relatives against their formulas."""

from __future__ import annotations

import functools

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor, nn

from demos.frame.errors import InputProblem
from demos.lora.optimizers import (
    AdditiveOptimizer,
    FloraOptimizer,
    GaloreOptimizer,
    LoraOptimizer,
    RandomProjection,
)

SGD = functools.partial(torch.optim.SGD, lr=0.05)
MOMENTUM = functools.partial(torch.optim.SGD, lr=0.02, momentum=0.9)
ADAM = functools.partial(torch.optim.Adam, lr=0.01)
ADAMW = functools.partial(torch.optim.AdamW, lr=0.01, weight_decay=0.1)
INNERS = pytest.mark.parametrize(
    "inner", [SGD, MOMENTUM, ADAM, ADAMW], ids=["sgd", "momentum", "adam", "adamw"]
)


def task(rows: int = 12, columns: int = 9) -> tuple[nn.Sequential, Tensor, Tensor]:
    """A small network, inputs [64, columns] and targets [64, 3]."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(columns, rows), nn.Tanh(), nn.Linear(rows, 3)).double()
    return net, torch.randn(64, columns).double(), torch.randn(64, 3).double()


@INNERS
def test_it_follows_pefts_lora_for_a_hundred_steps(inner) -> None:
    net, x, y = task()
    reference, _, _ = task()
    config = LoraConfig(r=3, lora_alpha=6, target_modules=["0"], init_lora_weights=True)
    peft = get_peft_model(reference, config).double()
    layer = peft.base_model.model[0]
    factors = [(layer.lora_B["default"].weight, layer.lora_A["default"].weight)]
    trained = [p for p in peft.parameters() if p.requires_grad]
    theirs = inner(trained)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    net[0].weight.requires_grad_(True)
    ours = LoraOptimizer([net[0].weight], inner, rank=3, scaling=2.0, factors=factors)
    for _ in range(100):
        for model, optimizer in ((net, ours), (peft, theirs)):
            optimizer.zero_grad()
            (model(x) - y).square().mean().backward()
            optimizer.step()
        expected = layer.base_layer.weight + layer.get_delta_weight("default")
        torch.testing.assert_close(net[0].weight, expected, rtol=0, atol=1e-12)
    assert (expected - layer.base_layer.weight).norm() > 0.1  # something was learnt


def test_lora_plus_is_two_learning_rates() -> None:
    """Groups have names, so U may learn faster than V."""

    def inner(groups):
        for group in groups:
            group["lr"] = {"U": 0.16, "V": 0.01}.get(group["name"], 0.01)
        return torch.optim.SGD(groups)

    net, x, y = task()
    weight = net[0].weight
    ours = LoraOptimizer([weight], inner, rank=2)
    before = [each.clone() for each in ours.state[weight]["coordinates"]]
    (net(x) - y).square().mean().backward()
    gradient = weight.grad.clone()
    ours.step()
    u, v = ours.state[weight]["coordinates"]
    torch.testing.assert_close(u, before[0] - 0.16 * gradient @ before[1].T)
    torch.testing.assert_close(v, before[1] - 0.01 * before[0].T @ gradient)


def test_a_step_of_sgd_is_the_posts_formula() -> None:
    """dW = -eta (G B^T B + A A^T G) + eta^2 G B^T A^T G, in the post's orientation."""
    torch.manual_seed(1)
    weight = torch.randn(7, 5).double().requires_grad_()
    b, a = torch.randn(7, 2).double(), torch.randn(2, 5).double()
    ours = LoraOptimizer([weight], SGD, rank=2, factors=[(b, a)])
    start = weight.detach().clone()
    gradient = torch.randn(7, 5).double()
    weight.grad = gradient.clone()
    ours.step()
    eta = 0.05
    expected = -eta * (gradient @ a.T @ a + b @ b.T @ gradient)
    expected += eta**2 * gradient @ a.T @ b.T @ gradient
    torch.testing.assert_close(weight.detach() - start, expected)


def test_additive_is_its_parametrisation() -> None:
    torch.manual_seed(2)
    net, x, y = task(12, 9)
    weight, rank = net[0].weight, 3
    start = weight.detach().clone()
    a = torch.zeros(12, rank).double().requires_grad_()
    b = torch.zeros(rank, 9).double().requires_grad_()
    theirs, ours = ADAM([a, b]), AdditiveOptimizer([weight], ADAM, rank=rank)
    other, _, _ = task(12, 9)
    rows, columns = torch.arange(12), torch.arange(9)
    for _ in range(30):
        ours.zero_grad()
        (net(x) - y).square().mean().backward()
        ours.step()
        theirs.zero_grad()
        whole = start + a[:, columns % rank] + b[rows % rank]
        hidden = torch.tanh(x @ whole.T + other[0].bias)
        (other[2](hidden) - y).square().mean().backward()
        theirs.step()
    torch.testing.assert_close(
        weight.detach(), (start + a[:, columns % rank] + b[rows % rank]).detach()
    )


def test_the_random_projections_mean_is_twice_the_gradient() -> None:
    """And its variance (out + in + 2) / 4 of the mean's square, by Monte Carlo; the post says G."""
    torch.manual_seed(3)
    rows, columns, samples = 6, 4, 20_000
    gradient = torch.randn(rows, columns).double()
    weights = [torch.zeros(rows, columns).double().requires_grad_() for _ in range(samples)]
    for weight in weights:
        weight.grad = gradient
    RandomProjection(weights, lr=-1.0).step()
    steps = torch.stack([weight.detach() for weight in weights])  # [s, out, in]
    mean = steps.mean(dim=0)
    size = (2 * gradient).square().sum()
    variance = (steps - 2 * gradient).square().sum(dim=(1, 2)).mean() / size
    assert (mean - 2 * gradient).norm() / (2 * gradient).norm() < 0.05
    assert variance.item() == pytest.approx((rows + columns + 2) / 4, rel=0.06)


def test_galore_at_full_rank_with_sgd_is_sgd() -> None:
    net, x, y = task(5, 9)
    other, _, _ = task(5, 9)
    ours = GaloreOptimizer([net[0].weight], SGD, rank=5, every=3)
    theirs = SGD([other[0].weight])
    for _ in range(10):
        for model, optimizer in ((net, ours), (other, theirs)):
            optimizer.zero_grad()
            (model(x) - y).square().mean().backward()
            optimizer.step()
    torch.testing.assert_close(net[0].weight, other[0].weight)


@pytest.mark.parametrize("shape", [(5, 9), (9, 5)])
def test_galore_keeps_the_leading_directions(shape: tuple[int, int]) -> None:
    torch.manual_seed(4)
    weight = torch.zeros(shape).double().requires_grad_()
    weight.grad = torch.randn(shape).double()
    GaloreOptimizer([weight], SGD, rank=2).step()
    u, s, v = torch.linalg.svd(weight.grad, full_matrices=False)
    expected = -0.05 * (u[:, :2] * s[:2]) @ v[:2]
    torch.testing.assert_close(weight.detach(), expected)


def test_floras_mean_is_the_gradient() -> None:
    torch.manual_seed(5)
    gradient = torch.randn(4, 6).double()
    weights = [torch.zeros(4, 6).double().requires_grad_() for _ in range(5_000)]
    for weight in weights:
        weight.grad = gradient
    FloraOptimizer(weights, functools.partial(torch.optim.SGD, lr=1.0), rank=2).step()
    mean = -torch.stack([weight.detach() for weight in weights]).mean(dim=0)
    assert (mean - gradient).norm() / gradient.norm() < 0.08


def test_state_is_as_large_as_the_formulas_say() -> None:
    rows, columns, rank, word = 12, 8, 2, 8
    sides = (rows + columns) * rank * word

    def kept(kind, **options) -> int:
        weight = torch.randn(rows, columns).double().requires_grad_()
        optimizer = kind([weight], **options)
        weight.grad = torch.randn(rows, columns).double()
        optimizer.step()
        return optimizer.state_bytes()

    counters = 4  # torch's step of one coordinate, float32
    assert kept(LoraOptimizer, inner=SGD, rank=rank) == sides
    assert kept(LoraOptimizer, inner=ADAM, rank=rank) == 3 * sides + 2 * counters
    assert kept(AdditiveOptimizer, inner=ADAM, rank=rank) == 3 * sides + 2 * counters
    assert kept(GaloreOptimizer, inner=ADAM, rank=rank) == (
        (3 * rows * rank + rank * columns) * word + counters
    )
    assert kept(RandomProjection, lr=0.1) == 0
    assert kept(RandomProjection, lr=0.1, every=2) == (rows + columns) * word


def test_vectors_are_stepped_as_they_are() -> None:
    net, x, y = task()
    other, _, _ = task()
    ours = LoraOptimizer([net[0].bias], SGD, rank=1)
    theirs = SGD([other[0].bias])
    for model, optimizer in ((net, ours), (other, theirs)):
        (model(x) - y).square().mean().backward()
        optimizer.step()
    torch.testing.assert_close(net[0].bias, other[0].bias)


def test_ranks_that_cannot_be_are_one_sentence() -> None:
    weight = torch.zeros(6, 4).double().requires_grad_()
    for make in (
        lambda: LoraOptimizer([weight], SGD, rank=5),
        lambda: LoraOptimizer([weight], SGD, rank=0),
        lambda: AdditiveOptimizer([weight], SGD, rank=3),
        lambda: RandomProjection([weight], 0.1, rank=0),
        lambda: LoraOptimizer(
            [weight], SGD, rank=2, factors=[(torch.zeros(6, 1), torch.zeros(1, 4))]
        ),
    ):
        with pytest.raises(InputProblem) as problem:
            make()
        assert problem.value.sentence("en") != problem.value.sentence("zh")
