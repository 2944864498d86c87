"""Which timestamp a record is written with; pure, the clock is an argument.

The broker refuses a whole batch for one timestamp too far ahead; one far ahead that it takes keeps the segment and all
behind it from being deleted; one far back is taken and deleted at the next retention check (seen on Kafka 4.3). Such
records get the present time and keep the original in a header. One rule for live, redrive and replay.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["AHEAD_MAX_MS", "TIMESTAMP_HEADER", "TimestampLimits", "replaced"]

#: The original timestamp in milliseconds, as decimal text.
TIMESTAMP_HEADER: Final = "maskstream.timestamp"

#: How far ahead a record may be at most, whatever the topic allows: so long may it hold up the deletion of others.
AHEAD_MAX_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class TimestampLimits:
    """Of one target topic, in milliseconds; a negative retention means none."""

    retention_ms: int
    after_max_ms: int
    before_max_ms: int
    log_append_time: bool = False


def replaced(timestamp_ms: int, now_ms: int, limits: TimestampLimits) -> bool:
    """Whether a record must be written with the present time. A timestamp that is absent is negative."""
    if timestamp_ms <= 0 or limits.log_append_time:
        return True
    ahead_ms = timestamp_ms - now_ms
    # A tenth is left for clocks that differ and for the time until the record reaches the broker.
    if ahead_ms > 0:
        return ahead_ms > min(limits.after_max_ms, AHEAD_MAX_MS) * 9 // 10
    if -ahead_ms > limits.before_max_ms * 9 // 10:
        return True
    return limits.retention_ms >= 0 and -ahead_ms > limits.retention_ms // 2
