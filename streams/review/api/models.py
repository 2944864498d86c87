"""What the API takes and gives. Times are milliseconds since 1970; a record is known by `partition:offset`.

These names are promises to other programs; the rows of the store are not, so that each is copied by name.
"""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from streams.masking.records import Reason
from streams.quarantine.decisions import RECORDS_MAX, Action, Redaction, Result, Role, Status
from streams.quarantine.envelope import Sizes, Source, Stage
from streams.quarantine.store.model import PAGE_MAX, Sort

__all__ = [
    "ActOut",
    "ActsOut",
    "AgesOut",
    "BulkIn",
    "BulkOut",
    "ByHandIn",
    "ByHandOut",
    "Changed",
    "CountsOut",
    "DecideIn",
    "DecideOneIn",
    "DecidedOut",
    "ExplainedOut",
    "FilterIn",
    "GroupOut",
    "GroupPage",
    "HealthOut",
    "HistoryOut",
    "InflowOut",
    "LostOut",
    "MaskIn",
    "Me",
    "NeighboursOut",
    "OriginalOut",
    "PageIn",
    "Place",
    "RecordOut",
    "RecordPage",
    "RecordViewOut",
    "RequestOut",
    "RevealIn",
    "RowOut",
    "RunOut",
    "SeriesIn",
    "StatsOut",
    "TryIn",
    "TryOneIn",
    "TryOut",
]

#: `partition:offset` in the quarantine topic; both within Kafka's own numbers.
Place = Annotated[str, Field(pattern=r"^[0-9]{1,9}:[0-9]{1,18}$", examples=["3:120"])]
Topic = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-z]{1,32}$")]
WhyText = Annotated[str, Field(max_length=300, description="Why, in one line; masked before it is stored.")]
PolicyText = Annotated[
    Annotated[str, Field(min_length=1, max_length=256 * 1024)] | None,
    Field(description="Text of a policy file; the policy in use if not given."),
]
Time = Annotated[int, Field(ge=0, le=2**53)]
#: That of groups names all partitions: room for some hundred.
_CURSOR_CHARS_MAX: Final = 16_000


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class FilterIn(_In):
    """Which records; what is not given does not narrow."""

    topic: Topic | None = Field(None, description="The raw topic.")
    partition: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(None, description="Of the raw topic.")
    offset: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = Field(None, description="Of the raw topic.")
    reason: Reason | None = None
    detector: Annotated[str, Field(pattern=r"^[ -~]{1,200}$")] | None = None
    group: Fingerprint | None = Field(None, description="Fingerprint of records that fail alike.")
    status: Annotated[list[Status], Field(max_length=7)] = Field(default_factory=list)
    pending: bool | None = Field(None, description="True: decided, and the redrive has not carried it out yet.")
    since: Time | None = Field(None, description="Came to quarantine at or after this time.")
    until: Time | None = Field(None, description="Came to quarantine before this time.")
    text: Annotated[str, Field(max_length=300)] = Field("", description="What a person would type into the search.")


class PageIn(FilterIn):
    """Which records, and which page of them."""

    sort: Sort | None = Field(None, description="Groups: count, newest or oldest; records: newest or oldest.")
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 50
    cursor: Annotated[str, Field(max_length=_CURSOR_CHARS_MAX)] | None = Field(
        None, description="`next` of the page before."
    )


class SeriesIn(FilterIn):
    """Which records, and in how many steps."""

    buckets: Annotated[int, Field(ge=1, le=500)] = 60


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


class DecideOneIn(_In):
    """What a decision says besides the action."""

    expected: Status | None = Field(None, description="The status that you saw; the present one if not given.")
    reason: WhyText = ""


class MaskIn(DecideOneIn):
    """What to hide by hand: spans of the preview or fields."""

    redactions: Annotated[list[Redaction], Field(min_length=1, max_length=1000)]


class ByHandIn(_In):
    """What to hide by hand, to see what would come of it."""

    redactions: Annotated[list[Redaction], Field(min_length=1, max_length=1000)]


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


class DecideIn(DecideOneIn):
    """One decision about some records."""

    action: Literal["claim", "unclaim", "release", "discard", "undo"]
    records: Annotated[list[Place], Field(min_length=1, max_length=RECORDS_MAX)]


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


class _Selecting(_In):
    """Records by their places, a group, or a filter; one of the three."""

    records: Annotated[list[Place], Field(min_length=1, max_length=RECORDS_MAX)] | None = None
    group: Fingerprint | None = None
    filter: FilterIn | None = None

    @model_validator(mode="after")
    def _one(self) -> "_Selecting":
        if sum(part is not None for part in (self.records, self.group, self.filter)) != 1:
            raise ValueError("name records, a group or a filter, one of the three")
        return self


class TryOneIn(_In):
    """A policy to try."""

    policy: PolicyText = None


class TryIn(_Selecting):
    """A policy to try, on what, without releasing anything."""

    policy: PolicyText = None
    sample: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Of a group or filter so many records, spread evenly; all if not given."
    )


class BulkIn(_In):
    """One decision about a group or whatever a filter matches now."""

    action: Literal["claim", "unclaim", "release", "discard", "undo"]
    group: Fingerprint | None = None
    filter: FilterIn | None = None
    reason: WhyText = ""
    at_most: Annotated[int, Field(ge=1)] | None = Field(
        None, description="How many you saw: where more match by now, nothing is done."
    )
    id: UUID | None = Field(None, description="Id of the bulk decision, so that asking twice is harmless.")

    @model_validator(mode="after")
    def _one(self) -> "BulkIn":
        if (self.group is None) == (self.filter is None):
            raise ValueError("name a group or a filter, one of the two")
        return self


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


class RevealIn(_In):
    """Why an original has to be seen."""

    reason: Annotated[str, Field(min_length=3, max_length=300, description="Why; it stays in the audit, masked.")]


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
