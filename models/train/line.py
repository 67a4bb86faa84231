"""The line for training: one at a time a machine, the others see their place in it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class TrainingLine:
    """First come, first served. Thread-safe."""

    def __init__(self) -> None:
        self._places: deque[object] = deque()
        self._moved = threading.Condition()

    def __len__(self) -> int:
        return len(self._places)

    @contextmanager
    def place(self) -> Iterator[TrainingPlace]:
        """Stand in the line until the block ends."""
        place = TrainingPlace(self)
        with self._moved:
            self._places.append(place)
        try:
            yield place
        finally:
            with self._moved:
                self._places.remove(place)
                self._moved.notify_all()


class TrainingPlace:
    """One training's place."""

    def __init__(self, line: TrainingLine):
        self._line = line

    def ahead(self) -> int:
        """How many are before it; 0 means its turn has come."""
        with self._line._moved:
            return list(self._line._places).index(self)

    def wait(self, seconds: float) -> int:
        """Wait until it is its turn, or for so long; returns how many are still before it."""
        with self._line._moved:
            self._line._moved.wait_for(lambda: self._line._places[0] is self, timeout=seconds)
        return self.ahead()
