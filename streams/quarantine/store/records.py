"""Lists of records: pages by time in either direction, and expansion into lists for decisions."""

import json
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from streams.quarantine.decisions import RecordId
from streams.quarantine.envelope import Source
from streams.quarantine.fold import RecordState
from streams.quarantine.store.arms import arms
from streams.quarantine.store.cursor import RecordCursor, decode, encode
from streams.quarantine.store.ingest import ORIGIN, state_of
from streams.quarantine.store.model import Chunk, Filter, Page, RecordRow, Sort
from streams.quarantine.store.phases import FOREIGN, PHASES, status_of
from streams.quarantine.store.where import Condition, Where, where

__all__ = ["Found", "collect", "list_records", "load_rows", "places", "read_chunk"]


class Found(NamedTuple):
    """A record by the key that lists are sorted by."""

    seen: int
    partition: int
    offset: int
    number: int


def list_records(
    db: sqlite3.Connection, wanted: Filter, sort: Sort, limit: int, cursor: str | None, retention_ms: int | None
) -> Page[RecordRow]:
    """One page."""
    order: Sort = "oldest" if sort == "oldest" else "newest"
    after = decode(cursor, RecordCursor, order)
    found = _first(db, where(db, wanted), order, limit + 1, after)
    rows = load_rows(db, [item.number for item in found[:limit]], retention_ms)
    if len(found) <= limit:
        return Page(rows)
    last = found[limit - 1]
    return Page(rows, encode(RecordCursor(sort=order, seen=last.seen, partition=last.partition, offset=last.offset)))


def load_rows(db: sqlite3.Connection, numbers: Sequence[int], retention_ms: int | None) -> tuple[RecordRow, ...]:
    """The rows of these numbers, in their order."""
    found = db.execute(_ROWS, (json.dumps(numbers),)).fetchall()
    rows = {columns[0]: _row(columns[1:], retention_ms) for columns in found}
    return tuple(rows[number] for number in numbers if number in rows)


def places(db: sqlite3.Connection, matching: Where) -> dict[tuple[int, int], "array[int]"]:
    """Offsets of all records that match, by partition and phase, ascending; without foreign bytes and what is gone."""
    lows = dict(db.execute("SELECT partition, low FROM positions WHERE topic = 'quarantine'").fetchall())
    found: dict[tuple[int, int], array[int]] = {}
    for phase, arm in arms(db, matching):
        if phase == FOREIGN:
            continue
        for partition, offset in db.execute(f"SELECT partition, offset FROM {arm.sql}", arm.values):
            if offset >= lows.get(partition, 0):
                found.setdefault((partition, phase), array("q")).append(offset)
    return {place: array("q", sorted(found[place])) for place in sorted(found)}


def collect(offsets: "array[int]", size: int) -> "Iterator[array[int]]":
    """Slices of at most this size."""
    for begin in range(0, len(offsets), size):
        yield offsets[begin : begin + size]


def read_chunk(db: sqlite3.Connection, partition: int, phase: int, offsets: "array[int]") -> Chunk:
    """The ids of records by their offsets; those that were forgotten meanwhile are missing."""
    found = db.execute(
        f"SELECT offset, {ORIGIN} FROM records WHERE partition = ? AND offset IN (SELECT value FROM json_each(?))"
        " ORDER BY offset",
        (partition, json.dumps(offsets.tolist())),
    )
    ids = tuple(RecordId(offset=offset, origin=origin) for offset, origin in found if origin is not None)
    return Chunk(partition, PHASES[phase][0], ids)


def _first(db: sqlite3.Connection, matching: Where, order: Sort, count: int, after: RecordCursor | None) -> list[Found]:
    """The first so many behind the cursor: the first of each arm, merged."""
    newest = order == "newest"
    way = "DESC" if newest else "ASC"
    behind = Condition("1")
    if after is not None:
        sign = "<" if newest else ">"
        behind = Condition(f"(seen, partition, offset) {sign} (?, ?, ?)", (after.seen, after.partition, after.offset))
    found: list[Found] = []
    for _, arm in arms(db, matching, behind):
        rows = db.execute(
            f"SELECT seen, partition, offset, id FROM {arm.sql}"
            f" ORDER BY seen {way}, partition {way}, offset {way} LIMIT ?",
            (*arm.values, count),
        )
        found += map(Found._make, rows)
    return sorted(found, reverse=newest)[:count]


_ROWS: Final = f"""
SELECT records.id, records.partition, records.offset, seen, phase, topics.name, source_partition, source_offset,
    source_ms, job, {ORIGIN}, reason, path, detectors, fingerprint, detail, problem, coalesce(positions.low, 0),
    states.status, states.actor, states.decision, states.failures, states.redriven
FROM records
JOIN kinds ON kinds.id = records.kind
LEFT JOIN topics ON topics.id = records.topic
LEFT JOIN positions ON positions.topic = 'quarantine' AND positions.partition = records.partition
LEFT JOIN states ON states.partition = records.partition AND states.offset = records.offset AND states.origin = {ORIGIN}
WHERE records.id IN (SELECT value FROM json_each(?))
"""


def _row(columns: Sequence[Any], retention_ms: int | None) -> RecordRow:
    partition, offset, seen, phase, topic, source_partition, source_offset, source_ms, job, origin = columns[:10]
    reason, path, detectors, fingerprint, detail, problem, low, *state_columns = columns[10:]
    state = state_of(*state_columns) if state_columns[0] is not None else RecordState()
    status, pending = status_of(phase, gone=offset < low)
    source = Source.model_construct(
        topic=topic, partition=source_partition, offset=source_offset, timestamp_ms=source_ms
    )
    return RecordRow(
        partition=partition,
        offset=offset,
        seen_ms=seen,
        id=RecordId(offset=offset, origin=origin) if origin is not None else None,
        source=source if origin is not None else None,
        job=job,
        reason=reason,
        path=path,
        detectors=tuple(orjson.loads(detectors)),
        fingerprint=fingerprint,
        preview=orjson.loads(detail)["preview"] if detail is not None else None,
        problem=problem,
        status=status,
        pending=pending,
        actor=state.actor,
        failures=state.failures,
        expires_ms=None if retention_ms is None else seen + retention_ms,
        gone=offset < low,
    )
