"""Where a partition begins: the whole table of the decision."""

import dataclasses

import pytest

from streams.kafka.notes import OffsetNote
from streams.kafka.positions import Begin, Hold, PartitionFacts, decide

NEW = PartitionFacts(
    topic="t",
    partition=1,
    committed=None,
    note=OffsetNote(),
    topic_id="A1",
    beginning=10,
    end=90,
    group_knows_topic=False,
    outputs_used=False,
    target_partitions=4,
)


def facts(**changes: object) -> PartitionFacts:
    return dataclasses.replace(NEW, **changes)  # type: ignore[arg-type]


def test_a_new_group_begins_where_start_says() -> None:
    """Nothing committed, nothing written: START decides, and the position is committed before the first record."""
    assert decide(facts(), "earliest") == Begin(10, fresh=True)
    assert decide(facts(), "latest") == Begin(90, fresh=True)


@pytest.mark.parametrize("start", ["earliest", "latest"])
def test_a_new_partition_of_a_known_topic_begins_at_its_beginning(start: object) -> None:
    """Whatever START says: nobody has read it."""
    seen = facts(group_knows_topic=True, outputs_used=True)
    assert decide(seen, start) == Begin(10, fresh=True)  # type: ignore[arg-type]


def test_an_offset_lost_while_the_clean_topic_has_records_stops_the_partition() -> None:
    """An expired group must not start anew: that would double what is in the clean topic."""
    decision = decide(facts(outputs_used=True), "earliest")
    assert isinstance(decision, Hold)
    assert not decision.waiting
    assert "maskstream offsets set" in decision.sentence


@pytest.mark.parametrize(
    ("offset", "begins"),
    [(9, False), (10, True), (50, True), (90, True), (91, False)],
)
def test_a_committed_offset_counts_while_its_record_can_still_be_there(offset: int, begins: bool) -> None:
    """Before the beginning: passed by retention. Behind the end: the topic lost records."""
    decision = decide(facts(committed=offset, group_knows_topic=True), "latest")
    assert decision == Begin(offset) if begins else isinstance(decision, Hold) and not decision.waiting


@pytest.mark.parametrize(
    ("noted", "present", "begins"),
    [("A1", "A1", True), ("B2", "A1", False), (None, "A1", True), ("B2", None, True)],
)
def test_a_recreated_topic_is_noticed(noted: str | None, present: str | None, begins: bool) -> None:
    """The same name with another id is another topic; an unknown id proves nothing."""
    decision = decide(facts(committed=50, note=OffsetNote(noted), topic_id=present), "earliest")
    assert isinstance(decision, Begin) == begins


@pytest.mark.parametrize("partitions", [0, 1])
def test_a_partition_waits_until_its_targets_have_it(partitions: int) -> None:
    """Its number is kept, so the clean and the quarantine topic must have it first."""
    decision = decide(facts(target_partitions=partitions, committed=50), "earliest")
    assert isinstance(decision, Hold)
    assert decision.waiting
    assert "maskstream topics apply" in decision.sentence


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (None, OffsetNote()),
        ("", OffsetNote()),
        ("id=abc", OffsetNote("abc")),
        ("id=abc;try=2", OffsetNote("abc", 2)),
        ("try=x;;id=;what else", OffsetNote(None, 0, ("try=x", "id=", "what else"))),
    ],
)
def test_a_note_is_read_whoever_wrote_it(text: str | None, note: OffsetNote) -> None:
    """Fields that are not known stay."""
    assert OffsetNote.parse(text) == note
    assert OffsetNote.parse(note.text()) == note
