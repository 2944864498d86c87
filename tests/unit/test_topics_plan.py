"""The plan for topics: what is created, grown and changed, and what is never touched."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import GuardError
from streams.kafka.topics import (
    LARGEST_MESSAGE_BYTES,
    Change,
    Create,
    Grow,
    Step,
    TopicFacts,
    TopicState,
    Unseen,
    Wish,
    decisions_troubles,
    plan,
    unallowed_sentence,
    wishes,
)
from streams.settings import Settings, load

DAY_MS = 86_400_000
SETTINGS = load(environ={"MASKSTREAM_RAW_TOPICS": "a,b"})
RAW = [
    TopicFacts("a", "id-a", 3, 7 * DAY_MS),
    TopicFacts("b", "id-b", 6, 7 * DAY_MS, max_message_bytes=2_000_000),
]
WISHED = {wish.name: wish for wish in wishes(SETTINGS, RAW)}
CLEAN = WISHED["a.clean"]


def as_wished(wish: Wish) -> TopicFacts:
    return TopicFacts(
        wish.name,
        "id",
        wish.partitions,
        wish.retention_ms,
        max_message_bytes=wish.max_message_bytes,
        segment_ms=wish.segment_ms,
        cleanup=wish.cleanup,
    )


def steps(wish: Wish, state: TopicState) -> list[Step]:
    return plan([wish], {wish.name: state}).steps


def after(state: TopicState, taken: list[Step]) -> TopicState:
    """What a broker makes of the steps."""
    for step in taken:
        if isinstance(step, Create):
            state = configured(TopicFacts(step.topic, "new", step.partitions, None), dict(step.config))
        elif isinstance(state, TopicFacts) and isinstance(step, Grow):
            state = replace(state, partitions=step.partitions)
        elif isinstance(state, TopicFacts) and isinstance(step, Change):
            state = configured(state, dict(step.config))
    return state


def configured(facts: TopicFacts, config: dict[str, str]) -> TopicFacts:
    return replace(
        facts,
        retention_ms=int(config["retention.ms"]) if "retention.ms" in config else facts.retention_ms,
        segment_ms=int(config["segment.ms"]) if "segment.ms" in config else facts.segment_ms,
        max_message_bytes=int(config.get("max.message.bytes", facts.max_message_bytes)),
        timestamp_type=config.get("message.timestamp.type", facts.timestamp_type),
        cleanup=frozenset(config["cleanup.policy"].split(",")) if "cleanup.policy" in config else facts.cleanup,
        retention_bytes=None if config.get("retention.bytes") == "-1" else facts.retention_bytes,
    )


def test_wishes_follow_raw_topics() -> None:
    """Clean has its raw topic's partitions, quarantine and decisions the most of all; sizes have headroom."""
    assert {name: wish.partitions for name, wish in WISHED.items()} == {
        "a.clean": 3,
        "b.clean": 6,
        "maskstream.quarantine": 6,
        "maskstream.decisions": 6,
        "maskstream.audit": 1,
        "maskstream.jobs": 8,
    }
    assert CLEAN.max_message_bytes > 3 * RAW[0].max_message_bytes
    assert WISHED["maskstream.quarantine"].max_message_bytes > 2 * 2_000_000
    assert CLEAN.config["cleanup.policy"] == "delete"
    assert WISHED["maskstream.jobs"].config["cleanup.policy"] == "compact,delete"
    assert CLEAN.config["message.timestamp.type"] == "CreateTime"
    assert int(CLEAN.config["segment.ms"]) < int(CLEAN.config["retention.ms"])


@pytest.mark.parametrize(("raw_bytes"), [1_048_588, 50 << 20, 96 << 20, 500 << 20, 2**31 - 1])
def test_outputs_always_hold_what_raw_holds_and_brokers_can_take(raw_bytes: int) -> None:
    """An output's limit is never under raw's, nor grown beyond what a request may carry."""
    raw = [TopicFacts("a", "id", 1, DAY_MS, max_message_bytes=raw_bytes)]
    for wish in wishes(SETTINGS, raw)[:2]:
        assert raw_bytes <= wish.max_message_bytes <= max(raw_bytes, LARGEST_MESSAGE_BYTES)


def test_missing_topics_are_created_and_then_nothing_is_left() -> None:
    """The plan for an empty cluster creates each topic once, and applying it leaves no step."""
    taken = plan(WISHED.values(), {name: Unseen(name, "missing") for name in WISHED}).steps
    assert [type(step) for step in taken] == [Create] * 6
    made = {step.topic: after(Unseen(step.topic, "missing"), [step]) for step in taken}
    assert plan(WISHED.values(), made).steps == []


def test_raw_topics_are_never_mentioned() -> None:
    """No step names a raw topic, whatever state it is in."""
    taken = plan(WISHED.values(), {name: Unseen(name, "missing") for name in WISHED}).steps
    assert {step.topic for step in taken}.isdisjoint({"a", "b"})


@pytest.mark.parametrize(
    "state",
    [
        replace(as_wished(CLEAN), partitions=99),
        replace(as_wished(CLEAN), max_message_bytes=2**31 - 1),
        replace(as_wished(CLEAN), retention_ms=30 * DAY_MS),
        replace(as_wished(CLEAN), segment_ms=1),
        replace(as_wished(CLEAN), segment_ms=None),
    ],
)
def test_what_is_larger_or_longer_within_the_limit_stays(state: TopicFacts) -> None:
    """A plan takes nothing away that does not break a promise."""
    assert steps(CLEAN, state) == []


@pytest.mark.parametrize(
    ("state", "config"),
    [
        (replace(as_wished(CLEAN), retention_ms=None), {"retention.ms": str(7 * DAY_MS)}),
        (replace(as_wished(CLEAN), retention_ms=31 * DAY_MS), {"retention.ms": str(7 * DAY_MS)}),
        (replace(as_wished(CLEAN), retention_ms=DAY_MS), {"retention.ms": str(7 * DAY_MS)}),
        (replace(as_wished(CLEAN), cleanup=frozenset({"compact"})), {"cleanup.policy": "delete"}),
        (replace(as_wished(CLEAN), cleanup=frozenset({"compact", "delete"})), {"cleanup.policy": "delete"}),
        (replace(as_wished(CLEAN), cleanup=frozenset()), {"cleanup.policy": "delete"}),
        (replace(as_wished(CLEAN), timestamp_type="LogAppendTime"), {"message.timestamp.type": "CreateTime"}),
        (replace(as_wished(CLEAN), max_message_bytes=1), {"max.message.bytes": str(CLEAN.max_message_bytes)}),
        (replace(as_wished(CLEAN), segment_ms=7 * DAY_MS), {"segment.ms": str(CLEAN.segment_ms)}),
    ],
)
def test_what_breaks_a_promise_is_changed_and_nothing_else(state: TopicFacts, config: dict[str, str]) -> None:
    """Exactly the wrong settings are set."""
    (step,) = steps(CLEAN, state)
    assert isinstance(step, Change)
    assert step.config == config
    assert steps(CLEAN, after(state, [step])) == []


def test_partitions_grow() -> None:
    """A clean topic with fewer partitions than raw gets more."""
    assert steps(CLEAN, replace(as_wished(CLEAN), partitions=2)) == [Grow("a.clean", 2, 3)]


@pytest.mark.parametrize("name", ["maskstream.decisions", "maskstream.audit", "maskstream.jobs"])
def test_unlimited_decisions_and_audit_stay(name: str) -> None:
    """MAX_RETENTION is for clean and quarantine; a longer record of decisions is nobody's loss."""
    assert steps(WISHED[name], replace(as_wished(WISHED[name]), retention_ms=None)) == []


def test_hidden_topics_are_refused() -> None:
    """What may not be seen is neither created nor changed: the sentence names the right."""
    with pytest.raises(GuardError, match=r"allow DESCRIBE on topic a\.clean"):
        steps(CLEAN, Unseen("a.clean", "describe"))
    with pytest.raises(GuardError, match=r"allow DESCRIBE_CONFIGS on topic a\.clean"):
        steps(CLEAN, Unseen("a.clean", "describe_configs"))


@pytest.mark.parametrize(
    ("step", "right"),
    [
        (Create("a.clean", 3, {}), "Create"),
        (Grow("a.clean", 2, 3), "Alter"),
        (Change("a.clean", {"retention.ms": "1"}, {"retention.ms": "2"}), "AlterConfigs"),
    ],
)
def test_refused_steps_name_their_right(step: Step, right: str) -> None:
    """The words are those of kafka-acls.sh, with which whoever reads the sentence gives the right."""
    assert unallowed_sentence(step).endswith(f"--operation {right} --topic a.clean).")


@given(
    partitions=st.integers(1, 20),
    retention_ms=st.none() | st.integers(0, 400 * DAY_MS),
    max_message_bytes=st.integers(1, 2**31 - 1),
    segment_ms=st.none() | st.integers(1, 400 * DAY_MS),
    cleanup=st.frozensets(st.sampled_from(["compact", "delete"])),
    timestamp_type=st.sampled_from(["CreateTime", "LogAppendTime"]),
    maximum_d=st.integers(1, 60),
)
def test_one_application_is_enough_and_takes_no_partition_or_size_away(
    maximum_d: int,
    **state: object,
) -> None:
    """From any state, the steps lead to a state with no steps, at least as many partitions and bytes, and a retention
    within the maximum.
    """
    settings = Settings(raw_topics="a,b", max_retention_ms=maximum_d * DAY_MS)
    for wish in wishes(settings, RAW):
        before = TopicFacts(name=wish.name, topic_id="id", **state)  # type: ignore[arg-type]
        result = after(before, steps(wish, before))
        assert isinstance(result, TopicFacts)
        assert steps(wish, result) == []
        assert result.partitions >= before.partitions
        assert result.max_message_bytes >= before.max_message_bytes
        assert wish.purpose not in {"clean", "quarantine"} or 0 < (result.retention_ms or 0) <= maximum_d * DAY_MS


@given(days=st.none() | st.integers(0, 60), present=st.none() | st.integers(0, 80), size=st.none() | st.just(1 << 30))
def test_decisions_outlive_quarantine_whatever_that_has(
    days: int | None, present: int | None, size: int | None
) -> None:
    """After the plan decisions stay a day longer than quarantine then does, whole; a second plan has nothing to do."""
    quarantine, decisions = WISHED["maskstream.quarantine"], WISHED["maskstream.decisions"]
    states: dict[str, TopicState] = {
        quarantine.name: replace(as_wished(quarantine), retention_ms=None if days is None else days * DAY_MS),
        decisions.name: replace(
            as_wished(decisions), retention_ms=None if present is None else present * DAY_MS, retention_bytes=size
        ),
    }
    taken = plan([quarantine, decisions], states).steps
    settled = {name: after(state, [step for step in taken if step.topic == name]) for name, state in states.items()}
    kept, outlived = settled[quarantine.name], settled[decisions.name]
    assert isinstance(kept, TopicFacts)
    assert isinstance(outlived, TopicFacts)
    assert list(decisions_troubles(kept, outlived)) == []
    assert plan([quarantine, decisions], settled).steps == []
