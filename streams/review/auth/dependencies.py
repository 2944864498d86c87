"""FastAPI dependencies that give the person asking, or refuse: `principal: Annotated[Principal, Depends(operator)]`.

The gate (a middleware) has verified token or session before a route is looked for, so a stranger learns nothing from
any path. Here the role is asked for, and of a browser's session that changes something the form's token too: in the
field `csrf` (`<input type="hidden" name="csrf" value="{{ csrf_token(request) }}">`) or the header `X-CSRF-Token`.
"""

import hmac
from http import HTTPStatus
from typing import Final

from fastapi import HTTPException, Request

from streams.review.auth.principal import Principal, Role

__all__ = ["CSRF_FIELD", "CSRF_HEADER", "csrf_token", "forbidden", "operator", "revealer", "unauthorized", "viewer"]

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
    if principal.via == "session" and request.method not in _SAFE and not await _carries_token(request):
        raise forbidden()
    return principal


async def _carries_token(request: Request) -> bool:
    wanted = csrf_token(request)
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else ""
    return wanted != "" and hmac.compare_digest(given.encode(), wanted.encode())
