"""The review store: who asks for groups, records and history asks here; it follows both topics by itself."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self
from uuid import UUID

from streams.quarantine.decisions import RECORDS_MAX
from streams.quarantine.fold import Applied
from streams.quarantine.store.model import (
    AgeSeries,
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
from streams.settings import Settings

__all__ = ["ReviewStore"]


class ReviewStore:
    """A view of quarantine and decisions, caught up by a thread of its own between `start` and `close`.

    Any thread may ask at any time; an answer is of one moment, and of all that is in scope of its filter. Raises
    RunError where the file cannot be read, UsageError for a cursor that is none.
    """

    def __init__(self, settings: Settings) -> None:
        """Opens or makes the view's file in STATE_DIR; GuardError where another process has it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Begins to follow the topics; returns at once, whether Kafka is there or not."""
        raise NotImplementedError

    def close(self) -> None:
        """Stops following and lets go of the file, which the next start resumes from."""
        raise NotImplementedError

    def health(self) -> Health:
        """Whether the view has caught up, how far it is, and what is in its way."""
        raise NotImplementedError

    def groups(
        self, wanted: Filter, *, sort: Sort = "count", limit: int = 50, cursor: str | None = None
    ) -> Page[GroupRow]:
        """Groups that have records which match, each with the counts of these.

        Records that come between two pages neither move a group over the border nor add one; on the first page all are
        counted. A group whose count a decision changes between two pages may be met again.
        """
        raise NotImplementedError

    def records(
        self, wanted: Filter, *, sort: Sort = "newest", limit: int = 50, cursor: str | None = None
    ) -> Page[RecordRow]:
        """Records that match, by `seen`; of a group with `Filter.fingerprint`. Whatever comes or goes between two
        pages, a record that is there for both is shown once.
        """
        raise NotImplementedError

    def record(self, partition: int, offset: int, topics: tuple[str, ...]) -> RecordView | None:
        """One record and its history; None where there is none in this scope."""
        raise NotImplementedError

    def find(self, wanted: Filter, source: str) -> tuple[RecordRow, ...]:
        """The records of a place in the raw topic (`topic/partition/offset`), the newest first: a replay may have met
        it again.
        """
        raise NotImplementedError

    def counts(self, wanted: Filter) -> Counts:
        """How many records match, by status."""
        raise NotImplementedError

    def chunks(self, wanted: Filter, size: int = RECORDS_MAX) -> Chunks:
        """All records that match now, as lists for decisions: by partition and status, in offset order, `size` each at
        most, foreign bytes and what is gone left out. What comes or changes while it is read is not in it, so that a
        bulk decision ends.
        """
        raise NotImplementedError

    def inflow(self, wanted: Filter, since_ms: int, until_ms: int, buckets: int = 60) -> InflowSeries:
        """How many came, by reason, over a time; status, offset and partition of the filter are not looked at, and
        widths are whole minutes, or whole hours for what is older than two days.
        """
        raise NotImplementedError

    def ages(self, wanted: Filter, buckets: int = 28) -> AgeSeries:
        """Ages of what waits for a person, against the retention of the quarantine topic."""
        raise NotImplementedError

    def now_ms(self) -> int:
        """The clock by which rates, ages and expiry are told."""
        raise NotImplementedError

    def wait_for(self, event: UUID, timeout_s: float = 10.0) -> Applied | None:
        """What the event of this id did once it is folded in: the records that it changed and those that it found in
        another state; None where that takes longer. An event that was written twice is answered for the first one.
        """
        raise NotImplementedError

    def wait_until(self, decisions: Mapping[int, int], timeout_s: float = 10.0) -> bool:
        """Whether the decisions topic was folded in up to and with these offsets, by partition, within this time."""
        raise NotImplementedError
