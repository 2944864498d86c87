"""How many records match, by kind and phase: out of the tallies where these know it, else counted on an index."""

import sqlite3
from collections import Counter
from collections.abc import Mapping

from streams.quarantine.store.arms import arms
from streams.quarantine.store.model import EXPIRING_MS, STATUSES, Counts, Filter
from streams.quarantine.store.phases import FOREIGN, PHASES, WAITING
from streams.quarantine.store.where import Condition, Where, where

__all__ = ["ByKind", "by_kind", "count", "counts_of", "expiring"]

#: Kind and phase to the number of records.
ByKind = Counter[tuple[int, int]]


def by_kind(db: sqlite3.Connection, matching: Where) -> ByKind:
    """Records that match, in whatever phase; for as many kinds as a page shows."""
    return _counted(db, matching) if matching.narrow else _tallied(db, matching)


def counts_of(phases: Mapping[int, int], expiring_soon: int) -> Counts:
    """Numbers by phase as a person wants to see them."""
    by_status = dict.fromkeys(STATUSES, 0)
    for phase, n in phases.items():
        if phase != FOREIGN:
            by_status[PHASES[phase][0]] += n
    pending = sum(n for phase, n in phases.items() if phase != FOREIGN and PHASES[phase][1])
    return Counts(by_status, phases.get(FOREIGN, 0), pending, expiring_soon)


def count(db: sqlite3.Connection, wanted: Filter, now_ms: int, retention_ms: int | None) -> Counts:
    """All records that match a filter, by status."""
    matching = where(db, wanted)
    phases: Counter[int] = Counter()
    if matching.narrow:
        for phase, arm in arms(db, matching):
            phases[phase] += db.execute(f"SELECT count(*) FROM {arm.sql}", arm.values).fetchone()[0]
    else:
        wide = matching.wide()
        rows = db.execute(f"SELECT phase, sum(n) FROM tally WHERE {wide.sql} GROUP BY phase", wide.values)
        phases.update({phase: n for phase, n in rows if phase in matching.phases})
    waiting = matching.of(tuple(phase for phase in WAITING if phase in matching.phases))
    return counts_of(phases, sum(expiring(db, waiting, now_ms, retention_ms).values()))


def expiring(db: sqlite3.Connection, matching: Where, now_ms: int, retention_ms: int | None) -> Counter[int]:
    """Records that match and that retention may take soon, by kind."""
    if retention_ms is None:
        return Counter()
    soon = Condition("seen < ?", (now_ms + EXPIRING_MS - retention_ms,))
    found: Counter[int] = Counter()
    for _, arm in arms(db, matching, soon):
        found.update(dict(db.execute(f"SELECT kind, count(*) FROM {arm.sql} GROUP BY kind", arm.values).fetchall()))
    return found


def _tallied(db: sqlite3.Connection, matching: Where) -> ByKind:
    rows = db.execute(
        f"SELECT kind, phase, sum(n) FROM tally WHERE n > 0 AND {matching.wide().sql} GROUP BY kind, phase",
        matching.wide().values,
    )
    return Counter({(kind, phase): n for kind, phase, n in rows})


def _counted(db: sqlite3.Connection, matching: Where) -> ByKind:
    if matching.pointed:
        return _picked(db, matching)
    rest = matching.all()
    sql = f"SELECT count(*) FROM records INDEXED BY records_by_kind WHERE kind = ? AND phase = ? AND {rest.sql}"
    # One range of the index after the other: sorting a million rows by kind takes ten times as long.
    return Counter({pair: db.execute(sql, (*pair, *rest.values)).fetchone()[0] for pair in _tallied(db, matching)})


def _picked(db: sqlite3.Connection, matching: Where) -> ByKind:
    found: ByKind = Counter()
    for phase, arm in arms(db, matching.of(None)):
        for kind, n in db.execute(f"SELECT kind, count(*) FROM {arm.sql} GROUP BY kind", arm.values):
            found[kind, phase] += n
    return found
