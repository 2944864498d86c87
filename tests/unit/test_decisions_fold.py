"""The fold: all readers agree, two people have one winner, and what was redriven stays so."""

import random
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.quarantine.decisions import Action, Decision, Event, Outcome, RecordId, Result, Status
from streams.quarantine.fold import ACTIONABLE, Fold, RecordState
from tests.support.decisions import decision, outcome

RECORDS = tuple(RecordId(offset, f"raw/0/{offset}") for offset in range(3))
ONE = RECORDS[0]
ACTIONS, STATUSES, RESULTS = get_args(Action), get_args(Status), get_args(Result)


@st.composite
def logs(draw: st.DrawFn, partition: int = 0) -> list[Event]:
    """What may stand in a partition, sensible or not: decisions of two people, outcomes of any of them, repetitions."""
    events: list[Event] = []
    for _ in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(["decision"] * 4 + ["outcome", "outcome", "again"]))
        decisions = [event for event in events if isinstance(event, Decision)]
        if kind == "again" and events:
            events.append(draw(st.sampled_from(events)))
        elif kind == "outcome" and decisions:
            events.append(outcome(draw(st.sampled_from(decisions)), draw(st.sampled_from(RESULTS))))
        else:
            events.append(draw(decisions_of(partition)))
    return events


@st.composite
def decisions_of(draw: st.DrawFn, partition: int) -> Decision:
    action = draw(st.sampled_from(ACTIONS))
    count = 1 if action == "mask" else draw(st.integers(1, 3))
    records = draw(st.permutations(RECORDS))[:count]
    options: dict[str, Any] = {"redactions": [{"path": "$.a"}]} if action == "mask" else {}
    return decision(
        action,
        draw(st.sampled_from(STATUSES)),
        *records,
        actor=draw(st.sampled_from(["ann", "bob"])),
        holder=draw(st.sampled_from([None, "ann", "bob"])),
        partition=partition,
        **options,
    )


def folded(events: list[Event]) -> dict[RecordId, RecordState]:
    fold = Fold()
    fold.apply_all(events)
    return fold.states


@given(events=logs(), times=st.integers(1, 3), cuts=st.lists(st.integers(0, 25), max_size=4))
def test_fold_of_the_same_events_is_the_same_state(events: list[Event], times: int, cuts: list[int]) -> None:
    """However often the log is read again, whole or from some offset on, the states are the same."""
    fold = Fold()
    fold.apply_all(events)
    once = dict(fold.states)
    for _ in range(times):
        fold.apply_all(events)
    for cut in cuts:
        fold.apply_all(events[cut:])
    assert fold.states == once == folded(events)


@given(first=logs(0), second=logs(1), seed=st.randoms(use_true_random=False))
def test_fold_of_partitions_does_not_depend_on_their_order(
    first: list[Event], second: list[Event], seed: random.Random
) -> None:
    """However the events of two partitions come between each other, each has the states of its own log."""
    folds, left = (Fold(), Fold()), [list(first), list(second)]
    while any(left):
        number = seed.choice([index for index in (0, 1) if left[index]])
        folds[number].apply(left[number].pop(0))
    assert [fold.states for fold in folds] == [folded(first), folded(second)]


@given(events=logs())
def test_fold_never_leaves_redriven(events: list[Event]) -> None:
    """Once the clean record is written, nothing that follows changes anything about the record."""
    fold, final = Fold(), dict[RecordId, RecordState]()
    for event in events:
        applied = fold.apply(event)
        assert not applied.changed.keys() & final.keys()
        final |= {record: state for record, state in fold.states.items() if state.redriven}
    assert final.items() <= fold.states.items()
    assert all(state.status in {"released", "masked_by_hand"} and not state.pending for state in final.values())


@given(events=logs())
def test_fold_says_what_it_did(events: list[Event]) -> None:
    """Each event's records are changed or lost, none is both, nothing else is touched; a repetition is nothing."""
    fold, seen = Fold(), set[Any]()
    for event in events:
        before = dict(fold.states)
        applied = fold.apply(event)
        if event.id in seen:
            assert (applied.changed, applied.lost) == ({}, {})
        else:
            assert applied.changed.keys() | applied.lost.keys() == set(event.records)
            assert not applied.changed.keys() & applied.lost.keys()
        seen.add(event.id)
        assert fold.states == before | applied.changed
        assert all(before.get(record, RecordState()) == state for record, state in applied.lost.items())


@given(events=logs())
def test_fold_counts_failures_by_answers(events: list[Event]) -> None:
    """A failure is counted only where the very decision that waits is answered, so never more often than decided."""
    states, asked = folded(events), dict.fromkeys(RECORDS, 0)
    for event in {event.id: event for event in events if isinstance(event, Decision)}.values():
        for record in event.records:
            asked[record] += event.action in {"release", "mask"}
    assert all(state.failures <= asked[record] for record, state in states.items())


@pytest.mark.parametrize("status", sorted(ACTIONABLE))
@given(
    actions=st.tuples(*[st.sampled_from(["claim", "release", "discard"])] * 2),
    order=st.permutations(["ann", "bob"]),
    again=st.booleans(),
)
def test_fold_of_two_people_at_once_has_one_winner(
    status: Status, actions: tuple[str, str], order: list[str], *, again: bool
) -> None:
    """Two who saw the same record decide: whoever stands first in the log has it, the other learns of that state."""
    fold, holder = brought_to(status)
    both = {
        actor: decision(action, status, ONE, actor=actor, holder=holder)
        for actor, action in zip(("ann", "bob"), actions, strict=True)
    }
    if status == "claimed":
        # Only a claim takes over what a third one holds.
        both = {actor: decision("claim", status, ONE, actor=actor, holder=holder) for actor in both}
    first, second = (both[actor] for actor in order)
    won = fold.apply(first)
    lost = fold.apply(second)
    assert won.changed[ONE].actor == first.actor
    assert won.changed[ONE].decision == first.id
    if again:
        fold.apply(first)
    assert lost.lost == {ONE: won.changed[ONE]}
    assert fold.states[ONE] == won.changed[ONE]


def brought_to(status: Status) -> tuple[Fold, str | None]:
    """A fold in which the record has that status, and who holds it."""
    fold = Fold()
    if status == "claimed":
        fold.apply(decision("claim", "open", ONE, actor="carl"))
        return fold, "carl"
    if status == "failed_again":
        released = decision("release", "open", ONE, actor="carl")
        fold.apply_all([released, outcome(released, "failed_again")])
    return fold, None


def test_fold_of_a_claimed_record_belongs_to_its_holder() -> None:
    """Another one's release is lost until the record was taken over or given back."""
    fold = Fold()
    fold.apply(decision("claim", "open", ONE, actor="ann"))
    assert fold.apply(decision("release", "claimed", ONE, actor="bob")).lost
    assert fold.apply(decision("claim", "claimed", ONE, actor="bob", holder="carl")).lost
    assert fold.apply(decision("claim", "claimed", ONE, actor="bob", holder="ann")).changed
    assert fold.apply(decision("unclaim", "claimed", ONE, actor="ann")).lost
    assert fold.apply(decision("release", "claimed", ONE, actor="bob")).changed[ONE].pending


def test_fold_of_an_undo_before_the_redrive_opens_the_record() -> None:
    """Nothing waits any more, and the answer to the decision that was taken back changes nothing unless it was done."""
    released = decision("release", "open", *RECORDS)
    undone = decision("undo", "released", *RECORDS, actor="bob")
    fold = Fold()
    fold.apply_all([released, undone])
    assert not any(state.pending for state in fold.states.values())
    assert fold.apply(outcome(released, "failed_again")).lost.keys() == set(RECORDS)
    assert fold.apply(outcome(released, "expired")).lost.keys() == set(RECORDS)
    assert all(state.status == "open" and state.failures == 0 for state in fold.states.values())


def test_fold_of_an_undo_that_came_too_late_tells_what_happened() -> None:
    """The clean record is written: the outcome wins over the undo in front of it, and over a second release."""
    released = decision("release", "open", ONE)
    undone, again = decision("undo", "released", ONE), decision("release", "open", ONE, actor="bob")
    fold = Fold()
    fold.apply_all([released, undone, again, outcome(released)])
    assert fold.states[ONE] == RecordState("released", "bob", released.id, 0, redriven=True)
    assert fold.apply(decision("undo", "released", ONE)).lost


def test_fold_of_what_failed_again_may_be_released_again() -> None:
    """The state counts; an answer that comes twice under another id counts once."""
    fold = Fold()
    for failures in (1, 2):
        released = decision("release", "open" if failures == 1 else "failed_again", ONE)
        fold.apply(released)
        fold.apply(outcome(released, "failed_again"))
        fold.apply(outcome(released, "failed_again"))
        assert (fold.states[ONE].status, fold.states[ONE].failures) == ("failed_again", failures)
    last = decision("release", "failed_again", ONE)
    fold.apply_all([last, outcome(last)])
    assert (fold.states[ONE].redriven, fold.states[ONE].failures) == (True, 2)


def test_fold_of_an_expired_record_is_over() -> None:
    """Nobody can decide about what is not there."""
    released = decision("release", "open", ONE)
    fold = Fold()
    fold.apply_all([released, outcome(released, "expired")])
    for action in ("claim", "release", "discard", "undo"):
        assert fold.apply(decision(action, "expired", ONE)).lost
    assert fold.states[ONE].status == "expired"


def test_fold_of_an_outcome_without_a_decision_is_final() -> None:
    """Where retention took the decision and left its outcome, the record is still known to be redriven."""
    fold = Fold()
    fold.apply(outcome(decision("release", "open", ONE)))
    assert (fold.states[ONE].status, fold.states[ONE].redriven) == ("released", True)
    assert isinstance(outcome(decision("release", "open", ONE)), Outcome)
