"""Work that reports steps and ends with a result: run it to its end, or show it on the way."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

StepT = TypeVar("StepT")
ShownT = TypeVar("ShownT")
ResultT = TypeVar("ResultT")


def result_of(steps: Generator[Any, None, ResultT]) -> ResultT:
    """The result, where nobody watches."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: ResultT = stop.value
            return result


def showing(
    steps: Generator[StepT, None, ResultT], show: Callable[[StepT], ShownT]
) -> Generator[ShownT, None, ResultT]:
    """Each step as `show` makes it, then the result; left half-way, the work is stopped."""
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                result: ResultT = stop.value
                return result
            yield show(step)
    finally:
        steps.close()
