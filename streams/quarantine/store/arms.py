"""What matches a filter, taken apart so that each part is read in the order of one index, whatever else it asks for."""

import json
import sqlite3
from collections.abc import Iterator

from streams.quarantine.store.where import Condition, Where

__all__ = ["arms"]


def arms(db: sqlite3.Connection, matching: Where, *more: Condition) -> Iterator[tuple[int, Condition]]:
    """Phases, and what stands behind FROM to get records of that phase; together they are all that match, each once.

    Within one of them records can be had by `seen, partition, offset`, in either direction, without being sorted.
    """
    rest = matching.all(*more)
    if matching.pointed:
        for phase in matching.phases:
            yield phase, Condition(f"records WHERE +phase = ? AND {rest.sql}", (phase, *rest.values))
    elif matching.kinds is not None:
        yield from _by(db, "kind", matching.kinds, matching.phases, rest)
    elif matching.topics is not None:
        yield from _by(db, "topic", matching.topics, matching.phases, rest)
    else:
        for phase in _phases(db, matching):
            sql = f"records INDEXED BY records_by_phase WHERE phase = ? AND {rest.sql}"
            yield phase, Condition(sql, (phase, *rest.values))


def _phases(db: sqlite3.Connection, matching: Where) -> list[int]:
    """Those that have records of such a kind and topic."""
    wide = matching.wide()
    sql = f"SELECT 1 FROM tally WHERE n > 0 AND phase = ? AND {wide.sql} LIMIT 1"
    return [phase for phase in matching.phases if db.execute(sql, (phase, *wide.values)).fetchone()]


def _by(
    db: sqlite3.Connection, column: str, values: tuple[int, ...], phases: tuple[int, ...], rest: Condition
) -> Iterator[tuple[int, Condition]]:
    there = db.execute(
        f"SELECT DISTINCT {column}, phase FROM tally WHERE n > 0 AND {column} IN (SELECT value FROM json_each(?))"
        " AND phase IN (SELECT value FROM json_each(?))",
        (json.dumps(values), json.dumps(phases)),
    ).fetchall()
    for value, phase in there:
        sql = f"records INDEXED BY records_by_{column} WHERE {column} = ? AND phase = ? AND {rest.sql}"
        yield phase, Condition(sql, (value, phase, *rest.values))
