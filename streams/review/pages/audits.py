"""Who did what, when, why and from where: for everybody who may see the records that it is about."""

from typing import Final, NamedTuple
from uuid import UUID

from fastapi import Request, Response

from streams.quarantine.audit import Act, AuditEvent
from streams.review.auth.principal import Principal
from streams.review.pages.histories import Line
from streams.review.pages.rendering import render
from streams.review.pages.routing import Made, Viewer, page_router
from streams.review.pages.wording import plural
from streams.review.services import Services

__all__ = ["looks_of", "router"]

router = page_router()

_ROWS: Final = 100

_LOOKS: Final[frozenset[Act]] = frozenset(("reveal", "reveal_request", "reveal_approve"))

_DID: Final[dict[Act, str]] = {
    "login": "logged in",
    "login_failed": "failed to log in",
    "logout": "logged out",
    "reveal": "looked at the original",
    "reveal_request": "asked to look at the original",
    "reveal_approve": "approved a look at the original",
    "decide": "decided",
    "try": "tried a policy",
    "policy_upload": "gave a policy to try",
    "export": "exported",
}


class Row(NamedTuple):
    """One act; `actor` and `reason` are people's words."""

    event: AuditEvent
    what: str
    place: str
    source: str


@router.get("/audit")
def audit(request: Request, services: Made, who: Viewer) -> Response:
    """The newest acts, or of looks at originals only; `?before=` goes on behind one."""
    before = _id(request.query_params.get("before", ""))
    looks = request.query_params.get("what") == "looks"

    def shown(event: AuditEvent) -> bool:
        return _may_see(who, event) and (not looks or event.action in _LOOKS)

    events = services.looks.newest(_ROWS + 1, before, shown)
    return render(
        request,
        "audit.html",
        here="audit",
        health=services.store.health(),
        rows=[_row(services, event) for event in events[:_ROWS]],
        older=events[_ROWS - 1].id if len(events) > _ROWS else None,
        later=before is not None,
        looks=looks,
    )


def looks_of(services: Services, partition: int, offset: int) -> list[Line]:
    """Looks at a record, for its history; decisions stand there already."""
    events = services.looks.of((partition, offset))
    return [_line(event) for event in events if event.action != "decide"]


def _may_see(who: Principal, event: AuditEvent) -> bool:
    """Acts on records of the person's topics, and their own; what is about no record needs all topics."""
    if event.source is not None:
        return who.sees(event.source.topic)
    return event.actor == who.subject or "*" in who.topics


def _row(services: Services, event: AuditEvent) -> Row:
    record, source = event.record, event.source
    ours = record is not None and record.topic == services.settings.quarantine_topic
    return Row(
        event,
        _told(event),
        f"{record.partition}:{record.offset}" if record and ours else "",
        f"{source.topic}/{source.partition}/{source.offset}" if source else "",
    )


def _line(event: AuditEvent) -> Line:
    facts = [f"as {event.role}"] if event.role else []
    facts.append("by command line" if event.via == "cli" else "by pages or API")
    css = "look" if event.action == "reveal" else ""
    told = _told(event)
    time_ms = int(event.time.timestamp() * 1000)
    return Line(time_ms, told[0].upper() + told[1:], event.actor, event.reason or "", tuple(facts), css)


def _told(event: AuditEvent) -> str:
    text = _DID.get(event.action, event.action)
    if event.decision:
        text = f"decided: {event.decision}"
    if event.problem:
        text = f"{text} ({event.problem.replace('_', ' ')})"
    if event.records is not None and event.records != 1:
        text = f"{text}, {plural(event.records, 'record')}"
    return f"{text}, group {event.group}" if event.group else text


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
