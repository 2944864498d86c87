"""Whether the service may run on the topics as they are: pure judgement, and a reader that asks the broker.

A refusal is one sentence that names the topic and the command or ACL that mends it. The same judgement serves at start
(`guard` raises GuardError, exit status 3) and while running (call `inspect` again: retention may be taken away).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from streams.errors import GuardError
from streams.kafka.admin import Admin
from streams.kafka.config import redrive_group
from streams.kafka.topics import TopicFacts, TopicState, Unseen, decisions_troubles, unseen_sentence
from streams.settings import Settings

__all__ = ["Checked", "guard", "inspect", "judge", "judge_redrive", "redrive_troubles", "retention_lost"]

#: The raw topic is the largest store of clear data; a week is Kafka's own default retention.
RAW_RETENTION_WARNING_MS: Final = 7 * 86_400_000

_DAY_MS: Final = 86_400_000
_APPLY: Final = "run `maskstream topics apply`"
_RIGHTS: Final = {"READ": "Read", "WRITE": "Write"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the guard saw: the raw topics in use, the facts of every visible topic, and sentences."""

    raw_topics: tuple[str, ...]
    topics: Mapping[str, TopicFacts]
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]


def guard(settings: Settings, admin: Admin | None = None) -> Checked:
    """What `inspect` saw; raises GuardError with one sentence for each reason not to run."""
    checked = inspect(settings, admin)
    if checked.refusals:
        raise GuardError("\n".join(checked.refusals))
    return checked


def inspect(settings: Settings, admin: Admin | None = None) -> Checked:
    """Ask the broker and judge; UnreachableError where it does not answer."""
    settings.require("bootstrap_servers", "raw_topics")
    client = admin or Admin(settings)
    # A list needs no look at all topics, which would ask for the right to describe them.
    existing = client.topic_names() if settings.raw_topics.startswith("^") else []
    raw = settings.resolve_raw_topics(existing)
    own = [settings.quarantine_topic, settings.decisions_topic]
    states = client.describe([*raw, *map(settings.clean_topic_for, raw), *own])
    if settings.role == "redrive":
        refusals, warnings = judge_redrive(settings, raw, states, client.group_rights(redrive_group(settings)))
    else:
        refusals, warnings = judge(settings, raw, states, client.group_rights(settings.group_id))
    facts = {name: state for name, state in states.items() if isinstance(state, TopicFacts)}
    return Checked(raw, facts, refusals, warnings)


def judge(
    settings: Settings,
    raw: Sequence[str],
    states: Mapping[str, TopicState],
    group_rights: frozenset[str] | None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Refusals and warnings for raw topics and the state of every topic concerned; pure."""
    if not raw:
        return ("RAW_TOPICS matches no topic: correct the pattern, or allow DESCRIBE on the topics it means.",), ()
    clean = [settings.clean_topic_for(name) for name in raw]
    most = max((state.partitions for state in map(states.get, raw) if isinstance(state, TopicFacts)), default=0)
    refusals = [
        *_of_raw(raw, states),
        *_of_group(settings.group_id, group_rights),
        *(sentence for pair in zip(raw, clean, strict=True) for sentence in _of_pair(*pair, states)),
        *_of_output(settings.quarantine_topic, "quarantine", most, states),
        *_of_decisions(settings.decisions_topic, most, states),
        *_of_retention([*((name, "clean") for name in clean), (settings.quarantine_topic, "quarantine")], settings,
                       states),
    ]  # fmt: skip
    return tuple(dict.fromkeys(refusals)), tuple(_warnings(settings, raw, clean, states))


def judge_redrive(
    settings: Settings,
    raw: Sequence[str],
    states: Mapping[str, TopicState],
    group_rights: frozenset[str] | None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`judge` for the role `redrive`, which reads quarantine and decisions and writes clean records and outcomes; it
    needs no right to the raw topics.
    """
    if not raw:
        return ("RAW_TOPICS matches no topic: correct the pattern, or allow DESCRIBE on the topics it means.",), ()
    pairs = [(name, settings.clean_topic_for(name)) for name in raw]
    quarantine, decisions = states[settings.quarantine_topic], states[settings.decisions_topic]
    refusals = [
        *_of_group(redrive_group(settings), group_rights),
        *(sentence for pair in pairs for sentence in _of_pair(*pair, states)),
        *_of_retention([(clean, "clean") for _, clean in pairs], settings, states),
        *_of_seen(quarantine, "quarantine", "READ"),
        *_of_seen(decisions, "decisions", "READ", "WRITE"),
        *redrive_troubles(settings, states),
    ]
    return tuple(dict.fromkeys(refusals)), ()


def redrive_troubles(settings: Settings, states: Mapping[str, TopicState]) -> Iterator[str]:
    """A sentence for each reason why decisions cannot be relied on: what pauses a running redrive."""
    quarantine, decisions = states[settings.quarantine_topic], states[settings.decisions_topic]
    if isinstance(quarantine, TopicFacts) and isinstance(decisions, TopicFacts):
        yield from decisions_troubles(quarantine, decisions)


def retention_lost(settings: Settings, raw: Sequence[str], states: Mapping[str, TopicState]) -> tuple[str, ...]:
    """A sentence for each visible output that keeps records too long: what pauses a running worker."""
    outputs = [*((settings.clean_topic_for(name), "clean") for name in raw), (settings.quarantine_topic, "quarantine")]
    return tuple(dict.fromkeys(_of_retention(outputs, settings, states)))


def _of_raw(raw: Iterable[str], states: Mapping[str, TopicState]) -> Iterator[str]:
    for name in raw:
        state = states[name]
        if isinstance(state, Unseen):
            yield unseen_sentence(state, "raw")
        else:
            yield from _missing_right(state, "raw", "READ")


def _of_seen(state: TopicState, purpose: str, *rights: Literal["READ", "WRITE"]) -> Iterator[str]:
    if isinstance(state, Unseen):
        yield unseen_sentence(state, purpose)
        return
    for right in rights:
        yield from _missing_right(state, purpose, right)


def _of_group(group: str, rights: frozenset[str] | None) -> Iterator[str]:
    if rights is not None and "READ" not in rights:
        yield (
            f"The consumer group {group} may not be joined: allow READ on group {group} "
            f"(kafka-acls.sh --add --allow-principal User:… --operation Read --group {group})."
        )


def _of_pair(raw: str, clean: str, states: Mapping[str, TopicState]) -> Iterator[str]:
    source = states[raw]
    yield from _of_output(clean, "clean", source.partitions if isinstance(source, TopicFacts) else 0, states)


def _of_output(
    name: str, purpose: Literal["clean", "quarantine"], partitions: int, states: Mapping[str, TopicState]
) -> Iterator[str]:
    state = states[name]
    if isinstance(state, Unseen):
        yield unseen_sentence(state, purpose)
        return
    yield from _missing_right(state, purpose, "WRITE")
    yield from _too_few(state, purpose, partitions)


def _of_decisions(name: str, partitions: int, states: Mapping[str, TopicState]) -> Iterator[str]:
    """Masking does not need the decisions topic, but one that cannot follow quarantine is refused before it is used."""
    state = states[name]
    if isinstance(state, TopicFacts):
        yield from _too_few(state, "decisions", partitions)


def _too_few(facts: TopicFacts, purpose: str, partitions: int) -> Iterator[str]:
    if facts.partitions < partitions:
        yield (
            f"The {purpose} topic {facts.name} has {facts.partitions} partitions and needs {partitions}, since the "
            f"partition number is kept: {_APPLY}."
        )


def _missing_right(facts: TopicFacts, purpose: str, right: Literal["READ", "WRITE"]) -> Iterator[str]:
    if facts.rights is not None and right not in facts.rights:
        yield (
            f"The {purpose} topic {facts.name} may not be {'read' if right == 'READ' else 'written'}: allow {right} on "
            f"topic {facts.name} (kafka-acls.sh --add --allow-principal User:… --operation {_RIGHTS[right]} "
            f"--topic {facts.name})."
        )


def _of_retention(
    outputs: Iterable[tuple[str, str]], settings: Settings, states: Mapping[str, TopicState]
) -> Iterator[str]:
    for name, purpose in outputs:
        state = states[name]
        if isinstance(state, TopicFacts):
            trouble = _retention_trouble(state, settings.max_retention_ms)
            if trouble:
                yield f"The {purpose} topic {name} {trouble}: {_APPLY}."


def _retention_trouble(facts: TopicFacts, maximum_ms: int) -> str | None:
    """What is wrong with how long a topic keeps records; only time counts, since a limit of bytes alone
    (`retention.bytes`) keeps the records of a quiet topic for ever.
    """
    if "delete" not in facts.cleanup:
        return "deletes nothing by age (cleanup.policy lacks delete)"
    if "compact" in facts.cleanup:
        # Compaction loses records of one key and makes the broker refuse records without a key, batch and all.
        return "compacts (cleanup.policy contains compact), which loses log records of the same key"
    if facts.retention_ms is None:
        return "has no limit of retention (retention.ms)"
    if facts.retention_ms > maximum_ms:
        return f"keeps records for {_days(facts.retention_ms)}, longer than MAX_RETENTION ({_days(maximum_ms)})"
    if facts.segment_ms is not None and facts.segment_ms > maximum_ms:
        # With steady traffic the open segment always holds a fresh record, so nothing in it expires until it is rolled.
        return f"may keep records in its open segment for {_days(facts.segment_ms)} (segment.ms)"
    return None


def _warnings(
    settings: Settings, raw: Sequence[str], clean: Sequence[str], states: Mapping[str, TopicState]
) -> Iterator[str]:
    yield from (sentence for name in raw for sentence in _raw_warning(states[name]))
    for name in (*clean, settings.quarantine_topic):
        state = states[name]
        if isinstance(state, TopicFacts) and _may_overstay(state, settings.max_retention_ms):
            yield (
                f"The topic {name} may keep records for retention.ms and segment.ms together, longer than "
                f"MAX_RETENTION: {_APPLY}."
            )
    decisions = states[settings.decisions_topic]
    if isinstance(decisions, Unseen):
        yield f"The decisions topic {decisions.name} cannot be seen, review will need it: {_APPLY}."


def _raw_warning(state: TopicState) -> Iterator[str]:
    if isinstance(state, Unseen):
        return
    kept = _days(state.retention_ms) if state.retention_ms is not None and "delete" in state.cleanup else "for ever"
    if kept == "for ever" or (state.retention_ms or 0) > RAW_RETENTION_WARNING_MS:
        yield (
            f"The raw topic {state.name} keeps personal data {'' if kept == 'for ever' else 'for '}{kept}: "
            "shorten its retention.ms to a week or less."
        )


def _may_overstay(facts: TopicFacts, maximum_ms: int) -> bool:
    if facts.retention_ms is None or facts.segment_ms is None or facts.segment_ms > maximum_ms:
        return False
    return facts.retention_ms <= maximum_ms < facts.retention_ms + facts.segment_ms


def _days(milliseconds: int) -> str:
    if milliseconds >= _DAY_MS:
        return f"{milliseconds / _DAY_MS:.4g} days"
    return f"{milliseconds / 3_600_000:.4g} hours" if milliseconds >= 3_600_000 else f"{milliseconds / 1000:g} seconds"  # noqa: PLR2004
