"""`app.py` with a probe on its event loop: `python -m tests.bench.probed_app FILE`.

Once a second a line goes to the file: the worst lateness of a sleep of 10 ms on the server's own
loop, and the resident memory.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import uvicorn

_SLEEP = 0.01
_LINE_SECONDS = 1.0


async def _probe(file: Path) -> None:
    import psutil

    process = psutil.Process()
    with file.open("w", encoding="utf-8") as lines:
        while True:
            late, ends = 0.0, time.monotonic() + _LINE_SECONDS
            while (begun := time.monotonic()) < ends:
                await asyncio.sleep(_SLEEP)
                late = max(late, time.monotonic() - begun - _SLEEP)
            figures = {"time": time.time(), "late": late, "rss": process.memory_info().rss}
            lines.write(json.dumps(figures) + "\n")
            lines.flush()


def main() -> None:
    """Serve the app; every server of this process is probed."""
    file = Path(sys.argv[1])
    startup = uvicorn.Server.startup
    probes = set()

    async def probed(self: uvicorn.Server, *args: Any, **kwargs: Any) -> None:
        await startup(self, *args, **kwargs)
        probes.add(asyncio.get_running_loop().create_task(_probe(file)))

    uvicorn.Server.startup = probed  # type: ignore[method-assign]
    import app  # sets what has to be set before torch and gradio are imported

    app.main()


if __name__ == "__main__":
    main()
