"""Counts requests by the template of their route and how long they took; never by a path, which anybody may choose."""

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.telemetry.metrics import ReviewMetrics

__all__ = ["Measured"]

_OTHER: Final = "other"
_API: Final = "/api/v1"


class Measured:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp, *, metrics: ReviewMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI 3."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._metrics.request(_route(scope), status, time.monotonic() - begun)


def _route(scope: Scope) -> str:
    """The template of the route that answered; that of the API's routes has its prefix, which FastAPI leaves out."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return _OTHER
    return _API + path if scope["path"].startswith(f"{_API}/") and not path.startswith(_API) else path
