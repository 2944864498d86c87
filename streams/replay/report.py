"""What came of a job: counts that must add up, and what is found in the target, which is asked and not believed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import orjson
from confluent_kafka import Message

from streams.agents.outputs import REDRIVEN
from streams.agents.stamp import REPLAY
from streams.errors import GuardError
from streams.kafka.admin import Admin
from streams.kafka.batches import Key
from streams.kafka.scan import Scanner
from streams.replay.jobs import Job, JobView, Progress, StateName
from streams.replay.sampling import headers_of
from streams.settings import Settings
from streams.settings.topics import fill
from streams.telemetry import log

__all__ = ["Counted", "confirm", "ended_as", "reconciled", "report"]

REPORT_VERSION: Final = 1
COUNTS: Final = ("read", "written", "quarantined", "filtered", "lost")

#: Records of a job that a reader of the targets counts, by source partition; a partition of which retention has deleted
#: something since the plan is not among them.
Counted = tuple[Mapping[Key, int], Mapping[Key, int]]

_events: Final = log.EventLog()


def confirm(settings: Settings, job: Job, admin: Admin) -> Counted | None:
    """The job's records in its targets and in quarantine, read as any reader would; None for a dry run."""
    if job.target is None:
        return None
    own = job.by_key
    targets = {topic: fill(job.target, topic) for topic in job.topics}
    sources = {target: topic for topic, target in targets.items()}
    begins = _begins(targets.values(), job.target_begins, own)
    clean, whole = _count(settings, job.job, admin, begins, _header_of(job, sources))
    quarantine = [settings.quarantine_topic]
    begins = _begins(quarantine, job.quarantine_begins, own)
    sealed, all_there = _count(settings, job.job, admin, begins, _envelope_of(job))
    # The partition number is kept, so a partition of quarantine concerns the one of that number in each topic.
    return (
        {key: clean[key] for key in own if (targets[key[0]], key[1]) in whole},
        {key: sealed[key] for key in own if (quarantine[0], key[1]) in all_there},
    )


def report(view: JobView, counted: Counted | None) -> dict[str, Any]:
    """All that is known of how a job went, as JSON."""
    job = view.job
    if job is None:
        return {}
    rows = [_row(job, one, view, counted) for one in job.by_key]
    seconds = _seconds(view.progress.values())
    read = view.total("read")
    return {
        "version": REPORT_VERSION,
        "job": job.job,
        "state": view.state_name,
        "created": job.created.isoformat(),
        "target": job.target,
        "policy": job.policy,
        "key": job.key,
        "offsets": view.offsets,
        "left": view.left,
        "gone": sum(one.gone for one in job.ranges),
        **{name: sum(row[name] for row in rows) for name in COUNTS},
        "bytes": view.total("bytes"),
        "seconds": round(seconds, 3),
        "records_per_second": round(read / seconds, 1) if seconds else None,
        "findings": dict(view.sum_of("findings").most_common()),
        "reasons": dict(view.sum_of("reasons").most_common()),
        "reconciled": all(row["adds_up"] for row in rows),
        "confirmed": _all(row["confirmed"] for row in rows),
        "troubles": [sentence for one in view.progress.values() for sentence in one.troubles],
        "partitions": rows,
    }


def reconciled(found: Mapping[str, Any]) -> bool:
    """Whether nothing is missing and nothing is too much: what could not be confirmed is no contradiction."""
    return bool(found["reconciled"]) and found["confirmed"] is not False


def ended_as(found: Mapping[str, Any]) -> StateName:
    """The state in which a job ends that was read to its ends."""
    if not reconciled(found) or found["troubles"]:
        return "failed"
    return "complete_with_quarantine" if found["quarantined"] else "complete"


def _row(job: Job, key: Key, view: JobView, counted: Counted | None) -> dict[str, Any]:
    one, planned = view.progress.get(key), job.by_key[key]
    counts = {name: int(getattr(one, name)) if one else 0 for name in COUNTS}
    adds_up = counts["read"] == counts["written"] + counts["quarantined"] + counts["filtered"]
    found_written, found_quarantined = (each.get(key) for each in counted) if counted else (None, None)
    same = _all(
        None if found is None else found == counts[name]
        for name, found in (("written", found_written), ("quarantined", found_quarantined))
    )
    return {
        "topic": key[0],
        "partition": key[1],
        "start": planned.start,
        "end": planned.end,
        "position": one.position if one else planned.start,
        **counts,
        "adds_up": adds_up,
        "found_written": found_written,
        "found_quarantined": found_quarantined,
        "confirmed": same,
    }


def _all(answers: Any) -> bool | None:
    """False if any is, else None if any could not be told, else True."""
    given = list(answers)
    if False in given:
        return False
    return None if None in given or not given else True


def _seconds(words: Iterable[Progress]) -> float:
    known = [(one.begun, one.time) for one in words if one.begun and one.time]
    if not known:
        return 0.0
    return (max(time for _, time in known) - min(begun for begun, _ in known)).total_seconds()


def _begins(topics: Iterable[str], begins: Mapping[str, int], own: Iterable[Key]) -> dict[Key, int]:
    numbers = {number for _, number in own}
    return {(topic, number): begins.get(f"{topic}/{number}", 0) for topic in topics for number in numbers}


def _count(
    settings: Settings, job: str, admin: Admin, begins: Mapping[Key, int], source_of: Callable[[Message], Key | None]
) -> tuple[Counter[Key], set[Key]]:
    """How many records of the job stand there by source partition, and the partitions that can be counted: of the
    others retention has deleted something since the job was planned. None can where the topic may not be read: a
    worker needs no right to read what it writes.
    """
    whole = {key for key, first in admin.offsets(list(begins), "earliest").items() if first <= begins[key]}
    ends = admin.offsets(sorted(whole), "latest")
    found: Counter[Key] = Counter()
    with Scanner(settings, "replay-report") as scanner:
        scanner.begin({key: begins[key] for key in whole})
        try:
            for messages in scanner.slices(ends):
                found.update(filter(None, map(source_of, messages)))
        except GuardError as error:
            _events.warning("job_reported", job=job, sentence=f"The counts cannot be confirmed. {error}")
            return Counter(), set()
    return found, whole


def _header_of(job: Job, sources: Mapping[str, str]) -> Callable[[Message], Key | None]:
    own = job.job.encode()

    def source(message: Message) -> Key | None:
        headers = headers_of(message)
        # What somebody has released since is counted as quarantined, and stands there besides.
        if any(name == REDRIVEN for name, _ in headers):
            return None
        told = [text for name, text in headers if name == REPLAY]
        return (sources[message.topic() or ""], message.partition() or 0) if told[-1:] == [own] else None

    return source


def _envelope_of(job: Job) -> Callable[[Message], Key | None]:
    def source(message: Message) -> Key | None:
        try:
            document = orjson.loads(message.value() or b"")
            place = document["source"]
            return (str(place["topic"]), int(place["partition"])) if document["job"] == job.job else None
        except (ValueError, KeyError, TypeError):
            return None

    return source
