"""The state of quarantined records as a fold of their events in offset order; pure, so that all readers agree.

A decision takes effect for those of its records whose status is the one its actor expected; for the others it is lost,
and `Applied` says to whom. `redriven` is final, whatever the log holds behind it: the clean record is written. An
outcome may stand behind an undo that came too late; then it wins, because it tells what has happened. Partitions have
nothing to do with each other: one `Fold` each, and in which order they are read makes no difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from streams.quarantine.decisions import Action, Decision, Event, Outcome, RecordId, Status

__all__ = ["ACTIONABLE", "Applied", "Fold", "RecordState"]

#: Statuses in which a record waits for a person.
ACTIONABLE: Final[frozenset[Status]] = frozenset(("open", "claimed", "failed_again"))
_ASKED: Final[frozenset[Status]] = frozenset(("released", "masked_by_hand"))

_ALLOWED: Final[dict[Action, frozenset[Status]]] = {
    "claim": ACTIONABLE,
    "unclaim": frozenset(("claimed",)),
    "release": ACTIONABLE,
    "mask": ACTIONABLE,
    "discard": ACTIONABLE,
    "undo": frozenset(("released", "masked_by_hand", "discarded")),
}
_RESULT: Final[dict[Action, Status]] = {
    "claim": "claimed",
    "unclaim": "open",
    "release": "released",
    "mask": "masked_by_hand",
    "discard": "discarded",
    "undo": "open",
}


@dataclass(frozen=True, slots=True)
class RecordState:
    """One record. `decision` is the last one that took effect; `failures` counts redrives that failed; `redriven` is
    true once the clean record is written, and nothing changes any more.
    """

    status: Status = "open"
    actor: str | None = None
    decision: UUID | None = None
    failures: int = 0
    redriven: bool = False

    @property
    def pending(self) -> bool:
        """Whether the redrive has still to carry it out."""
        return self.status in _ASKED and not self.redriven


_UNTOUCHED: Final = RecordState()


@dataclass(frozen=True, slots=True)
class Applied:
    """What one event did: the records it changed, with their new state, and those it left as they were, with that."""

    changed: dict[RecordId, RecordState] = field(default_factory=dict)
    lost: dict[RecordId, RecordState] = field(default_factory=dict)


class Fold:
    """The states of one partition's records; what no event mentions is `open`. Not for threads."""

    def __init__(self) -> None:
        self.states: dict[RecordId, RecordState] = {}
        self._seen: set[UUID] = set()

    def apply(self, event: Event) -> Applied:
        """Takes one event; the same events in the same order give the same states, and a repeated event changes
        nothing.
        """
        applied = Applied()
        if event.id in self._seen:
            return applied
        self._seen.add(event.id)
        # Records that were alike stay alike: one state for all of them, of which there may be a million.
        afters: dict[RecordState, RecordState | None] = {}
        for record in event.records:
            before = self.states.get(record, _UNTOUCHED)
            if before not in afters:
                afters[before] = decided(before, event) if isinstance(event, Decision) else settled(before, event)
            after = afters[before]
            if after is None:
                applied.lost[record] = before
            else:
                self.states[record] = applied.changed[record] = after
        return applied

    def apply_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.apply(event)


def decided(state: RecordState, decision: Decision) -> RecordState | None:
    """The state after a decision; None where it is lost: done already, or another one was first."""
    if state.redriven or state.status != decision.expected or state.status not in _ALLOWED[decision.action]:
        return None
    if state.status == "claimed" and decision.action != "claim" and state.actor != decision.actor:
        # Whoever wants a claimed record takes it over first, so that two do not work on one.
        return None
    if state.status == "claimed" and decision.holder is not None and state.actor != decision.holder:
        # Two wanted to take it over at once, and the other one was first.
        return None
    return replace(state, status=_RESULT[decision.action], actor=decision.actor, decision=decision.id)


def settled(state: RecordState, outcome: Outcome) -> RecordState | None:
    """The state after the redrive's answer; None where it changes nothing."""
    if state.redriven:
        return None
    if outcome.result == "redriven":
        status: Status = state.status if state.status in _ASKED else "released"
        return replace(state, status=status, decision=outcome.decision, redriven=True)
    if not state.pending or state.decision != outcome.decision:
        return None
    if outcome.result == "expired":
        return replace(state, status="expired")
    return replace(state, status="failed_again", failures=state.failures + 1)
