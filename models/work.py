"""Long work seen from outside: progress while it runs, a result, and a way to stop it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from models.errors import CancelledError

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Progress:
    """How far a work is.

    Attributes:
        done, total: inputs done and in all.
        seconds: since it began.
        cached: inputs that the cache knew.
        share: of the computing, 0 to 1; long inputs come first and count for more.
        vector_bytes: of a text's vector, or of its tokens' vectors, on average so far; 0 where
            texts have none.
    """

    done: int
    total: int
    seconds: float
    cached: int = 0
    share: float = 0.0
    vector_bytes: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None before anything is done."""
        return self.seconds / self.share * (1 - self.share) if self.share else None


class Step(NamedTuple):
    """What one step of a work reports; see `Progress`."""

    done: int
    cached: int
    share: float
    vector_bytes: float


class Cancellation:
    """Tells running steps to stop, from any thread: what is registered is called, once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self.requested = False

    def register(self, callback: Callable[[], None]) -> None:
        """Call this on a cancel; at once if the cancel has come already."""
        with self._lock:
            if not self.requested:
                self._callbacks.append(callback)
                return
        callback()

    def unregister(self, callback: Callable[[], None]) -> None:
        """There is nothing left to stop for this one."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

    def request(self) -> None:
        """Stop everything that is registered."""
        with self._lock:
            self.requested = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


Steps = Generator[Step, None, ResultT]


class Work(Generic[ResultT]):
    """Runs slice by slice as it is iterated over.

    `cancel`, from any thread, withdraws the slices in flight; so does dropping it half-way. One
    thread iterates at a time. `truncated` tells for each input, once it is finished, whether the
    model saw only a part of it.

    >>> work = registry.scoring("all-MiniLM-L6-v2", pairs)
    >>> for progress in work:
    ...     print(progress.done, "of", progress.total)
    >>> scores = work.result()
    """

    def __init__(
        self, steps: Callable[[Cancellation, list[bool]], Steps[ResultT]], total: int
    ) -> None:
        self._cancellation = Cancellation()
        self.truncated: list[bool] = []
        self._steps = steps(self._cancellation, self.truncated)
        self._started = time.perf_counter()
        self._results: list[ResultT] = []
        self._error: BaseException | None = None
        self.progress = Progress(0, total, 0.0)

    def __iter__(self) -> Iterator[Progress]:
        while not self._results:
            if self._error is not None:
                raise self._error
            if self._cancellation.requested:
                raise CancelledError("The work was cancelled.")
            try:
                step = next(self._steps)
            except StopIteration as stop:
                self._results.append(stop.value)
                return
            except Exception as error:
                self._error = error
                raise
            seconds = time.perf_counter() - self._started
            self.progress = Progress(
                step.done, self.progress.total, seconds, step.cached, step.share, step.vector_bytes
            )
            yield self.progress

    def result(self) -> ResultT:
        """Run what is left and return the result.

        Raises:
            CancelledError: it was cancelled.
            ModelError: it failed; the same error every time it is asked.
        """
        for _ in self:
            pass
        return self._results[0]

    def cancel(self) -> None:
        """Stop: slices in flight are withdrawn, nothing more is computed. Harmless at the end."""
        if self._results:
            return
        self._cancellation.request()
        # ValueError: another thread is inside; its wait ends with CancelledError and cleans up.
        with contextlib.suppress(ValueError):
            self._steps.close()
