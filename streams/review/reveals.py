"""Shows an original to a revealer: asked for with a reason, written down and acknowledged, opened, shown once.

With four eyes a second revealer has to have approved: who wants to look asks (`ask`), the other one approves
(`approve`), and within fifteen minutes the one who asked may look, once. All three are events of the audit topic, so
that every instance of the service sees the same, and so does everybody who may see the record.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol
from uuid import UUID

from streams.errors import RunError, UsageError
from streams.keystore import review_key_id
from streams.quarantine.audit import REASON_CHARS_MAX, REASON_CHARS_MIN, AuditEvent
from streams.quarantine.audit import Place as Stand
from streams.quarantine.reveal import reveal
from streams.review.work import NotFoundError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from streams.quarantine.auditlog import WriteAudit
    from streams.quarantine.envelope import Source
    from streams.quarantine.payload import Payload
    from streams.quarantine.reader import Stored
    from streams.review.auth.principal import Principal
    from streams.review.looks import Looks
    from streams.review.work import Asked

__all__ = ["APPROVED_FOR", "SHOWN_FOR", "ApprovalNeededError", "Request", "Reveals", "Shown"]

#: How long an original may stay in sight.
SHOWN_FOR: Final = timedelta(seconds=60)
#: How long a request waits for an approval, and an approval for the look.
APPROVED_FOR: Final = timedelta(minutes=15)
#: An event of our own is read back in well under a second.
_READ_BACK_S: Final = 10.0


class ApprovalNeededError(UsageError):
    """A second revealer has to approve this look first: ask for it."""


class Reader(Protocol):
    """What is asked of a `QuarantineReader`."""

    def fetch(self, partition: int, offset: int) -> "Stored | None": ...


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """An original, and until when it may be in sight."""

    payload: "Payload"
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants to look. `approved_by` is who said yes; `expires_at` when request or approval ends."""

    id: UUID
    actor: str
    reason: str
    approved_by: str | None
    expires_at: datetime


class Reveals:
    """Holds the private key; any thread."""

    def __init__(
        self,
        private_key: "X25519PrivateKey",
        open_reader: Callable[[], AbstractContextManager[Reader]],
        write_audit: "WriteAudit",
        looks: "Looks",
        mask_reason: Callable[[str], str],
        *,
        four_eyes: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._private_key = private_key
        self._key_id = review_key_id(private_key.public_key())
        self._open_reader = open_reader
        self._write_audit = write_audit
        self._looks = looks
        self._mask_reason = mask_reason
        self._one = threading.Lock()
        self._four_eyes = four_eyes
        self._now = now

    def __repr__(self) -> str:
        return f"Reveals(key={self._key_id})"

    def reveal(self, asked: "Asked", place: tuple[int, int], reason: str) -> Shown:
        """The original of a record, whose scope has been asked for. RunError where it does not open,
        ApprovalNeededError where nobody has approved.
        """
        who = asked.who
        why = self._why(reason)
        stored = self._stored(place, who)

        def write(event: AuditEvent) -> None:
            self._write_audit(
                event.model_copy(update={"role": "revealer", "token": asked.token, "address": asked.address})
            )
            # All see it before one sees the original; and an approval counts once only if its use was read back.
            if not self._looks.wait_for(event.id, _READ_BACK_S) and self._four_eyes:
                raise RunError("The look is written down, but was not read back in time, so that nothing is shown.")
            if self._four_eyes and not self._was_approved(place, event):
                raise ApprovalNeededError

        with self._one:
            if self._four_eyes and self._approved(place, who) is None:
                raise ApprovalNeededError
            payload = reveal(stored, self._private_key, actor=who.subject, via="review", reason=why, write_audit=write)
        return Shown(payload, self._now() + SHOWN_FOR)

    def ask(self, asked: "Asked", place: tuple[int, int], reason: str) -> Request:
        """Asks for a second person's approval."""
        event = self._event(asked, place, "reveal_request", reason=self._why(reason))
        return next(one for one in self.requests(place) if one.id == event.id)

    def approve(self, asked: "Asked", place: tuple[int, int], request: UUID) -> Request:
        """Says yes to what somebody else asked for; UsageError where nobody did, or it was oneself."""
        found = next((one for one in self.requests(place) if one.id == request), None)
        if found is None:
            raise UsageError("There is no such request that still waits: it may be older than 15 minutes.")
        if found.actor == asked.who.subject:
            raise UsageError("Another person has to approve: four eyes are two people's.")
        self._event(asked, place, "reveal_approve", decisions=(request,))
        return next(one for one in self.requests(place) if one.id == request)

    def requests(self, place: tuple[int, int]) -> list[Request]:
        """Who wants to look at a record, and whether somebody approved; without what ended or was used."""
        return _open_requests(self._looks.of(place), self._now())

    def _why(self, reason: str) -> str:
        """The reason as it may be kept, looked at before anything else happens."""
        masked = self._mask_reason(reason)
        if not REASON_CHARS_MIN <= len(masked) <= REASON_CHARS_MAX:
            raise UsageError(
                f"The reason should have {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters, without personal data."
            )
        return masked

    def _approved(self, place: tuple[int, int], who: "Principal") -> Request | None:
        return next((one for one in self.requests(place) if one.actor == who.subject and one.approved_by), None)

    def _was_approved(self, place: tuple[int, int], look: AuditEvent) -> bool:
        """Whether an approval stood when the look was written: another instance may have let it be used before."""
        events = self._looks.of(place)
        at = next((index for index, event in enumerate(events) if event.id == look.id), len(events))
        before = _open_requests(events[at + 1 :], self._now())
        return any(one.actor == look.actor and one.approved_by for one in before)

    def _event(
        self,
        asked: "Asked",
        place: tuple[int, int],
        action: Literal["reveal_request", "reveal_approve"],
        *,
        reason: str | None = None,
        decisions: tuple[UUID, ...] = (),
    ) -> AuditEvent:
        stored = self._stored(place, asked.who)
        event = AuditEvent(
            action=action, via="review", actor=asked.who.subject, role="revealer", token=asked.token,
            address=asked.address, reason=reason, decisions=decisions, key=self._key_id, source=_source(stored),
            record=Stand(topic=stored.topic, partition=stored.partition, offset=stored.offset),
        )  # fmt: skip
        self._write_audit(event)
        if not self._looks.wait_for(event.id, _READ_BACK_S):
            raise RunError("It is written down, but was not read back in time: look again in a moment.")
        return event

    def _stored(self, place: tuple[int, int], who: "Principal") -> "Stored":
        """The record as it stands in the topic, whatever a view says. NotFoundError where it is gone or not in scope,
        UsageError where this key does not open it.
        """
        with self._open_reader() as reader:
            stored = reader.fetch(*place)
        if stored is None or (not isinstance(stored.envelope, str) and not who.sees(stored.envelope.source.topic)):
            raise NotFoundError("The record is not in quarantine any more: retention has taken it.")
        try:
            if isinstance(stored.envelope, str):
                raise UsageError(f"Record {stored.place} cannot be opened: it is {stored.envelope}.")
            stored.envelope.check_key(self._private_key)
        except RunError as error:
            raise UsageError(str(error)) from None
        return stored


def _source(stored: "Stored") -> "Source | None":
    return None if isinstance(stored.envelope, str) else stored.envelope.source


def _open_requests(events: Sequence[AuditEvent], now: datetime) -> list[Request]:
    """Requests of one record that wait or are approved; events newest first. A look uses up earlier approvals."""
    approvals: dict[UUID, AuditEvent] = {}
    used: set[str] = set()
    found: list[Request] = []
    for event in events:
        if event.action == "reveal":
            used.add(event.actor)
        elif event.action == "reveal_approve":
            for request in event.decisions:
                # Of several approvals the first one counts, which comes last here.
                approvals[request] = event
        elif event.action == "reveal_request" and event.actor not in used:
            by = approvals.get(event.id)
            by = by if by is not None and by.actor != event.actor else None
            expires = (by.time if by else event.time) + APPROVED_FOR
            if expires > now:
                found.append(Request(event.id, event.actor, event.reason or "", by.actor if by else None, expires))
    return found
