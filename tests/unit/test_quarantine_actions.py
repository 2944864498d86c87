"""Decisions, their sentences and many of them at once, on a log in memory that is folded as every reader folds it."""

import datetime as dt
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from streams.errors import RunError, UsageError
from streams.keystore import ephemeral_keyring
from streams.quarantine.actions import Actions, Actor, Decided, NotYetKnownError, Written
from streams.quarantine.bulk import BulkControl, BulkReport, decide_all
from streams.quarantine.decisions import Decision, RecordId, Redaction, encode_event, parse_event
from streams.quarantine.fold import Applied, Fold
from streams.quarantine.readback import Effect, Winner
from streams.quarantine.reasons import ReasonMasker
from streams.quarantine.store.model import Chunk
from tests.support.decisions import NOW, decision, outcome

ANN = Actor("ann@example.com", "operator", "review")
BOB = Actor("bob@example.com", "operator", "review")
RECORD = (3, RecordId(120, "raw/3/7"))


class Log:
    """A decisions topic in memory: each partition a list of bytes, folded from what is read back."""

    def __init__(self) -> None:
        self.partitions: dict[int, list[bytes]] = {}
        self.lock = threading.Lock()
        self.hidden = False
        self.refuses = False

    def write(self, decisions: Sequence[Decision]) -> list[Written]:
        if self.refuses:
            raise RunError("It is not certain that the decision was written.")
        with self.lock:
            return [Written(one, self.append(one.partition, one)) for one in decisions]

    def append(self, partition: int, event: Any) -> int:
        log = self.partitions.setdefault(partition, [])
        log.append(encode_event(event))
        return len(log) - 1

    def effect(self, event: Decision, offset: int, timeout_s: float) -> Effect | None:
        del timeout_s
        if self.hidden:
            return None
        fold, last, applied = Fold(), dict[RecordId, Winner](), Applied()
        with self.lock:
            log = self.partitions[event.partition][: offset + 1]
        for value in log:
            other = parse_event(value, event.partition)
            assert not isinstance(other, str)
            done = fold.apply(other)
            if other.id == event.id:
                applied = done
                continue
            last |= dict.fromkeys(done.changed, Winner(getattr(other, "actor", "the redrive"), other.time))
        return Effect(applied.changed, applied.lost, {one: last[one] for one in applied.lost if one in last})


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture(scope="module")
def mask_reason() -> ReasonMasker:
    return ReasonMasker(ephemeral_keyring())


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def actions(log: Log, clock: Clock, mask_reason: ReasonMasker) -> Actions:
    return Actions(log, log, mask_reason, lambda: "p1", clock)


def test_decision_says_what_happened(actions: Actions, log: Log) -> None:
    """The event holds what was asked for, and the answer names the record and its new state."""
    made = actions.decide(ANN, "release", "open", [RECORD], reason="INC-7 fixed")
    assert made.sentence == "Record 3:120 released."
    assert made.changed["3:120"].status == "released"
    event = parse_event(log.partitions[3][0], 3)
    assert isinstance(event, Decision)
    assert (event.actor, event.role, event.via, event.reason, event.policy) == (
        "ann@example.com", "operator", "review", "INC-7 fixed", "p1",
    )  # fmt: skip
    assert made.events == (event.id,)


def test_second_decision_is_told_who_was_first(actions: Actions, clock: Clock) -> None:
    """Whoever comes too late gets one clear sentence: who, what, and how long ago."""
    actions.decide(ANN, "release", "open", [RECORD])
    clock.now += dt.timedelta(seconds=2)
    made = actions.decide(BOB, "discard", "open", [RECORD], reason="not needed")
    assert made.changed == {}
    assert made.sentence == "Record 3:120 was released by ann@example.com 2 s earlier."
    clock.now += dt.timedelta(hours=3)
    assert "3 h earlier" in actions.decide(BOB, "claim", "open", [RECORD]).sentence


def test_decision_on_a_written_record_is_told_so(actions: Actions, log: Log, clock: Clock) -> None:
    """Once the redrive has written the clean record, nothing changes any more, and the sentence says so."""
    actions.decide(ANN, "release", "open", [RECORD])
    released = parse_event(log.partitions[3][0], 3)
    assert isinstance(released, Decision)
    log.append(3, outcome(released))
    made = actions.decide(ANN, "undo", "released", [RECORD])
    assert "on its clean topic already" in made.sentence


def test_claimed_record_is_taken_over_from_who_held_it(actions: Actions) -> None:
    """Two who want to take a record over from the same holder: one wins, the other is told."""
    actions.decide(ANN, "claim", "open", [RECORD])
    first = actions.decide(BOB, "claim", "claimed", [RECORD], holder=ANN.name)
    carl = Actor("carl@example.com", "operator", "review")
    second = actions.decide(carl, "claim", "claimed", [RECORD], holder=ANN.name)
    assert first.changed["3:120"].actor == BOB.name
    assert "was claimed by bob@example.com" in second.sentence


def test_many_records_are_events_of_at_most_500(actions: Actions, log: Log) -> None:
    """Records go to the event of their partition, each once, in events that every topic takes."""
    records = [
        (partition, RecordId(offset, f"raw/{partition}/{offset}")) for offset in range(600) for partition in (0, 1)
    ]
    made = actions.decide(ANN, "discard", "open", [*records, records[0]], reason="noise")
    assert len(made.changed) == 1200
    assert {partition: len(events) for partition, events in log.partitions.items()} == {0: 2, 1: 2}
    assert made.sentence == "1200 records discarded."


@pytest.mark.parametrize(
    ("action", "records", "redactions", "reason"),
    [
        ("release", [], (), ""),
        ("mask", [RECORD], (), ""),
        ("release", [RECORD], (Redaction(path="$.a"),), ""),
        ("mask", [RECORD, (0, RecordId(1, "raw/0/1"))], (Redaction(path="$.a"),), ""),
        ("discard", [RECORD], (), "  "),
        ("release", [RECORD], (), "x" * 301),
        ("release", [RECORD], (), "two\nlines"),
        ("release", [RECORD], (), "\x1b[31mred"),
        ("release", [RECORD], (), "turned \u202e round"),
    ],
)
def test_what_cannot_be_asked_for_is_not_written(
    actions: Actions, log: Log, action: Any, records: Any, redactions: Any, reason: str
) -> None:
    """Nothing is written, and the error is of the one who asks."""
    with pytest.raises(UsageError):
        actions.decide(ANN, action, "open", records, reason=reason, redactions=redactions)
    assert log.partitions == {}


def test_actor_with_signs_of_control_is_refused(actions: Actions, log: Log) -> None:
    """A subject that would write to the terminal of whoever reads the history decides nothing."""
    with pytest.raises(UsageError, match="your name"):
        actions.decide(Actor("ann\x1b[2J", "operator", "review"), "claim", "open", [RECORD])
    assert log.partitions == {}


def test_reasons_are_masked_before_they_are_stored(actions: Actions, log: Log) -> None:
    """What a person writes about a person does not stay: neither in the event nor in anything else."""
    actions.decide(ANN, "discard", "open", [RECORD], reason="asked by canary@example.com, card 4111 1111 1111 1111")
    (value,) = log.partitions[3]
    assert b"canary" not in value
    assert b"1111 1111 1111 1111" not in value
    assert b"tok_email_" in value


def test_reason_that_cannot_be_masked_is_refused(mask_reason: ReasonMasker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed: where masking is not certain nothing is kept, and the sentence holds nothing of the reason."""
    assert mask_reason(" INC-7: producer sends Latin-1 ") == "INC-7: producer sends Latin-1"

    class Masked(NamedTuple):
        text: str | None

        def mask(self, _text: str) -> Any:
            return self

    for given, said in ((Masked(None), "plain words"), (Masked("x" * 2001), "without personal data")):
        monkeypatch.setattr(mask_reason, "_masker", given)
        with pytest.raises(UsageError, match=said) as raised:
            mask_reason("canary")
        assert "canary" not in str(raised.value)


def test_announced_before_it_is_written(actions: Actions, log: Log) -> None:
    """What has to be written down first is called with the events; what it raises keeps them from the topic."""
    seen: list[Decision] = []
    made = actions.decide(ANN, "claim", "open", [RECORD], announce=seen.extend)
    assert [event.id for event in seen] == list(made.events)

    def refuse(_: Sequence[Decision]) -> None:
        raise RunError("the audit is away")

    with pytest.raises(RunError, match="audit"):
        actions.decide(ANN, "unclaim", "claimed", [RECORD], announce=refuse)
    assert len(log.partitions[3]) == 1


def test_unknown_effect_is_an_error_of_its_own(actions: Actions, log: Log) -> None:
    """Written and not read back in time is told as that, with the event's id."""
    log.hidden = True
    with pytest.raises(NotYetKnownError, match="is written"):
        actions.decide(ANN, "claim", "open", [RECORD])


def chunks(count: int, size: int = 10) -> list[Chunk]:
    records = [RecordId(offset, f"raw/0/{offset}") for offset in range(count)]
    return [Chunk(0, "open", tuple(records[start : start + size])) for start in range(0, count, size)]


def test_bulk_of_two_gives_each_record_one_winner(log: Log, mask_reason: ReasonMasker) -> None:
    """Two bulk decisions at once about the same records: every record is done by one of them and lost by the other."""
    made = Actions(log, log, mask_reason, lambda: "p1")
    controls = [BulkControl(BulkReport(uuid4(), "release", 400)), BulkControl(BulkReport(uuid4(), "discard", 400))]
    start = threading.Barrier(2)

    def run(actor: Actor, action: Any, control: BulkControl) -> None:
        start.wait()
        decide_all(made, actor, action, chunks(400), "race", control)

    threads = [
        threading.Thread(target=run, args=(actor, control.report.action, control))
        for actor, control in zip((ANN, BOB), controls, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    first, second = (control.report for control in controls)
    assert first.done + second.done == 400
    assert (first.lost, second.lost) == (second.done, first.done)
    assert first.finished
    assert second.remaining == 0


def test_bulk_reports_and_stops_when_told(log: Log, mask_reason: ReasonMasker) -> None:
    """A cancelled run says what is left as it was; the same asked again goes on with that."""
    made = Actions(log, log, mask_reason, lambda: "p1")
    control = BulkControl(BulkReport(uuid4(), "discard", 100))

    def given() -> Any:
        for number, chunk in enumerate(chunks(100)):
            if number == 5:
                control.cancel()
            yield chunk

    report = decide_all(made, ANN, "discard", given(), "noise", control)
    assert report.cancelled
    assert report.done == 50
    assert report.remaining == 50
    assert "50 of 100 records done; 50 left as they are: ask again to go on." in report.sentence
    again = BulkControl(BulkReport(uuid4(), "discard", 100))
    report = decide_all(made, ANN, "discard", chunks(100), "noise", again)
    assert (report.done, report.lost, report.lost_to) == (50, 50, (("discarded", 50),))
    assert set(report.examples) < {f"0:{offset}" for offset in range(50)}


def test_bulk_stops_at_an_error_and_says_it(log: Log, mask_reason: ReasonMasker) -> None:
    """Where Kafka is away the run ends with the sentence; what may or may not be written is not counted as done."""
    made = Actions(log, log, mask_reason, lambda: "p1")
    log.refuses = True
    control = BulkControl(BulkReport(uuid4(), "discard", 1000))
    report = decide_all(made, ANN, "discard", chunks(1000), "noise", control)
    assert report.done == 0
    assert report.problem == "It is not certain that the decision was written."
    assert report.finished
    log.refuses, log.hidden = False, True
    control = BulkControl(BulkReport(uuid4(), "discard", 30))
    report = decide_all(made, ANN, "discard", chunks(30), "noise", control)
    assert (report.done, report.unknown, report.remaining) == (0, 30, 0)


def test_lost_sentence_without_a_known_winner() -> None:
    """Where nobody knows who was first, the state alone is told."""
    lost = Decided("release", NOW, (), {}, ()).sentence
    assert lost == "No record released."


def test_decisions_of_tests_are_events() -> None:
    """What the tests write is what a topic holds."""
    event = decision("claim", "open", RECORD[1], partition=3)
    assert parse_event(encode_event(event), 3) == event
