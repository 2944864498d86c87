"""ASGI: what servers and reporters get of a request is masked; what application and client get is not touched."""

import asyncio
import io
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from streams.integrations.asgi import MaskedApplicationError, MaskingMiddleware, masked_scope
from tests.support.library import EMAIL, NAME, PASSWORD, masker, on_handler, shown

BEARER = "Bearer 7c9f1b3e2d4a9f8b7c6d5e4f"
PATH = f"/users/{EMAIL}/orders"
QUERY = f"token={PASSWORD}&page=2&first_name={NAME}".replace(" ", "+").encode()


def scope_of(kind: str = "http") -> dict[str, Any]:
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": QUERY,
        "root_path": "",
        "headers": [
            (b"authorization", BEARER.encode()),
            (b"cookie", b"sid=abcdef123456; theme=dark"),
            (b"accept", b"*/*"),
        ],
        "client": ("203.0.113.9", 5000),
        "server": ("shop.example", 443),
        "state": {"user": NAME},
        "path_params": {"email": EMAIL},
    }


async def nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": EMAIL.encode(), "more_body": False}


def run(app: Any, scope: dict[str, Any], send: Any = None) -> list[Any]:
    sent: list[Any] = []

    async def collect(message: Any) -> None:
        sent.append(message)

    asyncio.run(MaskingMiddleware(app, masker(), loggers=())(scope, nothing, send or collect))
    return sent


def test_application_and_client_see_what_they_always_saw() -> None:
    """The application gets its own scope object and the raw messages, the client the raw response."""
    scope = scope_of()
    before = repr(scope)

    async def app(given: Any, receive: Any, send: Any) -> None:
        assert given is scope
        given["route"] = "/users/{email}/orders"
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-user", EMAIL.encode())]})
        await send({"type": "http.response.body", "body": body})

    sent = run(app, scope)
    assert sent[0]["headers"] == [(b"x-user", EMAIL.encode())]
    assert sent[1]["body"] == EMAIL.encode()
    assert scope.pop("route")
    assert repr(scope) == before


@pytest.mark.parametrize("kind", ["http", "websocket", "lifespan"])
def test_exceptions_leave_masked(kind: str) -> None:
    """Outside stands the masked traceback; exception, chain and frames with values cannot be reached from it."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        password = PASSWORD
        try:
            {}[EMAIL]
        except KeyError as error:
            raise ValueError(f"password={password}") from error

    with pytest.raises(MaskedApplicationError) as caught:
        run(app, scope_of(kind) if kind != "lifespan" else {"type": "lifespan"})
    error = caught.value
    assert error.kind == "ValueError"
    assert "KeyError: 'tok_email_" in str(error)
    assert str(error).endswith("ValueError: password=***")
    assert error.__cause__ is None
    assert error.__context__ is None
    assert not shown("".join(traceback.format_exception(error)) + repr(error.scope))
    own = [
        frame
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.endswith("integrations/asgi.py")
    ]
    assert own
    assert not any(shown(repr(frame.f_locals)) for frame in own)


def test_an_exception_that_cannot_be_printed() -> None:
    """What raises when it is printed is told by its type."""

    class BrokenError(Exception):
        def __str__(self) -> str:
            raise RuntimeError(EMAIL)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise BrokenError(EMAIL)

    with pytest.raises(MaskedApplicationError) as caught:
        run(app, scope_of())
    assert not shown(str(caught.value))
    assert "BrokenError" in caught.value.kind


@pytest.mark.parametrize("raised", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_cancellation_and_exits_pass(raised: type[BaseException]) -> None:
    """What ends a task or the process does so."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise raised

    async def call() -> None:
        with pytest.raises(raised):
            await MaskingMiddleware(app, masker(), loggers=())(scope_of(), nothing, nothing)  # type: ignore[arg-type]

    asyncio.run(call())


def test_the_servers_own_exceptions_pass() -> None:
    """Servers know their own exceptions again, such as that the client has gone."""
    gone = OSError("client gone")

    async def send(_: Any) -> None:
        raise gone

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    with pytest.raises(OSError, match="client gone") as caught:
        run(app, scope_of(), send)
    assert caught.value is gone


def test_failed_start_ups_are_told_masked() -> None:
    """The text with which a start-up fails goes into the server's log; other messages of its kind stay as they are."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed", "message": f"cannot connect with password={PASSWORD}"})
        await send({"type": "lifespan.startup.complete"})

    assert run(app, {"type": "lifespan"}) == [
        {"type": "lifespan.startup.failed", "message": "cannot connect with password=***"},
        {"type": "lifespan.startup.complete"},
    ]


def test_scopes_are_copied_masked() -> None:
    """A copy for reporters has the scope's own types, headers masked by their names, and nothing of the frameworks."""
    scope = scope_of()
    masked = masked_scope(scope, masker())
    email = masker().token("email", EMAIL)
    assert not shown(repr(masked))
    assert masked["path"] == f"/users/{email}/orders"
    assert masked["raw_path"] == f"/users/{email}/orders".encode()
    assert masked["query_string"].startswith(b"token=***&page=2&first_name=tok_name_")
    assert masked["headers"] == [
        (b"authorization", b"Bearer ***"),
        (b"cookie", b"sid=***; theme=***"),
        (b"accept", b"*/*"),
    ]
    assert masked["client"] == (masker().token("ip", "203.0.113.9"), 5000)
    assert masked["path_params"] == {"email": email}
    assert "state" not in masked
    assert scope == scope_of()
    empty = masked_scope({"type": "http", "query_string": b"", "headers": []}, masker())
    assert empty == {"type": "http", "query_string": b"", "headers": []}


def test_scopes_that_cannot_be_masked_say_so() -> None:
    """A scope that is no scope any more gives its type and the reason."""
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    masked = masked_scope({"type": "http", "path": PATH, "path_params": {"x": deep}}, masker())
    assert masked == {"type": "http", "maskstream": "quarantined", "reason": "too_deep"}


def test_servers_loggers_get_the_filter() -> None:
    """Handlers that servers log to are masked when the middleware is made, or at the first call."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        return

    with on_handler(name="hypercorn.access") as (logger, stream):
        middleware = MaskingMiddleware(app, masker(), loggers=("hypercorn.access", "hypercorn.error"))
        logger.info("GET %s", PATH)
        late = io.StringIO()
        handler = logging.StreamHandler(late)
        other = logging.getLogger("hypercorn.error")
        other.addHandler(handler)
        try:
            asyncio.run(middleware(scope_of(), nothing, nothing))  # type: ignore[arg-type]
            other.error("GET %s", PATH)
        finally:
            other.removeHandler(handler)
    assert stream.getvalue() == f"GET /users/{masker().token('email', EMAIL)}/orders\n"
    assert late.getvalue() == stream.getvalue()


@pytest.fixture
def loggers() -> Iterator[None]:
    """uvicorn's loggers as they were."""
    names = ("uvicorn", "uvicorn.access", "uvicorn.error", "uvicorn.asgi")
    before = [
        (one, list(one.handlers), one.level, one.propagate, one.disabled) for one in map(logging.getLogger, names)
    ]
    yield
    for one, handlers, level, propagate, disabled in before:
        one.handlers[:] = handlers
        one.setLevel(level)
        one.propagate, one.disabled = propagate, disabled


async def served(app: Any, requests: list[bytes]) -> list[bytes]:
    """What a real uvicorn answers to raw requests, one connection each."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="info", lifespan="on", use_colors=False))
    # Signal handlers belong to the test's own process.
    running = asyncio.create_task(server._serve([listening]))
    port = listening.getsockname()[1]
    answers = []
    try:
        for request in requests:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            answers.append(await reader.read())
            writer.close()
            await writer.wait_closed()
    finally:
        server.should_exit = True
        await running
    return answers


def in_one_line(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: {BEARER}\r\n\r\n".encode()


def test_on_a_real_server(loggers: None, capsys: pytest.CaptureFixture[str]) -> None:
    """uvicorn answers with what the application says, and its access and error logs hold no value and lose no line."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        if scope["path"] == "/fail":
            raise ValueError(f"no account for {EMAIL}")
        body = f"{scope['path']}?{scope['query_string'].decode()}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    query = f"/users/{EMAIL}?token={PASSWORD}&first_name={NAME.replace(' ', '+')}"
    answers = asyncio.run(
        served(_made_late(lambda: MaskingMiddleware(app, masker())), [in_one_line(query), in_one_line("/fail")])
    )
    printed = capsys.readouterr()
    assert answers[0].endswith(query.encode())
    assert answers[1].startswith(b"HTTP/1.1 500")
    said = printed.out + printed.err
    assert not shown(said)
    assert BEARER not in said
    assert f'"GET /users/{masker().token("email", EMAIL)}?token=***&first_name=tok_name_' in said
    assert '"GET /fail HTTP/1.1" 500 Internal Server Error' in said
    assert f"ValueError: no account for {masker().token('email', EMAIL)}" in said
    assert "Logging error" not in said


def _made_late(make: Callable[[], Any]) -> Any:
    """An application that is made when uvicorn has configured its logging, as it is when it is named by its place."""
    made: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if not made:
            made.append(make())
        await made[0](scope, receive, send)

    return app
