"""A bounded memory of results: least recently used entries leave first."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

# Bytes of a small tensor's Python object, its storage record and its place in the dictionary.
_ENTRY_OVERHEAD = 400


class ResultCache:
    """Results by key, at most `capacity_bytes` of them. Thread-safe."""

    def __init__(self, capacity_bytes: int):
        self.capacity_bytes = capacity_bytes
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.nbytes = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Any:
        """The result, or None; counted as a hit or a miss."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self.misses += 1
                return None
            self._entries.move_to_end(key)
            self.hits += 1
            return entry[0]

    def peek(self, key: Hashable) -> Any:
        """The result, or None; not counted."""
        with self._lock:
            entry = self._entries.get(key)
            return None if entry is None else entry[0]

    def put(self, key: Hashable, result: Any) -> None:
        """Keep a result; older ones leave when there is no room."""
        size = _size(result) + _size(key) + _ENTRY_OVERHEAD
        with self._lock:
            if key in self._entries:
                self.nbytes -= self._entries.pop(key)[1]
            if size > self.capacity_bytes:
                return
            self._entries[key] = (result, size)
            self.nbytes += size
            while self.nbytes > self.capacity_bytes:
                _, (_, dropped) = self._entries.popitem(last=False)
                self.nbytes -= dropped

    def clear(self) -> None:
        """Forget everything but the counts."""
        with self._lock:
            self._entries.clear()
            self.nbytes = 0


def _size(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(_size(part) for part in value)
    return int(getattr(value, "nbytes", 0)) or sys.getsizeof(value)
