"""What people decide about quarantined records, and what came of it: events of the decisions topic; no broker here.

An event goes to the partition that its records have in the quarantine topic, so that offset order in one partition is
the order of all that ever happened to a record (`streams.quarantine.fold`). What is read was written by anybody who may
write to the topic: `parse_event` takes only what is an event of a known version.
"""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from streams.masking.records import Reason
from streams.quarantine.envelope import Origin

__all__ = [
    "DECISION_VERSION",
    "RECORDS_MAX",
    "Action",
    "Decision",
    "Event",
    "Outcome",
    "RecordId",
    "Redaction",
    "Result",
    "Status",
    "encode_event",
    "parse_event",
    "record_id",
]

DECISION_VERSION: Final = 1
#: An event of so many records stays far below the smallest limit of a topic (about 80 bytes each).
RECORDS_MAX: Final = 500

#: `released` and `masked_by_hand` are asked for until the redrive has answered (`RecordState.redriven`).
Status = Literal["open", "claimed", "released", "masked_by_hand", "discarded", "failed_again", "expired"]
Action = Literal["claim", "unclaim", "release", "mask", "discard", "undo"]
Result = Literal["redriven", "failed_again", "expired"]
Role = Literal["viewer", "operator", "revealer"]

Count = Annotated[int, Field(ge=0)]
# Printable ASCII, as in envelopes: whoever writes to the topic must not write to the page of who reads it.
Name = Annotated[str, Field(pattern="^[ -~]{1,200}$")]
#: `topic/partition/offset`, with `@job` behind it when a replay read the record.
_ORIGIN: Final = r"^[A-Za-z0-9._-]{1,249}/\d{1,10}/\d{1,19}(?:@[ -~]{1,200})?$"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RecordId(_Part):
    """One quarantined record: where it stands in its quarantine partition, and where it came from, so that an offset of
    a topic that was deleted and made again names nothing.
    """

    offset: Count
    origin: Annotated[str, Field(pattern=_ORIGIN)]


class Redaction(_Part):
    """What a person hides by hand: characters `start` to `end` of the preview of the value, or a whole field of a JSON
    value by its path (`$.body.name`); never a clear text.
    """

    start: Count | None = None
    end: Count | None = None
    path: Annotated[str, Field(pattern=r"^\$(?:[ -~]{1,300})$")] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Redaction":
        span = self.start is not None and self.end is not None and self.start < self.end
        if span == (self.path is not None) or (self.path is not None and (self.start, self.end) != (None, None)):
            raise ValueError("a span of the preview or a path, one of the two")
        return self


class Decision(_Part):
    """What a person wants; it takes effect for those of its records whose status is `expected` at that moment."""

    kind: Literal["decision"] = "decision"
    version: Literal[1] = DECISION_VERSION
    id: UUID
    time: datetime = Field(description="When it was made, in UTC, by the clock of who made it.")
    actor: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="Who: the verified subject (review) or user@host (cli)."
    )
    role: Role = Field(description="The role by which the actor may do this.")
    via: Literal["review", "cli"]
    action: Action
    expected: Status = Field(description="The status that the actor saw.")
    reason: Annotated[str, Field(max_length=300)] = Field("", description="Why, masked before it was stored.")
    policy: Name = Field(description="Version of the policy that the actor saw or tried.")
    partition: Count = Field(description="Partition in the quarantine topic, and of this event.")
    records: Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=RECORDS_MAX)]
    bulk: UUID | None = Field(None, description="Equal for the events of one bulk operation.")
    redactions: tuple[Redaction, ...] = Field((), description="For the action mask, which has one record.")


class Outcome(_Part):
    """What the redrive did; written in one transaction with the clean records and the offset of the decision."""

    kind: Literal["outcome"] = "outcome"
    version: Literal[1] = DECISION_VERSION
    id: UUID
    time: datetime
    decision: UUID = Field(description="The decision that was carried out.")
    result: Result
    policy: Name = Field(description="Version of the policy that the record was masked with.")
    partition: Count
    records: Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=RECORDS_MAX)]
    failure: Reason | None = Field(None, description="Why it failed again.")
    detectors: tuple[Name, ...] = ()


Event = Decision | Outcome


def record_id(offset: int, origin: Origin) -> RecordId:
    """The id of the record whose envelope stands at `offset` of its quarantine partition."""
    job = f"@{origin.job}" if origin.job else ""
    return RecordId(offset=offset, origin=f"{origin.coordinates}{job}")


def encode_event(event: Event) -> bytes:
    """The value of a record of the decisions topic."""
    return event.model_dump_json().encode()


def parse_event(value: bytes | None, partition: int) -> Event | str:
    """The event in a record of that partition, or in a few words without content why it is none."""
    try:
        document = orjson.loads(value or b"")
    except ValueError:
        return "no event: not JSON"
    kind = document.get("kind") if isinstance(document, dict) else None
    if kind not in _MODELS:
        return "no event: another kind of JSON"
    if document.get("version") != DECISION_VERSION:
        return "an event of a version that this maskstream does not know"
    try:
        event = _MODELS[kind].model_validate_json(value or b"", strict=True)
    except ValidationError:
        return "no event: fields are missing or wrong"
    return event if event.partition == partition else "no event: it belongs to another partition"


_MODELS: Final[dict[str, type[Decision] | type[Outcome]]] = {"decision": Decision, "outcome": Outcome}
