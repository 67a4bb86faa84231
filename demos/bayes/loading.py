"""A model that is not loaded yet: wait for it in steps, so that a cancel need not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from models.registry import Registry

_LOOKS_PER_SECOND = 5


def loading(registry: Registry, key: str) -> Iterator[float]:
    """Seconds waited, until the model is there; who stops asking leaves it loading for the next.

    Gradio's page waits for a handler's current step when it cancels, and loses clicks meanwhile.

    Raises:
        ModelError: it cannot be had; the sentence says why.
    """
    began, problems = time.perf_counter(), list[BaseException]()

    def load() -> None:
        try:
            registry.load(key)
        except BaseException as problem:  # raised again where it is waited for
            problems.append(problem)

    thread = threading.Thread(target=load, name="load", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(1 / _LOOKS_PER_SECOND)
        yield time.perf_counter() - began
    if problems:
        raise problems[0]
