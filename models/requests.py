"""Whom a piece of work is for: a request keeps its age over all the pieces that it is made of."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

_REMEMBERED = 1_024  # more than an app serves at once


@dataclass(eq=False)
class Request:
    """What somebody waits for.

    Attributes:
        arrived: seconds, by a clock that never goes back.
        used: seconds of the device so far.
    """

    arrived: float = field(default_factory=time.monotonic)
    used: float = 0.0


class Requests:
    """Finds the request that the calling thread works for. Thread-safe.

    Args:
        name: of that request, or None where none is known; it may look into context variables.
    """

    def __init__(self, name: Callable[[], Hashable | None]):
        self._name = name
        self._known: OrderedDict[Hashable, Request] = OrderedDict()
        self._lock = threading.Lock()

    def current(self) -> Request:
        """The same object for all calls of one name; a new one for each call without a name."""
        name = self._name()
        if name is None:
            return Request()
        with self._lock:
            request = self._known.setdefault(name, Request())
            self._known.move_to_end(name)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return request
