"""The redrive's book of a partition: what is wanted, and that an answer anywhere in the log is an answer."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from streams.agents.redrive.book import Book
from streams.quarantine.decisions import Decision, Event, Outcome, RecordId
from streams.quarantine.fold import Fold
from tests.support.decisions import decision, outcome

RECORDS = tuple(RecordId(offset, f"raw/0/{offset}") for offset in range(4))


def read(log: list[Event], position: int) -> Book:
    """The book that a worker opens whose group has committed that offset."""
    book = Book(0)
    for offset, event in enumerate(log):
        if offset < position:
            book.take(event)
        elif isinstance(event, Outcome):
            book.foresee(event)
    return book


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Event], list[int]]:
    """A log as two people and workers make it, and the offsets at which workers began; each worker carries out what it
    wants at some moments, and dies at others.
    """
    log: list[Event] = []
    written: list[int] = []
    position = 0
    for _ in range(draw(st.integers(1, 6))):
        book = read(log, position)
        for _ in range(draw(st.integers(0, 5))):
            for _ in range(draw(st.integers(0, 3))):
                log.append(draw(decisions(log)))
            end = draw(st.integers(position, len(log)))
            for event in log[position:end]:
                book.take(event)
            position = end
            for wanted in book.wanted()[: draw(st.integers(0, 4))]:
                answer = outcome(wanted.decision, draw(st.sampled_from(["redriven", "failed_again"])),
                                 records=(wanted.record,))  # fmt: skip
                book.foresee(answer)
                log.append(answer)
                written += [wanted.record.offset] if answer.result == "redriven" else []
        # Killed: the committed offset may be anywhere behind, since portions commit the old one.
        position = draw(st.integers(0, position))
    return log, written


@st.composite
def decisions(draw: st.DrawFn, log: list[Event]) -> Decision:
    again = [event for event in log if isinstance(event, Decision)]
    if again and draw(st.booleans()):
        return draw(st.sampled_from(again))
    action = draw(st.sampled_from(["release", "release", "undo", "discard", "claim"]))
    expected = draw(st.sampled_from(["open", "open", "released", "failed_again", "claimed"]))
    records = draw(st.permutations(RECORDS))[: draw(st.integers(1, 4))]
    return decision(action, expected, *records, actor=draw(st.sampled_from(["ann", "bob"])))


@given(life=lives())
def test_book_never_wants_a_record_twice(life: tuple[list[Event], list[int]]) -> None:
    """Whatever people decide, wherever workers die and whatever offset was committed: each record is written at most
    once, and every reader of the log comes to the same.
    """
    log, written = life
    assert len(written) == len(set(written))
    fold = Fold()
    fold.apply_all(log)
    assert {record.offset for record, state in fold.states.items() if state.redriven} == set(written)


@given(life=lives())
def test_book_wants_what_the_fold_says_is_pending(life: tuple[list[Event], list[int]]) -> None:
    """At the end of the log nothing is forgotten: what waits for every reader is wanted, unless it has its answer."""
    log, _ = life
    fold = Fold()
    fold.apply_all(log)
    answered = {(event.decision, record) for event in log if isinstance(event, Outcome) for record in event.records}
    wanted = {(each.decision.id, each.record) for each in read(log, len(log)).wanted()}
    pending = {(state.decision, record) for record, state in fold.states.items() if state.pending}
    assert wanted == {each for each in pending if isinstance(each[0], UUID)}
    assert not wanted & answered


def test_book_of_a_decision_answered_later_in_the_log_wants_nothing() -> None:
    """The committed offset is in front of the decision, its outcomes behind it: a restart carries nothing out."""
    first, second = decision("release", "open", *RECORDS[:2]), decision("release", "open", *RECORDS[2:])
    log = [first, second, outcome(first), outcome(second, "failed_again")]
    book = read(log, 0)
    for event in log[:2]:
        book.take(event)
        assert book.wanted() == []
    for event in log[2:]:
        book.take(event)
    again = decision("release", "failed_again", *RECORDS[2:])
    book.take(again)
    assert [(each.record, each.decision) for each in book.wanted()] == [(record, again) for record in RECORDS[2:]]
