"""Makes a job of a spec: which offsets, where to, by which policy, and what is to be expected; it moves nothing."""

import math
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from streams import __version__
from streams.errors import GuardError, UsageError
from streams.kafka.admin import Admin
from streams.kafka.batches import Key
from streams.kafka.topics import Step, TopicFacts, plan, unseen_sentence, wishes
from streams.replay.derived import group_of, target_template
from streams.replay.jobs import Job, PlannedRange, plain_name
from streams.replay.pinned import Pinned, pin
from streams.replay.ranges import Edges, Range, Window, range_of
from streams.replay.retention import Ages, retention_for, sentences
from streams.replay.sampling import Sample, sample
from streams.replay.spec import ReplaySpec, TopicSource
from streams.settings import Settings
from streams.settings.topics import could_produce, fill, is_topic_name
from streams.settings.units import duration_ms

if TYPE_CHECKING:
    from streams.agents.worker import Masking

__all__ = ["Plan", "plan_job", "ranges_of", "target_steps"]

#: What of a worker's time is masking; the rest is reading and writing (measured by `make bench`).
MASKING_SHARE: Final = 0.6
#: A group's name, as settings take it.
_GROUP_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """A job before it is written down, and what to expect of it; `seconds` is None where nothing could be measured."""

    job: Job
    records: int
    size_bytes: int
    seconds: float | None
    notes: tuple[str, ...] = ()
    sample: Sample = field(default_factory=Sample, repr=False)


@dataclass(frozen=True, slots=True)
class _Decided:
    facts: Mapping[str, TopicFacts]
    ranges: Mapping[Key, Range]
    pinned: Pinned
    target: str | None
    retention_ms: int


def plan_job(
    settings: Settings, spec: ReplaySpec, admin: Admin, *, by: str, workers: int = 1, masking: "Masking | None" = None
) -> Plan:
    """The job that the spec asks for; errors of our own say what keeps it from being made.

    With `masking` the sample is masked, which tells how long the job may take.
    """
    source = spec.source.topics
    if source is None:
        raise UsageError("A source of files has no ranges of topics.")
    facts = _source_topics(settings, source, admin)
    ranges = _ranges(source, facts, admin)
    _check_group(settings, spec.id, ranges, admin)
    pinned = pin(settings, spec)
    target = _target(settings, spec, facts, admin)
    seen = sample(settings, ranges)
    records = seen.records_in(sum(one.offsets for one in ranges.values()))
    seconds = _seconds(spec, seen, records, workers, masking)
    ages = _ages(seen, seconds)
    oldest = max(ages.values(), key=lambda each: each.oldest_ms, default=None)
    retention_ms = retention_for(oldest, settings.clean_retention_ms, settings.max_retention_ms)
    decided = _Decided(facts, ranges, pinned, target, retention_ms)
    job = _job(settings, spec, by, decided, admin)
    notes = tuple(_notes(job, facts, ages, admin))
    return Plan(job, records, round(records * seen.record_bytes), seconds, notes, seen)


def ranges_of(settings: Settings, source: TopicSource, admin: Admin) -> dict[Key, Range]:
    """The offsets that a source means now, for who only looks; errors of our own as for a job."""
    return _ranges(source, _source_topics(settings, source, admin), admin)


def target_steps(settings: Settings, job: Job, admin: Admin) -> list[Step]:
    """How the topics of the job's own are made that are not there yet; none for a job into clean topics or nothing."""
    if job.target is None or job.retention_ms is None:
        return []
    raw = [state for state in admin.describe(job.topics).values() if isinstance(state, TopicFacts)]
    if len(raw) < len(job.topics):
        raise GuardError("A topic of the job is gone: make a new job.")
    own = settings.model_copy(update={"clean_topic": job.target, "raw_topics": ",".join(job.topics)})
    wished = [replace(wish, retention_ms=job.retention_ms) for wish in wishes(own, raw) if wish.purpose == "clean"]
    present = admin.describe(wish.name for wish in wished)
    missing = [wish for wish in wished if not isinstance(present[wish.name], TopicFacts)]
    return plan(missing, present).steps


def _source_topics(settings: Settings, source: TopicSource, admin: Admin) -> dict[str, TopicFacts]:
    names = _names(settings, source, admin)
    facts: dict[str, TopicFacts] = {}
    for name, state in admin.describe(names).items():
        if not isinstance(state, TopicFacts):
            raise GuardError(unseen_sentence(state, "raw"))
        facts[name] = state
    unknown = set(source.partitions) - set(range(max(each.partitions for each in facts.values())))
    if unknown:
        raise UsageError(f"No topic of the source has a partition {min(unknown)}: correct the partitions.")
    return facts


def _names(settings: Settings, source: TopicSource, admin: Admin) -> Sequence[str]:
    wanted = source.pattern or ",".join(source.names) or settings.raw_topics
    if not wanted:
        settings.require("raw_topics")
    own = settings.model_copy(update={"raw_topics": wanted})
    names = own.resolve_raw_topics(admin.topic_names() if wanted.startswith("^") else [])
    if not names:
        raise UsageError("The source's pattern matches no raw topic: correct it.")
    ours = {settings.quarantine_topic, settings.decisions_topic, settings.audit_topic, settings.jobs_topic}
    for name in names:
        if name in ours or could_produce(settings.clean_topic, name):
            raise UsageError(
                f"The topic {name} is one that maskstream writes, no raw topic: take it out of the source."
            )
    return names


def _ranges(source: TopicSource, facts: Mapping[str, TopicFacts], admin: Admin) -> dict[Key, Range]:
    keys = [
        (topic.name, number)
        for topic in facts.values()
        for number in range(topic.partitions)
        if not source.partitions or number in source.partitions
    ]
    window, from_ms, to_ms = _window(source)
    begins, ends = admin.offsets(keys, "earliest"), admin.offsets(keys, "latest")
    from_time = admin.offsets(keys, from_ms) if from_ms is not None else {}
    to_time = admin.offsets(keys, to_ms) if to_ms is not None else {}
    ranges = {
        key: range_of(key, Edges(begins[key], ends[key], from_time.get(key, -1), to_time.get(key, -1)), window)
        for key in keys
    }
    if not any(one.offsets for one in ranges.values()):
        raise UsageError("There is nothing in that range: look at `maskstream offsets show` and correct it.")
    return ranges


def _window(source: TopicSource) -> tuple[Window, int | None, int | None]:
    from_ms = _milliseconds(source.from_time)
    if source.last is not None:
        from_ms = time.time_ns() // 1_000_000 - duration_ms(source.last)
    to_ms = _milliseconds(source.to_time)
    window = Window("beginning" if from_ms is None else "time", "end" if to_ms is None else "time")
    if source.from_offset is not None:
        window = replace(window, start=source.from_offset)
    return window if source.to_offset is None else replace(window, end=source.to_offset), from_ms, to_ms


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else max(0, round(moment.timestamp() * 1000))


def _check_group(settings: Settings, job: str, keys: Iterable[Key], admin: Admin) -> None:
    group = group_of(settings.group_id, job)
    if len(group) > _GROUP_MAX:
        raise UsageError("The job's id makes a group's name longer than 200 characters: shorten it.")
    if any(admin.committed(group, list(keys)).values()):
        raise UsageError(f"The id {job} was used before, and its group {group} still has offsets: choose another id.")


def _target(settings: Settings, spec: ReplaySpec, facts: Iterable[str], admin: Admin) -> str | None:
    if spec.target.to == "nothing":
        return None
    if spec.target.to == "clean":
        return settings.clean_topic
    template = target_template(settings.clean_topic, spec.target.topic, spec.id)
    sources = list(facts)
    names = [fill(template, topic) for topic in sources]
    if len(set(names)) < len(names):
        raise UsageError("The target's name is one for several topics: write {topic} in it.")
    ours = {settings.quarantine_topic, settings.decisions_topic, settings.audit_topic, settings.jobs_topic}
    for name in names:
        _check_target(settings, name, [*sources, *ours, *map(settings.clean_topic_for, sources)], admin)
    return template


def _check_target(settings: Settings, name: str, taken: Iterable[str], admin: Admin) -> None:
    if not is_topic_name(name):
        raise UsageError("The target's name is longer than the 249 characters that Kafka allows: shorten the id.")
    if name in taken:
        raise UsageError(f"The target {name} is a topic in use: choose another name, or say --into-clean.")
    live = settings.resolve_raw_topics([*admin.topic_names(), name]) if settings.raw_topics.startswith("^") else ()
    if name in (live or re.split(r"\s*,\s*", settings.raw_topics)):
        raise UsageError(f"The live path would read the target {name}, since RAW_TOPICS means it: choose another name.")


def _seconds(spec: ReplaySpec, seen: Sample, records: int, workers: int, masking: "Masking | None") -> float | None:
    bounds = []
    if masking is not None and seen.columns.values:
        begun_s = time.process_time()
        masking.mask(seen.columns)
        spent_s = max(1e-6, time.process_time() - begun_s)
        share = len(seen.columns.values) / spent_s * MASKING_SHARE
        bounds.append(records / (share * min(workers, os.cpu_count() or 1)))
    if spec.pace.rate is not None:
        amount = records if spec.pace.rate.unit == "records" else records * seen.record_bytes
        bounds.append(amount / spec.pace.rate.amount)
    return max(bounds, default=None)


def _ages(seen: Sample, seconds: float | None) -> dict[str, Ages]:
    now_ms = time.time_ns() // 1_000_000
    oldest: dict[str, int] = {}
    for (topic, _), time_ms in seen.oldest_ms.items():
        oldest[topic] = min(time_ms, oldest.get(topic, time_ms))
    return {
        topic: Ages(max(0, now_ms - time_ms), math.ceil((seconds or 0) * 1000)) for topic, time_ms in oldest.items()
    }


def _job(settings: Settings, spec: ReplaySpec, by: str, decided: _Decided, admin: Admin) -> Job:
    facts, target, pinned = decided.facts, decided.target, decided.pinned
    own = target is not None and spec.target.to == "topic"
    return Job(
        job=spec.id,
        created=datetime.now(UTC),
        by=plain_name(by),
        program=__version__,
        spec=spec.model_dump(mode="json", by_alias=True, exclude_none=True),
        topic_ids={name: each.topic_id for name, each in facts.items()},
        ranges=tuple(
            PlannedRange(topic=one.topic, partition=one.partition, start=one.start, end=one.end, gone=one.gone)
            for one in decided.ranges.values()
        ),
        target=target,
        target_begins=_ends_of({fill(target, topic) for topic in facts} if target else set(), admin),
        quarantine_begins=_ends_of({settings.quarantine_topic} if target else set(), admin),
        retention_ms=decided.retention_ms if own else None,
        policy=pinned.policy,
        policy_files=pinned.files,
        max_depth=settings.max_depth,
        key=pinned.key,
        key_fingerprint=pinned.fingerprint,
    )


def _ends_of(topics: set[str], admin: Admin) -> dict[str, int]:
    """Where topics end now, by topic and partition; a topic that is not there yet begins at 0."""
    seen = [state for state in admin.describe(topics).values() if isinstance(state, TopicFacts)]
    keys = [(state.name, number) for state in seen for number in range(state.partitions)]
    return {f"{topic}/{number}": end for (topic, number), end in admin.offsets(keys, "latest").items()}


def _notes(job: Job, facts: Mapping[str, TopicFacts], ages: Mapping[str, Ages], admin: Admin) -> Iterable[str]:
    for one in job.ranges:
        if one.gone:
            yield f"Of partition {one.partition} of {one.topic} {one.gone} offsets are deleted already."
    targets = {topic: fill(job.target, topic) for topic in facts} if job.target else {}
    states = admin.describe(targets.values())
    for topic, each in facts.items():
        target = targets.get(topic)
        state = states.get(target) if target else None
        kept = state.retention_ms if isinstance(state, TopicFacts) else job.retention_ms
        yield from sentences(topic, ages.get(topic), each.retention_ms, target, kept)
