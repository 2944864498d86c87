"""Numbers over time for charts; by minutes and hours, as the view keeps them."""

import sqlite3
from typing import Final

from streams.quarantine.store.model import AgeSeries, Filter, InflowSeries
from streams.quarantine.store.phases import WAITING
from streams.quarantine.store.where import where

__all__ = ["MINUTES_KEPT_MS", "ages", "inflow"]

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000
#: Minutes are forgotten after this; hours are kept as long as their records.
MINUTES_KEPT_MS: Final = 48 * _HOUR_MS
#: More are not seen in a chart.
_BUCKETS_MAX: Final = 1_000
#: What ages are shown against where the topic has no retention.
_AGES_MS: Final = 14 * 24 * _HOUR_MS
#: Foreign bytes have no reason.
_FOREIGN: Final = "foreign"


def inflow(
    db: sqlite3.Connection, wanted: Filter, since_ms: int, until_ms: int, buckets: int, now_ms: int
) -> InflowSeries:
    """Records by reason in buckets of whole minutes or hours, the first of which holds `since_ms`."""
    table, column, unit = ("minutes", "minute", _MINUTE_MS)
    if since_ms < now_ms - MINUTES_KEPT_MS:
        table, column, unit = ("hours", "hour", _HOUR_MS)
    per_bucket = max(1, -(-(until_ms - since_ms) // (_clamped(buckets) * unit)))
    width = per_bucket * unit
    first, last = since_ms // width, max(since_ms, until_ms - 1) // width
    condition = where(db, wanted).wide()
    rows = db.execute(
        f"SELECT coalesce(reason, '{_FOREIGN}'), {column} / ? - ?, sum(n) FROM {table} JOIN kinds ON kinds.id = kind"
        f" WHERE n > 0 AND {column} >= ? AND {column} < ? AND {condition.sql} GROUP BY 1, 2",
        (per_bucket, first, first * per_bucket, (last + 1) * per_bucket, *condition.values),
    )
    found: dict[str, list[int]] = {}
    for reason, bucket, n in rows:
        found.setdefault(reason, [0] * (last - first + 1))[bucket] += n
    starts = tuple(number * width for number in range(first, last + 1))
    return InflowSeries(width, starts, {reason: tuple(counts) for reason, counts in sorted(found.items())})


def ages(db: sqlite3.Connection, wanted: Filter, buckets: int, now_ms: int, retention_ms: int | None) -> AgeSeries:
    """Records that wait for a person, by age in whole hours; what is not yet an hour old is in the first bucket."""
    per_bucket = max(1, -(-(retention_ms or _AGES_MS) // (_clamped(buckets) * _HOUR_MS)))
    condition = where(db, wanted).wide()
    rows = db.execute(
        f"SELECT max(0, ? - hour) / ?, sum(n) FROM hours WHERE n > 0 AND phase IN (?, ?, ?) AND {condition.sql}"
        " GROUP BY 1",
        (now_ms // _HOUR_MS, per_bucket, *WAITING, *condition.values),
    )
    counts = [0] * _clamped(buckets)
    for bucket, n in rows:
        counts[min(bucket, len(counts) - 1)] += n
    return AgeSeries(per_bucket * _HOUR_MS, tuple(counts), retention_ms)


def _clamped(buckets: int) -> int:
    return max(1, min(buckets, _BUCKETS_MAX))
