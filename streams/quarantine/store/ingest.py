"""Puts records and events into the view, one transaction a batch together with the offsets that they were read up to.

States come from `streams.quarantine.fold` itself: what an event does is asked of a `Fold` that knows the states of its
records, so that the view cannot drift from what the redrive does.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID

import orjson

from streams.quarantine.decisions import Event, RecordId, Status, record_id
from streams.quarantine.fold import Fold, RecordState
from streams.quarantine.store.clear import Clear, Kind, kind_of
from streams.quarantine.store.many import Many
from streams.quarantine.store.phases import FOREIGN, phase_of

__all__ = ["ORIGIN", "Arrived", "Happened", "Ingest", "Place", "columns_of", "read_positions", "state_of", "time_ms"]

#: One of our topics and a partition of it.
Place = tuple[Literal["quarantine", "decisions"], int]

#: The origin of a row of `records`, as its RecordId has it.
ORIGIN: Final = (
    "(SELECT name FROM topics WHERE topics.id = records.topic) || '/' || source_partition || '/' || source_offset"
    " || coalesce('@' || job, '')"
)
#: Kinds are as many as somebody who writes to the topic likes.
_KINDS_REMEMBERED: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS: Final = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_LAST_MS: Final = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_UNTOUCHED: Final = RecordState()

_INSERT_RECORDS: Final = Many("INSERT OR IGNORE INTO records VALUES {}", "(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
_INSERT_STATES: Final = Many(
    # The condition tells SQLite that no join's ON follows.
    "INSERT INTO states SELECT * FROM (VALUES {}) WHERE 1 ON CONFLICT (partition, offset, origin) DO UPDATE SET"
    " status = excluded.status, actor = excluded.actor, decision = excluded.decision,"
    " failures = excluded.failures, redriven = excluded.redriven",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
)
_INSERT_EFFECTS: Final = Many("INSERT OR IGNORE INTO effects VALUES {}", "(?, ?, ?, ?, ?, ?, ?, ?)")
_SET_PHASES: Final = Many(
    "UPDATE records INDEXED BY records_by_place SET phase = new.column1 FROM (VALUES {}) AS new"
    f" WHERE partition = new.column2 AND offset = new.column3 AND phase <> new.column1 AND {ORIGIN} = new.column4",
    "(?, ?, ?, ?)",
)
_SET_POSITION: Final = (
    "INSERT INTO positions (topic, partition, next) VALUES (?, ?, ?)"
    " ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next"
)
_SET_LOW: Final = (
    "INSERT INTO positions (topic, partition, next, low) VALUES (?1, ?2, ?3, ?3)"
    " ON CONFLICT (topic, partition) DO UPDATE SET low = ?3, next = max(next, ?3)"
)


class Arrived(NamedTuple):
    """A record of the quarantine topic as it was read; `seen_ms` is its timestamp."""

    partition: int
    offset: int
    seen_ms: int
    clear: Clear | str


class Happened(NamedTuple):
    """An event of the decisions topic as it was read."""

    offset: int
    event: Event


class Ingest:
    """Over one connection, for one thread. What it remembers of the tables is read anew after a failed `write`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._recall()

    def write(self, arrived: Sequence[Arrived], happened: Sequence[Happened], positions: Mapping[Place, int]) -> None:
        """Puts a batch in, all or nothing; records and events of a partition in offset order."""
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._records(arrived)
                for item in happened:
                    self._event(item)
                self._db.executemany(_SET_POSITION, ((*place, offset) for place, offset in positions.items()))
        except BaseException:
            self._recall()
            raise

    def begin_at(self, begins: Mapping[Place, int], noticed_ms: int) -> None:
        """Takes note of where partitions begin now: what stood before that and was not read is skipped."""
        moved = {place: low for place, low in begins.items() if low > self._lows.get(place, 0)}
        if not moved:
            return
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(_SET_LOW, ((*place, low) for place, low in moved.items()))
            self._db.executemany(
                "INSERT OR IGNORE INTO lows VALUES (?, ?, ?)",
                ((number, low, noticed_ms) for (role, number), low in moved.items() if role == "quarantine"),
            )
        self._lows |= moved

    def _recall(self) -> None:
        self._topics = dict(self._db.execute("SELECT name, id FROM topics").fetchall())
        self._kinds: dict[Kind, int] = {}
        self._next_state = 1 + next(self._db.execute("SELECT coalesce(max(id), 0) FROM states"))[0]
        rows = self._db.execute("SELECT topic, partition, low FROM positions")
        self._lows: dict[Place, int] = {(topic, partition): low for topic, partition, low in rows}

    def _records(self, arrived: Sequence[Arrived]) -> None:
        by_partition: dict[int, list[Arrived]] = {}
        for item in arrived:
            by_partition.setdefault(item.partition, []).append(item)
        for partition, items in by_partition.items():
            known = self._known(partition, items[0].offset, items[-1].offset)
            low = self._lows.get(("quarantine", partition), 0)
            _INSERT_RECORDS.run(self._db, (self._columns(item, known, low) for item in items))

    def _columns(
        self, item: Arrived, known: Mapping[tuple[int, str], RecordState], low: int
    ) -> tuple[int | str | bytes | None, ...]:
        clear, kind = item.clear, self._kind(kind_of(item.clear))
        # Kafka says -1 where a record has no time.
        seen_ms = max(0, item.seen_ms)
        if isinstance(clear, str):
            return item.partition, item.offset, seen_ms, kind, 0, FOREIGN, None, None, None, None, None
        origin, state = clear.origin, _UNTOUCHED
        if known:
            state = known.get((item.offset, record_id(item.offset, origin).origin), _UNTOUCHED)
        return (
            item.partition, item.offset, seen_ms, kind, self._topic(origin.topic),
            phase_of(state, gone=item.offset < low), origin.partition, origin.offset, origin.timestamp_ms, origin.job,
            clear.detail,
        )  # fmt: skip

    def _known(self, partition: int, first: int, last: int) -> dict[tuple[int, str], RecordState]:
        """States that decisions gave to records before these were read."""
        found = self._db.execute(
            "SELECT offset, origin, status, actor, decision, failures, redriven FROM states"
            " WHERE partition = ? AND offset BETWEEN ? AND ?",
            (partition, first, last),
        )
        return {(offset, origin): state_of(*state) for offset, origin, *state in found}

    def _event(self, happened: Happened) -> None:
        event = happened.event
        body = event.model_dump(mode="json", exclude={"records", "id", "partition"})
        body["time"] = time_ms(event.time)
        added = self._db.execute(
            "INSERT OR IGNORE INTO events VALUES (NULL, ?, ?, ?, ?, ?)",
            (str(event.id), event.partition, happened.offset, len(event.records), orjson.dumps(body).decode()),
        )
        if not added.rowcount or added.lastrowid is None:
            return
        numbers, fold = self._fold(event.partition, event.records)
        applied = fold.apply(event)
        outcomes = {record: (False, state) for record, state in applied.lost.items()}
        outcomes |= {record: (True, state) for record, state in applied.changed.items()}
        self._states(event.partition, numbers, {record: state for record, (_, state) in outcomes.items()})
        _INSERT_EFFECTS.run(
            self._db,
            (
                (numbers[record], added.lastrowid, effective, *columns_of(state))
                for record, (effective, state) in outcomes.items()
            ),
        )

    def _fold(self, partition: int, records: Iterable[RecordId]) -> tuple[dict[RecordId, int], Fold]:
        """The rows of these records' states, new numbers for those that have none, and a fold that knows them."""
        wanted, fold = dict.fromkeys(records), Fold()
        found = self._db.execute(
            "SELECT id, offset, origin, status, actor, decision, failures, redriven FROM states"
            " WHERE partition = ? AND offset IN (SELECT value FROM json_each(?))",
            (partition, json.dumps(sorted({record.offset for record in wanted}))),
        )
        numbers: dict[RecordId, int] = {}
        for number, offset, origin, *state in found:
            record = RecordId(offset=offset, origin=origin)
            if record in wanted:
                numbers[record], fold.states[record] = number, state_of(*state)
        for record in wanted:
            if record not in numbers:
                numbers[record] = self._next_state
                self._next_state += 1
        return numbers, fold

    def _states(self, partition: int, numbers: Mapping[RecordId, int], states: Mapping[RecordId, RecordState]) -> None:
        low = self._lows.get(("quarantine", partition), 0)
        _INSERT_STATES.run(
            self._db,
            (
                (numbers[record], partition, record.offset, record.origin, *columns_of(state))
                for record, state in states.items()
            ),
        )
        _SET_PHASES.run(
            self._db,
            (
                (phase_of(state, gone=record.offset < low), partition, record.offset, record.origin)
                for record, state in states.items()
            ),
        )

    def _topic(self, name: str) -> int:
        number = self._topics.get(name)
        if number is None:
            number = self._db.execute("INSERT INTO topics (name) VALUES (?)", (name,)).lastrowid or 0
            self._topics[name] = number
        return number

    def _kind(self, kind: Kind) -> int:
        number = self._kinds.get(kind)
        if number is None:
            if len(self._kinds) >= _KINDS_REMEMBERED:
                self._kinds.clear()
            number = self._kinds[kind] = self._kind_row(kind)
        return number

    def _kind_row(self, kind: Kind) -> int:
        columns = (*kind[:5], json.dumps(kind.detectors), kind.problem)
        found = self._db.execute(
            "SELECT id FROM kinds WHERE fingerprint = ? AND reason IS ? AND stage IS ? AND cause IS ?"
            " AND path IS ? AND detectors = ? AND problem IS ?",
            columns,
        ).fetchone()
        if found is not None:
            return int(found[0])
        added = self._db.execute("INSERT INTO kinds VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", (*columns, kind.words))
        return added.lastrowid or 0


def time_ms(time: datetime) -> int:
    """Milliseconds since 1970. What an event says may lie beyond the first or last year once it is in UTC."""
    return min(max((time - _EPOCH) // timedelta(milliseconds=1), _FIRST_MS), _LAST_MS)


def state_of(status: Status, actor: str | None, decision: str | None, failures: int, redriven: int) -> RecordState:
    """A state from its columns."""
    return RecordState(status, actor, UUID(decision) if decision else None, failures, bool(redriven))


def columns_of(state: RecordState) -> tuple[Status, str | None, str | None, int, bool]:
    """The columns of a state."""
    decision = str(state.decision) if state.decision else None
    return state.status, state.actor, decision, state.failures, state.redriven


def read_positions(db: sqlite3.Connection) -> dict[Place, int]:
    """Where to read on, of each partition that was read from."""
    rows = db.execute("SELECT topic, partition, next FROM positions")
    return {(topic, partition): offset for topic, partition, offset in rows}
