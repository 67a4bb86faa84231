"""How long single callbacks hold an event loop, in seconds of its thread's processor.

Not by the clock: on a machine that does other things too, that would measure those.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def callbacks_of_other_threads() -> Iterator[list[tuple[float, str]]]:
    """Every callback that event loops of other threads run meanwhile: its seconds, what it was."""
    seen: list[tuple[float, str]] = []
    run = asyncio.events.Handle._run
    here = threading.get_ident()

    def timed(handle: asyncio.Handle) -> None:
        if threading.get_ident() == here:  # the loop of the browser's driver
            run(handle)
            return
        began = time.thread_time()
        run(handle)
        seen.append((time.thread_time() - began, repr(handle)))

    asyncio.events.Handle._run = timed  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        asyncio.events.Handle._run = run  # type: ignore[method-assign]
