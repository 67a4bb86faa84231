"""Held tensors: where they are copied, when, and when the copies go."""

from __future__ import annotations

import dataclasses
import gc
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from models.device import Device, DeviceChoice
from models.held import Held, HeldTensors, map_tensors
from models.sentences import Sentence


@dataclasses.dataclass(frozen=True)
class Inner:
    tensor: Tensor
    name: str = "inner"
    derived: int = dataclasses.field(init=False, default=3)


@dataclasses.dataclass(frozen=True)
class Outer:
    inner: Inner
    table: dict[str, Any]
    row: tuple[Any, ...]
    texts: tuple[str, ...] = ("a", "b")


class Pair(NamedTuple):
    left: Tensor
    right: Any


class FakeGpu(Device):
    """No CPU by its name; counts copies."""

    def __init__(self, budget: int = 1 << 20):
        super().__init__(DeviceChoice(torch.device("meta"), torch.float32, Sentence("a test")))
        self.budget, self.copied, self.lent = budget, 0, False

    @property
    def is_lent(self) -> bool:
        return self.lent

    def to_device(self, tensor: Tensor) -> Tensor:
        self.copied += 1
        return tensor.clone()

    def default_memory_budget(self) -> int:
        return self.budget


def kilobytes(number: int) -> Held:
    return Held((torch.zeros(256 * number),))


def test_tensors_are_found_however_deep() -> None:
    one = torch.ones(2)
    value = Outer(Inner(one), {"a": [one, (one, "x")], "b": 3}, (Pair(one, None), Inner(one)))
    found = map_tensors(lambda tensor: tensor + 1, value)
    tensors = [
        found.inner.tensor,
        found.table["a"][0],
        found.table["a"][1][0],
        found.row[0].left,
        found.row[1].tensor,
    ]
    assert all(tensor.tolist() == [2, 2] for tensor in tensors)
    assert isinstance(found.row[0], Pair)
    assert isinstance(found.table["a"], list)
    assert (found.table["a"][1][1], found.table["b"], found.inner.name) == ("x", 3, "inner")
    assert value.inner.tensor.tolist() == [1, 1]


def test_what_holds_no_tensor_stays_itself() -> None:
    inner = Inner(torch.ones(1))
    texts = ("a", ("b", 1))
    same = Outer(inner, {}, texts)
    assert map_tensors(lambda tensor: tensor, inner) is inner
    assert map_tensors(lambda tensor: tensor + 1, texts) is texts
    assert map_tensors(lambda tensor: tensor + 1, same).texts is same.texts
    assert map_tensors(lambda tensor: tensor + 1, Inner) is Inner
    assert map_tensors(lambda tensor: tensor + 1, ()) == ()


def test_on_the_cpu_nothing_is_copied() -> None:
    device = Device(DeviceChoice(torch.device("cpu"), torch.float32, Sentence("a test")))
    held = kilobytes(1)
    assert HeldTensors().place(held, device) is held.value


def test_for_a_lent_gpu_nothing_is_copied_in_advance() -> None:
    device, held = FakeGpu(), kilobytes(1)
    device.lent = True
    assert HeldTensors().place(held, device) is held.value
    assert not device.copied


def test_on_a_gpu_the_copy_is_made_once() -> None:
    device, tensors = FakeGpu(), HeldTensors()
    held = Held(Outer(Inner(torch.ones(2)), {"a": torch.zeros(1)}, ()))
    first = tensors.place(held, device)
    assert first.inner.tensor is not held.value.inner.tensor
    assert tensors.place(held, device) is first
    assert device.copied == 2


def test_the_one_unused_for_longest_makes_room() -> None:
    device, tensors = FakeGpu(2 * 10 * 1024), HeldTensors()  # room for ten kilobytes
    a, b, c = kilobytes(4), kilobytes(4), kilobytes(4)
    for held in (a, b, a, c):  # c takes b's place
        tensors.place(held, device)
    assert device.copied == 3
    tensors.place(a, device)
    assert device.copied == 3
    tensors.place(b, device)
    assert device.copied == 4


def test_what_is_larger_than_the_room_is_placed_alone() -> None:
    device, tensors = FakeGpu(2 * 10 * 1024), HeldTensors()
    small, large = kilobytes(1), kilobytes(100)
    tensors.place(small, device)
    assert tensors.place(large, device)[0].shape == large.value[0].shape
    tensors.place(small, device)
    assert device.copied == 3


def test_the_room_does_not_shrink_as_it_fills() -> None:
    """A GPU is asked for its free memory, of which the copies take some."""
    device, tensors = FakeGpu(2 * 10 * 1024), HeldTensors()
    first, second = kilobytes(5), kilobytes(5)
    tensors.place(first, device)
    device.budget -= 2 * 5 * 1024
    tensors.place(second, device)
    tensors.place(first, device)
    assert device.copied == 2


@pytest.mark.parametrize("evicted", [False, True])
def test_the_copy_goes_with_its_handle(evicted: bool) -> None:
    device, tensors = FakeGpu(2 * 10 * 1024), HeldTensors()
    held = kilobytes(6)
    tensors.place(held, device)
    if evicted:
        tensors.place(kilobytes(6), device)
        tensors.place(held, device)
    assert len(tensors._copies) == 1
    del held
    gc.collect()
    assert not tensors._copies
    # A new handle may have the number of the old one: it has a copy of its own.
    for _ in range(20):
        other = Held((torch.full((3,), 7.0),))
        assert tensors.place(other, device)[0].tolist() == [7, 7, 7]
