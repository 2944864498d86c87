"""FastAPI dependencies that give the person asking, or refuse: `principal: Annotated[Principal, Depends(operator)]`.

The gate (a middleware) has verified token or session before a route is looked for, so a stranger learns nothing from
any path. Here the role is asked for, and of a browser's session that changes something the form's token too: in the
field `csrf` (`<input type="hidden" name="csrf" value="{{ csrf_token(request) }}">`) or the header `X-CSRF-Token`.
"""

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import HTTPException, Request

from streams.review.auth.limits import client_address, network_of
from streams.review.auth.principal import Principal, Role

if TYPE_CHECKING:
    from streams.review.auth.access import Access

__all__ = [
    "CSRF_FIELD", "CSRF_HEADER", "carries_csrf", "csrf_token", "forbidden", "operator", "revealer", "revealing",
    "unauthorized", "viewer",
]  # fmt: skip

CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf-token"

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def viewer(request: Request) -> Principal:
    """Somebody who may see previews."""
    return await _holder(request, "viewer")


async def operator(request: Request) -> Principal:
    """Somebody who may decide."""
    return await _holder(request, "operator")


async def revealer(request: Request) -> Principal:
    """Somebody who may see an original, for a reason."""
    return await _holder(request, "revealer")


async def revealing(request: Request) -> Principal:
    """A revealer who has not looked too often: takes one of the person's and one of the address's looks (429)."""
    person = await _holder(request, "revealer")
    access: Access = request.app.state.access
    network = network_of(client_address(request.scope) or "")
    for buckets, name in ((access.reveals, person.subject), (access.reveals_near, network)):
        if wait_s := buckets.take(name):
            raise HTTPException(
                HTTPStatus.TOO_MANY_REQUESTS, "That was too often: wait.", {"Retry-After": str(int(wait_s) + 1)}
            )
    return person


def csrf_token(request: Request) -> str:
    """What forms of this session carry; empty without a session (a bearer token needs none)."""
    return str(getattr(request.state, "csrf", None) or "")


def unauthorized() -> HTTPException:
    """401 in words that fit every case: which one it was helps only those who guess."""
    return HTTPException(HTTPStatus.UNAUTHORIZED, "Log in first.", {"WWW-Authenticate": "Bearer"})


def forbidden() -> HTTPException:
    """403 that does not say whether there is anything to see."""
    return HTTPException(HTTPStatus.FORBIDDEN, "You may not do this.")


async def _holder(request: Request, role: Role) -> Principal:
    principal = getattr(request.state, "principal", None)
    if not isinstance(principal, Principal):
        raise unauthorized()
    if not principal.may(role):
        raise forbidden()
    if principal.via == "session" and request.method not in _SAFE and not await carries_csrf(request):
        raise forbidden()
    return principal


async def carries_csrf(request: Request) -> bool:
    """Whether a request carries what forms of its session carry."""
    wanted = csrf_token(request)
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else ""
    return wanted != "" and hmac.compare_digest(given.encode(), wanted.encode())
