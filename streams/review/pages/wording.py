"""How the pages say numbers, times, statuses: words of ours, never of a log."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from streams.masking.records import REASONS
from streams.quarantine.decisions import Status

__all__ = [
    "STATUS_HELP",
    "STATUS_WORDS",
    "ago",
    "clock",
    "moment",
    "number",
    "plural",
    "printable",
    "reason_class",
    "span",
]

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400
#: Beyond so many hours a span is told in days, and beyond so many days in days alone.
_HOURS_TOLD: Final = 48
_DAYS_TOLD: Final = 10
_TOLD_EXACTLY: Final = 10
#: A no-break space: `9 998` is one number wherever the line ends.
_NARROW: Final = "\u00a0"

STATUS_WORDS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "open": "open",
        "claimed": "claimed",
        "released": "released",
        "masked_by_hand": "masked by hand",
        "discarded": "discarded",
        "failed_again": "failed again",
        "expired": "expired",
    }
)

STATUS_HELP: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "open": "Nobody has decided yet.",
        "claimed": "Somebody works on it; whoever else wants it takes it over first.",
        "released": "It goes through masking again with the current policy, and from there to its clean topic.",
        "masked_by_hand": "What was chosen by hand is hidden, the rest is masked with the current policy.",
        "discarded": "It stays out of the clean topic and goes when quarantine's retention ends.",
        "failed_again": "It was released and could not be masked again.",
        "expired": "It was released after retention had deleted it; nothing is left to write.",
    }
)


def number(value: float) -> str:
    """`12 345` with spaces that do not break; one digit behind the point below ten where it is no whole number."""
    told = f"{value:,.1f}" if value < _TOLD_EXACTLY and value != int(value) else f"{round(value):,}"
    return told.replace(",", _NARROW)


def plural(value: int, one: str, many: str = "") -> str:
    """`1 record`, `2 records`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """A length of time in one or two units, rounded down: `40 s`, `12 min`, `6 h`, `3 d 4 h`."""
    left = max(0, int(seconds))
    if left < 2 * _MINUTE_S:
        return f"{left} s"
    if left < 2 * _HOUR_S:
        return f"{left // _MINUTE_S} min"
    if left < _HOURS_TOLD * _HOUR_S:
        return f"{left // _HOUR_S} h"
    days, hours = left // _DAY_S, left % _DAY_S // _HOUR_S
    return f"{days} d {hours} h" if hours and days < _DAYS_TOLD else f"{days} d"


def ago(when: datetime, now: datetime) -> str:
    """`3 h ago`; a clock that is ahead of ours reads `just now`."""
    passed = (now - when).total_seconds()
    return "just now" if passed < 1 else f"{span(passed)} ago"


def moment(ms: int) -> datetime:
    """A time in UTC of milliseconds since 1970; what no calendar holds is 1970, since anybody may write a timestamp."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def clock(when: datetime) -> str:
    """`2026-11-28 02:31:05` in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def reason_class(reason: str | None) -> str:
    """The CSS class that colours a reason; what is none of ours has one colour."""
    return f"r-{reason}" if reason in REASONS else "r-other"


def printable(text: str) -> str:
    """What somebody wrote, without the signs that turn the line around or hide in it."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
