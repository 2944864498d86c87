"""The plan of a job from files to a topic: which file goes to which partition, and the job as the jobs topic keeps it.

File n goes to partition n modulo the number of partitions. The files of a partition follow one another in the order of
the listing, and the records of a file keep theirs: the position in a partition is so many files and so many records.
"""

import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from streams import __version__
from streams.errors import GuardError, UsageError
from streams.kafka.guard import retention_lost
from streams.kafka.topics import Create, Step, TopicFacts, plan, unseen_sentence, wishes
from streams.replay.derived import target_template
from streams.replay.files.listing import Entry, entries
from streams.replay.files.setup import check_source, paths_of
from streams.replay.jobs import Job, PlannedRange, plain_name
from streams.replay.pinned import pin
from streams.replay.planning import Plan
from streams.settings.topics import fill

if TYPE_CHECKING:
    from streams.kafka.admin import Admin
    from streams.replay.spec import FileSource, ReplaySpec
    from streams.settings import Settings

__all__ = ["files_of", "listing_digest", "make_target", "plan_files"]

#: More partitions at once make nothing faster on the machines that read files.
_SHARDS_MAX: Final = 64
#: How long brokers may take to tell one another of a new topic, and between two looks; in seconds.
_SEEN_S: Final = 15.0
_SEEN_AGAIN_S: Final = 0.1


def plan_files(settings: "Settings", spec: "ReplaySpec", admin: "Admin", *, by: str) -> Plan:
    """The job that the spec asks for; errors of our own say what keeps it from being made."""
    source = check_source(spec)
    found = entries(paths_of(source))
    target = _target(settings, spec)
    shards = min(len(found), _partitions(settings, target, source.topic, admin))
    pinned = pin(settings, spec)
    sizes = [len(found[shard::shards]) for shard in range(shards)]
    job = Job(
        job=spec.id,
        created=datetime.now(UTC),
        by=plain_name(by),
        program=__version__,
        spec=spec.model_dump(mode="json", by_alias=True, exclude_none=True),
        ranges=tuple(
            PlannedRange(topic=source.topic, partition=shard, start=0, end=size) for shard, size in enumerate(sizes)
        ),
        target=target,
        target_begins=_ends_of({fill(target, source.topic)} if target else set(), admin),
        quarantine_begins=_ends_of({settings.quarantine_topic} if target else set(), admin),
        retention_ms=min(settings.clean_retention_ms, settings.max_retention_ms)
        if target and spec.target.to == "topic"
        else None,
        files=listing_digest(found),
        policy=pinned.policy,
        policy_files=pinned.files,
        max_depth=settings.max_depth,
        key=pinned.key,
        key_fingerprint=pinned.fingerprint,
    )
    notes = (f"{len(found)} files of {sum(each.size for each in found)} bytes; offsets are counted in files.",)
    return Plan(job, 0, sum(each.size for each in found), None, notes)


def files_of(job: Job, source: "FileSource") -> list[list[Entry]]:
    """The files of each partition; GuardError where they are not the planned ones any more."""
    found = entries(paths_of(source))
    if listing_digest(found) != job.files:
        raise GuardError(
            f"The files of job {job.job} are not those that it was planned with: restore them, or make a new job."
        )
    shards = len(job.ranges)
    return [found[shard::shards] for shard in range(shards)]


def listing_digest(found: Sequence[Entry]) -> str:
    """Thirty-two hex digits that differ where a file came, went or changed."""
    digest = hashlib.sha256()
    for entry in found:
        digest.update(f"{entry.relative}\0{entry.mark}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def make_target(settings: "Settings", job: Job, source: "FileSource", admin: "Admin") -> list[Step]:
    """Makes the job's own topic where it is not there yet, and gives the steps; GuardError where a topic that is
    written to keeps records too long, has too few partitions or cannot be seen.
    """
    if job.target is None:
        return []
    name = fill(job.target, source.topic)
    own = settings.model_copy(update={"clean_topic": job.target, "raw_topics": source.topic})
    steps: list[Step] = []
    if job.retention_ms is not None and not isinstance(admin.describe([name])[name], TopicFacts):
        # As if the files were a topic of so many partitions.
        raw = TopicFacts(source.topic, "", len(job.ranges), job.retention_ms)
        wished = [wish for wish in wishes(own, [raw]) if wish.name == name]
        steps = [step for step in plan(wished, admin.describe([name])).steps if isinstance(step, Create)]
        for step in steps:
            admin.take(step)
        _await_seen(name, admin)
    _check_outputs(own, job, (name, settings.quarantine_topic), admin)
    return steps


def _await_seen(name: str, admin: "Admin") -> None:
    """A topic that was just made is not known to every broker at once."""
    deadline = time.monotonic() + _SEEN_S
    while not isinstance(admin.describe([name])[name], TopicFacts) and time.monotonic() < deadline:
        time.sleep(_SEEN_AGAIN_S)


def _check_outputs(own: "Settings", job: Job, names: tuple[str, str], admin: "Admin") -> None:
    states = admin.describe(names)
    for name, purpose in zip(names, ("clean", "quarantine"), strict=True):
        state = states[name]
        if not isinstance(state, TopicFacts):
            raise GuardError(unseen_sentence(state, purpose))
        if state.partitions < len(job.ranges):
            raise GuardError(f"The topic {name} has lost partitions since the job was planned: make a new job.")
    lost = retention_lost(own, (own.raw_topics,), states)
    if lost:
        raise GuardError("\n".join(lost))


def _target(settings: "Settings", spec: "ReplaySpec") -> str | None:
    if spec.target.to == "nothing":
        return None
    if spec.target.to == "clean":
        if not spec.target.allow_duplicates:
            raise UsageError(
                "Nobody can tell whether records of files are in the clean topic already: leave them to a topic of the "
                "job's own, or say --allow-duplicates."
            )
        return settings.clean_topic
    return target_template(settings.clean_topic, spec.target.topic, spec.id)


def _partitions(settings: "Settings", target: str | None, topic: str, admin: "Admin") -> int:
    """As many as every topic that is written to has."""
    names = [settings.quarantine_topic, *([fill(target, topic)] if target else [])]
    states = admin.describe(names)
    quarantine = states[settings.quarantine_topic]
    if not isinstance(quarantine, TopicFacts):
        raise GuardError(unseen_sentence(quarantine, "quarantine"))
    return min(_SHARDS_MAX, *(state.partitions for state in states.values() if isinstance(state, TopicFacts)))


def _ends_of(topics: set[str], admin: "Admin") -> dict[str, int]:
    seen = [state for state in admin.describe(topics).values() if isinstance(state, TopicFacts)]
    keys = [(state.name, number) for state in seen for number in range(state.partitions)]
    return {f"{topic}/{number}": end for (topic, number), end in admin.offsets(keys, "latest").items()}
