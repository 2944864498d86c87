"""`/metrics`, `/livez` and `/readyz` of a worker as an ASGI application; all else is denied, nothing has payload.

Host it with `faust.contrib.asgi.serve_asgi(app, TelemetryApp(...), host=..., port=..., access_log=False)`. It must be
an object: Faust makes a plain `async def` a bound method.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from streams.telemetry.health import Health
from streams.telemetry.metrics import WorkerMetrics

__all__ = ["TelemetryApp"]

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]

_TEXT: Final = "text/plain; charset=utf-8"

#: One fixed format: content negotiation would answer with bytes of the request's own headers.
_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class _Page(NamedTuple):
    status: HTTPStatus
    body: bytes
    content_type: str = _TEXT


class TelemetryApp:
    """Answers GET and HEAD from memory, without touching the request's body, query or headers."""

    def __init__(self, metrics: WorkerMetrics, health: Health) -> None:
        self._metrics = metrics
        self._health = health
        self._pages: dict[str, Callable[[], _Page]] = {
            "/metrics": self._metrics_page,
            "/livez": self._livez_page,
            "/readyz": self._readyz_page,
        }

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Speak ASGI 3: lifespan is acknowledged, websockets are refused."""
        if scope["type"] == "lifespan":
            await _acknowledge_lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await _respond(send, scope["method"], self._page(scope))

    def _page(self, scope: _Message) -> _Page:
        page = self._pages.get(scope["path"])
        if page is None:
            return _plain(HTTPStatus.NOT_FOUND, "Not found.")
        if scope["method"] not in {"GET", "HEAD"}:
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD.")
        return page()

    def _metrics_page(self) -> _Page:
        return _Page(HTTPStatus.OK, self._metrics.render(), _METRICS_TYPE)

    def _livez_page(self) -> _Page:
        death = self._health.death()
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, death) if death else _plain(HTTPStatus.OK, "alive")

    def _readyz_page(self) -> _Page:
        reasons = self._health.reasons()
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, *reasons) if reasons else _plain(HTTPStatus.OK, "ready")


def _plain(status: HTTPStatus, *lines: str) -> _Page:
    return _Page(status, ("\n".join(lines) + "\n").encode())


async def _respond(send: _Send, method: str, page: _Page) -> None:
    headers = [
        (b"content-type", page.content_type.encode()),
        (b"content-length", str(len(page.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if page.status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": int(page.status), "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else page.body})


async def _acknowledge_lifespan(receive: _Receive, send: _Send) -> None:
    while True:
        message = await receive()
        kind = message["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
