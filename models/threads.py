"""How many threads one piece of computing on a CPU is given.

OpenMP's threads meet at a barrier after every operation. With a core for each that costs little;
where other programs have the cores, all wait for the one that has none (measured on two cores: 950
tokens take 37 ms with two threads and 52 ms with one on an idle machine, 305 ms and 58 ms beside
two busy programs). So no more threads are used than cores are free, and one where two gain nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

TOKENS_A_THREAD = 256  # with fewer, two threads were no faster than one
_LOOK_SECONDS = 0.5
_TOLERANCE = 0.2  # of a core that may be missing
_STAT = Path("/proc/stat")


def busy_seconds() -> float | None:
    """Seconds that all cores of the machine have worked, or were taken away; None if not known."""
    try:
        ticks = [int(word) for word in _STAT.read_text().split("\n", 1)[0].split()[1:9]]
        user, nice, system, _, _, irq, soft, steal = ticks
    except (OSError, ValueError):
        return None
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


class Threads:
    """Chooses by the piece's size and by what other programs do. For one thread alone.

    Args:
        most: threads at most.
        cores: of the machine.
        busy: as `busy_seconds`.
        own: seconds that this process has worked.
        clock: seconds.
    """

    def __init__(
        self,
        most: int,
        cores: int | None = None,
        busy: Callable[[], float | None] = busy_seconds,
        own: Callable[[], float] = time.process_time,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.most = most
        self._cores = cores or os.cpu_count() or most
        self._busy, self._own, self._clock = busy, own, clock
        self._looked = self._look()
        self._others = 0.0  # cores that other programs have

    def choose(self, tokens: int | None = None) -> int:
        """Threads for a piece of so many tokens; None where its size is not known."""
        most = self.most if tokens is None else min(self.most, 1 + tokens // TOKENS_A_THREAD)
        if most == 1:
            return 1
        return max(1, min(most, int(self._cores - self._cores_of_others() + _TOLERANCE)))

    def _look(self) -> tuple[float, float | None, float]:
        return self._clock(), self._busy(), self._own()

    def _cores_of_others(self) -> float:
        then, busy_then, own_then = self._looked
        if self._clock() - then >= _LOOK_SECONDS:
            now, busy, own = self._looked = self._look()
            if busy is not None and busy_then is not None:
                others = (busy - busy_then) - (own - own_then)
                self._others = max(0.0, others / (now - then))
        return self._others
