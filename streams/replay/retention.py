"""What retention does to a replay: how long its own topic keeps records, and which records would be gone; pure.

The rule of timestamps is the live path's (`streams.kafka.timestamps`): a record older than half of its target's
retention is written with the present time, so no replay evaporates. The job's topic gets a retention of twice the age
of the oldest record where MAX_RETENTION allows that, so that timestamps stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["Ages", "retention_for", "sentences"]

DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Ages:
    """Milliseconds: how old the oldest record of a topic's range is, and how long the job may take."""

    oldest_ms: int
    duration_ms: int


def retention_for(ages: Ages | None, clean_retention_ms: int, max_retention_ms: int) -> int:
    """The retention of a job's own topic."""
    wanted = 2 * (ages.oldest_ms + ages.duration_ms) + DAY_MS if ages else 0
    return min(max_retention_ms, max(clean_retention_ms, wanted))


def sentences(
    topic: str, ages: Ages | None, source_retention_ms: int | None, target: str | None, target_retention_ms: int | None
) -> Iterator[str]:
    """What a person should know before anything moves; None as retention is no limit, as target a dry run."""
    if ages is None:
        return
    if source_retention_ms is not None:
        left_ms = source_retention_ms - ages.oldest_ms
        if left_ms < ages.duration_ms:
            yield (
                f"Retention of {topic} ({told(source_retention_ms)}) may delete the oldest records before they are "
                f"read ({_from_now(left_ms)}); what is gone is counted and told, the rest goes on."
            )
    if target is not None and target_retention_ms is not None:
        half_ms = target_retention_ms // 2
        if ages.oldest_ms + ages.duration_ms > half_ms:
            yield (
                f"Records older than {told(half_ms)} are written to {target} with the present time, the original in "
                "the header maskstream.timestamp, because its retention would delete them."
            )


def told(milliseconds: int) -> str:
    """A duration for people."""
    if milliseconds >= DAY_MS:
        return f"{milliseconds / DAY_MS:.3g} days"
    return f"{milliseconds / _HOUR_MS:.3g} hours" if milliseconds >= _HOUR_MS else f"{milliseconds / 1000:.3g} s"


def _from_now(left_ms: int) -> str:
    return f"from {told(left_ms)} from now on" if left_ms > 0 else "any time now"
