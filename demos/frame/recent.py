"""A bounded memory: what was unused for longest makes room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Recent:
    """At most `limit` values by key. Thread-safe.

    By count, not by bytes as `models.cache.ResultCache`: its values are few and large, and what
    they hold on a device is not theirs to count.
    """

    def __init__(self, limit: int):
        self._limit = limit
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Any:
        """The value, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._limit:
                self._values.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Forget a value, if it is there."""
        with self._lock:
            self._values.pop(key, None)
