"""Simulated visitors, in a process of their own: `python -m tests.bench.crowd URL N SECONDS`.

Each calls the plain HTTP API, waits for the answer, reads it for .5 to 3 s and asks anew, always
with new sentences. The calls go to standard output as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from tests.bench.inputs import random_sentence

PAUSE = (0.5, 3.0)  # seconds
PATIENCE = 60.0
MODELS = ["cosent-bi", "cosent-cross"]


@dataclass(frozen=True)
class Call:
    """One answered, or failed, call: its kind, when it began (s of the run), how long it took."""

    kind: str
    begun: float
    seconds: float
    error: str = ""


def _score(chance: random.Random) -> list[Any]:
    return [[[random_sentence(chance), random_sentence(chance)]], MODELS]


def _sparsity(chance: random.Random) -> list[Any]:
    return ["all-MiniLM-L6-v2", random_sentence(chance), "", True]


def _search(chance: random.Random) -> list[Any]:
    return [random_sentence(chance), "helpdesk", "bayes", 100]


def _frontier(chance: random.Random) -> list[Any]:
    budgets = [10 ** chance.uniform(18, 26) for _ in range(3)]
    return ["besiroglu-2024", {}, budgets, 6.0, {}]


def _cost(chance: random.Random) -> list[Any]:
    return [chance.randrange(256, 8_192), 1_024, 16, chance.randrange(1, 4_096), "adam"]


def _loss(chance: random.Random) -> list[Any]:
    scores = [round(chance.uniform(-1, 1), 3) for _ in range(16)]
    return [scores, [chance.randrange(5) for _ in scores], 20.0]


KINDS: dict[str, tuple[int, Callable[[random.Random], list[Any]]]] = {
    "pairs_score": (60, _score),
    "attention_sparsity": (8, _sparsity),
    "retrieval_search": (8, _search),
    "scaling_frontier": (4, _frontier),
    "lora_cost": (10, _cost),
    "cosent_loss": (10, _loss),
}


async def call(client: httpx.AsyncClient, endpoint: str, data: list[Any]) -> str:
    """One call of the HTTP API; the error, or nothing."""
    answer = await client.post(f"/gradio_api/call/{endpoint}", json={"data": data})
    if answer.status_code != 200:
        return f"status {answer.status_code}"
    event = answer.json()["event_id"]
    said = await client.get(f"/gradio_api/call/{endpoint}/{event}")
    return "" if "event: complete" in said.text else said.text[:200] or "empty"


async def visit(client: httpx.AsyncClient, number: int, seconds: float) -> list[Call]:
    """One visitor's calls until the time is over."""
    chance = random.Random(f"visitor {number}")
    kinds, weights = list(KINDS), [weight for weight, _ in KINDS.values()]
    started, calls = time.monotonic(), []
    while True:
        await asyncio.sleep(chance.uniform(*PAUSE))
        begun = time.monotonic()
        if begun - started > seconds:
            return calls
        kind = chance.choices(kinds, weights)[0]
        try:
            error = await call(client, kind, KINDS[kind][1](chance))
        except httpx.HTTPError as problem:
            error = type(problem).__name__
        calls.append(Call(kind, begun - started, time.monotonic() - begun, error))


async def crowd(url: str, visitors: int, seconds: float) -> list[Call]:
    """All visitors' calls; each has a connection of its own."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits) as client:
        visits = [visit(client, number, seconds) for number in range(visitors)]
        return [call for calls in await asyncio.gather(*visits) for call in calls]


def main() -> None:
    """Run the crowd that the command line asks for."""
    url, visitors, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    calls = asyncio.run(crowd(url, visitors, seconds))
    json.dump([asdict(each) for each in calls], sys.stdout)


if __name__ == "__main__":
    main()
