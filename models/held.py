"""Tensors that stay on the device between calls, such as the vectors of a corpus.

On the CPU, and on a GPU that is lent per call, nothing is copied in advance. On a GPU of our own
the copies share a quarter of its memory; the one unused for longest makes room.
"""

from __future__ import annotations

import dataclasses
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from models.device import Device

_SHARE_OF_BUDGET = 2  # of the weights' budget, which is half of a GPU's memory


class Held:
    """A handle on tensors; see `Registry.hold`."""

    def __init__(self, value: Any):
        self.value = value


@dataclasses.dataclass
class _Copy:
    value: Any
    size: int  # in bytes
    end: weakref.finalize[..., Any]  # takes it away with its handle


class HeldTensors:
    """The copies on the device. `place` is called on the device's thread alone; a handle may be
    dropped on any."""

    def __init__(self) -> None:
        self._copies: OrderedDict[int, _Copy] = OrderedDict()
        self._budget: int | None = None

    def place(self, held: Held, device: Device) -> Any:
        """The held value with its tensors on the device."""
        if device.is_lent or device.choice.device.type == "cpu":
            return held.value
        key = id(held)
        if key not in self._copies:
            size = _bytes_of(held.value)
            if self._budget is None:  # asked once: later the copies themselves would count
                self._budget = device.default_memory_budget() // _SHARE_OF_BUDGET
            self._make_room(self._budget - size)
            value = map_tensors(device.to_device, held.value)
            end = weakref.finalize(held, self._copies.pop, key, None)
            self._copies[key] = _Copy(value, size, end)
        self._copies.move_to_end(key)
        return self._copies[key].value

    def _make_room(self, limit: int) -> None:
        """Evict until the others take no more than `limit` bytes, or none is left."""
        while (copies := list(self._copies.items())) and sum(c.size for _, c in copies) > limit:
            key, oldest = copies[0]
            oldest.end.detach()
            self._copies.pop(key, None)


def map_tensors(change: Callable[[Tensor], Tensor], value: Any) -> Any:
    """Apply `change` to every tensor inside lists, tuples, dicts and dataclasses."""
    import torch

    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, dict):
        return {name: map_tensors(change, entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        entries = [map_tensors(change, entry) for entry in value]
        if isinstance(value, tuple) and all(a is b for a, b in zip(entries, value, strict=True)):
            return value
        return type(value)(*entries) if hasattr(value, "_fields") else type(value)(entries)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _map_fields(change, value)
    return value


def _map_fields(change: Callable[[Tensor], Tensor], value: Any) -> Any:
    """The dataclass itself where nothing in it changes: most hold no tensor at all."""
    changed = {}
    for field in dataclasses.fields(value):
        if not field.init:
            continue
        before = getattr(value, field.name)
        after = map_tensors(change, before)
        if after is not before:
            changed[field.name] = after
    return dataclasses.replace(value, **changed) if changed else value


def _bytes_of(value: Any) -> int:
    sizes: list[int] = []

    def count(tensor: Tensor) -> Tensor:
        sizes.append(tensor.nbytes)
        return tensor

    map_tensors(count, value)
    return sum(sizes)
