"""Many callers at once, and a small request during a long job."""

from __future__ import annotations

import statistics
import threading
from concurrent.futures import ThreadPoolExecutor
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
    """A request of two sentences: alone, and while 100,000 pairs are being scored."""
    registry = Registry()
    registry.score(MODEL, [("warm", "up")])
    fresh = iter(mixed_pairs(200, seed=500))

    def request() -> None:
        first, _ = next(fresh)
        registry.score(MODEL, [(first[:60], f"{first[:50]}!")])

    alone = sorted(seconds(request) for _ in range(20))
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
    yield "two sentences, idle: median", f"{statistics.median(alone) * 1e3:.0f} ms"
    yield "two sentences, during 100,000 pairs: median", f"{statistics.median(during) * 1e3:.0f} ms"
    yield "two sentences, during 100,000 pairs: worst of 40", f"{during[-1] * 1e3:.0f} ms"
