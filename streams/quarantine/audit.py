"""What is written down about people who look at quarantined records: the event only; `reveal` writes it."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from streams.quarantine.envelope import Source

__all__ = ["AUDIT_VERSION", "REASON_CHARS_MAX", "REASON_CHARS_MIN", "AuditEvent", "Place"]

AUDIT_VERSION: Final = 1
#: A sentence and a ticket; a record pasted here would be payload in the audit topic.
REASON_CHARS_MAX: Final = 300
REASON_CHARS_MIN: Final = 3


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Place(_Part):
    """Where a quarantine record stands."""

    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]

    @property
    def key(self) -> str:
        """`topic/partition/offset`: all looks at one record have one key, and so one partition."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class AuditEvent(_Part):
    """One look at one record, written and acknowledged before anything is shown; version 1."""

    version: Literal[1] = AUDIT_VERSION
    id: UUID
    time: datetime = Field(description="When it was asked for, in UTC, by the clock of the one who asked.")
    action: Literal["reveal"]
    via: Literal["cli", "review"]
    actor: str = Field(
        min_length=1, max_length=200, description="Who: `user@host` as the system says (cli), or the verified subject."
    )
    reason: str = Field(
        min_length=REASON_CHARS_MIN, max_length=REASON_CHARS_MAX, description="Why, in the actor's words."
    )
    record: Place = Field(description="The quarantine record.")
    source: Source = Field(description="The raw record.")
    key: str = Field(pattern="^[0-9a-f]{12}$", description="Id of the review key that opens it.")
