"""LoRA as an optimiser follows peft's LoRA on a real encoder, in double precision."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor, nn

from demos.lora.optimizers import LoraOptimizer
from models.catalog import CATALOG
from models.sources import find_files

RANK = 4
INNERS = {
    "sgd": functools.partial(torch.optim.SGD, lr=0.5),
    "adam": functools.partial(torch.optim.Adam, lr=1e-3),
}
LAYERS = r".*encoder\.layer.*\.(query|key|value|dense)"


def encoder() -> nn.Module:
    """all-MiniLM-L6-v2 in double precision, nothing of it to be trained."""
    from transformers import AutoModel

    made: nn.Module = AutoModel.from_pretrained(
        find_files(CATALOG["all-MiniLM-L6-v2"]).folder,
        use_safetensors=True,
        local_files_only=True,
        dtype=torch.float64,
    )
    return made.eval().requires_grad_(False)


def follow(inner: Callable[..., Any], steps: int) -> float:
    """The largest difference of a weight after any step; both learn the same task."""
    torch.manual_seed(0)
    tokens = torch.randint(1_000, 30_000, (3, 7))
    wanted = torch.randn(3, 384, dtype=torch.float64)
    config = LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=LAYERS)
    theirs = get_peft_model(encoder(), config)
    layers = {
        name.removeprefix("base_model.model."): module
        for name, module in theirs.named_modules()
        if hasattr(module, "lora_A")
    }
    ours = encoder()
    weights = [ours.get_submodule(name).weight for name in layers]
    factors = [
        (layer.lora_B["default"].weight.double(), layer.lora_A["default"].weight.double())
        for layer in layers.values()
    ]
    theirs = theirs.double()
    for weight in weights:
        weight.requires_grad_(True)
    stepped = (
        (ours, LoraOptimizer(weights, inner, RANK, scaling=2.0, factors=factors)),
        (theirs, inner([p for p in theirs.parameters() if p.requires_grad])),
    )
    largest, losses = 0.0, []
    for _ in range(steps):
        for model, optimizer in stepped:
            optimizer.zero_grad()
            loss = loss_of(model, tokens, wanted)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
        for weight, layer in zip(weights, layers.values(), strict=True):
            expected = layer.base_layer.weight + layer.get_delta_weight("default")
            largest = max(largest, (weight - expected).abs().max().item())
    assert losses[-1] < losses[0]  # something was learnt
    return largest


def loss_of(model: nn.Module, tokens: Tensor, wanted: Tensor) -> Tensor:
    vectors: Tensor = model(input_ids=tokens).last_hidden_state.mean(dim=1)  # [3, 384]
    return (vectors - wanted).square().mean()


@pytest.mark.parametrize("name", INNERS)
def test_it_follows_pefts_lora_on_the_encoder(name: str) -> None:
    assert follow(INNERS[name], steps=4) < 1e-10


@pytest.mark.slow
@pytest.mark.parametrize("name", INNERS)
def test_it_follows_pefts_lora_on_the_encoder_for_a_hundred_steps(name: str) -> None:
    assert follow(INNERS[name], steps=100) < 1e-5
