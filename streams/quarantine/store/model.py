"""What the review store shows: frozen rows without payload; all times are milliseconds since 1970, by Kafka's clock.

`seen` is when a record came to quarantine (the timestamp of its quarantine record), which retention counts from;
`Source.timestamp_ms` is when the log line was written. A `status` is the one to show: that of the fold, and `expired`
for what was waiting for a person when retention took it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final, Generic, Literal, TypeVar
from uuid import UUID

from streams.masking.records import Reason
from streams.quarantine.decisions import Action, Failing, RecordId, Redaction, Result, Role, Status
from streams.quarantine.envelope import Sizes, Source, Stage
from streams.quarantine.fold import ACTIONABLE

__all__ = [
    "EVERYTHING",
    "EXPIRING_MS",
    "PAGE_MAX",
    "STATUSES",
    "AgeSeries",
    "Chunk",
    "Chunks",
    "Counts",
    "Explanation",
    "Filter",
    "GroupRow",
    "Health",
    "HistoryItem",
    "InflowSeries",
    "Page",
    "Progress",
    "RecordRow",
    "RecordView",
    "Sort",
    "in_scope",
]

#: In the order in which they are shown.
STATUSES: Final[tuple[Status, ...]] = (
    "open", "claimed", "failed_again", "released", "masked_by_hand", "discarded", "expired",
)  # fmt: skip
#: What expires within so long is told ("312 records expire in 6 h").
EXPIRING_MS: Final = 6 * 3_600_000
#: Rows of a page at most.
PAGE_MAX: Final = 500
#: The scope of somebody who may see all topics, and foreign bytes, which have none.
EVERYTHING: Final = ("*",)

#: Records know `newest` and `oldest`. Groups are sorted by matching records (`count`), by the last one (`newest`) or by
#: the one that waits longest, which expires first (`oldest`).
Sort = Literal["count", "newest", "oldest"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records; what is None or empty does not narrow.

    `topics` is the scope of who asks: globs over the source topic. `text` is what a person types: a place (`0:17`),
    coordinates (`orders/3/1234`), or words that all have to occur in topic, reason, path, detectors or fingerprint,
    numbers being offsets. `partition` and `offset` are those of the raw topic; `since_ms` to before `until_ms` is by
    `seen`.
    `pending` picks what was asked for and not yet redriven (True), or the rest (False).
    """

    topics: tuple[str, ...] = EVERYTHING
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    reason: Reason | None = None
    detector: str | None = None
    fingerprint: str | None = None
    status: frozenset[Status] = frozenset()
    pending: bool | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    text: str = ""

    def within(self, topics: Iterable[str]) -> "Filter":
        """The same for somebody with this scope; for what a person typed, since it can only be set here."""
        return replace(self, topics=tuple(topics))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one moment. `cursor` continues behind the last one, None where nothing follows; it is opaque, safe in an
    URL, holds no content, and is good at every instance and after a rebuild.
    """

    rows: tuple[T, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Records by status; `pending` are those of `released` and `masked_by_hand` that the redrive has not carried out,
    `expiring` those waiting for a person whose retention ends within EXPIRING_MS. Foreign bytes have no status.
    """

    by_status: Mapping[Status, int]
    foreign: int
    pending: int
    expiring: int

    @property
    def waiting(self) -> int:
        """Those on which a person may act."""
        return sum(self.by_status.get(status, 0) for status in ACTIONABLE)

    @property
    def total(self) -> int:
        """All of them, foreign bytes too."""
        return sum(self.by_status.values()) + self.foreign


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Records that fail alike. Foreign bytes are a group too: `problem` says what they are, and `reason` is None.

    `matching` are its records that match the filter, `counts` those that match it in whatever status they are;
    `topics`, and how many came within the `last_hour`, are of the whole group in scope. `preview` is that of the newest
    record, whose place is `sample`. `oldest_ms` is `seen` of the record that waits longest for a person, and
    `expires_ms` when retention may take it; None where nothing waits, or where the topic has no retention.
    """

    fingerprint: str
    reason: Reason | None
    stage: Stage | None
    cause: Reason | None
    path: str | None
    detectors: tuple[str, ...]
    problem: str | None
    preview: str | None
    sample: str
    matching: int
    counts: Counts
    last_hour: int
    first_seen_ms: int
    last_seen_ms: int
    topics: tuple[str, ...]
    oldest_ms: int | None
    expires_ms: int | None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record of the inbox. What is no envelope has a `problem`, and neither `id`, `source` nor `reason`; its status,
    `open` or `expired`, means nothing, since nobody can decide on it.

    `gone` means that retention has taken the envelope: it can be looked at here, but no longer opened.
    """

    partition: int
    offset: int
    seen_ms: int
    id: RecordId | None
    source: Source | None
    job: str | None
    reason: Reason | None
    path: str | None
    detectors: tuple[str, ...]
    fingerprint: str
    preview: str | None
    problem: str | None
    status: Status
    pending: bool
    actor: str | None
    failures: int
    expires_ms: int | None
    gone: bool

    @property
    def place(self) -> str:
        """`partition:offset` in the quarantine topic, by which a record is known everywhere."""
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a record is here, for a person: a sentence on what happened, and one on what can be done."""

    what: str
    next: str


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One event on one record. `effective` False: it was lost, and `status` is what it found instead.

    A decision has `action`, `role`, `via`, `expected`; an outcome of the redrive `result`, `decision`, and its
    `failure` and `detectors`, where it failed again; its `actor` is None.
    """

    id: UUID
    time_ms: int
    partition: int
    offset: int
    effective: bool
    status: Status
    actor: str | None
    role: Role | None
    via: Literal["review", "cli"] | None
    action: Action | None
    expected: Status | None
    reason: str
    policy: str
    bulk: UUID | None
    redactions: tuple[Redaction, ...]
    records: int
    result: Result | None
    decision: UUID | None
    failure: Failing | None
    detectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record with all that is known of it and not sealed.

    `sealed_to` is the id of the review key that opens it, None where the payload did not fit. A record that expired and
    was forgotten is still shown with its history; then `row.source` and all that the envelope held is missing.
    """

    row: RecordRow
    stage: Stage | None
    cause: Reason | None
    policy: str | None
    program: str | None
    preview_key: str | None
    preview_headers: tuple[str, ...]
    sizes: Sizes | None
    sealed_to: str | None
    explanation: Explanation
    history: tuple[HistoryItem, ...]
    decision: UUID | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records for one event: of one partition and one status, not more than an event may hold."""

    partition: int
    status: Status
    records: tuple[RecordId, ...]


class Chunks(Iterator[Chunk]):
    """The chunks of one expansion; `total` is the number of records in all of them."""

    def __init__(self, total: int, chunks: Iterator[Chunk]) -> None:
        self.total = total
        self._chunks = chunks

    def __next__(self) -> Chunk:
        return next(self._chunks)


@dataclass(frozen=True, slots=True)
class InflowSeries:
    """How many records came, by reason (`foreign` for what is no envelope), in buckets of equal width."""

    bucket_ms: int
    starts_ms: tuple[int, ...]
    by_reason: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class AgeSeries:
    """How old the records that wait for a person are: bucket i holds ages from i to i + 1 times `bucket_ms`, the last
    one all that are older. `retention_ms` None: the topic keeps them for ever.
    """

    bucket_ms: int
    counts: tuple[int, ...]
    retention_ms: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the view has read what stood in both topics when it began or last looked; offsets, not records."""

    done: int
    total: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there is nothing to read."""
        return 1.0 if self.total <= 0 else min(1.0, self.done / self.total)


@dataclass(frozen=True, slots=True)
class Health:
    """How the view does. `ready`: it has once caught up since it was built; before that, pages show `progress`.

    `problem` is a sentence for a person while catching up fails; what is shown is then as old as `fresh_ms` says.
    """

    ready: bool
    progress: Progress
    fresh_ms: int
    problem: str | None = None


def in_scope(topics: Iterable[str], topic: str | None) -> bool:
    """Whether somebody with this scope may see a source topic; foreign bytes have none and need the scope `*`."""
    scope = tuple(topics)
    return "*" in scope or (topic is not None and any(fnmatchcase(topic, glob) for glob in scope if _GLOB.match(glob)))


# Brackets would be classes of signs to fnmatch, and no name of a topic holds one.
_GLOB: Final = re.compile(r"[A-Za-z0-9._*?-]{1,249}\Z")
