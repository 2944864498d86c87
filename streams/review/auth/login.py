"""Routes of log-in and log-out: the page, the way to the provider and back, a token by form, a link for once.

No token ever stands in an address. A session begins by a page of ours that goes on by itself: a redirect would still
count as sent by the provider's site, and the browser would keep the strict cookie back.
"""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from streams.errors import MaskstreamError
from streams.quarantine.audit import AuditEvent
from streams.review.auth.access import Access
from streams.review.auth.answers import refusal
from streams.review.auth.dependencies import carries_csrf, forbidden
from streams.review.auth.gate import refused
from streams.review.auth.limits import client_address, network_of
from streams.review.auth.nextpath import next_path
from streams.review.auth.oidc import LOGIN_S, Arrival
from streams.review.auth.once import take_once
from streams.review.auth.principal import Principal
from streams.review.auth.problems import IssuerAwayError, Problem, RefusedError
from streams.settings.urls import is_loopback
from streams.telemetry.log import EventLog

__all__ = ["LoginPage", "auth_router", "plain_page"]

auth_router: Final = APIRouter(include_in_schema=False)

_events: Final = EventLog()

_AGAIN: Final = "The log-in did not succeed: try again."
_SAID: Final[dict[Problem, str]] = {
    "no_role": "You have no role here: ask whoever runs this service for one.",
    "code": "This link or code was used already, or is too old.",
    "state": "This log-in was begun elsewhere or too long ago: begin again.",
}


@dataclass(frozen=True, slots=True)
class LoginPage:
    """What the log-in page shows. `by_provider` offers a link to `start`, `by_token` a form that posts `token` and
    `next` to /login; `sentence` is what went wrong.
    """

    by_provider: bool
    by_token: bool
    development: bool
    next: str
    start: str
    sentence: str | None = None


#: Makes the page's HTML; kept at `app.state.login_page`, where the pages put their own.
Render = Callable[[Request, LoginPage], str]


@auth_router.get("/login")
def login_page(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the name in the address
    """The log-in page; whoever is logged in already goes on."""
    if getattr(request.state, "session", None) is not None:
        return RedirectResponse(next_path(next), HTTPStatus.SEE_OTHER)
    return _page(request, HTTPStatus.OK, next_path(next))


@auth_router.post("/login")
def login_by_token(
    request: Request,
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the name in the form
) -> Response:
    """A session by a pasted token, where there is no provider to log in at."""
    access = _access(request)
    if access.provider is not None:
        return refusal(HTTPStatus.FORBIDDEN)

    def who() -> tuple[Principal, float | None]:
        verified = access.verifier.verify(token.strip())
        return access.verifier.person(verified), float(verified.claims["exp"])

    return _enter(request, who, next_path(next))


@auth_router.get("/login/start")
def login_start(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the name in the address
    """The way to the provider."""
    access = _access(request)
    if access.provider is None:
        return _page(request, HTTPStatus.NOT_FOUND, "/", _AGAIN)
    if wait_s := access.attempts.take(network_of(client_address(request.scope) or "")):
        return refusal(HTTPStatus.TOO_MANY_REQUESTS, wait_s)
    try:
        address, cookie = access.provider.leave(_callback(request), next_path(next))
    except IssuerAwayError:
        return _away(request)
    return RedirectResponse(
        address, HTTPStatus.SEE_OTHER, dict(access.site.set_cookie(access.site.login, cookie, LOGIN_S))
    )


@auth_router.get("/login/callback")
def login_callback(
    request: Request,
    code: str | None = None,
    state: str | None = None,
    iss: str | None = None,
    error: str | None = None,
) -> Response:
    """The way back from the provider."""
    access, provider = _access(request), _access(request).provider
    if provider is None:
        return _page(request, HTTPStatus.NOT_FOUND, "/", _AGAIN)
    kept = request.cookies.get(access.site.login.name, "")
    wanted = "/"

    def who() -> tuple[Principal, float | None]:
        nonlocal wanted
        verified, wanted = provider.arrive(kept, Arrival(code, state, iss, error), _callback(request))
        # An id token lives for minutes and says who came; the session has a length of its own.
        return access.verifier.person(verified), None

    return _enter(request, who, lambda: next_path(wanted), attempt=True)


@auth_router.get("/login/once/{code}")
def login_once(request: Request, code: str) -> Response:
    """A session by a link for once, in development and from this machine."""
    access = _access(request)
    near = is_loopback(client_address(request.scope) or "") and is_loopback(request.url.hostname or "")
    if (
        not access.development
        or not near
        or request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    ):
        return refusal(HTTPStatus.UNAUTHORIZED)
    return _enter(request, lambda: (take_once(access.settings.state_dir, code), None), "/", attempt=True)


@auth_router.post("/logout")
async def logout(request: Request) -> Response:
    """Ends the session."""
    access, session = _access(request), getattr(request.state, "session", None)
    if session is None or not await carries_csrf(request):
        raise forbidden()
    access.sessions.end(session)
    access.notes(_event("logout", session.principal, request))
    return RedirectResponse("/login", HTTPStatus.SEE_OTHER, dict(access.site.set_cookie(access.site.session, "", 0)))


def plain_page(_request: Request, page: LoginPage) -> str:
    """A log-in page without looks, where nobody gave a better one."""
    said = f"<p role=alert>{html.escape(page.sentence)}</p>" if page.sentence else ""
    link = f'<p><a href="{html.escape(page.start)}">Log in</a></p>' if page.by_provider else ""
    form = (
        '<form method=post action="/login"><label>Token <input type=password name=token autocomplete=off required>'
        f'</label><input type=hidden name=next value="{html.escape(page.next)}"><button>Log in</button></form>'
    )
    return _document("Log in", f"<h1>maskstream review</h1>{said}{link}{form if page.by_token else ''}")


def _enter(
    request: Request,
    who: Callable[[], tuple[Principal, float | None]],
    wanted: str | Callable[[], str],
    *,
    attempt: bool = False,
) -> Response:
    """Begins a session for whom `who` finds, once it is written down; a page that says why not otherwise."""
    access, address = _access(request), client_address(request.scope)
    wait_s = access.attempts.take(network_of(address or "")) if attempt else 0.0
    if wait_s:
        return refusal(HTTPStatus.TOO_MANY_REQUESTS, wait_s)
    try:
        person, until = who()
        _check_roles(person)
        access.audit(_event("login", person, request))
    except IssuerAwayError:
        return _away(request)
    except RefusedError as problem:
        return _refusal_page(request, problem, address)
    except MaskstreamError as error:
        _events.error("review_unaudited", action="login", error=error)
        return _page(request, HTTPStatus.SERVICE_UNAVAILABLE, "/", "The log-in could not be written down: try again.")
    _events.info("review_login")
    return _landed(request, person, until, wanted if isinstance(wanted, str) else wanted())


def _check_roles(person: Principal) -> None:
    if not person.roles:
        raise RefusedError("no_role", person.subject, person.token_id)


def _landed(request: Request, person: Principal, until: float | None, wanted: str) -> Response:
    access = _access(request)
    text, age_s = access.sessions.begin(person, until)
    target = html.escape(wanted)
    head = f'<meta http-equiv="refresh" content="0; url={target}">'
    answer = HTMLResponse(_document("Logged in", f'<p><a href="{target}">Go on</a></p>', head))
    for header in (access.site.set_cookie(access.site.session, text, age_s), _no_login_cookie(access)):
        answer.headers.append("Set-Cookie", header["Set-Cookie"])
    return answer


def _refusal_page(request: Request, problem: RefusedError, address: str | None) -> Response:
    wait_s = refused(_access(request), problem, address)
    if wait_s:
        return refusal(HTTPStatus.TOO_MANY_REQUESTS, wait_s)
    status = HTTPStatus.FORBIDDEN if problem.problem == "no_role" else HTTPStatus.UNAUTHORIZED
    answer = _page(request, status, "/", _SAID.get(problem.problem, _AGAIN))
    answer.headers.append("Set-Cookie", _no_login_cookie(_access(request))["Set-Cookie"])
    return answer


def _away(request: Request) -> Response:
    sentence = "The provider of log-ins does not answer: try again in a moment."
    return _page(request, HTTPStatus.SERVICE_UNAVAILABLE, "/", sentence)


def _page(request: Request, status: HTTPStatus, wanted: str, sentence: str | None = None) -> Response:
    access = _access(request)
    page = LoginPage(
        by_provider=access.provider is not None,
        by_token=access.provider is None,
        development=access.development,
        next=wanted,
        start="/login/start" if wanted == "/" else f"/login/start?next={wanted}",
        sentence=sentence,
    )
    render: Render = getattr(request.app.state, "login_page", plain_page)
    return HTMLResponse(render(request, page), status)


def _document(title: str, body: str, head: str = "") -> str:
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>{title} · maskstream</title>{head}<body>{body}"


def _event(action: str, person: Principal, request: Request) -> AuditEvent:
    token_id = person.token_id if person.token_id.isascii() else None
    return AuditEvent.model_validate(
        {
            "action": action,
            "via": "review",
            "actor": person.subject,
            "address": client_address(request.scope),
            "token": token_id,
        }
    )


def _callback(request: Request) -> str:
    return f"{_access(request).site.address(request.headers)}/login/callback"


def _no_login_cookie(access: Access) -> Mapping[str, str]:
    return access.site.set_cookie(access.site.login, "", 0)


def _access(request: Request) -> Access:
    access = request.app.state.access
    if not isinstance(access, Access):
        raise TypeError("the application was put together without its access")
    return access
