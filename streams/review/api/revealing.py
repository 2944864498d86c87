"""Reveals, approvals of them, and who looked at what: an original leaves in one answer and nowhere else."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from streams.errors import GuardError
from streams.quarantine.audit import AuditEvent
from streams.quarantine.payload import readable
from streams.review.api.common import ByRevealer, ByRevealing, Made, Offset, Partition, Revealer, Viewer
from streams.review.api.requests import RevealIn
from streams.review.api.responses import ActOut, ActsOut, OriginalOut, RequestOut
from streams.review.auth.principal import Principal
from streams.review.reveals import SHOWN_FOR, Request, Reveals
from streams.review.services import Services
from streams.review.work import find

__all__ = ["router"]

router = APIRouter(tags=["reveal"])


@router.post("/records/{partition}/{offset}/reveal")
def reveal(services: Made, by: ByRevealing, partition: Partition, offset: Offset, said: RevealIn) -> OriginalOut:
    """The original, once, after the audit topic has who looks and why; it must be out of sight by `expires_at`."""
    find(services, by.who, (partition, offset))
    try:
        shown = _reveals(services).reveal(by, (partition, offset), said.reason)
    except Exception:
        services.metrics.revealed("refused")
        raise
    services.metrics.revealed("shown")
    return OriginalOut(**readable(shown.payload), expires_at=shown.expires_at, seconds=int(SHOWN_FOR.total_seconds()))


@router.get("/records/{partition}/{offset}/reveal-requests")
def requests(services: Made, who: Revealer, partition: Partition, offset: Offset) -> list[RequestOut]:
    """Who wants to look at a record, and whether a second person has approved."""
    find(services, who, (partition, offset))
    return [_request(one) for one in _reveals(services).requests((partition, offset))]


@router.post("/records/{partition}/{offset}/reveal-requests", status_code=HTTPStatus.CREATED)
def request(services: Made, by: ByRevealer, partition: Partition, offset: Offset, said: RevealIn) -> RequestOut:
    """Ask for a second person's approval of a look."""
    find(services, by.who, (partition, offset))
    return _request(_reveals(services).ask(by, (partition, offset), said.reason))


@router.post("/records/{partition}/{offset}/reveal-requests/{wanted}/approval")
def approve(services: Made, by: ByRevealer, partition: Partition, offset: Offset, wanted: UUID) -> RequestOut:
    """Approve a look that somebody else asked for."""
    find(services, by.who, (partition, offset))
    return _request(_reveals(services).approve(by, (partition, offset), wanted))


@router.get("/records/{partition}/{offset}/looks")
def looks(services: Made, who: Viewer, partition: Partition, offset: Offset) -> ActsOut:
    """Who looked at a record, tried it, or decided about it, and why; the newest first."""
    find(services, who, (partition, offset))
    return ActsOut(items=[_act(event) for event in services.looks.of((partition, offset))], next=None)


@router.get("/audit")
def audit(
    services: Made,
    who: Viewer,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
) -> ActsOut:
    """What people did, the newest first: all of it where you may see all topics, else what concerns yours."""
    events = services.looks.newest(limit + 1, before, _shown_to(who))
    shown = events[:limit]
    return ActsOut(items=list(map(_act, shown)), next=shown[-1].id if len(events) > limit else None)


def _shown_to(who: Principal) -> Any:
    def shown(event: AuditEvent) -> bool:
        return "*" in who.topics or (event.source is not None and who.sees(event.source.topic))

    return shown


def _reveals(services: Services) -> Reveals:
    if services.reveals is None:
        raise GuardError("This review service has no private key, so that it opens nothing: set REVIEW_PRIVATE_KEY.")
    return services.reveals


def _request(one: Request) -> RequestOut:
    return RequestOut(
        id=one.id, actor=one.actor, reason=one.reason, approved_by=one.approved_by, expires_at=one.expires_at
    )


def _act(event: AuditEvent) -> ActOut:
    record = f"{event.record.partition}:{event.record.offset}" if event.record else None
    return ActOut(
        id=event.id, time=event.time, action=event.action, via=event.via, actor=event.actor, role=event.role,
        address=event.address, reason=event.reason, record=record, group=event.group, records=event.records,
        decision=event.decision, policy=event.policy, problem=event.problem,
    )  # fmt: skip
