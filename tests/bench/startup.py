"""Process start to first page, to first score, and resident memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.encoders import Rows

PROJECT = Path(__file__).resolve().parents[2]
PORT = 7_899


def first_page() -> Rows:
    """Starts `python app.py` three times; medians."""
    runs = [_start() for _ in range(3)]
    page, score, memory = (statistics.median(column) for column in zip(*runs, strict=True))
    yield "process start to first page", f"{page:.1f} s"
    yield "process start to first score", f"{score:.1f} s"
    yield "resident memory with both embedded models", f"{memory / 1e6:.0f} MB"


def _start() -> tuple[float, float, float]:
    import psutil
    from gradio_client import Client

    start = time.perf_counter()
    with server("app.py", port=PORT) as (url, process):
        page = time.perf_counter() - start
        client = Client(url, verbose=False)
        models = ["all-MiniLM-L6-v2", "cosent-cross"]
        client.predict([["one", "two"]], models, api_name="/pairs_score")
        score = time.perf_counter() - start
        return page, score, float(psutil.Process(process.pid).memory_info().rss)


@contextmanager
def server(*command: str, port: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Python process that serves until the block ends: its address, once it answers, and it."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env=os.environ | {"GRADIO_SERVER_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url, process
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, patience: float = 120.0) -> None:
    """Return once a page answers."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise TimeoutError(url)
