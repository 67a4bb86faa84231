"""Nothing holds the server's event loop for long, whoever comes and whatever is asked."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import httpx
import pytest
from gradio_client import Client

from app import build_app, launch
from demos import DEMOS
from models.registry import Registry
from tests.event_loop import callbacks_of_other_threads

LONGEST = 0.05  # seconds of the loop's thread
VISITORS = 8


@pytest.fixture
def app(registry: Registry) -> Iterator[gr.Blocks]:
    blocks = build_app(registry)
    launch(blocks, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    gc.freeze()  # as the registry does once it has loaded: here a whole test run's objects stay
    yield blocks
    gc.unfreeze()
    blocks.close()


def visit(url: str) -> None:
    """Every page, then calls of a session of its own."""
    for page in ("", *(demo.key for demo in DEMOS)):
        httpx.get(f"{url}{page}", timeout=60).raise_for_status()
    client = Client(url, verbose=False)
    pairs = [["A cat sleeps.", "A cat is asleep."], ["A cat sleeps.", "Rates fell."]]
    client.predict(pairs, ["all-MiniLM-L6-v2", "cosent-cross"], api_name="/pairs_score")
    client.predict([0.9, 0.1, 0.5], [1, 0, 1], 20, api_name="/cosent_loss")
    client.predict(768, 768, 8, 4096, api_name="/lora_cost")


def test_visitors_do_not_hold_the_event_loop(app: gr.Blocks) -> None:
    with callbacks_of_other_threads() as callbacks:
        with ThreadPoolExecutor(VISITORS) as pool:
            list(pool.map(visit, [app.local_url] * VISITORS))
        after = len(app.state_holder.session_data)
        call = httpx.post(
            f"{app.local_url}gradio_api/call/lora_cost", json={"data": [64, 64, 2, 8]}
        ).json()["event_id"]
        httpx.get(f"{app.local_url}gradio_api/call/lora_cost/{call}", timeout=60)
        assert len(app.state_holder.session_data) == after + 1
    assert len(callbacks) > 100
    assert [call for call in callbacks if call[0] > LONGEST] == []
