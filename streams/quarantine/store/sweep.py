"""Lets go of what retention has taken: what expired is shown for a day, decisions as long as their topic has them.

A little at a time, since decisions that are made now wait behind it.
"""

import sqlite3
from typing import Final

from streams.quarantine.store.phases import EXPIRED, WAITING
from streams.quarantine.store.series import MINUTES_KEPT_MS

__all__ = ["EXPIRED_KEPT_MS", "Sweep"]

#: How long an expired record is still shown, so that somebody who comes in the morning sees what was lost.
EXPIRED_KEPT_MS: Final = 24 * 3_600_000
_ROWS: Final = 5_000
_EVENTS: Final = 50
#: As the trigger has it that fills the table.
_RECENT_MINUTES: Final = 120
#: Between two looks for what can be forgotten.
_PAUSE_MS: Final = 60_000


class Sweep:
    """Over the connection that writes, in its thread."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._expired: dict[int, int] = {}
        self._next_ms = 0

    def some(self, now_ms: int) -> bool:
        """Does a part of what is due; False where nothing is."""
        return self._expire() or (now_ms >= self._next_ms and self._forget(now_ms))

    def _expire(self) -> bool:
        """Records before the beginning of their partition that still wait for a person."""
        lows = self._db.execute("SELECT partition, low FROM positions WHERE topic = 'quarantine'").fetchall()
        for partition, low in lows:
            begin = self._expired.get(partition, 0)
            if begin < low:
                end = self._end_of(partition, begin, low)
                self._db.execute(
                    "UPDATE records SET phase = ? WHERE partition = ? AND offset >= ? AND offset < ?"
                    " AND phase IN (?, ?, ?)",
                    (EXPIRED, partition, begin, end, *WAITING),
                )
                self._expired[partition] = end
                return True
        return False

    def _end_of(self, partition: int, begin: int, low: int) -> int:
        found = self._db.execute(
            "SELECT offset FROM records WHERE partition = ? AND offset >= ? AND offset < ? ORDER BY offset"
            f" LIMIT 1 OFFSET {_ROWS}",
            (partition, begin, low),
        ).fetchone()
        return int(found[0]) if found else low

    def _forget(self, now_ms: int) -> bool:
        if self._records(now_ms) or self._decisions():
            return True
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM recent WHERE minute < ?", (now_ms // 60_000 - _RECENT_MINUTES,))
            self._db.execute("DELETE FROM minutes WHERE minute < ?", ((now_ms - MINUTES_KEPT_MS) // 60_000,))
            self._db.execute("DELETE FROM hours WHERE n = 0")
            self._db.execute("DELETE FROM tally WHERE n = 0")
        # Readers who follow one another keep SQLite from beginning its log anew by itself; it would grow for ever.
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._next_ms = now_ms + _PAUSE_MS
        return False

    def _records(self, now_ms: int) -> bool:
        due = self._db.execute(
            "SELECT partition, max(low) FROM lows WHERE noticed <= ? GROUP BY partition", (now_ms - EXPIRED_KEPT_MS,)
        ).fetchall()
        for partition, low in due:
            ends = self._db.execute(
                "SELECT min(offset), max(offset) FROM (SELECT offset FROM records WHERE partition = ? AND offset < ?"
                f" ORDER BY offset LIMIT {_ROWS})",
                (partition, low),
            ).fetchone()
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                if ends[0] is None:
                    self._db.execute("DELETE FROM lows WHERE partition = ? AND low <= ?", (partition, low))
                    continue
                self._db.execute(
                    "DELETE FROM records WHERE partition = ? AND offset BETWEEN ? AND ?", (partition, *ends)
                )
                self._db.execute(
                    "DELETE FROM states WHERE partition = ? AND offset BETWEEN ? AND ?"
                    " AND NOT EXISTS (SELECT 1 FROM effects WHERE state = states.id)",
                    (partition, *ends),
                )
            return True
        return False

    def _decisions(self) -> bool:
        """Events before the beginning of their partition: a view that is built now could not know them."""
        found = self._db.execute(
            "SELECT events.id FROM events JOIN positions ON positions.topic = 'decisions'"
            " AND positions.partition = events.partition WHERE events.offset < positions.low"
            f" LIMIT {_EVENTS}"
        ).fetchall()
        if not found:
            return False
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for event in found:
                states = self._db.execute("SELECT state FROM effects WHERE event = ?", event).fetchall()
                self._db.execute("DELETE FROM effects WHERE event = ?", event)
                self._db.execute("DELETE FROM events WHERE id = ?", event)
                self._db.executemany(
                    "DELETE FROM states WHERE id = ? AND NOT EXISTS (SELECT 1 FROM effects WHERE state = states.id)"
                    " AND NOT EXISTS (SELECT 1 FROM records WHERE records.partition = states.partition"
                    " AND records.offset = states.offset)",
                    states,
                )
        return True
