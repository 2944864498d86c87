"""What the API gives. Times are milliseconds since 1970; a record is known by `partition:offset`.

These names are promises to other programs; the rows of the store are not, so that each is copied by name.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from streams.masking.records import Reason
from streams.quarantine.decisions import Action, Redaction, Result, Role, Status
from streams.quarantine.envelope import Sizes, Source, Stage

__all__ = [
    "ActOut",
    "ActsOut",
    "AgesOut",
    "BulkOut",
    "ByHandOut",
    "Changed",
    "CountsOut",
    "DecidedOut",
    "ExplainedOut",
    "FailureOut",
    "FindingOut",
    "GroupOut",
    "GroupPage",
    "HealthOut",
    "HistoryOut",
    "InflowOut",
    "LostOut",
    "Me",
    "NeighbourOut",
    "NeighboursOut",
    "OriginalOut",
    "RecordOut",
    "RecordPage",
    "RecordViewOut",
    "RequestOut",
    "RowOut",
    "RunOut",
    "StatsOut",
    "TryOut",
    "Why",
]


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class CountsOut(_Out):
    """Records by status; a person may act on those `waiting`, and `expiring` of them are gone within six hours."""

    by_status: dict[Status, int]
    foreign: int
    pending: int
    waiting: int
    expiring: int
    total: int


class GroupOut(_Out):
    """Records that fail alike; foreign bytes are a group with a `problem` and without a `reason`."""

    group: str = Field(validation_alias="fingerprint")
    reason: Reason | None
    stage: Stage | None
    cause: Reason | None
    path: str | None = Field(description="Where in the record it was seen: a path in the value, `key` or `header`.")
    detectors: tuple[str, ...]
    problem: str | None
    preview: str | None = Field(description="Shape of the newest record; letters are x, digits 0.")
    sample: str = Field(description="Place of the newest record.")
    matching: int
    counts: CountsOut
    last_hour: int
    first_seen_ms: int
    last_seen_ms: int
    topics: tuple[str, ...]
    oldest_ms: int | None
    expires_ms: int | None


class RowOut(_Out):
    """A record of a list."""

    record: str = Field(validation_alias="place")
    seen_ms: int
    source: Source | None
    job: str | None
    reason: Reason | None
    path: str | None
    detectors: tuple[str, ...]
    group: str = Field(validation_alias="fingerprint")
    preview: str | None
    problem: str | None
    status: Status
    pending: bool
    actor: str | None
    failures: int
    expires_ms: int | None
    gone: bool = Field(description="Retention has taken the envelope.")


class GroupPage(_Out):
    """Groups, and the cursor of those behind them."""

    items: list[GroupOut]
    next: str | None


class RecordPage(_Out):
    """Records, and the cursor of those behind them."""

    items: list[RowOut]
    next: str | None


class HistoryOut(_Out):
    """One event on a record; with `effective` false it was lost, and `status` is what it found."""

    id: UUID
    time_ms: int
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
    failure: str | None
    detectors: tuple[str, ...]


class Why(_Out):
    """Why a record is here, and what can be done."""

    what: str
    next: str


class RecordViewOut(_Out):
    """One record with all that is known of it and not sealed."""

    row: RowOut
    stage: Stage | None
    cause: Reason | None
    policy: str | None
    program: str | None
    preview_key: str | None
    preview_headers: tuple[str, ...]
    sizes: Sizes | None
    sealed_to: str | None = Field(description="Id of the review key that opens it; null where nothing was kept.")
    explanation: Why


class RecordOut(RecordViewOut):
    """The same with its history."""

    history: tuple[HistoryOut, ...]


class NeighbourOut(_Out):
    """A record of the clean topic, as it stands there."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    text: str | None


class NeighboursOut(_Out):
    """What was written to the clean topic just before and after a record, by time."""

    items: list[NeighbourOut]


class ByHandOut(_Out):
    """What would come of a record with some of it hidden; `misses`: a mark is not in it, or hides nothing."""

    policy: str
    passes: bool
    unopened: str | None
    misses: bool
    reason: str | None
    detectors: tuple[str, ...]
    path: str
    preview: str | None = Field(description="Its shape then.")


class Changed(_Out):
    """A record that the decision changed."""

    record: str
    status: Status


class LostOut(_Out):
    """A record that was in another state, with who put it there."""

    record: str
    status: Status
    actor: str | None
    time: datetime | None
    sentence: str


class DecidedOut(_Out):
    """What came of a decision."""

    action: Action
    events: list[UUID]
    changed: list[Changed]
    lost: list[LostOut]
    sentence: str


class FailureOut(_Out):
    """Records that would fail alike."""

    reason: str
    detectors: tuple[str, ...]
    path: str
    records: int
    places: tuple[str, ...]


class TryOut(_Out):
    """What a policy would make of records, so far."""

    policy: str
    total: int
    tried: int
    passed: int
    failed: int
    failures: tuple[FailureOut, ...]
    unopened: dict[str, int]
    cancelled: bool
    sentence: str


class BulkOut(_Out):
    """How far a bulk decision is, in records."""

    bulk: UUID
    action: Action
    total: int
    done: int
    lost: int
    unknown: int
    remaining: int
    lost_to: dict[Status, int]
    examples: tuple[str, ...]
    cancelled: bool
    problem: str | None
    sentence: str


class RunOut(_Out):
    """Work in the background; ask again until it is done."""

    id: UUID
    kind: Literal["try", "bulk"]
    done: bool
    problem: str | None
    tried: TryOut | None
    bulk: BulkOut | None


class FindingOut(_Out):
    """What the policy in use finds in a record: no value, and paths of common names only."""

    path: str
    kind: str
    detector: str
    validator: str
    action: str
    rule: str
    kept_by: str


class ExplainedOut(_Out):
    """What would become of a record under the policy in use, and why."""

    policy: str
    passes: bool
    unopened: str | None
    reason: str | None
    stage: str | None
    detectors: tuple[str, ...]
    path: str
    findings: list[FindingOut]


class OriginalOut(_Out):
    """An original record: text as it is, bytes that are no text as `{"base64": ...}`. Keep it nowhere."""

    key: str | dict[str, str] | None
    headers: list[list[str | dict[str, str] | None]] | None = Field(description="Name and value of each, in order.")
    value: str | dict[str, str] | None
    expires_at: datetime = Field(description="When it must be out of sight.")
    seconds: int = Field(description="The same as a time to wait.")


class RequestOut(_Out):
    """Somebody wants to look at an original; `expires_at` is when the request, or its approval, ends."""

    id: UUID
    actor: str
    reason: str
    approved_by: str | None
    expires_at: datetime


class ActOut(_Out):
    """What somebody did."""

    id: UUID
    time: datetime
    action: str
    via: Literal["cli", "review"]
    actor: str
    role: Role | None
    address: str | None
    reason: str | None
    record: str | None
    group: str | None
    records: int | None
    decision: Action | None
    policy: str | None
    problem: str | None


class ActsOut(_Out):
    """Acts, and the `before` of those behind them."""

    items: list[ActOut]
    next: UUID | None


class InflowOut(_Out):
    """How many records came, by reason (`foreign` for what is no envelope)."""

    bucket_ms: int
    starts_ms: tuple[int, ...]
    by_reason: dict[str, tuple[int, ...]]


class AgesOut(_Out):
    """Ages of the records that wait for a person; the last bucket holds all that are older."""

    bucket_ms: int
    counts: tuple[int, ...]
    retention_ms: int | None


class HealthOut(_Out):
    """Whether the view has caught up with the topics."""

    ready: bool
    progress: float
    fresh_ms: int
    problem: str | None


class StatsOut(_Out):
    """Numbers of the moment."""

    counts: CountsOut
    health: HealthOut
    policy: str
    now_ms: int


class Me(_Out):
    """Who you are to this service, and what it can do."""

    subject: str
    roles: list[Role]
    topics: tuple[str, ...]
    via: Literal["token", "session"]
    opens: bool = Field(description="Whether this service has the private key, to try and to reveal.")
    four_eyes: bool = Field(description="Whether a reveal needs the approval of a second person.")
