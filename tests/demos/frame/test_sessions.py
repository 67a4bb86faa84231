"""Sessions: nothing is computed for a new one, and those that have gone are let go."""

from __future__ import annotations

import asyncio
import datetime
import time
import tracemalloc
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder

from demos.frame import sessions
from demos.frame.sessions import OpenPages, keep_sessions_small, let_go_of_sessions, source_digest

keep_sessions_small()


@pytest.fixture
def blocks() -> gr.Blocks:
    with gr.Blocks() as blocks:
        gr.State([1])
        for _ in range(500):
            gr.Textbox("text")
    return blocks


def test_gradio_has_not_changed_what_is_stood_in_for() -> None:
    """Read gradio/state_holder.py again, and demos/frame/sessions.py with it, when this fails."""
    assert source_digest() == sessions.SOURCE_DIGEST


def test_a_new_session_asks_no_component_for_its_configuration(
    blocks: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(gr.Textbox, "get_config", lambda self, *a: asked.append(self) or {})
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [SessionState(blocks) for _ in range(100)]
    size = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    tracemalloc.stop()
    assert not asked
    assert size < 10_000  # bytes


def test_a_session_has_values_and_components_of_its_own(blocks: gr.Blocks) -> None:
    kinds = gr.State, gr.Textbox
    state, box = (next(b for b in blocks.blocks.values() if isinstance(b, k)) for k in kinds)
    one, other = SessionState(blocks), SessionState(blocks)
    one[state._id].append(2)
    assert (one[state._id], other[state._id]) == ([1, 2], [1])
    renewed = gr.Textbox("text", label="renewed", render=False)
    one[box._id] = renewed
    one._update_config(box._id)
    one._update_value_in_config(box._id, "a long value")
    assert one[box._id] is renewed
    assert other[box._id] is box
    assert blocks.blocks[box._id] is box
    assert not one.config_values


def holder_of(blocks: gr.Blocks, pages: OpenPages) -> StateHolder:
    holder = StateHolder()
    blocks.state_session_capacity = 100
    holder.set_blocks(blocks)
    let_go_of_sessions(blocks, pages)
    return holder


def test_a_session_without_a_page_is_let_go_soon(
    blocks: gr.Blocks,
) -> None:
    holder = holder_of(blocks, OpenPages())
    queue: Any = blocks._queue
    queue.pending_event_ids_session |= {"program": set(), "busy": {"event"}}
    holder["program"]
    holder["busy"]
    holder.delete_all_expired_state()
    assert list(holder.session_data) == ["program", "busy"]
    long_ago = datetime.timedelta(seconds=sessions.IDLE_SECONDS + 1)
    holder.time_last_used["program"] -= long_ago
    holder.delete_all_expired_state()
    assert list(holder.session_data) == ["busy"]
    assert list(holder.time_last_used) == ["busy"]
    assert list(queue.pending_event_ids_session) == ["busy"]


def test_a_session_with_a_page_is_kept(blocks: gr.Blocks) -> None:
    pages = OpenPages()
    seen: list[bool] = []
    never = None  # was it used

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(pages.has_gone("a", never))

    counted = pages.middleware(app)
    assert pages.has_gone("a", never)
    asyncio.run(counted({"path": "/gradio_api/heartbeat/a"}, None, None))
    asyncio.run(counted({"path": "/gradio_api/queue/join"}, None, None))
    assert seen == [False, False]  # open; closed a moment ago
    assert pages.has_gone("b", never)


def test_a_page_that_was_closed_may_come_back_within_the_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = OpenPages()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        pass

    asyncio.run(pages.middleware(app)({"path": "/heartbeat/a"}, None, None))
    used = datetime.datetime.now() - datetime.timedelta(days=1)
    assert not pages.has_gone("a", used)
    later = time.monotonic() + sessions.CLOSED_SECONDS + 1
    monkeypatch.setattr(sessions, "time", SimpleNamespace(monotonic=lambda: later))
    assert pages.has_gone("a", used)


def test_many_sessions_are_looked_at_in_parts(
    blocks: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_LOOKED_AT_ONCE", 10)
    holder = holder_of(blocks, OpenPages())
    for number in range(25):
        holder[str(number)]
    for session in holder.time_last_used:
        holder.time_last_used[session] -= datetime.timedelta(hours=2)
    left = []
    for _ in range(4):
        holder.delete_all_expired_state()
        left.append(len(holder.session_data))
    assert left == [15, 5, 0, 0]


def test_thousands_wait_for_answers_at_once(blocks: gr.Blocks) -> None:
    holder_of(blocks, OpenPages())
    queue: Any = blocks._queue
    for number in range(5_000):
        queue.pending_messages_per_session[str(number)] = object()
    assert len(queue.pending_messages_per_session) == 5_000
