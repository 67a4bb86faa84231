"""Long work seen from outside: progress while it runs, a result, and a way to stop it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Progress:
    """How far a work is: inputs done and in all, seconds since it began, inputs from the cache."""

    done: int
    total: int
    seconds: float
    cached: int = 0

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None before anything is done."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


class Work(Generic[ResultT]):
    """Runs slice by slice as it is iterated over; `cancel` (or dropping it) stops after what is in
    flight.

    >>> work = registry.scoring("all-MiniLM-L6-v2", pairs)
    >>> for progress in work:
    ...     print(progress.done, "of", progress.total)
    >>> scores = work.result()
    """

    def __init__(self, steps: Generator[tuple[int, int], None, ResultT], total: int):
        self._steps = steps
        self._started = time.perf_counter()
        self._result: ResultT | None = None
        self._finished = False
        self.progress = Progress(0, total, 0.0)

    def __iter__(self) -> Iterator[Progress]:
        while not self._finished:
            try:
                done, cached = next(self._steps)
            except StopIteration as stop:
                self._result = stop.value
                self._finished = True
                return
            seconds = time.perf_counter() - self._started
            self.progress = Progress(done, self.progress.total, seconds, cached)
            yield self.progress

    def result(self) -> ResultT:
        """Run what is left and return the result."""
        for _ in self:
            pass
        return self._result  # type: ignore[return-value]

    def cancel(self) -> None:
        """Stop: slices in flight are withdrawn, nothing more is computed."""
        self._steps.close()
        self._finished = True
