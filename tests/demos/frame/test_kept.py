from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from demos.frame.kept import FOLLOWS, follows, kept_of, kept_or

FIELD = SimpleNamespace(elem_id="layer")


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ({"layer": 3}, 3),
        ({"layer": 9}, 1),  # the model has no such layer
        ({"head": 3}, 1),
        (None, 1),
        ("what a program sent", 1),
        ({"layer": [3]}, 1),
        ({"layer": {"a": 3}}, 1),
        ({"layer": True}, 1),
        ({"layer": None}, 1),
    ],
)
def test_what_was_kept_counts_where_it_is_offered(kept: Any, expected: int) -> None:
    assert kept_or(kept, FIELD, range(6), 1) == expected


def test_a_field_that_follows_a_result_is_known_by_its_class() -> None:
    with gr.Blocks():
        assert follows(gr.Dropdown([], elem_id="layer", elem_classes=FOLLOWS))
        assert not follows(gr.Dropdown([], elem_id="other"))
        assert not follows(gr.State(1))
    assert kept_of({"layer": [1, 2]}, FIELD) == [1, 2]
