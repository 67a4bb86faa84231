"""A visit to a page as the requests that a browser sends, recorded once and sent again by many.

For what a class of thirty asks of the server when each has a machine of its own: thirty browsers
on the server's two cores are short of cores themselves.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from playwright.sync_api import Browser, Request

CONNECTIONS = 6  # of a browser to one host
_ENCODINGS = {"Accept-Encoding": "gzip, deflate, br"}
_PATIENCE = 120.0


@dataclass(frozen=True)
class Visit:
    """What was fetched, in order, and what was asked of the queue."""

    page: str
    files: Sequence[str]
    asked: Sequence[dict[str, object]]


def record(browser: Browser, url: str) -> Visit:
    """Open a page in a browser that has nothing of it yet, and note its requests."""
    page = browser.new_context(locale="en-US").new_page()
    files: list[str] = []
    asked: list[dict[str, object]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "queue/join" in request.url:
            asked.append(json.loads(request.post_data or "{}"))
        elif request.method == "GET" and "/gradio_api/" not in request.url and request.url != url:
            files.append(request.url)

    page.on("request", note)
    page.goto(url)
    page.wait_for_selector("#pairs-plot .js-plotly-plot", timeout=60_000)
    page.wait_for_timeout(1_000)
    page.context.close()
    return Visit(url, files, asked)


def send_again(visit: Visit, visitors: int, within: float) -> list[float]:
    """Seconds from the first visitor's coming until each has all answers, in order of coming."""

    async def everybody() -> list[float]:
        began = time.monotonic()
        starts = [began + number * within / visitors for number in range(visitors)]
        return list(await asyncio.gather(*(_one(visit, began, start) for start in starts)))

    with ThreadPoolExecutor(1) as pool:  # the browser's driver has this thread's loop
        return pool.submit(asyncio.run, everybody()).result()


async def _one(visit: Visit, began: float, start: float) -> float:
    await asyncio.sleep(max(start - time.monotonic(), 0.0))
    root, session = visit.page.rsplit("/", 1)[0], uuid.uuid4().hex[:10]
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, timeout=_PATIENCE, headers=_ENCODINGS) as client:
        (await client.get(visit.page)).raise_for_status()
        await asyncio.gather(*(client.get(file) for file in visit.files))
        waiting = set()
        for event in visit.asked:
            answer = await client.post(
                f"{root}/gradio_api/queue/join", json=event | {"session_hash": session}
            )
            waiting.add(answer.raise_for_status().json()["event_id"])
        data = f"{root}/gradio_api/queue/data"
        async with client.stream("GET", data, params={"session_hash": session}) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line else {}
                if message.get("msg") == "process_completed":
                    if not message["success"]:
                        raise RuntimeError(line)
                    waiting.discard(message["event_id"])
                if not waiting:
                    break
    return time.monotonic() - began
