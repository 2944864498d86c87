"""Status and redrive of a record as one small number, so that one index tells what waits, is asked for, and is done."""

from collections.abc import Iterable
from typing import Final

from streams.quarantine.decisions import Status
from streams.quarantine.fold import ACTIONABLE, RecordState
from streams.quarantine.store.model import STATUSES

__all__ = ["ALL", "EXPIRED", "FOREIGN", "PHASES", "WAITING", "phase_of", "phases_of", "status_of"]

#: Number to status and whether the redrive has still to carry it out.
PHASES: Final[tuple[tuple[Status, bool], ...]] = (
    *((status, False) for status in STATUSES),
    ("released", True),
    ("masked_by_hand", True),
)
EXPIRED: Final = STATUSES.index("expired")
#: What is no envelope: nobody can decide on it.
FOREIGN: Final = len(PHASES)
ALL: Final = tuple(range(FOREIGN + 1))
#: Phases in which a record waits for a person.
WAITING: Final = tuple(STATUSES.index(status) for status in STATUSES if status in ACTIONABLE)


def phase_of(state: RecordState, *, gone: bool) -> int:
    """What to show of a state; what still waits for a person when retention takes it has expired."""
    if gone and state.status in ACTIONABLE:
        return EXPIRED
    return PHASES.index((state.status, state.pending))


def phases_of(statuses: Iterable[Status], *, pending: bool | None) -> tuple[int, ...]:
    """Phases with one of these statuses (none: any) and so pending; foreign bytes where neither is asked for."""
    wanted = set(statuses)
    found = [
        number
        for number, (status, asked) in enumerate(PHASES)
        if (not wanted or status in wanted) and pending in {None, asked}
    ]
    return (*found, FOREIGN) if not wanted and pending is None else tuple(found)


def status_of(phase: int, *, gone: bool) -> tuple[Status, bool]:
    """Status and whether it is pending, as shown."""
    if phase == FOREIGN:
        return ("expired" if gone else "open"), False
    return ("expired", False) if gone and phase in WAITING else PHASES[phase]
