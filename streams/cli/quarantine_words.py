"""Words and cells for people at a terminal; control characters of whatever came from afar are never printed."""

import getpass
import json
import os
import socket
from datetime import UTC, datetime

__all__ = ["actor_name", "number", "said", "short", "time_of"]


def actor_name() -> str:
    """Who is at the terminal, as the system says; nobody has verified it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid-{os.getuid()}"
    return f"{user}@{socket.gethostname()}"[:200]


def number(count: int) -> str:
    """`10 000`."""
    return f"{count:,}".replace(",", " ")


def said(value: object) -> str:
    """A value as one cell; JSON escapes what a terminal would obey."""
    if value is None or value in ("", [], ()):
        return "-"
    if isinstance(value, list | tuple) and all(isinstance(part, str) and part.isprintable() for part in value):
        return ",".join(value)
    return value if isinstance(value, str) and value.isprintable() else json.dumps(value)


def short(text: str | None, chars: int) -> str:
    """The beginning of a text."""
    shown = said(text)
    return shown if len(shown) <= chars else shown[:chars] + "…"


def time_of(timestamp_ms: int | None) -> str:
    """A time in UTC, or - where there is none."""
    if timestamp_ms is None:
        return "-"
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return "-"
