"""Errors as `application/problem+json` (RFC 9457): a sentence of ours, never what was sent nor what a record holds."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from streams.errors import GuardError, MaskstreamError, RunError, UnreachableError, UsageError
from streams.quarantine.actions import NotYetKnownError
from streams.review.reveals import ApprovalNeededError
from streams.review.work import NotFoundError, TooOftenError
from streams.telemetry import log

__all__ = ["PROBLEM", "PROBLEMS", "Problem", "install", "problem"]

_MEDIA: Final = "application/problem+json"
_NAME: Final = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}")
_WRONG_MAX: Final = 20

_events: Final = log.EventLog()


class Wrong(BaseModel):
    """One thing that is wrong with a request: where, and what should stand there."""

    model_config = ConfigDict(frozen=True)

    where: str
    what: str


class Problem(BaseModel):
    """What went wrong."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Wrong] = Field(default_factory=list)


#: Content of an answer that is a problem, for the OpenAPI document.
PROBLEM: Final = {_MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}

#: What any route may answer besides, for the OpenAPI document.
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": HTTPStatus(status).phrase, "content": PROBLEM}
    for status in (400, 401, 403, 404, 409, 422, 429, 503)
}


def problem(
    status: int, detail: str, errors: list[Wrong] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """One answer."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return JSONResponse(said.model_dump(), status, {"Cache-Control": "no-store", **(headers or {})}, media_type=_MEDIA)


def install(app: FastAPI) -> None:
    """Makes the application answer errors so."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(MaskstreamError, _own)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    detail = error.detail if isinstance(error.detail, str) else HTTPStatus(error.status_code).phrase
    return problem(error.status_code, detail, headers=error.headers)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    wrong = [Wrong(where=_where(one["loc"]), what=_what(one)) for one in found[:_WRONG_MAX]]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not as it should be.", wrong)


async def _own(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, MaskstreamError):
        raise error
    if isinstance(error, TooOftenError):
        return problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), headers={"Retry-After": str(int(error.wait_s) + 1)})
    status = _status(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _events.warning("review_failed", error=error)
    return problem(status, str(error))


def _status(error: MaskstreamError) -> HTTPStatus:
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


#: The first that fits.
_STATUSES: Final[dict[type[MaskstreamError], HTTPStatus]] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    ApprovalNeededError: HTTPStatus.FORBIDDEN,
    UsageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotYetKnownError: HTTPStatus.ACCEPTED,
    UnreachableError: HTTPStatus.SERVICE_UNAVAILABLE,
    GuardError: HTTPStatus.SERVICE_UNAVAILABLE,
    RunError: HTTPStatus.SERVICE_UNAVAILABLE,
}


def _where(place: tuple[Any, ...]) -> str:
    # Keys of a body are the sender's own words: only what looks like a name is said back.
    return ".".join(part if _NAME.fullmatch(part := str(piece)) else "?" for piece in place)


def _what(error: Mapping[str, Any]) -> str:
    """pydantic's words for kinds whose words are about our model, never about what was given."""
    kind = str(error.get("type", ""))
    if kind in _TOLD:
        return str(error.get("msg", "")).removeprefix("Value error, ")
    return "is not JSON" if kind == "json_invalid" else "is not as it should be"


_TOLD: Final = frozenset((
    "missing", "extra_forbidden", "literal_error", "string_too_long", "string_too_short", "string_pattern_mismatch",
    "too_long", "too_short", "greater_than_equal", "less_than_equal", "int_type", "int_parsing", "bool_type",
    "bool_parsing", "string_type", "list_type", "model_type", "value_error", "uuid_type", "enum",
))  # fmt: skip
