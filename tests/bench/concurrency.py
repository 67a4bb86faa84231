"""Many callers at once, and a small request during a long job."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from models.catalog import CATALOG
from models.registry import Pair, Registry
from models.sources import find_files
from tests.bench.encoders import MODEL, REPEATS, Rows, seconds
from tests.bench.inputs import mixed_pairs

CALLERS, EACH = 32, 4
LONG_JOB = 100_000


def thirty_two_callers() -> Rows:
    """32 callers of 4 pairs at once against the same calls one after another."""
    registry = Registry()
    peer = registry.run(_plain_peer)
    for name, key in (("bi-encoder", MODEL), ("cross-encoder", "cosent-cross")):
        registry.load(key)
        requests = [mixed_pairs(EACH, seed=100 + 2 * k) for k in range(CALLERS)]
        shared = [mixed_pairs(EACH, seed=7)] * CALLERS
        plain = peer if key == MODEL else None
        yield from _compare(registry, key, requests, f"{name}, all texts different", plain)
        yield from _compare(registry, key, shared, f"{name}, one worked example", None)


def _plain_peer() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(find_files(CATALOG[MODEL]).folder))


def _compare(
    registry: Registry, key: str, requests: list[list[Pair]], label: str, peer: Any
) -> Rows:
    def at_once() -> None:
        registry.clear_cache()
        with ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(lambda pairs: registry.score(key, pairs), requests))

    def in_turn() -> None:
        for pairs in requests:
            registry.clear_cache()  # a plain server remembers nothing between calls
            registry.score(key, pairs)

    def by_peer() -> None:
        for pairs in requests:
            registry.run(peer.encode, [text for pair in pairs for text in pair])

    ways = {"one after another": in_turn}
    if peer is not None:
        ways["one after another, sentence-transformers' defaults"] = by_peer
    at_once()
    for name, way in ways.items():
        way()
        runs = [(seconds(at_once), seconds(way)) for _ in range(REPEATS)]
        ours, theirs = (statistics.median(side) for side in zip(*runs, strict=True))
        ratio = statistics.median(b / a for a, b in runs)
        yield f"{label}: at once", f"{ours * 1e3:.0f} ms"
        yield f"{label}: {name}", f"{theirs * 1e3:.0f} ms, {ratio:.2f}x"


def latency_during_a_long_job() -> Rows:
    """A request of two sentences: alone, beside programs that keep every core busy, and while
    100,000 pairs are being scored."""
    registry = Registry()
    registry.score(MODEL, [("warm", "up")])
    fresh = iter(mixed_pairs(400, seed=500))

    def request() -> None:
        first, _ = next(fresh)
        registry.score(MODEL, [(first[:60], f"{first[:50]}!")])

    alone = sorted(seconds(request) for _ in range(20))
    with busy_neighbours():
        beside = sorted(seconds(request) for _ in range(60))
    during = _during_a_long_job(registry, request)
    yield "two sentences, idle: median", _milliseconds(statistics.median(alone))
    name = "two sentences, beside a busy neighbour on every core"
    yield f"{name}: median", _milliseconds(statistics.median(beside))
    yield f"{name}: worst of 60", _milliseconds(beside[-1])
    name = "two sentences, during 100,000 pairs"
    yield f"{name}: median", _milliseconds(statistics.median(during))
    yield f"{name}: worst of 40", _milliseconds(during[-1])
    with busy_neighbours():
        pairs = mixed_pairs(100, seed=700)
        slow = seconds(lambda: registry.score(MODEL, pairs))
    registry.clear_cache()
    fast = seconds(lambda: registry.score(MODEL, pairs))
    yield "100 pairs, idle; beside", f"{_milliseconds(fast)}; {_milliseconds(slow)}"


@contextmanager
def busy_neighbours() -> Iterator[None]:
    """A program for every core that does nothing but compute."""
    command = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]
    try:
        time.sleep(1.0)
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def _during_a_long_job(registry: Registry, request: Callable[[], None]) -> list[float]:
    """Seconds of 40 requests, ascending."""
    work = registry.scoring(MODEL, mixed_pairs(LONG_JOB, seed=900))
    stop = threading.Event()

    def job() -> None:
        for _ in work:
            if stop.is_set():
                work.cancel()
                return

    runner = threading.Thread(target=job)
    runner.start()
    while not work.progress.done:
        stop.wait(0.1)
    during = sorted(seconds(request) for _ in range(40))
    running = runner.is_alive()
    stop.set()
    runner.join()
    assert running, "the long job ended before the requests did"
    return during


def _milliseconds(value: float) -> str:
    return f"{value * 1e3:.0f} ms"
