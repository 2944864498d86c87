"""Numbers over time for charts; by minutes and hours, as the view keeps them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.store.arms import arms
from streams.quarantine.store.model import AgeSeries, Filter, InflowSeries
from streams.quarantine.store.phases import WAITING
from streams.quarantine.store.where import Condition, Where, where

__all__ = ["MINUTES_KEPT_MS", "ages", "inflow"]

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000
#: Minutes are forgotten after this; hours are kept as long as their records.
MINUTES_KEPT_MS: Final = 48 * _HOUR_MS
#: More are not seen in a chart.
_BUCKETS_MAX: Final = 1_000
#: What ages are shown against where the topic has no retention.
_AGES_MS: Final = 14 * 24 * _HOUR_MS
#: What a record costs by an index that has it elsewhere, against one after the other.
_OUT_OF_ORDER: Final = 2


def inflow(
    db: sqlite3.Connection, wanted: Filter, since_ms: int, until_ms: int, buckets: int, now_ms: int
) -> InflowSeries:
    """Records by reason in buckets of whole minutes or hours, the first of which holds `since_ms`."""
    wanted = replace(wanted, status=frozenset(), pending=None, partition=None, offset=None)
    unit = _HOUR_MS if since_ms < now_ms - MINUTES_KEPT_MS else _MINUTE_MS
    width = unit * max(1, -(-(until_ms - since_ms) // (_clamped(buckets) * unit)))
    first, last = since_ms // width, max(since_ms, until_ms - 1) // width
    found: dict[str, list[int]] = {}
    for reason, start_ms, n in _came(db, wanted, unit, first * width, (last + 1) * width):
        found.setdefault(reason, [0] * (last - first + 1))[start_ms // width - first] += n
    starts = tuple(number * width for number in range(first, last + 1))
    return InflowSeries(width, starts, {reason: tuple(counts) for reason, counts in sorted(found.items())})


def ages(db: sqlite3.Connection, wanted: Filter, buckets: int, now_ms: int, retention_ms: int | None) -> AgeSeries:
    """Records that wait for a person, by age in whole hours; what is not yet an hour old is in the first bucket."""
    per_bucket = max(1, -(-(retention_ms or _AGES_MS) // (_clamped(buckets) * _HOUR_MS)))
    counts = [0] * _clamped(buckets)
    for hour, n in _waiting(db, replace(wanted, status=ACTIONABLE)):
        counts[min(max(0, now_ms // _HOUR_MS - hour) // per_bucket, len(counts) - 1)] += n
    return AgeSeries(per_bucket * _HOUR_MS, tuple(counts), retention_ms)


def _came(
    db: sqlite3.Connection, wanted: Filter, unit: int, begin_ms: int, end_ms: int
) -> Iterable[tuple[str, int, int]]:
    """Reason, a time of the unit, and how many records came then."""
    if not _is_plain(wanted):
        wanted = replace(wanted, since_ms=begin_ms, until_ms=end_ms)
        return _counted(db, wanted, unit)
    table, column = ("hours", "hour") if unit == _HOUR_MS else ("minutes", "minute")
    condition = _plain(db, wanted)
    return db.execute(
        f"SELECT reason, {column} * ?, sum(n) FROM {table} WHERE n > 0 AND {column} >= ? AND {column} < ?"
        f" AND {condition.sql} GROUP BY {column}, reason",
        (unit, begin_ms // unit, end_ms // unit, *condition.values),
    )


def _waiting(db: sqlite3.Connection, wanted: Filter) -> Iterable[tuple[int, int]]:
    """Hours, and how many records of them wait."""
    if not _is_plain(wanted) or (wanted.since_ms, wanted.until_ms) != (None, None):
        return _waited(db, wanted)
    condition = _plain(db, wanted)
    return db.execute(
        f"SELECT hour, sum(n) FROM hours WHERE n > 0 AND phase IN (?, ?, ?) AND {condition.sql} GROUP BY hour",
        (*WAITING, *condition.values),
    )


def _waited(db: sqlite3.Connection, wanted: Filter) -> Iterator[tuple[int, int]]:
    """The same out of the records. By kind as well it would be four times the work: an index has them by time."""
    matching = where(db, wanted)
    if matching.spread and _is_rare(db, matching):
        yield from _waited_by_kind(db, matching)
        return
    for _, arm in arms(db, matching):
        yield from db.execute(f"SELECT seen / ?, count(*) FROM {arm.sql} GROUP BY 1", (_HOUR_MS, *arm.values))


def _is_rare(db: sqlite3.Connection, matching: Where) -> bool:
    """Whether to look up those that match costs less than to look at all: a record out of order costs two in order."""
    wide, phases = matching.wide(), json.dumps(matching.phases)
    there, match = db.execute(
        f"SELECT total(n), total(n * ({wide.sql})) FROM tally WHERE phase IN (SELECT value FROM json_each(?))",
        (*wide.values, phases),
    ).fetchone()
    return bool(match * _OUT_OF_ORDER < there)


def _waited_by_kind(db: sqlite3.Connection, matching: Where) -> Iterator[tuple[int, int]]:
    """Out of the kinds that match, however many these are."""
    wide, rest, phases = matching.wide(), matching.all(), json.dumps(matching.phases)
    chosen = (
        "SELECT DISTINCT kind AS one, phase AS of FROM tally"
        f" WHERE n > 0 AND phase IN (SELECT value FROM json_each(?)) AND {wide.sql}"
    )
    yield from db.execute(
        f"SELECT seen / ?, count(*) FROM ({chosen}) CROSS JOIN records INDEXED BY records_by_kind"
        f" WHERE kind = one AND phase = of AND {rest.sql} GROUP BY 1",
        (_HOUR_MS, phases, *wide.values, *rest.values),
    )


def _is_plain(wanted: Filter) -> bool:
    """Whether minutes and hours, which know reason and topic alone, can answer."""
    asked = (wanted.detector, wanted.fingerprint, wanted.partition, wanted.offset, wanted.pending)
    return not wanted.text.strip() and all(one is None for one in asked)


def _plain(db: sqlite3.Connection, wanted: Filter) -> Condition:
    reason = () if wanted.reason is None else (Condition("reason = ?", (wanted.reason,)),)
    return where(db, Filter(wanted.topics, wanted.topic)).wide(*reason)


def _counted(db: sqlite3.Connection, wanted: Filter, unit: int) -> Iterator[tuple[str, int, int]]:
    """The same out of the records."""
    reasons: dict[int, str] = dict(db.execute("SELECT id, coalesce(reason, 'foreign') FROM kinds"))
    for _, arm in arms(db, where(db, wanted)):
        rows = db.execute(
            f"SELECT kind, seen / ? * ?, count(*) FROM {arm.sql} GROUP BY 1, 2", (unit, unit, *arm.values)
        )
        for kind, start_ms, n in rows:
            yield reasons[kind], start_ms, n


def _clamped(buckets: int) -> int:
    return max(1, min(buckets, _BUCKETS_MAX))
