"""What the API takes. Times are milliseconds since 1970; a record is known by `partition:offset`."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from streams.masking.records import Reason
from streams.quarantine.decisions import RECORDS_MAX, Redaction, Status
from streams.quarantine.store.model import PAGE_MAX, Sort

__all__ = [
    "BulkIn",
    "ByHandIn",
    "DecideIn",
    "DecideOneIn",
    "FilterIn",
    "MaskIn",
    "PageIn",
    "Place",
    "RevealIn",
    "SeriesIn",
    "TryIn",
    "TryOneIn",
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


class DecideIn(DecideOneIn):
    """One decision about some records."""

    action: Literal["claim", "unclaim", "release", "discard", "undo"]
    records: Annotated[list[Place], Field(min_length=1, max_length=RECORDS_MAX)]


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


class RevealIn(_In):
    """Why an original has to be seen."""

    reason: Annotated[str, Field(min_length=3, max_length=300, description="Why; it stays in the audit, masked.")]
