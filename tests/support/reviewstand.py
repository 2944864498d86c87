"""The pages over rows of a test's own, without topics, so that any content can be put into them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from streams.quarantine.audit import AuditEvent
from streams.quarantine.decisions import RecordId
from streams.quarantine.envelope import Sizes, Source
from streams.quarantine.preview import Shape
from streams.quarantine.store.model import (
    AgeSeries,
    Chunks,
    Counts,
    Explanation,
    Filter,
    GroupRow,
    Health,
    HistoryItem,
    InflowSeries,
    Page,
    Progress,
    RecordRow,
    RecordView,
)
from streams.review.auth.principal import Principal
from streams.review.pages import pages_router
from streams.review.runs import Runs
from streams.review.services import Services
from streams.settings import Settings

__all__ = ["CSRF", "Acts", "Rows", "group_row", "history_item", "person", "record_view", "stand"]

CSRF = "form-token"
HOUR_MS = 3_600_000


def record_view(
    partition: int, offset: int, value: bytes = b'{"email":"ann@example.com"}', **changes: Any
) -> RecordView:
    """A record as the store would show it; `changes` are fields of row and view."""
    shape = Shape(value)
    now_ms = time.time_ns() // 1_000_000
    source = Source(topic="orders", partition=partition, offset=offset, timestamp_ms=now_ms - HOUR_MS)
    detectors, path = changes.pop("detectors", ("email",)), changes.pop("path", "$.email")
    row = RecordRow(
        partition=partition,
        offset=offset,
        seen_ms=now_ms - HOUR_MS,
        id=RecordId(offset=offset, origin=f"orders/{partition}/{offset}"),
        source=source,
        job=None,
        reason="residue",
        path=path,
        detectors=detectors,
        fingerprint=shape.fingerprint("residue", detectors, path),
        preview=shape.preview,
        problem=None,
        status="open",
        pending=False,
        actor=None,
        failures=0,
        expires_ms=now_ms + 5 * HOUR_MS,
        gone=False,
    )
    view = RecordView(
        row=row,
        stage="verify",
        cause=None,
        policy="default-1",
        program="0.1.0",
        preview_key=None,
        preview_headers=(),
        sizes=Sizes(key=None, headers=None, value=len(value)),
        sealed_to="0123456789ab",
        explanation=Explanation("After masking, the verifier still saw something.", "Try a policy that finds it."),
        history=(),
        decision=None,
    )
    of_row = {name: changes.pop(name) for name in list(changes) if hasattr(row, name)}
    return replace(view, row=replace(row, **of_row), **changes)


def group_row(view: RecordView, waiting: int = 1, **changes: Any) -> GroupRow:
    """The group of a record."""
    row = view.row
    made = GroupRow(
        fingerprint=row.fingerprint,
        reason=row.reason,
        stage=view.stage,
        cause=view.cause,
        path=row.path,
        detectors=row.detectors,
        problem=row.problem,
        preview=row.preview,
        sample=row.place,
        matching=waiting,
        counts=Counts({"open": waiting}, 0, 0, 0),
        last_hour=waiting,
        first_seen_ms=row.seen_ms,
        last_seen_ms=row.seen_ms,
        topics=(row.source.topic,) if row.source else (),
        oldest_ms=row.seen_ms,
        expires_ms=row.expires_ms,
    )
    return replace(made, **changes)


def history_item(**changes: Any) -> HistoryItem:
    """A release by Ann that took effect."""
    made = HistoryItem(
        id=uuid4(),
        time_ms=time.time_ns() // 1_000_000,
        partition=0,
        offset=0,
        effective=True,
        status="released",
        actor="ann",
        role="operator",
        via="review",
        action="release",
        expected="open",
        reason="",
        policy="default-1",
        bulk=None,
        redactions=(),
        records=1,
        result=None,
        decision=None,
        failure=None,
        detectors=(),
    )
    return replace(made, **changes)


@dataclass
class Rows:
    """In the place of the store: what a test put in, whatever is asked for, but for places, scopes and text."""

    views: list[RecordView] = field(default_factory=list)
    groups_: list[GroupRow] = field(default_factory=list)
    cursor: str | None = None
    health_: Health = field(default_factory=lambda: Health(True, Progress(1, 1), 0))
    asked: list[Filter] = field(default_factory=list)

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def health(self) -> Health:
        return self.health_

    def groups(self, wanted: Filter, **_: Any) -> Page[GroupRow]:
        self.asked.append(wanted)
        rows = [row for row in self.groups_ if wanted.fingerprint in {None, row.fingerprint}]
        return Page(tuple(rows), self.cursor)

    def records(self, wanted: Filter, **_: Any) -> Page[RecordRow]:
        self.asked.append(wanted)
        return Page(tuple(view.row for view in self._matching(wanted)), self.cursor)

    def record(self, partition: int, offset: int, topics: tuple[str, ...]) -> RecordView | None:
        views = self._matching(Filter(topics=topics))
        return next((view for view in views if (view.row.partition, view.row.offset) == (partition, offset)), None)

    def find(self, wanted: Filter, source: str) -> tuple[RecordRow, ...]:
        return tuple(view.row for view in self._matching(wanted) if view.row.id and view.row.id.origin == source)

    def counts(self, wanted: Filter) -> Counts:
        views = self._matching(wanted)
        return Counts({"open": sum(view.row.status == "open" for view in views)}, 0, 0, 1 if views else 0)

    def chunks(self, wanted: Filter, size: int = 500) -> Chunks:
        del size
        return Chunks(len(self._matching(wanted)), iter(()))

    def inflow(self, wanted: Filter, since_ms: int, until_ms: int, buckets: int = 60) -> InflowSeries:
        del wanted
        step = (until_ms - since_ms) // buckets
        starts = tuple(since_ms + at * step for at in range(buckets))
        residue = tuple((at * 7) % 23 + (200 if at > 40 else 0) for at in range(buckets))
        return InflowSeries(step, starts, {"residue": residue, "too_deep": tuple(at % 5 for at in range(buckets))})

    def ages(self, wanted: Filter, buckets: int = 28) -> AgeSeries:
        del wanted
        return AgeSeries(12 * HOUR_MS, tuple((at * 13) % 40 for at in range(buckets)), 14 * 24 * HOUR_MS)

    def _matching(self, wanted: Filter) -> list[RecordView]:
        self.asked.append(wanted)
        return list(self._in(wanted))

    def _in(self, wanted: Filter) -> Iterator[RecordView]:
        for view in self.views:
            topic = view.row.source.topic if view.row.source else ""
            if "*" not in wanted.topics and topic not in wanted.topics:
                continue
            known = {topic, str(view.row.reason), view.row.fingerprint, view.row.path, *view.row.detectors}
            if wanted.text and not set(wanted.text.split()) <= known:
                continue
            if wanted.topic in {None, topic} and wanted.fingerprint in {None, view.row.fingerprint}:
                yield view


@dataclass
class Acts:
    """In the place of what follows the audit topic."""

    events: list[AuditEvent] = field(default_factory=list)

    def of(self, place: tuple[int, int]) -> tuple[AuditEvent, ...]:
        return tuple(one for one in self.events if one.record and (one.record.partition, one.record.offset) == place)

    def newest(
        self, limit: int, before: UUID | None = None, shown: Callable[[AuditEvent], bool] = lambda _: True
    ) -> list[AuditEvent]:
        del before
        return [event for event in self.events if shown(event)][:limit]


def person(*roles: Any, subject: str = "ann", topics: tuple[str, ...] = ("*",)) -> Principal:
    """Somebody with these roles, in a browser's session."""
    return Principal(subject, frozenset(roles or ("viewer", "operator", "revealer")), topics, "t1", "session")


def stand(rows: Rows, who: Principal | None, **services: Any) -> FastAPI:
    """The pages with nothing around them; `services` replaces what the stand does not have."""
    made: dict[str, Any] = {
        "settings": Settings(bootstrap_servers="127.0.0.1:9"),
        "store": rows,
        "actions": None,
        "policies": None,
        "runs": Runs(),
        "neighbours": None,
        "metrics": None,
        "looks": Acts(),
        "audit": None,
    }
    app = FastAPI(openapi_url=None)
    app.state.services = Services(**(made | services))
    app.include_router(pages_router)

    @app.middleware("http")
    async def known(request: Request, call_next: RequestResponseEndpoint) -> Response:
        if who is not None:
            request.state.principal, request.state.csrf = who, CSRF
        return await call_next(request)

    return app


def decided_id(text: str) -> UUID:
    """The id of the decision in an address."""
    return UUID(text.partition("decided=")[2].partition("#")[0])
