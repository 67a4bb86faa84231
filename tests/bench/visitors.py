"""Many visitors at once: what they wait for, the event loop's lag, and memory.

Server and visitors share the machine's cores. `KEXUE_LAB_VISITORS` and `KEXUE_LAB_SECONDS` say how
many come and for how long.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.crowd import KINDS, Call
from tests.bench.encoders import Rows
from tests.bench.startup import PROJECT, server

VISITORS = int(os.environ.get("KEXUE_LAB_VISITORS", "50"))
SECONDS = float(os.environ.get("KEXUE_LAB_SECONDS", "180"))
PORT = int(os.environ.get("KEXUE_LAB_BENCH_PORT", "7941"))
_WARM_SECONDS = 12.0  # one visitor before all others: models are loaded, shapes compiled
_LINGER = 90.0


def visitors() -> Rows:
    """Median, 95th percentile and worst by kind; lag; memory."""
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder) / "probe.jsonl"
        calls, started = _run(probe)
        figures = [json.loads(line) for line in probe.read_text(encoding="utf-8").splitlines()]
    yield "visitors, seconds", f"{VISITORS}, {SECONDS:.0f}"
    yield from _waits(calls)
    yield from _server(figures, started)


def _run(probe: Path) -> tuple[list[Call], float]:
    """The crowd's calls, and when it came."""
    with server("-m", "tests.bench.probed_app", str(probe), port=PORT) as (url, _):
        _crowd(url, 4, _WARM_SECONDS)
        started = time.time()
        return _crowd(url, VISITORS, SECONDS), started


def _crowd(url: str, number: int, seconds: float) -> list[Call]:
    command = [sys.executable, "-m", "tests.bench.crowd", url, str(number), str(seconds)]
    done = subprocess.run(
        command, cwd=PROJECT, stdout=subprocess.PIPE, check=True, timeout=seconds + _LINGER
    )
    return [Call(**each) for each in json.loads(done.stdout)]


def _waits(calls: Sequence[Call]) -> Rows:
    errors = [call for call in calls if call.error]
    for kind in KINDS:
        times = sorted(call.seconds for call in calls if call.kind == kind and not call.error)
        if not times:
            continue
        median, p95 = statistics.median(times), times[int(0.95 * len(times))]
        figures = f"{median:.3f} s, {p95:.3f} s, {times[-1]:.3f} s"
        yield f"{kind}: median, p95, worst of {len(times)}", figures
    first = f", the first: {errors[0].error}" if errors else ""
    yield "calls; errors", f"{len(calls)}; {len(errors)}{first}"


def _server(figures: Sequence[dict[str, Any]], started: float) -> Rows:
    """The worst lateness in each second, and memory at start, after a minute and at the end."""
    during = [each for each in figures if each["time"] >= started]
    late = sorted(each["late"] for each in during)
    often = sum(value > 0.05 for value in late)
    yield (
        "event loop late, each second's worst: median, p95, worst",
        f"{statistics.median(late) * 1e3:.0f} ms, {late[int(0.95 * len(late))] * 1e3:.0f} ms,"
        f" {late[-1] * 1e3:.0f} ms ({often} of {len(late)} s above 50 ms)",
    )
    minute = next((e for e in during if e["time"] >= started + 60), during[-1])
    start, middle, end = (each["rss"] / 1e6 for each in (during[0], minute, during[-1]))
    yield (
        "memory at start, after a minute, at the end",
        f"{start:.0f} MB, {middle:.0f} MB, {end:.0f} MB ({end / middle - 1:+.1%})",
    )
