"""Opens a quarantined record for a person: written down and acknowledged first, opened afterwards."""

from typing import Literal

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from streams.errors import RunError, UsageError
from streams.keystore import review_key_id
from streams.quarantine.audit import REASON_CHARS_MAX, REASON_CHARS_MIN, AuditEvent, Place
from streams.quarantine.auditlog import WriteAudit
from streams.quarantine.payload import Payload
from streams.quarantine.reader import Stored

__all__ = ["reveal"]


def reveal(
    stored: Stored,
    private_key: X25519PrivateKey,
    *,
    actor: str,
    via: Literal["cli", "review"],
    reason: str,
    write_audit: WriteAudit,
    token: str | None = None,
    address: str | None = None,
) -> Payload:
    """The original of a stored record; `token` and `address` say by which token and from where (review).

    What cannot be opened with this key is refused before anything is written; a look that was written down may still
    fail (a payload that was tampered with); never the other way round.
    """
    envelope = stored.envelope
    if isinstance(envelope, str):
        raise RunError(f"Record {stored.place} cannot be opened: it is {envelope}.")
    if not REASON_CHARS_MIN <= len(reason.strip()) <= REASON_CHARS_MAX:
        raise UsageError(f"The reason should have {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters.")
    envelope.check_key(private_key)
    looked = AuditEvent(
        action="reveal",
        via=via,
        actor=actor,
        role="revealer" if via == "review" else None,
        address=address,
        token=token,
        reason=reason.strip(),
        record=Place(topic=stored.topic, partition=stored.partition, offset=stored.offset),
        source=envelope.source,
        key=review_key_id(private_key.public_key()),
    )
    write_audit(looked)
    return envelope.open(private_key)
