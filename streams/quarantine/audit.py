"""What is written down about people: who did what, when, why and from where; the event only, `auditlog` writes it.

Version 1 knew looks at an original (`reveal`) and no chain; it still parses. No field is for a value of a record, and
reasons are masked before they are stored.
"""

import ipaddress
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from streams.quarantine.decisions import Action, Role
from streams.quarantine.envelope import Source

__all__ = [
    "AUDIT_VERSION",
    "REASON_CHARS_MAX",
    "REASON_CHARS_MIN",
    "Act",
    "AuditEvent",
    "Cut",
    "Link",
    "Place",
    "parse_audit",
]

AUDIT_VERSION: Final = 2
#: A sentence and a ticket; a record pasted here would be payload in the audit topic.
REASON_CHARS_MAX: Final = 300
REASON_CHARS_MIN: Final = 3
#: Tokens are longer than what they stand for.
_STORED_REASON_CHARS_MAX: Final = 1000

Act = Literal[
    "login", "login_failed", "logout", "reveal", "reveal_request", "reveal_approve", "decide", "try", "policy_upload",
    "export", "purge",
]  # fmt: skip

_SHA256: Final = "^[0-9a-f]{64}$"


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("should be an address of IPv4 or IPv6") from None


Name = Annotated[str, Field(pattern="^[ -~]{1,200}$")]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Place(_Part):
    """Where a quarantine record stands."""

    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    partition: Count
    offset: Count

    @property
    def key(self) -> str:
        """`topic/partition/offset`: all looks at one record have one key, and so one partition."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Cut(_Part):
    """Up to which offset a partition's records are deleted: the first that stays."""

    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    partition: Count
    until: Count


class Link(_Part):
    """What ties an event to the one that its writer wrote before (`streams/quarantine/chain.py`)."""

    writer: str = Field(pattern=r"^[A-Za-z0-9._-]{1,120}$", description="Who wrote it: one chain each.")
    sequence: Count = Field(description="0 for the writer's first event, then without a gap.")
    previous: str = Field(pattern=_SHA256, description="Hash of the event before; zeros for the first.")
    hash: str = Field(pattern=_SHA256, description="Hash of this event without this field.")


class AuditEvent(_Part):
    """One act of one person, written and acknowledged before anything of it is shown or done."""

    version: Literal[1, 2] = AUDIT_VERSION
    id: UUID = Field(default_factory=uuid4)
    time: AwareDatetime = Field(
        default_factory=lambda: datetime.now(UTC),
        description="When it was asked for, in UTC, by the clock of the one who asked.",
    )
    action: Act
    via: Literal["cli", "review"]
    actor: str = Field(
        min_length=1,
        max_length=200,
        description="Who: `user@host` as the system says (cli), or the verified subject; - where nobody was verified.",
    )
    role: Role | None = Field(default=None, description="The role by which the actor may do this.")
    address: Annotated[str, AfterValidator(_address)] | None = Field(
        default=None, description="From where: the client's address."
    )
    token: Name | None = Field(
        default=None, description="Id of the token that it was done with: what a revocation names."
    )
    reason: str | None = Field(
        default=None,
        min_length=REASON_CHARS_MIN,
        max_length=_STORED_REASON_CHARS_MAX,
        description="Why, in the actor's words, masked before it was stored.",
    )
    record: Place | None = Field(default=None, description="The quarantine record, where it is about one.")
    source: Source | None = Field(default=None, description="The raw record.")
    key: str | None = Field(default=None, pattern="^[0-9a-f]{12}$", description="Id of the review key that opens it.")
    group: str | None = Field(
        default=None, pattern="^[0-9a-f]{16}$", description="Fingerprint, where it is about a group."
    )
    records: Count | None = Field(default=None, description="How many records it is about.")
    decision: Action | None = Field(default=None, description="What was decided (decide).")
    decisions: Annotated[tuple[UUID, ...], Field(max_length=1000)] = Field(
        default=(), description="Events of the decisions topic, or the id of the bulk operation."
    )
    policy: Name | None = Field(
        default=None, description="Version of the policy that was tried, uploaded or decided by."
    )
    problem: Annotated[str, Field(pattern="^[a-z_]{1,40}$")] | None = Field(
        default=None, description="Why a log-in failed."
    )
    plan: str | None = Field(default=None, pattern="^[0-9a-f]{12}$", description="The plan of a purge.")
    stage: Literal["asked", "done", "failed"] | None = Field(default=None, description="How far a purge is.")
    cuts: Annotated[tuple[Cut, ...], Field(max_length=2000)] = Field(
        default=(), description="Partitions whose records are deleted up to an offset (purge)."
    )
    chain: Link | None = Field(default=None, description="Given when it is written.")

    @model_validator(mode="after")
    def _complete(self) -> "AuditEvent":
        looked = self.record is not None and self.source is not None and self.key is not None
        if self.action == "reveal" and not (looked and self.reason is not None):
            raise ValueError("a look at an original names the record, its source, the key and a reason")
        if self.action == "decide" and self.decision is None:
            raise ValueError("a decision says what was decided")
        if self.action == "purge" and not (self.plan and self.stage and self.cuts and self.reason):
            raise ValueError("a purge names its plan, how far it is, what is deleted and a reason")
        if self.version == 1 and (self.action != "reveal" or self.chain is not None):
            raise ValueError("version 1 knows looks at an original, without a chain")
        return self

    def document(self) -> dict[str, Any]:
        """As it is written: fields that are not set are left out."""
        empty = {name for name in ("decisions", "cuts") if not getattr(self, name)}
        return self.model_dump(mode="json", exclude_none=True, exclude=empty)


def parse_audit(value: bytes | None) -> AuditEvent | str:
    """The event in a record of the audit topic or a line of the file, or in a few words why it is none; no content."""
    try:
        document = orjson.loads(value or b"")
    except ValueError:
        return "no event: not JSON"
    if not isinstance(document, dict) or "action" not in document:
        return "no event: another kind of JSON"
    if document.get("version") not in {1, AUDIT_VERSION}:
        return "an event of a version that this maskstream does not know"
    try:
        return AuditEvent.model_validate_json(value or b"", strict=True)
    except ValidationError:
        return "no event: fields are missing or wrong"
