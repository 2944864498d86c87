"""One group: why its records are here, what one looks like, a policy tried on all of them."""

from typing import Annotated, Any, Final

from fastapi import Path, Request, Response

from streams.errors import MaskstreamError
from streams.quarantine.store.explain import explain, explain_foreign
from streams.quarantine.store.model import GroupRow
from streams.review.auth.principal import Principal
from streams.review.pages.inbox import charts_of
from streams.review.pages.queries import Query
from streams.review.pages.rendering import render
from streams.review.pages.routing import (
    Fields,
    Made,
    Operator,
    Viewer,
    field,
    page_router,
    see_other,
    status_of,
    upload,
)
from streams.review.pages.wording import number
from streams.review.policies import GIVEN_BYTES_MAX
from streams.review.services import Services
from streams.review.work import NotFoundError, asked, start_try

__all__ = ["router"]

router = page_router()

Fingerprint = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]

#: Records of a group that are shown on its page.
_SHOWN: Final = 25


@router.get("/groups/{fingerprint}")
def group(request: Request, services: Made, who: Viewer, fingerprint: Fingerprint) -> Response:
    return _page(request, services, who, fingerprint)


@router.get("/groups/{fingerprint}/live")
def live(services: Made, who: Viewer, fingerprint: Fingerprint) -> dict[str, Any]:
    """Counts of a group, as they are to be shown."""
    row = _group(services, who, fingerprint)
    counts = row.counts
    return {
        "counts": {
            "waiting": number(counts.waiting),
            "last_hour": number(row.last_hour),
            "pending": number(counts.pending),
        }
    }


@router.post("/groups/{fingerprint}/try")
def try_policy(request: Request, services: Made, who: Operator, fingerprint: Fingerprint, form: Fields) -> Response:
    """Begins a trial on all that waits in a group; its own page shows how far it is."""
    given = field(form, "policy")
    try:
        policy = upload(form, "file", GIVEN_BYTES_MAX) or given.encode() or None
        _group(services, who, fingerprint)
        run = start_try(services, asked(request, who), Query(group=fingerprint).filter(who.topics, 0), policy=policy)
    except NotFoundError:
        raise
    except MaskstreamError as error:
        return _page(request, services, who, fingerprint, problem=str(error), given=given, status=status_of(error))
    return see_other(f"/trials/{run.id}?group={fingerprint}")


def _group(services: Services, who: Principal, fingerprint: str) -> GroupRow:
    wanted = Query(group=fingerprint, status="all").filter(who.topics, services.store.now_ms())
    rows = services.store.groups(wanted, limit=1).rows
    if not rows:
        raise NotFoundError
    return rows[0]


def _page(
    request: Request,
    services: Services,
    who: Principal,
    fingerprint: str,
    *,
    problem: str = "",
    given: str = "",
    status: int = 200,
) -> Response:
    row = _group(services, who, fingerprint)
    query, now_ms = Query(group=fingerprint), services.store.now_ms()
    return render(
        request,
        "group.html",
        status=status,
        health=services.store.health(),
        group=row,
        page=services.store.records(query.filter(who.topics, now_ms), limit=_SHOWN),
        charts=charts_of(services, query, who, row.counts),
        explanation=explain(row.reason, row.cause, row.detectors, row.path)
        if row.reason
        else explain_foreign(row.problem or "no envelope"),
        live=f"/groups/{fingerprint}/live",
        may_try=who.may("operator") and services.trier is not None and row.reason is not None,
        trial=None,
        problem=problem,
        given=given,
    )
