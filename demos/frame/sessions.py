"""Sessions of Gradio 6.31 that cost next to nothing.

What: `keep_sessions_small` replaces methods of Gradio's `SessionState`; `let_go_of_sessions`
replaces the sweep of a running app, which asks `OpenPages` who still has a page.

Why: only so that deep links can be restored, which this app does not use, Gradio computes the
configuration of every component of every page for each new session, on the event loop (240 ms and
2.5 MB with 1,600 components), and computes and keeps it anew with every update. Each plain call of
the HTTP API is a session of its own, kept until ten thousand others have come.

For which version: the one that requirements.txt pins. `SOURCE_DIGEST` is of the code that is stood
in for: a test fails when Gradio changes there. Read that code again then, and renew the digest.
"""

from __future__ import annotations

import datetime
import hashlib
import inspect
import time
from collections import ChainMap, Counter, deque
from collections.abc import Callable, MutableMapping
from typing import Any, cast

import gradio as gr
from gradio.blocks import BlocksConfig
from gradio.state_holder import SessionState, StateHolder

SOURCE_DIGEST = "1edbfa9e934afcd382726d797b9f57436e21926653c7fb2be6efec00c4c9ba0c"

IDLE_SECONDS = 60.0  # of a program's session, or of a single call's, once it is not used
CLOSED_SECONDS = 3_600.0  # of a page that was closed, or has lost its connection: it may come back
MAX_SESSIONS = 50_000
_LOOKED_AT_ONCE = 2_000  # some milliseconds of the event loop

_Scope = MutableMapping[str, Any]


def source_digest() -> str:
    """SHA-256 of Gradio's code that is stood in for."""
    replaced = "".join(map(inspect.getsource, (SessionState, StateHolder)))
    return hashlib.sha256(replaced.encode()).hexdigest()


class OpenPages:
    """Which sessions have a page: each page keeps a heartbeat open while it lives."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._closed: dict[str, float] = {}  # when a session's last page went

    def middleware(self, app: Callable[..., Any]) -> Callable[..., Any]:
        """ASGI middleware that counts the heartbeats that pass through it."""

        async def counted(scope: _Scope, receive: Any, send: Any) -> None:
            _, beat, session = scope.get("path", "").partition("/heartbeat/")
            if beat:
                self._open[session] += 1
            try:
                await app(scope, receive, send)
            finally:
                if beat:
                    self._count_out(session)

        return counted

    def _count_out(self, session: str) -> None:
        self._open[session] -= 1
        if self._open[session] <= 0:
            del self._open[session]
            self._closed[session] = time.monotonic()

    def has_gone(self, session: str, last_used: datetime.datetime | None) -> bool:
        """Whether a session will not be used again."""
        if session in self._open:
            return False
        unused = (datetime.datetime.now() - (last_used or datetime.datetime.min)).total_seconds()
        closed = self._closed.get(session)
        if closed is None:
            return unused > IDLE_SECONDS
        return min(unused, time.monotonic() - closed) > CLOSED_SECONDS

    def forget(self, session: str) -> None:
        """Nothing is known of a session any more."""
        self._closed.pop(session, None)


def keep_sessions_small() -> None:
    """Change Gradio's sessions, for all apps of this process."""
    for name in ("__init__", "__setitem__", "_update_config", "_update_value_in_config"):
        setattr(SessionState, name, vars(_SmallState)[name])


def let_go_of_sessions(app: gr.Blocks, pages: OpenPages) -> None:
    """Forget the sessions of a running app that have gone; Gradio asks once a second."""
    holder, queue = app.state_holder, app._queue
    holder.capacity = MAX_SESSIONS
    queue.pending_messages_per_session.max_size = MAX_SESSIONS  # else 2,000: more lose answers
    todo: deque[str] = deque()

    def sweep() -> None:
        if not todo:
            todo.extend(holder.session_data.keys() | queue.pending_event_ids_session.keys())
        for _ in range(min(len(todo), _LOOKED_AT_ONCE)):
            session = todo.popleft()
            if not pages.has_gone(session, holder.time_last_used.get(session)):
                continue
            holder.delete_state(session)
            holder.session_data.pop(session, None)
            holder.time_last_used.pop(session, None)
            pages.forget(session)
            if not queue.pending_event_ids_session.get(session):
                queue.pending_event_ids_session.pop(session, None)
                queue.pending_messages_per_session.pop(session, None)

    holder.delete_all_expired_state = sweep  # type: ignore[method-assign]


class _SmallState(SessionState):
    """What `SessionState` does, less the configuration that is kept for deep links."""

    def __init__(self, blocks: gr.Blocks):
        self.blocks_config = _lent(blocks.default_config)
        self.config_values: dict[int, Any] = {}
        self.state_data: dict[int, Any] = {}
        self._state_ttl: dict[int, Any] = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = int(CLOSED_SECONDS)

    def __setitem__(self, key: int, value: Any) -> None:
        block = self.blocks_config.blocks.get(key)
        if isinstance(block, gr.State):
            self._state_ttl[key] = block.time_to_live, datetime.datetime.now()
            self.state_data[key] = value
        elif value is not block:
            self.blocks_config.blocks[key] = value

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


def _lent(config: BlocksConfig) -> BlocksConfig:
    """A session's own configuration: its few components lie over the app's, which are not copied.

    Functions are not changed by any session of an app without `gr.render`.
    """
    own = BlocksConfig(config.root_block)
    own.blocks = cast("dict[int, Any]", ChainMap({}, config.blocks))
    own.fns, own.fn_id, own.renderables = config.fns, config.fn_id, config.renderables
    return own
