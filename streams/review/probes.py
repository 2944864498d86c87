"""`/livez` and `/readyz` for orchestrators, who have no token, and `/metrics` for a scraper, who has one."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse, Response

from streams.review.auth.dependencies import forbidden, viewer
from streams.review.auth.principal import ALL_TOPICS, Principal
from streams.review.services import Services, services_of

__all__ = ["router"]

#: One fixed format, as of workers.
_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(include_in_schema=False)


@router.api_route("/livez", methods=["GET", "HEAD"])
def livez() -> PlainTextResponse:
    """Whether the process answers at all."""
    return PlainTextResponse("alive\n")


@router.api_route("/readyz", methods=["GET", "HEAD"])
def readyz(services: Annotated[Services, Depends(services_of)]) -> PlainTextResponse:
    """Whether the view has caught up; while it is built, pages answer already and say so."""
    health = services.store.health()
    if health.ready:
        return PlainTextResponse("ready\n")
    told = f"The view of the topics is being built: {health.progress.share:.0%}.\n"
    return PlainTextResponse(told, 503)


@router.get("/metrics")
def metrics(
    services: Annotated[Services, Depends(services_of)], who: Annotated[Principal, Depends(viewer)]
) -> Response:
    """The page for a scraper: its numbers are of all topics, so that nobody gets it who may see only some."""
    if not set(ALL_TOPICS) <= set(who.topics):
        raise forbidden()
    return Response(services.metrics.render(), media_type=_METRICS_TYPE)
