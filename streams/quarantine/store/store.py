"""The review store: who asks for groups, records and history asks here; it follows both topics by itself."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar
from uuid import UUID

from streams.errors import RunError
from streams.quarantine.decisions import RECORDS_MAX
from streams.quarantine.fold import Applied
from streams.quarantine.store.counting import count
from streams.quarantine.store.file import is_damage
from streams.quarantine.store.follow import Follower
from streams.quarantine.store.groups import list_groups
from streams.quarantine.store.history import applied, view_record
from streams.quarantine.store.holder import Holder
from streams.quarantine.store.model import (
    PAGE_MAX,
    AgeSeries,
    Chunk,
    Chunks,
    Counts,
    Filter,
    GroupRow,
    Health,
    InflowSeries,
    Page,
    RecordRow,
    RecordView,
    Sort,
)
from streams.quarantine.store.records import collect, list_records, places, read_chunk
from streams.quarantine.store.series import ages, inflow
from streams.quarantine.store.where import where
from streams.settings import Settings

if TYPE_CHECKING:
    from array import array

__all__ = ["ReviewStore"]

T = TypeVar("T")

#: The view may be built anew while somebody asks, hardly twice.
_ATTEMPTS: Final = 3
#: What SQLite and Kafka can hold.
_INT_MAX: Final = 2**63 - 1


class ReviewStore:
    """A view of quarantine and decisions, caught up by a thread of its own between `start` and `close`.

    Any thread may ask at any time; an answer is of one moment, and of all that is in scope of its filter. Raises
    RunError where the file cannot be read, UsageError for a cursor that is none.
    """

    def __init__(self, settings: Settings) -> None:
        """Opens or makes the view's file in STATE_DIR; GuardError where another process has it."""
        self._settings = settings
        self._holder = Holder(settings)
        self._written = threading.Condition()
        self._changes = 0
        self._follower = Follower(settings, self._holder, self._tell)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Begins to follow the topics; returns at once, whether Kafka is there or not."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._follower.run, name="review-store", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stops following and lets go of the file, which the next start resumes from."""
        self._follower.stop()
        if self._thread is not None:
            self._thread.join()
        self._holder.close()

    def health(self) -> Health:
        """Whether the view has caught up, how far it is, and what is in its way."""
        return self._follower.health()

    def groups(
        self, wanted: Filter, *, sort: Sort = "count", limit: int = 50, cursor: str | None = None
    ) -> Page[GroupRow]:
        """Groups that have records which match, each with the counts of these.

        Records that come between two pages neither move a group over the border nor add one; on the first page all are
        counted. A group whose count a decision changes between two pages may be met again.
        """
        now_ms, retention_ms, size = self.now_ms(), self._holder.retention_ms, _clamped(limit)
        return self._ask(lambda db: list_groups(db, wanted, sort, size, cursor, now_ms, retention_ms))

    def records(
        self, wanted: Filter, *, sort: Sort = "newest", limit: int = 50, cursor: str | None = None
    ) -> Page[RecordRow]:
        """Records that match, by `seen`; of a group with `Filter.fingerprint`. Whatever comes or goes between two
        pages, a record that is there for both is shown once.
        """
        retention_ms, size = self._holder.retention_ms, _clamped(limit)
        return self._ask(lambda db: list_records(db, wanted, sort, size, cursor, retention_ms))

    def record(self, partition: int, offset: int, topics: tuple[str, ...]) -> RecordView | None:
        """One record and its history; None where there is none in this scope."""
        retention_ms = self._holder.retention_ms
        if max(partition, offset) > _INT_MAX:
            return None
        return self._ask(lambda db: view_record(db, partition, offset, topics, retention_ms))

    def find(self, wanted: Filter, source: str) -> tuple[RecordRow, ...]:
        """The records of a place in the raw topic (`topic/partition/offset`), the newest first: a replay may have met
        it again.
        """
        return self.records(replace(wanted, text=source), limit=PAGE_MAX).rows

    def counts(self, wanted: Filter) -> Counts:
        """How many records match, by status."""
        now_ms, retention_ms = self.now_ms(), self._holder.retention_ms
        return self._ask(lambda db: count(db, wanted, now_ms, retention_ms))

    def chunks(self, wanted: Filter, size: int = RECORDS_MAX) -> Chunks:
        """All records that match now, as lists for decisions: by partition and status, in offset order, `size` each at
        most, foreign bytes and what is gone left out. What comes or changes while it is read is not in it, so that a
        bulk decision ends.
        """
        found = self._ask(lambda db: places(db, where(db, wanted)))
        return Chunks(sum(map(len, found.values())), self._chunks(found, max(1, min(size, RECORDS_MAX))))

    def inflow(self, wanted: Filter, since_ms: int, until_ms: int, buckets: int = 60) -> InflowSeries:
        """How many came, by reason, over a time; status, offset, partition and times of the filter are not looked at,
        and widths are whole minutes, or whole hours for what is older than two days.
        """
        now_ms = self.now_ms()
        return self._ask(lambda db: inflow(db, wanted, since_ms, until_ms, buckets, now_ms))

    def ages(self, wanted: Filter, buckets: int = 28) -> AgeSeries:
        """Ages of what waits for a person, against the retention of the quarantine topic."""
        now_ms, retention_ms = self.now_ms(), self._holder.retention_ms
        return self._ask(lambda db: ages(db, wanted, buckets, now_ms, retention_ms))

    def now_ms(self) -> int:
        """The clock by which rates, ages and expiry are told."""
        return int(time.time() * 1000)

    def wait_for(self, event: UUID, timeout_s: float = 10.0) -> Applied | None:
        """What the event of this id did once it is folded in: the records that it changed and those that it found in
        another state; None where that takes longer. An event that was written twice is answered for the first one.
        """
        return self._wait(lambda: self._ask(lambda db: applied(db, event)), timeout_s)

    def wait_until(self, decisions: Mapping[int, int], timeout_s: float = 10.0) -> bool:
        """Whether the decisions topic was folded in up to and with these offsets, by partition, within this time."""

        def reached() -> bool | None:
            there = all(self._follower.position(("decisions", number)) > last for number, last in decisions.items())
            return there or None

        return self._wait(reached, timeout_s) is not None

    def _chunks(self, found: Mapping[tuple[int, int], "array[int]"], size: int) -> Iterator[Chunk]:
        for (partition, phase), offsets in found.items():
            for part in collect(offsets, size):
                chunk = self._ask(partial(read_chunk, partition=partition, phase=phase, offsets=part))
                if chunk.records:
                    yield chunk

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """An answer of one moment; once more where the view was built anew in between."""
        for _ in range(_ATTEMPTS):
            view = self._holder.view
            try:
                with view.snapshot() as db:
                    return question(db)
            except sqlite3.Error as error:
                if view is self._holder.view:
                    self._holder.damaged = self._holder.damaged or is_damage(error)
                    break
        raise RunError("The review store cannot read its file: try again, it is built anew where it is damaged.")

    def _tell(self) -> None:
        with self._written:
            self._changes += 1
            self._written.notify_all()

    def _wait(self, look: Callable[[], T | None], timeout_s: float) -> T | None:
        """The first answer that is one, looked for after each change of the view."""
        deadline = time.monotonic() + timeout_s
        while True:
            changes = self._changes
            # Not under the lock, which would hold up whoever writes.
            found = look()
            left = deadline - time.monotonic()
            if found is not None or left <= 0:
                return found
            with self._written:
                if self._changes == changes:
                    self._written.wait(left)


def _clamped(limit: int) -> int:
    return max(1, min(limit, PAGE_MAX))
