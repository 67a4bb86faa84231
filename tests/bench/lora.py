"""A step of training by our optimisers against peft's LoRA with the same inner optimiser."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from demos.lora.optimizers import (
    AdditiveOptimizer,
    GaloreOptimizer,
    LoraOptimizer,
    RandomProjection,
)
from models.catalog import CATALOG
from models.sources import find_files

RANK, BATCH, TOKENS = 8, 32, 16
REPEATS = 15


def steps() -> Iterator[tuple[str, str]]:
    """all-MiniLM-L6-v2, 32 texts of 16 tokens, rank 8, Adam; forward, backward and step."""
    folder = find_files(CATALOG["all-MiniLM-L6-v2"]).folder
    torch.manual_seed(0)
    tokens = torch.randint(1_000, 30_000, (BATCH, TOKENS))
    adam = functools.partial(torch.optim.Adam, lr=1e-4)
    made: dict[str, Callable[[], tuple[nn.Module, Any]]] = {
        "peft's LoRA": lambda: _of_peft(folder, adam),
        "LoRA as an optimiser": lambda: _ours(
            folder, lambda weights: LoraOptimizer(weights, adam, RANK)
        ),
        "additive": lambda: _ours(folder, lambda weights: AdditiveOptimizer(weights, adam, RANK)),
        "random projection": lambda: _ours(
            folder, lambda weights: RandomProjection(weights, 1e-4, RANK)
        ),
        "GaLore, directions every 200 steps": lambda: _ours(
            folder, lambda weights: GaloreOptimizer(weights, adam, RANK)
        ),
        "full Adam": lambda: _ours(folder, adam),
    }
    entered = {name: make() for name, make in made.items()}
    seconds: dict[str, list[float]] = {name: [] for name in entered}
    for _ in range(REPEATS + 2):
        for name, (model, optimizer) in entered.items():
            seconds[name].append(_step(model, optimizer, tokens))
    medians = {name: statistics.median(times[2:]) for name, times in seconds.items()}
    theirs = medians["peft's LoRA"]
    for name, median in medians.items():
        yield name, f"{median * 1e3:.0f} ms a step, {median / theirs:.2f} of peft's"


def _step(model: nn.Module, optimizer: Any, tokens: Tensor) -> float:
    began = time.perf_counter()
    optimizer.zero_grad()
    model(input_ids=tokens).last_hidden_state.square().mean().backward()
    optimizer.step()
    return time.perf_counter() - began


def _encoder(folder: Path) -> nn.Module:
    from transformers import AutoModel

    encoder: nn.Module = AutoModel.from_pretrained(
        folder, use_safetensors=True, local_files_only=True, dtype=torch.float32
    )
    return encoder.requires_grad_(False)


def _of_peft(folder: Path, adam: Callable[..., Any]) -> tuple[nn.Module, Any]:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=RANK, lora_alpha=RANK, target_modules=r".*encoder\.layer.*\.(query|key|value|dense)"
    )
    model = get_peft_model(_encoder(folder), config)
    return model, adam([p for p in model.parameters() if p.requires_grad])


def _ours(folder: Path, optimizer: Callable[[list[Tensor]], Any]) -> tuple[nn.Module, Any]:
    model = _encoder(folder)
    weights = [
        module.weight
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and "encoder.layer" in name
    ]
    for weight in weights:
        weight.requires_grad_(True)
    return model, optimizer(weights)
