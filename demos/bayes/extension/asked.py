"""Answers that several visitors ask for at once are computed once, and all watch them come.

In a workshop thirty people open the same example in the same minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator

from demos.bayes.extension.running import Trace
from demos.bayes.extension.setting import Setting
from demos.frame.recent import Recent
from demos.frame.steps import showing
from models.work import Progress

Steps = Generator[Progress | Trace, None, Trace]

_KEPT = 16  # answers that are there at once when somebody asks the same
_LOOK = 0.3  # seconds between two looks at what somebody else is answered


class AskedAlready:
    """Finished answers, and those that are being written. Thread-safe."""

    def __init__(self) -> None:
        self._finished = Recent(_KEPT)
        self._lock = threading.Lock()
        self._latest: dict[Setting, Progress | Trace] = {}  # of those that are being written

    def finished(self, setting: Setting) -> Trace | None:
        """The answer, if somebody has had it already."""
        trace: Trace | None = self._finished.get(setting)
        return trace

    def answering(self, setting: Setting, write: Callable[[], Steps]) -> Steps:
        """Write, or watch what is being written for somebody else; whoever is left goes on."""
        while (trace := self.finished(setting)) is None:
            if self._begin(setting):
                return (yield from self._written(setting, write))
            with self._lock:
                seen = self._latest.get(setting)
            if seen is not None:
                yield seen
            time.sleep(_LOOK)
        return trace

    def _begin(self, setting: Setting) -> bool:
        """Whether nobody is at it; then it is the caller's."""
        with self._lock:
            if setting in self._latest:
                return False
            self._latest[setting] = Progress(0, 0, 0.0)
            return True

    def _written(self, setting: Setting, write: Callable[[], Steps]) -> Steps:
        def remembered(step: Progress | Trace) -> Progress | Trace:
            with self._lock:
                self._latest[setting] = step
            return step

        try:
            trace = yield from showing(write(), remembered)
            self._finished.put(setting, trace)
            return trace
        finally:
            with self._lock:
                del self._latest[setting]
