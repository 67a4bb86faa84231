"""A layer measured a few heads at a time is the layer measured at once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import pytest
import torch

from demos.attention import measure
from demos.attention.masks import MaskName
from demos.attention.measure import head_groups
from demos.attention.readings import Asked, Measured, Readings
from demos.frame.steps import result_of
from tests.demos.attention.fakes import MadeUpRegistry, made_up


def measured(kv: int, mask: MaskName | None, bias: bool, sinks: bool) -> Measured:
    registry = cast(Any, MadeUpRegistry(made_up(9, heads=4, kv=kv, bias=bias)))
    return result_of(Readings(registry).measuring(Asked("made-up", "text"), mask, sinks))


@pytest.mark.parametrize("kv", [1, 2, 4])
@pytest.mark.parametrize("mask", [None, "half_heads", "alternating"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("sinks", [False, True])
def test_groups_of_heads_give_what_all_give(
    kv: int, mask: MaskName | None, bias: bool, sinks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = measured(kv, mask, bias, sinks)
    monkeypatch.setattr(measure, "_GROUP_CUBES", 1)
    parts = measured(kv, mask, bias, sinks)
    for one, other in zip(whole.layers, parts.layers, strict=True):
        _assert_same(asdict(one), asdict(other))


def _assert_same(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            _assert_same(one[key], other[key])
    else:
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(("heads", "shared"), [(12, 1), (9, 3), (8, 8), (7, 1)])
@pytest.mark.parametrize("n", [3, 64, 200, 512])
def test_groups_hold_every_head_once_and_part_no_shared_key(
    heads: int, shared: int, n: int
) -> None:
    groups = head_groups(heads, shared, n)
    assert [head for few in groups for head in range(few.start, few.stop)] == list(range(heads))
    assert all(few.start % shared == 0 for few in groups)
    assert len(head_groups(heads, 1, 20)) == 1
