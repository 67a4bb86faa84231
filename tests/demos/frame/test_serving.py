"""What is sent from memory: pages, configurations, files; and what is not."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import brotli
import pytest

from demos.frame import serving
from demos.frame.serving import FromMemory

PAGES = frozenset({"/", "/pairs"})
BODY = b"<html>" + b"words " * 400


class App:
    """Answers every path with its name, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status, self.auth, self.seconds = 200, None, 0.0
        self.breaks_off, self.length = False, len(BODY)
        self.headers: list[dict[bytes, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        self.headers.append(dict(scope["headers"]))
        await asyncio.sleep(self.seconds)
        kind = b"image/png" if scope["path"].endswith(".png") else b"text/html; charset=utf-8"
        length = (b"content-length", str(self.length).encode())
        headers = [(b"content-type", kind), (b"last-modified", b"today"), length]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        half = len(BODY) // 2
        await send({"type": "http.response.body", "body": BODY[:half], "more_body": True})
        assert (await receive())["type"] == "http.request"
        listening = asyncio.create_task(receive())
        done, _ = await asyncio.wait([listening], timeout=0.001)
        listening.cancel()
        if done or self.breaks_off:  # the visitor has left: as Starlette does with files
            return
        await send({"type": "http.response.body", "body": BODY[half:]})


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def served(app: App) -> FromMemory:
    return FromMemory(app, PAGES, lambda html, path: html + path.encode())


class Answer:
    def __init__(self, messages: list[Any]):
        self.status = messages[0]["status"]
        self.headers = {k.decode(): v.decode() for k, v in messages[0]["headers"]}
        self.body = b"".join(m.get("body", b"") for m in messages[1:])


async def ask(
    served: FromMemory, app: App, path: str, query: str = "", method: str = "GET", **headers: str
) -> Answer:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    given = {"host": "here", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "scheme": "http",
        "root_path": "",
        "app": app,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    said = iter(["http.request", *["http.disconnect"] * 9])

    async def receive() -> dict[str, str]:
        return {"type": next(said)}

    await served(scope, receive, send)
    return Answer(messages)


def get(served: FromMemory, app: App, path: str, *rest: Any, **headers: str) -> Answer:
    return asyncio.run(ask(served, app, path, *rest, **headers))


def test_a_page_is_made_once_and_sent_in_every_encoding(served: FromMemory, app: App) -> None:
    whole = BODY + b"/pairs"
    plain = get(served, app, "/pairs")
    small = get(served, app, "/pairs", "panel=grid", accept_encoding="gzip, deflate")
    smaller = get(served, app, "/pairs", accept_encoding="gzip, br;q=1.0")
    assert app.asked == ["/pairs"]
    assert b"accept-encoding" not in app.headers[0]
    assert plain.body == whole
    assert gzip.decompress(small.body) == whole
    assert brotli.decompress(smaller.body) == whole
    assert [a.headers.get("content-encoding") for a in (plain, small, smaller)] == [
        *(None, "gzip", "br")
    ]
    for answer in (plain, small, smaller):
        assert answer.headers["content-length"] == str(len(answer.body))
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "last-modified" not in answer.headers


def test_who_has_it_already_is_sent_nothing(served: FromMemory, app: App) -> None:
    tag = get(served, app, "/").headers["etag"]
    again = get(served, app, "/", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    assert get(served, app, "/", if_none_match='"other"').status == 200


def test_head_says_as_much_as_get(served: FromMemory, app: App) -> None:
    whole, head = get(served, app, "/"), get(served, app, "/", "", "HEAD")
    assert head.body == b""
    assert head.headers == whole.headers


def test_thirty_at_once_ask_the_app_once(served: FromMemory, app: App) -> None:
    app.seconds = 0.05

    async def all_at_once() -> list[Answer]:
        return await asyncio.gather(*(ask(served, app, "/pairs") for _ in range(30)))

    answers = asyncio.run(all_at_once())
    assert app.asked == ["/pairs"]
    assert {answer.body for answer in answers} == {BODY + b"/pairs"}


def test_a_page_is_kept_for_each_address(served: FromMemory, app: App) -> None:
    for headers in ({}, {"host": "there"}, {"x_forwarded_proto": "https"}):
        get(served, app, "/", "", **headers)
        get(served, app, "/", "", **headers)
    assert len(app.asked) == 3


@pytest.mark.parametrize(
    ("path", "query", "caching"),
    [
        ("/assets/index-abc.js", "", "public, max-age=31536000, immutable"),
        ("/theme.css", "v=1", "public, max-age=31536000, immutable"),
        ("/theme.css", "", "no-cache"),
        ("/static/img.svg", "", "public, max-age=3600"),
        ("/config", "", "no-cache"),
        ("/config", "page=pairs", "no-cache"),
        ("/gradio_api/info", "", "no-cache"),
    ],
)
def test_files_and_configurations_are_kept(
    served: FromMemory, app: App, path: str, query: str, caching: str
) -> None:
    for _ in range(2):
        answer = get(served, app, path, query)
    assert app.asked == [path]
    assert answer.body == BODY
    assert answer.headers["cache-control"] == caching


@pytest.mark.parametrize(
    ("path", "query", "method", "headers"),
    [
        ("/gradio_api/queue/data", "session_hash=a", "GET", {}),
        ("/gradio_api/file=a.csv", "", "GET", {}),
        ("/", "", "POST", {}),
        ("/", "deep_link=abc", "GET", {}),
        ("/config", "page=nowhere", "GET", {}),
        ("/config", "anything=1", "GET", {}),
        ("/assets/a.js", "", "GET", {"range": "bytes=0-9"}),
    ],
)
def test_the_rest_is_not(
    served: FromMemory, app: App, path: str, query: str, method: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        get(served, app, path, query, method, **headers)
    assert len(app.asked) == 2


def test_nothing_is_kept_of_an_app_that_asks_who_one_is(served: FromMemory, app: App) -> None:
    app.auth = {"somebody": "password"}  # type: ignore[assignment]
    for _ in range(2):
        get(served, app, "/")
    assert len(app.asked) == 2


def test_errors_are_not_kept(served: FromMemory, app: App) -> None:
    app.status = 500
    assert get(served, app, "/").status == 500
    app.status = 200
    assert get(served, app, "/").status == 200


def test_a_visitor_who_leaves_does_not_cut_what_others_are_sent(
    served: FromMemory, app: App
) -> None:
    assert get(served, app, "/assets/large.js").body == BODY  # whoever asks has left by then
    assert app.asked == ["/assets/large.js"]


def test_half_an_answer_is_not_kept(served: FromMemory, app: App) -> None:
    app.breaks_off = True
    get(served, app, "/assets/large.js")
    app.breaks_off, app.length = False, len(BODY) + 1
    get(served, app, "/assets/large.js")
    app.length = len(BODY)
    assert get(served, app, "/assets/large.js").body == BODY
    assert get(served, app, "/assets/large.js").body == BODY
    assert app.asked.count("/assets/large.js") > 3
    assert len(served._kept) == 1


def test_pictures_are_not_compressed(served: FromMemory, app: App) -> None:
    answer = get(served, app, "/static/a.png", accept_encoding="br, gzip")
    assert "content-encoding" not in answer.headers
    assert answer.body == BODY


def test_memory_is_bounded(served: FromMemory, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MAX_BYTES", 5 * len(BODY))
    for number in range(50):
        get(served, app, "/", "", host=f"host-{number}", accept_encoding="gzip")
    assert sum(answer.nbytes for answer in served._kept.values()) <= 5 * len(BODY)
    assert not served._locks
    get(served, app, "/", "", host="host-49")
    assert len(app.asked) == 50
