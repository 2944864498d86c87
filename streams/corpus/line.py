"""A log line and what is known about it."""

from typing import NamedTuple

__all__ = ["Line"]


class Line(NamedTuple):
    """One Kafka record of the corpus; `value` holds no newline byte, so that a file of lines holds one a line."""

    #: Which service wrote it; the demo makes a topic of it.
    service: str
    value: bytes
    #: Exact substrings of the value (as UTF-8), the key or a header that must not survive masking.
    personal: tuple[str, ...] = ()
    #: Exact substrings of the value that must survive: what looks like personal data and is not.
    kept: tuple[str, ...] = ()
    #: Number of the person the line is about, None where it is about nobody.
    person: int | None = None
    #: The quarantine's reason code where nothing can mask the line with certainty, else None.
    unmaskable: str | None = None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
