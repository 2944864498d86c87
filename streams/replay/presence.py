"""Whether a range is still on the clean topic, so that a replay into it would double records."""

from collections.abc import Mapping
from typing import Final

from streams.kafka.admin import Admin
from streams.kafka.batches import Key
from streams.kafka.scan import Scanner
from streams.replay.jobs import Job
from streams.replay.sampling import Sample, time_of
from streams.settings import Settings
from streams.settings.topics import fill

__all__ = ["still_there"]

_NO_RECORD: Final = -1


def still_there(settings: Settings, job: Job, seen: Sample, admin: Admin) -> list[Key]:
    """Partitions of clean topics that hold a record of the time of the job's range, in order.

    A clean record does not say from which offset it came, so its time decides: the original one, where it was written
    with another. The first record of the partition is asked, and the first at or after the beginning of the range.
    """
    if job.target is None:
        return []
    spans = {
        (fill(job.target, topic), number): (oldest, seen.newest_ms[topic, number])
        for (topic, number), oldest in seen.oldest_ms.items()
    }
    begins, ends = admin.offsets(list(spans), "earliest"), admin.offsets(list(spans), "latest")
    places = {key: {begins[key]} for key in spans if begins[key] < ends[key]}
    for key, offsets in places.items():
        found = admin.offsets([key], spans[key][0])[key]
        if _NO_RECORD < found < ends[key]:
            offsets.add(found)
    times = _times(settings, places, ends)
    return sorted(key for key, found in times.items() if any(spans[key][0] <= each <= spans[key][1] for each in found))


def _times(settings: Settings, places: Mapping[Key, set[int]], ends: Mapping[Key, int]) -> dict[Key, list[int]]:
    """The times of the first committed records at or after some offsets."""
    times: dict[Key, list[int]] = {key: [] for key in places}
    with Scanner(settings, "replay-plan") as scanner:
        for key, offset in [(key, offset) for key, offsets in places.items() for offset in sorted(offsets)]:
            scanner.begin({key: offset})
            first = next(scanner.slices({key: ends[key]}), [])
            times[key] += [time_of(message) for message in first[:1]]
    return times
