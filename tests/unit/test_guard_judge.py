"""The guard's judgement: what is refused with which words, what only warned about."""

from dataclasses import replace

import pytest

from streams.kafka.guard import judge, judge_redrive
from streams.kafka.topics import TopicFacts, TopicState, Unseen
from streams.settings import load

DAY_MS = 86_400_000
SETTINGS = load(environ={"MASKSTREAM_RAW_TOPICS": "raw"})
ALL = frozenset({"READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"})
GOOD: dict[str, TopicState] = {
    "raw": TopicFacts("raw", "1", 4, 7 * DAY_MS, rights=ALL),
    "raw.clean": TopicFacts("raw.clean", "2", 4, 7 * DAY_MS, segment_ms=7 * DAY_MS, rights=ALL),
    "maskstream.quarantine": TopicFacts("maskstream.quarantine", "3", 4, 14 * DAY_MS, rights=ALL),
    "maskstream.decisions": TopicFacts("maskstream.decisions", "4", 4, 28 * DAY_MS, rights=ALL),
}
OUTPUTS = ["raw.clean", "maskstream.quarantine"]


def judged(group_rights: frozenset[str] | None = ALL, **changed: TopicState) -> tuple[list[str], list[str]]:
    states = GOOD | {name.replace("__", "."): state for name, state in changed.items()}
    refusals, warnings = judge(SETTINGS, ["raw"], states, group_rights)
    return list(refusals), list(warnings)


def refusal(name: str, **changes: object) -> str:
    state = GOOD[name]
    assert isinstance(state, TopicFacts)
    (sentence,) = judged(**{name.replace(".", "__"): replace(state, **changes)})[0]  # type: ignore[arg-type]
    return sentence


def test_good_topics_pass() -> None:
    """Kafka's defaults with a week of retention are accepted without a word."""
    assert judged() == ([], [])


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"retention_ms": None}, "has no limit of retention"),
        ({"retention_ms": 31 * DAY_MS}, "keeps records for 31 days, longer than MAX_RETENTION (30 days)"),
        ({"retention_ms": 30 * DAY_MS + 1}, "longer than MAX_RETENTION"),
        ({"cleanup": frozenset({"compact"})}, "cleanup.policy lacks delete"),
        ({"cleanup": frozenset()}, "cleanup.policy lacks delete"),
        ({"cleanup": frozenset({"compact", "delete"})}, "contains compact"),
        ({"segment_ms": 365 * DAY_MS}, "open segment for 365 days"),
        ({"partitions": 3}, "has 3 partitions and needs 4"),
    ],
)
def test_outputs_without_bounded_retention_or_room_are_refused(
    name: str, changes: dict[str, object], words: str
) -> None:
    """One sentence names the topic, what is wrong, and the command that mends it."""
    sentence = refusal(name, **changes)
    assert words in sentence
    assert name in sentence
    assert sentence.endswith("run `maskstream topics apply`.")
    assert "\n" not in sentence


@pytest.mark.parametrize("name", OUTPUTS)
def test_retention_at_the_limit_passes(name: str) -> None:
    """MAX_RETENTION itself is allowed."""
    state = GOOD[name]
    assert isinstance(state, TopicFacts)
    refusals, warnings = judged(
        **{name.replace(".", "__"): replace(state, retention_ms=30 * DAY_MS, segment_ms=DAY_MS)}
    )
    assert refusals == []
    assert "retention.ms and segment.ms together" in warnings[0]


@pytest.mark.parametrize("name", ["raw", *OUTPUTS])
def test_missing_topics_are_refused(name: str) -> None:
    """The sentence names the topic and who makes it."""
    (sentence,) = judged(**{name.replace(".", "__"): Unseen(name, "missing")})[0]
    assert f"topic {name} does not exist" in sentence
    assert ("topics apply" in sentence) == (name != "raw")


@pytest.mark.parametrize("name", ["raw", *OUTPUTS])
def test_hidden_topics_name_the_acl(name: str) -> None:
    """Without DESCRIBE a topic looks missing; the sentence says both and gives the ACL."""
    (sentence,) = judged(**{name.replace(".", "__"): Unseen(name, "describe")})[0]
    assert f"allow DESCRIBE on topic {name}" in sentence
    assert f"--operation Describe --topic {name}" in sentence


@pytest.mark.parametrize("name", ["raw", *OUTPUTS])
def test_unreadable_retention_is_no_retention(name: str) -> None:
    """Without DESCRIBE_CONFIGS nothing is known about retention, so nothing runs."""
    (sentence,) = judged(**{name.replace(".", "__"): Unseen(name, "describe_configs")})[0]
    assert f"allow DESCRIBE_CONFIGS on topic {name}" in sentence


@pytest.mark.parametrize(("name", "right"), [("raw", "READ"), *((name, "WRITE") for name in OUTPUTS)])
def test_missing_rights_name_the_acl(name: str, right: str) -> None:
    """The broker's own errors for these are misleading, so the right is named before the first record."""
    sentence = refusal(name, rights=ALL - {right})
    assert f"allow {right} on topic {name}" in sentence


def test_group_rights_are_needed_where_they_are_known() -> None:
    """A broker that does not tell rights is taken at its word; one that denies READ is not run against."""
    (sentence,) = judged(frozenset())[0]
    assert "allow READ on group maskstream" in sentence
    assert judged(None)[0] == []


def test_pattern_without_topics_is_refused() -> None:
    """Nothing to read is an operator's mistake or a missing right, not a quiet service."""
    assert "matches no topic" in judge(SETTINGS, [], GOOD, ALL)[0][0]


def test_decisions_follow_quarantine_once_they_exist() -> None:
    """Masking runs without a decisions topic but not with one that has too few partitions."""
    refusals, warnings = judged(maskstream__decisions=Unseen("maskstream.decisions", "missing"))
    assert refusals == []
    assert "maskstream.decisions" in warnings[0]
    assert "needs 4" in refusal("maskstream.decisions", partitions=1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"retention_ms": 8 * DAY_MS}, "for 8 days"),
        ({"retention_ms": None}, "for ever"),
        ({"cleanup": frozenset({"compact"})}, "for ever"),
    ],
)
def test_long_raw_retention_is_warned_about(changes: dict[str, object], words: str) -> None:
    """The raw topic is the largest store of clear data; over a week is worth a word, not a refusal."""
    state = GOOD["raw"]
    assert isinstance(state, TopicFacts)
    refusals, warnings = judged(raw=replace(state, **changes))  # type: ignore[arg-type]
    assert refusals == []
    (warning,) = warnings
    assert "The raw topic raw keeps personal data" in warning
    assert words in warning


def test_every_reason_is_told_at_once() -> None:
    """An operator mends everything in one go."""
    refusals, _ = judged(
        raw__clean=Unseen("raw.clean", "missing"),
        maskstream__quarantine=TopicFacts("maskstream.quarantine", "3", 1, None),
    )
    assert len(refusals) == 3


def redrive_judged(group_rights: frozenset[str] | None = ALL, **changed: TopicState) -> list[str]:
    states = GOOD | {name.replace("__", "."): state for name, state in changed.items()}
    refusals, warnings = judge_redrive(SETTINGS, ["raw"], states, group_rights)
    assert warnings == ()
    return list(refusals)


def test_a_redrive_on_good_topics_passes_without_seeing_raw_ones() -> None:
    """It reads no raw topic, so it needs no right to one."""
    assert redrive_judged() == []
    assert redrive_judged(raw=Unseen("raw", "describe")) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"retention_ms": 15 * DAY_MS - 1}, "at least a day longer than the quarantine topic"),
        ({"retention_bytes": 1 << 30}, "loses decisions by size"),
        ({"cleanup": frozenset({"compact", "delete"})}, "loses decisions"),
        ({"partitions": 3}, "has 3 partitions and needs 4"),
        ({"rights": ALL - {"WRITE"}}, "may not be written"),
        ({"rights": ALL - {"READ"}}, "may not be read"),
    ],
)
def test_a_redrive_needs_decisions_that_outlive_quarantine_whole(changes: dict[str, object], words: str) -> None:
    """One sentence each, with what mends it."""
    state = GOOD["maskstream.decisions"]
    assert isinstance(state, TopicFacts)
    (sentence,) = redrive_judged(maskstream__decisions=replace(state, **changes))  # type: ignore[arg-type]
    assert words in sentence
    assert "topics apply" in sentence or "kafka-acls.sh" in sentence


@pytest.mark.parametrize("name", ["raw.clean", "maskstream.quarantine", "maskstream.decisions"])
def test_a_redrive_without_its_topics_or_group_is_refused(name: str) -> None:
    """Missing topics, a clean topic without retention, an unlimited quarantine, a group that may not be joined."""
    assert "does not exist" in redrive_judged(**{name.replace(".", "__"): Unseen(name, "missing")})[0]
    clean, quarantine = GOOD["raw.clean"], GOOD["maskstream.quarantine"]
    assert isinstance(clean, TopicFacts)
    assert isinstance(quarantine, TopicFacts)
    assert "no limit of retention" in redrive_judged(raw__clean=replace(clean, retention_ms=None))[0]
    unlimited = replace(quarantine, retention_ms=None)
    assert "at least a day longer" in redrive_judged(maskstream__quarantine=unlimited)[0]
    assert "maskstream-redrive" in redrive_judged(frozenset({"DESCRIBE"}))[0]
