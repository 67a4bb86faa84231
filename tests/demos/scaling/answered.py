"""A desk and answers for tests of panels: computed here and now, with few replicas."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.steps import directly, result_of
from demos.scaling.answers import Answer, Answers, Question
from demos.scaling.desk import Desk
from demos.scaling.sources import Bundled, Chosen, Tables

PanelT = TypeVar("PanelT")

ISOFLOP = Chosen(Bundled("isoflop"))
REQUEST = cast(Any, None)
REGISTRY = cast(Any, SimpleNamespace(run=directly, status=lambda: SimpleNamespace(device="cpu")))


@functools.cache
def answered(example: str = "isoflop", law: str = "chinchilla", x: str = "") -> Answer:
    """An example's answer with 200 replicas."""
    question = Question(Chosen(Bundled(example)), law, x, replicas=200)
    return result_of(Answers(REGISTRY, Tables()).answering(question))


def desk_with(panel: Callable[[Desk], PanelT]) -> PanelT:
    """A panel on a desk of its own, which knows no answer yet."""
    with gr.Blocks() as app, gr.Tab("scaling"):
        desk = Desk(AppContext(REGISTRY, app, cast(Any, None)))
        with gr.Tabs(), gr.Tab("panel"):
            return panel(desk)


def known(desk: Desk, *answers: Answer) -> None:
    """Let the desk know answers."""
    for answer in answers:
        desk.answers._kept.put(answer.question, answer)


def last(updates: Iterator[Any]) -> Any:
    """What a generator handler showed at the end, over what it showed before."""
    shown: dict[Any, Any] = {}
    for update in updates:
        shown |= update
    return shown
