"""What topics are like, what they should be like, and the steps between; pure, it talks to no broker.

`wishes` says how each of maskstream's own topics should be, `plan` gives the steps from what is to what should be. A
plan never mentions a raw topic, never takes partitions, sizes or data away, with one exception: clean and quarantine
topics whose records would stay longer than MAX_RETENTION are shortened, because that is what the guard refuses to run
with. Applying a plan leaves nothing to plan.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from streams.errors import GuardError
from streams.settings import Settings
from streams.settings.checks import DECISIONS_MARGIN_MS

__all__ = [
    "JOBS_PARTITIONS",
    "Change",
    "Create",
    "Grow",
    "Plan",
    "Step",
    "TopicFacts",
    "TopicState",
    "Unseen",
    "Wish",
    "decisions_troubles",
    "plan",
    "unallowed_sentence",
    "wishes",
]

#: Kafka's own defaults, for brokers that return only what was set on the topic (the embedded one does).
DEFAULT_MAX_MESSAGE_BYTES: Final = 1_048_588
DEFAULT_TIMESTAMP_AFTER_MAX_MS: Final = 3_600_000
DEFAULT_TIMESTAMP_BEFORE_MAX_MS: Final = 2**63 - 1

#: A token of a short value is four to five times as long (`1.1.1.1` has 7 characters, its token 30), and a log that is
#: half such values grows by 2.7: three leaves room for it. What does not fit is quarantined as too_large, not lost.
CLEAN_GROWTH: Final = 3
#: An envelope holds the record compressed, sealed and in base64 (4/3 where it does not compress) and a preview.
ENVELOPE_GROWTH: Final = 2
#: Room for headers, coordinates and record overhead, whatever the size of the record.
HEADROOM_BYTES: Final = 65_536
#: A broker takes no request over socket.request.max.bytes (100 MiB by default); the rest is room for the request.
LARGEST_MESSAGE_BYTES: Final = 96 << 20

#: Retention deletes whole segments, a record therefore stays up to a segment's age longer: an eighth, a day at most.
SEGMENT_SHARE: Final = 8
LONGEST_SEGMENT_MS: Final = 86_400_000
SHORTEST_SEGMENT_MS: Final = 60_000

#: A job is kept in one of so many partitions: an open transaction of one holds up readers of few others.
JOBS_PARTITIONS: Final = 8
#: A job's record holds its policy, whose files may have a megabyte together.
JOBS_MESSAGE_BYTES: Final = 4 << 20
JOBS_SEGMENT_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic as the broker describes it, its defaults included.

    `retention_ms` and `retention_bytes` None mean unlimited, `segment_ms` None unknown; `timestamp_after_max_ms` is how
    far ahead a record may lie before the broker refuses it, `timestamp_before_max_ms` how far in the
    past. `rights` are the operations that we may do on it (READ, WRITE, …), None where the broker does not say.
    """

    name: str
    topic_id: str
    partitions: int
    retention_ms: int | None
    max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES
    timestamp_type: str = "CreateTime"
    timestamp_after_max_ms: int = DEFAULT_TIMESTAMP_AFTER_MAX_MS
    timestamp_before_max_ms: int = DEFAULT_TIMESTAMP_BEFORE_MAX_MS
    cleanup: frozenset[str] = frozenset({"delete"})
    segment_ms: int | None = None
    rights: frozenset[str] | None = None
    retention_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """A topic that could not be described: it is missing, or a right is (Kafka hides which without DESCRIBE)."""

    name: str
    why: Literal["missing", "describe", "describe_configs"]


TopicState = TopicFacts | Unseen


@dataclass(frozen=True, slots=True)
class Wish:
    """How a topic should be; `max_retention_ms` None means that longer retention than wished may stay."""

    name: str
    purpose: Literal["clean", "quarantine", "decisions", "audit", "jobs"]
    partitions: int
    retention_ms: int
    max_retention_ms: int | None
    max_message_bytes: int

    @property
    def segment_ms(self) -> int:
        """Longest age of a segment, so that records go in time."""
        return max(SHORTEST_SEGMENT_MS, min(LONGEST_SEGMENT_MS, self.retention_ms // SEGMENT_SHARE))

    @property
    def cleanup(self) -> frozenset[str]:
        """The cleanup policy: of a job the last word on each matter is enough, and old jobs go as well."""
        return frozenset({"compact", "delete"}) if self.purpose == "jobs" else frozenset({"delete"})

    @property
    def config(self) -> dict[str, str]:
        """Topic configuration of a new topic."""
        # A limit of bytes, which may be the broker's default, would take decisions whose records are still there.
        unlimited = {"retention.bytes": "-1"} if self.purpose == "decisions" else {}
        config = {
            "cleanup.policy": ",".join(sorted(self.cleanup)),
            "max.message.bytes": str(self.max_message_bytes),
            "message.timestamp.type": "CreateTime",
            "retention.ms": str(self.retention_ms),
            "segment.ms": str(self.segment_ms),
            **unlimited,
        }
        # The open segment is never compacted: a small one keeps short what has to be read to know of a job.
        return config | {"segment.bytes": str(JOBS_SEGMENT_BYTES)} if self.purpose == "jobs" else config


@dataclass(frozen=True, slots=True)
class Create:
    """Make a topic with the broker's default replication."""

    topic: str
    partitions: int
    config: Mapping[str, str]

    def __str__(self) -> str:
        settings = ", ".join(f"{name}={value}" for name, value in self.config.items())
        return f"create {self.topic} with {self.partitions} partitions, {settings}"


@dataclass(frozen=True, slots=True)
class Grow:
    """Add partitions to a topic."""

    topic: str
    present: int
    partitions: int

    def __str__(self) -> str:
        return f"grow {self.topic} from {self.present} to {self.partitions} partitions"


@dataclass(frozen=True, slots=True)
class Change:
    """Set a topic's configuration; `present` says what it was."""

    topic: str
    present: Mapping[str, str]
    config: Mapping[str, str]

    def __str__(self) -> str:
        changes = ", ".join(f"{name} from {self.present[name]} to {value}" for name, value in self.config.items())
        return f"set on {self.topic} {changes}"


Step = Create | Grow | Change


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order to take them."""

    steps: list[Step] = field(default_factory=list)


def wishes(settings: Settings, raw: Sequence[TopicFacts]) -> list[Wish]:
    """How the clean topic of each raw topic, quarantine, decisions, audit and jobs should be."""
    most = max(topic.partitions for topic in raw)
    largest = max(topic.max_message_bytes for topic in raw)
    enveloped, limit = _larger(largest, ENVELOPE_GROWTH), settings.max_retention_ms
    clean = [
        Wish(
            settings.clean_topic_for(topic.name),
            "clean",
            topic.partitions,
            settings.clean_retention_ms,
            limit,
            _larger(topic.max_message_bytes, CLEAN_GROWTH),
        )
        for topic in raw
    ]
    return [
        *clean,
        Wish(settings.quarantine_topic, "quarantine", most, settings.quarantine_retention_ms, limit, enveloped),
        # A decision may carry a record that was masked by hand: as large as an envelope.
        Wish(settings.decisions_topic, "decisions", most, settings.decisions_retention_ms, None, enveloped),
        Wish(settings.audit_topic, "audit", 1, settings.audit_retention_ms, None, DEFAULT_MAX_MESSAGE_BYTES),
        Wish(settings.jobs_topic, "jobs", JOBS_PARTITIONS, settings.jobs_retention_ms, None, JOBS_MESSAGE_BYTES),
    ]


def plan(wished: Iterable[Wish], present: Mapping[str, TopicState]) -> Plan:
    """Steps from the present state to the wished one; GuardError where a topic cannot be described for lack of a
    right, because creating it would fail and changing it would be blind.
    """
    steps: list[Step] = []
    for wish in _outliving(list(wished), present):
        state = present[wish.name]
        if isinstance(state, TopicFacts):
            steps += _steps_of_existing(wish, state)
        elif state.why == "missing":
            steps.append(Create(wish.name, wish.partitions, wish.config))
        else:
            raise GuardError(unseen_sentence(state, wish.purpose))
    return Plan(steps)


def decisions_troubles(quarantine: TopicFacts, decisions: TopicFacts) -> Iterator[str]:
    """What is wrong with a decisions topic beside its quarantine topic: it must outlive it, whole, by a day.

    A decision that is gone while its record is still there would make the record look untouched, and a redriven one
    could be redriven again.
    """
    name = f"The decisions topic {decisions.name}"
    apply = "run `maskstream topics apply`"
    if decisions.partitions < quarantine.partitions:
        yield (
            f"{name} has {decisions.partitions} partitions and needs {quarantine.partitions}, as many as the "
            f"quarantine topic {quarantine.name}: {apply}."
        )
    if "compact" in decisions.cleanup:
        yield f"{name} compacts (cleanup.policy contains compact), which loses decisions: {apply}."
    if decisions.retention_bytes is not None:
        yield f"{name} loses decisions by size (retention.bytes), whatever their age: {apply}."
    if _keeps_too_short(quarantine.retention_ms, decisions.retention_ms):
        yield f"{name} must keep records at least a day longer than the quarantine topic {quarantine.name}: {apply}."


def _keeps_too_short(quarantine_ms: int | None, decisions_ms: int | None) -> bool:
    if decisions_ms is None:
        return False
    return quarantine_ms is None or decisions_ms < quarantine_ms + DECISIONS_MARGIN_MS


def _outliving(wished: Sequence[Wish], present: Mapping[str, TopicState]) -> Iterator[Wish]:
    """The wishes, where decisions outlive quarantine as it will be, which may be longer than the settings ask for."""
    kept = [_kept_ms(wish, present[wish.name]) for wish in wished if wish.purpose == "quarantine"]
    for wish in wished:
        if wish.purpose == "decisions":
            yield replace(wish, retention_ms=max(wish.retention_ms, *(each + DECISIONS_MARGIN_MS for each in kept), 0))
        else:
            yield wish


def _kept_ms(wish: Wish, state: TopicState) -> int:
    """How long a topic will keep records once its wish is fulfilled."""
    present_ms = state.retention_ms if isinstance(state, TopicFacts) else None
    return wish.retention_ms if present_ms is None or _retention_must_change(wish, present_ms) else present_ms


def unseen_sentence(state: Unseen, purpose: str) -> str:
    """Why a topic cannot be seen and what mends it."""
    if state.why == "missing":
        mend = "create it (maskstream never does)" if purpose == "raw" else "run `maskstream topics apply`"
        return f"The {purpose} topic {state.name} does not exist: {mend}."
    if state.why == "describe":
        return (
            f"The {purpose} topic {state.name} does not exist or may not be seen: allow DESCRIBE on topic "
            f"{state.name} (kafka-acls.sh --add --allow-principal User:… --operation Describe --topic {state.name})."
        )
    return (
        f"The retention of the {purpose} topic {state.name} may not be read: allow DESCRIBE_CONFIGS on topic "
        f"{state.name} (kafka-acls.sh --add --allow-principal User:… --operation DescribeConfigs --topic {state.name})."
    )


def unallowed_sentence(step: Step) -> str:
    """Which right a step lacks that Kafka has refused."""
    right = {Create: "Create", Grow: "Alter", Change: "AlterConfigs"}[type(step)]
    return (
        f"Kafka refuses to {step}: allow {right} on topic {step.topic} (kafka-acls.sh --add "
        f"--allow-principal User:… --operation {right} --topic {step.topic})."
    )


def _steps_of_existing(wish: Wish, facts: TopicFacts) -> Iterable[Step]:
    if facts.partitions < wish.partitions:
        yield Grow(wish.name, facts.partitions, wish.partitions)
    wrong = dict(_differences(wish, facts))
    if wrong:
        yield Change(wish.name, wrong, {name: wish.config[name] for name in wrong})


def _differences(wish: Wish, facts: TopicFacts) -> Iterable[tuple[str, str]]:
    """Names of the configuration that must change, with the present values."""
    if facts.cleanup != wish.cleanup:
        yield "cleanup.policy", ",".join(sorted(facts.cleanup))
    if facts.max_message_bytes < wish.max_message_bytes:
        yield "max.message.bytes", str(facts.max_message_bytes)
    if facts.timestamp_type != "CreateTime":
        yield "message.timestamp.type", facts.timestamp_type
    if _retention_must_change(wish, facts.retention_ms):
        yield "retention.ms", "unlimited" if facts.retention_ms is None else str(facts.retention_ms)
    if facts.segment_ms is not None and facts.segment_ms > wish.segment_ms:
        yield "segment.ms", str(facts.segment_ms)
    if wish.purpose == "decisions" and facts.retention_bytes is not None:
        yield "retention.bytes", str(facts.retention_bytes)


def _retention_must_change(wish: Wish, retention_ms: int | None) -> bool:
    if retention_ms is None:
        return wish.max_retention_ms is not None
    too_long = wish.max_retention_ms is not None and retention_ms > wish.max_retention_ms
    return too_long or retention_ms < wish.retention_ms


def _larger(max_message_bytes: int, growth: int) -> int:
    return max(max_message_bytes, min(LARGEST_MESSAGE_BYTES, max_message_bytes * growth + HEADROOM_BYTES))
