"""The preview out of a quarantine envelope."""

import orjson

__all__ = ["preview_of"]


def preview_of(envelope: bytes) -> str:
    """Return the shape-preserving preview of a quarantined record."""
    return str(orjson.loads(envelope).get("preview") or "")
