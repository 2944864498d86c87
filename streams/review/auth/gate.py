"""The gate: nobody gets further than the log-in page without a token or session that counts, whatever the path.

It stands before the routes, so that a route cannot forget it, and a stranger gets the same answer for what is there and
for what is not. A token in `Authorization` counts alone; only without one is the cookie looked at, and then only for
requests that a page of ours sent.
"""

from http import HTTPStatus
from typing import Final

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.quarantine.audit import AuditEvent
from streams.review.auth.access import Access
from streams.review.auth.answers import refusal
from streams.review.auth.limits import client_address, network_of
from streams.review.auth.nextpath import login_for
from streams.review.auth.principal import Principal
from streams.review.auth.problems import IssuerAwayError, RefusedError
from streams.review.auth.sessions import Session
from streams.review.auth.shield import STATIC
from streams.telemetry.log import EventLog

__all__ = ["PROBES", "PUBLIC", "Gate", "refused"]

#: Asked by orchestrators, by address and without a token.
PROBES: Final = frozenset({"/livez", "/readyz"})
#: Where a stranger may go besides.
PUBLIC: Final = ("/login", "/login/start", "/login/callback")
_ONCE: Final = "/login/once/"

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: An issuer that answers slowly takes these threads, not those of the routes.
_VERIFYING: Final = 8

_events: Final = EventLog()


class Gate:
    """An ASGI middleware; routes find the person in `request.state.principal`."""

    def __init__(self, app: ASGIApp, *, access: Access) -> None:
        self._app = app
        self._access = access
        self._threads: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI 3."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        answer = await self._look(scope)
        await (answer or self._app)(scope, receive, send)

    async def _look(self, scope: Scope) -> Response | None:
        """Notes down who asks; an answer where the request ends here."""
        headers, path = Headers(scope=scope), scope["path"]
        given = headers.getlist("authorization")
        if given and not _is_public(path):
            # Of two, a proxy and we might each believe another one.
            return await self._by_token(scope, given[0] if len(given) == 1 else "")
        # A token is sent on purpose; a cookie, or nothing, by any browser that was led here.
        if not self._access.site.answers_to(headers):
            return refusal(HTTPStatus.BAD_REQUEST)
        if scope["method"] not in _SAFE and not self._access.site.sent_by_us(headers):
            return refusal(HTTPStatus.FORBIDDEN)
        session = self._session(scope)
        if session is not None:
            _keep(scope, session.principal, session)
            return None
        return None if _is_public(path) else _log_in(scope, headers)

    async def _by_token(self, scope: Scope, given: str) -> Response | None:
        self._threads = self._threads or CapacityLimiter(_VERIFYING)
        return await anyio.to_thread.run_sync(self._verified, scope, given, limiter=self._threads)

    def _verified(self, scope: Scope, given: str) -> Response | None:
        try:
            _keep(scope, self._access.verifier.principal(_bearer(given)), None)
        except IssuerAwayError:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, 5)
        except RefusedError as problem:
            wait_s = refused(self._access, problem, client_address(scope))
            return refusal(HTTPStatus.TOO_MANY_REQUESTS if wait_s else HTTPStatus.UNAUTHORIZED, wait_s)
        return None

    def _session(self, scope: Scope) -> Session | None:
        text = HTTPConnection(scope).cookies.get(self._access.site.session.name)
        return self._access.sessions.read(text) if text else None


def refused(access: Access, problem: RefusedError, address: str | None) -> float:
    """Writes a failure down; once there were too many from there, only counts: gives the seconds until the next.

    What counts is never kept out by somebody else's failures: this is asked after a token was found wrong.
    """
    wait_s = access.failures.take(network_of(address or ""))
    if wait_s:
        return wait_s
    _events.warning("review_refused", cause=problem.problem)
    access.notes(
        AuditEvent(
            action="login_failed",
            via="review",
            actor=problem.subject or "-",
            address=address,
            token=problem.token_id if problem.token_id and problem.token_id.isascii() else None,
            problem=problem.problem,
        )
    )
    return 0.0


def _bearer(given: str) -> str:
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer":
        raise RefusedError("no_token")
    return token.strip()


def _is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith((_ONCE, STATIC))


def _keep(scope: Scope, principal: Principal, session: Session | None) -> None:
    state = scope.setdefault("state", {})
    state["principal"], state["session"], state["csrf"] = principal, session, session.csrf if session else None


def _log_in(scope: Scope, headers: Headers) -> Response:
    """A browser is led to the log-in page, from whatever path; a program is told."""
    if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
        return RedirectResponse(login_for(scope["path"]), HTTPStatus.SEE_OTHER)
    return refusal(HTTPStatus.UNAUTHORIZED)
