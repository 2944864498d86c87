"""A job as the jobs topic keeps it: what it is, which state it is in, how far each partition is; no broker here.

Each matter has a key and its last record counts, so the topic may be compacted. How far a partition is, with all counts
so far, is written in the transaction that commits the group's offset: group offsets expire, this does not, and both
agree. What is read was written by anybody who may write to the topic: what is no record of a known form is left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal
from zlib import crc32

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streams.errors import UsageError
from streams.kafka.topics import JOBS_PARTITIONS
from streams.replay.ranges import Key, Range
from streams.replay.spec import JOB_ID, Pace, ReplaySpec, parse_spec

__all__ = [
    "ENDED",
    "Job",
    "JobView",
    "PlannedRange",
    "Progress",
    "StateName",
    "StateRecord",
    "encode",
    "fold",
    "partition_of",
    "plain_name",
    "progress_key",
    "usable",
]

RECORD_VERSION: Final = 1

StateName = Literal["planned", "running", "paused", "stopped", "complete", "complete_with_quarantine", "failed"]
#: Nothing is left to do.
ENDED: Final[frozenset[StateName]] = frozenset({"complete", "complete_with_quarantine"})

Count = Annotated[int, Field(ge=0)]
Topic = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
# Printable ASCII, as in envelopes: whoever writes to the topic must not write to the terminal of who reads it.
Name = Annotated[str, Field(pattern="^[ -~]{1,200}$")]
Sentence = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{0,2000}$")]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    version: Literal[1] = RECORD_VERSION
    job: Annotated[str, Field(pattern=JOB_ID)]


class PlannedRange(BaseModel):
    """A partition's range, where the target stood when the job was planned, and the topic's id then."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    topic: Topic
    partition: Count
    start: Count
    end: Count
    gone: Count = 0

    @property
    def key(self) -> Key:
        return self.topic, self.partition


class Job(_Record):
    """What a job is; written once, when it is planned."""

    kind: Literal["job"] = "job"
    created: datetime
    by: Name = Field(description="Who planned it: user@host.")
    program: Name = Field(description="Version of maskstream.")
    spec: dict[str, Any]
    topic_ids: dict[Topic, Name] = Field(default_factory=dict)
    ranges: tuple[PlannedRange, ...] = ()
    target: Name | None = Field(description="Template of the target topics' names; null for a dry run.")
    target_begins: dict[str, Count] = Field(
        default_factory=dict, description="End of each target partition when the job was planned: topic/partition."
    )
    quarantine_begins: dict[str, Count] = Field(default_factory=dict, description="The same of the quarantine topic.")
    retention_ms: Count | None = Field(None, description="Of a replay topic that the job makes.")
    #: Of a job of files: what tells another listing than the planned one.
    files: Name | None = None
    policy: Name = Field(description="Version of the policy.")
    policy_files: dict[str, str] = Field(
        default_factory=dict, description="Text of the policy's files by name; none for the default pack."
    )
    max_depth: Count
    key: Name = Field(description="Key id.")
    key_fingerprint: Name = Field(description="Tells a secret of the same id apart.")

    @cached_property
    def order(self) -> ReplaySpec:
        """The spec, brought to this version's form; UsageError where it is none."""
        return parse_spec(self.spec, f"of job {self.job}")

    @cached_property
    def by_key(self) -> dict[Key, Range]:
        return {one.key: Range(one.topic, one.partition, one.start, one.end, one.gone) for one in self.ranges}

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.topic for one in self.ranges))


class StateRecord(_Record):
    """What a job is meant to do now, or how it ended."""

    kind: Literal["state"] = "state"
    state: StateName
    time: datetime
    by: Name
    sentence: Sentence = ""
    pace: Pace | None = Field(default=None, description="The pace from now on; the spec's without.")
    report: dict[str, Any] | None = Field(None, description="With an end: what `replay report` shows.")


class Progress(_Record):
    """How far a partition is, and all that was done in it so far."""

    kind: Literal["progress"] = "progress"
    topic: Topic
    partition: Count
    position: Count = Field(description="The next offset to read; the group's committed offset.")
    read: Count = 0
    written: Count = 0
    quarantined: Count = 0
    filtered: Count = 0
    lost: Count = Field(0, description="Offsets that retention deleted before they were read.")
    bytes: Count = Field(0, description="Of the records read: keys, values and headers.")
    findings: dict[Name, Count] = Field(default_factory=dict)
    reasons: dict[Name, Count] = Field(default_factory=dict)
    begun: datetime | None = None
    time: datetime | None = None
    #: Of a job of files: records of the file at `position` that are done, and what could not be read of any.
    inside: Count = 0
    troubles: tuple[Sentence, ...] = ()

    @property
    def key(self) -> Key:
        return self.topic, self.partition


Record = Job | StateRecord | Progress


@dataclass(slots=True)
class JobView:
    """All that is known of a job; `problem` is why its own record cannot be used."""

    id: str
    job: Job | None = None
    state: StateRecord | None = None
    progress: dict[Key, Progress] = field(default_factory=dict)

    @property
    def state_name(self) -> StateName:
        return self.state.state if self.state else "planned"

    @property
    def pace(self) -> Pace:
        """How fast it is to go now."""
        said = self.state.pace if self.state else None
        return said or (self.job.order.pace if self.job else Pace.model_validate({}))

    @property
    def positions(self) -> dict[Key, int]:
        return {key: one.position for key, one in self.progress.items()}

    @property
    def done(self) -> bool:
        """Whether every partition was read to its end."""
        return self.job is not None and all(self.left_of(one) == 0 for one in self.job.by_key.values())

    @property
    def left(self) -> int:
        """Offsets still to read."""
        return sum(map(self.left_of, self.job.by_key.values())) if self.job else 0

    @property
    def offsets(self) -> int:
        """Offsets of the whole job."""
        return sum(one.offsets for one in self.job.by_key.values()) if self.job else 0

    def left_of(self, one: Range) -> int:
        seen = self.progress.get(one.key)
        return max(0, one.end - (seen.position if seen else one.start))

    def total(self, name: Literal["read", "written", "quarantined", "filtered", "lost", "bytes"]) -> int:
        return sum(int(getattr(one, name)) for one in self.progress.values())

    def sum_of(self, name: Literal["findings", "reasons"]) -> Counter[str]:
        whole: Counter[str] = Counter()
        for one in self.progress.values():
            whole.update(getattr(one, name))
        return whole


def plain_name(text: str) -> str:
    """A person's name as records may hold it: what is not printable ASCII becomes a question mark."""
    shown = "".join(one if " " <= one <= "~" else "?" for one in text)
    return shown[:200] or "unknown"


def partition_of(job: str) -> int:
    """The partition of the jobs topic that a job is kept in."""
    return crc32(job.encode()) % JOBS_PARTITIONS


def progress_key(job: str, key: Key) -> bytes:
    return f"{job}/progress/{key[0]}/{key[1]}".encode()


def encode(record: Record) -> tuple[bytes, bytes]:
    """Key and value of a record for the jobs topic."""
    value = orjson.dumps(record.model_dump(mode="json"))
    if isinstance(record, Progress):
        return progress_key(record.job, record.key), value
    return f"{record.job}/{record.kind}".encode(), value


_KINDS: Final[Mapping[str, type[Job] | type[StateRecord] | type[Progress]]] = {
    "job": Job, "state": StateRecord, "progress": Progress,
}  # fmt: skip


def parse_record(key: bytes | None, value: bytes | None) -> Record | None:
    """The record, or None for what is none that this version knows or does not stand at its own key."""
    try:
        document = orjson.loads(value or b"")
        model = _KINDS[document["kind"]]
        record = model.model_validate_json(value or b"")
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
    return record if encode(record)[0] == key else None


def fold(views: dict[str, JobView], records: Iterable[tuple[bytes | None, bytes | None]]) -> None:
    """Takes records in offset order into the views by job."""
    for key, value in records:
        record = parse_record(key, value)
        if record is None:
            continue
        view = views.setdefault(record.job, JobView(record.job))
        if isinstance(record, Job):
            view.job = record
        elif isinstance(record, StateRecord):
            view.state = record
        else:
            view.progress[record.key] = record


def usable(view: JobView) -> Job:
    """The job's record; UsageError where there is none of this version, or its spec is none."""
    if view.job is None:
        raise UsageError(f"There is no job {view.id}, or one of another version: see `maskstream replay list`.")
    _ = view.job.order
    return view.job
