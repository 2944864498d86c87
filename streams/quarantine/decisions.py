"""What people decide about quarantined records, and what came of it: events of the decisions topic; no broker here.

An event goes to the partition that its records have in the quarantine topic, so that offset order in one partition is
the order of all that ever happened to a record (`streams.quarantine.fold`). What is read was written by anybody who may
write to the topic: `parse_event` takes only what is an event of a known version.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.dataclasses import dataclass

from streams.errors import PolicyError
from streams.masking.paths import parts_of
from streams.masking.records import Reason
from streams.quarantine.envelope import Origin

__all__ = [
    "DECISION_VERSION",
    "DETECTORS_MAX",
    "RECORDS_MAX",
    "Action",
    "Decision",
    "Event",
    "Failing",
    "Outcome",
    "RecordId",
    "Redaction",
    "Result",
    "Status",
    "encode_event",
    "json_schema",
    "origin_text",
    "parse_event",
    "record_id",
]

DECISION_VERSION: Final = 1
#: An event of so many records stays far below the smallest limit of a topic (about 80 bytes each).
RECORDS_MAX: Final = 500
#: Detectors that took part in one failure.
DETECTORS_MAX: Final = 64
#: More than a person marks; each path costs something for each key of the record.
REDACTIONS_MAX: Final = 100
#: A reason of 300 characters whose every value became a token.
REASON_CHARS_MAX: Final = 2000

#: `released` and `masked_by_hand` are asked for until the redrive has answered (`RecordState.redriven`).
Status = Literal["open", "claimed", "released", "masked_by_hand", "discarded", "failed_again", "expired"]
Action = Literal["claim", "unclaim", "release", "mask", "discard", "undo"]
Result = Literal["redriven", "failed_again", "expired"]
Role = Literal["viewer", "operator", "revealer"]

#: Why a record failed again: a reason code of masking, or what is in the way of masking it. `no_envelope`: what stands
#: there is none that this version knows; `cannot_open`: sealed to another key, or changed; `redaction`: what was marked
#: by hand is not in the record; `no_topic`: its clean topic is not there, too small, or none of ours. A record whose
#: payload was not kept is `too_large`.
Failing = Reason | Literal["no_envelope", "cannot_open", "redaction", "no_topic"]

# Kafka's own limits: a larger number would be an error of its client, for ever.
Offset = Annotated[int, Field(ge=0, le=2**63 - 1)]
Partition = Annotated[int, Field(ge=0, le=2**31 - 1)]
Place = Annotated[int, Field(ge=0, le=1_000_000)]
# Printable ASCII, as in envelopes: whoever writes to the topic must not write to the page of who reads it.
Name = Annotated[str, Field(pattern="^[ -~]{1,200}$")]
#: `topic/partition/offset`, with `@job` behind it when a replay read the record.
_ORIGIN: Final = r"^[A-Za-z0-9._-]{1,249}/[0-9]{1,10}/[0-9]{1,19}(?:@[ -~]{1,200})?$"
#: No control characters, and none that turn the direction of what follows.
_LINE: Final = r"[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]"


def _field_path(path: str) -> str:
    try:
        parts_of(path)
    except PolicyError as error:
        raise ValueError(str(error)) from None
    return path


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


# A dataclass, since a fold holds a million of them: a third of a model's size, and hashed in C.
@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
class RecordId:
    """One quarantined record: where it stands in its quarantine partition, and where it came from, so that an offset of
    a topic that was deleted and made again names nothing.
    """

    offset: Offset
    origin: Annotated[str, Field(pattern=_ORIGIN)]


class Redaction(_Part):
    """What a person hides by hand: characters `start` to `end` (not included) of the preview of the value, or whole
    fields by a path as in policies (`$.body.name`, see `streams.masking.paths`); never a clear text.
    """

    start: Place | None = None
    end: Place | None = None
    path: Annotated[str, Field(pattern=rf"^\${_LINE}{{1,300}}$"), AfterValidator(_field_path)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Redaction":
        span = self.start is not None and self.end is not None and self.start < self.end
        if span == (self.path is not None) or (self.path is not None and (self.start, self.end) != (None, None)):
            raise ValueError("a span of the preview or a path, one of the two")
        return self


def _distinct(records: tuple[RecordId, ...]) -> tuple[RecordId, ...]:
    if len(set(records)) != len(records):
        raise ValueError("a record is named once")
    return records


Actor = Annotated[str, Field(pattern=rf"^{_LINE}{{1,200}}$")]
Records = Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=RECORDS_MAX), AfterValidator(_distinct)]


class Decision(_Part):
    """What a person wants; it takes effect for those of its records whose status is `expected` at that moment."""

    kind: Literal["decision"] = "decision"
    version: Literal[1] = DECISION_VERSION
    id: UUID
    time: AwareDatetime = Field(description="When it was made, in UTC, by the clock of who made it.")
    actor: Actor = Field(description="Who: the verified subject (review) or user@host (cli).")
    role: Role = Field(description="The role by which the actor may do this.")
    via: Literal["review", "cli"]
    action: Action
    expected: Status = Field(description="The status that the actor saw.")
    holder: Actor | None = Field(
        None, description="Who held the record when the actor saw it claimed; null: it does not matter who."
    )
    reason: Annotated[str, Field(pattern=rf"^{_LINE}{{0,{REASON_CHARS_MAX}}}$")] = Field(
        "", description="Why, in one line, masked before it was stored."
    )
    policy: Name = Field(description="Version of the policy that the actor saw or tried.")
    partition: Partition = Field(description="Partition in the quarantine topic, and of this event.")
    records: Records
    bulk: UUID | None = Field(None, description="Equal for the events of one bulk operation.")
    redactions: Annotated[tuple[Redaction, ...], Field(max_length=REDACTIONS_MAX)] = Field(
        (), description="For the action mask, which has one record and at least one of these."
    )

    @model_validator(mode="after")
    def _by_hand(self) -> "Decision":
        if bool(self.redactions) != (self.action == "mask"):
            raise ValueError("redactions belong to the action mask, and it has some")
        if self.redactions and len(self.records) != 1:
            raise ValueError("what is masked by hand is one record")
        return self


class Outcome(_Part):
    """What the redrive did; written in one transaction with the clean records and the offset of the decision."""

    kind: Literal["outcome"] = "outcome"
    version: Literal[1] = DECISION_VERSION
    id: UUID
    time: AwareDatetime
    decision: UUID = Field(description="The decision that was carried out.")
    result: Result
    policy: Name = Field(description="Version of the policy that the record was masked with.")
    partition: Partition
    records: Records
    failure: Failing | None = Field(None, description="Why it failed again; null for other results.")
    detectors: Annotated[tuple[Name, ...], Field(max_length=DETECTORS_MAX)] = ()

    @model_validator(mode="after")
    def _failed(self) -> "Outcome":
        if (self.failure is None) == (self.result == "failed_again"):
            raise ValueError("a failure belongs to failed_again")
        return self


Event = Decision | Outcome


def record_id(offset: int, origin: Origin) -> RecordId:
    """The id of the record whose envelope stands at `offset` of its quarantine partition."""
    return RecordId(offset=offset, origin=origin_text(origin))


def origin_text(origin: Origin) -> str:
    """How an origin is written in the id of a record."""
    return f"{origin.coordinates}@{origin.job}" if origin.job else origin.coordinates


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
    if not isinstance(kind, str) or kind not in _MODELS:
        return "no event: another kind of JSON"
    if document.get("version") != DECISION_VERSION:
        return "an event of a version that this maskstream does not know"
    try:
        event = _MODELS[kind].model_validate_json(value or b"", strict=True)
    except ValidationError:
        return "no event: fields are missing or wrong"
    return event if event.partition == partition else "no event: it belongs to another partition"


def json_schema() -> dict[str, Any]:
    """JSON Schema of the value of a record of the decisions topic."""
    return TypeAdapter(Annotated[Event, Field(discriminator="kind")]).json_schema(mode="validation")


_MODELS: Final[Mapping[str, type[Decision] | type[Outcome]]] = {"decision": Decision, "outcome": Outcome}
