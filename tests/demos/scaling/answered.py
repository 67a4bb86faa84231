"""Answers for tests of panels: few replicas, computed here and now."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any, cast

from demos.frame.steps import directly, result_of
from demos.scaling.answers import Answer, Answers, Question
from demos.scaling.sources import Bundled, Chosen, Tables

ISOFLOP = Chosen(Bundled("isoflop"))
REQUEST = cast(Any, None)


@functools.cache
def answered(example: str = "isoflop", law: str = "chinchilla", x: str = "") -> Answer:
    """An example's answer with 200 replicas."""
    answers = Answers(cast(Any, SimpleNamespace(run=directly)), Tables())
    return result_of(answers.answering(Question(Chosen(Bundled(example)), law, x, replicas=200)))
