"""Answers of the gate in the form of RFC 9457: short, the same for all of a kind, and silent about what exists."""

from http import HTTPStatus
from typing import Final

from starlette.responses import JSONResponse, Response

__all__ = ["refusal"]

_SAID: Final = {
    HTTPStatus.BAD_REQUEST: "The service does not answer to this host.",
    HTTPStatus.UNAUTHORIZED: "Log in first.",
    HTTPStatus.FORBIDDEN: "You may not do this.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large.",
    HTTPStatus.TOO_MANY_REQUESTS: "That was too often: wait.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something failed: the service's log says where.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nobody can be let in at present: the issuer of tokens does not answer.",
}


def refusal(status: HTTPStatus, wait_s: float = 0.0) -> Response:
    """What a request gets that goes no further; `wait_s` is when to try again."""
    headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else {}
    if wait_s > 0:
        headers["Retry-After"] = str(int(wait_s) + 1)
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": _SAID[status], "errors": []}
    return JSONResponse(body, status, headers, media_type="application/problem+json")
