"""Groups of records that fail alike: which there are, in what order, and what a page shows of each."""

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
    """A group before its page: what it is sorted by, its fingerprint, and its kinds."""

    value: int
    fingerprint: str
    kinds: tuple[int, ...]


class _Asked(NamedTuple):
    """One question: the moment, the filter, and what time it is."""

    db: sqlite3.Connection
    matching: Where
    now_ms: int
    retention_ms: int | None


def list_groups(
    db: sqlite3.Connection, wanted: Filter, sort: Sort, limit: int, cursor: str | None, now_ms: int,
    retention_ms: int | None,
) -> Page[GroupRow]:  # fmt: skip
    """One page."""
    asked = _Asked(db, where(db, wanted), now_ms, retention_ms)
    after = decode(cursor, GroupCursor, sort)
    upto = after.upto if after is not None else _ends(db)
    present = by_kind(db, asked.matching)
    then = present if after is None else by_kind(db, asked.matching, upto)
    ordered = _ordered(asked, sort, then, upto if after is not None else None)
    if after is not None:
        ordered = [group for group in ordered if _key(sort, group) > _key(sort, after)]
    page = ordered[:limit]
    rows = _rows(asked, page, present)
    if len(ordered) <= limit:
        return Page(rows)
    last = page[-1]
    return Page(rows, encode(GroupCursor(sort=sort, value=last.value, fingerprint=last.fingerprint, upto=upto)))


def _key(sort: Sort, group: _Group | GroupCursor) -> tuple[int, str]:
    return (group.value if sort == "oldest" else -group.value), group.fingerprint


def _ends(db: sqlite3.Connection) -> dict[int, int]:
    return dict(db.execute("SELECT partition, next FROM positions WHERE topic = 'quarantine'").fetchall())


def _ordered(asked: _Asked, sort: Sort, then: ByKind, upto: Mapping[int, int] | None) -> list[_Group]:
    """All groups that have records which match, by the value that they are sorted by."""
    phases = set(asked.matching.phases)
    kinds = sorted({kind for (kind, phase), n in then.items() if n > 0 and phase in phases})
    rows = asked.db.execute(
        "SELECT fingerprint, id FROM kinds WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(kinds),)
    )
    members: dict[str, list[int]] = {}
    for fingerprint, kind in rows:
        members.setdefault(fingerprint, []).append(kind)
    found = [
        _Group(_value(asked, sort, numbers, then, upto), fingerprint, tuple(numbers))
        for fingerprint, numbers in members.items()
    ]
    return sorted(found, key=lambda group: _key(sort, group))


def _value(asked: _Asked, sort: Sort, kinds: Iterable[int], then: ByKind, upto: Mapping[int, int] | None) -> int:
    pairs = [(kind, phase) for kind in kinds for phase in asked.matching.phases if then[kind, phase] > 0]
    if sort == "count":
        return sum(then[pair] for pair in pairs)
    if sort == "oldest":
        pairs = [(kind, phase) for kind, phase in pairs if phase in WAITING]
    edge = _edge(asked, pairs, sort, upto)
    return edge.seen if edge else _NOTHING_WAITS


class _Edge(NamedTuple):
    seen: int
    number: int
    kind: int


def _edge(
    asked: _Asked, pairs: Iterable[tuple[int, int]], which: Literal["newest", "oldest"], upto: Mapping[int, int] | None
) -> _Edge | None:
    """The newest or oldest record that matches, of these kinds and phases."""
    way = "DESC" if which == "newest" else "ASC"
    rest = asked.matching.all(*([] if upto is None else [_before(upto)]))
    sql = (
        "SELECT seen, id, kind FROM records INDEXED BY records_by_kind"
        f" WHERE kind = ? AND phase = ? AND {rest.sql} ORDER BY seen {way} LIMIT 1"
    )
    found = (asked.db.execute(sql, (*pair, *rest.values)).fetchone() for pair in pairs)
    edges = [_Edge(*row) for row in found if row is not None]
    return (max if which == "newest" else min)(edges, default=None)


def _before(upto: Mapping[int, int]) -> Condition:
    cases = " ".join(["WHEN ? THEN ?"] * len(upto))
    if not cases:
        return Condition("0")
    values = tuple(number for pair in upto.items() for number in pair)
    return Condition(f"offset < CASE partition {cases} ELSE 0 END", values)


def _rows(asked: _Asked, page: Sequence[_Group], present: ByKind) -> tuple[GroupRow, ...]:
    kinds = json.dumps([kind for group in page for kind in group.kinds])
    soon = expiring(asked.db, asked.matching.of(WAITING), asked.now_ms, asked.retention_ms)
    hourly, topics = _last_hour(asked, kinds), _topics(asked, kinds)
    rows = (_row(asked, group, present, soon, hourly, topics) for group in page)
    return tuple(row for row in rows if row is not None)


def _row(
    asked: _Asked,
    group: _Group,
    present: ByKind,
    soon: Counter[int],
    hourly: Mapping[int, int],
    topics: Mapping[int, frozenset[str]],
) -> GroupRow | None:
    pairs = [(kind, phase) for kind in group.kinds for phase in range(FOREIGN + 1) if present[kind, phase] > 0]
    newest, first = _edge(asked, pairs, "newest", None), _edge(asked, pairs, "oldest", None)
    oldest = _edge(asked, [pair for pair in pairs if pair[1] in WAITING], "oldest", None)
    if newest is None or first is None:
        # Retention took the last one since the first page.
        return None
    phases: Counter[int] = Counter()
    for kind, phase in pairs:
        phases[phase] += present[kind, phase]
    reason, stage, cause, detectors, problem = asked.db.execute(
        "SELECT reason, stage, cause, detectors, problem FROM kinds WHERE id = ?", (newest.kind,)
    ).fetchone()
    partition, offset, detail = asked.db.execute(
        "SELECT partition, offset, detail FROM records WHERE id = ?", (newest.number,)
    ).fetchone()
    return GroupRow(
        fingerprint=group.fingerprint,
        reason=reason,
        stage=stage,
        cause=cause,
        detectors=tuple(orjson.loads(detectors)),
        problem=problem,
        preview=orjson.loads(detail)["preview"] if detail is not None else None,
        sample=f"{partition}:{offset}",
        matching=sum(phases[phase] for phase in asked.matching.phases),
        counts=counts_of(phases, sum(soon[kind] for kind in group.kinds)),
        last_hour=sum(hourly.get(kind, 0) for kind in group.kinds),
        first_seen_ms=first.seen,
        last_seen_ms=newest.seen,
        topics=tuple(sorted(frozenset[str]().union(*(topics.get(kind, frozenset()) for kind in group.kinds)))),
        oldest_ms=oldest.seen if oldest else None,
        expires_ms=oldest.seen + asked.retention_ms if oldest and asked.retention_ms is not None else None,
    )


def _last_hour(asked: _Asked, kinds: str) -> dict[int, int]:
    wide = asked.matching.wide()
    rows = asked.db.execute(
        f"SELECT kind, sum(n) FROM minutes WHERE minute >= ? AND {wide.sql}"
        " AND kind IN (SELECT value FROM json_each(?)) GROUP BY kind",
        (asked.now_ms // 60_000 - _HOUR_MINUTES, *wide.values, kinds),
    )
    return dict(rows.fetchall())


def _topics(asked: _Asked, kinds: str) -> dict[int, frozenset[str]]:
    wide = asked.matching.wide()
    rows = asked.db.execute(
        f"SELECT DISTINCT kind, name FROM (SELECT kind, topic FROM tally WHERE n > 0 AND {wide.sql}"
        " AND kind IN (SELECT value FROM json_each(?))) JOIN topics ON topics.id = topic",
        (*wide.values, kinds),
    )
    found: dict[int, frozenset[str]] = {}
    for kind, name in rows:
        found[kind] = found.get(kind, frozenset()) | {name}
    return found
