"""What the redrive knows of one partition of the decisions topic: the states, what waits, and what is answered already.

States are a fold up to the position, as every reader has them. Answers are looked for further: outcomes stand behind
the decisions that they answer, so those ahead of the position count too, and nothing is carried out twice after a
restart, whatever offset was committed. Only the owner of the
partition writes outcomes, so no others come while it is owned.
"""

from typing import TYPE_CHECKING, NamedTuple

from streams.quarantine.decisions import Decision, Event, Outcome, RecordId
from streams.quarantine.fold import Fold

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["Book", "Wanted"]


class Wanted(NamedTuple):
    """A record that a decision asks to redrive, and which does not have its answer yet."""

    partition: int
    record: RecordId
    decision: Decision


class Book:
    """One partition; not for threads. `known` is the offset behind the last event of the log when it was opened: before
    the fold is so far, what is wanted may have been taken back already.
    """

    def __init__(self, partition: int) -> None:
        self.known = 0
        self._partition = partition
        self._fold = Fold()
        self._asked: dict[RecordId, Decision] = {}
        self._answered: set[tuple[UUID, RecordId]] = set()
        self._written: set[RecordId] = set()

    def take(self, event: Event) -> None:
        """Folds the event at the position."""
        applied = self._fold.apply(event)
        for record, state in applied.changed.items():
            if state.pending and isinstance(event, Decision):
                self._asked[record] = event
            else:
                self._asked.pop(record, None)
        if isinstance(event, Outcome):
            # From here on the state itself tells.
            self._answered.difference_update((event.decision, record) for record in event.records)
            self._written.difference_update(event.records)

    def foresee(self, outcome: Outcome) -> None:
        """Notes an outcome that stands ahead of the position, or was just written."""
        self._answered.update((outcome.decision, record) for record in outcome.records)
        if outcome.result == "redriven":
            self._written.update(outcome.records)

    def wanted(self) -> list[Wanted]:
        """What is to be done, in the order in which it stands in quarantine."""
        found = [
            Wanted(self._partition, record, decision)
            for record, decision in self._asked.items()
            if record not in self._written and (decision.id, record) not in self._answered
        ]
        return sorted(found, key=lambda wanted: wanted.record.offset)
