"""The outermost middleware: security headers on each answer, a limit for bodies, and no error's words to anybody.

Nothing is loaded from elsewhere, no script or style stands in a page, no page stands in another's frame, forms go to
us, and nothing that was seen stays in a cache.
"""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.review.auth.answers import refusal
from streams.telemetry.log import EventLog

__all__ = ["BODY_BYTES_MAX", "CONTENT_SECURITY_POLICY", "STATIC", "Shield"]

#: A policy file of a thousand rules has 200 kB.
BODY_BYTES_MAX: Final = 1 << 20
#: Files of the pages, the same for everybody.
STATIC: Final = "/static/"

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS: Final = "max-age=31536000"

_events: Final = EventLog()


class Shield:
    """An ASGI middleware; `secure` says that browsers come by https."""

    def __init__(self, app: ASGIApp, *, secure: bool, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._app = app
        self._body_bytes_max = body_bytes_max
        self._headers = _HEADERS | ({"Strict-Transport-Security": _HSTS} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI 3; there are no websockets."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._complete(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            if _declared(scope) > self._body_bytes_max:
                await refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, with_headers)
            else:
                await self._app(scope, self._limited(receive), with_headers)
        except Exception as error:  # noqa: BLE001 - its words may hold a record, and the server would log them
            _events.error("review_failed", error=error)
            if not begun:
                await refusal(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, with_headers)

    def _complete(self, headers: MutableHeaders, path: str) -> None:
        for name, value in self._headers.items():
            headers[name] = value
        if not path.startswith(STATIC):
            headers["Cache-Control"] = "no-store"
        for name in ("server", "x-powered-by"):
            if name in headers:
                del headers[name]

    def _limited(self, receive: Receive) -> Receive:
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._body_bytes_max:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large.")
            return message

        return limited


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else 1 << 62  # noqa: PLR2004 - of 64 bits
    return 0
