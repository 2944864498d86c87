"""The inbox: groups and records, with counts, charts, filters and pages; and what changes while one is looked at."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response

from streams.masking.records import REASONS
from streams.quarantine.store.model import EXPIRING_MS, STATUSES, AgeSeries, Counts, GroupRow, InflowSeries
from streams.review.auth.principal import Principal
from streams.review.pages.charts import Bar, Chart, age_chart, groups_chart, inflow_chart
from streams.review.pages.queries import STATUS_CHOICES, TIMES, Query
from streams.review.pages.rendering import Notice, render
from streams.review.pages.routing import Made, Viewer, page_router
from streams.review.pages.wording import STATUS_WORDS, moment, number
from streams.review.services import Services

__all__ = ["ROWS", "charts_of", "groups_page", "query_fields", "records_page", "router"]

router = page_router()

ROWS: Final = 50
_RANKED: Final = 8
_BUCKETS: Final = 48
_AGES: Final = 28
_DAY_MS: Final = 86_400_000


def _asked(request: Request) -> Query:
    return Query.read(request.query_params)


View = Annotated[Query, Depends(_asked)]


@router.get("/")
def groups(request: Request, services: Made, who: Viewer, query: View) -> Response:
    return groups_page(request, services, who, query)


@router.get("/records")
def records(request: Request, services: Made, who: Viewer, query: View) -> Response:
    return records_page(request, services, who, query)


@router.get("/live")
def live(services: Made, who: Viewer, query: View) -> dict[str, Any]:
    """Counts of a view of groups, as they are to be shown."""
    wanted = query.filter(who.topics, services.store.now_ms())
    page = services.store.groups(wanted, sort=query.order("count"), limit=ROWS, cursor=query.after or None)
    return {
        "counts": _told(services.store.counts(Query(status="all").filter(who.topics, 0))),
        "groups": {
            row.fingerprint: {"records": number(row.matching), "last_hour": number(row.last_hour)} for row in page.rows
        },
    }


def groups_page(
    request: Request, services: Services, who: Principal, query: Query, notice: Notice | None = None
) -> Response:
    """Groups of a view, the largest first where nothing else is asked for."""
    store, now_ms = services.store, services.store.now_ms()
    wanted = query.filter(who.topics, now_ms)
    page = store.groups(wanted, sort=query.order("count"), limit=ROWS, cursor=query.after or None)
    ranked = query.order("count") == "count" and not query.after
    largest = page.rows if ranked else store.groups(wanted, limit=_RANKED).rows
    counts = store.counts(Query(status="all").filter(who.topics, now_ms))
    return render(
        request,
        "groups.html",
        here="groups",
        health=store.health(),
        notice=notice,
        query=query,
        frozen=query.frozen(now_ms),
        filtered=query != Query(),
        page=page,
        counts=counts,
        charts=[*charts_of(services, query, who, counts), _ranking(largest)],
        soon_s=EXPIRING_MS / 1000,
        live=query.link("/live", after=query.after),
        **_choices(page.rows),
    )


def records_page(
    request: Request, services: Services, who: Principal, query: Query, notice: Notice | None = None
) -> Response:
    """Records of a view, the newest first where nothing else is asked for."""
    store, now_ms = services.store, services.store.now_ms()
    wanted = query.filter(who.topics, now_ms)
    page = store.records(wanted, sort=query.order("newest"), limit=ROWS, cursor=query.after or None)
    return render(
        request,
        "records.html",
        here="records",
        health=store.health(),
        notice=notice,
        query=query,
        frozen=query.frozen(now_ms),
        page=page,
        counts=store.counts(wanted),
        query_fields=query_fields(query.frozen(now_ms)),
        **_choices(()),
    )


def charts_of(services: Services, query: Query, who: Principal, counts: Counts) -> list[Chart]:
    """Inflow and ages of a view; where they are dear, some seconds old and the same for all who have this scope."""
    view = replace(query, sort="", after="")
    inflow, ages = services.charts.get((who.topics, view), lambda: _series(services, view, who.topics))
    return [_inflow(inflow), _ages(ages, counts)]


def _series(services: Services, query: Query, topics: tuple[str, ...]) -> tuple[InflowSeries, AgeSeries]:
    store, now_ms = services.store, services.store.now_ms()
    wanted = query.filter(topics, now_ms)
    since_ms = now_ms - TIMES.get(query.since, _DAY_MS)
    return store.inflow(wanted, since_ms, now_ms, buckets=_BUCKETS), store.ages(wanted, buckets=_AGES)


def query_fields(query: Query) -> list[tuple[str, str]]:
    """The view as hidden fields of a form."""
    pairs = [(field.name, getattr(query, field.name)) for field in fields(query)]
    return [(name, text) for name, text in pairs if text and name not in {"after", "sort"}]


def _inflow(series: InflowSeries) -> Chart:
    return inflow_chart([moment(ms) for ms in series.starts_ms], series.bucket_ms / 1000, series.by_reason)


def _ages(series: AgeSeries, counts: Counts) -> Chart:
    retention_s = None if series.retention_ms is None else series.retention_ms / 1000
    return age_chart(series.bucket_ms / 1000, series.counts, retention_s, counts.expiring, EXPIRING_MS / 1000)


def _ranking(rows: tuple[GroupRow, ...]) -> Chart:
    return groups_chart([Bar(_label(row), row.reason, row.matching) for row in rows[:_RANKED]])


def _label(row: GroupRow) -> str:
    what = row.reason or "no envelope"
    by = f" · {row.detectors[0]}{'…' if len(row.detectors) > 1 else ''}" if row.detectors else ""
    return f"{what}{by} · {row.fingerprint[:8]}"


def _told(counts: Counts) -> Mapping[str, str]:
    return {
        "waiting": number(counts.waiting),
        "expiring": number(counts.expiring),
        "pending": number(counts.pending),
    }


def _choices(rows: tuple[GroupRow, ...]) -> dict[str, Any]:
    """What the form above a view offers."""
    return {
        "topics": sorted({topic for row in rows for topic in row.topics}),
        "reasons": REASONS,
        "statuses": [*STATUS_CHOICES.items(), *((status, STATUS_WORDS[status]) for status in STATUSES)],
    }
