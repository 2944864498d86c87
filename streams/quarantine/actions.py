"""Writes what a person decides to the decisions topic, and answers once it is known what came of it.

A decision is an event in the partition of its records; whoever else decides about them at the same moment has an event
there too, and the order in the log says who was first. So nothing is asked before and nothing is locked: it is written,
read back, and told (`Decided`). Many records are many events of at most 500, all with one bulk id.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID, uuid4

from pydantic import ValidationError

from streams.errors import RunError, UsageError
from streams.quarantine.decisions import (
    RECORDS_MAX,
    Action,
    Decision,
    RecordId,
    Redaction,
    Role,
    Status,
)
from streams.quarantine.fold import ACTIONABLE, RecordState
from streams.quarantine.readback import Effect, ReadBack, Winner

__all__ = [
    "MEANT",
    "Actions",
    "Actor",
    "Decided",
    "Lost",
    "NotYetKnownError",
    "Topic",
    "Written",
]

#: A transaction of the redrive may hide what stands behind it for so long.
_READ_BACK_S: Final = 30.0

#: In which statuses a group or a filter means records, where nobody says: those in which the action has an effect.
#: Masking by hand is for one record.
MEANT: Final[dict[Action, frozenset[Status]]] = {
    "claim": frozenset(("open", "failed_again")),
    "unclaim": frozenset(("claimed",)),
    "release": ACTIONABLE,
    "discard": ACTIONABLE,
    "undo": frozenset(("released", "masked_by_hand", "discarded")),
}

#: What was done, for sentences.
_DONE: Final[dict[Action, str]] = {
    "claim": "claimed", "unclaim": "given back", "release": "released", "mask": "masked by hand",
    "discard": "discarded", "undo": "opened again",
}  # fmt: skip
#: What somebody else did first, by the status that it left.
_WAS: Final[dict[Status, str]] = {
    "open": "is open", "claimed": "was claimed", "released": "was released", "masked_by_hand": "was masked by hand",
    "discarded": "was discarded", "failed_again": "failed again", "expired": "expired",
}  # fmt: skip


class NotYetKnownError(RunError):
    """A decision is written, and what came of it cannot be told yet."""


class Actor(NamedTuple):
    """Who decides: the verified subject and role (review), or user@host (cli)."""

    name: str
    role: Role
    via: Literal["review", "cli"]


@dataclass(frozen=True, slots=True)
class Lost:
    """A record that was in another state: which one, and who put it there, where that is known."""

    place: str
    state: RecordState
    winner: Winner | None
    expected: Status

    def sentence(self, now: datetime) -> str:
        """`Record 3:120 was released by ann@example.com 2 s earlier.`"""
        if self.state.redriven:
            return f"Record {self.place} is on its clean topic already, and nothing changes any more."
        if self.winner is None:
            return f"Record {self.place} {_WAS[self.state.status]}, not {self.expected}."
        ago = _ago((now - self.winner.time).total_seconds())
        return f"Record {self.place} {_WAS[self.state.status]} by {self.winner.actor} {ago} earlier."


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one call: places (`partition:offset`) that changed with their states, and those that were lost."""

    action: Action
    time: datetime
    events: tuple[UUID, ...]
    changed: dict[str, RecordState] = field(default_factory=dict)
    lost: tuple[Lost, ...] = ()

    @property
    def sentence(self) -> str:
        """What a person reads: what happened, and who was first where it was too late."""
        done = f"{_records(len(self.changed))} {_DONE[self.action]}."
        if len(self.changed) == 1:
            done = f"Record {next(iter(self.changed))} {_DONE[self.action]}."
        if not self.lost:
            return done
        late = " ".join(lost.sentence(self.time) for lost in self.lost[:3])
        more = f" And {len(self.lost) - 3} more." if len(self.lost) > 3 else ""  # noqa: PLR2004 - as many as are told
        return (f"{done} " if self.changed else "") + late + more

    @classmethod
    def joined(cls, made: "Sequence[Decided]") -> "Decided":
        """Several that were one for a person, in one."""
        return cls(
            made[0].action,
            made[0].time,
            tuple(event for one in made for event in one.events),
            {place: state for one in made for place, state in one.changed.items()},
            tuple(lost for one in made for lost in one.lost),
        )


class Written(NamedTuple):
    """A decision and its offset in its partition of the decisions topic."""

    decision: Decision
    offset: int


class Topic(Protocol):
    """Where decisions are written."""

    def write(self, decisions: Sequence[Decision]) -> list[Written]:
        """Writes them and returns when every replica has them; RunError where that is not certain."""


class Actions:
    """Decides for people; any thread. `policy` gives the version of the policy in use."""

    def __init__(
        self,
        topic: Topic,
        read_back: ReadBack,
        mask_reason: Callable[[str], str],
        policy: Callable[[], str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._topic = topic
        self._read_back = read_back
        self._mask_reason = mask_reason
        self._policy = policy
        self._now = now

    def decide(  # noqa: PLR0913 - what a decision consists of
        self,
        actor: Actor,
        action: Action,
        expected: Status,
        records: Sequence[tuple[int, RecordId]],
        *,
        holder: str | None = None,
        reason: str = "",
        redactions: Sequence[Redaction] = (),
        bulk: UUID | None = None,
        announce: Callable[[Sequence[Decision]], None] | None = None,
    ) -> Decided:
        """Writes the decision about records (partition and id) whose status the actor saw as `expected`, reads it back
        and tells what it did; `holder` is who had claimed them when somebody takes them over, `announce` is called
        with the events before they are written, and what it raises keeps them from it.

        UsageError for what cannot be asked for, NotYetKnownError where it is written but its effect is not known,
        RunError where it may not have been written.
        """
        _check(action, records, redactions)
        masked = self._mask_reason(reason)
        if action == "discard" and not masked:
            raise UsageError("A record is discarded for a reason: give one.")
        made = self._now()
        policy = self._policy()
        try:
            decisions = [
                Decision(
                    id=uuid4(), time=made, actor=actor.name, role=actor.role, via=actor.via, action=action,
                    expected=expected, holder=holder, reason=masked, policy=policy, partition=partition, records=chunk,
                    bulk=bulk, redactions=tuple(redactions),
                )
                for partition, chunk in _chunks(records)
            ]  # fmt: skip
        except ValidationError:
            raise UsageError(
                "The decision cannot be written: your name is longer than 200 characters or holds signs of control."
            ) from None
        if announce is not None:
            announce(decisions)
        written = self._topic.write(decisions)
        return _told(action, made, expected, [(one.decision, self._effect(one)) for one in written])

    def _effect(self, written: Written) -> Effect:
        effect = self._read_back.effect(written.decision, written.offset, _READ_BACK_S)
        if effect is None:
            raise NotYetKnownError(
                f"The decision {written.decision.id} is written, but what came of it is not known yet: look at the "
                "record's history in a moment."
            )
        return effect


def _check(action: Action, records: Sequence[tuple[int, RecordId]], redactions: Sequence[Redaction]) -> None:
    if not records:
        raise UsageError("There is no record to decide about.")
    if (action == "mask") != bool(redactions):
        raise UsageError("Masking by hand needs spans or fields to hide, and nothing else has them.")
    if action == "mask" and len(records) != 1:
        raise UsageError("Records are masked by hand one at a time: spans of one preview mean nothing in another.")


def _chunks(records: Iterable[tuple[int, RecordId]]) -> list[tuple[int, tuple[RecordId, ...]]]:
    """Records by partition, in events of a size that every topic takes; each record once."""
    by_partition: dict[int, dict[RecordId, None]] = {}
    for partition, record in records:
        by_partition.setdefault(partition, {})[record] = None
    return [
        (partition, tuple(ids)[start : start + RECORDS_MAX])
        for partition, ids in by_partition.items()
        for start in range(0, len(ids), RECORDS_MAX)
    ]


def _told(action: Action, made: datetime, expected: Status, effects: list[tuple[Decision, Effect]]) -> Decided:
    changed: dict[str, RecordState] = {}
    lost: list[Lost] = []
    for event, effect in effects:
        changed |= {f"{event.partition}:{record.offset}": state for record, state in effect.changed.items()}
        lost += [
            Lost(f"{event.partition}:{record.offset}", state, effect.winners.get(record), expected)
            for record, state in effect.lost.items()
        ]
    return Decided(action, made, tuple(event.id for event, _ in effects), changed, tuple(lost))


def _records(count: int) -> str:
    return "No record" if not count else "1 record" if count == 1 else f"{count} records"


def _ago(seconds: float) -> str:
    """A time that is over, in the unit in which people say it; clocks differ, so it is never negative."""
    seconds = max(0.0, seconds)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
