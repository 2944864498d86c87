"""Durations and sizes as people write them: `30d`, `12h`, `8MiB`; it knows no setting."""

import re
from typing import Final

__all__ = ["MAX_DURATION_MS", "duration_ms", "size_bytes"]

_MS_OF: Final = {"": 1, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_BYTES_OF: Final = {
    "": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}  # fmt: skip

#: A century in milliseconds: longer is a slip of the keyboard, and Kafka's own arithmetic stays far from overflow.
MAX_DURATION_MS: Final = 36_525 * 86_400_000

_DURATION: Final = re.compile(r"([0-9]{1,15})\s*(ms|s|m|h|d)?", re.ASCII)
_SIZE: Final = re.compile(r"([0-9]{1,15})\s*([kmg]i?b|b)?", re.ASCII | re.IGNORECASE)


def duration_ms(value: object) -> int:
    """Milliseconds of `30d`, `12h`, `90m`, `45s`, `250ms` or a bare number of milliseconds; ValueError otherwise."""
    match = _DURATION.fullmatch(_text_of(value))
    if not match:
        raise ValueError("should be a duration such as 30d, 12h, 90m, 45s or a number of milliseconds")
    milliseconds = int(match[1]) * _MS_OF[match[2] or ""]
    if not 0 < milliseconds <= MAX_DURATION_MS:
        raise ValueError("should be a duration longer than nothing and shorter than a century")
    return milliseconds


def size_bytes(value: object) -> int:
    """Bytes of `8MiB`, `500kB` or a bare number of bytes; ValueError otherwise."""
    match = _SIZE.fullmatch(_text_of(value))
    if not match:
        raise ValueError("should be a size such as 8MiB, 500kB or a number of bytes")
    return int(match[1]) * _BYTES_OF[(match[2] or "").lower()]


def _text_of(value: object) -> str:
    # bool is an int to Python; `max_retention: true` must not become a millisecond.
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
