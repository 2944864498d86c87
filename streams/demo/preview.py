"""The preview out of a quarantine envelope; nothing here can open the rest of it."""

from streams.quarantine.envelope import Envelope, parse

__all__ = ["preview_of"]


def preview_of(envelope: bytes) -> str:
    """Return the shape-preserving preview of a quarantined record; "" where there is none."""
    parsed = parse(envelope)
    return (parsed.preview or "") if isinstance(parsed, Envelope) else ""
