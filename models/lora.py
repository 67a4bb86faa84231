"""LoRA adapters in peft's format, applied beside the base's weights and never merged into them.

Merging would be a little faster for one adapter and would need a second copy of the base for the
next one. `models/train` makes the adapters; peft checks this file in the tests.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from models.device import Device
from models.errors import UnsupportedModelError

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"
# Settings that change the mathematics and are not followed here: they must be absent, empty or off.
_NOT_FOLLOWED = (
    *("alpha_pattern", "alora_invocation_tokens", "arrow_config", "fan_in_fan_out"),
    *("kasa_config", "layer_replication", "lora_bias", "modules_to_save", "monteclora_config"),
    *("target_parameters", "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora"),
    *("velora_config",),
)
_NAME = re.compile(r"(?:.*\.)?encoder\.layer\.(\d+)\.(.+)\.lora_([AB])\.weight")
_UNUSED = re.compile(r"(?:.*\.)?pooler\.")  # vectors are pooled from tokens


@dataclass(frozen=True)
class LowRank:
    """x A^T B^T: `down` is A^T [n, r], `up` is B^T [r, m] with the scale inside."""

    down: Tensor
    up: Tensor

    def add_to(self, y: Tensor, x: Tensor) -> Tensor:
        """y [N, m] plus x A^T B^T, in y's own memory, of x [N, n]."""
        return y.addmm_(x @ self.down, self.up)


class Lora:
    """One adapter: low-rank updates of a BERT's linear layers, by (layer, part)."""

    def __init__(self, updates: dict[tuple[int, str], LowRank]):
        self._updates = updates
        self.nbytes = sum(u.down.nbytes + u.up.nbytes for u in updates.values())

    def shapes(self) -> dict[tuple[int, str], tuple[int, int]]:
        """(outputs, inputs) of every linear layer that is updated."""
        return {place: (u.up.shape[1], u.down.shape[0]) for place, u in self._updates.items()}

    def at(self, layer: int, part: str) -> LowRank | None:
        """The update of one linear layer, or None where the adapter leaves it alone."""
        return self._updates.get((layer, part))


def read_lora(folder: Path, device: Device) -> Lora:
    """Read an adapter; the updates of query, key and value become one, of the part `qkv`.

    Raises:
        UnsupportedModelError: it is no LoRA adapter of a BERT, or uses a variant of LoRA.
    """
    pairs = _read_pairs(folder)
    return Lora(
        {
            place: LowRank(_placed(down, device), _placed(up, device))
            for place, (down, up) in _join_attention(pairs).items()
        }
    )


def read_updates(folder: Path) -> dict[str, Tensor]:
    """The whole updates s B A [m, n] by the name of their linear layer, to be merged.

    Raises:
        UnsupportedModelError: as `read_lora`.
    """
    return {
        f"encoder.layer.{layer}.{part}": up @ down
        for (layer, part), (down, up) in _read_pairs(folder).items()
    }


_Matrices = dict[tuple[int, str], tuple[Tensor, Tensor]]
_QKV = tuple(f"attention.self.{name}" for name in ("query", "key", "value"))


def _read_pairs(folder: Path) -> _Matrices:
    """A and s B of every linear layer, float32, by (layer, part)."""
    scale_of = _scale(folder)
    matrices: dict[tuple[int, str], dict[str, Tensor]] = defaultdict(dict)
    for name, tensor in load_file(folder / WEIGHTS_FILE).items():
        found = _NAME.fullmatch(name)
        if found is not None:
            matrices[int(found[1]), found[2]][found[3]] = tensor.float()
        elif _UNUSED.match(name) is None:
            raise UnsupportedModelError(
                "The adapter changes “{name}”, which is not known here.", name=name
            )
    return {
        place: (both["A"], both["B"] * scale_of(both["A"].shape[0]))
        for place, both in matrices.items()
    }


def _join_attention(pairs: _Matrices) -> _Matrices:
    """Query, key and value as one product: A stacked, B block-diagonal [3d, 3r]."""
    joined = {place: pair for place, pair in pairs.items() if place[1] not in _QKV}
    for layer in {layer for layer, part in pairs if part in _QKV}:
        parts = [pairs.get((layer, part)) for part in _QKV]
        present = [part for part in parts if part is not None]
        width = present[0][1].shape[0]  # d
        down = torch.cat([a for a, _ in present])  # [sum of r, d]
        up = torch.zeros(3 * width, len(down))  # [3d, sum of r]
        column = 0
        for third, part in enumerate(parts):
            if part is not None:
                rank = part[1].shape[1]
                rows = slice(third * width, (third + 1) * width)
                up[rows, column : column + rank] = part[1]
                column += rank
        joined[layer, "qkv"] = (down, up)
    return joined


def _scale(folder: Path) -> Callable[[int], float]:
    """The factor of an adapter's updates, by rank."""
    settings = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    odd = [name for name in _NOT_FOLLOWED if settings.get(name)]
    if settings.get("peft_type") != "LORA":
        odd.append("peft_type")
    if settings.get("bias", "none") != "none":
        odd.append("bias")
    if settings.get("init_lora_weights", True) not in (True, False, "gaussian"):
        odd.append("init_lora_weights")  # such a start changes the base's weights too
    if odd:
        raise UnsupportedModelError(
            "The adapter uses “{setting}”, which is not known here.", setting=odd[0]
        )
    alpha, root = settings["lora_alpha"], bool(settings.get("use_rslora"))
    return lambda rank: float(alpha / (rank**0.5 if root else rank))


def _placed(matrix: Tensor, device: Device) -> Tensor:
    return device.to_device(matrix.to(device.dtype).t().contiguous())
