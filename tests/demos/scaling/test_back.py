"""Points as they were before a reload, from what a browser says of their fields."""

from __future__ import annotations

from typing import Any

import pytest

from demos.scaling.data.back import chosen_back
from demos.scaling.data.panel import DataPanel
from demos.scaling.desk import OWN
from demos.scaling.sources import Bundled, Chosen, Limits, Simulated, Tables
from tests.demos.scaling.answered import ISOFLOP, REQUEST, desk_with

SOURCE = Bundled("isoflop")
LAW = Simulated("kaplan-2020")


@pytest.mark.parametrize(
    ("kept", "source", "expected"),
    [
        (None, SOURCE, Chosen(SOURCE)),
        ({"scaling-data-left-out": [3, 1]}, SOURCE, Chosen(SOURCE, left_out=(1, 3))),
        ({"scaling-data-left-out": ["x", {}]}, SOURCE, Chosen(SOURCE)),
        ({"scaling-data-left-out": list(range(999))}, SOURCE, Chosen(SOURCE)),
        ({"scaling-data-low-N": "1e8"}, SOURCE, Chosen(SOURCE, (Limits("N", 1e8),))),
        ({"scaling-data-low-N": "many"}, SOURCE, Chosen(SOURCE)),
        ({"scaling-data-seed": 7}, LAW, Chosen(Simulated("kaplan-2020", seed=7))),
        ({"scaling-data-seed": -7}, LAW, Chosen(LAW)),
        ({"scaling-data-seed": 7}, SOURCE, Chosen(SOURCE)),
        ("what a program sent", SOURCE, Chosen(SOURCE)),
    ],
)
def test_points_come_back_as_far_as_they_mean_something(
    kept: Any, source: Any, expected: Chosen
) -> None:
    assert chosen_back(kept, source, Tables()) == expected


def test_the_bar_takes_the_example_of_the_fields() -> None:
    desk = desk_with(DataPanel).desk
    kept = {"scaling-example": "outlier", "scaling-data-left-out": [2]}
    back = desk.on_back(ISOFLOP, "power", "D", kept, REQUEST)
    assert back[desk.chosen] == Chosen(Bundled("outlier"), left_out=(2,))
    assert back[desk.x]["value"] == "D"
    assert back[desk.x]["visible"]
    assert back[desk.example]["value"] == "outlier"
    gone = desk.on_back(ISOFLOP, "chinchilla", "N", {**kept, "scaling-example": OWN}, REQUEST)
    assert gone[desk.chosen] == ISOFLOP
    assert not gone[desk.x]["visible"]
