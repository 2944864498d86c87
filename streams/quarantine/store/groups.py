"""Groups of records that fail alike: which there are, in what order, and what a page shows of each.

There may be as many groups as records, for the bytes of garbage have shapes of their own: SQLite runs through them in
the order of their fingerprints and keeps the first few, and none of the others comes here.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import orjson

from streams.quarantine.store.counting import ByKind, by_kind, counts_of, expiring
from streams.quarantine.store.cursor import GroupCursor, decode, encode
from streams.quarantine.store.model import Filter, GroupRow, Page, Sort
from streams.quarantine.store.phases import FOREIGN, WAITING
from streams.quarantine.store.where import Condition, Where, where

__all__ = ["list_groups"]

_HOUR_MINUTES: Final = 60
#: Behind all others when the order is by what waits longest.
_NOTHING_WAITS: Final = 2**63 - 1


class _Group(NamedTuple):
    value: int
    fingerprint: str


class _Asked(NamedTuple):
    """One question: the moment, the filter, and what time it is."""

    db: sqlite3.Connection
    wanted: Filter
    matching: Where
    now_ms: int
    retention_ms: int | None


def list_groups(
    db: sqlite3.Connection,
    wanted: Filter,
    sort: Sort,
    limit: int,
    cursor: str | None,
    now_ms: int,
    retention_ms: int | None,
) -> Page[GroupRow]:
    """One page."""
    asked = _Asked(db, wanted, where(db, wanted), now_ms, retention_ms)
    after = _known(db, decode(cursor, GroupCursor, sort))
    found = _ordered(asked, sort, limit + 1, after)
    rows = _rows(asked, [group.fingerprint for group in found[:limit]])
    if len(found) <= limit:
        return Page(rows)
    last, upto = found[limit - 1], after.upto if after is not None else _ends(db)
    return Page(rows, encode(GroupCursor(sort=sort, value=last.value, fingerprint=last.fingerprint, upto=upto)))


def _known(db: sqlite3.Connection, after: GroupCursor | None) -> GroupCursor | None:
    """The cursor without partitions that are not there: each costs something for each record, and anybody may invent
    thousands.
    """
    if after is None:
        return None
    upto = {partition: after.upto[partition] for partition in _ends(db) if partition in after.upto}
    return after.model_copy(update={"upto": upto})


def _ends(db: sqlite3.Connection) -> dict[int, int]:
    return dict(db.execute("SELECT partition, next FROM positions WHERE topic = 'quarantine'").fetchall())


def _ordered(asked: _Asked, sort: Sort, count: int, after: GroupCursor | None) -> list[_Group]:
    """The first so many groups behind the cursor, by the records that were there when its first page was shown."""
    if sort != "count" or asked.matching.narrow or after is None:
        value = _value(asked.matching, sort, after.upto if after is not None else None)
        return _first(asked, sort, count, value, after, Condition("1"))
    # The tallies are of now: groups that have grown since are counted here, and all others there.
    grown = _grown(asked, after.upto)
    names = json.dumps(list(grown))
    value = Condition("sum(n)")
    others = Condition("fingerprint NOT IN (SELECT value FROM json_each(?))", (names,))
    these = Condition("fingerprint IN (SELECT value FROM json_each(?))", (names,))
    then = (
        _Group(now - grown[fingerprint], fingerprint)
        for now, fingerprint in _first(asked, sort, len(grown), value, None, these)
        if now > grown[fingerprint]
    )
    found = [group for group in then if _key(sort, group) > _key(sort, after)]
    found += _first(asked, sort, count, value, after, others)
    return sorted(found, key=lambda group: _key(sort, group))[:count]


def _key(sort: Sort, group: _Group | GroupCursor) -> tuple[int, str]:
    return (group.value if sort == "oldest" else -group.value), group.fingerprint


def _first(
    asked: _Asked, sort: Sort, count: int, value: Condition, after: GroupCursor | None, only: Condition
) -> list[_Group]:
    """The first so many groups behind the cursor by an aggregate over the tallies of a group."""
    way, sign = ("ASC", 1) if sort == "oldest" else ("DESC", -1)
    wide = asked.matching.wide(only)
    behind = Condition("value IS NOT NULL")
    if after is not None:
        behind = Condition(
            f"value IS NOT NULL AND ({sign} * value, fingerprint) > (?, ?)", (sign * after.value, after.fingerprint)
        )
    phases = json.dumps(asked.matching.phases)
    chosen = f"n > 0 AND phase IN (SELECT value FROM json_each(?)) AND {wide.sql}"
    if asked.matching.narrow or sort != "count":
        # Records are looked at once for each kind and phase.
        source = (
            f"(SELECT DISTINCT kind, phase FROM tally WHERE {chosen}) AS tally JOIN kinds ON kinds.id = kind WHERE 1"
        )
    else:
        source = f"kinds INDEXED BY kinds_by_fingerprint CROSS JOIN tally ON kind = kinds.id WHERE {chosen}"
    rows = asked.db.execute(
        f"SELECT {value.sql} AS value, fingerprint FROM {source}"
        f" GROUP BY fingerprint HAVING {behind.sql} ORDER BY value {way}, fingerprint LIMIT ?",
        (*value.values, phases, *wide.values, *behind.values, count),
    )
    return [_Group(*row) for row in rows]


def _value(matching: Where, sort: Sort, upto: Mapping[int, int] | None) -> Condition:
    """What groups are sorted by, NULL where nothing of a group matches."""
    if sort == "count" and not matching.narrow:
        return Condition("sum(n)")
    rest = matching.all(*([] if upto is None else [_before(upto)]))
    records = "FROM records INDEXED BY records_by_kind WHERE kind = tally.kind AND phase = tally.phase"
    if sort == "count":
        sql = f"nullif(sum((SELECT count(*) {records} AND {rest.sql})), 0)"
        return Condition(sql, rest.values)
    if sort == "newest":
        return Condition(f"max((SELECT seen {records} AND {rest.sql} ORDER BY seen DESC LIMIT 1))", rest.values)
    waiting = ", ".join(map(str, WAITING))
    oldest = f"(SELECT seen {records} AND {rest.sql} ORDER BY seen LIMIT 1)"
    return Condition(
        f"min(CASE WHEN phase IN ({waiting}) THEN {oldest} WHEN {oldest} IS NOT NULL THEN {_NOTHING_WAITS} END)",
        rest.values * 2,
    )


def _grown(asked: _Asked, upto: Mapping[int, int]) -> dict[str, int]:
    """How many records that match came after these offsets, by group; of a new partition all."""
    partitions = [
        number for (number,) in asked.db.execute("SELECT partition FROM positions WHERE topic = 'quarantine'")
    ]
    wide, phases = asked.matching.wide(), json.dumps(asked.matching.phases)
    found: Counter[str] = Counter()
    for partition in partitions:
        rows = asked.db.execute(
            "SELECT fingerprint, count(*) FROM records INDEXED BY records_by_place JOIN kinds ON kinds.id = kind"
            " WHERE partition = ? AND offset >= ? AND phase IN (SELECT value FROM json_each(?))"
            f" AND {wide.sql} GROUP BY fingerprint",
            (partition, upto.get(partition, 0), phases, *wide.values),
        )
        found.update(dict(rows.fetchall()))
    return found


def _before(upto: Mapping[int, int]) -> Condition:
    cases = " ".join(["WHEN ? THEN ?"] * len(upto))
    if not cases:
        return Condition("0")
    values = tuple(number for pair in upto.items() for number in pair)
    return Condition(f"offset < CASE partition {cases} ELSE 0 END", values)


def _rows(asked: _Asked, page: Sequence[str]) -> tuple[GroupRow, ...]:
    kinds = _kinds(asked, page)
    shown = where(asked.db, asked.wanted, [kind for group in page for kind in kinds[group]])
    asked = asked._replace(matching=shown)
    present = by_kind(asked.db, asked.matching)
    soon = expiring(asked.db, asked.matching.of(WAITING), asked.now_ms, asked.retention_ms)
    hourly, topics = _last_hour(asked), _topics(asked)
    rows = (_row(asked, group, kinds[group], present, soon, hourly, topics) for group in page)
    return tuple(row for row in rows if row is not None)


def _kinds(asked: _Asked, page: Sequence[str]) -> dict[str, list[int]]:
    rows = asked.db.execute(
        "SELECT fingerprint, id FROM kinds WHERE fingerprint IN (SELECT value FROM json_each(?))",
        (json.dumps(page),),
    )
    found: dict[str, list[int]] = {group: [] for group in page}
    for fingerprint, kind in rows:
        found[fingerprint].append(kind)
    return found


class _Edge(NamedTuple):
    seen: int
    number: int
    kind: int


def _edge(asked: _Asked, pairs: Iterable[tuple[int, int]], which: Literal["newest", "oldest"]) -> _Edge | None:
    """The newest or oldest record that matches, of these kinds and phases."""
    way = "DESC" if which == "newest" else "ASC"
    rest = asked.matching.all()
    sql = (
        "SELECT seen, id, kind FROM records INDEXED BY records_by_kind"
        f" WHERE kind = ? AND phase = ? AND {rest.sql} ORDER BY seen {way} LIMIT 1"
    )
    found = (asked.db.execute(sql, (*pair, *rest.values)).fetchone() for pair in pairs)
    edges = [_Edge(*row) for row in found if row is not None]
    return (max if which == "newest" else min)(edges, default=None)


def _row(
    asked: _Asked,
    group: str,
    kinds: Sequence[int],
    present: ByKind,
    soon: Counter[int],
    hourly: Mapping[int, int],
    topics: Mapping[int, frozenset[str]],
) -> GroupRow | None:
    pairs = [(kind, phase) for kind in kinds for phase in range(FOREIGN + 1) if present[kind, phase] > 0]
    newest, first = _edge(asked, pairs, "newest"), _edge(asked, pairs, "oldest")
    oldest = _edge(asked, [pair for pair in pairs if pair[1] in WAITING], "oldest")
    if newest is None or first is None:
        # Retention took the last one since the first page.
        return None
    phases: Counter[int] = Counter()
    for kind, phase in pairs:
        phases[phase] += present[kind, phase]
    reason, stage, cause, path, detectors, problem = asked.db.execute(
        "SELECT reason, stage, cause, path, detectors, problem FROM kinds WHERE id = ?", (newest.kind,)
    ).fetchone()
    partition, offset, detail = asked.db.execute(
        "SELECT partition, offset, detail FROM records WHERE id = ?", (newest.number,)
    ).fetchone()
    return GroupRow(
        fingerprint=group,
        reason=reason,
        stage=stage,
        cause=cause,
        path=path,
        detectors=tuple(orjson.loads(detectors)),
        problem=problem,
        preview=orjson.loads(detail)["preview"] if detail is not None else None,
        sample=f"{partition}:{offset}",
        matching=sum(phases[phase] for phase in asked.matching.phases),
        counts=counts_of(phases, sum(soon[kind] for kind in kinds)),
        last_hour=sum(hourly.get(kind, 0) for kind in kinds),
        first_seen_ms=first.seen,
        last_seen_ms=newest.seen,
        topics=tuple(sorted(frozenset[str]().union(*(topics.get(kind, frozenset()) for kind in kinds)))),
        oldest_ms=oldest.seen if oldest else None,
        expires_ms=oldest.seen + asked.retention_ms if oldest and asked.retention_ms is not None else None,
    )


def _last_hour(asked: _Asked) -> dict[int, int]:
    wide = asked.matching.wide()
    rows = asked.db.execute(
        f"SELECT kind, sum(n) FROM recent WHERE minute >= ? AND {wide.sql} GROUP BY kind",
        (asked.now_ms // 60_000 - _HOUR_MINUTES, *wide.values),
    )
    return dict(rows.fetchall())


def _topics(asked: _Asked) -> dict[int, frozenset[str]]:
    wide = asked.matching.wide()
    rows = asked.db.execute(
        f"SELECT DISTINCT kind, name FROM (SELECT kind, topic FROM tally WHERE n > 0 AND {wide.sql})"
        " JOIN topics ON topics.id = topic",
        wide.values,
    )
    found: dict[int, frozenset[str]] = {}
    for kind, name in rows:
        found[kind] = found.get(kind, frozenset()) | {name}
    return found
