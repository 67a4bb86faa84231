"""LoRA while it is trained: W + s B A in every linear layer, summed once a step.

peft's own layers compute x A^T B^T beside x W^T in every product; for the short texts and small
matrices here their many small operations cost more than the products (measured on two cores: 0.48 s
a step against 0.23 s). What is trained and what is saved are the same.

Source: Hu et al., arXiv 2106.09685.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils import parametrize

from models.cross_encoder import HEAD_FILE
from models.errors import TrainingError
from models.lora import WEIGHTS_FILE

ALPHA_PER_RANK = 1.0  # s = alpha / r


class LowRankUpdate(nn.Module):
    """W [m, n] to W + s B A with B [m, r] zero and A [r, n] random at the start."""

    def __init__(self, weight: Tensor, rank: int):
        super().__init__()
        m, n = weight.shape
        self.down = nn.Parameter(torch.empty(rank, n, device=weight.device))  # A
        self.up = nn.Parameter(torch.zeros(m, rank, device=weight.device))  # B
        nn.init.normal_(self.down, std=1 / math.sqrt(n))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + ALPHA_PER_RANK * (self.up @ self.down)  # [m, n]


def add_low_rank_updates(encoder: nn.Module, rank: int) -> None:
    """Freeze an encoder and give each linear layer of its blocks an update to be trained."""
    encoder.requires_grad_(False)
    for _, linear in linear_layers(encoder):
        parametrize.register_parametrization(linear, "weight", LowRankUpdate(linear.weight, rank))


def low_rank_updates(encoder: nn.Module) -> dict[str, LowRankUpdate]:
    """The updates of an encoder by the name of their linear layer."""
    found = {}
    for name, linear in linear_layers(encoder):
        if parametrize.is_parametrized(linear, "weight"):
            update = linear.parametrizations["weight"][0]  # type: ignore[index, union-attr]
            assert isinstance(update, LowRankUpdate)
            found[name] = update
    return found


def merge_low_rank_updates(encoder: nn.Module) -> None:
    """Make W + s B A the layers' own weights."""
    for _, linear in linear_layers(encoder):
        if parametrize.is_parametrized(linear, "weight"):
            parametrize.remove_parametrizations(linear, "weight", leave_parametrized=True)


@torch.no_grad()
def load_adapter(trainee: nn.Module, folder: Path) -> None:
    """Put a saved adapter, and its head if it has one, into a trainee.

    A trainee of a higher rank keeps the rest of its updates as they are, which add nothing yet. A
    cross-encoder may begin with a bi-encoder's adapter: its head stays new.

    Raises:
        TrainingError: it is of another base, a higher rank or another head, or no adapter at all.
    """
    tensors = load_file(folder / WEIGHTS_FILE)
    wanted: dict[str, Tensor] = {}
    for name, update in low_rank_updates(trainee.get_submodule("encoder")).items():
        rank = tensors.get(f"base_model.model.{name}.lora_A.weight", update.down).shape[0]
        wanted[f"base_model.model.{name}.lora_A.weight"] = update.down[:rank]
        wanted[f"base_model.model.{name}.lora_B.weight"] = update.up[:, :rank]
    if (folder / HEAD_FILE).is_file():
        tensors |= load_file(folder / HEAD_FILE)
        wanted |= dict(trainee.get_submodule("head").named_parameters())
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    if not wanted or shapes != {name: p.shape for name, p in wanted.items()}:
        raise TrainingError(
            "“{folder}” does not fit: base and head have to be the same, its rank no higher.",
            folder=folder.name,
        )
    for name, parameter in wanted.items():
        parameter.copy_(tensors[name])


def linear_layers(encoder: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    """The linear layers of an encoder's blocks with their names, in order."""
    for name, module in list(encoder.named_modules()):
        if isinstance(module, nn.Linear) and ".layer." in f".{name}.":
            yield name, module
