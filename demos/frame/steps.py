"""Work that reports steps and ends with a result: run it to its end, or show it on the way.

Such work is handed a `Run`: it computes through the registry, or `directly` where there is none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

StepT = TypeVar("StepT")
ShownT = TypeVar("ShownT")
ResultT = TypeVar("ResultT")

Run = Callable[..., Any]  # runs a function of tensors where tensors are computed


def directly(function: Callable[..., Any], *arguments: Any) -> Any:
    """Compute here and now: a `Run` where there is no registry."""
    return function(*arguments)


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


def paced(
    steps: Generator[StepT, None, ResultT], seconds: float = 0.5
) -> Generator[StepT, None, ResultT]:
    """The steps, but no two within `seconds`: a page takes tens of milliseconds to show one."""
    last = -math.inf
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                result: ResultT = stop.value
                return result
            now = time.monotonic()
            if now - last >= seconds:
                last = now
                yield step
    finally:
        steps.close()


def growing(updates: Iterable[dict[Any, Any]]) -> Iterator[dict[Any, Any]]:
    """Each update with all before it: a page may see but the last of several quick ones.

    Gradio's page changes what it has received in place as more comes, before it has shown it.
    For the same reason a step that is shown says again that it can be cancelled.
    """
    known: dict[Any, Any] = {}
    for update in updates:
        known = known | update
        yield known
