"""What all pages have in common: who may ask, what a form sends, and how a refusal or an error looks to a person."""

from collections.abc import AsyncIterator, Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile

from streams.errors import MaskstreamError, UsageError
from streams.review.auth.dependencies import operator, revealer, viewer
from streams.review.auth.principal import Principal
from streams.review.pages.rendering import render
from streams.review.services import Services, services_of
from streams.review.work import NotFoundError, TooOftenError
from streams.telemetry import log

__all__ = [
    "Fields",
    "Made",
    "Operator",
    "Revealer",
    "Viewer",
    "failed",
    "field",
    "page_router",
    "see_other",
    "status_of",
    "upload",
]  # fmt: skip

_events: Final = log.EventLog()

#: Of a text field; what is longer is a mistake.
_FIELD_CHARS_MAX: Final = 300_000

Made = Annotated[Services, Depends(services_of)]
Viewer = Annotated[Principal, Depends(viewer)]
Operator = Annotated[Principal, Depends(operator)]
Revealer = Annotated[Principal, Depends(revealer)]

#: The first that fits; whatever else is ours is about Kafka or a key, and may be over soon.
_STATUSES: Final[tuple[tuple[type[MaskstreamError], HTTPStatus], ...]] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (TooOftenError, HTTPStatus.TOO_MANY_REQUESTS),
    (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
)
_TITLES: Final = {
    HTTPStatus.NOT_FOUND: "Not here",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.UNAUTHORIZED: "Log in first",
    HTTPStatus.TOO_MANY_REQUESTS: "Too often",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now",
}


async def _fields(request: Request) -> AsyncIterator[FormData]:
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


Fields = Annotated[FormData, Depends(_fields)]


class _Page(APIRoute):
    """A route whose refusals and errors are pages: a person reads them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException as error:
                return _refused(request, error)
            except RequestValidationError:
                return failed(request, NotFoundError())
            except MaskstreamError as error:
                return failed(request, error)

        return handled


def page_router() -> APIRouter:
    """A router of pages: none of them is part of the API's document."""
    return APIRouter(route_class=_Page, include_in_schema=False)


def see_other(path: str) -> RedirectResponse:
    """After a form: the browser asks for this page, so that reloading it sends nothing twice."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


def failed(request: Request, error: MaskstreamError) -> Response:
    """A page that says our own sentence."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _events.warning("review_failed", error=error)
    return render(request, "error.html", status=status, title=_TITLES.get(status, "That did not work"), sentence=error)


def status_of(error: MaskstreamError) -> HTTPStatus:
    """What HTTP calls it."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), HTTPStatus.SERVICE_UNAVAILABLE)


def field(form: FormData, name: str) -> str:
    """What a form says under a name; empty where it says nothing, or a file."""
    given = form.get(name)
    return given[:_FIELD_CHARS_MAX].strip() if isinstance(given, str) else ""


def upload(form: FormData, name: str, limit: int) -> bytes:
    """An uploaded file; UsageError where it is larger than `limit` bytes."""
    given = form.get(name)
    if not isinstance(given, UploadFile):
        return b""
    data = given.file.read(limit + 1)
    if len(data) > limit:
        raise UsageError(f"The file is larger than {limit // 1024} KiB.")
    return data


def _refused(request: Request, error: HTTPException) -> Response:
    if error.status_code == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        return see_other("/login")
    status = HTTPStatus(error.status_code)
    return render(
        request, "error.html", status=status, title=_TITLES.get(status, "That did not work"), sentence=error.detail
    )
