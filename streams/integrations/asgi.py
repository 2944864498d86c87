"""ASGI: a middleware that keeps personal data out of what servers log of requests and of their failures.

It changes neither what the application is given nor what it answers: request and response pass as they are.
"""

import traceback
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any, Final

from streams.integrations.loading import load_masker
from streams.integrations.stdlib import handlers_of, mask_logging
from streams.masking.masker import Masker, notice
from streams.telemetry.trouble import type_name

__all__ = ["SERVER_LOGGERS", "MaskedApplicationError", "MaskingMiddleware", "masked_scope"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Loggers that ASGI servers write requests and failures to.
SERVER_LOGGERS: Final = (
    "uvicorn.access", "uvicorn.error", "uvicorn.asgi", "hypercorn.access", "hypercorn.error", "gunicorn.access",
    "gunicorn.error", "daphne.server", "daphne.access", "granian.access", "_granian",
)  # fmt: skip

#: What the specification puts into a scope as far as it is data (ASGI 3.0, HTTP and WebSocket 2.5); path parameters.
_TOLD: Final = (
    "type", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path", "client", "server",
    "subprotocols", "path_params",
)  # fmt: skip


#: Messages whose text servers log and nobody is answered with.
_FAILED: Final = frozenset({"lifespan.startup.failed", "lifespan.shutdown.failed"})


class MaskedApplicationError(RuntimeError):
    """What the application raised, as masked text; the exception itself, its values and its frames are gone.

    `kind` is the type's name, `scope` the masked copy of the request's scope, for reporters.
    """

    def __init__(self, text: str, kind: str, scope: dict[str, Any]) -> None:
        super().__init__(text)
        self.kind = kind
        self.scope = scope


class MaskingMiddleware:
    """Wraps an application, as the outermost of its layers: `app = MaskingMiddleware(app)`.

    Puts the masking filter on the handlers that servers log to (`loggers`), so paths, queries and addresses are masked
    in access logs; raises what the application raises as `MaskedApplicationError`, so that servers and reporters around
    it get the masked traceback; masks the text with which a start-up or shutdown says that it failed. Cancellation and
    exits pass. The application sees its own scope, not a copy.
    """

    def __init__(
        self,
        app: Application,
        masker: Masker | None = None,
        *,
        keyring: str | Path | None = None,
        policy: str | Path | None = None,
        loggers: Iterable[str] = SERVER_LOGGERS,
    ) -> None:
        self.app = app
        self._masker = masker or load_masker(keyring, policy)
        self._loggers = tuple(loggers)
        self._installed = False
        self._mask_handlers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on; what comes out as an exception is masked."""
        if not self._installed:
            # Servers differ in whether they load the application before or after they configure their logging.
            self._mask_handlers()
            self._installed = True
        server = _Server(receive, send, self._masker)
        try:
            await self.app(scope, server.receive, server.send)
        except Exception as error:
            if error is server.raised:
                raise
            masked = self._masked(error, scope)
        else:
            return
        # Reporters print the locals of frames, and this one is in the traceback.
        del scope, receive, send, server
        raise masked

    def _mask_handlers(self) -> None:
        mask_logging(self._masker, handlers=[one for name in self._loggers for one in handlers_of(name)])

    def _masked(self, error: Exception, scope: Scope) -> MaskedApplicationError:
        kind = type_name(type(error))
        try:
            text = self._masker.mask("".join(traceback.format_exception(error)).rstrip("\n")).safe
        except Exception:  # noqa: BLE001 - an exception that cannot be printed
            text = notice("detector_error").decode()
        return MaskedApplicationError(text, kind, masked_scope(scope, self._masker))


class _Server:
    """The server's side of one call; what it raises itself is its own matter and has to reach it as it was."""

    __slots__ = ("_masker", "_receive", "_send", "raised")

    def __init__(self, receive: Receive, send: Send, masker: Masker) -> None:
        self._receive = receive
        self._send = send
        self._masker = masker
        self.raised: BaseException | None = None

    async def receive(self) -> Message:
        try:
            return await self._receive()
        except BaseException as error:
            self.raised = error
            raise

    async def send(self, message: Message) -> None:
        if message.get("type") in _FAILED and message.get("message"):
            message = {**message, "message": self._masker.mask(str(message["message"])).safe}
        try:
            await self._send(message)
        except BaseException as error:
            self.raised = error
            raise


def masked_scope(scope: Scope, masker: Masker) -> dict[str, Any]:
    """A masked copy of a scope's data, in the scope's own types, for whoever logs requests.

    Headers are masked by their names. What frameworks add (application, session, user, state) is left out. A scope that
    cannot be masked has its `type` and the content of the line that says so.
    """
    told = {name: scope[name] for name in _TOLD if name in scope}
    if query := told.pop("query_string", b""):
        # A question mark tells that names of parameters follow.
        told["query"] = b"?" + query
    headers = [{_name(name): value} for name, value in scope.get("headers", ())]
    done = masker.mask_object({**told, "headers": headers})
    if done.failure:
        return {"type": str(scope["type"]), **done.safe}
    masked: dict[str, Any] = done.value
    if "query_string" in scope:
        masked["query_string"] = masked.pop("query", b"?")[1:]
    masked["headers"] = [
        (name.encode("latin-1", "replace"), value) for pair in masked["headers"] for name, value in pair.items()
    ]
    return masked


def _name(name: bytes) -> str:
    return name.decode("latin-1")
