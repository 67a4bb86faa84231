"""Pages, their configuration and the browser's files: compressed once, and sent from memory.

Gradio 6.31 makes a page anew for every visitor and sends it uncompressed, and compresses each of
its scripts for every visitor on the event loop (plotly's has 4.6 MB). All of them are the same for
everybody as long as the server runs.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import brotli
from starlette.datastructures import Headers, MutableHeaders

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Any, Send], Awaitable[None]]
Shape = Callable[[bytes, str], bytes]

MAX_BYTES = 64 << 20  # of all that is kept
MAX_BODY_BYTES = 8 << 20  # a larger file is sent as Gradio sends it
_MIN_COMPRESSED_BYTES = 500
# Half a second for 5 MB of script, once. Browsers take brotli over https and on localhost alone.
_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=6)),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
_COMPRESSED_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")
_CONFIGURATIONS = ("/config", "/gradio_api/info")
_FILES = ("/assets/", "/static/", "/theme.css")
# The headers that Gradio makes an address of, which stands in its pages.
_ADDRESS = ("host", "x-forwarded-host", "x-forwarded-proto", "x-gradio-server")


@dataclass
class _Answer:
    """An answer of 200, as it is and in every encoding that was asked for."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        return len(self.body) + sum(map(len, self.encoded.values()))

    def encoding_for(self, accepted: str) -> str:
        """The best of what a browser accepts; "" for the body as it is."""
        kind = Headers(raw=self.headers).get("content-type", "")
        if not kind.startswith(_COMPRESSED_TYPES) or len(self.body) < _MIN_COMPRESSED_BYTES:
            return ""
        names = {part.partition(";")[0].strip() for part in accepted.split(",")}
        return next((name for name in _COMPRESSORS if name in names), "")


class FromMemory:
    """ASGI middleware.

    Args:
        app: answers whatever is not kept.
        pages: paths of the pages, "/" for the first.
        shape: makes of a page's HTML and its path what is sent.
    """

    def __init__(self, app: Asgi, pages: frozenset[str], shape: Shape):
        self._app, self._pages, self._shape = app, pages, shape
        self._kept: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        key = self._key(scope)
        if key is None:
            return await self._app(scope, receive, send)
        accepted = Headers(scope=scope).get("accept-encoding", "")
        answer, encoding = await self._prepared(key, scope, accepted)
        if answer is None:
            return await self._app(scope, receive, send)
        return await _send(answer, encoding, scope, send)

    async def _prepared(
        self, key: Hashable, scope: Scope, accepted: str
    ) -> tuple[_Answer | None, str]:
        """An answer, compressed as a browser takes it, and how; thirty at once wait for one."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                answer = await self._find(key, scope)
                encoding = answer.encoding_for(accepted) if answer else ""
                if answer and encoding and encoding not in answer.encoded:
                    compress = _COMPRESSORS[encoding]
                    answer.encoded[encoding] = await anyio.to_thread.run_sync(compress, answer.body)
                    self._make_room()
                return answer, encoding
        finally:
            self._locks.pop(key, None)

    def _key(self, scope: Scope) -> Hashable | None:
        """What an answer is kept by; None for what is not kept."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return None
        headers, path = Headers(scope=scope), _path(scope)
        query = scope.get("query_string", b"").decode("latin-1")
        needs_login = getattr(scope.get("app"), "auth", None) is not None
        if needs_login or "range" in headers or "deep_link=" in query:
            return None
        if path.startswith(_FILES):
            return path
        if path in self._pages:
            query = ""  # is read in the browser
        elif path not in _CONFIGURATIONS or f"/{query.removeprefix('page=')}" not in self._pages:
            return None
        address = tuple(headers.get(name) for name in _ADDRESS)
        return path, query, scope.get("scheme"), scope.get("root_path", ""), address

    async def _find(self, key: Hashable, scope: Scope) -> _Answer | None:
        """What is kept, or else the app's answer; None if that is not to be kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        status, headers, body = await _ask(self._app, scope)
        if status != 200 or len(body) > MAX_BODY_BYTES:
            return None
        if _path(scope) in self._pages:
            body = await anyio.to_thread.run_sync(self._shape, body, _path(scope))
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._kept[key] = _Answer(headers, body, etag)
        self._make_room()
        return self._kept.get(key)

    def _make_room(self) -> None:
        """What was unused for longest goes; sums over some two hundred entries at the most."""
        while len(self._kept) > 1 and sum(a.nbytes for a in self._kept.values()) > MAX_BYTES:
            self._kept.popitem(last=False)


def _path(scope: Scope) -> str:
    """The path below the one that the app is served under."""
    return str(scope["path"]).removeprefix(scope.get("root_path", "")) or "/"


async def _ask(app: Asgi, scope: Scope) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """The app's answer to a GET, uncompressed: status, headers, body; status 0 if it broke off.

    For all who will ask: that whoever asked first has left meanwhile does not end it.
    """
    unwanted = (b"accept-encoding", b"if-none-match", b"if-modified-since")
    headers = [(name, value) for name, value in scope["headers"] if name not in unwanted]
    start: Message = {}
    parts: list[bytes] = []
    is_whole = False
    requests = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for request in requests:
            return request
        await asyncio.Event().wait()  # until the app has answered, and is no longer interested
        raise AssertionError

    async def collect(message: Message) -> None:
        nonlocal is_whole
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))
            is_whole = not message.get("more_body", False)

    await app({**scope, "method": "GET", "headers": headers}, receive, collect)
    body = b"".join(parts)
    given = list(start.get("headers", []))
    length = Headers(raw=given).get("content-length", str(len(body)))
    if not is_whole or length != str(len(body)):
        return 0, given, body
    return start["status"], given, body


async def _send(answer: _Answer, encoding: str, scope: Scope, send: Send) -> None:
    headers = MutableHeaders(raw=list(answer.headers))
    for name in ("last-modified", "accept-ranges", "content-length"):
        del headers[name]
    headers["etag"], headers["vary"] = answer.etag, "Accept-Encoding"
    headers["cache-control"] = _caching(scope)
    same = Headers(scope=scope).get("if-none-match") == answer.etag
    body = b"" if same else answer.encoded[encoding] if encoding else answer.body
    if not same:
        headers["content-length"] = str(len(body))
        if encoding:
            headers["content-encoding"] = encoding
    status = 304 if same else 200
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _caching(scope: Scope) -> str:
    """How long a browser may keep it: for good where its name changes with its content."""
    path = _path(scope)
    if path.startswith("/assets/") or (path == "/theme.css" and scope.get("query_string")):
        return "public, max-age=31536000, immutable"
    return "public, max-age=3600" if path.startswith("/static/") else "no-cache"
