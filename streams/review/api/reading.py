"""`GET` routes: groups, records, what is known of one, neighbours, numbers."""

from typing import Annotated

from fastapi import APIRouter, Query

from streams.quarantine.store.model import Counts
from streams.review.api.common import (
    Made,
    Offset,
    Partition,
    Viewer,
    filter_of,
)
from streams.review.api.requests import FilterIn, PageIn, SeriesIn
from streams.review.api.responses import (
    AgesOut,
    CountsOut,
    GroupOut,
    GroupPage,
    HealthOut,
    HistoryOut,
    InflowOut,
    Me,
    NeighbourOut,
    NeighboursOut,
    RecordOut,
    RecordPage,
    RowOut,
    StatsOut,
)
from streams.review.auth.principal import ROLES
from streams.review.work import find

__all__ = ["router"]

router = APIRouter(tags=["look"])

_DAY_MS = 86_400_000


@router.get("/me")
def me(services: Made, who: Viewer) -> Me:
    """Who you are to this service."""
    return Me(
        subject=who.subject,
        roles=[role for role in ROLES if who.may(role)],
        topics=who.topics,
        via=who.via,
        opens=services.trier is not None,
        four_eyes=services.settings.review_four_eyes,
    )


@router.get("/groups")
def groups(services: Made, who: Viewer, wanted: Annotated[PageIn, Query()]) -> GroupPage:
    """Records that fail alike, as groups with their counts."""
    page = services.store.groups(
        filter_of(wanted, who), sort=wanted.sort or "count", limit=wanted.limit, cursor=wanted.cursor
    )
    return GroupPage(items=[GroupOut.model_validate(row) for row in page.rows], next=page.cursor)


@router.get("/records")
def records(services: Made, who: Viewer, wanted: Annotated[PageIn, Query()]) -> RecordPage:
    """Records, one by one; those of a group with `group`."""
    page = services.store.records(
        filter_of(wanted, who), sort=wanted.sort or "newest", limit=wanted.limit, cursor=wanted.cursor
    )
    return RecordPage(items=[RowOut.model_validate(row) for row in page.rows], next=page.cursor)


@router.get("/records/{partition}/{offset}")
def record(services: Made, who: Viewer, partition: Partition, offset: Offset) -> RecordOut:
    """One record with all that is known of it and not sealed."""
    return RecordOut.model_validate(find(services, who, (partition, offset)))


@router.get("/records/{partition}/{offset}/history")
def history(services: Made, who: Viewer, partition: Partition, offset: Offset) -> list[HistoryOut]:
    """All that was decided about a record and came of it, in order."""
    view = find(services, who, (partition, offset))
    return [HistoryOut.model_validate(item) for item in view.history]


@router.get("/records/{partition}/{offset}/neighbours")
def neighbours(
    services: Made,
    who: Viewer,
    partition: Partition,
    offset: Offset,
    each: Annotated[int, Query(ge=1, le=50, description="How many before and after.")] = 5,
) -> NeighboursOut:
    """Clean records around the time of a record."""
    source = find(services, who, (partition, offset)).row.source
    found = services.neighbours.around(source, each) if source is not None else []
    return NeighboursOut(items=[NeighbourOut.model_validate(one) for one in found])


@router.get("/stats")
def stats(services: Made, who: Viewer, wanted: Annotated[FilterIn, Query()]) -> StatsOut:
    """Numbers of the moment: records by status, and whether the view is level with the topics."""
    health = services.store.health()
    return StatsOut(
        counts=_counts(services.store.counts(filter_of(wanted, who))),
        health=HealthOut(
            ready=health.ready, progress=health.progress.share, fresh_ms=health.fresh_ms, problem=health.problem
        ),
        policy=services.policies.version,
        now_ms=services.store.now_ms(),
    )


@router.get("/series/inflow")
def inflow(
    services: Made,
    who: Viewer,
    wanted: Annotated[SeriesIn, Query()],
) -> InflowOut:
    """How many records came, by reason; over the last day where the filter has no time."""
    until = wanted.until if wanted.until is not None else services.store.now_ms() + 1
    since = wanted.since if wanted.since is not None else max(0, until - _DAY_MS)
    return InflowOut.model_validate(
        services.store.inflow(filter_of(_timeless(wanted), who), since, until, wanted.buckets)
    )


@router.get("/series/ages")
def ages(services: Made, who: Viewer, wanted: Annotated[SeriesIn, Query()]) -> AgesOut:
    """How old the records are that wait for a person."""
    return AgesOut.model_validate(services.store.ages(filter_of(wanted, who), wanted.buckets))


def _timeless(wanted: FilterIn) -> FilterIn:
    return wanted.model_copy(update={"since": None, "until": None})


def _counts(counts: Counts) -> CountsOut:
    return CountsOut.model_validate(counts)
